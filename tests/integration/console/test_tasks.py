"""`archivist tasks`: listed, started, waited for."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from services.console.station_tasks import run_task
from services.vod.__main__ import tasks
from shared.db.models import Task
from shared.db.task_starts import plan_schedules
from shared.errors import NotFound
from shared.jobs.task_lane import task_handler
from shared.jobs.worker import LaneWorker, LeaseTerms
from shared.lanes import Lane
from shared.presence import Presence, about_process
from shared.runtime import Runtime, open_runtime
from shared.settings import Settings
from tests.integration.console.test_endings import archivist


@pytest.fixture
async def runtime(database_url: str, redis_url: str) -> AsyncIterator[Runtime]:
    settings = Settings(database_url=database_url, redis_url=redis_url, log_level="WARNING")
    async with open_runtime("vod", settings) as opened:
        yield opened


async def _archivist(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(archivist, "tasks", *words, **settings)


async def test_a_task_is_listed_run_by_its_service_and_its_result_printed(
    runtime: Runtime, database_url: str, redis_url: str
) -> None:
    async with runtime.work() as unit:
        await plan_schedules(unit.db, "America/Chicago")
    worker = LaneWorker(
        {Lane.VOD_TASK: task_handler("vod", tasks(runtime.work), runtime.work)},
        work=runtime.work,
        redis=runtime.redis,
        notifier=runtime.notifier,
        concurrency=1,
        terms=LeaseTerms(sweep_s=0.2),
        each_sweep=[Presence(runtime.work, about_process("vod", slots=1, beat_s=5)).beat],
    )
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(stop))
    async with asyncio.timeout(60):
        while worker.swept_at is None:
            await asyncio.sleep(0.05)
    servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    done = await _archivist("run", "forget-old-rows", **servers)
    listed = await _archivist("list", "--json", **servers)
    shown = await _archivist("list", **servers)
    stop.set()
    await working

    nothing = dict.fromkeys(("tasks", "random_deaths", "events", "words", "cue_lists"), 0)
    assert (done.returncode, json.loads(done.stdout)) == (0, nothing)
    document = json.loads(listed.stdout)
    assert document["schema"] == "archivist.tasks/1"
    [task] = [one for one in document["tasks"] if one["name"] == "forget-old-rows"]
    assert (task["service"], task["rule"], task["timezone"]) == ("vod", "40 3 * * *", "America/Chicago")
    assert (task["last_status"], task["next_at"] is None) == ("done", False)
    assert "tidy-work-storage" in shown.stdout


async def test_without_its_service_it_is_started_and_a_person_told(
    runtime: Runtime, database_url: str, redis_url: str
) -> None:
    answer = await _archivist("run", "forget-old-rows", DATABASE_URL=database_url, REDIS_URL=redis_url)
    async with runtime.work() as unit:
        row = (await unit.db.scalars(select(Task))).one()

    assert (answer.returncode, row.status) == (1, "pending")
    assert answer.stdout == f"Started: {row.id}. No vod is running, so it waits for one.\n"


async def test_a_task_that_nobody_knows_is_refused_with_those_that_there_are(database_url: str, redis_url: str) -> None:
    with pytest.raises(NotFound, match="tidy-work-storage"):
        await run_task(Settings(database_url=database_url, redis_url=redis_url), "nothing", waits=True)
