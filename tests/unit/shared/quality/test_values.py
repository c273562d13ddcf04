"""Small values of a quality report."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from shared.captions import Cue
from shared.quality import (
    CheckName,
    EngineFacts,
    Evidence,
    Outcome,
    QualityReport,
    Span,
    Thresholds,
    Verdict,
    from_json,
    judge,
    quality_markdown,
    quality_summary,
    to_json,
)
from shared.quality.report import Check, Reason
from shared.quality.review import ReviewReason, as_rows
from shared.quality.spans import clipped, common, joined, milliseconds, total_ms, without
from shared.quality.timing import reading_speed


def test_a_stretch_moves_as_a_whole() -> None:
    assert Span(1_000, 3_000).moved(500) == Span(1_500, 3_500)


def test_reasons_for_a_review_are_rows_of_their_fields() -> None:
    assert as_rows([ReviewReason("quiet", "audio_quality", "The sound is quiet.", 3, None)]) == [
        {"code": "quiet", "check": "audio_quality", "text": "The sound is quiet.", "start_ms": 3, "end_ms": None}
    ]
    assert as_rows([]) == []


def test_only_what_differs_from_the_usual_numbers_is_on_record() -> None:
    assert Thresholds().changed() == {}
    assert Thresholds(snr_good_db=12.0).changed() == {"snr_good_db": 12.0}
    assert Thresholds(pass_scores={"completeness": 0.9}).changed() == {"pass_scores": {"completeness": 0.9}}


@pytest.mark.parametrize(("probability", "verdict"), [(0.7, Verdict.PASS), (0.69, Verdict.DOUBT)])
def test_a_language_that_was_only_guessed_brings_a_person(good: Evidence, probability: float, verdict: Verdict) -> None:
    heard = EngineFacts(language="Spanish", language_probability=probability)

    check = judge(replace(good, engine=heard)).check(CheckName.ESTIMATED_ACCURACY)

    assert check.verdict is verdict
    told = [reason for reason in check.reasons if "Spanish" in reason.text]
    assert [reason.code for reason in told] == [None if verdict is Verdict.PASS else "language_uncertain"]


@pytest.mark.parametrize(
    ("spans", "holes", "left"),
    [
        ([(0, 10)], [], [(0, 10)]),
        ([(0, 10)], [(0, 10)], []),
        ([(0, 10)], [(0, 4)], [(4, 10)]),
        ([(0, 10)], [(6, 10)], [(0, 6)]),
        ([(0, 10)], [(4, 6)], [(0, 4), (6, 10)]),
        ([(0, 10)], [(-5, 3), (8, 15)], [(3, 8)]),
        ([(0, 10)], [(2, 4), (4, 6), (3, 5)], [(0, 2), (6, 10)]),
        ([(0, 10), (20, 30)], [(5, 25)], [(0, 5), (25, 30)]),
        ([(20, 30), (0, 10)], [(10, 20)], [(0, 10), (20, 30)]),
        ([], [(0, 10)], []),
    ],
)
def test_what_is_cut_away_leaves_no_empty_stretch(
    spans: list[tuple[int, int]], holes: list[tuple[int, int]], left: list[tuple[int, int]]
) -> None:
    assert without(spans, holes) == [Span(*one) for one in left]
    cut = [(max(a, c), min(b, d)) for a, b in spans for c, d in joined(holes) if max(a, c) < min(b, d)]
    assert common(spans, holes) == sorted(Span(*one) for one in cut)
    assert total_ms(spans) == total_ms(without(spans, holes)) + total_ms(common(spans, holes))


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "parts"),
    [
        (0, 100, [(10, 20), (30, 40), (50, 60)]),
        (15, 55, [(15, 20), (30, 40), (50, 55)]),
        (20, 50, [(30, 40)]),  # those that only touch have no part in it
        (19, 51, [(19, 20), (30, 40), (50, 51)]),
        (32, 38, [(32, 38)]),
        (20, 30, []),
        (60, 90, []),
        (0, 10, []),
    ],
)
def test_the_parts_of_stretches_between_two_moments_are_found(
    start_ms: int, end_ms: int, parts: list[tuple[int, int]]
) -> None:
    speech = [Span(10, 20), Span(30, 40), Span(50, 60)]

    assert clipped(speech, start_ms, end_ms) == tuple(Span(*part) for part in parts)
    assert clipped([], start_ms, end_ms) == ()


@pytest.mark.parametrize(
    ("spans", "bridging_ms", "whole"),
    [
        ([(0, 5), (5, 9)], 0, [(0, 9)]),
        ([(0, 5), (6, 9)], 0, [(0, 5), (6, 9)]),
        ([(0, 5), (6, 9)], 1, [(0, 9)]),
        ([(0, 5), (7, 9)], 1, [(0, 5), (7, 9)]),
        ([(6, 9), (0, 8)], 0, [(0, 9)]),
        ([(0, 9), (2, 4)], 0, [(0, 9)]),
        ([(3, 3), (4, 2)], 5, []),
        ([(0, 5), (5, 5), (20, 21)], 0, [(0, 5), (20, 21)]),
        ([(-4, -1), (-1, 3)], 0, [(-4, 3)]),
    ],
)
def test_stretches_that_touch_or_nearly_do_are_one(
    spans: list[tuple[int, int]], bridging_ms: int, whole: list[tuple[int, int]]
) -> None:
    assert joined(spans, bridging_ms=bridging_ms) == [Span(*one) for one in whole]


@pytest.mark.parametrize(("seconds", "ms"), [("0", 0), ("1.9999", 1999), ("2", 2000), ("-0.0001", -1)])
def test_whole_milliseconds_are_rounded_down(seconds: str, ms: int) -> None:
    assert milliseconds(Fraction(seconds)) == ms


@pytest.mark.parametrize(
    ("hurried", "share"),
    [(0, 1.0), (6, 1 - 6 / 120 / Thresholds().too_fast_share_lost), (120, 0.0)],
)
def test_the_share_of_captions_that_are_too_fast_decides(good: Evidence, hurried: int, share: float) -> None:
    assert len(good.cues) == 120
    cues = [replace(cue, end=cue.start + Fraction(1, 2)) if n < hurried else cue for n, cue in enumerate(good.cues)]

    check = judge(replace(good, cues=tuple(cues))).check(CheckName.READING_SPEED)

    assert check.score == pytest.approx(max(0.0, share), abs=0.001)
    assert sum(reason.code == "too_fast" for reason in check.reasons) == min(hurried, 5)


def test_reading_speed_counts_letters_and_blanks_in_a_second_and_no_time_is_too_fast_for_anybody() -> None:
    assert reading_speed(Cue(Fraction(1), Fraction(3), ("Good", "evening"))) == 6.0
    assert reading_speed(Cue(Fraction(1), Fraction(1), ("Good",))) == float("inf")


def test_checks_are_headed_by_words_that_a_person_would_write(good: Evidence) -> None:
    report = judge(good)

    headings = [row.split("|")[1].strip() for row in quality_markdown(report).splitlines() if row.startswith("| ")][1:]

    words = [check.name.value.split("_") for check in report.checks]
    assert [heading.lower().split() for heading in headings] == words
    for heading in headings:
        assert heading[0].isupper()
        assert all(word == ("SCC" if word.lower() == "scc" else word.lower()) for word in heading.split()[1:])
    assert any("SCC" in heading for heading in headings) is any("scc" in word for word in words)


@pytest.mark.parametrize(
    ("moved_ms", "told"), [(2_500, "appears 2.7 s after it."), (-2_500, "appears 2.3 s before it.")]
)
def test_the_first_captions_off_their_voices_are_named_with_how_far_and_the_others_counted(
    good: Evidence, moved_ms: int, told: str
) -> None:
    by = Fraction(moved_ms, 1000)
    onsets = {span.start_ms + 200 for span in good.speech or ()}  # a voice is heard that long before its first word
    cues = [
        replace(cue, start=cue.start + by, end=cue.end + max(by, Fraction(0)))
        if milliseconds(cue.start) in onsets
        else cue
        for cue in good.cues
    ]

    reasons = judge(replace(good, cues=tuple(cues))).check(CheckName.TIMING_ACCURACY).reasons

    off = [reason for reason in reasons if reason.code == "caption_off_time"]
    assert len(off) == 6
    assert all(told in reason.text for reason in off[:5])
    assert [(reason.start_ms, reason.end_ms) for reason in off[:2]] == [(2_800, 8_800), (17_800, 23_800)]
    assert off[5].text == "The captions of 25 more voices are early or late."


@pytest.mark.parametrize(("silent_ms", "is_told"), [(29_999, False), (30_000, True)])
def test_a_recording_that_goes_on_for_half_a_minute_after_its_last_caption_is_told(
    good: Evidence, silent_ms: int, is_told: bool
) -> None:
    last_ms = milliseconds(good.cues[-1].end)

    reasons = judge(replace(good, duration_ms=last_ms + silent_ms)).check(CheckName.COMPLETENESS).reasons

    tails = [(reason.start_ms, reason.end_ms) for reason in reasons if "last caption ends" in reason.text]
    assert tails == ([(last_ms, last_ms + 30_000)] if is_told else [])


def test_the_page_for_a_reviewer_has_the_table_and_each_reason_below_its_check() -> None:
    report = QualityReport(
        outcome=Outcome.NEEDS_REVIEW,
        verdict=Verdict.DOUBT,
        score=0.846,
        checks=(
            Check(CheckName.SCC_VALIDITY, None, Verdict.UNKNOWN, ()),
            Check(
                CheckName.AUDIO_QUALITY, 0.5, Verdict.DOUBT, (Reason("It is quiet."), Reason("It hums.", 1000, 2000))
            ),
            Check(CheckName.READING_SPEED, 1.0, Verdict.PASS, ()),
        ),
        duration_ms=3_725_000,
        words=9_120,
        cues=1_204,
        is_demonstration=False,
        notes=("Heard once more.", "In part by the smaller model."),
    )

    assert quality_markdown(report) == (
        "# Caption quality\n\n"
        "**A person should look before the captions are published.** Overall score 0.85. "
        "9120 words on 1204 captions, 1 h 02 min of recording.\n\n"
        "> Heard once more.\n> In part by the smaller model.\n\n"
        "| Check | Score | Verdict |\n|---|---|---|\n"
        "| SCC validity | - | unknown |\n| Audio quality | 0.50 | doubt |\n| Reading speed | 1.00 | pass |\n\n"
        "## Audio quality: doubt\n\n- It is quiet.\n- It hums.\n"
    )
    assert quality_summary(report) == "needs_review, score 0.85: audio quality doubt (0.50)"


@pytest.mark.parametrize(
    ("confidence", "accuracy"), [(0.95, 0.95), (0.8, 0.8), (0.7, 0.59), (0.56, 0.296), (0.41, 0.0), (1.0, 1.0)]
)
def test_the_estimate_falls_faster_than_the_confidence_where_the_engine_is_unsure(
    good: Evidence, confidence: float, accuracy: float
) -> None:
    words = tuple(replace(word, confidence=confidence) for word in good.words)

    report = judge(replace(good, words=words))

    assert report.estimated_accuracy == report.check(CheckName.ESTIMATED_ACCURACY).score == accuracy


def test_where_it_is_not_known_what_a_confidence_is_worth_it_is_taken_as_it_is_and_no_bar_is_put_to_it(
    good: Evidence,
) -> None:
    words = tuple(replace(word, confidence=0.75) for word in good.words)

    report = judge(replace(good, words=words, engine=EngineFacts(is_calibrated=False)))

    assert (report.estimated_accuracy, report.outcome) == (0.75, Outcome.COMPLETED)


@pytest.mark.parametrize(
    ("confidence", "own", "is_asked"),
    [(0.87, None, False), (0.869, None, True), (0.869, 0.86, False), (0.889, 0.89, True), (0.891, 0.89, False)],
)
def test_captions_of_which_too_many_words_are_probably_wrong_bring_a_person(
    good: Evidence, confidence: float, own: float | None, is_asked: bool
) -> None:
    words = tuple(replace(word, confidence=confidence) for word in good.words)
    scores = {} if own is None else {"estimated_accuracy": own}

    check = judge(replace(good, words=words), Thresholds(pass_scores=scores)).check(CheckName.ESTIMATED_ACCURACY)

    assert check.verdict is (Verdict.DOUBT if is_asked else Verdict.PASS)
    assert [reason.code for reason in check.reasons if reason.code] == ["low_accuracy"] * is_asked


def test_the_sentence_about_wrong_words_has_both_shares(good: Evidence) -> None:
    words = tuple(replace(word, confidence=0.8) for word in good.words)

    check = judge(replace(good, words=words)).check(CheckName.ESTIMATED_ACCURACY)

    expected = "About 20% of the words are probably wrong or missing; above 13% a person should look."
    assert check.reasons[1].text == expected


def test_speech_without_words_is_wrong_in_the_estimate(good: Evidence) -> None:
    half = good.words[: len(good.words) // 2]

    estimate = judge(replace(good, words=half)).estimated_accuracy
    whispered = judge(replace(good, overruled=(Span(460_000, 560_000),))).estimated_accuracy

    assert estimate == pytest.approx(0.93 / 2, abs=0.01)
    assert whispered == pytest.approx(0.93 * 372 / 472, abs=0.01)


def test_uncertain_words_are_listed_with_their_neighbours(good: Evidence) -> None:
    words = list(good.words)  # 30 to a turn, 400 ms apart, and 3 s between turns
    for number in (5, 7, 30, 59, len(words) - 1):
        words[number] = replace(words[number], confidence=0.69)
    words[100] = replace(words[100], confidence=0.7)
    words[101] = replace(words[101], confidence=None)

    report = judge(replace(good, words=tuple(words)))

    assert [tuple(span) for span in report.uncertain] == [
        (words[4].start_ms, words[8].end_ms),
        (words[30].start_ms, words[31].end_ms),
        (words[58].start_ms, words[59].end_ms),
        (words[-2].start_ms, words[-1].end_ms),
    ]
    told = [reason.text for reason in report.check(CheckName.ESTIMATED_ACCURACY).reasons]
    assert "5 words are less than 70% sure, at 4 places." in told
    assert from_json(to_json(report)) == report


def test_one_uncertain_word_is_one(good: Evidence) -> None:
    words = (replace(good.words[0], confidence=0.1), *good.words[1:])

    told = [reason.text for reason in judge(replace(good, words=words)).check(CheckName.ESTIMATED_ACCURACY).reasons]

    assert told[1:] == ["1 word is less than 70% sure, at 1 place."]


def test_a_report_of_the_release_before_has_no_estimate(good: Evidence) -> None:
    written = json.loads(to_json(judge(good)))
    del written["estimated_accuracy"], written["uncertain"]

    report = from_json(json.dumps(written))

    assert (report.estimated_accuracy, report.uncertain) == (None, ())
