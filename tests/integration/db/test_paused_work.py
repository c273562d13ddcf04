"""What is paused is not taken, on any lane and for any reason, and what is in hand is finished."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from shared.db.lane_rows import ROWS
from shared.db.leases import Lease, backlog, renew, settle, take
from shared.db.models import City, Recording, Slice, Transcription
from shared.db.paused_work import pause_lane, pause_row, paused_lanes
from shared.lanes import Lane
from tests.integration.db.conftest import Ledger

LEASE = timedelta(minutes=1)


async def _take(ledger: Ledger, lane: Lane) -> Lease | None:
    async with ledger.work() as unit:
        return await take(unit.db, lane, owner="w", lasting=LEASE)


async def _one(ledger: Ledger, lane: Lane) -> tuple[UUID, UUID]:
    """A row of a city that is ready on the lane: its transcription (or what else the lane has), and the recording."""
    city = (await ledger.add(City(slug="c", name="C"))).id
    status = "settling" if lane is Lane.INSPECT else "valid"
    recording = await ledger.recording("a.mp4", status=status, city_id=city)
    if lane is Lane.INSPECT:
        return recording, recording
    stage = {Lane.PLAN: "plan", Lane.SLICE: "slices", Lane.FINISH: "finish"}.get(lane, "done")
    status = "completed" if lane is Lane.PUBLISH else "processing"
    row = await ledger.transcription(recording, city_id=city, status=status, stage=stage)
    if lane is Lane.PUBLISH:
        return await ledger.publication(row, city_id=city), recording
    if lane is Lane.SLICE:
        await ledger.add(Slice(transcription_id=row, number=0, start_ms=0, end_ms=60_000))
    return row, recording


async def _set(ledger: Ledger, what: str, lane: Lane, recording: UUID, *, paused: bool) -> None:
    model: Any = Transcription if lane is Lane.SLICE else ROWS[lane].model
    async with ledger.work() as unit:
        if what == "lane":
            assert await pause_lane(unit.db, lane, by="ada", paused=paused)
        elif what == "recording":
            await pause_row(unit.db, Recording, recording, paused=paused)
        else:
            await unit.db.execute(update(City if what == "city" else model).values(paused=paused))


@pytest.mark.parametrize("what", ["lane", "city", "recording", "row"])
@pytest.mark.parametrize("lane", [Lane.INSPECT, Lane.PLAN, Lane.SLICE, Lane.FINISH, Lane.PUBLISH])
async def test_what_is_paused_waits_and_goes_on_where_it_was(ledger: Ledger, lane: Lane, what: str) -> None:
    _, recording = await _one(ledger, lane)

    await _set(ledger, what, lane, recording, paused=True)
    while_paused = await _take(ledger, lane)
    async with ledger.work() as unit:
        waiting = (await backlog(unit.db, lane)).rows
    await _set(ledger, what, lane, recording, paused=False)

    assert while_paused is None and waiting == 0
    assert await _take(ledger, lane) is not None


async def test_a_paused_row_is_finished_by_whoever_has_it_and_keeps_its_slices(ledger: Ledger) -> None:
    row, _ = await _one(ledger, Lane.SLICE)
    await ledger.add(Slice(transcription_id=row, number=1, start_ms=60_000, end_ms=120_000))
    lease = await _take(ledger, Lane.SLICE)
    assert lease is not None

    async with ledger.work() as unit:
        await pause_row(unit.db, Transcription, row, paused=True)
    async with ledger.work() as unit:
        assert await renew(unit.db, lease, lasting=LEASE)
        assert await settle(unit.db, lease, status="done", result={"words": []})

    assert await _take(ledger, Lane.SLICE) is None
    assert (await ledger.read(Slice, lease.row_id)).result == {"words": []}


async def test_a_paused_city_holds_up_no_other_and_no_recording_of_none(ledger: Ledger) -> None:
    await ledger.add(City(slug="c", name="C", paused=True))
    free = (await ledger.add(City(slug="d", name="D"))).id
    for name, city in (("a", None), ("b", free)):
        recording = await ledger.recording(f"{name}.mp4", city_id=city)
        await ledger.transcription(recording, city_id=city, status="pending", stage="plan")

    assert await _take(ledger, Lane.PLAN) is not None
    assert await _take(ledger, Lane.PLAN) is not None


async def test_what_is_due_soon_goes_before_newer_ones_of_its_priority_by_its_date(ledger: Ledger) -> None:
    now = datetime.now(UTC)
    wanted: dict[str, dict[str, Any]] = {
        "urgent": {"priority": 5, "recorded_at": now - timedelta(days=9)},
        "in an hour": {"due_at": now + timedelta(hours=1), "recorded_at": now - timedelta(days=8)},
        "tomorrow": {"due_at": now + timedelta(hours=30), "recorded_at": now - timedelta(days=7)},
        "newest": {"recorded_at": now},
        "due next week": {"due_at": now + timedelta(days=7), "recorded_at": now - timedelta(days=1)},
        "old": {"recorded_at": now - timedelta(days=6)},
    }
    names = {}
    for name in reversed(wanted):
        recording = await ledger.recording(f"{name}.mp4")
        row = await ledger.transcription(recording, status="pending", stage="plan", **wanted[name])
        names[row] = name

    taken = [await _take(ledger, Lane.PLAN) for _ in wanted]

    assert [names[lease.row_id] for lease in taken if lease] == list(wanted)


async def test_slices_of_what_is_due_go_first_too(ledger: Ledger) -> None:
    now = datetime.now(UTC)
    piece = None
    for name, due in (("newer", None), ("due", now + timedelta(hours=5))):
        recorded = now - timedelta(days=1 if due else 0)
        recording = await ledger.recording(f"{name}.mp4")
        row = await ledger.transcription(
            recording, status="processing", stage="slices", due_at=due, recorded_at=recorded
        )
        piece = await ledger.add(Slice(transcription_id=row, number=0, start_ms=0, end_ms=60_000))

    lease = await _take(ledger, Lane.SLICE)

    assert lease is not None and piece is not None and lease.row_id == piece.id


async def test_lanes_that_rest_are_listed_by_name_and_resting_twice_is_nothing_new(ledger: Ledger) -> None:
    async def pause(lane: Lane, by: str, *, paused: bool) -> bool:
        async with ledger.work() as unit:
            return await pause_lane(unit.db, lane, by=by, paused=paused)

    changed = [
        await pause(Lane.SLICE, "ada", paused=True),
        await pause(Lane.PLAN, "ben", paused=True),
        await pause(Lane.SLICE, "ben", paused=True),
        await pause(Lane.INSPECT, "ben", paused=False),
    ]
    async with ledger.work() as unit:
        resting = [(row.lane, row.paused_by) for row in await paused_lanes(unit.db)]
    changed.append(await pause(Lane.SLICE, "ben", paused=False))
    async with ledger.work() as unit:
        left = [row.lane for row in await paused_lanes(unit.db)]

    assert changed == [True, True, False, False, True]
    assert resting == sorted([(Lane.PLAN, "ben"), (Lane.SLICE, "ada")])
    assert left == [Lane.PLAN]


async def test_pausing_a_row_says_whether_that_is_new(ledger: Ledger) -> None:
    recording, other = await ledger.recording("a.mp4"), await ledger.recording("b.mp4")

    async def pause(row_id: UUID, *, paused: bool) -> tuple[UUID | None, bool]:
        async with ledger.work() as unit:
            row, is_new = await pause_row(unit.db, Recording, row_id, paused=paused)
            return row.id if row else None, is_new

    found = [await pause(recording, paused=paused) for paused in (False, True, True)]
    assert found == [(recording, False), (recording, True), (recording, False)]
    assert [(await ledger.read(Recording, one)).paused for one in (recording, other)] == [True, False]
    assert await pause(recording, paused=False) == (recording, True)
    assert await pause(UUID(int=1), paused=True) == (None, False)
