# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""The detector is made to say "speech" over anything; what is left of that is what has a voice."""

import numpy as np
import pytest

from services.transcriber.hearing.overrule import spoken_parts
from services.transcriber.hearing.sound_features import FeatureExtractor
from shared.quality.spans import Span
from tests.sounds import RATE, Floats, applause, beside, gavel, music, room, silence, tone, voice


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def opinion(sound: Floats, *spans: tuple[int, int]) -> list[tuple[int, int]]:
    """What stays of the spans; without spans all of the sound is called speech, in pieces like the detector's."""
    extractor = FeatureExtractor()
    extractor.feed(sound)
    ms = len(sound) * 1000 // RATE
    taken = spans or [(first, min(first + 28_000, ms)) for first in range(0, ms, 28_000)]
    left = spoken_parts(extractor.finish(), [Span(*span) for span in taken])
    return [(span.start_ms, span.end_ms) for span in left]


def test_half_an_hour_of_room_noise_has_no_voice(rng) -> None:
    assert opinion(beside(*(room(rng, 300, 0.003) for _ in range(6)))) == []


def test_sounds_that_are_no_voice_are_no_speech_whatever_the_detector_says(rng) -> None:
    quiet = room(rng, 8, 0.001)

    for sound in (silence(40), tone(40), music(40), applause(rng, 40), room(rng, 40, 0.02)):
        assert opinion(sound) == []
        assert opinion(beside(quiet, sound, quiet)) == []
    for strikes in (1, 2, 3):
        assert opinion(beside(quiet, gavel(strikes) + room(rng, 0.6 + 0.4 * strikes, 0.001), quiet)) == []


def test_a_voice_is_left_as_it_is(rng) -> None:
    assert opinion(voice(rng, 40)) == [(0, 28_000), (28_000, 40_000)]


def test_a_voice_under_noise_as_loud_as_it_is_stays(rng) -> None:
    said = voice(rng, 28)

    assert opinion(said + room(rng, 28, float(said.std()))) == [(0, 28_000)]
    assert opinion(said + rng.normal(0, said.std(), len(said)).astype(np.float32)) == [(0, 28_000)]


def test_a_voice_over_music_that_is_not_louder_stays(rng) -> None:
    said, played = voice(rng, 28), music(28)

    assert opinion(said + played * (said.std() / played.std())) == [(0, 28_000)]


def test_words_beside_music_stay_and_the_music_goes(rng) -> None:
    ((start, end),) = opinion(beside(music(12), voice(rng, 6), music(9)))

    assert abs(start - 12_000) <= 512
    assert abs(end - 18_000) <= 512


def test_one_word_in_a_long_pause_keeps_its_surroundings(rng) -> None:
    hall = room(rng, 20)
    hall[10 * RATE : 10 * RATE + 6400] += voice(rng, 0.4)

    ((start, end),) = opinion(hall)

    assert 9_000 <= start <= 9_700
    assert 11_000 <= end <= 11_800


def test_answers_between_switched_off_microphones_stay(rng) -> None:
    answers = beside(*(beside(silence(4), voice(rng, 0.5)) for _ in range(5)))

    left = opinion(answers, (3700, 22_500))

    said = [(4_500 * number - 500, 4_500 * number) for number in range(1, 6)]
    assert len(left) == 5
    assert all(start <= begins - 300 and ends <= end for (start, end), (begins, ends) in zip(left, said, strict=True))


def test_a_short_span_without_a_voice_may_be_a_whisper(rng) -> None:
    assert opinion(room(rng, 30), (10_000, 13_000)) == [(10_000, 13_000)]
