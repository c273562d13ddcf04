"""A worker whose neighbour, database or Redis dies while there is work: nothing is lost, nothing is counted twice."""

import asyncio
import contextlib
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.console.stack.postgres import PostgresServer, create_database, wait_for_postgres
from services.console.stack.process import end, launch
from services.console.stack.redis import RedisServer, wait_for_redis
from shared.db.leases import Lease, settle
from shared.db.models import Mount
from shared.db.schema_upgrade import upgrade
from shared.db.session import Work, open_database, unit_of_work
from shared.errors import ArchivistError
from shared.jobs.notifier import ArqNotifier, open_redis
from shared.jobs.worker import Handler, LaneWorker, LeaseTerms
from shared.lanes import Lane

MANY = 60
HOLDER = """
import asyncio, sys
from datetime import timedelta
from shared.db.leases import take
from shared.db.session import open_database, unit_of_work
from shared.notify import MemoryNotifier
from shared.lanes import Lane

async def main():
    work = unit_of_work(open_database(sys.argv[1]), MemoryNotifier())
    async with work() as unit:
        assert await take(unit.db, Lane.SCAN, owner="doomed", lasting=timedelta(seconds=2))
    print("holding", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@asynccontextmanager
async def _worker(
    database_url: str, redis_url: str, job: Callable[[Work, Lease], Awaitable[None]]
) -> AsyncIterator[tuple[Work, "asyncio.Task[None]"]]:
    """A worker of the scan lane in this process."""
    redis, engine = open_redis(redis_url), open_database(database_url)
    notifier = ArqNotifier(redis)
    work = unit_of_work(engine, notifier)

    async def ending(db: AsyncSession, lease: Lease, error: ArchivistError) -> None:
        await settle(db, lease, enabled=False, status="down", error_code=error.code)

    worker = LaneWorker(
        {Lane.SCAN: Handler(lambda lease: job(work, lease), ending)},
        work=work,
        redis=redis,
        notifier=notifier,
        concurrency=4,
        terms=LeaseTerms(lease=timedelta(seconds=2), sweep_s=0.3, max_attempts=3),
    )
    task = asyncio.create_task(worker.run())
    try:
        yield work, task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await redis.aclose(close_connection_pool=True)
        await engine.dispose()


async def _mark(work: Work, lease: Lease) -> None:
    await asyncio.sleep(0.05)
    async with work() as unit:
        await settle(unit.db, lease, enabled=False, status="up")


async def _fill(work: Work, rows: int) -> None:
    async with work() as unit:
        unit.db.add_all([Mount(name=f"m{number}", path=f"/mnt/{number}") for number in range(rows)])


async def _tally(work: Work) -> Counter[str]:
    async with work() as unit:
        rows = await unit.db.execute(select(Mount.status, func.count()).group_by(Mount.status))
        return Counter({str(status): int(count) for status, count in rows})


async def _until(work: Work, condition: Callable[[Counter[str]], bool], *, seconds: float = 30) -> Counter[str]:
    async with asyncio.timeout(seconds):
        while True:
            with contextlib.suppress(Exception):  # the database may be away just now
                tally = await _tally(work)
                if condition(tally):
                    return tally
            await asyncio.sleep(0.05)


async def test_a_row_held_by_a_killed_process_is_taken_over_when_its_lease_has_run_out(
    work: Work, database_url: str, redis_url: str
) -> None:
    seen: list[tuple[bool, float]] = []

    async def note(work: Work, lease: Lease) -> None:
        seen.append((lease.is_suspect, monotonic()))
        await _mark(work, lease)

    async with work() as unit:
        unit.db.add(Mount(name="m", path="/mnt/m"))
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, database_url, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await asyncio.wait_for(holder.stdout.readline(), 30) == b"holding\n"
    taken_at = monotonic()
    holder.send_signal(signal.SIGKILL)
    await holder.wait()

    async with _worker(database_url, redis_url, note):
        await _until(work, lambda tally: tally["up"] == 1)

    ((is_suspect, at),) = seen
    assert is_suspect
    assert at - taken_at > 1.5


@pytest.fixture
async def own_postgres(open_folder: Path) -> PostgresServer:
    """A server that this test may stop."""
    careless = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    server = PostgresServer(home=open_folder / "home", log=open_folder / "postgres.log", options=careless)
    server.prepare()
    return server


async def test_work_goes_on_after_the_database_was_restarted_under_load(
    own_postgres: PostgresServer, redis_url: str
) -> None:
    process = launch(own_postgres.program())
    try:
        await wait_for_postgres(own_postgres)
        await create_database(own_postgres, "archivist")
        url = own_postgres.url("archivist", "postgresql+asyncpg")
        await upgrade(url)
        async with _worker(url, redis_url, _mark) as (work, task):
            await _fill(work, MANY)
            await _until(work, lambda tally: tally["up"] >= 8)
            await asyncio.to_thread(end, process, own_postgres.program())
            await asyncio.sleep(1)
            process = launch(own_postgres.program())  # its first answers are "the database system is starting up"
            await _until(work, lambda tally: tally["up"] == MANY)

            assert not task.done()
    finally:
        await asyncio.to_thread(end, process, own_postgres.program())


async def test_a_worker_survives_a_redis_that_is_away_for_seconds_and_a_wake_up_costs_its_caller_little(
    database_url: str, open_folder: Path
) -> None:
    server = RedisServer(home=open_folder / "home", log=open_folder / "redis.log")
    server.prepare()
    process = launch(server.program())
    try:
        await wait_for_redis(server)
        async with _worker(database_url, server.url, _mark) as (work, task):
            await _fill(work, 1)
            await _until(work, lambda tally: tally["up"] == 1)
            await asyncio.to_thread(end, process, server.program())

            started = monotonic()
            async with work() as unit:
                unit.db.add(Mount(name="late", path="/mnt/late"))
                unit.notify(Lane.SCAN)
            assert monotonic() - started < 4
            await asyncio.sleep(5)
            assert not task.done()
            process = launch(server.program())
            await _until(work, lambda tally: tally["up"] == 2)
    finally:
        await asyncio.to_thread(end, process, server.program())
