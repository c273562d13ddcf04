# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""The real WhisperX: load, transcribe, align and diarize, in child processes as in production. Run by folder."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import jiwer
import numpy as np
import pytest
import soundfile

from services.transcriber.decoding.plan import windows
from services.transcriber.engines import DiarizationSpec, EngineChild, SliceRequest, find_speakers
from services.transcriber.engines.faster_whisper import FasterWhisper
from services.transcriber.engines.offer import ask_offer
from services.transcriber.engines.pool import SpeechPool
from services.transcriber.engines.values import DecodeOptions
from services.transcriber.engines.voice_cast import give_speakers
from services.transcriber.engines.whisperx import WhisperX
from services.transcriber.hearing.audio import read_span
from shared.errors import Unusable
from shared.quality.spans import Span, clipped, common

# torch, transformers and pyannote warn about themselves, and a busy machine takes half a minute to import them.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
PIECE_MS = 94_000


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())


async def test_a_meeting_becomes_words_timed_by_alignment(spec, flac, heard) -> None:
    child = EngineChild(spec)
    speech = tuple(span for span in heard.speech if span.end_ms <= PIECE_MS)

    try:
        info = await child.start()
        result = await child.transcribe(flac, 0, PIECE_MS, SliceRequest(speech), timeout_s=400)
    finally:
        await child.close()

    assert (info.name, info.model, info.is_demonstration) == ("whisperx", "archivist-demonstration", True)
    utterances = json.loads((ROOT / "demo" / "recording" / "reference.json").read_text())["utterances"]
    said = plain(" ".join(one["text"] for one in utterances if one["end_s"] * 1000 < PIECE_MS))
    assert jiwer.wer(said, plain(" ".join(word.text for word in result.words))) < 0.2
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(result.words))
    assert all(0 <= word.start_ms < word.end_ms <= PIECE_MS for word in result.words)
    assert {doubt.code for doubt in result.doubts} <= {
        "low_confidence",
        "speech_without_words",
        "too_fast",
        "squeezed",
        "stretched",
    }


async def test_a_worker_says_before_loading_what_it_decodes_with_and_joins_a_meeting_of_a_light_worker(spec) -> None:
    pool = SpeechPool(replace(spec, engine="auto"), 1)
    looked_up = await ask_offer(spec)

    try:
        info = await pool.check()
        own = await pool.offer(pool.spec())
        lighter = await pool.offer(pool.spec(engine="faster-whisper"))
    finally:
        await pool.close()

    assert pool.spec().engine == info.name == "whisperx"
    assert looked_up == own
    assert (own.engine, own.identity) == (info.name, info.identity)
    assert lighter == await ask_offer(replace(spec, engine="faster-whisper", align_model=""))
    assert lighter.identity != own.identity


@pytest.fixture(scope="session")
def engine(spec) -> WhisperX:
    return WhisperX(spec)


def test_the_fast_decode_knows_how_likely_it_is_that_nobody_speaks(engine, spec, flac) -> None:
    speech = read_span(flac, 7_000, 15_000)
    hiss = np.random.default_rng(0).normal(0, 0.05, len(speech)).astype(np.float32)
    audio = np.concatenate((speech, speech + hiss, speech))
    windows = [Span(first, first + 8_000) for first in (0, 8_000, 16_000)]
    other = FasterWhisper(replace(spec, engine="faster-whisper"))

    for one in (engine, other):
        clear, hissing, clear_again = (
            {segment.no_speech_prob for segment in window.segments}
            for window in one.decode(audio, windows, DecodeOptions())
        )
        assert len(hissing) == 1
        assert min(hissing) > 0.005 > max(clear | clear_again)


def test_no_word_is_put_where_nobody_speaks(engine, flac, heard) -> None:
    """The aligner's weights are random; words were spread over their window, over a pause of three seconds too."""
    audio, speech = read_span(flac, 0, PIECE_MS), clipped(heard.speech, 0, PIECE_MS)

    decoded = list(engine.decode(audio, windows(speech), DecodeOptions(speech=speech)))

    words = [word for window in decoded for word in window.words]
    alone = [word for word in words if not common([Span(word.start_ms, word.end_ms)], speech)]
    assert len(words) > 150
    assert alone == []
    assert {word.confidence for word in words} == {None}
    assert any(after.start_ms - before.end_ms > 2_000 for before, after in pairwise(speech))


