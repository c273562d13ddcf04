# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, no-warn-return-any

"""Every sound here is made on the spot: a room, hold music, a gavel, applause, a test tone, and long nothing."""

import numpy as np
import pytest

from services.transcriber.hearing.sound_features import FeatureExtractor, Features
from services.transcriber.hearing.sounds import kind_of, label_sounds
from shared.captions.model import SoundKind
from shared.quality.spans import Span
from tests.sounds import RATE, Floats, applause, beside, gavel, music, room, silence, tone


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def features_of(sound: Floats) -> Features:
    extractor = FeatureExtractor()
    for first in range(0, len(sound), 50_000):
        extractor.feed(sound[first : first + 50_000])
    return extractor.finish()


def heard(sound: Floats, speech: tuple[Span, ...] = ()) -> list[tuple[SoundKind, int, int]]:
    """Kind, start and end in whole seconds."""
    found = label_sounds(features_of(sound), speech, len(sound) * 1000 // RATE)
    return [(one.kind, round(one.start_ms / 1000), round(one.end_ms / 1000)) for one in found]


def test_room_noise_is_no_sound_worth_a_tag(rng) -> None:
    assert heard(room(rng, 40)) == []
    assert heard(room(rng, 40, level=0.02)) == []


def test_hold_music_is_music(rng) -> None:
    assert heard(np.concatenate((room(rng, 8), music(20) + room(rng, 20, 0.001), room(rng, 8)))) == [
        (SoundKind.MUSIC, 8, 28)
    ]


@pytest.mark.parametrize("hz", [400, 1000, 2500])
def test_the_tone_of_colour_bars_is_a_tone(rng, hz) -> None:
    assert heard(np.concatenate((tone(10, hz), room(rng, 10)))) == [(SoundKind.TONE, 0, 10)]


def test_applause_is_applause_and_a_louder_room_is_not(rng) -> None:
    assert heard(np.concatenate((room(rng, 10), applause(rng, 6) + room(rng, 6), room(rng, 10)))) == [
        (SoundKind.APPLAUSE, 10, 16)
    ]


@pytest.mark.parametrize("strikes", [1, 2, 3])
def test_strikes_of_a_gavel_are_one_sound(rng, strikes) -> None:
    struck = gavel(strikes)

    found = label_sounds(
        features_of(np.concatenate((room(rng, 5), struck + room(rng, len(struck) / RATE), room(rng, 5)))),
        (),
        12_000,
    )

    assert [one.kind for one in found] == [SoundKind.GAVEL]
    assert abs(found[0].start_ms - 5200) < 30
    assert abs(found[0].end_ms - (5500 + 400 * (strikes - 1))) < 40


@pytest.mark.parametrize("apart_s", [0.3, 1.0, 2.0])
def test_one_strike_beside_speech_is_no_gavel_and_two_are(rng, apart_s) -> None:
    """Clicks of a microphone put ten gavels into six minutes of speech."""
    until_ms = 5200 - round(apart_s * 1000)

    for strikes, expected in ((1, []), (2, [SoundKind.GAVEL])):
        sound = beside(room(rng, 5), gavel(strikes) + room(rng, 0.6 + 0.4 * strikes), room(rng, 5))
        found = label_sounds(features_of(sound), (Span(0, until_ms),), 12_000)
        assert [one.kind for one in found] == expected
        assert label_sounds(features_of(sound), (), 12_000, doubted=(Span(4000, 6000),)) == (tuple(found))


def test_knocks_that_go_on_and_on_are_keys_and_coughs_and_no_gavel(rng) -> None:
    """Somebody types, or coughs every ten seconds; three raps for order within a minute are a gavel all the same."""
    often = np.concatenate([part for _ in range(8) for part in (gavel(1), room(rng, 10))])
    order = np.concatenate([part for _ in range(3) for part in (gavel(2), room(rng, 10))])

    assert heard(often + room(rng, len(often) / RATE, 1e-4)) == [(SoundKind.RECESS, 0, 88)]
    assert [kind for kind, *_ in heard(order + room(rng, len(order) / RATE, 1e-4))] == [SoundKind.GAVEL] * 3


def test_knocks_in_speech_take_nothing_from_a_gavel_beside_it(rng) -> None:
    talk = np.concatenate([part for _ in range(20) for part in (gavel(1), room(rng, 1.5))])
    sound = beside(talk, room(rng, 5), gavel(2), room(rng, 5))

    found = label_sounds(features_of(sound), (Span(0, len(talk) * 1000 // RATE),), len(sound) * 1000 // RATE)

    assert [one.kind for one in found] == [SoundKind.GAVEL]


def test_thirty_minutes_of_nothing_are_no_audio() -> None:
    assert heard(silence(1800)) == [(SoundKind.NO_AUDIO, 0, 1800)]


def test_a_long_quiet_room_is_a_recess_between_its_gavels(rng) -> None:
    pause = np.concatenate((room(rng, 5), gavel(2), room(rng, 90), gavel(1), room(rng, 5)))

    assert heard(pause + room(rng, len(pause) / RATE, 1e-4)) == [
        (SoundKind.GAVEL, 5, 6),
        (SoundKind.RECESS, 6, 97),
        (SoundKind.GAVEL, 97, 97),
    ]


def test_what_is_speech_gets_no_tag(rng) -> None:
    sound = np.concatenate((music(20), room(rng, 5)))

    assert heard(sound, (Span(0, 20_000),)) == []


def test_a_short_piece_is_named_when_it_is_clear(rng) -> None:
    assert kind_of(tone(4)) is SoundKind.TONE
    assert kind_of(music(4)) is SoundKind.MUSIC
    assert kind_of(silence(4)) is SoundKind.NO_AUDIO
    assert kind_of(room(rng, 4, 0.02)) is None
