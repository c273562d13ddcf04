"""`archivist tasks`: what is done besides captions, and one of it now."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from services.console.configuration import settings_beside
from services.console.paths import UP

SCHEMA = "archivist.tasks/1"

app = typer.Typer(help="See what is done besides captions, by schedule or by hand, and start it.", no_args_is_help=True)

Folder = Annotated[Path, typer.Option(help="The one that `archivist up` was told.")]


@app.command("list")
def list_tasks(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead, for programs.")] = False,
    folder: Folder = UP,
) -> None:
    """Every task: when it is due, who does it, and how it ended last."""
    from services.console.accounts import asking_the_database
    from services.console.station_tasks import known_tasks

    settings = settings_beside(folder, "tasks list")
    with asking_the_database(settings):
        found = asyncio.run(known_tasks(settings))
    if as_json:
        typer.echo(json.dumps({"schema": SCHEMA, "tasks": found}, indent=2))
        return
    for task in found:
        due = f"{task['rule']} ({task['timezone']})" if task["rule"] else "only by hand"
        ended = f"{task['last_status']}, {task['last_at']}" if task["last_status"] else "not run yet"
        typer.echo(f"{task['name']:<20} {task['service']:<12} {due:<26} {ended}\n{'':<20} {task['does'] or ''}")


@app.command("run")
def run(
    name: Annotated[str, typer.Argument(help="One of `archivist tasks list`.")],
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for its end and print its result.")] = True,
    folder: Folder = UP,
) -> None:
    """Start a task now. Its result is printed, and kept in its row (`GET /api/v1/tasks`)."""
    from services.console.accounts import asking_the_database
    from services.console.station_tasks import run_task
    from shared.errors import Unusable
    from shared.lifecycle import TaskStatus

    settings = settings_beside(folder, f"tasks run {name}")
    with asking_the_database(settings):
        row, has_worker = asyncio.run(run_task(settings, name, waits=wait))
    if row.status == TaskStatus.DONE:
        typer.echo(json.dumps(row.result))
    elif row.status != TaskStatus.PENDING:
        raise Unusable(row.error_message or f"The task was {row.status}.", code=row.error_code or "task_cancelled")
    elif has_worker:
        typer.echo(f"Started: {row.id}")
    else:
        typer.echo(f"Started: {row.id}. No {row.service} is running, so it waits for one.")
        raise typer.Exit(1)
