"""The worker on a real Redis and a real PostgreSQL: rings, retries, endings, and a Redis that forgets everything."""

import asyncio
import contextlib
import errno
import os
import signal
import subprocess
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.leases import Lease, settle
from shared.db.models import Mount, RandomDeath
from shared.db.session import Work, open_database, unit_of_work
from shared.errors import ArchivistError, Killed, RanShort, Temporary, Unusable
from shared.jobs.doorbell import ArqDoorbell, open_redis
from shared.jobs.lanes import Lane
from shared.jobs.worker import Handler, LaneWorker, Terms

Job = Callable[[Lease], Awaitable[None]]


@asynccontextmanager
async def _running(
    database_url: str, redis_url: str, job: Callable[[Work], Job], *, gives_up: bool = True, sweep_s: float = 0.3
) -> AsyncIterator[Work]:
    """A worker of the scan lane in this process, on a clean Redis."""
    redis = open_redis(redis_url)
    await redis.flushall()
    engine = open_database(database_url)
    doorbell = ArqDoorbell(redis)
    work = unit_of_work(engine, doorbell)

    async def ending(db: AsyncSession, lease: Lease, error: ArchivistError) -> None:
        await settle(db, lease, enabled=False, error_code=error.code, error_message=error.message)

    worker = LaneWorker(
        {Lane.SCAN: Handler(job(work), ending, gives_up)},
        work=work,
        redis=redis,
        doorbell=doorbell,
        concurrency=2,
        terms=Terms(lease=timedelta(seconds=2), sweep_s=sweep_s, max_attempts=3),
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


async def _add_mount(work: Work, name: str = "m") -> None:
    async with work() as unit:
        unit.db.add(Mount(name=name, path=f"/mnt/{name}"))


async def _until(work: Work, condition: Callable[[Mount], bool], *, seconds: float = 15) -> Mount:
    async with asyncio.timeout(seconds):
        while True:
            async with work() as unit:
                row: Mount | None = await unit.db.scalar(select(Mount))
            if row is not None and condition(row):
                return row
            await asyncio.sleep(0.05)


def _done(work: Work) -> Job:
    async def job(lease: Lease) -> None:
        async with work() as unit:
            await settle(unit.db, lease, enabled=False, status="up")

    return job


async def test_a_row_nobody_rang_for_is_found_by_the_sweep(database_url: str, redis_url: str) -> None:
    async with _running(database_url, redis_url, _done) as work:
        await _add_mount(work)  # no ring

        row = await _until(work, lambda mount: mount.status == "up")

    assert row.attempt == 0


async def test_a_worker_hears_rings_after_redis_was_emptied(database_url: str, redis_url: str) -> None:
    async with _running(database_url, redis_url, _done, sweep_s=3600) as work:
        await _add_mount(work)
        async with work() as unit:
            unit.ring(Lane.SCAN)
        await _until(work, lambda mount: mount.status == "up")
        async with Redis.from_url(redis_url) as redis:
            await redis.flushall()
        async with work() as unit:
            row = (await unit.db.scalars(select(Mount))).one()
            row.status, row.enabled = "unknown", True
            unit.ring(Lane.SCAN)

        await _until(work, lambda mount: mount.status == "up")


async def test_a_ring_that_redis_forgot_costs_no_row(database_url: str, redis_url: str) -> None:
    """Both slots are busy, so the third row's ring lies on Redis when it is emptied."""
    begun, go_on = asyncio.Semaphore(0), asyncio.Event()

    def job(work: Work) -> Job:
        async def wait(lease: Lease) -> None:
            begun.release()
            await go_on.wait()
            async with work() as unit:
                await settle(unit.db, lease, enabled=False, status="up")

        return wait

    async with _running(database_url, redis_url, job) as work, Redis.from_url(redis_url) as redis:
        for name in ("first", "second"):
            await _add_mount(work, name)
        async with asyncio.timeout(30):
            await begun.acquire()
            await begun.acquire()
        await _add_mount(work, "third")
        async with work() as unit:
            unit.ring(Lane.SCAN)
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


async def test_temporary_trouble_is_retried_and_then_ends_with_its_reason(database_url: str, redis_url: str) -> None:
    attempts = []

    def job(_: Work) -> Job:
        async def fail(lease: Lease) -> None:
            attempts.append(lease.attempt)
            raise Temporary("The drive sleeps.", code="asleep", retry_after_s=0.05)

        return fail

    async with _running(database_url, redis_url, job) as work:
        await _add_mount(work)
        row = await _until(work, lambda mount: not mount.enabled)

    assert attempts == [1, 2, 3]
    assert (row.error_code, row.error_message) == ("asleep", "The drive sleeps.")


@pytest.mark.parametrize("outside", [True, False])
async def test_the_two_thousandth_try_waits_some_minutes_and_no_longer(
    database_url: str, redis_url: str, outside: bool
) -> None:
    """What waits for something outside was asked every two seconds for ever; the other overflowed."""

    def job(_: Work) -> Job:
        async def fail(_: Lease) -> None:
            raise Temporary("The drive sleeps.", code="asleep", outside=outside)

        return fail

    async with _running(database_url, redis_url, job, gives_up=False) as work:
        async with work() as unit:
            unit.db.add(Mount(name="m", path="/mnt/m", attempt=0 if outside else 2000, waits=2000 if outside else 0))
        row = await _until(work, lambda mount: mount.error_code == "asleep" and mount.lease_token is None)

    assert row.progress_at is not None
    assert 200 < (row.ready_at - row.progress_at).total_seconds() < 330
    assert row.waits == (2001 if outside else 0)


async def test_what_can_never_work_ends_at_once(database_url: str, redis_url: str) -> None:
    attempts = []

    def job(_: Work) -> Job:
        async def fail(lease: Lease) -> None:
            attempts.append(lease.attempt)
            raise Unusable("This is a text file.", code="not_media")

        return fail

    async with _running(database_url, redis_url, job) as work:
        await _add_mount(work)
        row = await _until(work, lambda mount: not mount.enabled)

    assert attempts == [1]
    assert row.error_code == "not_media"


async def test_an_unforeseen_error_is_tried_again_and_never_stops_the_worker(database_url: str, redis_url: str) -> None:
    seen = []

    def job(work: Work) -> Job:
        async def sometimes(lease: Lease) -> None:
            seen.append(lease.attempt)
            if lease.attempt == 1:
                raise ZeroDivisionError
            async with work() as unit:
                await settle(unit.db, lease, enabled=False, status="up")

        return sometimes

    async with _running(database_url, redis_url, job) as work:
        await _add_mount(work)
        await _until(work, lambda mount: mount.status == "up")

    assert seen == [1, 2]


@pytest.mark.parametrize(
    ("number", "code", "attempt"),
    [(errno.ESTALE, "mount_trouble", 0), (errno.EMFILE, "machine_trouble", 0), (errno.EDOM, "unforeseen", 1)],
)
async def test_what_a_drive_or_the_machine_did_is_not_counted_against_the_row(
    database_url: str, redis_url: str, number: int, code: str, attempt: int
) -> None:
    def job(_: Work) -> Job:
        async def fail(_: Lease) -> None:
            raise OSError(number, os.strerror(number))

        return fail

    async with _running(database_url, redis_url, job) as work:
        await _add_mount(work)
        row = await _until(work, lambda mount: mount.error_code is not None and mount.lease_token is None)

    assert (row.error_code, row.attempt, row.waits) == (code, attempt, 1 - attempt)


@pytest.mark.parametrize(
    "raised",
    [MemoryError(), TimeoutError(), subprocess.TimeoutExpired("ffprobe", 1), OSError(errno.ENOMEM, "no memory")],
)
async def test_time_and_memory_are_the_machines_wherever_they_run_out(
    database_url: str, redis_url: str, raised: Exception
) -> None:
    def job(_: Work) -> Job:
        async def fail(_: Lease) -> None:
            raise raised

        return fail

    async with _running(database_url, redis_url, job) as work:
        await _add_mount(work)
        row = await _until(work, lambda mount: mount.error_code is not None and mount.lease_token is None)

    assert (row.error_code, row.attempt, row.waits, row.ran_short) == ("machine_short", 0, 1, 1)


async def test_what_runs_out_of_time_or_memory_waits_as_long_as_nothing_else_can_be_done_there(
    database_url: str, redis_url: str
) -> None:
    def job(_: Work) -> Job:
        async def fail(_: Lease) -> None:
            raise RanShort("It takes too long.", code="engine_timeout", retry_after_s=0.01)

        return fail

    async with _running(database_url, redis_url, job, sweep_s=0.05) as work:
        await _add_mount(work)
        row = await _until(work, lambda mount: mount.waits >= 6 and mount.lease_token is None)

    assert (row.enabled, row.attempt, row.ran_short, row.error_code) == (True, 0, 1, "engine_timeout")


async def test_what_runs_out_of_time_or_memory_alone_while_others_are_finished_has_itself_to_blame(
    database_url: str, redis_url: str
) -> None:
    seen = []

    def job(work: Work) -> Job:
        async def slow(lease: Lease) -> None:
            async with work() as unit:
                row = await unit.db.get_one(Mount, lease.row_id)
                if row.name != "slow":
                    await settle(unit.db, lease, enabled=False, status="up")
                    return
            seen.append((lease.ran_short, lease.is_suspect))
            await _add_mount(work, f"other-{len(seen)}")
            raise RanShort("It takes too long.", code="engine_timeout", retry_after_s=0.01)

        return slow

    async with _running(database_url, redis_url, job, sweep_s=0.05) as work:
        await _add_mount(work, "slow")
        async with asyncio.timeout(30):
            while True:
                async with work() as unit:
                    row = (await unit.db.scalars(select(Mount).where(Mount.name == "slow"))).one()
                if not row.enabled:
                    break
                await asyncio.sleep(0.05)

    assert row.error_code == "engine_timeout"
    assert list(dict.fromkeys(seen)) == [(0, False), (1, True), (2, True), (3, True)]


async def test_a_row_that_kills_its_worker_each_time_is_given_up(database_url: str, redis_url: str) -> None:
    ran = []

    def job(_: Work) -> Job:
        async def never(lease: Lease) -> None:
            ran.append(lease.attempt)

        return never

    async with _running(database_url, redis_url, job) as work:
        async with work() as unit:
            unit.db.add(Mount(name="m", path="/mnt/m", died_alone=3))  # so many workers
        row = await _until(work, lambda mount: not mount.enabled)

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

    async with _running(database_url, redis_url, job) as work:
        await _add_mount(work)
        row = await _until(work, lambda mount: not mount.enabled)

    assert seen == [(1, 0), (1, 1), (1, 2)]
    assert row.error_code == "engine_killed"


async def test_deaths_of_rows_that_were_finished_later_excuse_a_row_up_to_a_limit(
    database_url: str, redis_url: str
) -> None:
    ran = []

    def job(work: Work) -> Job:
        async def note(lease: Lease) -> None:
            ran.append(lease.died_alone)
            await _done(work)(lease)

        return note

    async with _running(database_url, redis_url, job) as work:
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
        async with _running(database_url, redis_url, job) as work:
            await _add_mount(work)
            await asyncio.wait_for(started.wait(), 10)
            os.kill(os.getpid(), signal.SIGTERM)
            row = await _until(work, lambda mount: mount.lease_token is None, seconds=3)
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
    async with _running(database_url, redis_url, job) as work:
        await _add_mount(work)
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
                await _done(work)(lease)
                await redis.execute_command("CLIENT", "PAUSE", "30000", "WRITE")

            return quick

        try:
            async with _running(database_url, redis_url, job) as work:
                await _add_mount(work)
                async with asyncio.timeout(15):
                    while not running("finish_job"):
                        await asyncio.sleep(0.01)
                (run,) = running("run")
                run.cancel()
                await asyncio.wait({run}, timeout=10)

                assert asyncio.all_tasks() == before
        finally:
            await redis.execute_command("CLIENT", "UNPAUSE")


@pytest.mark.parametrize("times", [1, 5])
async def test_many_rings_for_one_row_do_the_work_once(database_url: str, redis_url: str, times: int) -> None:
    runs = []

    def job(work: Work) -> Job:
        async def count(lease: Lease) -> None:
            runs.append(lease.row_id)
            await asyncio.sleep(0.3)
            async with work() as unit:
                await settle(unit.db, lease, enabled=False, status="up")

        return count

    async with _running(database_url, redis_url, job) as work:
        async with work() as unit:
            unit.db.add(Mount(name="m", path="/mnt/m"))
            unit.ring(Lane.SCAN, times)
        await _until(work, lambda mount: mount.status == "up")
        await asyncio.sleep(0.5)

    assert len(runs) == 1
