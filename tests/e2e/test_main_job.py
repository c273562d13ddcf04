"""The main job through the front door, once undisturbed and once through every accident that can be made here."""

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from services.console.demonstration import COPY_S, RECORDING, demonstrate
from services.console.progress_display import Teller
from shared.captions import check_scc, has_errors, is_captioned
from shared.db.models import Publication, Slice
from shared.db.session import Work
from shared.lifecycle import SliceStatus
from tests.e2e.conftest import Stage, StartStage, database_of

WORST_WORD_ERROR_RATE = 0.12
"""The demonstration model makes 4 to 7 % errors on the demonstration recording, by machine and cut of slices."""

pytestmark = pytest.mark.timeout(600)


async def test_a_recording_becomes_verified_captions_whatever_dies_on_the_way(start_stage: StartStage) -> None:
    async with start_stage(TRANSCRIBER_CONCURRENCY="1") as stage:
        calm = await demonstrate(stage.door, stage.stack.mount, Teller())
        expected = stage.captions()
        sidecar = stage.stack.mount / f"{RECORDING.stem}.scc"

        assert calm.is_verified
        assert calm.word_error_rate <= WORST_WORD_ERROR_RATE
        assert calm.publication["evidence"]["share"] == 1.0
        assert is_captioned(sidecar.read_text())
        assert not has_errors(check_scc(sidecar.read_text()))
        assert (stage.stack.mount / RECORDING.name).read_bytes() == RECORDING.read_bytes()
        assert await stage.posts() == ["/cablecastapi/v1/vods"]
        assert "demonstration" in _manifest(stage)["notice"]

    async with start_stage(TRANSCRIBER_CONCURRENCY="1", LEASE_SECONDS="4") as stage:
        going = asyncio.create_task(demonstrate(stage.door, stage.stack.mount, Teller()))
        async with database_of(stage) as work:
            finished = await _kill_everything_in_the_middle_of_a_slice(stage, work)
        disturbed = await going
        async with database_of(stage) as work:
            again = await _finish_times(work)
            publications = await _count_publications(work)

        assert disturbed.is_verified
        assert stage.captions() == expected
        assert publications == 1
        assert await stage.posts() == ["/cablecastapi/v1/vods"]
        # What was finished before the accident was not touched again; everything was finished exactly once.
        assert {number: again[number] for number in finished} == finished
        assert _slices_logged(stage) == sorted(again)


async def _kill_everything_in_the_middle_of_a_slice(stage: Stage, work: Work) -> dict[int, object]:
    """Wait until at least one slice is done and another is in hand; then SIGKILL, FLUSHALL, and a database restart."""
    async with asyncio.timeout(COPY_S + 240):
        while True:
            async with work() as unit:
                rows = (await unit.db.scalars(select(Slice).order_by(Slice.number))).all()
            done = {row.number: row.finished_at for row in rows if row.status == SliceStatus.DONE}
            if done and any(row.lease_token and row.status == SliceStatus.PENDING for row in rows):
                break
            await asyncio.sleep(0.02)
    transcriber, postgres = stage.running.supervisor.pid("transcriber"), stage.running.supervisor.pid("postgres")
    os.kill(transcriber, signal.SIGKILL)
    async with Redis.from_url(stage.running.environment["REDIS_URL"]) as redis:
        await redis.flushall()
    os.kill(postgres, signal.SIGINT)  # "fast" shutdown; the supervisor starts it again
    return dict(done)


async def _finish_times(work: Work) -> dict[int, object]:
    async with work() as unit:
        return {row.number: row.finished_at for row in await unit.db.scalars(select(Slice))}


async def _count_publications(work: Work) -> int:
    async with work() as unit:
        return len((await unit.db.scalars(select(Publication))).all())


def _slices_logged(stage: Stage) -> list[int]:
    """Numbers of the slices that any transcriber process reported as done."""
    lines = (stage.running.logs / "transcriber.log").read_text().splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    return sorted(event["number"] for event in events if event["event"] == "slice_transcribed")


def _manifest(stage: Stage) -> dict[str, str]:
    path: Path = next(stage.stack.output.rglob("manifest.json"))
    found: dict[str, str] = json.loads(path.read_text())
    return found
