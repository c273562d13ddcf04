"""Where a check of the recording, its sound and the written file begins to speak, to the number."""

from dataclasses import replace

import pytest

from shared.captions.legible import ILLEGIBLE
from shared.captions.model import Finding, Severity
from shared.quality import AudioFacts, Check, CheckName, Evidence, ProbeFacts, Verdict, judge


def check(evidence: Evidence, name: CheckName) -> Check:
    return judge(evidence).check(name)


def codes(found: Check) -> list[str | None]:
    return [reason.code for reason in found.reasons]


def probed(good: Evidence, **facts: object) -> Check:
    usual = {"decoded_ms": 10_000_000, "container_ms": 10_000_000}
    return check(replace(good, probe=ProbeFacts(**usual | facts)), CheckName.FILE_INTEGRITY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("decoded_ms", "score", "said"),
    [(9_950_000, 1.0, []), (9_949_000, 0.999, ["sound_missing"]), (9_475_000, 0.5, ["sound_missing"])],
)
def test_half_a_percent_of_the_sound_may_be_missing(
    good: Evidence, decoded_ms: int, score: float, said: list[str]
) -> None:
    found = probed(good, decoded_ms=decoded_ms)

    assert (found.score, codes(found)) == (score, said)
    assert all((reason.start_ms, reason.end_ms) == (decoded_ms, 10_000_000) for reason in found.reasons)


@pytest.mark.parametrize(
    ("scheduled_ms", "verdict"),
    [
        (10_204_000, Verdict.PASS),  # less than 2 %
        (10_205_000, Verdict.DOUBT),
    ],
)
def test_a_long_recording_may_be_two_percent_shorter_than_its_slot(
    good: Evidence, scheduled_ms: int, verdict: Verdict
) -> None:
    found = probed(good, scheduled_ms=scheduled_ms)

    assert found.verdict is verdict
    assert codes(found) == ([] if verdict is Verdict.PASS else ["shorter_than_scheduled"])


@pytest.mark.parametrize(("short_ms", "verdict"), [(120_000, Verdict.PASS), (120_001, Verdict.DOUBT)])
def test_a_short_recording_may_be_two_minutes_shorter_than_its_slot(
    good: Evidence, short_ms: int, verdict: Verdict
) -> None:
    found = probed(good, decoded_ms=600_000, container_ms=600_000, scheduled_ms=600_000 + short_ms)

    assert found.verdict is verdict


def test_no_sound_at_all_fails_even_where_nothing_was_promised(good: Evidence) -> None:
    assert codes(probed(good, decoded_ms=0, container_ms=None)) == ["no_sound"]
    assert probed(good, decoded_ms=0, container_ms=None).verdict is Verdict.FAIL
    assert codes(probed(good, decoded_ms=1, container_ms=None)) == []


@pytest.mark.parametrize(
    ("complaints", "score", "said"), [(1, 0.95, 1), (5, 0.75, 5), (6, 0.7, 6), (10, 0.5, 6), (20, 0.0, 6)]
)
def test_each_complaint_of_the_decoder_costs_and_five_are_told(
    good: Evidence, complaints: int, score: float, said: int
) -> None:
    found = probed(good, warnings=tuple(f"complaint {number}" for number in range(complaints)))

    assert found.score == score
    assert codes(found) == ["decoder_complaint"] * said
    assert str(complaints - 5) in found.reasons[-1].text or complaints <= 5


@pytest.mark.parametrize(
    ("starts_ms", "verdict"), [(-2_999, Verdict.PASS), (-3_000, Verdict.DOUBT), (3_000, Verdict.PASS)]
)
def test_three_seconds_of_sound_before_the_picture_may_hold_a_sentence(
    good: Evidence, starts_ms: int, verdict: Verdict
) -> None:
    assert probed(good, sound_starts_ms=starts_ms).verdict is verdict


def written(good: Evidence, *findings: Finding, **changed: object) -> Check:
    return check(replace(good, findings=findings, **changed), CheckName.SCC_VALIDITY)  # type: ignore[arg-type]


def test_no_captions_are_right_only_where_nobody_speaks(good: Evidence) -> None:
    assert written(good, cues=()).score == 0
    assert written(good, cues=(), words=()).score == 1


def test_a_warning_for_every_caption_costs_half_and_more_cost_no_more(good: Evidence) -> None:
    warning = Finding("gap", "Captions 3 and 4 touch.", Severity.WARNING)
    captions = len(good.cues)

    assert written(good, *[warning] * (captions // 2)).score == 0.75
    assert written(good, *[warning] * captions).score == 0.5
    assert written(good, *[warning] * captions * 2).score == 0.5


def test_errors_are_told_before_warnings_and_five_of_them(good: Evidence) -> None:
    warning = Finding("gap", "Captions 3 and 4 touch.", Severity.WARNING)
    error = Finding("parity", "Byte 3 has the wrong parity.")

    assert codes(written(good, warning, error)) == ["parity", "gap"]
    assert written(good, warning, error).score == 0
    assert codes(written(good, *[warning] * 5)) == ["gap"] * 5
    assert codes(written(good, *[warning] * 5, error)) == ["parity", "gap", "gap", "gap", "gap", None]


def test_a_text_that_cannot_be_read_is_the_one_thing_said(good: Evidence) -> None:
    illegible = Finding(ILLEGIBLE, "The letters cannot be shown.", Severity.WARNING)
    found = written(good, Finding("gap", "Captions 3 and 4 touch.", Severity.WARNING), illegible)

    assert (found.score, codes(found)) == (0, [ILLEGIBLE])


def heard(good: Evidence, **facts: object) -> Check:
    usual = {"rms_dbfs": -26.0, "peak_dbfs": -3.0, "clipped_share": 0.0, "snr_db": 30.0}
    return check(replace(good, audio=AudioFacts(**usual | facts)), CheckName.AUDIO_QUALITY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "score", "said"),
    [
        ({"rms_dbfs": -38.0}, 1.0, []),
        ({"rms_dbfs": -48.0}, 0.5, ["quiet"]),
        ({"clipped_share": 0.001}, 1.0, []),
        ({"clipped_share": 0.0105}, 0.5, ["overdriven"]),
        ({"snr_db": 15.0}, 1.0, []),
        ({"snr_db": 9.0}, 0.5, ["noisy"]),
        ({"snr_db": 9.0, "rms_dbfs": -43.0}, 0.5, ["quiet", "noisy"]),
        ({"snr_db": None}, 1.0, [None]),
        ({"cancelled_ms": 999}, 1.0, []),
        ({"cancelled_ms": 1_000}, 1.0, [None]),
    ],
)
def test_the_worst_property_of_the_sound_decides_and_each_is_told(
    good: Evidence, facts: dict[str, object], score: float, said: list[str | None]
) -> None:
    found = heard(good, **facts)

    assert (found.score, codes(found)) == (score, said)


def test_noise_that_nobody_could_be_heard_over_is_not_missed(good: Evidence) -> None:
    silent = replace(good, speech=())

    assert codes(heard(silent, snr_db=None)) == []


@pytest.mark.parametrize(("snr_db", "number"), [(0.9, False), (1.0, True)])
def test_voices_less_than_a_decibel_above_the_noise_are_no_louder(good: Evidence, snr_db: float, number: bool) -> None:
    assert any(letter.isdigit() for letter in heard(good, snr_db=snr_db).reasons[0].text) is number
