"""Units of work on a database of the test's own, a notifier that counts, child processes: tests race for real."""

from collections.abc import AsyncIterator

import pytest

from shared.compute import ComputeProcesses
from shared.db.session import Work, open_database, unit_of_work
from shared.notify import MemoryNotifier


@pytest.fixture
def notifier() -> MemoryNotifier:
    """A notifier that counts."""
    return MemoryNotifier()


@pytest.fixture
async def work(database_url: str, notifier: MemoryNotifier) -> AsyncIterator[Work]:
    """Units of work on this test's database."""
    engine = open_database(database_url, pool_size=5)
    yield unit_of_work(engine, notifier)
    await engine.dispose()


@pytest.fixture
async def compute() -> AsyncIterator[ComputeProcesses]:
    """Child processes for heavy functions, as every service has them."""
    processes = ComputeProcesses()
    yield processes
    await processes.aclose()
