"""The worker on a real Redis and a real PostgreSQL: wake-ups, and a Redis that forgets everything."""

import asyncio

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from shared.db.leases import Lease, settle
from shared.db.models import Mount
from shared.db.session import Work
from shared.lanes import Lane
from tests.integration.jobs.running_worker import Job, a_worker, add_mount, done, until


async def test_a_row_nobody_rang_for_is_found_by_the_sweep(database_url: str, redis_url: str) -> None:
    async with a_worker(database_url, redis_url, done) as work:
        await add_mount(work)  # nobody is notified

        row = await until(work, lambda mount: mount.status == "up")

    assert row.attempt == 0


async def test_a_worker_hears_wake_ups_after_redis_was_emptied(database_url: str, redis_url: str) -> None:
    async with a_worker(database_url, redis_url, done, sweep_s=3600) as work:
        await add_mount(work)
        async with work() as unit:
            unit.notify(Lane.SCAN)
        await until(work, lambda mount: mount.status == "up")
        async with Redis.from_url(redis_url) as redis:
            await redis.flushall()
        async with work() as unit:
            row = (await unit.db.scalars(select(Mount))).one()
            row.status, row.enabled = "unknown", True
            unit.notify(Lane.SCAN)

        await until(work, lambda mount: mount.status == "up")


async def test_a_wake_up_that_redis_forgot_costs_no_row(database_url: str, redis_url: str) -> None:
    """Both slots are busy, so the third row's wake-up lies on Redis when it is emptied."""
    begun, go_on = asyncio.Semaphore(0), asyncio.Event()

    def job(work: Work) -> Job:
        async def wait(lease: Lease) -> None:
            begun.release()
            await go_on.wait()
            async with work() as unit:
                await settle(unit.db, lease, enabled=False, status="up")

        return wait

    async with a_worker(database_url, redis_url, job) as work, Redis.from_url(redis_url) as redis:
        for name in ("first", "second"):
            await add_mount(work, name)
        async with asyncio.timeout(30):
            await begun.acquire()
            await begun.acquire()
        await add_mount(work, "third")
        async with work() as unit:
            unit.notify(Lane.SCAN)
        assert await redis.zcard(Lane.SCAN.queue) > 2  # both in hand, and the one that waits
        await redis.flushall()
        go_on.set()

        async with asyncio.timeout(30):
            while True:
                async with work() as unit:
                    states = list(await unit.db.scalars(select(Mount.status)))
                if states == ["up", "up", "up"]:
                    break
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("times", [1, 5])
async def test_many_wake_ups_for_one_row_do_the_work_once(database_url: str, redis_url: str, times: int) -> None:
    runs = []

    def job(work: Work) -> Job:
        async def count(lease: Lease) -> None:
            runs.append(lease.row_id)
            await asyncio.sleep(0.3)
            async with work() as unit:
                await settle(unit.db, lease, enabled=False, status="up")

        return count

    async with a_worker(database_url, redis_url, job) as work:
        async with work() as unit:
            unit.db.add(Mount(name="m", path="/mnt/m"))
            unit.notify(Lane.SCAN, times)
        await until(work, lambda mount: mount.status == "up")
        await asyncio.sleep(0.5)

    assert len(runs) == 1
