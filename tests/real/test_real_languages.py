"""Another language between English sentences of real people, with the weights that stations use.

The other language is a synthesizer's, which a model understands worse than people.
"""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks.real_meetings import RATE, Floats, Recipe, build, room
from benchmarks.spoken_languages import spoken
from services.transcriber.decoding.slice import transcribe_slice
from services.transcriber.engines.faster_whisper import FasterWhisper
from services.transcriber.engines.values import EngineSpec, SliceRequest, SliceResult
from services.transcriber.hearing.listen import listen
from shared.quality.spans import Span, common, total_ms

pytestmark = pytest.mark.timeout(900)
PAUSE = np.zeros(RATE // 2, np.float32)


def english(voice: str) -> Floats:
    return build(Path(os.environ["ARCHIVIST_REAL_SPEECH"]), Recipe(2, 10.0, (voice,), is_packed=True)).sound


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Floats, tuple[Span, ...], Span]:
    """English, fourteen seconds of Spanish, English; where somebody speaks, and where in Spanish."""
    before, said, after = english("367"), spoken("es-419+m3", "es")[: 14 * RATE], english("lj")
    sound = np.concatenate([before, PAUSE, said, PAUSE, after])
    at_ms = (len(before) + len(PAUSE)) * 1000 // RATE
    hiss = room(np.random.default_rng(1), len(sound) / RATE)[: len(sound)]
    flac = tmp_path_factory.mktemp("languages") / "sound.flac"
    soundfile.write(flac, np.clip(sound + hiss, -1, 1), RATE)
    return soundfile.read(flac, dtype="float32")[0], listen(flac).speech, Span(at_ms, at_ms + 14_000)


def decoded(model: str, sound: Floats, speech: tuple[Span, ...]) -> SliceResult:
    weights = Path(os.environ["ARCHIVIST_REAL_WEIGHTS"]) / model
    return transcribe_slice(FasterWhisper(EngineSpec("faster-whisper", str(weights))), sound, SliceRequest(speech))


def test_spanish_between_english_sentences_is_written_in_spanish(
    meeting: tuple[Floats, tuple[Span, ...], Span],
) -> None:
    sound, speech, spanish = meeting

    result = decoded("base", sound, speech)

    (found,) = result.other_languages
    assert (found.language, found.has_words) == ("es", True)
    inside = total_ms(common(common(speech, [spanish]), [(found.start_ms, found.end_ms)]))
    assert inside >= 0.8 * total_ms(common(speech, [spanish]))
    text = {
        word.text.strip(".,¿?").lower() for word in result.words if spanish.start_ms <= word.start_ms < spanish.end_ms
    }
    assert (
        len(text & {"buenas", "noches", "señora", "miembros", "maría", "vivo", "calle", "veinte", "años", "parque"})
        >= 4
    )
    outside = {word.text.strip(".,").lower() for word in result.words if word.end_ms < spanish.start_ms - 1000}
    assert len(outside & {"the", "of", "and", "a", "in", "to", "is", "was", "that"}) >= 3


def test_a_model_that_knows_english_only_finds_no_other_language(
    meeting: tuple[Floats, tuple[Span, ...], Span],
) -> None:
    sound, speech, _ = meeting

    assert decoded("tiny.en", sound, speech).other_languages == ()
