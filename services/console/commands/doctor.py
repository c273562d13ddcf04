"""`archivist doctor`: is everything here that Archivist needs?"""

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated

import typer

from services.console.configuration import choose_folders, load_env_file, use_servers
from services.console.env_file import odd_lines
from services.console.exit_status import LOOK, PASSED
from services.console.paths import UP

SCHEMA = "archivist.doctor/1"


def doctor(
    folder: Annotated[Path, typer.Option(help="The one that `archivist up` is told.")] = UP,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead, for programs.")] = False,
) -> None:
    """Look at this machine and what the settings name: one line each, exit status 1 if something is in the way."""
    from services.console.checks import ALL, CheckLine, Mark
    from services.console.stack.lock import running_on
    from services.console.station_checks import station_checks
    from shared.entry import usable_settings
    from shared.errors import ArchivistError, InvalidInput

    load_env_file()
    choose_folders(folder)
    if (running := running_on(folder)) and not os.environ.get("DATABASE_URL"):
        use_servers(running)
    try:
        settings = usable_settings()
    except InvalidInput:
        for sentence in odd_lines():  # a value may be missing because its name is misspelt
            typer.echo(f"! {sentence}", err=True)
        raise

    async def run() -> list[CheckLine]:
        findings: list[CheckLine] = []
        for check in (*ALL, *station_checks(running)):
            try:
                finding = await check(settings)
            except ArchivistError as error:  # a setting that only its use shows to be wrong
                finding = CheckLine(Mark.BAD, "settings", error.message)
            if finding is None or finding in findings:
                continue
            findings.append(finding)
            if not as_json:
                typer.echo(f"{finding.verdict} {finding.what:<13} {finding.says}")
        return findings

    findings = asyncio.run(run())
    status = LOOK if any(finding.verdict == Mark.BAD for finding in findings) else PASSED
    if as_json:
        found = [{"verdict": each.verdict.name.lower(), "what": each.what, "says": each.says} for each in findings]
        typer.echo(json.dumps({"schema": SCHEMA, "exit_status": status, "findings": found}, indent=2))
    raise typer.Exit(status)
