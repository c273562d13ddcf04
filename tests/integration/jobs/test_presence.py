"""The row by which a process is known to be alive."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from shared.db import clock
from shared.db.models import Worker
from shared.db.session import Work, open_database, unit_of_work
from shared.db.worker_rows import ProcessFacts, all_workers, write_beat
from shared.notify import MemoryNotifier
from shared.presence import Presence, about_process, owner_name
from shared.runtime import open_runtime, stay_idle
from shared.settings import Settings

INGEST = ProcessFacts("ingest", "host:7", "host", "0.1.0", slots=16, beat_seconds=5)


@pytest.fixture
async def work(database_url: str) -> AsyncIterator[Work]:
    engine = open_database(database_url)
    yield unit_of_work(engine, MemoryNotifier())
    await engine.dispose()


async def _beat(work: Work, about: ProcessFacts = INGEST, *, ago: timedelta = timedelta()) -> None:
    worker_id = uuid4()
    async with work() as unit:
        await write_beat(unit.db, worker_id, about, None)
        await unit.db.execute(update(Worker).where(Worker.id == worker_id).values(beat_at=clock.now() - ago))


async def _all(work: Work) -> Sequence[tuple[Worker, bool]]:
    async with work() as unit:
        return [(row, is_alive) for row, is_alive in await all_workers(unit.db)]


async def test_a_process_has_one_row_that_says_what_it_works_with(work: Work, tmp_path: Path) -> None:
    about = about_process("transcriber", slots=4, beat_s=5, engine="faster-whisper", model="small.en", device="cuda")
    presence = Presence(work, about, disk=tmp_path / "not" / "made" / "yet")

    await presence.beat()
    await presence.beat()

    [(row, is_alive)] = await _all(work)
    assert is_alive
    assert (row.id, row.owner, row.slots) == (presence.id, owner_name(), 4)
    assert (row.engine, row.model, row.device) == ("faster-whisper", "small.en", "cuda")
    assert row.free_bytes is not None
    assert row.free_bytes > 0
    assert row.beat_at > row.started_at


async def test_one_that_is_silent_or_has_said_goodbye_is_not_alive(work: Work) -> None:
    gone = Presence(work, INGEST)
    await gone.beat()
    await gone.end()
    await _beat(work, ago=timedelta(seconds=46))
    await _beat(work, ago=timedelta(seconds=40))

    found = await _all(work)

    assert [is_alive for _, is_alive in found] == [True, False, False]
    assert [row.stopped_at is not None for row, _ in found] == [False, True, False]


async def test_the_dead_of_yesterday_are_forgotten_but_for_the_last_of_a_service(work: Work) -> None:
    vod = ProcessFacts("vod", "host:8", "host", "0.1.0", slots=4, beat_seconds=5)
    await _beat(work, ago=timedelta(hours=25))
    await _beat(work, ago=timedelta(hours=23))
    await _beat(work, vod, ago=timedelta(days=9))
    await _beat(work, vod, ago=timedelta(days=8))

    await _beat(work)

    ages = [(row.service, is_alive) for row, is_alive in await _all(work)]
    assert ages == [("ingest", True), ("ingest", False), ("vod", False)]
    async with work() as unit:
        oldest = await unit.db.scalar(select(func.min(Worker.beat_at)))
        assert oldest is not None
        assert await clock.read(unit.db) - oldest < timedelta(days=8, minutes=10)


async def test_one_that_was_forgotten_while_it_slept_is_there_again(work: Work) -> None:
    presence = Presence(work, INGEST)
    await presence.beat()
    async with work() as unit:
        await unit.db.execute(update(Worker).values(beat_at=clock.now() - timedelta(days=2)))
    await _beat(work)
    assert presence.id not in [row.id for row, _ in await _all(work)]

    await presence.beat()

    assert (presence.id, True) in [(row.id, is_alive) for row, is_alive in await _all(work)]


async def test_a_service_without_its_model_says_for_what_it_waits(database_url: str, redis_url: str) -> None:
    settings = Settings(database_url=database_url, redis_url=redis_url, sweep_seconds=0.1)
    async with open_runtime("transcriber", settings) as runtime:
        idling = asyncio.create_task(stay_idle(runtime, settings, "transcriber", "WHISPER_MODEL"))
        async with asyncio.timeout(30):
            while not (found := await _all(runtime.work)):
                await asyncio.sleep(0.05)
        idling.cancel()
        await asyncio.gather(idling, return_exceptions=True)

        [(row, is_alive)] = found
        assert (row.service, row.waits_for, row.slots, is_alive) == ("transcriber", "WHISPER_MODEL", 0, True)
        [(row, is_alive)] = await _all(runtime.work)
        assert (row.stopped_at is not None, is_alive) == (True, False)
