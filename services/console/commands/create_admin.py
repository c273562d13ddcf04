"""`archivist create-admin`: the first login, or a way back in."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from services.console.configuration import settings_beside
from services.console.paths import UP


def create_admin(
    username: Annotated[str, typer.Argument(help="Name to log in with.")] = "admin",
    email: Annotated[str, typer.Option(help="Must not be in use.")] = "",
    folder: Annotated[Path, typer.Option(help="The one that `archivist up` was told.")] = UP,
) -> None:
    """Create an admin, or give one a new password. The password is asked for, or read from ADMIN_PASSWORD."""
    from services.console.accounts import asking_the_database, put_admin

    settings = settings_beside(folder, "create-admin")
    known = settings.admin_password.get_secret_value() if settings.admin_password else ""
    password = known or typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    with asking_the_database(settings):
        typer.echo(asyncio.run(put_admin(settings, username, password, email or f"{username}@localhost")))
