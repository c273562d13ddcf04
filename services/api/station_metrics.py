"""Exports the station's own facts, read from the database when Prometheus asks: every replica says the same, and what
is no longer so is not said by anybody."""

import asyncio
import logging
from time import monotonic

from shared import metrics
from shared.db.session import DATABASE_TROUBLE, Work
from shared.db.station_facts import StationFacts, station_facts
from shared.lifecycle import RecordingStatus

log = logging.getLogger(__name__)

_STANDS_S = 10.0
"""How long an answer stands, so that several who ask cost one look."""
_PATIENCE_S = 5.0
"""Prometheus gives up after ten seconds, and would then know nothing of this process either."""


class StationMetrics:
    """The gauges in ``metrics.STATION``."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._one_at_a_time = asyncio.Lock()
        self._read_at: float | None = None

    async def refresh(self) -> None:
        """Bring the gauges up to date; none is exported while the database cannot be asked."""
        async with self._one_at_a_time:
            if self._read_at is not None and monotonic() - self._read_at < _STANDS_S:
                return
            for gauge in metrics.OF_THE_STATION:
                gauge.clear()
            try:
                async with asyncio.timeout(_PATIENCE_S), self._work() as unit:
                    facts = await station_facts(unit.db)
            except (*DATABASE_TROUBLE, TimeoutError) as error:
                log.warning("station_not_measured", extra={"fields": {"error": repr(error)}})
                metrics.STATION_READ.set(0)
            else:
                _export(facts)
                metrics.STATION_READ.set(1)
            self._read_at = monotonic()


def _export(facts: StationFacts) -> None:
    for status in RecordingStatus:
        metrics.RECORDINGS.labels(status).set(facts.recordings.get(status, 0))
    for mount in facts.mounts:
        if mount.status != "unknown":
            metrics.MOUNT_UP.labels(mount.name).set(mount.status == "up")
        if mount.scanned_at is not None:
            metrics.MOUNT_SCANNED.labels(mount.name).set(mount.scanned_at.timestamp())
        metrics.MOUNT_NOT_LOOKED_AT.labels(mount.name).set(mount.not_looked_at)
        metrics.UNSETTLED_OLDEST_SECONDS.labels(mount.name).set(mount.oldest_unsettled_s)
    for lane, found in facts.backlogs.items():
        metrics.QUEUE_ROWS.labels(lane).set(found.rows)
        metrics.QUEUE_MEDIA_SECONDS.labels(lane).set(found.media_seconds)
        metrics.QUEUE_OLDEST_SECONDS.labels(lane).set(found.oldest_seconds)
