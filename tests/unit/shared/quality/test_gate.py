"""The gate: what a reviewer, the engine and the publisher are told to do."""

from dataclasses import replace
from fractions import Fraction

import pytest

from shared.captions.model import Cue, Finding, Severity, Sound, SoundKind, Word
from shared.errors import InvalidInput
from shared.quality import (
    AudioFacts,
    CheckName,
    EngineFacts,
    Evidence,
    OtherLanguage,
    Outcome,
    ProbeFacts,
    Span,
    Thresholds,
    Verdict,
    from_json,
    judge,
    quality_markdown,
    quality_summary,
    review_reasons,
    to_json,
)


def verdict(evidence: Evidence, name: CheckName) -> Verdict:
    return judge(evidence).check(name).verdict


def test_good_captions_may_be_published(good: Evidence) -> None:
    report = judge(good)

    assert report.outcome is Outcome.COMPLETED
    assert report.verdict is Verdict.PASS
    assert {check.verdict for check in report.checks} == {Verdict.PASS}
    assert report.score > 0.95


def test_every_matter_is_reported_once_and_in_order(good: Evidence) -> None:
    assert [check.name for check in judge(good).checks] == list(CheckName)


def test_nothing_measured_is_never_good_enough_to_publish() -> None:
    report = judge(Evidence(duration_ms=60_000))

    assert report.outcome is Outcome.NEEDS_REVIEW
    assert all(check.score is None for check in report.checks)


def test_what_a_smaller_model_heard_is_for_a_person_and_decoding_again_would_not_help(good: Evidence) -> None:
    heard = EngineFacts(smaller_model=(Span(60_000, 120_000),))

    report = judge(replace(good, engine=heard))

    assert report.outcome is Outcome.NEEDS_REVIEW
    accuracy = report.check(CheckName.ESTIMATED_ACCURACY)
    assert accuracy.verdict is Verdict.DOUBT
    assert [(reason.start_ms, reason.end_ms) for reason in accuracy.reasons if "smaller model" in reason.text] == [
        (60_000, 120_000)
    ]


def test_a_smaller_batch_alone_bothers_nobody(good: Evidence) -> None:
    report = judge(replace(good, engine=EngineFacts(degradations=("batch size 8 -> 2: out of memory",))))

    assert report.outcome is Outcome.COMPLETED
    assert any("batch size 8 -> 2" in note for note in report.notes)


def test_a_missing_stretch_of_speech_is_decoded_again_then_reviewed(good: Evidence) -> None:
    holed = replace(good, words=tuple(w for w in good.words if not 100_000 < w.start_ms < 200_000))

    first, second = judge(holed), judge(holed, second_decode_done=True)

    assert first.outcome is Outcome.DECODE_AGAIN
    assert second.outcome is Outcome.NEEDS_REVIEW
    reasons = first.check(CheckName.COMPLETENESS).reasons
    assert any(reason.start_ms is not None and 90_000 < reason.start_ms < 200_000 for reason in reasons)


def test_an_hour_of_recess_without_speech_is_no_gap(good: Evidence) -> None:
    hour = 3_600_000
    longer = replace(good, duration_ms=good.duration_ms + hour)
    longer = replace(longer, probe=ProbeFacts(longer.duration_ms, longer.duration_ms))

    assert judge(longer).outcome is Outcome.COMPLETED


def test_music_that_the_detector_takes_for_speech_is_accounted_for_by_its_tag(good: Evidence) -> None:
    start, end = good.duration_ms, good.duration_ms + 50_000
    heard = replace(good, duration_ms=end, speech=(*(good.speech or ()), Span(start, end)))
    tagged = replace(heard, sounds=(Sound(SoundKind.MUSIC, start, end),))

    assert verdict(heard, CheckName.COMPLETENESS) is Verdict.FAIL
    assert verdict(tagged, CheckName.COMPLETENESS) is Verdict.PASS


def test_speech_marked_inaudible_is_still_missing(good: Evidence) -> None:
    start, end = good.duration_ms, good.duration_ms + 50_000
    heard = replace(good, duration_ms=end, speech=(*(good.speech or ()), Span(start, end)))
    marked = replace(heard, sounds=(Sound(SoundKind.INAUDIBLE, start, end),))

    assert verdict(marked, CheckName.COMPLETENESS) is Verdict.FAIL


def test_a_sound_tag_over_half_the_meeting_is_not_believed_unseen(good: Evidence) -> None:
    half = good.duration_ms // 2
    tagged = replace(
        good,
        words=tuple(word for word in good.words if word.end_ms < half),
        sounds=(Sound(SoundKind.MUSIC, half, good.duration_ms),),
    )

    assert verdict(tagged, CheckName.COMPLETENESS) is Verdict.DOUBT


