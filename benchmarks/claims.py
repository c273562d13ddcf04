"""What taking a row costs on each lane when many wait, and whether an index finds it.

    python benchmarks/claims.py [--rows 100000] [--claims 30]

Starts a PostgreSQL server of its own, lets a hundredth and then all of the rows wait on every lane, takes some of each,
and prints milliseconds for a claim and which tables were read as a whole. A claim costs the same whatever waits if its
time does not grow with the rows.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import event, text  # noqa: E402
from sqlalchemy.ext.asyncio import AsyncEngine  # noqa: E402

from services.console.stack.postgres import PostgresServer, create_database, wait_for_postgres  # noqa: E402
from services.console.stack.process import end, launch  # noqa: E402
from shared.db.leases import take  # noqa: E402
from shared.db.schema_upgrade import upgrade  # noqa: E402
from shared.db.session import Work, open_database, unit_of_work  # noqa: E402
from shared.lanes import Lane  # noqa: E402
from shared.notify import MemoryNotifier  # noqa: E402

CITIES, SLICES = 12, 14
BIG = 500
"""A table that is smaller may be read as a whole."""

_RECORDINGS = """
INSERT INTO recordings (mount_id, relative_path, file_name, status, settled_at, recorded_at, city_id, priority)
SELECT (SELECT min(id::text)::uuid FROM mounts), :kind || n, :kind || n, :status, archivist_now(),
    archivist_now() - make_interval(mins => n), (ARRAY(SELECT id FROM cities ORDER BY slug))[1 + n % :cities], 1 + n % 3
FROM generate_series(1, :rows) AS n
"""
_TRANSCRIPTIONS = """
INSERT INTO transcriptions
    (recording_id, filename, file_path, status, stage, duration_ms, recorded_at, city_id, priority, content)
