"""What goes back to the speech engine after a failed gate, and which of two results is kept."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.captions.model import Sound, SoundKind, Word
from shared.quality import (
    EngineFacts,
    Evidence,
    Outcome,
    SecondDecode,
    Span,
    Thresholds,
    Worth,
    from_json,
    is_better,
    judge,
    quality_markdown,
    sent_back,
    to_json,
    worth_of,
)

TEN_MINUTES = 600_000
SLICES = [Span(start, start + TEN_MINUTES) for start in range(0, 6 * TEN_MINUTES, TEN_MINUTES)]


@pytest.fixture(scope="module")
def hour(meeting_of: Callable[[int], Evidence]) -> Evidence:
    """An hour in six slices, with nothing wrong."""
    return meeting_of(240)


def back(evidence: Evidence, thresholds: Thresholds | None = None) -> dict[int, tuple[str, ...]]:
    thresholds = thresholds or Thresholds()
    return sent_back(evidence, judge(evidence, thresholds), thresholds, SLICES)


def with_hole(evidence: Evidence, start_ms: int, end_ms: int) -> Evidence:
    """Somebody speaks without a pause, and no word is written."""
    words = tuple(word for word in evidence.words if not start_ms - 1000 < word.start_ms < end_ms + 1000)
    return replace(evidence, words=words, speech=(*(evidence.speech or ()), Span(start_ms, end_ms)))


def test_half_a_minute_without_words_sends_back_the_slice_it_lies_in_and_no_other(hour: Evidence) -> None:
    holed = with_hole(hour, 1_300_000, 1_332_000)

    assert judge(holed).outcome is Outcome.DECODE_AGAIN
    assert list(back(holed)) == [2]
    assert back(holed)[2] == ("Speech from 21:40 to 22:12 (32 s) has no words.",)


def test_a_short_gap_elsewhere_is_no_reason_to_hear_that_slice_again(hour: Evidence) -> None:
    holed = with_hole(with_hole(hour, 1_300_000, 1_332_000), 2_500_000, 2_504_000)

    assert list(back(holed)) == [2]


def test_a_hole_across_a_cut_concerns_both_slices_but_its_last_moment_does_not(hour: Evidence) -> None:
    across = with_hole(hour, TEN_MINUTES - 15_000, TEN_MINUTES + 15_000)
    barely = with_hole(hour, TEN_MINUTES - 31_000, TEN_MINUTES - 2_000)

    assert list(back(across)) == [0, 1]
    assert list(back(barely)) == [0]


def test_missing_coverage_concerns_the_slices_that_miss_it(hour: Evidence) -> None:
    poor = {1, 4}
    # Every other turn of those slices stays without words: no hole is long, but together they are a third of an hour.
    words = tuple(
        word
        for word in hour.words
        if word.start_ms // TEN_MINUTES not in poor or (word.start_ms // 15_000) % 3 == 0  # turns are 15 s apart
    )

    assert list(back(replace(hour, words=words), Thresholds(fail_score=0.7))) == sorted(poor)


def test_loops_and_weak_stretches_send_back_the_slices_they_lie_in(hour: Evidence) -> None:
    def spoiled(word: Word) -> Word:
        number = word.start_ms // TEN_MINUTES
        if number == 0:
            return replace(word, text="the")
        return replace(word, confidence=0.05) if number >= 1 and word.start_ms < 2_985_000 else word

    weak = replace(hour, words=tuple(map(spoiled, hour.words)))
    found = back(weak)

    assert judge(weak).outcome is Outcome.DECODE_AGAIN
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert "repeat" in found[0][0]
    assert "unsure" in found[2][0]


def test_a_reason_without_a_place_concerns_every_slice_in_which_somebody_speaks(hour: Evidence) -> None:
    quiet = replace(
        hour,
        speech=tuple(span for span in hour.speech or () if not 585_000 <= span.start_ms < 1_199_000),
        words=tuple(word for word in hour.words if not 585_000 <= word.start_ms < 1_200_000),
    )
    strict = Thresholds(pass_score=1.0, fail_score=1.0)

    assert sorted(back(quiet, strict)) == [0, 2, 3, 4, 5]


def test_captions_that_pass_send_nothing_back(hour: Evidence) -> None:
    assert back(hour) == {}


def test_time_in_doubt_is_counted_once_whatever_speaks_against_it(hour: Evidence) -> None:
    first = replace(hour, words=tuple(w for w in hour.words if w.start_ms >= 60_000))
    hidden = (Span(3_000, 15_000),)
    sounds = (Sound(SoundKind.INAUDIBLE, *hidden[0]),)
    found = worth_of(
        replace(first, sounds=sounds, engine=EngineFacts(inaudible=hidden)), [(4_000, 16_000)], Thresholds()
    )

    alone = worth_of(first, [], Thresholds())
    assert 0 < alone.doubtful_ms < found.doubtful_ms < alone.doubtful_ms + 5_000
    assert found.wordless_ms == alone.wordless_ms > 0
    assert found.confidence == 0.93


@pytest.mark.parametrize(
    ("first", "second", "wins"),
    [
        (Worth(30_000, 30_000, 0.8), Worth(2_000, 2_000, 0.6), True),
        (Worth(2_000, 30_000, 0.6), Worth(30_000, 2_000, 0.9), False),
        (Worth(5_000, 9_000, 0.8), Worth(5_900, 2_000, 0.6), True),
        (Worth(5_000, 2_000, 0.6), Worth(5_900, 9_000, 0.9), False),
        (Worth(5_000, 2_000, 0.6), Worth(5_999, 2_500, 0.61), True),
        (Worth(5_000, 2_000, 0.61), Worth(4_100, 2_500, 0.6), False),
        (Worth(5_000, 2_000, 0.6), Worth(4_900, 1_900, 0.6), False),
    ],
)
def test_doubt_decides_then_words_then_confidence_and_a_tie_keeps_the_first(
    first: Worth, second: Worth, wins: bool
) -> None:
    verdict, why = is_better(second, first)

    assert verdict is wins
    assert why
    if first != second and abs(first.doubtful_ms - second.doubtful_ms) >= 1_000:
        assert is_better(first, second)[0] is not wins


def test_the_report_says_which_slices_were_decoded_again_and_what_was_kept(good: Evidence) -> None:
    hole = "Speech from 1:00 to 1:40 (40 s) has no words."
    one = SecondDecode(2, 60_000, 120_000, (hole,), "second", "1.0 s in doubt after 41.0 s")
    report = judge(replace(good, engine=EngineFacts(second_decodes=(one,))), second_decode_done=True)

    assert from_json(to_json(report)) == report
    assert report.second_decodes == (one,)
    note = (
        "Slice 2 (1:00 to 2:00) was decoded again with care; the second result was kept: 1.0 s in doubt after 41.0 s."
    )
    assert note in quality_markdown(report)


def test_a_report_from_before_second_decodes_were_noted_can_still_be_read(good: Evidence) -> None:
    report = judge(good)

    assert from_json(to_json(report).replace(',\n  "second_decodes": []', "").replace('"second_decodes": [],', "")) == (
        report
    )


def test_words_without_a_confidence_are_worth_none_of_it(hour: Evidence) -> None:
    silent = replace(hour, words=tuple(replace(word, confidence=None) for word in hour.words[:50]))
    half = replace(hour, words=tuple(replace(w, confidence=(0.25, 0.75)[n % 2]) for n, w in enumerate(hour.words[:50])))

    assert worth_of(silent, [], Thresholds()).confidence == 0
    assert worth_of(half, [], Thresholds()).confidence == 0.5
