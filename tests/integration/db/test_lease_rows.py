"""What a claim, a result and a row given back leave in the row itself."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import clock
from shared.db.leases import (
    Lease,
    backlog,
    excused_deaths,
    give_back,
    in_company,
    is_mine,
    keep,
    renew,
    settle,
    survived,
    take,
    waits_alone,
)
from shared.db.models import RandomDeath, Slice
from shared.lanes import Lane
from tests.integration.db.conftest import FREE, Ledger

LONG = timedelta(minutes=5)
COUNTS = ("attempt", "waits", "died_alone", "ran_short")
ERROR = ("error_code", "error_message")


async def _slices(ledger: Ledger, count: int = 1, **values: Any) -> list[UUID]:
    row = await ledger.transcription(await ledger.recording("a.mp4"), status="processing", stage="slices")
    return [
        (await ledger.add(Slice(transcription_id=row, number=number, start_ms=0, end_ms=60_000, **values))).id
        for number in range(count)
    ]


async def _take(ledger: Ledger, *, alone: bool = False, lasting: timedelta = LONG) -> Lease:
    async with ledger.work() as unit:
        lease = await take(unit.db, Lane.SLICE, owner="host:7", lasting=lasting, alone=alone)
    assert lease is not None
    return lease


async def _do(ledger: Ledger, what: Callable[..., Awaitable[Any]], lease: Lease, **values: Any) -> Any:
    async with ledger.work() as unit:
        return await what(unit.db, lease, **values)


async def _change(ledger: Ledger, row: UUID, **values: Any) -> None:
    async with ledger.work() as unit:
        await unit.db.execute(update(Slice).where(Slice.id == row).values(**values))


def _from_now(at: datetime | None) -> float:
    assert at is not None
    return (at - datetime.now(UTC)).total_seconds()


def _now() -> Any:
    return pytest.approx(0, abs=120)


def _lost(lease: Lease) -> Lease:
    return Lease(lease.lane, lease.row_id, uuid4(), lease.attempt)


async def test_a_claim_names_its_worker_and_lasts_as_long_as_was_asked(ledger: Ledger) -> None:
    first, other = await _slices(ledger, 2, waits=3, died_alone=2, ran_short=1)

    lease = await _take(ledger, alone=True)

    assert lease == Lease(Lane.SLICE, first, lease.token, 1, 3, 2, 1, is_suspect=True)
    assert not lease.trusted().is_suspect and lease.trusted().token == lease.token
    row = await ledger.read(Slice, first)
    assert (row.lease_token, row.lease_owner, row.alone, row.attempt) == (lease.token, "host:7", True, 1)
    assert _from_now(row.lease_expires_at) == pytest.approx(300, abs=120)
    assert _from_now(row.progress_at) == _now()
    assert await ledger.columns(Slice, other, "attempt", *FREE) == {"attempt": 0, **FREE}


@pytest.mark.parametrize(
    ("row", "is_suspect"), [({}, False), ({"waits": 9}, False), ({"died_alone": 1}, True), ({"ran_short": 1}, True)]
)
async def test_a_row_that_harmed_a_process_is_a_suspect(ledger: Ledger, row: dict[str, int], is_suspect: bool) -> None:
    await _slices(ledger, **row)

    assert (await _take(ledger)).is_suspect is is_suspect


async def test_a_lease_is_held_for_longer_only_by_whoever_has_it(ledger: Ledger) -> None:
    row, other = await _slices(ledger, 2)
    lease = await _take(ledger)
    await _change(ledger, row, progress_at=None)

    assert not await _do(ledger, renew, _lost(lease), lasting=timedelta(hours=9))
    assert (await ledger.read(Slice, row)).progress_at is None
    assert await _do(ledger, renew, lease, lasting=timedelta(hours=1))

    renewed = await ledger.read(Slice, row)
    assert _from_now(renewed.lease_expires_at) == pytest.approx(3600, abs=120)
    assert _from_now(renewed.progress_at) == _now()
    assert await ledger.columns(Slice, other, *FREE) == FREE


async def test_how_far_the_work_has_come_is_kept_with_the_lease(ledger: Ledger) -> None:
    row, other = await _slices(ledger, 2)
    lease = await _take(ledger)
    await _change(ledger, row, progress_at=None)

    assert not await _do(ledger, keep, _lost(lease), progress_ms=1)
    assert await _do(ledger, keep, lease, progress_ms=30_000)

    kept = await ledger.read(Slice, row)
    assert (kept.progress_ms, kept.lease_token) == (30_000, lease.token)
    assert _from_now(kept.progress_at) == _now()
    assert (await ledger.read(Slice, other)).progress_ms == 0


async def test_a_result_forgets_all_that_went_wrong_on_the_way(ledger: Ledger) -> None:
    wrong = {"waits": 3, "died_alone": 2, "ran_short": 1, "error_code": "x", "error_message": "y"}
    row, other = await _slices(ledger, 2, **wrong)
    lease = await _take(ledger)
    await _change(ledger, row, progress_at=None)

    assert await _do(ledger, settle, lease, status="done", result={"words": []})

    settled = await ledger.columns(Slice, row, "status", "result", *COUNTS, *ERROR, *FREE)
    nothing = {**dict.fromkeys(COUNTS, 0), **dict.fromkeys(ERROR), **FREE}
    assert settled == {"status": "done", "result": {"words": []}, **nothing}
    assert _from_now((await ledger.read(Slice, row)).progress_at) == _now()
    assert await ledger.columns(Slice, other, *wrong) == wrong
    async with ledger.work() as unit:
        deaths = (await unit.db.scalars(select(RandomDeath))).all()
    assert [(death.row_id, death.deaths) for death in deaths] == [(row, 2)]


async def test_a_result_without_deaths_and_one_that_comes_too_late_prove_nothing(ledger: Ledger) -> None:
    await _slices(ledger, 2)
    await _do(ledger, settle, await _take(ledger), status="done")
    late = await _take(ledger)
    await _do(ledger, settle, Lease(late.lane, late.row_id, uuid4(), 1, died_alone=2), status="done")

    async with ledger.work() as unit:
        assert await unit.db.scalar(select(func.count()).select_from(RandomDeath)) == 0


@pytest.mark.parametrize(
    ("how", "counts"),
    [
        ({}, (1, 3, 2, 4)),
        ({"uncounted": True}, (0, 3, 2, 4)),
        ({"waited": True}, (1, 4, 2, 4)),
        ({"died": True}, (1, 3, 3, 4)),
        ({"died": False}, (1, 3, 0, 4)),
        ({"ran_short": 5}, (1, 3, 2, 5)),
        ({"ran_short": 0}, (1, 3, 2, 0)),
        ({"uncounted": True, "waited": True, "died": False}, (0, 4, 0, 4)),
    ],
)
async def test_a_row_is_given_back_with_what_became_of_this_try(
    ledger: Ledger, how: dict[str, Any], counts: tuple[int, ...]
) -> None:
    row, other = await _slices(ledger, 2, waits=3, died_alone=2, ran_short=4)
    lease = await _take(ledger)

    assert not await _do(ledger, give_back, _lost(lease), **how)
    assert await _do(ledger, give_back, lease, ready_in=timedelta(hours=1), error_code="x", error_message="y", **how)

    given = await ledger.columns(Slice, row, *COUNTS, *ERROR, *FREE)
    assert given == {**dict(zip(COUNTS, counts, strict=True)), "error_code": "x", "error_message": "y", **FREE}
    assert _from_now((await ledger.read(Slice, row)).ready_at) == pytest.approx(3600, abs=120)
    untouched = await ledger.columns(Slice, other, *COUNTS, *ERROR)
    assert untouched == {**dict(zip(COUNTS, (0, 3, 2, 4), strict=True)), **dict.fromkeys(ERROR)}


async def test_a_row_given_back_without_more_is_ready_at_once_and_says_nothing(ledger: Ledger) -> None:
    [row] = await _slices(ledger, error_code="x", error_message="y")

    await _do(ledger, give_back, await _take(ledger))

    assert await ledger.columns(Slice, row, *ERROR) == dict.fromkeys(ERROR)
    assert _from_now((await ledger.read(Slice, row)).ready_at) == _now()


async def test_a_process_that_has_company_is_not_alone_any_more(ledger: Ledger) -> None:
    first, other = await _slices(ledger, 2)
    lease, beside = await _take(ledger, alone=True), await _take(ledger, alone=True)

    await _do(ledger, in_company, lease)

    assert beside.row_id == other
    assert [(await ledger.read(Slice, one)).alone for one in (first, other)] == [False, True]


async def test_a_process_that_lives_and_still_has_its_row_gives_it_back_uncounted(ledger: Ledger) -> None:
    row, other = await _slices(ledger, 2, died_alone=2)
    lease = await _take(ledger)
    await _change(ledger, row, ready_at=clock.now() - timedelta(hours=1))

    await _do(ledger, survived, lease)

    found = await ledger.columns(Slice, row, "attempt", "died_alone", *FREE)
    assert found == {"attempt": 0, "died_alone": 2, **FREE}
    assert await ledger.is_ready(Slice, row)
    assert (await ledger.read(Slice, other)).died_alone == 2


@pytest.mark.parametrize(("counted", "left"), [(2, 1), (1, 0), (0, 0)])
async def test_a_death_is_taken_back_from_the_row_that_was_lost_and_never_below_none(
    ledger: Ledger, counted: int, left: int
) -> None:
    row, other = await _slices(ledger, 2, died_alone=counted)
    lease = await _take(ledger)

    await _do(ledger, survived, _lost(lease))

    found = await ledger.columns(Slice, row, "died_alone", "attempt", "lease_token")
    assert found == {"died_alone": left, "attempt": 1, "lease_token": lease.token}
    assert (await ledger.read(Slice, other)).died_alone == counted


async def test_deaths_of_the_last_hour_over_other_rows_are_added_up(ledger: Ledger) -> None:
    mine = Lease(Lane.SLICE, uuid4(), uuid4(), 1)
    assert await _do(ledger, excused_deaths, mine) == 0
    async with ledger.work() as unit:
        for row, deaths, minutes in ((uuid4(), 2, 59), (uuid4(), 3, 1), (uuid4(), 50, 61), (mine.row_id, 70, 1)):
            at = clock.now() - timedelta(minutes=minutes)
            unit.db.add(RandomDeath(row_id=row, deaths=deaths, proven_at=at))

    assert await _do(ledger, excused_deaths, mine) == 5


@pytest.mark.parametrize(
    ("row", "minutes", "waits"),
    [({"died_alone": 1}, 11, True), ({"ran_short": 1}, 11, True), ({"died_alone": 1}, 9, False), ({}, 11, False)],
)
async def test_a_suspect_waits_for_a_try_alone_from_when_it_was_ready(
    ledger: Ledger, row: dict[str, int], minutes: int, waits: bool
) -> None:
    [piece] = await _slices(ledger, **row)
    await _change(ledger, piece, ready_at=clock.now() - timedelta(minutes=minutes))

    async with ledger.work() as unit:
        assert await waits_alone(unit.db, Lane.SLICE, longer_than=timedelta(minutes=10)) is waits


async def test_a_row_whose_process_died_waits_from_when_its_lease_ran_out(ledger: Ledger) -> None:
    [piece] = await _slices(ledger)
    await _change(ledger, piece, ready_at=clock.now() - timedelta(hours=1))
    await _take(ledger, lasting=timedelta(minutes=-9))

    async def waits(minutes: int) -> bool:
        async with ledger.work() as unit:
            return await waits_alone(unit.db, Lane.SLICE, longer_than=timedelta(minutes=minutes))

    assert [await waits(minutes) for minutes in (5, 20)] == [True, False]


async def test_a_row_is_mine_while_its_lease_is_and_nobody_changes_it_meanwhile(ledger: Ledger) -> None:
    row, _ = await _slices(ledger, 2)
    lease = await _take(ledger)

    async def asked(db: AsyncSession) -> bool:
        return await is_mine(db, lease)

    async with ledger.work() as unit:
        assert await asked(unit.db)
        assert await ledger.locked(Slice) == ([row], [])
    assert not await _do(ledger, is_mine, _lost(lease))


async def test_the_backlog_tells_how_long_the_oldest_has_waited(ledger: Ledger) -> None:
    old, _ = await _slices(ledger, 2)
    async with ledger.work() as unit:
        empty = await backlog(unit.db, Lane.PUBLISH)
    await _change(ledger, old, ready_at=clock.now() - timedelta(minutes=10))

    async with ledger.work() as unit:
        found = await backlog(unit.db, Lane.SLICE)

    assert (empty.rows, empty.media_seconds, empty.oldest_seconds) == (0, 0.0, 0.0)
    assert (found.rows, found.media_seconds) == (2, 120.0)
    assert found.oldest_seconds == pytest.approx(600, abs=120)