SELECT id, file_name, file_name, :status, :stage, 8400000, recorded_at, city_id, priority, 'x'
FROM recordings WHERE file_name LIKE :kind || '%' ORDER BY recorded_at DESC LIMIT :rows
"""
FILL: Mapping[Lane, tuple[str, ...]] = {
    Lane.SCAN: ("INSERT INTO mounts (name, path) SELECT 'm' || n, '/mnt/' || n FROM generate_series(1, :rows) AS n",),
    Lane.INSPECT: (_RECORDINGS.replace(":status", "'settling'"),),
    Lane.PLAN: (
        _RECORDINGS.replace(":status", "'valid'"),
        _TRANSCRIPTIONS.replace(":status", "'pending'").replace(":stage", "'plan'"),
    ),
    Lane.SLICE: (
        _RECORDINGS.replace(":status", "'valid'").replace(":rows", f"(:rows / {SLICES})"),
        _TRANSCRIPTIONS.replace(":status", "'processing'").replace(":stage", "'slices'"),
        f"INSERT INTO slices (transcription_id, number, start_ms, end_ms)"
        f" SELECT t.id, n, n * 600000, (n + 1) * 600000 FROM transcriptions t, generate_series(1, {SLICES}) AS n"
        " WHERE t.filename LIKE :kind || '%' LIMIT :rows",
    ),
    Lane.FINISH: (
        _RECORDINGS.replace(":status", "'valid'"),
        _TRANSCRIPTIONS.replace(":status", "'processing'").replace(":stage", "'finish'"),
    ),
    Lane.PUBLISH: (
        _RECORDINGS.replace(":status", "'valid'"),
        _TRANSCRIPTIONS.replace(":status", "'completed'").replace(":stage", "'done'"),
        "INSERT INTO publications (transcription_id, recording_id, caption_version, recorded_at, city_id, priority)"
        " SELECT id, recording_id, 1, recorded_at, city_id, priority FROM transcriptions"
        " WHERE filename LIKE :kind || '%'",
    ),
    **dict.fromkeys(
        (Lane.API_TASK, Lane.INGEST_TASK, Lane.TRANSCRIBER_TASK, Lane.VOD_TASK),
        (
            "INSERT INTO tasks (kind, service) SELECT 'forget-old-rows', split_part(:kind, '.', 1)"
            " FROM generate_series(1, :rows)",
        ),
    ),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=100_000, help="that wait on each lane (100000)")
    options.add_argument("--claims", type=int, default=30, help="that are timed (30)")
    options.add_argument("--lane", action="append", choices=list(Lane), help="only this one")
    asked = options.parse_args()
    lanes = [lane for lane in FILL if not asked.lane or lane in asked.lane]
    with tempfile.TemporaryDirectory(prefix="archivist-bench-") as folder:
        Path(folder).chmod(0o711)
        server = PostgresServer(home=Path(folder, "home"), log=Path(folder, "log"))
        server.prepare()
        process = launch(server.program())
        try:
            asyncio.run(measure(server, lanes, asked.rows, asked.claims))
        finally:
            end(process, server.program())


async def measure(server: PostgresServer, lanes: list[Lane], rows: int, claims: int) -> None:
    await wait_for_postgres(server)
    few = max(1, rows // 100)
    found = {size: await claims_among(server, lanes, size, claims) for size in (few, rows)}
    print(f"| lane | ms, {few:,} wait | ms, {rows:,} wait | slowest | read as a whole |\n|---|---|---|---|---|")
    for lane in lanes:
        (small, _, _), (median, slowest, whole) = found[few][lane], found[rows][lane]
        print(f"| `{lane}` | {small:.1f} | {median:.1f} | {slowest:.1f} | {', '.join(whole) or '-'} |")


async def claims_among(
    server: PostgresServer, lanes: list[Lane], rows: int, claims: int
) -> dict[Lane, tuple[float, float, list[str]]]:
    """Median and slowest milliseconds of a claim on each lane, and what it read as a whole."""
    name = f"bench_{rows}"
    await create_database(server, name)
    url = server.url(name, "postgresql+asyncpg")
    await upgrade(url)
    engine = open_database(url)
    work = unit_of_work(engine, MemoryNotifier())
    found = {}
    for lane in lanes:
        await fill(engine, lane, rows)
        await timed(work, lane)  # statements are prepared once
        taken = sorted([await timed(work, lane) for _ in range(claims)])
        found[lane] = (statistics.median(taken), taken[-1], await read_as_a_whole(engine, work, lane))
    await engine.dispose()
    return found


async def fill(engine: AsyncEngine, lane: Lane, rows: int) -> None:
    """One lane and nothing else: what waits on one holds back the one before it."""
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE mounts, cities, tasks, city_turns CASCADE"))
        await connection.execute(text("INSERT INTO mounts (name, path, enabled) VALUES ('one', '/mnt/one', false)"))
        await connection.execute(
            text(f"INSERT INTO cities (slug, name) SELECT 'c' || n, 'C' || n FROM generate_series(1, {CITIES}) AS n")
        )
        for statement in FILL[lane]:
            names = {"rows": rows, "kind": str(lane), "cities": CITIES}
            given = {key: value for key, value in names.items() if f":{key}" in statement}
            await connection.execute(text(statement), given)
    async with engine.connect() as connection:
        vacuum = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await vacuum.execute(text("VACUUM ANALYZE"))


async def timed(work: Work, lane: Lane) -> float:
    """Milliseconds for a claim, committed."""
    began = time.perf_counter()
    async with work() as unit:
        lease = await take(unit.db, lane, owner="bench", lasting=timedelta(minutes=2))
    assert lease is not None
    return (time.perf_counter() - began) * 1000


async def read_as_a_whole(engine: AsyncEngine, work: Work, lane: Lane) -> list[str]:
    """Large tables that the statements of a claim go through row by row, as PostgreSQL explains them."""
    with asked(engine) as statements:
        await timed(work, lane)
    names: set[str] = set()
    async with engine.connect() as connection:
        for statement, parameters in statements:
            plan = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            answer = plan.scalar_one()
            for node in nodes((json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]):
                seen = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                if "Relation Name" in node and seen * node["Actual Loops"] > BIG:
                    names.add(f"{node['Relation Name']} ({node['Node Type']})")
        await connection.rollback()
    return sorted(names)


@contextmanager
def asked(engine: AsyncEngine) -> Iterator[list[tuple[str, Any]]]:
    """The questions that are asked meanwhile."""
    statements: list[tuple[str, Any]] = []

    def hear(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            statements.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", hear)


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A plan's steps."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


if __name__ == "__main__":
    main()
