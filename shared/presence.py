"""Writes the row by which a process is known to be alive, with or without Prometheus."""

import asyncio
import logging
import os
import shutil
import socket
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from uuid import uuid4

from shared.db.session import DATABASE_TROUBLE, Work
from shared.db.worker_rows import ProcessFacts, write_beat, write_end

log = logging.getLogger(__name__)

_ENDING_S = 5


def owner_name() -> str:
    """How this process is called in the rows that it holds."""
    return f"{socket.gethostname()}:{os.getpid()}"


def about_process(
    service: str,
    *,
    slots: int,
    beat_s: float,
    engine: str | None = None,
    model: str | None = None,
    device: str | None = None,
    waits_for: str | None = None,
) -> ProcessFacts:
    """What this process says of itself."""
    return ProcessFacts(
        service=service,
        owner=owner_name(),
        host=socket.gethostname(),
        version=_version(),
        slots=slots,
        beat_seconds=beat_s,
        engine=engine,
        model=model,
        device=device,
        waits_for=waits_for,
    )


class Presence:
    """The row of one process."""

    def __init__(self, work: Work, about: ProcessFacts, *, disk: Path | None = None) -> None:
        self._work = work
        self._about = about
        self._disk = disk
        self._measuring: asyncio.Task[int | None] | None = None
        self._free_bytes: int | None = None
        self.id = uuid4()

    async def beat(self) -> None:
        """Write the row; raises what the database raises."""
        await self._measure()
        async with self._work() as unit:
            await write_beat(unit.db, self.id, self._about, self._free_bytes)

    async def keep_beating(self) -> None:
        """For a process that has no sweep: beat for ever, also through a database that is away."""
        while True:
            try:
                await self.beat()
            except DATABASE_TROUBLE as error:
                log.warning("presence_not_written", extra={"fields": {"error": repr(error)}})
            await asyncio.sleep(self._about.beat_seconds)

    async def end(self) -> None:
        """Say goodbye, if the database listens."""
        with suppress(*DATABASE_TROUBLE, TimeoutError):
            async with asyncio.timeout(_ENDING_S), self._work() as unit:
                await write_end(unit.db, self.id)

    async def _measure(self) -> None:
        """A disk that hangs holds up one thread and no beat; meanwhile the figure before it stands."""
        if self._disk is None:
            return
        if self._measuring is None:
            self._measuring = asyncio.create_task(asyncio.to_thread(_free_bytes, self._disk), name="free disk")
        await asyncio.wait([self._measuring], timeout=1)
        if self._measuring.done():
            self._free_bytes, self._measuring = self._measuring.result(), None


def _free_bytes(folder: Path) -> int | None:
    """Room in the folder, or where it will be made."""
    for place in (folder, *folder.parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return None


def _version() -> str:
    try:
        return version("archivist")
    except PackageNotFoundError:  # run from the folder, without being installed
        return "unknown"
