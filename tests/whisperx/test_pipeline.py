"""The service's own use cases with the real WhisperX: the engine a job asks for, speakers, a name, the next meeting."""

import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.api.tokens import Principal
from services.api.usecases.name_speaker import name_speaker
from services.transcriber.engines import DiarizationSpec, EngineSpec
from services.transcriber.speech import SpeechPool
from shared.captions import read_scc
from shared.db.models import City, Transcription
from shared.db.session import open_database, unit_of_work
from shared.jobs.doorbell import MemoryDoorbell
from shared.speakers import Speakers
from tests.integration.pipeline.conftest import Workshop

# torch, transformers and pyannote warn about themselves, and a busy machine takes half a minute to import them.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def workshop(database_dsn: str, tmp_path: Path) -> AsyncIterator[Workshop]:
    """A transcriber's surroundings with a database of their own."""
    engine, doorbell = open_database(database_dsn, pool_size=5), MemoryDoorbell()
    workshop = Workshop(unit_of_work(engine, doorbell), doorbell, tmp_path)
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
    finally:
        await pool.close()

    assert row.engine is not None and row.engine["name"] == "whisperx"
    assert again.engine is not None and again.engine["name"] == "faster-whisper"
    assert told.warning is None and told.model == str(diarization_model)
    words = json.loads((Path(str(named.output_directory)) / "words.json").read_text())["words"]
    assert any(word["speaker"] == "Mayor Reed" for word in words)
    assert ">> MAYOR REED:" in captions_of(named)
    assert [one.source for one in await workshop.versions(first)] == ["machine", "person"]
    # The same sound has the same voices, so the one that was named is known.
    proposals = Speakers.model_validate(again.speakers).speaker(who.label).proposals
    assert [one.name for one in proposals if one.evidence == "voice" and one.confidence > 0.99] == ["Mayor Reed"]
    assert "REED" not in captions_of(again)
