"""Look at a file of the ledger, where "not there" has to mean that it has gone and not that its mount has."""

from collections.abc import Callable
from datetime import datetime

from services.ingest.gateways.mount_client import MountFiles
from services.ingest.stability import Look
from shared.errors import NotFound, Temporary
from shared.storage.mount_health import Expectation, judge_mount


async def find_file(files: MountFiles, path: str, expected: Expectation, *, now: Callable[[], datetime]) -> Look:
    """How the file looks; NotFound only where it is missing between two moments at which the mount is well.

    A mount that goes away for a second takes every file along, and nothing may be concluded from that. Raises Temporary
    (``mount_trouble``) while the mount is not well.
    """
    try:
        return await files.look(path, now=now)
    except NotFound:
        await _require_well(files, expected)
    try:
        return await files.look(path, now=now)
    except NotFound:
        await _require_well(files, expected)
        raise


async def _require_well(files: MountFiles, expected: Expectation) -> None:
    down = judge_mount(await files.check(expected.sentinel), expected)
    if down is not None:
        raise Temporary(down.reason, code="mount_trouble", outside=True)
