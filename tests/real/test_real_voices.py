"""Real voices told apart by the weights that come with the packages, on the half that nothing was tuned on."""

import os
from pathlib import Path

import pytest

from benchmarks.speakers import VOICES, made, measure
from services.transcriber.engines.companions import Companion, find_companion
from services.transcriber.engines.voice_encoder import LIKENESS, PACKAGED, VoiceEncoder, load_voice_encoder


@pytest.fixture(scope="module")
def encoder() -> VoiceEncoder:
    return load_voice_encoder(find_companion(Companion.SPEAKERS, PACKAGED))


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("kind", "seed"), [("packed", 2), ("short", 1), ("short", 2)])
def test_turns_of_voices_that_nothing_was_tuned_on_are_marked(encoder: VoiceEncoder, kind: str, seed: int) -> None:
    corpus = Path(os.environ["ARCHIVIST_REAL_SPEECH"])

    found = measure(made(corpus, kind, VOICES["others"], seed), encoder, LIKENESS)

    assert found.turns >= 5
    assert found.marked / found.turns >= 0.9
    assert found.false <= max(1, 0.02 * found.marked)
    assert found.people == found.of_people