def test_cublas_is_found_in_its_wheel_without_pytorch() -> None:
    ask = """
import ctypes, sys
from services.transcriber.engines.hardware import load_cublas
try:
    ctypes.CDLL("libcublas.so.12")
    print("anyway")
except OSError:
    load_cublas()
    ctypes.CDLL("libcublas.so.12")  # as CTranslate2 opens it
    print("in the wheel", "torch" in sys.modules)
"""

    answer = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)

    assert answer.stdout.strip() in {"in the wheel False", "anyway"}


def test_the_aligner_keeps_to_the_threads_of_its_child(spec) -> None:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        WhisperX(replace(spec, threads=1))
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


async def test_the_aligner_times_words_and_scores_them(spec, flac) -> None:
    child = EngineChild(spec)

    try:  # One short answer: random weights squeeze longer sentences together, and then their times are not believed.
        result = await child.transcribe(flac, 27_800, 29_600, SliceRequest((Span(200, 1500),)), timeout_s=400)
    finally:
        await child.close()

    assert 1 <= len(result.words) <= 2
    assert all(word.confidence is not None for word in result.words)
    assert all(200 <= word.start_ms < word.end_ms <= 1700 for word in result.words)


async def test_a_missing_aligner_is_one_sentence_and_auto_takes_the_other_engine(spec, tmp_path) -> None:
    missing = replace(spec, align_model=str(tmp_path / "nothing"))

    with pytest.raises(Unusable) as refused:
        await EngineChild(missing).start()
    child = EngineChild(replace(missing, engine="auto"))
    info = await child.start()
    await child.close()

    assert refused.value.code == "align_model_missing"
    assert info.name == "faster-whisper"


async def test_auto_prefers_whisperx_where_it_has_its_models(spec) -> None:
    child = EngineChild(replace(spec, engine="auto"))
    info = await child.start()
    await child.close()

    assert info.name == "whisperx"


async def test_speakers_are_told_apart_in_windows_and_given_to_words(
    spec, flac, heard, diarization_model, tmp_path
) -> None:
    short = tmp_path / "short.flac"
    soundfile.write(short, read_span(flac, 0, 40_000), 16_000)
    progress: list[tuple[int, int]] = []

    cast = await find_speakers(
        short,
        DiarizationSpec(str(diarization_model), device="cpu", offline=True, window_ms=20_000),
        timeout_s=400,
        on_progress=lambda *at: progress.append(at),
    )

    assert progress == sorted(progress)
    assert {(20_000, 40_000), (40_000, 40_000)} < set(progress)  # each window's end, and steps within
    assert cast.turns
    assert all(0 <= turn.start_ms < turn.end_ms <= 40_500 for turn in cast.turns)
    assert {turn.speaker for turn in cast.turns} >= set(cast.voices)
    child = EngineChild(replace(spec, engine="faster-whisper"))
    speech = tuple(span for span in heard.speech if span.end_ms <= 40_000)
    words = (await child.transcribe(short, 0, 40_000, SliceRequest(speech), timeout_s=200)).words
    await child.close()
    named = give_speakers(words, cast.turns)
    assert [word.text for word in named] == [word.text for word in words]
    assert any(word.speaker for word in named)


async def test_as_many_people_are_heard_as_a_person_knows_there_are(flac, diarization_model, tmp_path) -> None:
    short = tmp_path / "short.flac"
    soundfile.write(short, read_span(flac, 0, 12_000), 16_000)
    spec = DiarizationSpec(str(diarization_model), device="cpu", offline=True)

    told = [
        len({turn.speaker for turn in (await find_speakers(short, spec.for_city(*known), timeout_s=400)).turns})
        for known in ((None, None), (2, 2), (3, None))
    ]

    assert told == [1, 2, 3]  # random weights take all voices for one


async def test_a_missing_diarization_model_costs_a_sentence_and_no_words(flac, tmp_path) -> None:
    with pytest.raises(Unusable) as refused:
        await find_speakers(flac, DiarizationSpec(str(tmp_path / "none"), device="cpu", offline=True), timeout_s=200)

    assert refused.value.code == "diarization_model_missing"


async def test_silence_stays_without_words(spec, tmp_path) -> None:
    import numpy as np

    noise = np.random.default_rng(1).normal(0, 0.003, 16_000 * 10).astype(np.float32)
    soundfile.write(tmp_path / "noise.flac", noise, 16_000)
    child = EngineChild(spec)

    result = await child.transcribe(tmp_path / "noise.flac", 0, 10_000, SliceRequest((Span(500, 9500),)), timeout_s=200)
    await child.close()

    assert result.words == ()
