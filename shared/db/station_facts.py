"""The facts that are the whole station's and no process's own: asked of the database whenever somebody wants them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import clock
from shared.db.lane_rows import Backlog
from shared.db.leases import backlog
from shared.db.models import Mount, Recording
from shared.lanes import Lane
from shared.lifecycle import RecordingStatus


@dataclass(frozen=True, slots=True)
class WatchedMount:
    """One mount, as its last look left it."""

    name: str
    status: str
    scanned_at: datetime | None
    not_looked_at: int
    oldest_unsettled_s: float
    """How long the file has waited that has waited longest without a change (a long recording grows for hours)."""


@dataclass(frozen=True, slots=True)
class StationFacts:
    """What operations see of the station."""

    recordings: dict[str, int]
    """By status."""
    mounts: tuple[WatchedMount, ...]
    backlogs: dict[Lane, Backlog]


async def station_facts(db: AsyncSession) -> StationFacts:
    """Count the ledger, look at every watched mount and measure every lane."""
    counts = await db.execute(select(Recording.status, func.count()).group_by(Recording.status))
    return StationFacts(
        recordings={str(row[0]): int(row[1]) for row in counts},
        mounts=await _watched_mounts(db),
        backlogs={lane: await backlog(db, lane) for lane in Lane},
    )


async def _watched_mounts(db: AsyncSession) -> tuple[WatchedMount, ...]:
    unchanged_since = cast(Recording.looks[-1]["since"].astext, DateTime(timezone=True))
    waits_since = func.coalesce(unchanged_since, Recording.seen_at)
    oldest = (
        select(Recording.mount_id, func.min(waits_since).label("since"))
        .where(Recording.present, Recording.status.in_((RecordingStatus.SEEN, RecordingStatus.SETTLING)))
        .group_by(Recording.mount_id)
        .subquery()
    )
    rows = await db.execute(
        select(Mount, func.extract("epoch", clock.now() - oldest.c.since))
        .outerjoin(oldest, oldest.c.mount_id == Mount.id)
        .where(Mount.enabled, Mount.that("scans"))
        .order_by(Mount.name)
    )
    return tuple(
        WatchedMount(mount.name, mount.status, mount.scanned_at, mount.not_looked_at, float(age or 0))
        for mount, age in rows
    )
