"""`archivist init`: a settings file with random secrets."""

import typer

from services.console.configuration import ROOT, write_env_file


def init() -> None:
    """Write .env from .env.example with random secrets. One that is there is never changed."""
    if write_env_file(ROOT / ".env", ROOT / ".env.example"):
        typer.echo(f"Wrote {ROOT / '.env'} (only you can read it). Set WHISPER_MODEL and FLEX_SERVERS there next.")
    else:
        typer.echo(f"{ROOT / '.env'} is there already and was left as it is.")
