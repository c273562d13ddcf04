"""`archivist init`: a settings file with random secrets."""

import typer

from services.console.configuration import write_env_file
from services.console.paths import ROOT


def init() -> None:
    """Write .env from .env.example with random secrets. One that is there is never changed."""
    file = ROOT / ".env"
    if not write_env_file(file, ROOT / ".env.example"):
        typer.echo(f"{file} is there already and was left as it is.")
        return
    typer.echo(f"Wrote {file} (only you can read it).")
    typer.echo("Set WHISPER_MODEL and FLEX_SERVERS there next, and MEDIA_ROOT for containers.")
