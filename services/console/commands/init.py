"""`archivist init`: a settings file with random secrets."""

from typing import Annotated

import typer

from services.console.configuration import ROOT, demonstration_choices, write_env_file


def init(
    demo: Annotated[bool, typer.Option("--demo", help="Choose what the containers' demonstration needs.")] = False,
) -> None:
    """Write .env from .env.example with random secrets. One that is there is never changed."""
    file = ROOT / ".env"
    if not write_env_file(file, ROOT / ".env.example", demonstration_choices() if demo else None):
        typer.echo(f"{file} is there already and was left as it is.")
        raise typer.Exit(1 if demo else 0)
    typer.echo(f"Wrote {file} (only you can read it).")
    if demo:
        typer.echo("Next: docker compose --profile demo up --build")
    else:
        typer.echo("Set WHISPER_MODEL and FLEX_SERVERS there next, and MEDIA_ROOT for containers.")
