"""ARQ's worker, made so that whoever stops it can wait for all that it has begun."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from arq.worker import Worker


class QueueListener(Worker):
    """Waits for wake-ups on one queue.

    When a job has ended, ARQ says so on Redis in a task that it shields from being cancelled and then forgets. Whoever
    stops at that moment would close the connection under it, and Redis's client would open another that nobody closes.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.noting: set[asyncio.Task[Any]] = set()
        """Tasks that say on Redis what has ended."""

    async def finish_job(self, *what: Any, **more: Any) -> None:
        """As ARQ does it, in sight."""
        with self._in_sight():
            await super().finish_job(*what, **more)

    async def finish_failed_job(self, *what: Any, **more: Any) -> None:
        """As ARQ does it, in sight."""
        with self._in_sight():
            await super().finish_failed_job(*what, **more)

    @contextmanager
    def _in_sight(self) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None
        self.noting.add(task)
        try:
            yield
        finally:
            self.noting.discard(task)
