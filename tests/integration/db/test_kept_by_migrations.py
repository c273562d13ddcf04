"""A database that an earlier release filled keeps every row and byte, on the way up and on the way back.

`README.md` in this folder says where the dumps come from. A migration that moves or rewrites something on purpose says
here where the old value is to be found (`MOVED`, `REWRITTEN`), and so proves that it is still there.
"""

import gzip
import re
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.db.schema_upgrade import downgrade, upgrade

DUMPS = sorted(Path(__file__).parent.glob("release_*.sql.gz"))

MOVED: dict[str, str] = {
    # A view of the events since 0017; what stood in it before has other ids, and the former ones as its subject.
    "system_logs": "SELECT view.*, events.subject_id::bigint AS id_before FROM system_logs AS view JOIN events"
    " USING (id) WHERE events.kind = 'log.written'",
}
"""Tables that are no relation of their name any more: the query that gives their rows with the columns they had."""

REWRITTEN: dict[tuple[str, str], str] = {("system_logs", "id"): "id_before"}
"""Table and column to the SQL expression that gives what stood there before."""

_CASTS = re.compile(r"::(?:character varying|text)(?:\[\])?|[()]")
"""PostgreSQL writes the casts of a list of words in another place once the constraint has been through a dump."""

Rows = dict[str, Counter[tuple[str | None, ...]]]


@pytest.fixture(params=DUMPS, ids=lambda path: path.name)
def dump(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


async def test_every_row_and_byte_of_an_earlier_release_is_kept(dump: Path, empty_database_url: str) -> None:
    release = re.findall(r"\d+", dump.name)[0]
    dsn = empty_database_url.replace("+asyncpg", "")
    await _load(dsn, dump)
    columns = await _columns(dsn)
    before, sequences, schema = await _rows(dsn, columns), await _sequences(dsn), await _schema(dsn)

    await upgrade(empty_database_url)
    above = await _rows(dsn, columns, moved=MOVED, rewritten=REWRITTEN)
    counted_on = await _sequences(dsn)
    await downgrade(empty_database_url, release)

    assert sum(rows.total() for rows in before.values()) > 60
    assert above == before
    assert await _rows(dsn, columns) == before
    assert await _sequences(dsn) == sequences
    assert await _schema(dsn) == schema
    shared = counted_on.keys() & sequences.keys()
    assert {name: counted_on[name] for name in shared} == {name: sequences[name] for name in shared}


async def test_every_table_of_the_dump_has_rows(dump: Path, empty_database_url: str) -> None:
    """An empty table proves nothing."""
    dsn = empty_database_url.replace("+asyncpg", "")
    await _load(dsn, dump)
    rows = await _rows(dsn, await _columns(dsn))

    assert [table for table, found in rows.items() if not found] == []


async def _load(dsn: str, dump: Path) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(gzip.decompress(dump.read_bytes()).decode())
    finally:
        await connection.close()


async def _fetch(dsn: str, statement: str) -> list[Any]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def _columns(dsn: str) -> dict[str, list[str]]:
    rows = await _fetch(
        dsn,
        "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        " AND table_name <> 'alembic_version' ORDER BY table_name, ordinal_position",
    )
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found


async def _rows(
    dsn: str,
    columns: dict[str, list[str]],
    *,
    moved: dict[str, str] | None = None,
    rewritten: dict[tuple[str, str], str] | None = None,
) -> Rows:
    """Every row, each value as PostgreSQL writes it."""
    found: Rows = {}
    for table, names in columns.items():
        values = [f"({(rewritten or {}).get((table, name), _quoted(name))})::text" for name in names]
        source = f"({moved[table]})" if moved and table in moved else _quoted(table)
        rows = await _fetch(dsn, f"SELECT {', '.join(values)} FROM {source} AS t")
        found[table] = Counter(tuple(row) for row in rows)
    return found


def _quoted(name: str) -> str:
    return f'"{name}"'


async def _sequences(dsn: str) -> dict[str, int | None]:
    rows = await _fetch(dsn, "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
    return dict(tuple(row) for row in rows)


async def _schema(dsn: str) -> set[tuple[Any, ...]]:
    """Columns, constraints, indexes, triggers, views and functions; a column's place in its table says nothing."""
    rows = await _fetch(
        dsn,
        """
        SELECT table_name, column_name, data_type || ' ' || coalesce(column_default, '') || is_nullable
          FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT viewname, '', definition FROM pg_views WHERE schemaname = 'public'
        UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT proname, '', pg_get_functiondef(oid)
          FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        """,
    )
    return {(table, name, _CASTS.sub("", said)) for table, name, said in rows}
