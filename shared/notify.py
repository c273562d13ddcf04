"""Waking up whoever works on a lane: the Protocol and a twin that counts; the real one is in ``shared.jobs``."""

from collections import Counter
from typing import Protocol

from shared.lanes import Lane


class Notifier(Protocol):
    """Tells whoever listens that a lane has work. Never raises: a notice that is lost is made up for by the sweep."""

    async def notify(self, lane: Lane, times: int = 1) -> None:
        """Wake up ``times`` workers."""


class MemoryNotifier:
    """The twin: counts notices."""

    def __init__(self) -> None:
        self.notified: Counter[Lane] = Counter()

    async def notify(self, lane: Lane, times: int = 1) -> None:
        """Count."""
        self.notified[lane] += times
