# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.transcriber.decoding.plan import SliceOptions, plan_slices, windows
from shared.quality.spans import Span

MINUTE = 60_000
OPTIONS = SliceOptions(target_ms=10_000, max_ms=15_000)


@st.composite
def meetings(draw: st.DrawFn) -> tuple[tuple[Span, ...], int]:
    spans, at = [], 0
    for pause, length in draw(st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 40_000)), max_size=30)):
        at += pause + 1
        spans.append(Span(at, at + length))
        at += length
    return tuple(spans), at + draw(st.integers(0, 30_000))


@given(meetings())
def test_slices_cover_all_of_the_media_time_once(meeting) -> None:
    speech, duration = meeting

    slices = plan_slices(speech, duration, OPTIONS)

    assert sum(piece.end_ms - piece.start_ms for piece in slices) == duration
    assert all(before.end_ms == after.start_ms for before, after in pairwise(slices))
    assert [piece.index for piece in slices] == list(range(len(slices)))
    assert all(0 < piece.end_ms - piece.start_ms <= OPTIONS.max_ms for piece in slices)


@given(meetings())
def test_no_speech_is_lost_or_said_twice_by_slicing(meeting) -> None:
    speech, duration = meeting

    slices = plan_slices(speech, duration, OPTIONS)

    assert sum(piece.speech_ms for piece in slices) == sum(span.end_ms - span.start_ms for span in speech)
    assert all(
        piece.start_ms <= span.start_ms < span.end_ms <= piece.end_ms for piece in slices for span in piece.speech
    )


@given(meetings())
def test_speech_is_cut_only_where_nobody_pauses_in_reach(meeting) -> None:
    speech, duration = meeting

    slices = plan_slices(speech, duration, OPTIONS)

    for piece in slices[:-1]:
        cut = piece.end_ms
        span = next((span for span in speech if span.start_ms < cut < span.end_ms), None)
        if span is not None:
            reach_from = piece.start_ms + min(OPTIONS.target_ms, (duration - piece.start_ms) // 2) // 2
            # One unbroken span over all of the reach: there was no pause to choose.
            assert span.start_ms <= max(1, reach_from) + 1
            assert span.end_ms >= piece.start_ms + OPTIONS.max_ms


@given(meetings())
def test_the_same_meeting_is_always_cut_the_same_way(meeting) -> None:
    assert plan_slices(meeting[0], meeting[1], OPTIONS) == plan_slices(meeting[0], meeting[1], OPTIONS)


def test_a_long_meeting_is_cut_near_ten_minutes_in_the_middle_of_a_pause() -> None:
    speech = tuple(Span(at, at + 50_000) for at in range(0, 60 * MINUTE, MINUTE))

    slices = plan_slices(speech, 60 * MINUTE)

    assert [piece.end_ms for piece in slices[:-1]] == [595_000, 1_195_000, 1_795_000, 2_395_000, 2_995_000]
    assert slices[-1].end_ms == 60 * MINUTE


def test_a_longer_pause_a_little_further_off_is_the_better_place_to_cut() -> None:
    breath, recess = Span(9_900, 10_050), Span(11_000, 13_000)
    speech = (Span(0, breath.start_ms), Span(breath.end_ms, recess.start_ms), Span(recess.end_ms, 40_000))

    assert plan_slices(speech, 40_000, OPTIONS)[0].end_ms == 12_000


def test_of_two_comfortable_pauses_the_nearer_one_is_taken() -> None:
    near, far = Span(9_000, 10_000), Span(11_000, 14_000)
    speech = (Span(0, near.start_ms), Span(near.end_ms, far.start_ms), Span(far.end_ms, 40_000))

    assert plan_slices(speech, 40_000, OPTIONS)[0].end_ms == 9_500


def test_the_last_two_slices_share_what_is_left() -> None:
    lengths = [piece.end_ms - piece.start_ms for piece in plan_slices((), 16 * MINUTE)]

    assert lengths == [8 * MINUTE, 8 * MINUTE]


@pytest.mark.parametrize(("minutes", "slices"), [(1, 1), (2, 1), (3, 2), (6, 4), (10, 4), (40, 4), (60, 6), (240, 24)])
def test_a_short_recording_is_shared_out_too(minutes: int, slices: int) -> None:
    duration_ms = minutes * MINUTE
    speech = tuple(Span(at, at + 9_000) for at in range(0, duration_ms, 10_000))

    assert len(plan_slices(speech, duration_ms, SliceOptions().for_length(duration_ms))) == slices


def test_slices_that_are_wanted_short_stay_as_they_are() -> None:
    assert SliceOptions(30_000, 45_000).for_length(60 * MINUTE) == SliceOptions(30_000, 45_000)


def test_nothing_to_plan_gives_no_slices() -> None:
    assert plan_slices((), 0) == ()


@given(meetings())
def test_windows_fit_the_model_and_hold_all_speech(meeting) -> None:
    speech, _ = meeting

    joined = windows(speech, longest_ms=30_000, bridge_ms=4000)

    assert all(0 < window.end_ms - window.start_ms <= 30_000 for window in joined)
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(joined))
    for span in speech:
        inside = sum(max(0, min(span.end_ms, w.end_ms) - max(span.start_ms, w.start_ms)) for w in joined)
        assert inside == span.end_ms - span.start_ms


def test_windows_bridge_short_pauses_and_leave_out_long_ones() -> None:
    speech = (Span(0, 5000), Span(7000, 12_000), Span(20_000, 25_000))

    assert windows(speech) == (Span(0, 12_000), Span(20_000, 25_000))


def test_a_window_ends_at_the_longest_pause_of_its_last_part() -> None:
    """The last pause that fits is often one inside a sentence, and both halves of it were heard wrongly."""
    speech = (Span(0, 9000), Span(10_500, 18_000), Span(19_000, 23_000), Span(23_200, 24_500), Span(24_700, 31_000))

    # The pause of 1.5 s comes too early, those of 0.2 s are breaths.
    assert windows(speech, longest_ms=25_000) == (Span(0, 18_000), Span(19_000, 31_000))


def test_a_window_without_a_late_pause_ends_at_the_last_that_there_is() -> None:
    speech = (Span(0, 4000), Span(4600, 9000), Span(9200, 33_000))

    assert windows(speech, longest_ms=25_000) == (Span(0, 9000), Span(9200, 33_000))
