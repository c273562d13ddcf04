"""Units of work on a database of the test's own, a bell that counts, child processes: tests race for real."""

from collections.abc import AsyncIterator

import pytest

from shared.compute import ComputeProcesses
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


@pytest.fixture
async def compute() -> AsyncIterator[ComputeProcesses]:
    """Child processes for heavy functions, as every service has them."""
    processes = ComputeProcesses()
    yield processes
    await processes.aclose()
