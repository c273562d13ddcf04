"""What a worker makes of errors: retries, waits that are not counted, and endings."""

import asyncio
import errno
import os
import subprocess

import pytest
from sqlalchemy import select

from shared.db.leases import Lease, settle
from shared.db.models import Event, Mount
from shared.db.session import Work
from shared.errors import RanShort, Temporary, Unusable
from tests.integration.jobs.running_worker import Job, a_worker, add_mount, done, until


async def test_temporary_trouble_is_retried_and_then_ends_with_its_reason(database_url: str, redis_url: str) -> None:
    attempts = []

    def job(_: Work) -> Job:
        async def fail(lease: Lease) -> None:
            attempts.append(lease.attempt)
            raise Temporary("The drive sleeps.", code="asleep", retry_after_s=0.05)

        return fail

    async with a_worker(database_url, redis_url, job) as work:
        await add_mount(work)
        row = await until(work, lambda mount: not mount.enabled)

    assert attempts == [1, 2, 3]
    assert (row.error_code, row.error_message) == ("asleep", "The drive sleeps.")


@pytest.mark.parametrize(("outside", "told"), [(True, ["a", "b"]), (False, ["a", "a", "b", "b"])])
async def test_a_retry_is_told_with_its_cause_and_a_long_wait_once_for_each_cause(
    database_url: str, redis_url: str, outside: bool, told: list[str]
) -> None:
    causes = ["a", "a", "b", "b"]

    def job(work: Work) -> Job:
        async def fail(lease: Lease) -> None:
            if not causes:
                await done(work)(lease)
                return
            raise Temporary("The drive sleeps.", code=causes.pop(0), retry_after_s=0.05, outside=outside)

        return fail

    async with a_worker(database_url, redis_url, job, gives_up=False) as work:
        await add_mount(work)
        row = await until(work, lambda mount: mount.status == "up", seconds=120)
        async with work() as unit:
            events = (await unit.db.scalars(select(Event).order_by(Event.id))).all()

    assert [event.facts["code"] for event in events] == told
    assert {(event.kind, event.actor, event.subject_kind) for event in events} == {("work.retried", "ingest", "mount")}
    assert {event.subject_id for event in events} == {str(row.id)}
    attempts = [None, None] if outside else [1, 2, 3, 4]
    assert [event.facts.get("attempt") for event in events] == attempts


@pytest.mark.parametrize("outside", [True, False])
async def test_the_two_thousandth_try_waits_some_minutes_and_no_longer(
    database_url: str, redis_url: str, outside: bool
) -> None:
    """What waits for something outside was asked every two seconds for ever; the other overflowed."""

    def job(_: Work) -> Job:
        async def fail(_: Lease) -> None:
            raise Temporary("The drive sleeps.", code="asleep", outside=outside)

        return fail

    async with a_worker(database_url, redis_url, job, gives_up=False) as work:
        async with work() as unit:
            unit.db.add(Mount(name="m", path="/mnt/m", attempt=0 if outside else 2000, waits=2000 if outside else 0))
        row = await until(work, lambda mount: mount.error_code == "asleep" and mount.lease_token is None)

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

    async with a_worker(database_url, redis_url, job) as work:
        await add_mount(work)
        row = await until(work, lambda mount: not mount.enabled)

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

    async with a_worker(database_url, redis_url, job) as work:
        await add_mount(work)
        await until(work, lambda mount: mount.status == "up")

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

    async with a_worker(database_url, redis_url, job) as work:
        await add_mount(work)
        row = await until(work, lambda mount: mount.error_code is not None and mount.lease_token is None)

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

    async with a_worker(database_url, redis_url, job) as work:
        await add_mount(work)
        row = await until(work, lambda mount: mount.error_code is not None and mount.lease_token is None)

    assert (row.error_code, row.attempt, row.waits, row.ran_short) == ("machine_short", 0, 1, 1)


async def test_what_runs_out_of_time_or_memory_waits_as_long_as_nothing_else_can_be_done_there(
    database_url: str, redis_url: str
) -> None:
    def job(_: Work) -> Job:
        async def fail(_: Lease) -> None:
            raise RanShort("It takes too long.", code="engine_timeout", retry_after_s=0.01)

        return fail

    async with a_worker(database_url, redis_url, job, sweep_s=0.05) as work:
        await add_mount(work)
        row = await until(work, lambda mount: mount.waits >= 6 and mount.lease_token is None)

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
            await add_mount(work, f"other-{len(seen)}")
            raise RanShort("It takes too long.", code="engine_timeout", retry_after_s=0.01)

        return slow

    async with a_worker(database_url, redis_url, job, sweep_s=0.05) as work:
        await add_mount(work, "slow")
        async with asyncio.timeout(30):
            while True:
                async with work() as unit:
                    row = (await unit.db.scalars(select(Mount).where(Mount.name == "slow"))).one()
                if not row.enabled:
                    break
                await asyncio.sleep(0.05)

    assert row.error_code == "engine_timeout"
    assert list(dict.fromkeys(seen)) == [(0, False), (1, True), (2, True), (3, True)]
