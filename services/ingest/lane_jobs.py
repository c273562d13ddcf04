"""What ingest does on its lanes, and what it writes down when that ends without success."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.deps import Deps
from services.ingest.usecases.inspect_recording import inspect_recording
from services.ingest.usecases.scan_mount import scan_mount
from shared.db import clock
from shared.db.leases import Lease, settle
from shared.errors import ArchivistError
from shared.jobs.worker import Handler
from shared.lanes import Lane
from shared.lifecycle import RecordingStatus

INSPECTIONS_AT_ONCE = 2
"""Inspections decode sound; scans only wait. A slot of the worker more for each mount that hangs costs nothing."""

_BY_WAIT_EVERY = 4
"""Newest first is right for today's meeting, and would let a stream of new files hold up last year's for ever."""
_AFTER_A_FAILED_SCAN = timedelta(seconds=30)


def handlers(deps: Deps) -> Mapping[Lane, Handler]:
    """Both lanes are tried for ever: a mount that is away for a week must not cost a recording."""
    turns = asyncio.Semaphore(INSPECTIONS_AT_ONCE)

    async def scan(lease: Lease) -> None:
        await scan_mount(lease, deps=deps)

    async def inspect(lease: Lease) -> None:
        async with turns:
            await inspect_recording(lease, deps=deps)

    return {
        Lane.SCAN: Handler(scan, _scan_ended, gives_up=False),
        Lane.INSPECT: Handler(inspect, _inspection_ended, gives_up=False, by_wait_every=_BY_WAIT_EVERY),
    }


async def _scan_ended(db: AsyncSession, lease: Lease, error: ArchivistError) -> None:
    """A scan writes its mount's troubles down itself; whatever else ends one, the next comes."""
    await settle(db, lease, status="down", status_reason=error.message, ready_at=clock.now() + _AFTER_A_FAILED_SCAN)


async def _inspection_ended(db: AsyncSession, lease: Lease, error: ArchivistError) -> None:
    await settle(db, lease, status=RecordingStatus.REJECTED, reason_code=error.code, reason=error.message)
