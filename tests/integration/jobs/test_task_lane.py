"""Tasks on a real worker: done, failed, cancelled, left to a later version, and started by their schedule."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from shared.db import clock
from shared.db.models import Event, Schedule, Task
from shared.db.session import Work, open_database, unit_of_work
from shared.db.task_starts import start_task
from shared.errors import Temporary, Unusable
from shared.jobs.notifier import ArqNotifier, open_redis
from shared.jobs.task_lane import DoTask, Schedules, TaskInHand, task_handler
from shared.jobs.worker import LaneWorker, LeaseTerms
from shared.lanes import Lane

Running = Callable[[Mapping[str, DoTask]], AbstractAsyncContextManager[Work]]


@pytest.fixture
def running(database_url: str, redis_url: str) -> Running:
    """A worker of vod's tasks in this process, on a clean Redis."""

    @asynccontextmanager
    async def start(kinds: Mapping[str, DoTask]) -> AsyncIterator[Work]:
        redis = open_redis(redis_url)
        await redis.flushall()
        engine = open_database(database_url)
        notifier = ArqNotifier(redis)
        work = unit_of_work(engine, notifier)
        worker = LaneWorker(
            {Lane.VOD_TASK: task_handler("vod", kinds, work)},
            work=work,
            redis=redis,
            notifier=notifier,
            concurrency=2,
            terms=LeaseTerms(lease=timedelta(seconds=2), sweep_s=0.2, max_attempts=2),
            each_sweep=[Schedules(work, "America/Chicago").look],
        )
        stop = asyncio.Event()
        task = asyncio.create_task(worker.run(stop))
        try:
            yield work
        finally:
            stop.set()
            await task
            await redis.aclose(close_connection_pool=True)
            await engine.dispose()

    return start


async def _start(work: Work, name: str = "forget-old-rows", **more: Any) -> Task:
    async with work() as unit:
        return await start_task(unit, name, by="console", **more)


async def _until(work: Work, row: Task, condition: Callable[[Task], Any]) -> Task:
    async with asyncio.timeout(60):
        while True:
            async with work() as unit:
                found = await unit.db.get_one(Task, row.id)
            if condition(found):
                return found
            await asyncio.sleep(0.05)


async def test_a_task_is_given_its_payload_and_its_result_is_its_row(running: Running) -> None:
    async def do(task: TaskInHand) -> dict[str, Any]:
        await task.report(done=1, of=2)
        return {"saw": dict(task.payload), "about": task.subject}

    async with running({"forget-old-rows": do}) as work:
        row = await _start(work, payload={"a": 1}, subject="birchwood")
        done = await _until(work, row, lambda found: found.status == "done")

    assert done.result == {"saw": {"a": 1}, "about": "birchwood"}
    assert done.progress == {"done": 1, "of": 2}
    assert (done.attempt, done.lease_token) == (0, None)
    assert done.ended_at is not None


async def test_a_task_that_fails_says_why_in_its_row_and_in_an_event(running: Running) -> None:
    tried = 0

    async def do(_: TaskInHand) -> dict[str, Any]:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise Temporary("Not yet.", code="not_yet", retry_after_s=0.01)
        raise Unusable("The disk is no disk.", code="no_disk")

    async with running({"forget-old-rows": do}) as work:
        row = await _start(work)
        failed = await _until(work, row, lambda found: found.status != "pending")
        async with work() as unit:
            about = select(Event).where(Event.subject_kind == "task", Event.subject_id == str(row.id))
            events = {event.kind: event for event in await unit.db.scalars(about)}
    told, retried = events["task.failed"], events["work.retried"]

    assert (failed.status, failed.error_code, failed.error_message) == ("failed", "no_disk", "The disk is no disk.")
    assert (told.facts["error_code"], told.level) == ("no_disk", "error")
    assert (retried.facts["code"], retried.facts["lane"]) == ("not_yet", "vod.task")
    assert tried == 2


async def test_a_task_that_is_cancelled_is_stopped_where_it_is(running: Running) -> None:
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def do(_: TaskInHand) -> dict[str, Any]:
        begun.set()
        try:
            await asyncio.sleep(600)
        finally:
            stopped.set()
        return {}

    async with running({"forget-old-rows": do}) as work:
        row = await _start(work)
        async with asyncio.timeout(60):
            await begun.wait()
            async with work() as unit:
                await unit.db.execute(update(Task).values(status="cancelled", lease_token=None, ended_at=clock.now()))
            await stopped.wait()
        found = await _until(work, row, lambda _: True)

    assert (found.status, found.result) == ("cancelled", None)


async def test_a_kind_that_only_a_later_version_knows_is_left_to_it_uncounted(running: Running) -> None:
    async def do(_: TaskInHand) -> dict[str, Any]:
        return {}

    async with running({"forget-old-rows": do}) as work:
        async with work() as unit:
            unit.db.add(Task(kind="of-a-later-version", service="vod"))
        row = await _start(work)
        await _until(work, row, lambda found: found.status == "done")
        async with work() as unit:
            later = (await unit.db.scalars(select(Task).where(Task.kind == "of-a-later-version"))).one()

    assert (later.status, later.attempt) == ("pending", 0)


async def test_a_schedule_that_is_due_is_done_without_anybody(running: Running) -> None:
    async def do(_: TaskInHand) -> dict[str, Any]:
        return {"done": True}

    async with running({"forget-old-rows": do}) as work:
        async with asyncio.timeout(60):
            while True:
                async with work() as unit:
                    late = {"next_at": clock.now() - timedelta(seconds=1)}
                    due = update(Schedule).where(Schedule.name == "forget-old-rows").values(late)
                    if (await unit.db.scalars(due.returning(Schedule.name))).all():
                        break
                await asyncio.sleep(0.05)
            while True:
                async with work() as unit:
                    rows = list(await unit.db.scalars(select(Task).where(Task.status == "done")))
                if rows:
                    break
                await asyncio.sleep(0.05)

    assert [(row.schedule, row.result) for row in rows] == [("forget-old-rows", {"done": True})]
