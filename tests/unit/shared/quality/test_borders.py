"""Values on which a judgement turns: loops, thresholds, onsets of speech, changes of speaker."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from shared.captions.model import Cue, Word
from shared.errors import InvalidInput
from shared.quality import CheckName, Evidence, Span, Thresholds, judge
from shared.quality.loops import Loop, find_loops
from shared.quality.thresholds import score_between


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize(
    ("texts", "loops"),
    [
        (["aye"] * 15, []),
        (["aye"] * 16, [Loop(0, 15, 1, 16)]),
        (["Aye,", "aye."] * 8, [Loop(0, 15, 1, 16)]),
        (words("so moved") * 7, []),
        (words("so moved") * 8, [Loop(0, 15, 2, 8)]),
        ([*words("now then"), *words("so moved") * 8, "so"], [Loop(2, 18, 2, 8)]),
        (words("a b c d e f") * 3, []),
        (words("a b c d e f") * 4, [Loop(0, 23, 6, 4)]),
        ([f"w{n}" for n in range(40)] * 4, [Loop(0, 159, 40, 4)]),
        ([f"w{n}" for n in range(41)] * 4, []),
        ([*["aye"] * 16, "nay", *["no"] * 17], [Loop(0, 15, 1, 16), Loop(17, 33, 1, 17)]),
        (["aye"] * 3, []),
        ([], []),
    ],
)
def test_what_goes_round_often_enough_is_a_loop(texts: Sequence[str], loops: list[Loop]) -> None:
    assert find_loops(texts) == loops


@pytest.mark.parametrize(
    "values",
    [
        {"no_such_number": 1},
        {"snr_good_db": "12"},
        {"snr_good_db": True},
        {"snr_good_db": None},
        {"snr_good_db": float("nan")},
        {"snr_good_db": float("inf")},
        {"pass_score": 1.01},
        {"pass_score": -0.01},
        {"onset_good_ms": -1},
        {"onset_good_ms": 2e9},
        {"onset_good_ms": 1500.5},
        {"rms_lost_dbfs": -201},
        {"clipped_good": 1.5},
        {"language_review": 1.5},
        {"coverage_good": 0.5},
        {"coverage_good": 0.7},
        {"uncovered_good_ms": 30_000},
        {"uncovered_lost_ms": 1},
        {"pass_scores": 0.9},
        {"pass_scores": {"no_such_check": 0.9}},
        {"pass_scores": {"completeness": 1.1}},
        {"pass_scores": {"completeness": "1"}},
        5,
    ],
    ids=str,
)
def test_numbers_that_would_make_a_verdict_meaningless_are_refused(values: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        Thresholds().overridden(values)

    assert refused.value.code == "bad_threshold"


@pytest.mark.parametrize(
    "values",
    [
        {"pass_score": 1.0},
        {"pass_score": 0},
        {"rms_lost_dbfs": -200},
        {"snr_lost_db": -5.5},
        {"onset_good_ms": 1600.0},
        {"coverage_good": 0.71},
        {"uncovered_good_ms": 29_999},
        {"fast_cps": 1e9},
        {"pass_scores": {"completeness": 1.0, "reading_speed": 0}},
    ],
    ids=str,
)
def test_numbers_that_mean_something_are_taken(values: dict[str, Any]) -> None:
    found = Thresholds().overridden(values)

    assert found.changed() == values
    assert Thresholds().overridden({}) == Thresholds()


def test_a_citys_scores_stand_beside_those_that_were_there() -> None:
    first = Thresholds().overridden({"pass_scores": {"completeness": 0.9}})
    both = first.overridden({"pass_scores": {"reading_speed": 0.5}, "pass_score": 0.8})

    assert [both.pass_score_of(one) for one in ("completeness", "reading_speed", "audio_quality")] == [0.9, 0.5, 0.8]
    assert [both.fail_score_of(one) for one in ("completeness", "audio_quality")] == [0.4, 0.4]
    assert Thresholds(pass_scores={"completeness": 0.1}).fail_score_of("completeness") == 0.1


@pytest.mark.parametrize(
    ("value", "lost", "good", "score"),
    [(0, 0, 10, 0), (10, 0, 10, 1), (5, 0, 10, 0.5), (-1, 0, 10, 0), (11, 0, 10, 1), (2, 10, 0, 0.8), (3, 3, 3, 1)],
)
def test_a_score_is_a_straight_line(value: float, lost: float, good: float, score: float) -> None:
    assert score_between(value, lost=lost, good=good) == pytest.approx(score)
    assert score_between(4, lost=3, good=3) == 0


def _spoken(starts: Sequence[int], *, lasting: int = 3_000, offset: int = 0) -> Evidence:
    """A voice at each moment, with a word and a caption as far from it as ``offset`` says."""
    return Evidence(
        duration_ms=starts[-1] + 20_000,
        speech=tuple(Span(start, start + lasting) for start in starts),
        words=tuple(Word("aye", start, start + 300, None, 0.9) for start in starts),
        cues=tuple(
            Cue(Fraction(start + offset, 1000), Fraction(start + offset + 2_000, 1000), ("Aye.",)) for start in starts
        ),
    )


def _timing(evidence: Evidence) -> float | None:
    return judge(evidence).check(CheckName.TIMING_ACCURACY).score


@pytest.mark.parametrize(
    ("evidence", "score"),
    [
        (_spoken([10_000, 20_000]), None),
        (_spoken([10_000, 20_000, 30_000]), 1.0),
        (_spoken([10_000, 20_000, 30_000], lasting=999), None),
        (_spoken([10_000, 20_000, 30_000], lasting=1_000), 1.0),
        (_spoken([10_000, 20_000, 24_500]), 1.0),
        (_spoken([10_000, 20_000, 24_499]), None),
        (_spoken([1_499, 20_000, 30_000]), None),
        (_spoken([1_500, 20_000, 30_000]), 1.0),
        (_spoken([10_000, 20_000, 30_000], offset=1_500), 1.0),
        (_spoken([10_000, 20_000, 30_000], offset=1_501), 0.0),
        (_spoken([10_000, 20_000, 30_000], offset=-1_500), 1.0),
        (_spoken([10_000, 20_000, 30_000], offset=-1_501), 0.0),
    ],
)
def test_only_clear_onsets_are_held_against_captions(evidence: Evidence, score: float | None) -> None:
    assert _timing(evidence) == score


@pytest.mark.parametrize(("early_ms", "is_onset"), [(500, True), (501, False), (-5_999, True), (-6_000, False)])
def test_an_onset_has_its_word_from_half_a_second_before_to_six_after(early_ms: int, is_onset: bool) -> None:
    plain = _spoken([10_000, 30_000, 50_000], lasting=9_000)
    first = replace(plain.words[0], start_ms=10_000 - early_ms, end_ms=10_100 - early_ms)

    assert (_timing(replace(plain, words=(first, *plain.words[1:]))) is not None) is is_onset


@pytest.mark.parametrize(("drift_ms", "score"), [(500, 1.0), (501, 1.0), (1_750, 0.5), (3_000, 0.0)])
def test_drift_is_told_between_the_first_and_the_last_third(drift_ms: int, score: float) -> None:
    plain = _spoken([20_000 * n for n in range(1, 10)])
    shift = Fraction(drift_ms, 1000)
    cues = [replace(cue, start=cue.start + shift, end=cue.end + shift) for cue in plain.cues[6:]]
    loose = Thresholds(onset_good_ms=5_000)

    check = judge(replace(plain, cues=(*plain.cues[:6], *cues)), loose).check(CheckName.TIMING_ACCURACY)

    assert check.score == pytest.approx(score, abs=0.001)
    assert ("captions_drift" in [reason.code for reason in check.reasons]) is (drift_ms > 500)


@pytest.mark.parametrize(("distance_ms", "is_marked"), [(2_500, True), (2_501, False), (-2_500, True), (-2_501, False)])
@pytest.mark.parametrize("rows", [(">> Aye.",), (" >> Aye.", "So moved.")])
def test_a_change_is_marked_by_a_caption_that_begins_near_it(
    distance_ms: int, is_marked: bool, rows: tuple[str, ...]
) -> None:
    spoken = (Word("one", 10_000, 10_300, "Chair"), Word("two", 20_000, 20_300, "Clerk"))
    at = Fraction(20_000 + distance_ms, 1000)
    cues = (Cue(Fraction(5), Fraction(6), ("One.",)), Cue(at, at + 1, rows))

    check = judge(Evidence(duration_ms=60_000, words=spoken, cues=cues)).check(CheckName.SPEAKER_CHANGES)

    assert check.score == float(is_marked)


def test_a_mark_within_a_caption_counts_for_all_of_its_time() -> None:
    spoken = (Word("one", 10_000, 10_300, "Chair"), Word("two", 20_000, 20_300, "Clerk"))

    def score(start_ms: int, end_ms: int, *rows: str) -> float | None:
        cues = (Cue(Fraction(start_ms, 1000), Fraction(end_ms, 1000), rows),)
        return judge(Evidence(duration_ms=60_000, words=spoken, cues=cues)).check(CheckName.SPEAKER_CHANGES).score

    assert score(12_000, 17_500, "One.", ">> Two.") == 1
    assert score(12_000, 17_499, "One.", ">> Two.") == 0
    assert score(22_500, 25_000, "One.", ">> Two.") == 1
    assert score(22_501, 25_000, "One.", ">> Two.") == 0
    assert score(12_000, 30_000, "One. >> Two.") == 0
