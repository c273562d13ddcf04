"""`archivist demo`: the whole job on this machine, with a simulated Cablecast server and a made-up meeting."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from services.console.exit_status import LOOK, PASSED, tell
from services.console.paths import VAR
from shared.errors import InvalidInput, Temporary, Unusable


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End when done; exit status 0 only if the publication is verified.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="Where everything goes.")] = VAR / "demo",
    at: Annotated[str, typer.Option(help="API of a stack that is up already; nothing is started then.")] = "",
    drive: Annotated[Path, typer.Option(help="With --at: the drive, as both of us see it.")] = Path("/mnt"),
    cablecast: Annotated[str, typer.Option(help="With --at: the simulated server, as you see it.")] = "",
) -> None:
    """Start everything, put a recording on a drive, and watch it become verified captions on a Cablecast show."""
    if at:
        _show_at(at, drive, cablecast)
        return
    from services.console.api_client import ApiClient
    from services.console.demonstration import demonstrate, report
    from services.console.demonstration_stack import demonstration_stack
    from services.console.progress_display import Teller
    from services.console.stack.interrupt import until_told_to_end
    from services.console.stack.local import local_stack

    stack = demonstration_stack(folder)

    async def run(teller: Teller) -> bool:
        teller.say("The demonstration speech model is used: it knows 616 words and eight synthetic voices, no others.")
        teller.step("starting PostgreSQL, Redis, the four services and a simulated Cablecast server")
        async with local_stack(stack.plan, teller.say) as running:
            teller.rest()
            async with ApiClient(running.api_url) as door:
                await door.log_in("admin", stack.admin_password)
                outcome = await demonstrate(door, stack.mount, teller)
            sidecar = stack.mount / f"{Path(outcome.transcription['filename']).stem}.scc"
            report(outcome, teller, stack.output, sidecar, stack.cablecast_url)
            if once:  # and nothing would answer at these addresses
                return outcome.is_verified
            teller.say(f"API and its documentation: {running.api_url}/docs (admin, {stack.admin_password})")
            teller.say(f"Simulated Cablecast: {stack.cablecast_url}/_simulator/docs")
            for name, url in running.metrics_urls.items():
                teller.say(f"Metrics of {name}: {url}")
            teller.say(f"Logs: {running.logs}")
            teller.say("Everything stays up until Ctrl-C.")
            await until_told_to_end()
            return outcome.is_verified

    with Teller() as teller:
        is_verified = asyncio.run(run(teller))
    _end(is_verified)


def _show_at(api_url: str, drive: Path, cablecast_url: str) -> None:
    """The same on a stack that somebody else has started: the containers."""
    import httpx

    from services.console.api_client import ApiClient
    from services.console.demonstration import demonstrate, report
    from services.console.progress_display import Teller
    from shared.entry import usable_settings

    settings = usable_settings()
    if settings.admin_password is None:
        raise InvalidInput("ADMIN_PASSWORD is not set, so nobody can log in.", code="no_password")
    password = settings.admin_password.get_secret_value()

    async def run(teller: Teller) -> bool:
        async with ApiClient(api_url) as door:
            await door.log_in(settings.admin_username, password)
            outcome = await demonstrate(door, drive, teller)
        sidecar = drive / f"{Path(outcome.transcription['filename']).stem}.scc"
        report(outcome, teller, settings.default_output_path, sidecar, cablecast_url)
        return outcome.is_verified

    with Teller() as teller:
        try:
            is_verified = asyncio.run(run(teller))
        except httpx.TransportError as error:
            raise Temporary(f"{api_url} does not answer.", code="api_away", detail=str(error)) from error
    _end(is_verified)


def _end(is_verified: bool) -> None:
    if not is_verified:
        tell(Unusable("The publication was not verified.", code="not_verified"))
    raise typer.Exit(PASSED if is_verified else LOOK)
