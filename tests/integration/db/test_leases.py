"""Leases: one row, one worker, whatever happens to the others."""

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from shared.db.lane_rows import PLANNED_AHEAD
from shared.db.leases import (
    LeaseLost,
    Suspects,
    backlog,
    excused_deaths,
    give_back,
    holding,
    is_mine,
    keep,
    renew,
    settle,
    survived,
    take,
    waits_alone,
)
from shared.db.models import Mount, Recording, Slice, Transcription
from shared.db.session import Work
from shared.lanes import Lane
from shared.lifecycle import SliceStatus, Stage, TranscriptionStatus

LONG = timedelta(minutes=5)


async def _transcription(work: Work, *, name: str, slices: int = 2, **values: object) -> uuid.UUID:
    async with work() as unit:
        mount = await unit.db.scalar(select(Mount))
        if mount is None:
            mount = Mount(name="flex-1", path="/mnt/flex-1")
            unit.db.add(mount)
            await unit.db.flush()
        recording = Recording(mount_id=mount.id, relative_path=name, file_name=name, status="valid")
        unit.db.add(recording)
        await unit.db.flush()
        row = Transcription(
            recording_id=recording.id,
            filename=name,
            file_path=f"/mnt/flex-1/{name}",
            **{"status": TranscriptionStatus.PROCESSING, "stage": Stage.SLICES, **values},
        )
        unit.db.add(row)
        await unit.db.flush()
        for number in range(slices):
            unit.db.add(
                Slice(transcription_id=row.id, number=number, start_ms=number * 600_000, end_ms=(number + 1) * 600_000)
            )
        return row.id


async def test_one_row_goes_to_one_of_many_workers(work: Work) -> None:
    await _transcription(work, name="a.mp4", slices=5)

    async def claim(number: int) -> uuid.UUID | None:
        async with work() as unit:
            lease = await take(unit.db, Lane.SLICE, owner=f"worker {number}", lasting=LONG)
        return lease.row_id if lease else None

    claimed = [row for row in await asyncio.gather(*(claim(number) for number in range(12))) if row]

    assert len(claimed) == len(set(claimed)) == 5


async def test_whoever_asks_by_wait_gets_the_row_that_has_been_ready_longest(work: Work) -> None:
    async with work() as unit:
        mount = Mount(name="flex-1", path="/mnt/flex-1")
        unit.db.add(mount)
        await unit.db.flush()
        ready = {"status": "settling", "settled_at": func.now(), "mount_id": mount.id}
        for name, ago in (("new.mp4", 1), ("old.mp4", 90), ("middle.mp4", 10)):
            at = datetime.now(UTC) - timedelta(minutes=ago)
            recorded_at = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=ago)
            unit.db.add(Recording(relative_path=name, file_name=name, ready_at=at, recorded_at=recorded_at, **ready))

    async def claim(by_wait: bool) -> str:
        async with work() as unit:
            lease = await take(unit.db, Lane.INSPECT, owner="w", lasting=LONG, by_wait=by_wait)
            assert lease is not None
            return (await unit.db.get_one(Recording, lease.row_id)).file_name

    assert [await claim(False), await claim(True), await claim(False)] == ["new.mp4", "old.mp4", "middle.mp4"]


async def test_priority_wins_then_the_newest_meeting_then_the_order_of_slices(work: Work) -> None:
    june, july = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    await _transcription(work, name="old.mp4", recorded_at=june, priority=1)
    await _transcription(work, name="new.mp4", recorded_at=july, priority=1)
    await _transcription(work, name="urgent.mp4", recorded_at=june, priority=5)

    order = []
    for _ in range(6):
        async with work() as unit:
            lease = await take(unit.db, Lane.SLICE, owner="w", lasting=LONG)
            assert lease is not None
            piece = await unit.db.get_one(Slice, lease.row_id)
            parent = await unit.db.get_one(Transcription, piece.transcription_id)
            order.append((parent.filename, piece.number))

    assert order == [
        ("urgent.mp4", 0),
        ("urgent.mp4", 1),
        ("new.mp4", 0),
        ("new.mp4", 1),
        ("old.mp4", 0),
        ("old.mp4", 1),
    ]


async def test_a_worker_that_comes_back_late_spoils_nothing(work: Work) -> None:
    await _transcription(work, name="a.mp4", slices=1)
    async with work() as unit:
        late = await take(unit.db, Lane.SLICE, owner="slow", lasting=timedelta(milliseconds=1))
    await asyncio.sleep(0.05)
    async with work() as unit:
        second = await take(unit.db, Lane.SLICE, owner="quick", lasting=LONG)
    assert late and second and late.row_id == second.row_id and second.attempt == 1 and second.is_suspect

    async with work() as unit:
        assert not await settle(unit.db, late, status=SliceStatus.DONE, result={"from": "slow"})
    async with work() as unit:
        assert await settle(unit.db, second, status=SliceStatus.DONE, result={"from": "quick"})
        row = await unit.db.get_one(Slice, second.row_id)

    assert row.result == {"from": "quick"}
    assert (row.lease_token, row.attempt) == (None, 0)


