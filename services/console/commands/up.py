"""`archivist up`: the stack as ordinary processes of this machine, until Ctrl-C."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from services.console.configuration import choose_folders, load_env_file, write_env_file
from services.console.env_file import odd_lines
from services.console.paths import ROOT, UP


def up(
    folder: Annotated[Path, typer.Option(help="Where databases, logs and captions go.")] = UP,
) -> None:
    """Run the four services, and PostgreSQL and Redis unless DATABASE_URL and REDIS_URL name some, until Ctrl-C."""
    from services.console.accounts import require_startable
    from services.console.stack.interrupt import until_told_to_end
    from services.console.stack.local import Plan, api_port, local_stack
    from shared.earlier_settings import earlier_settings
    from shared.entry import usable_settings
    from shared.errors import InvalidInput

    if write_env_file(ROOT / ".env", ROOT / ".env.example"):
        typer.echo(f"Wrote {ROOT / '.env'} with random secrets.")
    load_env_file()
    for sentence in odd_lines():  # before the settings: one may be missing because its name is misspelt
        typer.echo(f"! {sentence}")
    choose_folders(folder)
    settings = usable_settings()
    for sentence in earlier_settings(os.environ):
        typer.echo(f"! {sentence}")
    if not settings.speech_model:
        raise InvalidInput(
            "No speech model is chosen: set WHISPER_MODEL in .env to a name (such as small.en, downloaded once) or to "
            "the folder of one. `./archivist demo` shows everything with the small demonstration model.",
            code="model_not_chosen",
        )
    require_startable(settings)

    async def run() -> None:
        is_asked_for = bool(os.environ.get("API_PORT"))
        place = folder.absolute()
        port = api_port(place, settings.api_port, settings.api_host, is_asked_for=is_asked_for, say=typer.echo)
        async with local_stack(Plan(place, dict(os.environ), port), typer.echo) as running:
            typer.echo(f"API and its documentation: {running.api_url}/docs")
            for name, url in running.metrics_urls.items():
                typer.echo(f"Metrics of {name}: {url}")
            typer.echo(f"Logs: {running.logs}. Ctrl-C ends everything.")
            await until_told_to_end()

    asyncio.run(run())
