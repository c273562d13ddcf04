from dataclasses import replace

import numpy as np
import pytest

from services.transcriber.engines.voice_cast import WindowOfTurns
from services.transcriber.engines.voice_turns import DEFAULT_VOICES, HeardWindows, turns_of

PEOPLE = np.eye(4, 32) * 0.76 + 0.115
"""Four voices whose cosine is some 0.6, as those of strangers are."""

NOBODY = np.zeros(0, np.int64)


def listened(*stretches: tuple[int, str], seed: int = 1) -> HeardWindows:
    """Stretches of speech one after another, a second apart: milliseconds, and who speaks in each equal part of it."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[int, int, int]] = []
    voices = []
    at = 0
    for number, (length, who) in enumerate(stretches):
        room = max(0, length - 1600)
        for start in (room * step // -(-room // 400) if room else 0 for step in range(-(-room // 400) + 1)):
            end = min(length, start + 1600)
            share = [who[min(len(who) - 1, (start + step) * len(who) // length)] for step in range(0, end - start, 50)]
            voice = np.mean([PEOPLE["abcd".index(one)] for one in share], axis=0) + rng.normal(0, 0.05, 32)
            rows.append((number, at + start, at + end))
            voices.append(voice / np.linalg.norm(voice))
        at += length + 1000
    stretch, start_ms, end_ms = (np.array([row[n] for row in rows], np.int64) for n in range(3))
    return HeardWindows(stretch, start_ms, end_ms, np.array(voices, np.float32))


def who(found: WindowOfTurns) -> list[str]:
    names: dict[str, str] = {}
    return [names.setdefault(turn.speaker, "abcd"[len(names)]) for turn in found.turns]


def test_everybody_who_speaks_has_turns_and_a_voice() -> None:
    found = turns_of(listened((4000, "a"), (3000, "b"), (5000, "c"), (4000, "a"), (3000, "b")))

    assert who(found) == ["a", "b", "c", "a", "b"]
    assert len(found.voices) == 3
    assert all(np.linalg.norm(voice) == pytest.approx(1) for voice in found.voices.values())


def test_turns_do_not_overlap_and_reach_from_end_to_end_of_the_speech() -> None:
    found = turns_of(listened((4000, "a"), (3000, "b")))

    assert [(turn.start_ms, turn.end_ms) for turn in found.turns] == [(0, 4000), (5000, 8000)]


def test_a_change_without_a_pause_is_found_within_half_a_second() -> None:
    found = turns_of(listened((5000, "a"), (6000, "b"), (8000, "ab")))

    assert who(found) == ["a", "b", "a", "b"]
    assert found.turns[3].start_ms == pytest.approx(13_000 + 4000, abs=500)


def test_a_short_answer_is_given_to_whom_it_sounds_like() -> None:
    found = turns_of(listened((6000, "a"), (5000, "b"), (4000, "a"), (700, "b"), (4000, "a")))

    assert who(found) == ["a", "b", "a", "b", "a"]


def test_whoever_is_heard_for_a_moment_only_is_no_speaker_of_his_own() -> None:
    found = turns_of(listened((6000, "a"), (1700, "c"), (6000, "a"), (6000, "b")))

    assert len(found.voices) == 2


def test_one_voice_makes_one_speaker() -> None:
    found = turns_of(listened(*[(3000, "a")] * 12))

    assert set(who(found)) == {"a"}


def test_nobody_speaks() -> None:
    nothing = HeardWindows(NOBODY, NOBODY, NOBODY, np.zeros((0, 32), np.float32))

    assert turns_of(nothing) == WindowOfTurns((), {})


def test_so_many_people_as_are_known_to_speak() -> None:
    heard = listened((4000, "a"), (4000, "b"), (4000, "c"), (4000, "d"))

    assert len(turns_of(heard, replace(DEFAULT_VOICES, at_most=2)).voices) == 2
    assert len(turns_of(heard, replace(DEFAULT_VOICES, likeness=0.3)).voices) == 1
    assert len(turns_of(heard, replace(DEFAULT_VOICES, likeness=0.3, at_least=4)).voices) == 4
