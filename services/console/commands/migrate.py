"""`archivist migrate`: bring the database to this version's schema."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from services.console.configuration import settings_beside
from services.console.env_file import odd_lines
from services.console.paths import UP


def migrate(
    with_admin: Annotated[bool, typer.Option("--with-admin", help="Create the first admin too, unless known.")] = False,
    folder: Annotated[Path, typer.Option(help="The one that `archivist up` was told.")] = UP,
) -> None:
    """Apply the migrations that the database lacks. Several at once take turns."""
    from services.console.accounts import asking_the_database, ensure_admin
    from shared.db.schema_upgrade import upgrade
    from shared.earlier_settings import earlier_settings

    settings = settings_beside(folder, "migrate")
    for sentence in (*odd_lines(), *earlier_settings(os.environ)):
        typer.echo(f"! {sentence}")

    async def run() -> None:
        await upgrade(settings.database_dsn)
        typer.echo("The database has the schema of this version.")
        if with_admin:
            typer.echo(await ensure_admin(settings))

    with asking_the_database(settings):
        asyncio.run(run())
