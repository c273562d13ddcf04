"""Cities take turns by media time, whatever their backlogs, and finding whose turn it is does not grow with them."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select, text

from shared.db.lane_rows import rows_of, whose_turn
from shared.db.leases import take
from shared.db.models import City, Recording, Slice, Transcription
from shared.lanes import Lane
from tests.integration.db.conftest import Ledger

HOUR = 3_600_000
NOW = datetime(2026, 11, 30, tzinfo=UTC)


async def _city(ledger: Ledger, slug: str) -> UUID:
    return (await ledger.add(City(slug=slug, name=slug))).id


async def _backlog(
    ledger: Ledger, city: UUID | None, count: int, *, stage: str, newest: datetime, priority: int = 1
) -> None:
    """So many recordings of a city in a row, with a slice of some minutes each where they are in their slices."""
    mount = await ledger.mount(f"m-{uuid4()}")
    rng = random.Random(count)
    files: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    pieces: list[dict[str, Any]] = []
    for number in range(count):
        name, made = f"{city}-{number}-{stage}", uuid4()
        files.append({"id": made, "mount_id": mount, "relative_path": name, "file_name": name, "status": "valid"})
        row = {"id": made, "recording_id": made, "filename": name, "file_path": name, "city_id": city}
        row |= {"status": "pending" if stage == "plan" else "processing", "stage": stage, "duration_ms": HOUR}
        rows.append(row | {"recorded_at": newest - timedelta(minutes=number), "priority": priority})
        minutes = rng.randint(10, 30)
        pieces.append({"transcription_id": made, "number": 0, "start_ms": 0, "end_ms": minutes * 60_000})
    async with ledger.work() as unit:
        await unit.db.execute(insert(Recording), files)
        await unit.db.execute(insert(Transcription), rows)
        if stage == "slices":
            await unit.db.execute(insert(Slice), pieces)


async def _claims(ledger: Ledger, lane: Lane, count: int) -> list[tuple[UUID | None, int]]:
    """City and media time of one claim after another."""
    made = []
    for _ in range(count):
        async with ledger.work() as unit:
            lease = await take(unit.db, lane, owner="w", lasting=timedelta(hours=9))
        assert lease is not None
        async with ledger.work() as unit:
            if lane is Lane.PLAN:
                row = await unit.db.get_one(Transcription, lease.row_id)
                made.append((row.city_id, row.duration_ms or 0))
            else:
                piece = await unit.db.get_one(Slice, lease.row_id)
                row = await unit.db.get_one(Transcription, piece.transcription_id)
                made.append((row.city_id, piece.end_ms - piece.start_ms))
    return made


def _least_share(claims: list[tuple[UUID | None, int]], hours: int) -> float:
    """The smallest share of media time that a city had in any so many media-hours claimed in a row."""
    cities = {city for city, _ in claims}
    shares = []
    for start in range(len(claims)):
        whole, of = 0, dict.fromkeys(cities, 0)
        for city, ms in claims[start:]:
            whole, of[city] = whole + ms, of[city] + ms
            if whole >= hours * HOUR:
                shares.append(min(of.values()) / whole)
                break
    return min(shares)


@pytest.mark.parametrize(
    ("lane", "backlogs", "count"),
    [(Lane.PLAN, (100, 10, 10), 20), (Lane.PLAN, (40, 20, 10), 20), (Lane.SLICE, (200, 20, 20), 50)],
)
async def test_of_any_twelve_media_hours_claimed_each_waiting_city_gets_a_quarter(
    ledger: Ledger, lane: Lane, backlogs: tuple[int, ...], count: int
) -> None:
    stage = "plan" if lane is Lane.PLAN else "slices"
    for age, (slug, waiting) in enumerate(zip("abc", backlogs, strict=True)):
        city = await _city(ledger, slug)
        await _backlog(ledger, city, waiting, stage=stage, newest=NOW - timedelta(days=age))

    claims = await _claims(ledger, lane, count)

    assert len({city for city, _ in claims}) == 3
    assert _least_share(claims, 12) >= 0.25


async def test_recordings_of_no_city_take_turns_as_one(ledger: Ledger) -> None:
    await _backlog(ledger, None, 20, stage="plan", newest=NOW)
    await _backlog(ledger, await _city(ledger, "a"), 6, stage="plan", newest=NOW - timedelta(days=9))

    claims = await _claims(ledger, Lane.PLAN, 12)

    assert all(first[0] != second[0] for first, second in pairwise(claims))


async def test_a_city_that_had_nothing_to_do_saves_up_nothing(ledger: Ledger) -> None:
    busy, late = await _city(ledger, "busy"), await _city(ledger, "late")
    await _backlog(ledger, busy, 30, stage="plan", newest=NOW)
    await _claims(ledger, Lane.PLAN, 20)
    await _backlog(ledger, late, 10, stage="plan", newest=NOW - timedelta(days=9))

    claims = await _claims(ledger, Lane.PLAN, 8)

    assert [city for city, _ in claims].count(late) in (4, 5)


async def test_priority_goes_before_turns(ledger: Ledger) -> None:
    first, second = await _city(ledger, "a"), await _city(ledger, "b")
    await _backlog(ledger, first, 4, stage="plan", newest=NOW - timedelta(days=9), priority=5)
    await _backlog(ledger, second, 4, stage="plan", newest=NOW, priority=1)

    claims = await _claims(ledger, Lane.PLAN, 8)

    assert [city for city, _ in claims] == [first] * 4 + [second] * 4


async def test_a_city_without_planned_slices_is_planned_however_many_others_have(ledger: Ledger) -> None:
    busy, other = await _city(ledger, "busy"), await _city(ledger, "other")
    await _backlog(ledger, busy, 70, stage="slices", newest=NOW)
    await _backlog(ledger, busy, 1, stage="plan", newest=NOW - timedelta(days=9))
    await _backlog(ledger, other, 1, stage="plan", newest=NOW - timedelta(days=9))

    [(city, _)] = await _claims(ledger, Lane.PLAN, 1)
    async with ledger.work() as unit:
        left = await take(unit.db, Lane.PLAN, owner="w", lasting=timedelta(hours=9))

    assert city == other and left is None


async def test_whose_turn_it_is_is_found_by_index_among_many_thousands(ledger: Ledger) -> None:
    for slug in "abc":
        await _city(ledger, slug)
    mount = await ledger.mount()
    async with ledger.work() as unit:
        await unit.db.execute(
            text(
                "INSERT INTO recordings (id, mount_id, relative_path, file_name, status)"
                " SELECT gen_random_uuid(), :mount, n::text, n::text, 'valid' FROM generate_series(1, 20000) n"
            ),
            {"mount": mount},
        )
        await unit.db.execute(
            text(
                "INSERT INTO transcriptions (recording_id, filename, file_path, duration_ms, recorded_at, city_id)"
                " SELECT r.id, file_name, file_name, 3600000, archivist_now() - make_interval(mins => file_name::int),"
                " (ARRAY(SELECT id FROM cities ORDER BY slug))[CASE WHEN file_name::int % 12 < 10 THEN 1"
                " ELSE file_name::int % 12 - 8 END] FROM recordings r"
            )
        )
    async with ledger.work() as unit:
        await unit.db.execute(text("ANALYZE transcriptions"))
        statement = whose_turn(rows_of(Lane.PLAN))
        compiled = statement.compile(unit.db.get_bind(), compile_kwargs={"literal_binds": True})
        plan = "\n".join((await unit.db.scalars(text(f"EXPLAIN ANALYZE {compiled}".replace(":", r"\:")))).all())
        waiting = await unit.db.scalar(select(func.count()).select_from(Transcription))

    assert waiting == 20_000
    assert "JIT" not in plan  # compiling such a statement takes a thousand times as long as running it
    assert "Seq Scan on transcriptions" not in plan and "ix_transcriptions_city_ready" in plan, plan
    assert len({city for city, _ in await _claims(ledger, Lane.PLAN, 3)}) == 3
