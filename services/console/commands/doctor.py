"""`archivist doctor`: is everything here that Archivist needs?"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from services.console.configuration import UP, choose_folders, load_env_file


def doctor(folder: Annotated[Path, typer.Option(help="The one that `archivist up` is told.")] = UP) -> None:
    """Look at this machine and what the settings name: one line each, exit status 1 if something is in the way."""
    from services.console.checks import ALL, Verdict
    from shared.entry import read_settings

    load_env_file()
    choose_folders(folder)
    settings = read_settings("doctor")

    async def run() -> bool:
        is_fine = True
        for check in ALL:
            finding = await check(settings)
            typer.echo(f"{finding.verdict} {finding.what:<13} {finding.says}")
            is_fine = is_fine and finding.verdict != Verdict.BAD
        return is_fine

    raise typer.Exit(0 if asyncio.run(run()) else 1)
