"""A worker process of the slice lane whose work is a nap, and death for the slices of one number."""

import asyncio
import os
import signal
import sys
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.leases import Lease, settle
from shared.db.models import Slice
from shared.db.session import open_database, unit_of_work
from shared.errors import ArchivistError
from shared.jobs.notifier import ArqNotifier, open_redis
from shared.jobs.worker import Handler, LaneWorker, LeaseTerms
from shared.lanes import Lane
from shared.lifecycle import SliceStatus

POISON = 666
NAP_S = 0.5


async def main(database_url: str, redis_url: str, concurrency: int) -> None:
    engine = open_database(database_url)
    redis = open_redis(redis_url)
    notifier = ArqNotifier(redis)
    work = unit_of_work(engine, notifier)

    async def nap(lease: Lease) -> None:
        async with work() as unit:
            number = (await unit.db.get_one(Slice, lease.row_id)).number
        await asyncio.sleep(NAP_S)
        if number == POISON:
            os.kill(os.getpid(), signal.SIGKILL)
        async with work() as unit:
            await settle(unit.db, lease, status=SliceStatus.DONE)

    async def end(db: AsyncSession, lease: Lease, error: ArchivistError) -> None:
        await settle(db, lease, status=SliceStatus.FAILED, error_code=error.code, error_message=error.message)

    worker = LaneWorker(
        {Lane.SLICE: Handler(nap, end)},
        work=work,
        redis=redis,
        notifier=notifier,
        concurrency=concurrency,
        terms=LeaseTerms(lease=timedelta(seconds=2), sweep_s=0.3, max_attempts=5),
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
