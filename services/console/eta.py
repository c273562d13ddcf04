"""How quickly the stages of one recording go: percent, times real time, and what is left. Pure."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from shared.media.positions import length

SETTLED_S = 1.0
"""Before this much of a stage has passed, its speed is a guess that is better not shown."""
_AT_ONCE_S = 0.5
"""What is done by now was there already, from an earlier run, and says nothing about speed."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a stage has come."""

    share: float
    """0 to 1."""
    times: float | None = None
    """Seconds of the recording per second of work; None while it cannot be told."""
    left_s: float | None = None

    @property
    def text(self) -> str:
        """``40 %, 8.3 times real time, 2 min 10 s left``; empty for a stage that does not know its share."""
        parts = [f"{self.share * 100:.0f} %"] if self.share else []
        if self.times is not None:
            parts.append(f"{self.times:.1f} times real time")
        if self.left_s is not None and self.share < 1:
            left = length(round(self.left_s) * 1000) if self.left_s >= 60 else f"{math.ceil(self.left_s)} s"
            parts.append(f"{left} left")
        return ", ".join(parts)


class Stages:
    """Follows one recording of ``duration_ms`` (0 when its length is not known) from stage to stage."""

    def __init__(self, duration_ms: int, now: Callable[[], float]) -> None:
        self._duration_s = duration_ms / 1000
        self._now = now
        self._stage = ""
        self._since, self._from = 0.0, 0.0

    def at(self, stage: str, share: float) -> Pace:
        """The pace of ``stage``, of which ``share`` is done."""
        now = self._now()
        if stage != self._stage:
            self._stage, self._since, self._from = stage, now, 0.0
        if now - self._since < _AT_ONCE_S:
            self._from = share
        took, done = now - self._since, share - self._from
        if took < SETTLED_S or done <= 0:
            return Pace(share)
        times = done * self._duration_s / took if self._duration_s else None
        return Pace(share, times, took * (1 - share) / done)
