"""The language of a recording, from the order to the files."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.api.session_tokens import Principal
from services.api.usecases.steer_transcription import retry_transcription
from services.transcriber.composing.compose import CaptionChoices
from services.transcriber.decoding.plan import SliceOptions
from services.transcriber.engines.pool import SpeechPool
from services.transcriber.single import SingleOrder, transcribe_file
from shared.errors import Unusable
from shared.lanes import Lane
from shared.lifecycle import TranscriptionStatus
from tests.integration.pipeline.conftest import MODEL, Workshop
from tests.parrot import SPANISH, make_parrot

ENGLISH_ONLY = "knows English only; use a multilingual model for Spanish."


async def test_a_language_that_the_model_does_not_know_ends_the_job_when_it_is_planned(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip, language="es")

    await workshop.finish(workshop.worker())

    row = await workshop.row(made)
    assert (row.status, row.error_code) == (TranscriptionStatus.FAILED, "language_unsupported")
    assert (row.error_message or "").endswith(ENGLISH_ONLY)
    assert await workshop.slices(made) == []


async def test_a_row_from_before_is_understood(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip, language="en-US")

    await workshop.finish(workshop.worker())

    row = await workshop.row(made)
    assert (row.status, row.language) == (TranscriptionStatus.COMPLETED, "en")


async def test_one_file_in_a_language_that_the_model_does_not_know_is_refused_before_it_is_read(
    short_clip: Path, tmp_path: Path
) -> None:
    order = SingleOrder(short_clip, tmp_path / "out", MODEL, CaptionChoices(language="es"), SliceOptions(), workers=1)
    said: list[str] = []

    with pytest.raises(Unusable, match=ENGLISH_ONLY) as refused:
        await transcribe_file(order, lambda what, _: said.append(what))

    assert refused.value.code == "language_unsupported"
    assert "reading the sound" not in said


@pytest.fixture
async def parrots(tmp_path: Path) -> AsyncIterator[Callable[[dict[str, float]], SpeechPool]]:
    """Pools with a multilingual model that hears these languages, and says a Spanish sentence."""
    pools: list[SpeechPool] = []

    def make(heard: dict[str, float]) -> SpeechPool:
        model = make_parrot(tmp_path / f"parrot-{len(pools)}", heard)
        pools.append(SpeechPool(replace(MODEL, model=str(model)), 1))
        return pools[-1]

    yield make
    for pool in pools:
        await pool.close()


def _file(row: Any, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((Path(str(row.metadata_file_path)).parent / name).read_text())
    return content


async def test_a_language_that_nobody_named_is_found_once_for_all_slices_and_kept_with_its_probability(
    workshop: Workshop, clip: Path, parrots: Callable[[dict[str, float]], SpeechPool]
) -> None:
    made = await workshop.add(clip, language="auto")
    worker = workshop.worker(workshop.deps(speech=parrots({"es": 0.93, "pt": 0.05})))

    await workshop.finish(worker)

    row = await workshop.row(made)
    assert row.language == "es"
    assert {(piece.result or {})["language"] for piece in await workshop.slices(made)} == {"es"}
    found = _file(row, "manifest.json")["language_found"]
    assert (found["code"], found["probability"]) == ("es", pytest.approx(0.93, abs=0.01))
    assert len(found["places"]) == 3
    assert all(place["code"] == "es" and place["end_ms"] - place["start_ms"] <= 30_000 for place in found["places"])
    words = _file(row, "words.json")
    assert words["language"] == "es"
    assert SPANISH in " ".join(word["text"] for word in words["words"])
    assert "it was taken for Spanish, 93% probable" in json.dumps(row.quality)


@pytest.mark.parametrize(("probability", "verdict"), [(0.95, "pass"), (0.55, "doubt")])
async def test_a_language_that_is_not_sure_brings_a_person(
    workshop: Workshop,
    make_media: Callable[[str, Sequence[str]], Path],
    clip: Path,
    parrots: Callable[[dict[str, float]], SpeechPool],
    probability: float,
    verdict: str,
) -> None:
    # Four seconds of speech, as long as the sentence that is always said.
    short = make_media("four.wav", ["-ss", "4.3", "-t", "4.5", "-i", str(clip)])
    made = await workshop.add(short, language="auto")
    worker = workshop.worker(workshop.deps(speech=parrots({"es": probability, "pt": 0.04})))

    await workshop.finish(worker)

    row = await workshop.row(made)
    (check,) = [one for one in (row.quality or {})["checks"] if one["name"] == "estimated_accuracy"]
    assert (check["verdict"], check["score"] > 0.9) == (verdict, True)
    assert row.status == TranscriptionStatus.NEEDS_REVIEW or verdict == "pass"


async def test_a_retry_from_scratch_finds_the_language_anew_and_one_that_keeps_slices_keeps_it(
    workshop: Workshop, clip: Path, parrots: Callable[[dict[str, float]], SpeechPool]
) -> None:
    who = Principal(name="ada", user_id=1, role="operator")
    made = await workshop.add(clip, language="auto")
    spanish = workshop.worker(workshop.deps(speech=parrots({"es": 0.93})))
    french = workshop.worker(workshop.deps(speech=parrots({"fr": 0.88})))
    await workshop.finish(spanish)

    await retry_transcription(made, who, from_scratch=False, work=workshop.work)
    await workshop.finish(french)
    kept = (await workshop.row(made)).language
    await retry_transcription(made, who, from_scratch=True, work=workshop.work)
    await workshop.finish(french)

    row = await workshop.row(made)
    assert (kept, row.language) == ("es", "fr")
    assert _file(row, "manifest.json")["language_found"]["code"] == "fr"


async def test_a_model_that_knows_english_only_takes_auto_for_english(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip, language="auto")

    await workshop.finish(workshop.worker())

    row = await workshop.row(made)
    assert (row.status, row.language) == (TranscriptionStatus.COMPLETED, "en")
    assert _file(row, "manifest.json")["language_found"] is None


async def test_where_nobody_speaks_no_language_is_made_up(
    workshop: Workshop,
    make_media: Callable[[str, Sequence[str]], Path],
    parrots: Callable[[dict[str, float]], SpeechPool],
) -> None:
    made = await workshop.add(make_media("quiet.wav", ["-f", "lavfi", "-i", "anoisesrc=a=0.001:d=5"]), language="auto")

    await workshop.finish(workshop.worker(workshop.deps(speech=parrots({"es": 0.9}))))

    row = await workshop.row(made)
    assert row.language == "en"
    assert _file(row, "manifest.json")["language_found"] is None


async def test_sound_that_is_decoded_again_is_of_the_track_that_was_planned(
    workshop: Workshop,
    make_media: Callable[[str, Sequence[str]], Path],
    clip: Path,
    parrots: Callable[[dict[str, float]], SpeechPool],
) -> None:
    # The first track is said to be English, the second Spanish; the parrot hears Spanish in everything.
    tracks = ["-map", "0:a", "-map", "1:a", "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=spa"]
    tone = ["-f", "lavfi", "-i", "sine=frequency=500:duration=77"]
    film = make_media("tracks.mkv", ["-i", str(clip), *tone, *tracks, "-disposition:a:0", "default"])
    await workshop.add(film, language="auto")
    deps = workshop.deps(speech=parrots({"es": 0.93}))
    worker = workshop.worker(deps)
    assert await worker.work_one(Lane.PLAN)
    (sound,) = list(deps.work_root.rglob("audio.flac"))
    planned = sound.read_bytes()
    sound.unlink()  # as on another machine

    assert await worker.work_one(Lane.SLICE)

    assert sound.read_bytes() == planned


async def test_one_file_of_an_unnamed_language_goes_on_with_what_was_found(clip: Path, tmp_path: Path) -> None:
    model = make_parrot(tmp_path / "parrot", {"es": 0.93})
    order = SingleOrder(
        clip,
        tmp_path / "out",
        replace(MODEL, model=str(model)),
        CaptionChoices(language="auto"),
        SliceOptions(target_ms=25_000, max_ms=37_500),
        workers=1,
    )
    steps: list[str] = []
    kept = order.out / ".work" / "fast" / "slice-0000.json"
    running = asyncio.create_task(transcribe_file(order, lambda what, _: steps.append(what)))
    async with asyncio.timeout(60):
        while not kept.exists():
            await asyncio.sleep(0.02)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    first, steps[:] = set(steps), []

    result = await transcribe_file(order, lambda what, _: steps.append(what))

    assert "finding out the language" in first
    assert "finding out the language" not in steps
    assert result.transcript.language is not None
    assert result.transcript.language.code == "es"
    assert json.loads(result.files["words"].read_text())["language"] == "es"
    assert result.notes == ()


async def test_a_recording_that_changes_while_its_language_is_heard_is_told_of(
    short_clip: Path, tmp_path: Path
) -> None:
    media = Path(shutil.copy(short_clip, tmp_path / "changed.mp4"))
    model = make_parrot(tmp_path / "parrot", {"es": 0.93})
    order = SingleOrder(
        media,
        tmp_path / "out",
        replace(MODEL, model=str(model)),
        CaptionChoices(language="auto"),
        SliceOptions(target_ms=25_000, max_ms=37_500),
        workers=1,
    )

    def change(what: str, share: float) -> None:
        if what == "finding out the language":
            os.utime(media, (0, 0))

    result = await transcribe_file(order, change)

    assert [note[:27] for note in result.notes] == ["The recording has changed s"]
