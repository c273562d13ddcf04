"""`archivist init`: a settings file with random secrets."""

import typer

from services.console.configuration import add_secrets, write_env_file
from services.console.paths import ROOT


def init() -> None:
    """Write .env from .env.example with random secrets. One that is there gets those that it lacks, nothing else."""
    file = ROOT / ".env"
    if write_env_file(file, ROOT / ".env.example"):
        typer.echo(f"Wrote {file} (only you can read it).")
        typer.echo("Set WHISPER_MODEL and FLEX_SERVERS there next, and MEDIA_ROOT for containers.")
    elif added := add_secrets(file):
        typer.echo(f"Added to {file}: {', '.join(added)}, at random. Everything else there stays as it was.")
    else:
        typer.echo(f"{file} is there already, lacks no secret, and was left as it is.")
