"""The service's own use cases with the real WhisperX: the engine a job asks for, speakers, a name, the next meeting."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from services.api.progress import progress_of
from services.api.schemas.transcriptions import Progress
from services.api.session_tokens import Principal
from services.api.usecases.name_speaker import name_speaker
from services.transcriber.engines import DiarizationSpec, EngineSpec
from services.transcriber.engines.pool import SpeechPool
from shared.captions import read_scc
from shared.db.models import City, Transcription
from shared.db.session import open_database, unit_of_work
from shared.notify import MemoryNotifier
from shared.speaker_cast import Speakers
from tests.integration.pipeline.conftest import Workshop
from tests.parrot import SPANISH, make_parrot

# torch, transformers and pyannote warn about themselves, and a busy machine takes half a minute to import them.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def workshop(database_url: str, tmp_path: Path) -> AsyncIterator[Workshop]:
    """A transcriber's surroundings with a database of their own."""
    engine, notifier = open_database(database_url, pool_size=5), MemoryNotifier()
    workshop = Workshop(unit_of_work(engine, notifier), notifier, tmp_path)
    yield workshop
    await workshop.close()
    await engine.dispose()


@pytest.fixture(scope="session")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first twenty seconds of the demonstration's meeting."""
    out = tmp_path_factory.mktemp("clip") / "short.mp4"
    whole = next((ROOT / "demo" / "recording").glob("*.mp4"))
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(whole), "-t", "20", "-c", "copy", str(out)]
    subprocess.run(command, check=True, timeout=60)
    return out


def captions_of(row: Transcription) -> str:
    return " ".join(" ".join(cue.rows) for cue in read_scc(Path(str(row.scc_file_path)).read_text()).cues)


@asynccontextmanager
async def watching(workshop: Workshop, transcription_id: UUID) -> AsyncIterator[list[Progress]]:
    """What somebody who follows the progress sees meanwhile."""
    seen: list[Progress] = []

    async def look() -> None:
        while True:
            async with workshop.work() as unit:
                seen.append(await progress_of(unit.db, transcription_id))
            await asyncio.sleep(0.5)

    looking = asyncio.create_task(look())
    try:
        yield seen
    finally:
        looking.cancel()
        await asyncio.wait([looking])


async def once_more(workshop: Workshop, before: Transcription) -> UUID:
    """Somebody asks for new captions of the same recording."""
    async with workshop.work() as unit:
        row = Transcription(
            recording_id=before.recording_id,
            filename=before.filename,
            file_path=before.file_path,
            city_id=before.city_id,
        )
        unit.db.add(row)
        await unit.db.flush()
        return row.id


async def test_a_meeting_gets_speakers_a_name_and_the_next_one_a_proposal(
    workshop: Workshop, short_clip: Path, spec: EngineSpec, diarization_model: Path
) -> None:
    city = City(slug="springfield", name="Springfield")
    # The station decodes with faster-whisper; this job asks for the other engine.
    pool = SpeechPool(replace(spec, engine="faster-whisper"), 1)
    diarization = DiarizationSpec(str(diarization_model), device="cpu", offline=True)
    worker = workshop.worker(workshop.deps(speech=pool, diarization=diarization, diarization_timeout_s=400))
    try:
        first = await workshop.add(short_clip, "first.mp4", city=city, settings={"engine": "whisperx"})
        async with watching(workshop, first) as seen:
            await workshop.finish(worker)
        row = await workshop.row(first)
        told = Speakers.model_validate(row.speakers)
        who = max((one for one in told.speakers if one.voice), key=lambda one: one.speech_ms)
        await name_speaker(first, who.label, "Mayor Reed", Principal(1, "ana", "operator"), work=workshop.work)
        await workshop.finish(worker)
        named = await workshop.row(first)
        second = await workshop.add(short_clip, "second.mp4", city=city)
        await workshop.finish(worker)
        again = await workshop.row(second)
        third = await once_more(workshop, named)
        await workshop.finish(worker)
        anew = await workshop.row(third)
    finally:
        await pool.close()

    assert row.engine is not None and row.engine["name"] == "whisperx"
    listening = [one for one in seen if one.message.startswith("telling speakers apart: ")]
    assert any(90 < one.progress < 100 for one in listening)
    assert [one.progress for one in listening] == sorted(one.progress for one in listening)
    assert again.engine is not None and again.engine["name"] == "faster-whisper"
    assert told.warning is None and told.model == str(diarization_model)
    words = json.loads((Path(str(named.output_directory)) / "words.json").read_text())["words"]
    assert any(word["speaker"] == "Mayor Reed" for word in words)
    assert ">> MAYOR REED:" in captions_of(named)
    assert [one.source for one in await workshop.versions(first)] == ["machine", "naming"]
    # The same sound has the same voices, so the one that was named is known.
    proposals = Speakers.model_validate(again.speakers).speaker(who.label).proposals
    assert [one.name for one in proposals if one.evidence == "voice" and one.confidence > 0.99] == ["Mayor Reed"]
    assert "REED" not in captions_of(again)
    # In the same recording the same voice is the same person.
    assert Speakers.model_validate(anew.speakers).names == {who.label: "Mayor Reed"}
    assert ">> MAYOR REED:" in captions_of(anew)


async def test_a_meeting_in_a_language_without_an_aligner_is_captioned_with_a_note(
    workshop: Workshop, short_clip: Path, spec: EngineSpec, tmp_path: Path
) -> None:
    pool = SpeechPool(replace(spec, model=str(make_parrot(tmp_path / "parrot", {"es": 0.93}))), 1)
    try:
        made = await workshop.add(short_clip, language="es")
        await workshop.finish(workshop.worker(workshop.deps(speech=pool)))
    finally:
        await pool.close()

    row = await workshop.row(made)
    assert row.status in ("completed", "needs_review")
    assert row.engine is not None and row.engine["name"] == "whisperx"
    folder = Path(str(row.output_directory))
    assert SPANISH in " ".join(word["text"] for word in json.loads((folder / "words.json").read_text())["words"])
    (warning,) = json.loads((folder / "manifest.json").read_text())["warnings"]
    assert "no model here to time Spanish words" in warning
    assert warning in (row.quality or {})["notes"]
