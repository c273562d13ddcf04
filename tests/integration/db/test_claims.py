"""Taking a row costs the same however many wait: an index finds it on every lane."""

import pytest

from benchmarks.claims import FILL, fill, read_as_a_whole, timed
from shared.db.session import open_database, unit_of_work
from shared.lanes import Lane
from shared.notify import MemoryNotifier

ROWS = 4_000


@pytest.mark.parametrize("lane", FILL)
async def test_a_claim_reads_no_large_table_as_a_whole(database_url: str, lane: Lane) -> None:
    engine = open_database(database_url)
    try:
        work = unit_of_work(engine, MemoryNotifier())
        await fill(engine, lane, ROWS)
        await timed(work, lane)
        read = await read_as_a_whole(engine, work, lane)
    finally:
        await engine.dispose()

    assert read == []


def test_every_lane_is_measured() -> None:
    assert set(FILL) == set(Lane)
