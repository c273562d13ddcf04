"""Bringing the stack up, without bringing it up: the end-to-end tests do that."""

import asyncio
from pathlib import Path

from services.console.stack.local import Running, _all_ready
from services.console.stack.process import free_port
from services.console.stack.supervisor import Supervisor


async def test_whoever_stops_waiting_for_the_services_leaves_nobody_asking(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    url = f"http://127.0.0.1:{free_port()}"
    async with Supervisor(print) as supervisor:
        waiting = asyncio.create_task(
            _all_ready(Running(url, {"api": f"{url}/metrics"}, {}, supervisor, logs=tmp_path))
        )
        await asyncio.sleep(0.3)

        waiting.cancel()
        await asyncio.wait({waiting})

    assert waiting.cancelled()
    assert asyncio.all_tasks() == before
