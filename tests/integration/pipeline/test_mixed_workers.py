"""Workers that do not have the same models: a meeting is decoded by one engine and one model, whoever works on it."""

import asyncio
import json
import shutil
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, update

from services.api.session_tokens import Principal
from services.api.usecases.steer_transcription import cancel_transcription, retry_transcription
from services.transcriber.engines.engine_child import EngineChild
from services.transcriber.engines.offer import ask_offer
from services.transcriber.engines.values import EngineSpec
from services.transcriber.parts.settle_engine import LONG, NOT_OFFERED, WantedEngine, engine_for_slice
from shared.db.models import Slice, Transcription
from shared.jobs.leaving import EngineMismatch
from shared.jobs.worker import LeaseTerms
from shared.lanes import Lane
from shared.lifecycle import SliceStatus, Stage, TranscriptionStatus
from tests.integration.pipeline.conftest import MODEL, ROOT, Workshop
from tests.integration.transcriber.conftest import keep_in_cache

WHO = Principal(name="ada", user_id=1, role="operator")


def machine(folder: Path, name: str = "tiny.en", *, is_other: bool = False) -> EngineSpec:
    """What a machine without a network has in its cache: the demonstration model by some name, or one that works alike
    and is not the same."""
    keep_in_cache(folder, name)
    if is_other:
        change(folder)
    return replace(MODEL, model=name, cache_dir=str(folder), offline=True)


def change(folder: Path) -> None:
    """Another model takes the place of the one in this cache."""
    for config in folder.rglob("config.json"):
        facts = json.loads(config.read_text())
        config.unlink()  # it may be a link
        config.write_text(json.dumps({**facts, "made_for": "another station"}))


def _manifest(row: Transcription) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((Path(str(row.metadata_file_path)).parent / "manifest.json").read_text())
    return read


async def _time_passes(workshop: Workshop, transcription_id: uuid.UUID) -> None:
    """Nobody has worked on it for a while."""
    async with workshop.work() as unit:
        await unit.db.execute(
            update(Transcription)
            .where(Transcription.id == transcription_id)
            .values(progress_at=func.now() - LONG - timedelta(seconds=1))
        )
        await unit.db.execute(
            update(Slice)
            .where(Slice.transcription_id == transcription_id)
            .values(finished_at=Slice.finished_at - LONG - timedelta(seconds=1))
        )


async def test_a_worker_with_another_model_leaves_the_slices_to_the_one_that_planned_them(
    workshop: Workshop, clip: Path, tmp_path: Path
) -> None:
    ours = workshop.worker(workshop.deps(machine(tmp_path / "ours")))
    theirs = workshop.worker(workshop.deps(machine(tmp_path / "theirs", "base.en", is_other=True)))
    made = await workshop.add(clip)
    await workshop.finish(ours)
    by_one = workshop.hashes(await workshop.row(made))
    await retry_transcription(made, WHO, from_scratch=True, work=workshop.work)
    assert await ours.work_one(Lane.PLAN)

    left = await theirs.work_one(Lane.SLICE)
    again = await theirs.work_one(Lane.SLICE)
    seen = await workshop.slices(made)
    await workshop.finish(theirs, ours)

    assert (left, again) == (True, False)  # it looked at one, and knows now that the others are of the same kind
    assert [(piece.status, piece.attempt) for piece in seen] == [(SliceStatus.PENDING, 0)] * 3
    assert [piece.error_code for piece in seen] == [NOT_OFFERED, None, None]
    row = await workshop.row(made)
    assert (row.status, row.error_code) == (TranscriptionStatus.COMPLETED, None)
    assert workshop.hashes(row) == by_one
    (used,) = _manifest(row)["engines"]
    assert row.wanted_engine is not None
    assert (used["name"], used["identity"]) == ("faster-whisper", row.wanted_engine["identity"])
    assert used["slices"] == [1, 2, 3]