def test_much_speech_that_its_sound_overruled_wants_a_persons_ear_too(good: Evidence) -> None:
    """A hoarse voice sounds like noise: nobody should miss what it said because no rule of ours believed in it."""
    assert verdict(replace(good, overruled=(Span(60_000, 65_000),)), CheckName.COMPLETENESS) is Verdict.PASS
    hoarse = replace(good, overruled=(Span(60_000, 65_001), Span(68_000, 69_000), Span(100_000, 100_900)))

    check = judge(hoarse).check(CheckName.COMPLETENESS)

    assert check.verdict is Verdict.DOUBT
    assert [(reason.start_ms, reason.end_ms) for reason in check.reasons if reason.code == "speech_overruled"] == [
        (60_000, 69_000),
        (100_000, 100_900),
    ]


def test_music_that_was_taken_for_speech_wants_nobody_unless_it_is_much(good: Evidence) -> None:
    def sung(length_ms: int) -> Evidence:
        place = (500_000, 500_000 + length_ms)
        return replace(good, overruled=(Span(*place),), sounds=(Sound(SoundKind.MUSIC, *place),))

    assert verdict(sung(50_000), CheckName.COMPLETENESS) is Verdict.PASS
    assert verdict(sung(200_000), CheckName.COMPLETENESS) is Verdict.DOUBT


