"""Where a check of the recording, its sound and the written file begins to speak, to the number."""

from dataclasses import replace

import pytest

from shared.captions.legible import ILLEGIBLE
from shared.captions.model import Finding, Severity
from shared.quality import AudioFacts, Check, CheckName, Evidence, ProbeFacts, Span, Verdict, judge


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
def test_each_complaint_of_the_decoder_lowers_the_score_and_five_are_told(
    good: Evidence, complaints: int, score: float, said: int
) -> None:
    found = probed(good, warnings=tuple(f"complaint {number}" for number in range(complaints)))

    assert found.score == score
    assert codes(found) == ["decoder_complaint"] * said
    assert str(complaints - 5) in found.reasons[-1].text or complaints <= 5


@pytest.mark.parametrize(("places", "score"), [(0, 0.95), (1, 0.95), (6, 0.7), (20, 0.0), (500, 0.0)])
def test_each_place_of_complaints_lowers_the_score_though_one_line_is_told(
    good: Evidence, places: int, score: float
) -> None:
    found = probed(good, warnings=("Reserved bit set.",), complaints=places)

    assert found.score == score
    assert codes(found)[0] == "decoder_complaint"
    assert len(found.reasons) == (2 if places > 1 else 1)


def test_broken_sound_brings_a_person_however_long_the_recording_is(good: Evidence) -> None:
    found = probed(good, warnings=("Reserved bit set.",), complaints=1, broken=(Span(181_000, 193_000),))

    assert (found.verdict, found.score) == (Verdict.DOUBT, 0.95)
    assert codes(found) == ["sound_broken", "decoder_complaint"]
    assert found.reasons[0].text == "Sound from 3:01 to 3:13 could not be read."
    assert (found.reasons[0].start_ms, found.reasons[0].end_ms) == (181_000, 193_000)


@pytest.mark.parametrize("container_ms", [None, 10_000_000])
def test_broken_sound_counts_as_missing(good: Evidence, container_ms: int | None) -> None:
    found = probed(good, broken=(Span(0, 1_000_000),), complaints=1, container_ms=container_ms)

    assert (found.verdict, found.score) == (Verdict.FAIL, 0.0)


def test_five_broken_places_are_named_and_the_others_counted(good: Evidence) -> None:
    places = tuple(Span(at * 60_000, at * 60_000 + 500) for at in range(1, 9))
    found = probed(good, broken=places, complaints=8)

    assert codes(found) == ["sound_broken"] * 6
    assert found.reasons[0].text == "Sound at 1:00 could not be read."
    assert found.reasons[5].text == "Sound could not be read at 3 more places."


def test_time_that_is_gone_is_named_where_it_is_gone_and_not_at_the_end(good: Evidence) -> None:
    found = probed(good, decoded_ms=9_880_000, gone=(Span(181_000, 301_000),), container_ms=10_000_000)

    assert codes(found) == ["sound_gone"]
    assert found.verdict == Verdict.DOUBT
    assert found.reasons[0].text == (
        "About 2 min 00 s of sound are gone at 3:01, where the file has wrong bytes; what follows comes that much "
        "earlier."
    )
    assert (found.reasons[0].start_ms, found.reasons[0].end_ms) == (181_000, 181_000)


def test_five_losses_of_time_are_named_and_the_others_counted(good: Evidence) -> None:
    gone = tuple(Span(at * 60_000, at * 60_000 + 90_000) for at in range(1, 8))
    found = probed(good, gone=gone)

    assert codes(found) == ["sound_gone"] * 6
    assert found.reasons[5].text == "Sound is gone at 2 more places, about 3 min 00 s in all."


def test_what_is_missing_at_the_end_is_told_once(good: Evidence) -> None:
    found = probed(good, decoded_ms=5_000_000, broken=(Span(5_000_000, 10_000_000),), complaints=1)

    assert codes(found) == ["sound_missing"]


def test_a_broken_end_too_short_to_be_missed_is_named(good: Evidence) -> None:
    found = probed(good, decoded_ms=9_990_000, broken=(Span(9_990_000, 10_000_000),), complaints=1)

    assert (codes(found), found.verdict) == (["sound_broken"], Verdict.DOUBT)


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


def test_a_warning_for_every_caption_takes_half_of_the_score_and_more_take_no_more(good: Evidence) -> None:
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
