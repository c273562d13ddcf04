"""The station's clock: it may run faster than ours and be set forward, so that hours of transcoding take seconds."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


class StationClock:
    """Seconds since 1970 as the station believes them; never goes back, except when its data are thrown away."""

    def __init__(self, *, speed: float = 1.0, ahead_s: float = 0.0, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._anchor_real = real()
        self._anchor_station = self._anchor_real + ahead_s
        self._speed = speed

    @property
    def speed(self) -> float:
        """Station seconds per real second."""
        return self._speed

    @property
    def ahead_s(self) -> float:
        """How far the station is ahead of the real time; kept over a restart."""
        return self.now() - self._real()

    def now(self) -> float:
        """The station's time now."""
        return self._anchor_station + (self._real() - self._anchor_real) * self._speed

    def run_at(self, speed: float) -> None:
        """Go on from the present moment at another pace."""
        self._anchor_station, self._anchor_real = self.now(), self._real()
        self._speed = speed

    def advance(self, seconds: float) -> None:
        """Jump forward."""
        self._anchor_station += seconds


def server_time(timestamp: float, zone: ZoneInfo) -> str:
    """A moment as the API writes it: ISO-8601 with the server's local offset and milliseconds."""
    return datetime.fromtimestamp(timestamp, UTC).astimezone(zone).isoformat(timespec="milliseconds")


def moment(text: object) -> float | None:
    """Seconds since 1970 of a time that the API accepts (with offset or ``Z``); None when it is none."""
    if not isinstance(text, str):
        return None
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    return (parsed - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)
