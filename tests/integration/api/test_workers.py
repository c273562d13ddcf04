"""Which processes there are, and what health says of those that are silent."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from shared.db import clock
from shared.db.models import Worker
from shared.presence import Presence, about_process
from tests.integration.api.conftest import Api


async def _health(api: Api) -> Any:
    async with api.client("user") as client:
        return (await client.get("/api/v1/health")).json()


async def test_a_process_that_beats_is_listed_and_counted(api: Api) -> None:
    transcriber = Presence(api.work, about_process("transcriber", slots=4, beat_s=5, engine="whisperx", model="small"))
    await transcriber.beat()

    async with asyncio.timeout(30), api.client("user") as client:
        while len(found := (await client.get("/api/v1/workers")).json()["items"]) < 2:
            await asyncio.sleep(0.05)  # the API writes its own row once it runs

    by_service = {one["service"]: one for one in found}
    assert by_service.keys() == {"api", "transcriber"}
    assert by_service["api"]["free_bytes"] > 0
    told = {name: by_service["transcriber"][name] for name in ("id", "engine", "model", "slots", "is_alive")}
    assert told == {
        "id": str(transcriber.id), "engine": "whisperx", "model": "small", "slots": 4, "is_alive": True
    }  # fmt: skip
    health = await _health(api)
    assert (health["status"], health["workers"]) == ("ok", {"api": 1, "ingest": 0, "transcriber": 1, "vod": 0})


async def test_a_service_that_has_fallen_silent_is_a_warning_until_another_of_it_lives(api: Api) -> None:
    ingest = Presence(api.work, about_process("ingest", slots=16, beat_s=5))
    await ingest.beat()
    async with api.work() as unit:
        await unit.db.execute(
            update(Worker).where(Worker.id == ingest.id).values(beat_at=clock.now() - timedelta(minutes=3))
        )
    silent = await _health(api)
    await ingest.end()
    stopped = await _health(api)
    await Presence(api.work, about_process("ingest", slots=16, beat_s=5)).beat()
    well = await _health(api)

    assert (silent["status"], len(silent["warnings"])) == ("degraded", 1)
    assert "No ingest is heard" in silent["warnings"][0]
    assert "was stopped" in stopped["warnings"][0]
    assert (well["status"], well["warnings"]) == ("ok", [])
