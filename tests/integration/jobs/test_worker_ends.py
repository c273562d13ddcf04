"""How workers end, by signals and by what they work on, and what becomes of their rows."""

import asyncio
import os
import signal
import uuid

from redis.asyncio import Redis
from sqlalchemy import select

from shared.db.leases import Lease
from shared.db.models import Mount, RandomDeath
from shared.db.session import Work
from shared.errors import Killed
from tests.integration.jobs.running_worker import Job, a_worker, add_mount, done, until


async def test_a_row_that_kills_its_worker_each_time_is_given_up(database_url: str, redis_url: str) -> None:
    ran = []

    def job(_: Work) -> Job:
        async def never(lease: Lease) -> None:
            ran.append(lease.attempt)

        return never

    async with a_worker(database_url, redis_url, job) as work:
        async with work() as unit:
            unit.db.add(Mount(name="m", path="/mnt/m", died_alone=3))  # so many workers
        row = await until(work, lambda mount: not mount.enabled)

    assert ran == []
    assert row.error_code == "worker_died"


async def test_a_process_of_the_works_own_that_is_killed_counts_as_a_death_and_as_no_attempt(
    database_url: str, redis_url: str
) -> None:
    seen = []

    def job(_: Work) -> Job:
        async def killed(lease: Lease) -> None:
            seen.append((lease.attempt, lease.died_alone))
            raise Killed("Somebody ended the speech engine's process.", code="engine_killed", retry_after_s=0.05)

        return killed

    async with a_worker(database_url, redis_url, job) as work:
        await add_mount(work)
        row = await until(work, lambda mount: not mount.enabled)

    assert seen == [(1, 0), (1, 1), (1, 2)]
    assert row.error_code == "engine_killed"


async def test_deaths_of_rows_that_were_finished_later_excuse_a_row_up_to_a_limit(
    database_url: str, redis_url: str
) -> None:
    ran = []

    def job(work: Work) -> Job:
        async def note(lease: Lease) -> None:
            ran.append(lease.died_alone)
            await done(work)(lease)

        return note

    async with a_worker(database_url, redis_url, job) as work:
        async with work() as unit:
            unit.db.add(RandomDeath(row_id=uuid.uuid4(), deaths=100))
            unit.db.add(Mount(name="excused", path="/mnt/a", died_alone=8))
            unit.db.add(Mount(name="poison", path="/mnt/b", died_alone=9))
        async with asyncio.timeout(15):
            while True:
                async with work() as unit:
                    rows = {row.name: row for row in (await unit.db.scalars(select(Mount))).all()}
                if not any(row.enabled for row in rows.values()):
                    break
                await asyncio.sleep(0.05)

    assert ran == [8]
    assert (rows["excused"].status, rows["poison"].error_code) == ("up", "worker_died")


async def test_sigterm_gives_the_row_back_at_once(database_url: str, redis_url: str) -> None:
    started = asyncio.Event()

    def job(_: Work) -> Job:
        async def long(_: Lease) -> None:
            started.set()
            await asyncio.sleep(60)

        return long

    before = signal.getsignal(signal.SIGTERM)
    try:
        async with a_worker(database_url, redis_url, job) as work:
            await add_mount(work)
            await asyncio.wait_for(started.wait(), 10)
            os.kill(os.getpid(), signal.SIGTERM)
            row = await until(work, lambda mount: mount.lease_token is None, seconds=3)
    finally:
        signal.signal(signal.SIGTERM, before)

    assert row.attempt == 0


async def test_a_worker_that_is_hurried_still_gives_its_row_back_before_it_goes(
    database_url: str, redis_url: str
) -> None:
    """Cancelled again and again while the row is locked by somebody else: neither the row nor a task is left behind."""
    started = asyncio.Event()

    def job(_: Work) -> Job:
        async def long(_: Lease) -> None:
            started.set()
            await asyncio.sleep(60)

        return long

    before = asyncio.all_tasks()
    async with a_worker(database_url, redis_url, job) as work:
        await add_mount(work)
        await asyncio.wait_for(started.wait(), 10)
        (run,) = (task for task in asyncio.all_tasks() - before if getattr(task.get_coro(), "__name__", "") == "run")
        async with work() as other:
            await other.db.scalar(select(Mount).with_for_update())
            for _ in range(5):
                run.cancel()
                await asyncio.sleep(0.5)
            assert not run.done()
        await asyncio.wait({run}, timeout=10)

        async with work() as unit:
            row = (await unit.db.scalars(select(Mount))).one()
            assert (row.lease_token, row.attempt) == (None, 0)
        assert asyncio.all_tasks() == before


async def test_a_worker_that_stops_while_redis_hears_of_an_ended_job_leaves_no_task_behind(
    database_url: str, redis_url: str
) -> None:
    """What was left behind once found its connection closed under it, and opened another that nobody closed."""
    before = asyncio.all_tasks()

    def running(name: str) -> list[asyncio.Task[object]]:
        return [
            task for task in asyncio.all_tasks() - before if getattr(task.get_coro(), "__name__", "").endswith(name)
        ]

    async with Redis.from_url(redis_url) as redis:

        def job(work: Work) -> Job:
            async def quick(lease: Lease) -> None:
                await done(work)(lease)
                await redis.execute_command("CLIENT", "PAUSE", "30000", "WRITE")

            return quick

        try:
            async with a_worker(database_url, redis_url, job) as work:
                await add_mount(work)
                async with asyncio.timeout(15):
                    while not running("finish_job"):
                        await asyncio.sleep(0.01)
                (run,) = running("run")
                run.cancel()
                await asyncio.wait({run}, timeout=10)

                assert asyncio.all_tasks() == before
        finally:
            await redis.execute_command("CLIENT", "UNPAUSE")
