"""`archivist migrate`: bring the database to this version's schema."""

import asyncio
from typing import Annotated

import typer

from services.console.configuration import load_env_file


def migrate(
    with_admin: Annotated[bool, typer.Option("--with-admin", help="Create the first admin too, unless known.")] = False,
) -> None:
    """Apply the migrations that the database lacks. Several at once take turns."""
    from services.console.accounts import asking_the_database, ensure_admin
    from shared.db.migrate import upgrade
    from shared.entry import usable_settings

    load_env_file()
    settings = usable_settings()

    async def run() -> None:
        await upgrade(settings.database_dsn)
        typer.echo("The database has the schema of this version.")
        if with_admin:
            typer.echo(await ensure_admin(settings))

    with asking_the_database(settings):
        asyncio.run(run())
