"""Small values of a quality report."""

from dataclasses import replace

import pytest

from shared.quality import CheckName, EngineFacts, Evidence, Span, Thresholds, Verdict, judge
from shared.quality.review import ReviewReason, as_rows


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