async def test_a_worker_that_left_slices_to_others_looks_again_after_a_while_and_not_all_the_time(
    workshop: Workshop, clip: Path, tmp_path: Path
) -> None:
    await workshop.add(clip)
    assert await workshop.worker(workshop.deps(machine(tmp_path / "ours"))).work_one(Lane.PLAN)
    theirs = workshop.worker(
        workshop.deps(machine(tmp_path / "theirs", "base.en", is_other=True)), terms=LeaseTerms(pass_over_s=4)
    )
    assert await theirs.work_one(Lane.SLICE)
    before = workshop.notifier.notified[Lane.SLICE]

    idle = [await theirs.work_one(Lane.SLICE) for _ in range(10)]
    await asyncio.sleep(4)
    looked = await theirs.work_one(Lane.SLICE)

    assert (idle, looked) == ([False] * 10, True)
    assert workshop.notifier.notified[Lane.SLICE] == before + 1  # one wake-up for others with each look


async def test_the_same_model_by_another_name_is_as_good(workshop: Workshop, short_clip: Path, tmp_path: Path) -> None:
    made = await workshop.add(short_clip)
    assert await workshop.worker(workshop.deps(machine(tmp_path / "ours"))).work_one(Lane.PLAN)

    await workshop.finish(workshop.worker(workshop.deps(machine(tmp_path / "theirs", "base.en"))))

    assert (await workshop.row(made)).status == TranscriptionStatus.COMPLETED


async def test_a_model_that_nobody_has_any_more_is_waited_for_and_said_and_work_goes_on_when_it_is_back(
    workshop: Workshop, clip: Path, tmp_path: Path
) -> None:
    made = await workshop.add(clip)
    ours = workshop.worker(workshop.deps(machine(tmp_path / "ours")))
    assert await ours.work_one(Lane.PLAN)
    assert await ours.work_one(Lane.SLICE)
    theirs = workshop.deps(machine(tmp_path / "theirs", "base.en", is_other=True))

    await workshop.finish(workshop.worker(theirs))
    soon = await workshop.row(made)
    await _time_passes(workshop, made)
    await workshop.finish(workshop.worker(theirs))  # which has forgotten that it looked, as it does after a minute
    late = await workshop.row(made)
    await workshop.finish(ours)

    assert (soon.status, soon.error_code) == (TranscriptionStatus.PROCESSING, None)
    assert (late.status, late.stage, late.error_code) == (TranscriptionStatus.PROCESSING, Stage.SLICES, NOT_OFFERED)
    assert late.error_message is not None
    assert late.error_message.startswith("It waits for a transcriber that has faster-whisper with the model tiny.en (")
    assert "try again from scratch" in late.error_message
    row = await workshop.row(made)
    assert (row.status, row.error_code, row.error_message) == (TranscriptionStatus.COMPLETED, None, None)
    assert len(_manifest(row)["engines"]) == 1


async def test_trying_again_keeps_to_what_was_begun_and_from_scratch_takes_what_is_there(
    workshop: Workshop, clip: Path, tmp_path: Path
) -> None:
    made = await workshop.add(clip)
    ours = workshop.worker(workshop.deps(machine(tmp_path / "ours")))
    assert await ours.work_one(Lane.PLAN)
    assert await ours.work_one(Lane.SLICE)
    begun = (await workshop.row(made)).wanted_engine
    theirs = workshop.worker(workshop.deps(machine(tmp_path / "theirs", "base.en", is_other=True)))

    await cancel_transcription(made, WHO, work=workshop.work)
    await retry_transcription(made, WHO, from_scratch=False, work=workshop.work)
    await workshop.finish(theirs)
    kept = await workshop.row(made)
    await cancel_transcription(made, WHO, work=workshop.work)
    await retry_transcription(made, WHO, from_scratch=True, work=workshop.work)
    await workshop.finish(theirs)

    row = await workshop.row(made)
    assert (kept.status, kept.wanted_engine) == (TranscriptionStatus.PROCESSING, begun)
    assert row.status == TranscriptionStatus.COMPLETED
    assert row.wanted_engine is not None and begun is not None
    assert row.wanted_engine["identity"] != begun["identity"]
    assert [use["identity"] for use in _manifest(row)["engines"]] == [row.wanted_engine["identity"]]