async def test_a_row_given_back_is_ready_when_its_pause_is_over(work: Work) -> None:
    await _transcription(work, name="a.mp4", slices=1)
    async with work() as unit:
        lease = await take(unit.db, Lane.SLICE, owner="w", lasting=LONG)
        assert lease is not None
        await give_back(unit.db, lease, ready_in=timedelta(hours=1), error_code="x", error_message="later")
    async with work() as unit:
        assert await take(unit.db, Lane.SLICE, owner="w", lasting=LONG) is None
        await unit.db.execute(update(Slice).values(ready_at=func.now()))
    async with work() as unit:
        again = await take(unit.db, Lane.SLICE, owner="w", lasting=LONG)

    assert again is not None
    assert again.attempt == 2


async def test_a_cancelled_transcription_ends_the_work_in_hand(work: Work) -> None:
    transcription_id = await _transcription(work, name="a.mp4", slices=1)
    async with work() as unit:
        lease = await take(unit.db, Lane.SLICE, owner="w", lasting=timedelta(milliseconds=300))
    assert lease is not None
    reached_the_end = False

    with pytest.raises(LeaseLost):
        async with holding(lease, work, lasting=timedelta(milliseconds=300)):
            async with work() as unit:
                row = await unit.db.get_one(Transcription, transcription_id)
                row.status = TranscriptionStatus.CANCELLED
            await asyncio.sleep(10)
            reached_the_end = True

    assert not reached_the_end


async def test_holding_keeps_a_lease_alive_for_longer_than_it_lasts(work: Work) -> None:
    await _transcription(work, name="a.mp4", slices=1)
    short = timedelta(seconds=1)
    async with work() as unit:
        lease = await take(unit.db, Lane.SLICE, owner="w", lasting=short)
    assert lease is not None

    async with holding(lease, work, lasting=short):
        await asyncio.sleep(2)
        async with work() as unit:
            other = await take(unit.db, Lane.SLICE, owner="thief", lasting=short)

    assert other is None
    async with work() as unit:
        assert await renew(unit.db, lease, lasting=short)


async def test_a_result_that_comes_after_a_person_has_cancelled_is_not_written(work: Work) -> None:
    transcription_id = await _transcription(work, name="a.mp4", slices=1)
    async with work() as unit:
        lease = await take(unit.db, Lane.SLICE, owner="w", lasting=LONG)
        assert lease is not None
        (await unit.db.get_one(Transcription, transcription_id)).status = TranscriptionStatus.CANCELLED

    async with work() as unit:
        assert not await is_mine(unit.db, lease)
        assert not await keep(unit.db, lease, progress_ms=1)
        assert not await settle(unit.db, lease, status=SliceStatus.DONE, result={})
        assert await give_back(unit.db, lease)
        piece = await unit.db.get_one(Slice, lease.row_id)

    assert (piece.status, piece.result, piece.lease_token) == (SliceStatus.PENDING, None, None)


async def test_recordings_are_planned_ahead_only_as_far_as_workers_need_and_an_urgent_one_at_once(work: Work) -> None:
    june, july = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    waiting: dict[str, Any] = {"status": TranscriptionStatus.PENDING, "stage": Stage.PLAN, "slices": 0}
    await _transcription(work, name="planned.mp4", slices=PLANNED_AHEAD, recorded_at=july)
    old = await _transcription(work, name="old.mp4", recorded_at=june, **waiting)

    async with work() as unit:
        assert await take(unit.db, Lane.PLAN, owner="w", lasting=LONG) is None
        assert (await backlog(unit.db, Lane.PLAN)).rows == 1
    urgent = await _transcription(work, name="urgent.mp4", recorded_at=june, priority=5, **waiting)
    async with work() as unit:
        first = await take(unit.db, Lane.PLAN, owner="w", lasting=LONG)
        assert await take(unit.db, Lane.SLICE, owner="w", lasting=LONG) is not None  # one fewer waits
    async with work() as unit:
        second = await take(unit.db, Lane.PLAN, owner="w", lasting=LONG)

    assert first is not None and first.row_id == urgent
    assert second is not None and second.row_id == old


