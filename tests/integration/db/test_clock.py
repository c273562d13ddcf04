"""One function of the database says what time it is, for everything that decides."""

import ast
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ClauseElement

import services
import shared
from shared.db import clock
from shared.db.lane_rows import rows_of
from shared.db.leases import give_back, take
from shared.db.models import Mount, Recording
from shared.db.schema_upgrade import downgrade, upgrade
from shared.db.session import Work, open_database, unit_of_work
from shared.errors import Conflict
from shared.lanes import Lane
from shared.notify import MemoryNotifier

A_MINUTE = timedelta(minutes=1)
LONG_AGO = datetime(2031, 3, 9, 8, 30, tzinfo=UTC)


async def _plan(db: AsyncSession, statement: ClauseElement) -> str:
    compiled = statement.compile(db.get_bind(), compile_kwargs={"literal_binds": True})
    plan = (await db.execute(text(f"EXPLAIN (FORMAT JSON) {compiled}".replace(":", r"\:")))).scalar_one()
    return json.dumps(plan)


@pytest.mark.parametrize("lane", list(Lane))
async def test_the_planner_sees_the_servers_own_clock_so_a_claim_costs_what_it_did(work: Work, lane: Lane) -> None:
    rows = rows_of(lane)
    async with work() as unit:
        plan = await _plan(unit.db, rows.takeable(rows.model.id).order_by(*rows.order).limit(1))

    assert "now()" in plan
    assert "archivist_now" not in plan


@pytest.mark.parametrize("is_simulated", [False, True])
async def test_an_index_is_used_up_to_the_clocks_moment(work: Work, is_simulated: bool) -> None:
    async with work() as unit:
        if is_simulated:
            await clock.simulate(unit.db, LONG_AGO)
        await unit.db.execute(
            text(
                "INSERT INTO mounts (name, path, ready_at)"
                " SELECT n, '/mnt/' || n, archivist_now() + n * interval '1 minute' FROM generate_series(1, 5000) n"
            )
        )
    async with work() as unit:
        await unit.db.execute(text("ANALYZE mounts"))
        plan = await _plan(unit.db, select(Mount.id).where(Mount.enabled, Mount.ready_at <= clock.now()))

    assert "ix_mounts_ready" in plan
    assert f'"Index Cond": "(ready_at <= {"archivist_now" if is_simulated else "now"}())"' in plan


async def test_claims_leases_and_defaults_follow_a_simulated_clock(work: Work) -> None:
    async with work() as unit:
        await clock.simulate(unit.db, LONG_AGO)
        unit.db.add(Mount(name="flex-1", path="/mnt/flex-1"))
    async with work() as unit:
        lease = await take(unit.db, Lane.SCAN, owner="a", lasting=A_MINUTE)
        assert lease is not None
        row = (await unit.db.scalars(select(Mount))).one()
        assert (row.created_at, row.lease_expires_at) == (LONG_AGO, LONG_AGO + A_MINUTE)
        assert await clock.read(unit.db) == LONG_AGO
    async with work() as unit:
        assert await take(unit.db, Lane.SCAN, owner="b", lasting=A_MINUTE) is None
        await clock.simulate(unit.db, LONG_AGO + 2 * A_MINUTE)
    async with work() as unit:
        again = await take(unit.db, Lane.SCAN, owner="b", lasting=A_MINUTE)
        assert again is not None
        await give_back(unit.db, again, ready_in=A_MINUTE)
        assert (await unit.db.scalars(select(Mount.ready_at))).one() == LONG_AGO + 3 * A_MINUTE


async def test_a_database_with_recordings_keeps_the_real_clock(work: Work) -> None:
    async with work() as unit:
        mount = Mount(name="flex-1", path="/mnt/flex-1")
        unit.db.add(mount)
        await unit.db.flush()
        unit.db.add(Recording(mount_id=mount.id, relative_path="a.mp4", file_name="a.mp4"))
    with pytest.raises(Conflict, match="holds recordings"):
        async with work() as unit:
            await clock.simulate(unit.db, LONG_AGO)

    async with work() as unit:
        await unit.db.execute(update(Mount).values(ready_at=clock.now()))
        assert abs(await clock.read(unit.db) - datetime.now(UTC)) < timedelta(hours=1)


async def test_a_simulation_goes_on_after_migrating_down_and_up(empty_database_url: str) -> None:
    """The table stays, and the function is the real clock again."""
    await upgrade(empty_database_url)
    for moment in (LONG_AGO, LONG_AGO + A_MINUTE):
        engine = open_database(empty_database_url, pool_size=1)
        work = unit_of_work(engine, MemoryNotifier())
        async with work() as unit:
            await clock.simulate(unit.db, moment)
        async with work() as unit:
            assert await clock.read(unit.db) == moment
        await engine.dispose()
        await downgrade(empty_database_url, "0013")
        await upgrade(empty_database_url)


async def test_no_column_defaults_to_another_clock(work: Work) -> None:
    others = (
        "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type LIKE 'timestamp%' AND column_default IS NOT NULL AND column_default <> 'archivist_now()'"
    )
    async with work() as unit:
        assert (await unit.db.scalars(text(others))).all() == []


def test_no_statement_of_ours_asks_another_clock() -> None:
    asked = []
    for package in (services, shared):
        for path in Path(next(iter(package.__path__))).rglob("*.py"):
            if path.name != "clock.py" and "migrations" not in path.parts:
                asked += [f"{path}:{line}" for line in _other_clocks(ast.parse(path.read_text()))]

    assert asked == []


def test_the_look_for_other_clocks_finds_them() -> None:
    found = "a = func.now()\nb = func.current_timestamp()\nc = 'SELECT now()'\nd = 'x < CURRENT_TIMESTAMP'"
    fine = "a = clock.now()\nb = 'archivist_now()'\nc = datetime.now(UTC)\nd = deps.now()\n'''What now() means.'''"

    assert len(_other_clocks(ast.parse(found))) == 4
    assert _other_clocks(ast.parse(fine)) == []


_CLOCKS = (
    "now",
    "current_timestamp",
    "clock_timestamp",
    "statement_timestamp",
    "transaction_timestamp",
    "localtimestamp",
)


def _other_clocks(tree: ast.Module) -> list[int]:
    """Lines on which SQL is told PostgreSQL's clock: ``func.now()``, or its name in a statement that is a text."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "func":
            if node.attr in _CLOCKS:
                lines.append(node.lineno)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            words = node.value.lower().replace("archivist_now()", "")
            if "now()" in words or any(name in words for name in _CLOCKS[1:]):
                lines.append(node.lineno)
    return lines
