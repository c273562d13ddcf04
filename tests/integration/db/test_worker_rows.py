"""The rows by which processes are known to be alive."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from shared.db import clock
from shared.db.models import Worker
from shared.db.worker_rows import ProcessFacts, all_workers, write_beat, write_end
from tests.integration.db.conftest import Ledger

INGEST = ProcessFacts("ingest", "host:7", "host", "0.1.0", slots=16, beat_seconds=5)
VOD = ProcessFacts("vod", "host:8", "host", "0.1.0", slots=4, beat_seconds=5)


async def _beat(
    ledger: Ledger, about: ProcessFacts = INGEST, *, ago: timedelta = timedelta(), worker: UUID | None = None
) -> UUID:
    worker = worker or uuid4()
    async with ledger.work() as unit:
        await write_beat(unit.db, worker, about, None)
        await unit.db.execute(update(Worker).where(Worker.id == worker).values(beat_at=clock.now() - ago))
    return worker


async def _all(ledger: Ledger) -> list[tuple[UUID, bool]]:
    async with ledger.work() as unit:
        return [(row.id, is_alive) for row, is_alive in await all_workers(unit.db)]


async def test_a_process_has_one_row_with_what_it_said_last(ledger: Ledger) -> None:
    worker = await _beat(ledger, ago=timedelta(minutes=10))
    async with ledger.work() as unit:
        await write_end(unit.db, worker)
    about = ProcessFacts(
        "transcriber", "h:1", "h", "0.2.0", 4, 2.5, engine="faster-whisper", model="small", device="cuda",
        waits_for="WHISPER_MODEL",
    )  # fmt: skip

    async with ledger.work() as unit:
        await write_beat(unit.db, worker, about, 12_345)

    async with ledger.work() as unit:
        row = (await unit.db.scalars(select(Worker))).one()
    assert (row.id, row.stopped_at, row.free_bytes) == (worker, None, 12_345)
    assert (row.service, row.owner, row.host, row.version, row.slots) == ("transcriber", "h:1", "h", "0.2.0", 4)
    assert (row.beat_seconds, row.engine, row.model, row.device) == (2.5, "faster-whisper", "small", "cuda")
    assert row.waits_for == "WHISPER_MODEL"
    assert row.beat_at >= row.started_at
    assert await _all(ledger) == [(worker, True)]


async def test_only_the_process_that_says_goodbye_has_ended(ledger: Ledger) -> None:
    ended, lives = await _beat(ledger), await _beat(ledger)

    async with ledger.work() as unit:
        await write_end(unit.db, ended)

    assert await _all(ledger) == [(lives, True), (ended, False)]
    row = await ledger.read(Worker, ended)
    assert row.stopped_at is not None and row.stopped_at >= row.beat_at


@pytest.mark.parametrize(("seconds", "is_alive"), [(44, True), (46, False)])
async def test_a_process_is_given_half_a_minute_and_three_of_its_own_pauses(
    ledger: Ledger, seconds: int, is_alive: bool
) -> None:
    worker = await _beat(ledger, ago=timedelta(seconds=seconds))

    assert await _all(ledger) == [(worker, is_alive)]


async def test_the_silent_of_yesterday_are_forgotten_but_for_the_last_of_each_service(ledger: Ledger) -> None:
    only_vod = await _beat(ledger, VOD, ago=timedelta(days=9))
    old = await _beat(ledger, ago=timedelta(hours=25))
    young = await _beat(ledger, ago=timedelta(hours=23))

    lives = await _beat(ledger)
    assert old not in [worker for worker, _ in await _all(ledger)]

    last_vod = await _beat(ledger, VOD, ago=timedelta(days=8))
    await _beat(ledger, worker=lives)
    assert await _all(ledger) == [(lives, True), (young, False), (last_vod, False)]
    assert only_vod not in (lives, young, last_vod)


async def test_a_process_that_was_told_to_end_is_forgotten_too(ledger: Ledger) -> None:
    old = await _beat(ledger, ago=timedelta(days=2))
    async with ledger.work() as unit:
        await write_end(unit.db, old)

    lives = await _beat(ledger)

    assert await _all(ledger) == [(lives, True)]


async def test_the_living_come_first_then_by_service_and_the_last_heard(ledger: Ledger) -> None:
    dead = await _beat(ledger, ago=timedelta(minutes=9))
    later, earlier = await _beat(ledger, ago=timedelta(seconds=1)), await _beat(ledger, ago=timedelta(seconds=20))
    vod = await _beat(ledger, VOD)

    assert await _all(ledger) == [(later, True), (earlier, True), (vod, True), (dead, False)]
