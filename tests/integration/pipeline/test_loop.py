"""However long and dense a recording is, the loop of the transcriber goes on turning: each lane with its worst."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from services.transcriber.__main__ import handlers
from shared.db.models import Slice, Transcription
from shared.lanes import Lane
from shared.lifecycle import SliceStatus, Stage
from tests.integration.pipeline.conftest import Workshop
from tests.loop_watch import watched

SLICES = 24
"""Four hours."""
SLICE_MS = 600_000
WORDS = 1800
"""In one slice: three a second, without a pause to breathe."""


async def _planned(workshop: Workshop, clip: Path) -> uuid.UUID:
    made = await workshop.add(clip)
    await asyncio.create_task(workshop.worker().work_one(Lane.PLAN))
    return made


async def _to_plan(workshop: Workshop, clip: Path) -> None:
    await workshop.add(clip)


async def _to_decode(workshop: Workshop, clip: Path) -> None:
    """A slice of a recording in which there is a great deal of speech."""
    await _of_four_hours(workshop, await _planned(workshop, clip))


async def _to_finish(workshop: Workshop, clip: Path) -> None:
    """The slices of a long recording, without a silent moment."""
    made = await _planned(workshop, clip)
    worker = workshop.worker()
    while await worker.work_one(Lane.SLICE):
        pass
    await _of_four_hours(workshop, made)
    async with workshop.work() as unit:
        engine = await unit.db.scalar(select(Slice.result["engine"]).limit(1))
        for number in range(SLICES):
            start = number * SLICE_MS
            piece = {"start_ms": start, "end_ms": start + SLICE_MS, "status": SliceStatus.DONE}
            changed = update(Slice).where(Slice.transcription_id == made, Slice.number == number)
            known = (await unit.db.execute(changed.values(result=_dense(engine), **piece).returning(Slice.id))).all()
            if not known:
                unit.db.add(Slice(transcription_id=made, number=number, result=_dense(engine), **piece))
        await unit.db.execute(update(Transcription).values(stage=Stage.FINISH, ready_at=func.now()))


def _dense(engine: Any) -> dict[str, Any]:
    length = SLICE_MS // WORDS
    words = [
        {"text": f"motion{n % 97}", "start_ms": n * length, "end_ms": (n + 1) * length - 20, "confidence": 0.93}
        for n in range(WORDS)
    ]
    segments = [
        {
            "start_ms": part[0]["start_ms"],
            "end_ms": part[-1]["end_ms"],
            "text": " ".join(str(word["text"]) for word in part),
            "words": part,
            "avg_logprob": -0.2,
            "no_speech_prob": 0.01,
            "compression_ratio": 1.5,
        }
        for part in (words[first : first + 12] for first in range(0, WORDS, 12))
    ]
    return {
        "words": words,
        "segments": segments,
        "sounds": [],
        "doubts": [],
        "redecoded": [],
        "language": "en",
        "speech_ms": SLICE_MS,
        "covered_ms": SLICE_MS,
        "decode_ms": 1000,
        "engine": engine,
    }


async def _of_four_hours(workshop: Workshop, transcription_id: uuid.UUID) -> None:
    plan = (await workshop.row(transcription_id)).plan
    assert plan is not None
    length = SLICES * SLICE_MS
    speech = [[start, start + 2900] for start in range(0, length, 3000)]
    async with workshop.work() as unit:
        changed = json.loads(json.dumps(plan)) | {"duration_ms": length, "speech": speech}
        await unit.db.execute(update(Transcription).values(plan=changed, duration_ms=length))


WORST: dict[Lane, Callable[[Workshop, Path], Awaitable[None]]] = {
    Lane.PLAN: _to_plan,
    Lane.SLICE: _to_decode,
    Lane.FINISH: _to_finish,
}


def test_every_lane_has_its_worst_input(workshop: Workshop) -> None:
    assert set(WORST) == set(handlers(workshop.deps()))


@pytest.mark.parametrize("lane", WORST)
async def test_the_loop_goes_on_turning(workshop: Workshop, short_clip: Path, lane: Lane) -> None:
    await WORST[lane](workshop, short_clip)
    worker = workshop.worker()

    with watched():
        assert await asyncio.create_task(worker.work_one(lane))

    async with workshop.work() as unit:
        row = (await unit.db.scalars(select(Transcription))).one()
    assert row.error_code is None
    assert row.stage == {Lane.PLAN: Stage.SLICES, Lane.SLICE: Stage.FINISH, Lane.FINISH: Stage.DONE}[lane]
