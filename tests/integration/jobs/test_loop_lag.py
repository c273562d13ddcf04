"""A loop that keeps its callers waiting is seen in the metrics of every service."""

import asyncio
import time

import pytest
from prometheus_client import REGISTRY

from shared.asyncio_tasks import end
from shared.loop_lag import measure_loop_lag
from shared.runtime import open_runtime
from shared.settings import Settings


def _measured(what: str) -> float:
    return REGISTRY.get_sample_value(f"archivist_event_loop_lag_seconds_{what}") or 0


async def test_the_lag_is_as_long_as_the_loop_was_held_up() -> None:
    times, before = _measured("count"), _measured("sum")
    measuring = asyncio.create_task(measure_loop_lag(0.01))
    await asyncio.sleep(0)

    time.sleep(0.3)
    while _measured("count") == times:
        await asyncio.sleep(0.01)
    await end([measuring])

    assert _measured("sum") - before >= 0.28


@pytest.mark.parametrize("service", ["api", "ingest", "transcriber", "vod"])
async def test_every_service_measures_it(service: str) -> None:
    before = _measured("count")
    async with open_runtime(service, Settings(log_level="WARNING")), asyncio.timeout(60):
        while _measured("count") == before:
            await asyncio.sleep(0.01)
