"""A worker of the scan lane on a real Redis and a real PostgreSQL, for the tests of what it does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.leases import Lease, settle
from shared.db.models import Mount
from shared.db.session import Work, open_database, unit_of_work
from shared.errors import ArchivistError
from shared.jobs.notifier import ArqNotifier, open_redis
from shared.jobs.worker import Handler, LaneWorker, LeaseTerms
from shared.lanes import Lane

Job = Callable[[Lease], Awaitable[None]]


@asynccontextmanager
async def a_worker(
    database_url: str, redis_url: str, job: Callable[[Work], Job], *, gives_up: bool = True, sweep_s: float = 0.3
) -> AsyncIterator[Work]:
    """A worker of the scan lane in this process, on a clean Redis."""
    redis = open_redis(redis_url)
    await redis.flushall()
    engine = open_database(database_url)
    notifier = ArqNotifier(redis)
    work = unit_of_work(engine, notifier)

    async def ending(db: AsyncSession, lease: Lease, error: ArchivistError) -> None:
        await settle(db, lease, enabled=False, error_code=error.code, error_message=error.message)

    worker = LaneWorker(
        {Lane.SCAN: Handler(job(work), ending, gives_up)},
        work=work,
        redis=redis,
        notifier=notifier,
        concurrency=2,
        terms=LeaseTerms(lease=timedelta(seconds=2), sweep_s=sweep_s, max_attempts=3),
    )
    task = asyncio.create_task(worker.run())
    try:
        yield work
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await redis.aclose(close_connection_pool=True)
        await engine.dispose()


async def add_mount(work: Work, name: str = "m") -> None:
    async with work() as unit:
        unit.db.add(Mount(name=name, path=f"/mnt/{name}"))


async def until(work: Work, condition: Callable[[Mount], bool], *, seconds: float = 15) -> Mount:
    async with asyncio.timeout(seconds):
        while True:
            async with work() as unit:
                row: Mount | None = await unit.db.scalar(select(Mount))
            if row is not None and condition(row):
                return row
            await asyncio.sleep(0.05)


def done(work: Work) -> Job:
    async def job(lease: Lease) -> None:
        async with work() as unit:
            await settle(unit.db, lease, enabled=False, status="up")

    return job
