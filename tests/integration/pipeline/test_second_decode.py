"""After a failed gate only the slices that hold the reasons are decoded again; of two results the better is kept."""

import copy
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.api.session_tokens import Principal
from services.api.usecases.steer_transcription import cancel_transcription, retry_transcription
from services.transcriber.engines.values import SliceResult
from services.transcriber.single import transcribe_file
from shared.db.models import Slice, Transcription
from shared.jobs.worker import LeaseTerms
from shared.lanes import Lane
from shared.lifecycle import SliceStatus, Stage, TranscriptionStatus
from tests.integration.pipeline.conftest import Workshop
from tests.integration.pipeline.test_single import CAPTIONS, order_of

WHO = Principal(name="ada", user_id=1, role="operator")
Spoil = Callable[[dict[str, Any]], dict[str, Any]]


def mute(result: dict[str, Any]) -> dict[str, Any]:
    """A checkpoint as an engine leaves it that hears nothing."""
    return {**copy.deepcopy(result), "words": [], "segments": [], "sounds": [], "doubts": [], "covered_ms": 0}


def half(result: dict[str, Any]) -> dict[str, Any]:
    """A checkpoint of an engine that stopped hearing in the middle."""
    words = result["words"]
    return {**copy.deepcopy(result), "words": words[: len(words) // 2]}


async def _spoil(workshop: Workshop, transcription_id: uuid.UUID, number: int, how: Spoil) -> None:
    """Put down for a slice what an engine on a bad day would have left."""
    row = (await workshop.slices(transcription_id))[number]
    async with workshop.work() as unit:
        piece = await unit.db.get_one(Slice, row.id)
        assert piece.result is not None
        piece.result = how(piece.result)


async def _decoded_with_a_mute_slice(workshop: Workshop, clip: Path) -> uuid.UUID:
    """Three slices have been decoded; the second has no words; the gate has sent back what it sends back."""
    made = await workshop.add(clip)
    worker = workshop.worker()
    assert await worker.work_one(Lane.PLAN)
    for _ in range(3):
        assert await worker.work_one(Lane.SLICE)
    await _spoil(workshop, made, 1, mute)
    assert await worker.work_one(Lane.FINISH)
    return made


def _manifest(row: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((Path(str(row.metadata_file_path)).parent / "manifest.json").read_text())
    return read


async def test_only_the_slice_without_words_is_decoded_again_and_what_is_kept_is_told(
    workshop: Workshop, clip: Path
) -> None:
    made = await _decoded_with_a_mute_slice(workshop, clip)
    between, pieces = await workshop.row(made), await workshop.slices(made)

    await workshop.finish(workshop.worker())

    assert (between.stage, between.second_decode, between.progress < 90) == (Stage.SLICES, True, True)
    assert [piece.status for piece in pieces] == [SliceStatus.DONE, SliceStatus.PENDING, SliceStatus.DONE]
    row, after = await workshop.row(made), await workshop.slices(made)
    assert row.status == TranscriptionStatus.COMPLETED
    assert [one.finished_at == other.finished_at for one, other in zip(pieces, after, strict=True)] == [
        True,
        False,
        True,
    ]
    (told,) = _manifest(row)["second_decodes"]
    assert (told["slice"], told["start_ms"], told["kept"]) == (2, after[1].start_ms, "second")
    assert "of the speech" in told["because"][-1] or "has no words" in told["because"][0]
    assert row.quality is not None
    assert row.quality["second_decodes"] == [told]
    assert any(note.startswith("Slice 2 (") for note in row.quality["notes"])
    words = json.loads((Path(str(row.metadata_file_path)).parent / "words.json").read_text())["words"]
    inside = [word for word in words if after[1].start_ms <= word["start_ms"] < after[1].end_ms]
    assert len(inside) > 20


async def test_a_second_result_that_is_worse_is_not_used(workshop: Workshop, clip: Path) -> None:
    made = await workshop.add(clip)
    worker = workshop.worker()
    await worker.work_one(Lane.PLAN)
    for _ in range(3):
        await worker.work_one(Lane.SLICE)
    await _spoil(workshop, made, 0, mute)
    await _spoil(workshop, made, 1, half)
    kept = SliceResult.from_json(json.dumps((await workshop.slices(made))[1].result))
    await worker.work_one(Lane.FINISH)
    back = [piece.number for piece in await workshop.slices(made) if piece.status == SliceStatus.PENDING]
    for _ in back:
        await worker.work_one(Lane.SLICE)
    await _spoil(workshop, made, 1, mute)
    await workshop.finish(worker)

    row, pieces = await workshop.row(made), await workshop.slices(made)
    assert back == [0, 1]
    assert [(one["slice"], one["kept"]) for one in _manifest(row)["second_decodes"]] == [(1, "second"), (2, "first")]
    words = json.loads((Path(str(row.metadata_file_path)).parent / "words.json").read_text())["words"]
    inside = [word for word in words if pieces[1].start_ms <= word["start_ms"] < pieces[1].end_ms]
    assert len(inside) == len(kept.words)
    assert row.status == TranscriptionStatus.NEEDS_REVIEW


async def test_one_worker_two_workers_and_one_file_by_itself_keep_the_same_words(
    workshop: Workshop, clip: Path, tmp_path: Path
) -> None:
    one = await _decoded_with_a_mute_slice(workshop, clip)
    await workshop.finish(workshop.worker())
    by_one = workshop.hashes(await workshop.row(one))

    await retry_transcription(one, WHO, from_scratch=True, work=workshop.work)
    worker, other = workshop.worker(), workshop.worker()
    assert await worker.work_one(Lane.PLAN)
    cleared = await workshop.row(one)
    assert (cleared.second_decode, [piece.first_decode for piece in await workshop.slices(one)]) == (False, [None] * 3)
    for each in (other, worker, other):
        assert await each.work_one(Lane.SLICE)
    await _spoil(workshop, one, 1, mute)
    await workshop.finish(other, worker)
    row = await workshop.row(one)
    assert workshop.hashes(row) == by_one

    order = order_of(workshop.mount / clip.name, tmp_path / "alone")
    kept = order.out / ".work" / "fast" / "slice-0001.json"

    def crash(what: str, _: float) -> None:
        if what == "writing captions":
            raise RuntimeError("the machine lost its power")

    with pytest.raises(RuntimeError):
        await transcribe_file(order, crash)
    kept.write_text(json.dumps(mute(json.loads(kept.read_text()))))
    result = await transcribe_file(order, lambda what, share: None)

    assert [(each.slice, each.kept) for each in result.transcript.second_decodes] == [(2, "second")]
    folder = Path(str(row.metadata_file_path)).parent
    station = {path.name: path.read_bytes() for path in folder.iterdir() if path.name.endswith(CAPTIONS)}
    alone = {path.name: path.read_bytes() for path in order.out.iterdir() if path.name.endswith(CAPTIONS)}
    assert alone == station


async def test_a_second_decode_that_is_cancelled_goes_on_where_it_was_and_ends_with_the_same_bytes(
    workshop: Workshop, clip: Path
) -> None:
    made = await _decoded_with_a_mute_slice(workshop, clip)
    before = await workshop.slices(made)
    await cancel_transcription(made, WHO, work=workshop.work)
    await retry_transcription(made, WHO, from_scratch=False, work=workshop.work)
    await workshop.finish(workshop.worker())
    row, after = await workshop.row(made), await workshop.slices(made)
    once = workshop.hashes(row)

    await _write_again(workshop, made)
    await workshop.finish(workshop.worker())

    assert [piece.finished_at for piece in before][::2] == [piece.finished_at for piece in after][::2]
    assert [(one["slice"], one["kept"]) for one in _manifest(row)["second_decodes"]] == [(2, "second")]
    assert workshop.hashes(await workshop.row(made)) == once


async def _write_again(workshop: Workshop, transcription_id: uuid.UUID) -> None:
    """As after a worker that died with the captions written and the row not settled."""
    async with workshop.work() as unit:
        row = await unit.db.get_one(Transcription, transcription_id)
        row.status, row.stage = TranscriptionStatus.PROCESSING, Stage.FINISH


async def test_a_second_decode_that_fails_every_time_leaves_the_first_result_and_says_so(
    workshop: Workshop, clip: Path
) -> None:
    made = await _decoded_with_a_mute_slice(workshop, clip)
    too_short = workshop.deps(slice_timeout_s=0.001)  # the engine is given up each time
    worker = workshop.worker(too_short, terms=LeaseTerms(max_attempts=2))

    for _ in range(3):
        await workshop.finish(worker)
        await workshop.pass_time()

    row, pieces = await workshop.row(made), await workshop.slices(made)
    assert row.status == TranscriptionStatus.NEEDS_REVIEW
    assert [piece.status for piece in pieces] == [SliceStatus.DONE] * 3
    (told,) = _manifest(row)["second_decodes"]
    assert told["kept"] == "first"
    assert told["why"].startswith("decoding it again failed (")
