"""Units of work on a database of the test's own, and a bell that counts: tests commit and race for real."""

from collections.abc import AsyncIterator

import pytest

from shared.db.session import Work, open_database, unit_of_work
from shared.jobs.doorbell import MemoryDoorbell


@pytest.fixture
def doorbell() -> MemoryDoorbell:
    """A bell that counts."""
    return MemoryDoorbell()


@pytest.fixture
async def work(database_url: str, doorbell: MemoryDoorbell) -> AsyncIterator[Work]:
    """Units of work on this test's database."""
    engine = open_database(database_url, pool_size=5)
    yield unit_of_work(engine, doorbell)
    await engine.dispose()
