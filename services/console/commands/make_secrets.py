"""`archivist make-secrets`: what containers do once, before anything else starts."""

import os
from pathlib import Path
from typing import Annotated

import typer


def make_secrets(
    folder: Annotated[Path, typer.Argument(help="Where the volumes are.")] = Path("/secrets"),
    demo: Annotated[bool, typer.Option("--demo", help="Write the demonstration's settings instead.")] = False,
) -> None:
    """Make the secrets of a stack of containers, as files, unless they are there or `.env` says them."""
    from services.console.container_secrets import HOW_TO_SEE, make_demonstration
    from services.console.container_secrets import make_secrets as make

    if demo:
        typer.echo(make_demonstration(folder, os.environ))
        return
    typer.echo(make(folder, os.environ))
    typer.echo(HOW_TO_SEE)