async def test_a_model_that_is_replaced_in_the_middle_of_a_meeting_spoils_no_slice(
    workshop: Workshop, clip: Path, tmp_path: Path
) -> None:
    worker = workshop.worker(workshop.deps(machine(tmp_path / "changing"), recycle_after=1))
    made = await workshop.add(clip)
    assert await worker.work_one(Lane.PLAN)
    assert await worker.work_one(Lane.SLICE)
    change(tmp_path / "changing")

    assert await worker.work_one(Lane.SLICE)  # its child is a new one, with the new model

    pieces = await workshop.slices(made)
    assert [(piece.status, piece.attempt) for piece in pieces] == [
        (SliceStatus.DONE, 0),
        (SliceStatus.PENDING, 0),
        (SliceStatus.PENDING, 0),
    ]
    assert pieces[1].result is None
    assert not await worker.work_one(Lane.SLICE)
    await workshop.finish(workshop.worker(workshop.deps(machine(tmp_path / "old"))))
    row = await workshop.row(made)
    assert row.status == TranscriptionStatus.COMPLETED
    assert len(_manifest(row)["engines"]) == 1


async def test_an_engine_that_the_planning_worker_does_not_have_is_said_at_once_and_waited_for(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip, settings={"engine": "whisperx"})

    await workshop.finish(workshop.worker())

    row, (piece,) = await workshop.row(made), await workshop.slices(made)
    assert (row.status, row.stage, row.error_code) == (TranscriptionStatus.PROCESSING, Stage.SLICES, NOT_OFFERED)
    assert row.error_message == (
        "The speech engine whisperx is not installed here; choose auto to use the one that is. The recording waits for "
        "a worker that has whisperx with the station's model."
    )
    assert (piece.status, piece.attempt, piece.error_code) == (SliceStatus.PENDING, 0, NOT_OFFERED)


async def test_a_model_that_was_not_here_when_the_recording_was_planned_is_settled_by_the_first_who_has_it(
    workshop: Workshop, short_clip: Path, tmp_path: Path
) -> None:
    wanted = tmp_path / "city-model"
    made = await workshop.add(short_clip, model=str(wanted))
    await workshop.finish(workshop.worker())
    waiting = await workshop.row(made)
    shutil.copytree(ROOT / "demo" / "model", wanted)
    change(wanted)

    await workshop.finish(workshop.worker())  # another worker, or the same a minute later

    row = await workshop.row(made)
    assert waiting.error_message is not None
    assert waiting.error_message.startswith(f"The speech model's folder {wanted} does not exist.")
    assert (row.status, row.error_code) == (TranscriptionStatus.COMPLETED, None)
    assert row.wanted_engine is not None
    assert [use["identity"] for use in _manifest(row)["engines"]] == [row.wanted_engine["identity"]]


async def test_of_two_workers_that_settle_a_wish_the_second_goes_by_what_the_first_has_settled(
    workshop: Workshop, short_clip: Path, tmp_path: Path
) -> None:
    made = await workshop.add(short_clip)
    ours = workshop.deps(machine(tmp_path / "ours"))
    other = workshop.deps(machine(tmp_path / "other", "base.en", is_other=True))
    same = workshop.deps(machine(tmp_path / "same", "base.en"))

    first, _ = await engine_for_slice(made, WantedEngine(), ours)
    with pytest.raises(EngineMismatch):
        await engine_for_slice(made, WantedEngine(), other)
    third, spec = await engine_for_slice(made, WantedEngine(), same)

    assert third == first
    assert spec.model == "base.en"
    assert (await workshop.row(made)).wanted_engine == first.as_json()


async def test_a_model_that_does_not_exist_anywhere_ends_the_job_with_one_sentence(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip, model="gigantic")

    await workshop.finish(workshop.worker())

    row = await workshop.row(made)
    assert (row.status, row.error_code) == (TranscriptionStatus.FAILED, "model_unknown")


async def test_a_named_model_is_known_by_its_content_before_and_after_it_is_loaded(tmp_path: Path) -> None:
    spec = machine(tmp_path)
    child = EngineChild(spec)

    offer = await ask_offer(spec)
    try:
        info = await child.start()
    finally:
        await child.close()

    assert (offer.engine, offer.model, offer.identity) == (info.name, info.model, info.identity)
    (held,) = (tmp_path / "models--Systran--faster-whisper-tiny.en" / "snapshots").iterdir()
    elsewhere = shutil.copytree(held, tmp_path / "elsewhere")  # the same files are the same model wherever they lie
    assert offer.identity == (await ask_offer(replace(MODEL, model=str(elsewhere)))).identity
    assert offer.identity != (await ask_offer(MODEL)).identity  # which comes with a marker that says how it listens
