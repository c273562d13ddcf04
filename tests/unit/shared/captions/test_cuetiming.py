"""When a cue comes and goes, frame by frame; in these rules a second is as good as 30 frames."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions.cuetiming import UntimedCue, time_cues
from shared.captions.profiles import PROFILES

RULES = replace(
    PROFILES["fcc"],
    aim_cps=10,
    min_ms=1000,
    max_ms=7000,
    gap_frames=2,
    chain_ms=500,
    chain_frames=0,
    linger_ms=200,
    hold_ms=1000,
)


def span(start_frame: int, said_ms: int, letters: int = 0) -> UntimedCue:
    """Speech that begins within a frame and lasts so long."""
    start_ms = -(-start_frame * 1001 // 30)
    return UntimedCue(start_ms, start_ms + said_ms, ("Aye.",), "Lee", letters)


def frames(time: Fraction) -> int:
    exact = time * 30000 / 1001
    assert exact.denominator == 1
    return int(exact)


@pytest.mark.parametrize(
    ("said_ms", "letters", "out"),
    [
        (2000, 0, 66),  # a while after the last word
        (2000, 20, 66),
        (2000, 24, 72),  # until it can be read
        (2000, 40, 90),  # but no longer than a second after the last word
        (300, 0, 30),  # a second at least
        (6790, 0, 210),
        (6950, 0, 210),  # seven seconds at most
        (9000, 99, 210),
        (2000, 28, 84),
    ],
)
def test_a_cue_with_room_behind_it_stays_until_it_can_be_read(said_ms: int, letters: int, out: int) -> None:
    (cue,) = time_cues([span(0, said_ms, letters)], RULES)

    assert (frames(cue.start), frames(cue.end)) == (0, out)
    assert (cue.rows, cue.speaker) == (("Aye.",), "Lee")


@pytest.mark.parametrize(
    ("said_ms", "following", "out"),
    [
        (2000, 90, 66),
        (2000, 81, 66),  # half a second is a gap
        (2000, 80, 80),  # less would flicker and is closed
        (2000, 67, 67),
        (2000, 66, 66),
        (2000, 60, 60),  # the next one needs the screen
        (2000, 20, 20),
        (6700, 210, 210),  # a gap of three frames that ends just then is closed
        (6950, 226, 210),
        (6950, 224, 210),  # no cue stays longer than seven seconds to close a gap
        (6950, 212, 210),
        (6950, 211, 211),  # but one frame is no gap
    ],
)
def test_a_gap_is_half_a_second_or_closed(said_ms: int, following: int, out: int) -> None:
    first, second = time_cues([span(0, said_ms), span(following, 1500)], RULES)

    assert (frames(first.end), frames(second.start)) == (out, following)


@pytest.mark.parametrize(("following", "out"), [(81, 66), (80, 78), (68, 66), (67, 65), (60, 58), (7, 5), (8, 6)])
def test_a_gap_is_closed_to_as_many_frames_as_the_rules_leave(following: int, out: int) -> None:
    first, _ = time_cues([span(0, 2000), span(following, 1500)], replace(RULES, chain_frames=2))

    assert frames(first.end) == out


@pytest.mark.parametrize(("following", "out"), [(69, 66), (68, 66), (67, 67)])
def test_rules_that_close_no_gap_still_have_none_that_is_too_small(following: int, out: int) -> None:
    first, _ = time_cues([span(0, 2000), span(following, 1500)], replace(RULES, chain_ms=0))

    assert frames(first.end) == out


def test_words_of_one_moment_are_cues_of_a_fifth_of_a_second_each() -> None:
    cues = time_cues([span(30, 100), span(30, 100), span(33, 100), span(90, 100)], RULES)

    assert [frames(cue.start) for cue in cues] == [30, 36, 42, 90]
    assert [frames(cue.end) for cue in cues] == [36, 42, 72, 120]


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 9000), st.integers(0, 90)), min_size=1, max_size=8))
def test_cues_never_overlap_and_last_from_the_frame_of_their_first_word(speech: list[tuple[int, int, int]]) -> None:
    at, spans = 0, []
    for pause, said, letters in speech:
        spans.append(UntimedCue(at + pause, at + pause + said, ("Aye.",), None, letters))
        at += pause + said

    cues = time_cues(spans, RULES)

    for one, cue, following in zip(spans, cues, [*cues[1:], None], strict=True):
        assert frames(cue.end) - frames(cue.start) > 0
        begun = Fraction(one.start_ms, 1000)
        assert cue.start <= begun < cue.start + Fraction(1001, 30000) or cue.start > begun
        assert following is None or cue.end <= following.start


def test_a_cue_shorter_than_the_blank_before_the_next_stays_until_that_comes() -> None:
    first, second = time_cues([span(10, 100), span(13, 2000)], replace(RULES, chain_frames=6))

    assert (frames(first.start), frames(first.end), frames(second.start)) == (10, 16, 16)