def test_of_many_such_places_the_longest_are_shown(good: Evidence) -> None:
    places = tuple(Span(at, at + 1_000 + at // 100) for at in range(20_000, 90_000, 10_000))

    reasons = judge(replace(good, overruled=places)).check(CheckName.COMPLETENESS).reasons

    told = [reason for reason in reasons if reason.code == "speech_overruled"]
    assert [reason.start_ms for reason in told] == [40_000, 50_000, 60_000, 70_000, 80_000, None]
    assert told[0].text == (
        "The voice detector heard somebody from 0:40 to 0:41, but the engine heard no words, and the sound has no "
        "voice."
    )
    assert told[-1].text == "So it is at 2 shorter places."


def test_unintelligible_stretches_bring_a_person(good: Evidence) -> None:
    engine = EngineFacts(inaudible=(Span(30_000, 42_000),))

    assert judge(replace(good, engine=engine)).outcome is Outcome.NEEDS_REVIEW


def test_a_recording_in_which_nobody_speaks_is_confirmed_by_a_person(good: Evidence) -> None:
    silent = replace(good, words=(), cues=(), speech=())

    report = judge(silent)

    assert report.outcome is Outcome.NEEDS_REVIEW
    assert report.check(CheckName.COMPLETENESS).verdict is Verdict.DOUBT


def test_words_that_reach_no_caption_are_found(good: Evidence) -> None:
    cut = replace(good, cues=tuple(cue for cue in good.cues if cue.end < 300))

    check = judge(cut).check(CheckName.COMPLETENESS)

    assert check.verdict is Verdict.FAIL
    assert any("on no caption" in reason.text for reason in check.reasons)


def test_one_error_of_the_scc_checker_blocks_publication_for_good(good: Evidence) -> None:
    finding = Finding("parity", "Byte 3 of line 7 has the wrong parity.", timecode="00:01:02;03")
    report = judge(replace(good, findings=(finding,)))

    assert report.outcome is Outcome.FAILED
    assert "00:01:02;03" in report.check(CheckName.SCC_VALIDITY).reasons[0].text


def test_a_finding_about_a_caption_says_which(good: Evidence) -> None:
    late = Finding("late", "It appears 9 frames late.", Severity.WARNING, cue=4, timecode="00:00:07;09")

    check = judge(replace(good, findings=(late,))).check(CheckName.SCC_VALIDITY)

    assert [reason.text for reason in check.reasons] == ["Caption 4 at 00:00:07;09: It appears 9 frames late."]


def test_warnings_of_the_scc_checker_lower_the_score_a_little(good: Evidence) -> None:
    warning = Finding("gap", "Captions 3 and 4 touch.", Severity.WARNING)

    assert judge(replace(good, findings=(warning,))).outcome is Outcome.COMPLETED


def test_noise_that_could_not_be_measured_is_said_and_counts_for_nothing(good: Evidence) -> None:
    assert good.audio is not None

    report = judge(replace(good, audio=replace(good.audio, snr_db=None)))

    assert report.outcome is Outcome.COMPLETED
    texts = [reason.text for reason in report.check(CheckName.AUDIO_QUALITY).reasons]
    assert texts == ["How noisy the room is could not be measured: nobody pauses for long enough."]


def test_channels_that_cancel_each_other_are_named(good: Evidence) -> None:
    assert good.audio is not None

    report = judge(replace(good, audio=replace(good.audio, cancelled_ms=200_000)))

    assert report.outcome is Outcome.COMPLETED
    text = report.check(CheckName.AUDIO_QUALITY).reasons[0].text
    assert text.startswith("For 3 min 20 s the two sound channels cancel each other (one is wired the wrong way round)")
    assert report.notes == (text,), "a check that passes shows its reasons nowhere else"

    quiet = judge(replace(good, audio=replace(good.audio, cancelled_ms=200_000, rms_dbfs=-60)))

    assert quiet.outcome is Outcome.NEEDS_REVIEW
    assert text in [reason.text for reason in quiet.check(CheckName.AUDIO_QUALITY).reasons]
    assert quiet.notes == (), "told once"


def test_sound_before_the_first_picture_is_said_to_have_no_captions(good: Evidence) -> None:
    def begins(ms: int) -> Evidence:
        return replace(good, probe=ProbeFacts(good.duration_ms, good.duration_ms, sound_starts_ms=ms))

    check = judge(begins(-30_000)).check(CheckName.FILE_INTEGRITY)

    assert (check.verdict, check.reasons[0].code) == (Verdict.DOUBT, "sound_before_picture")
    assert check.reasons[0].text.startswith("30 s of sound come before the first picture")
    assert verdict(begins(-2_000), CheckName.FILE_INTEGRITY) is Verdict.PASS
    assert verdict(begins(2_000), CheckName.FILE_INTEGRITY) is Verdict.PASS


def test_a_recording_that_ends_early_fails(good: Evidence) -> None:
    cut = replace(good, probe=ProbeFacts(decoded_ms=good.duration_ms // 2, container_ms=good.duration_ms))

    assert judge(cut).outcome is Outcome.FAILED


def test_the_schedule_is_a_second_opinion_on_the_length(good: Evidence) -> None:
    def scheduled(longer_ms: int) -> Evidence:
        probe = ProbeFacts(good.duration_ms, good.duration_ms, scheduled_ms=good.duration_ms + longer_ms)
        return replace(good, probe=probe)

    assert verdict(scheduled(90_000), CheckName.FILE_INTEGRITY) is Verdict.PASS
    assert verdict(scheduled(3_600_000), CheckName.FILE_INTEGRITY) is Verdict.DOUBT


@pytest.mark.parametrize("offset_ms", [2_500, -2_500])
def test_captions_away_from_the_voice_are_not_on_time(good: Evidence, offset_ms: int) -> None:
    move = Fraction(offset_ms, 1000)
    moved = replace(good, cues=tuple(replace(c, start=c.start + move, end=c.end + move) for c in good.cues[::4]))

    assert verdict(moved, CheckName.TIMING_ACCURACY) is Verdict.FAIL


def test_voice_and_captions_that_are_early_together_are_not_on_time(good: Evidence) -> None:
    def heard_from(ms: int | None) -> Evidence:
        probe = ProbeFacts(good.duration_ms, good.duration_ms, sound_starts_ms=2_000, heard_from_ms=ms)
        return replace(good, probe=probe)

    early = judge(heard_from(10)).check(CheckName.TIMING_ACCURACY)

    assert early.verdict is Verdict.FAIL
    assert early.reasons[0].text == (
        "The sound begins 2.0 s after the first picture, but captions are timed as if it began 2.0 s earlier."
    )
    assert verdict(heard_from(1_979), CheckName.TIMING_ACCURACY) is Verdict.PASS
    assert verdict(heard_from(5_000), CheckName.TIMING_ACCURACY) is Verdict.PASS
    assert verdict(heard_from(None), CheckName.TIMING_ACCURACY) is Verdict.PASS


def test_captions_that_stand_a_hair_before_the_voice_stand_with_it(good: Evidence) -> None:
    early = Fraction(210, 1000)  # the voice of the good meeting is heard 200 ms before its words
    moved = replace(good, cues=tuple(replace(cue, start=cue.start - early) for cue in good.cues))

    check = judge(moved).check(CheckName.TIMING_ACCURACY)

    assert "stands +0.0 s from the voice" in check.reasons[0].text


def test_drift_is_found_even_while_each_caption_is_still_close(good: Evidence) -> None:
    def late(cue: Cue) -> Cue:
        by = cue.start * 3 / (good.duration_ms // 1000) - Fraction(3, 2)
        return replace(cue, start=cue.start + by, end=cue.end + by)

    check = judge(replace(good, cues=tuple(late(cue) for cue in good.cues[::4]))).check(CheckName.TIMING_ACCURACY)

    assert check.verdict is not Verdict.PASS
    assert any("drift by +" in reason.text for reason in check.reasons)


@pytest.mark.parametrize(
    ("audio", "word"),
    [
        (AudioFacts(-60.0, -40.0, 0.0, 30.0), "quiet"),
        (AudioFacts(-12.0, 0.0, 0.05, 30.0), "overdriven"),
        (AudioFacts(-26.0, -3.0, 0.0, 2.0), "only 2 dB above the noise"),
        (AudioFacts(-26.0, -3.0, 0.0, -0.3), "no louder than the noise"),
    ],
)
def test_bad_sound_is_named(good: Evidence, audio: AudioFacts, word: str) -> None:
    check = judge(replace(good, audio=audio)).check(CheckName.AUDIO_QUALITY)

    assert check.verdict is Verdict.FAIL
    assert word in check.reasons[0].text


def test_unsure_words_lower_the_estimate_and_are_pointed_at(good: Evidence) -> None:
    unsure = replace(good, words=tuple(replace(w, confidence=0.2) if w.start_ms < 60_000 else w for w in good.words))

    check = judge(unsure).check(CheckName.ESTIMATED_ACCURACY)

    assert any("unsure from 0:03" in reason.text for reason in check.reasons)
    assert (check.score or 0) < 0.9


def test_two_phrases_taking_turns_are_a_loop(good: Evidence) -> None:
    phrases = ["thank", "you", "for", "watching", "please", "subscribe", "to", "my", "channel"]
    looped = replace(good, words=tuple(replace(w, text=phrases[i % 9]) for i, w in enumerate(good.words)))

    check = judge(looped).check(CheckName.ESTIMATED_ACCURACY)

    assert check.verdict is Verdict.FAIL
    assert any("the same 9 words repeat" in reason.text for reason in check.reasons)


def test_a_roll_call_of_ayes_is_no_loop(good: Evidence) -> None:
    voted = replace(good, words=tuple(replace(w, text="Aye.") if i < 9 else w for i, w in enumerate(good.words)))

    assert verdict(voted, CheckName.ESTIMATED_ACCURACY) is Verdict.PASS


def test_words_over_silence_bring_a_person_however_sure_the_engine_is(good: Evidence) -> None:
    quiet = range(good.duration_ms + 10_000, good.duration_ms + 20_000, 500)
    invented = tuple(Word(f"made{at}", at, at + 400, "Chair", 0.99) for at in quiet)

    report = judge(replace(good, duration_ms=good.duration_ms + 60_000, words=good.words + invented))

    assert report.check(CheckName.ESTIMATED_ACCURACY).verdict is Verdict.DOUBT
    assert any("no voice is heard" in r.text for r in report.check(CheckName.ESTIMATED_ACCURACY).reasons)


def test_captions_too_fast_to_read_are_pointed_at(good: Evidence) -> None:
    fast = tuple(replace(cue, rows=("x" * 32, "y" * 32), end=cue.start + 2) for cue in good.cues)

    check = judge(replace(good, cues=fast)).check(CheckName.READING_SPEED)

    assert check.verdict is Verdict.FAIL
    assert check.reasons[1].start_ms == 3_000


def test_an_unmarked_change_of_speaker_is_found(good: Evidence) -> None:
    merged = tuple(replace(cue, rows=("a row",), speaker=None) for cue in good.cues)

    assert verdict(replace(good, cues=merged), CheckName.SPEAKER_CHANGES) is Verdict.FAIL


def test_speakers_that_were_never_told_apart_hold_nothing_back(good: Evidence) -> None:
    plain = replace(good, words=tuple(replace(word, speaker=None) for word in good.words))

    report = judge(plain)

    assert report.check(CheckName.SPEAKER_CHANGES).verdict is Verdict.UNKNOWN
    assert report.outcome is Outcome.COMPLETED


def test_the_demonstration_model_and_every_step_down_are_announced(good: Evidence) -> None:
    engine = EngineFacts("demo", True, ("batch size 8 to 4: out of memory",), (Span(0, 9_000),))
    report = judge(replace(good, engine=engine))

    assert "demonstration model" in report.notes[0]
    assert "out of memory" in report.notes[1]
    assert "demonstration model" in quality_markdown(report)


def test_a_city_may_ask_for_more(good: Evidence) -> None:
    strict = Thresholds().overridden({"pass_scores": {"estimated_accuracy": 0.95}})

    report = judge(good, strict)

    assert report.outcome is Outcome.NEEDS_REVIEW
    assert "estimated accuracy doubt (0.93)" in quality_summary(report)


@pytest.mark.parametrize(
    "values", [{"pass_score": 1.2}, {"fail_score": -0.1}, {"no_such_number": 1}, {"pass_scores": {"loudness": 0.1}}]
)
def test_thresholds_that_mean_nothing_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Thresholds().overridden(values)


def test_a_bar_below_the_failing_one_lowers_that_too(good: Evidence) -> None:
    # 0.35 by the engine's own account; of a mean of its confidences of 0.586 no more of the words are right.
    unsure = replace(good, words=tuple(replace(word, confidence=0.586) for word in good.words))

    assert verdict(unsure, CheckName.ESTIMATED_ACCURACY) is Verdict.FAIL
    low = Thresholds(pass_score=0.3, accuracy_review=0.3)
    for lenient in (low, Thresholds(pass_scores={"estimated_accuracy": 0.3})):
        assert judge(unsure, lenient).check(CheckName.ESTIMATED_ACCURACY).verdict is Verdict.PASS
    other = judge(unsure, Thresholds(pass_scores={"completeness": 0.3})).check(CheckName.ESTIMATED_ACCURACY)
    assert other.verdict is Verdict.FAIL


def test_a_report_survives_being_written_and_read(good: Evidence) -> None:
    report = judge(replace(good, engine=EngineFacts(inaudible=(Span(30_000, 42_000),))))

    assert from_json(to_json(report)) == report


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "archivist.quality/2"}', '{"schema": null}'])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        from_json(text)


def test_the_page_for_people_names_every_check(good: Evidence) -> None:
    page = quality_markdown(judge(good))

    assert "**The captions may be published.**" in page
    assert page.count("| pass |") == len(CheckName)


def _speaking(name: str | None, *, has_words: bool) -> EngineFacts:
    return EngineFacts(other_languages=(OtherLanguage(70_000, 130_000, name, 0.93, has_words),))


def test_a_language_that_is_written_is_told_and_holds_nothing_back(good: Evidence) -> None:
    report = judge(replace(good, engine=_speaking("Spanish", has_words=True)))

    assert report.outcome is Outcome.COMPLETED
    (told,) = (reason for reason in report.check(CheckName.COMPLETENESS).reasons if "Spanish" in reason.text)
    assert told.text == "From 1:10 to 2:10 Spanish is spoken (93% probable), and written as it is said."
    assert (told.start_ms, told.end_ms, told.code) == (70_000, 130_000, None)


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("Vietnamese", "other_language", "Vietnamese is spoken (93% probable): the captions say so and have no words."),
        (None, "language_unclear", "it is hardly English that is spoken (93% probable), nor clear what."),
    ],
)
def test_a_language_without_words_is_for_a_person_who_is_told_where(
    good: Evidence, name: str | None, code: str, says: str
) -> None:
    report = judge(replace(good, engine=_speaking(name, has_words=False)))

    assert report.outcome is Outcome.NEEDS_REVIEW
    (asked,) = review_reasons(report)
    assert (asked.code, asked.start_ms, asked.end_ms) == (code, 70_000, 130_000)
    assert asked.text == f"From 1:10 to 2:10 {says}"


def test_speech_that_a_tag_says_is_in_another_language_is_no_hole_and_no_noise(good: Evidence) -> None:
    assert good.speech is not None
    words = tuple(word for word in good.words if not 70_000 <= word.start_ms < 250_000)
    tag = Sound(SoundKind.SPEAKING, 70_000, 250_000, "Spanish")
    facts = EngineFacts(other_languages=(OtherLanguage(70_000, 250_000, "Spanish", 0.93, has_words=False),))

    check = judge(replace(good, words=words, sounds=(tag,), engine=facts)).check(CheckName.COMPLETENESS)

    assert {reason.code for reason in check.reasons} == {None, "other_language"}
    assert check.verdict is Verdict.DOUBT


def test_a_recording_wholly_in_another_language_is_not_one_in_which_nobody_speaks(good: Evidence) -> None:
    end_ms = good.duration_ms
    tag = Sound(SoundKind.SPEAKING, 0, end_ms, "Vietnamese")
    facts = EngineFacts(other_languages=(OtherLanguage(0, end_ms, "Vietnamese", 0.9, has_words=False),))

    report = judge(replace(good, words=(), sounds=(tag,), engine=facts))

    assert "other_language" in {reason.code for reason in review_reasons(report)}
    assert not any("No speech" in reason.text for reason in report.check(CheckName.COMPLETENESS).reasons)
