"""Writing down how far long work has come, beside the work itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from shared.db.session import DATABASE_TROUBLE


class WorkDone:
    """How much of the work has been done."""

    share = 0.0

    def set(self, done_ms: int, of_ms: int) -> None:
        """Called by the work as often as it likes."""
        self.share = done_ms / of_ms if of_ms else 1.0


@asynccontextmanager
async def reporting(write: Callable[[float], Awaitable[None]], *, every_s: float = 2.0) -> AsyncIterator[WorkDone]:
    """Give ``write`` the share that is done whenever it has changed.

    A report that fails is not worth failing the work.
    """
    done = WorkDone()

    async def report() -> None:
        last = 0.0
        while True:
            await asyncio.sleep(every_s)
            if done.share == last:
                continue
            last = done.share
            with contextlib.suppress(*DATABASE_TROUBLE):
                await write(last)

    reporter = asyncio.create_task(report(), name="progress")
    try:
        yield done
    finally:
        reporter.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reporter