async def test_what_a_worker_leaves_to_others_is_neither_claimed_nor_counted_nor_a_reason_to_plan_less(
    work: Work,
) -> None:
    june, july = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    foreign: dict[str, Any] = {"recorded_at": july, "wanted_engine": {"kind": "whisperx large-v3 1a2b"}}
    await _transcription(work, name="theirs.mp4", slices=PLANNED_AHEAD, **foreign)
    await _transcription(work, name="mine.mp4", slices=1, recorded_at=june, wanted_engine={"kind": "mine"})
    await _transcription(work, name="before.mp4", slices=1, recorded_at=june)  # planned by the release before
    await _transcription(
        work, name="new.mp4", slices=0, recorded_at=june, status=TranscriptionStatus.PENDING, stage=Stage.PLAN
    )
    kinds = frozenset({"whisperx large-v3 1a2b"})

    async with work() as unit:
        counted = await backlog(unit.db, Lane.SLICE, kinds)
        everything = await backlog(unit.db, Lane.SLICE)
        claimed = [
            await take(unit.db, Lane.SLICE, owner="w", lasting=LONG, passing_over=kinds) is not None for _ in range(3)
        ]
        planned = [
            await take(unit.db, Lane.PLAN, owner="w", lasting=LONG, passing_over=over) is not None
            for over in (frozenset[str](), kinds)
        ]

    assert (counted.rows, everything.rows) == (2, PLANNED_AHEAD + 2)
    assert claimed == [True, True, False]
    assert planned == [False, True]


async def test_the_backlog_is_counted_in_media_time(work: Work) -> None:
    await _transcription(work, name="a.mp4", slices=3)

    async with work() as unit:
        found = await backlog(unit.db, Lane.SLICE)

    assert (found.rows, found.media_seconds) == (3, 1800.0)


async def _suffer(work: Work, *, alone: bool) -> None:
    """A process takes the one slice and is never heard of again."""
    async with work() as unit:
        lease = await take(unit.db, Lane.SLICE, owner="doomed", lasting=LONG, alone=alone)
        assert lease is not None
        past = func.now() - timedelta(hours=1)
        await unit.db.execute(update(Slice).where(Slice.id == lease.row_id).values(lease_expires_at=past))


async def test_only_deaths_of_a_process_that_held_nothing_else_are_counted_against_a_row(work: Work) -> None:
    await _transcription(work, name="a.mp4", slices=1)
    for alone in (False, True, True):
        await _suffer(work, alone=alone)

    async with work() as unit:
        lease = await take(unit.db, Lane.SLICE, owner="w", lasting=LONG)

    assert lease is not None
    assert (lease.died_alone, lease.is_suspect, lease.attempt) == (2, True, 1)


async def test_a_row_over_which_a_process_died_is_left_by_whoever_has_company_and_first_where_it_waited(
    work: Work,
) -> None:
    await _transcription(work, name="a.mp4", slices=1)
    await _suffer(work, alone=False)
    june = datetime(2126, 6, 1, tzinfo=UTC)
    await _transcription(work, name="newer.mp4", slices=1, recorded_at=june)

    async def asked(suspects: Suspects) -> bool | None:
        async with work() as unit:
            lease = await take(unit.db, Lane.SLICE, owner="w", lasting=LONG, suspects=suspects)
            if lease is not None:
                await give_back(unit.db, lease)
            return None if lease is None else lease.is_suspect

    assert await asked(Suspects.LEFT) is False
    assert await asked(Suspects.AS_OTHERS) is False
    async with work() as unit:
        assert await waits_alone(unit.db, Lane.SLICE, longer_than=timedelta(minutes=1))
    assert await asked(Suspects.FIRST) is True


async def test_what_is_finished_after_all_excuses_the_deaths_of_others(work: Work) -> None:
    await _transcription(work, name="a.mp4", slices=1)
    await _suffer(work, alone=True)
    await _suffer(work, alone=True)
    async with work() as unit:
        lease = await take(unit.db, Lane.SLICE, owner="w", lasting=LONG)
        assert lease is not None
        await settle(unit.db, lease, status=SliceStatus.DONE)

    async with work() as unit:
        assert await excused_deaths(unit.db, lease) == 0, "its own deaths are no excuse"
        assert await excused_deaths(unit.db, replace(lease, row_id=uuid.uuid4())) == 2


async def test_a_process_that_lives_though_its_lease_was_lost_takes_its_death_back(work: Work) -> None:
    await _transcription(work, name="a.mp4", slices=1)
    async with work() as unit:
        late = await take(unit.db, Lane.SLICE, owner="slow", lasting=timedelta(0), alone=True)
    assert late is not None
    async with work() as unit:
        assert (lease := await take(unit.db, Lane.SLICE, owner="quick", lasting=LONG, alone=True)) is not None
    assert lease.died_alone == 1

    async with work() as unit:
        await survived(unit.db, late)

    async with work() as unit:
        assert (await unit.db.get_one(Slice, lease.row_id)).died_alone == 0
