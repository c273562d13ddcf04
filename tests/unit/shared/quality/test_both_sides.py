"""Every figure that a check compares with: what is said and judged exactly on it, and just beyond it."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from shared.captions.model import Cue, Finding, Severity, Sound, SoundKind, Word
from shared.quality import (
    AudioFacts,
    CheckName,
    EngineFacts,
    Evidence,
    ProbeFacts,
    SecondDecode,
    Span,
    Thresholds,
    Verdict,
    Worth,
    is_better,
    judge,
    sent_back,
    worth_of,
)
from shared.quality.report import Check, Reason, scored
from shared.quality.review import review_reasons


def spoken(*stretches: tuple[int, int], duration_ms: int = 1_000_000) -> Evidence:
    """A voice with a word in every second of it, each on a caption of its own."""
    starts = [at for start, end in stretches for at in range(start, end, 1_000)]
    return Evidence(
        duration_ms=duration_ms,
        speech=tuple(Span(start, end) for start, end in stretches),
        words=tuple(Word(f"w{at}", at, at + 1_000, None, 0.9) for at in starts),
        cues=tuple(Cue(Fraction(at, 1000), Fraction(at + 1_000, 1000), ("A word.",)) for at in starts),
    )


def codes(evidence: Evidence, name: CheckName) -> list[str]:
    return [reason.code for reason in judge(evidence).check(name).reasons if reason.code]


def places(evidence: Evidence, name: CheckName, code: str) -> list[tuple[int | None, int | None]]:
    found = judge(evidence).check(name).reasons
    return [(reason.start_ms, reason.end_ms) for reason in found if reason.code == code]


@pytest.mark.parametrize(("hidden_ms", "is_much"), [(5_000, False), (5_001, True)])
def test_five_seconds_may_stay_inaudible(hidden_ms: int, is_much: bool) -> None:
    hidden = EngineFacts(inaudible=(Span(1_000, 2_000), Span(5_000, 4_000 + hidden_ms)))

    check = judge(replace(spoken((0, 60_000)), engine=hidden)).check(CheckName.COMPLETENESS)

    assert check.verdict is (Verdict.DOUBT if is_much else Verdict.PASS)
    told = [reason.code for reason in check.reasons if "[inaudible]" in reason.text]
    assert told == ["inaudible" if is_much else None]


@pytest.mark.parametrize(
    ("speech_ms", "overruled_ms", "is_suspicious"),
    [(100_000, 60_000, False), (100_000, 60_001, True), (400_000, 100_000, False), (400_000, 100_001, True)],
)
def test_a_minute_and_a_quarter_of_the_speech_may_be_taken_for_other_sounds(
    speech_ms: int, overruled_ms: int, is_suspicious: bool
) -> None:
    music = Span(500_000, 500_000 + overruled_ms)
    heard = replace(spoken((0, speech_ms)), overruled=(music,), sounds=(Sound(SoundKind.MUSIC, *music),))

    check = judge(heard).check(CheckName.COMPLETENESS)

    assert check.verdict is (Verdict.DOUBT if is_suspicious else Verdict.PASS)
    assert ("speech_overruled" in [reason.code for reason in check.reasons]) is is_suspicious


@pytest.mark.parametrize(("pause_ms", "holes"), [(2_399, []), (2_400, [(10_700, 11_700)])])
def test_words_reach_seven_tenths_of_a_second_and_a_second_beyond_is_a_hole(
    pause_ms: int, holes: list[tuple[int, int]]
) -> None:
    before, after = spoken((0, 10_000)), spoken((10_000 + pause_ms, 20_000 + pause_ms))
    both = replace(
        before,
        words=before.words + after.words,
        cues=before.cues + after.cues,
        speech=(Span(0, 20_000 + pause_ms),),
    )

    assert places(both, CheckName.COMPLETENESS, "speech_without_words") == holes


@pytest.mark.parametrize(("away_ms", "is_shown"), [(2_000, True), (2_001, False), (-2_000, True), (-2_001, False)])
def test_a_caption_shows_words_up_to_two_seconds_away(away_ms: int, is_shown: bool) -> None:
    one = replace(spoken((20_000, 21_000)), speech=(Span(0, 60_000),))
    start = 21_000 + away_ms if away_ms > 0 else 20_000 + away_ms - 1_000
    cue = Cue(Fraction(start, 1000), Fraction(start + 1_000, 1000), ("A word.",))

    assert places(replace(one, cues=(cue,)), CheckName.COMPLETENESS, "words_on_no_caption") == (
        [] if is_shown else [(20_000, 21_000)]
    )


@pytest.mark.parametrize(("apart_ms", "told"), [(5_000, [(1_000, 8_000)]), (5_001, [(1_000, 2_000), (7_001, 8_001)])])
def test_words_on_no_caption_within_five_seconds_are_told_as_one(apart_ms: int, told: list[tuple[int, int]]) -> None:
    words = (Word("one", 1_000, 2_000), Word("two", 2_000 + apart_ms, 3_000 + apart_ms))

    found = replace(spoken((0, 20_000)), words=words, cues=spoken((60_000, 61_000)).cues)

    assert places(found, CheckName.COMPLETENESS, "words_on_no_caption") == told


def test_five_holes_are_named_the_longest_of_them_and_the_others_counted() -> None:
    lengths = [4_000, 1_000, 6_000, 2_000, 3_000, 5_000, 1_500]
    voices, holes, at = [], [], 0
    for length in lengths:
        voices.append((at, at + 5_000))
        holes.append((at + 10_000, at + 10_000 + length))
        at += 30_000
    plain = spoken(*voices)
    holed = replace(plain, speech=(*(plain.speech or ()), *(Span(*hole) for hole in holes)))
    five = replace(plain, speech=(*(plain.speech or ()), *(Span(*hole) for hole in holes[:5])))

    found = judge(holed).check(CheckName.COMPLETENESS).reasons

    told = [(reason.start_ms, reason.end_ms) for reason in found if reason.code == "speech_without_words"]
    assert told == [*(hole for hole, length in zip(holes, lengths, strict=True) if length >= 2_000), (None, None)]
    assert "2.5 s" in next(reason.text for reason in found if reason.code and reason.start_ms is None)
    assert places(five, CheckName.COMPLETENESS, "speech_without_words") == holes[:5]


@pytest.mark.parametrize(
    ("score", "needs_eyes", "verdict"),
    [
        (0.7, False, Verdict.PASS),
        (0.6996, False, Verdict.PASS),
        (0.6994, False, Verdict.DOUBT),
        (0.7, True, Verdict.DOUBT),
        (0.4, False, Verdict.DOUBT),
        (0.3994, False, Verdict.FAIL),
        (0.3994, True, Verdict.FAIL),
        (1.0, False, Verdict.PASS),
        (0.0, False, Verdict.FAIL),
    ],
)
def test_a_score_is_judged_as_it_is_shown(score: float, needs_eyes: bool, verdict: Verdict) -> None:
    found = scored(CheckName.AUDIO_QUALITY, score, [Reason("So.")], Thresholds(), needs_eyes=needs_eyes)

    assert found == Check(CheckName.AUDIO_QUALITY, round(score, 3), verdict, (Reason("So."),))


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "is_invented"),
    [(20_999, 21_500, False), (21_000, 21_500, True), (8_500, 9_001, False), (8_500, 9_000, True)],
)
def test_a_word_up_to_a_second_from_a_voice_is_believed(start_ms: int, end_ms: int, is_invented: bool) -> None:
    found = replace(spoken((10_000, 20_000)), words=(Word("word", start_ms, end_ms, None, 1.0),))

    assert places(found, CheckName.ESTIMATED_ACCURACY, "words_over_silence") == (
        [(start_ms, end_ms)] if is_invented else []
    )


@pytest.mark.parametrize(("count", "verdict"), [(8, Verdict.PASS), (9, Verdict.DOUBT)])
def test_eight_words_over_silence_bring_nobody(count: int, verdict: Verdict) -> None:
    plain = spoken((0, 298_000))  # so many words that the share of the doubtful ones alone brings nobody
    more = tuple(Word(f"x{n}", 300_000 + n * 100, 300_100 + n * 100, None, 0.9) for n in range(count))

    check = judge(replace(plain, words=plain.words + more)).check(CheckName.ESTIMATED_ACCURACY)

    assert check.verdict is verdict


def _sure(values: list[float]) -> Evidence:
    plain = spoken((0, 1_000 * len(values)))
    return replace(
        plain, words=tuple(replace(word, confidence=value) for word, value in zip(plain.words, values, strict=True))
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0.5] * 12, []),
        ([0.5] * 11 + [0.25], [(0, 12_000)]),
        ([0.25], [(0, 1_000)]),
        ([0.75] * 4 + [0.25] * 12 + [0.75] * 4, [(0, 20_000)]),
        ([0.75] * 12 + [0.25] * 12 + [0.75] * 12, [(7_000, 29_000)]),
    ],
)
def test_a_dozen_words_are_weak_when_their_mean_is_below_one_half(
    values: list[float], told: list[tuple[int, int]]
) -> None:
    assert places(_sure(values), CheckName.ESTIMATED_ACCURACY, "low_confidence") == told


@pytest.mark.parametrize("count", [5, 6, 7])
def test_five_places_of_each_kind_are_named_and_the_rest_counted(count: int) -> None:
    smaller = tuple(Span(10_000 * n, 10_000 * n + 3_000) for n in range(count))
    plain = spoken((0, 100_000))
    words = plain.words
    for n in range(count):
        words += (Word(f"x{n}", 200_000 + n * 20_000, 201_000 + n * 20_000, None, 0.9),)
    found = replace(plain, words=words, engine=EngineFacts(smaller_model=smaller))

    rest: list[tuple[int | None, int | None]] = [(None, None)] if count > 5 else []
    assert places(found, CheckName.ESTIMATED_ACCURACY, "smaller_model") == [*smaller[:5], *rest]
    assert places(found, CheckName.ESTIMATED_ACCURACY, "words_over_silence") == [
        (200_000 + n * 20_000, 201_000 + n * 20_000) for n in range(5)
    ]


@pytest.mark.parametrize(("early_ms", "is_other"), [(100, False), (101, True)])
def test_a_tenth_of_a_second_between_the_clocks_is_none(early_ms: int, is_other: bool) -> None:
    probe = ProbeFacts(decoded_ms=60_000, sound_starts_ms=500, heard_from_ms=500 - early_ms)

    assert places(replace(spoken((0, 60_000)), probe=probe), CheckName.TIMING_ACCURACY, "other_clock") == (
        [(0, 500)] if is_other else []
    )


@pytest.mark.parametrize("known", [(None, 400), (500, None)])
def test_a_clock_that_is_not_known_is_not_compared(known: tuple[int | None, int | None]) -> None:
    probe = ProbeFacts(decoded_ms=60_000, sound_starts_ms=known[0], heard_from_ms=known[1])

    assert "other_clock" not in codes(replace(spoken((0, 60_000)), probe=probe), CheckName.TIMING_ACCURACY)


@pytest.mark.parametrize(("onsets", "is_told"), [(8, False), (9, True)])
def test_drift_is_told_of_nine_onsets(onsets: int, is_told: bool) -> None:
    plain = spoken(*((20_000 * n, 20_000 * n + 5_000) for n in range(1, onsets + 1)))
    cues = [
        replace(cue, start=cue.start + by, end=cue.end + by)
        for cue in plain.cues
        if cue.start % 20 == 0
        for by in [cue.start / 100]
    ]

    found = judge(replace(plain, cues=tuple(cues)), Thresholds(onset_good_ms=5_000)).check(CheckName.TIMING_ACCURACY)

    assert ("captions_drift" in [reason.code for reason in found.reasons]) is is_told


@pytest.mark.parametrize(("away_ms", "said"), [(6_000, "6.0 s after"), (6_001, "no caption")])
def test_a_caption_six_seconds_off_still_belongs_to_its_voice(away_ms: int, said: str) -> None:
    plain = spoken(*((40_000 * n, 40_000 * n + 10_000) for n in range(1, 5)))
    firsts = [cue for cue in plain.cues if cue.start % 40 == 0]
    by = Fraction(away_ms, 1000)
    first = replace(firsts[0], start=firsts[0].start + by, end=firsts[0].end + by)

    found = judge(replace(plain, cues=(first, *firsts[1:]))).check(CheckName.TIMING_ACCURACY)

    (told,) = [reason for reason in found.reasons if reason.code == "caption_off_time"]
    assert said in told.text
    assert (told.start_ms, told.end_ms) == (40_000, 46_000)


@pytest.mark.parametrize(
    ("letters", "share", "too_fast"), [(20, "0%", 0), (21, "100%", 0), (25, "100%", 0), (26, "100%", 1)]
)
def test_twenty_letters_a_second_can_be_read_and_twenty_five_be_followed(
    letters: int, share: str, too_fast: int
) -> None:
    cue = Cue(Fraction(1), Fraction(2), ("x" * letters,))

    found = judge(replace(spoken((0, 10_000)), cues=(cue,))).check(CheckName.READING_SPEED)

    assert share in found.reasons[0].text
    assert [(one.start_ms, one.end_ms, one.code) for one in found.reasons[1:]] == [
        (1_000, 2_000, "too_fast")
    ] * too_fast


@pytest.mark.parametrize(
    ("audio", "told"),
    [
        (AudioFacts(-38.0, -3.0, 0.001, 15.0), []),
        (AudioFacts(-38.1, -3.0, 0.001, 15.0), ["quiet"]),
        (AudioFacts(-38.0, -3.0, 0.0011, 15.0), ["overdriven"]),
        (AudioFacts(-38.0, -3.0, 0.001, 14.9), ["noisy"]),
        (AudioFacts(-38.1, -3.0, 0.0011, 14.9), ["quiet", "overdriven", "noisy"]),
    ],
)
def test_sound_on_the_bound_is_good(audio: AudioFacts, told: list[str]) -> None:
    assert codes(replace(spoken((0, 10_000)), audio=audio), CheckName.AUDIO_QUALITY) == told


@pytest.mark.parametrize(("cancelled_ms", "is_told"), [(999, False), (1_000, True)])
def test_channels_that_cancel_each_other_for_a_second_are_told_once(cancelled_ms: int, is_told: bool) -> None:
    audio = AudioFacts(-26.0, -3.0, 0.0, 30.0, cancelled_ms)

    report = judge(replace(spoken((0, 10_000)), audio=audio))

    assert sum("cancel each other" in note for note in report.notes) == is_told
    assert sum("cancel each other" in one.text for one in report.check(CheckName.AUDIO_QUALITY).reasons) == is_told


@pytest.mark.parametrize(
    ("cue", "timecode", "said"),
    [
        (None, None, "It is so."),
        (7, None, "Caption 7: It is so."),
        (None, "00:00:10;00", "At 00:00:10;00: It is so."),
        (7, "00:00:10;00", "Caption 7 at 00:00:10;00: It is so."),
    ],
)
def test_a_finding_says_where_as_far_as_that_is_known(cue: int | None, timecode: str | None, said: str) -> None:
    finding = Finding("long", "It is so.", Severity.WARNING, cue, timecode)

    check = judge(replace(spoken((0, 10_000)), findings=(finding,))).check(CheckName.SCC_VALIDITY)

    assert check.reasons == (Reason(said, code="long"),)


@pytest.mark.parametrize(
    ("speakers", "score"),
    [((None,), 0.0), (("Clerk",), 1.0), (("Clerk", "Clerk"), 1.0), (("", None), 1.0)],
)
def test_the_first_caption_is_a_mark_where_it_names_somebody(speakers: tuple[str | None, ...], score: float) -> None:
    words = (Word("one", 10_000, 10_300, "Chair"), Word("two", 20_000, 20_300, "Clerk"))
    cues = tuple(Cue(Fraction(20 + n), Fraction(21 + n), ("Two.",), speaker) for n, speaker in enumerate(speakers))

    check = judge(Evidence(duration_ms=60_000, words=words, cues=cues)).check(CheckName.SPEAKER_CHANGES)

    assert check.score == score


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (Worth(5_000, 2_000, 0.6), Worth(4_000, 9_000, 0.1), (True, "4.0 s in doubt after 5.0 s")),
        (Worth(5_000, 2_000, 0.6), Worth(6_000, 0, 0.9), (False, "6.0 s in doubt after 5.0 s")),
        (Worth(5_000, 2_000, 0.6), Worth(4_001, 1_000, 0.1), (True, "1.0 s without words after 2.0 s")),
        (Worth(5_000, 2_000, 0.6), Worth(5_999, 3_000, 0.9), (False, "3.0 s without words after 2.0 s")),
        (Worth(5_000, 2_000, 0.6), Worth(5_000, 1_001, 0.612), (True, "the engine is 61.2% sure after 60.0%")),
        (Worth(5_000, 2_000, 0.6), Worth(5_000, 2_999, 0.5), (False, "the engine is 50.0% sure after 60.0%")),
        (Worth(5_000, 2_000, 0.6), Worth(4_001, 1_001, 0.6), (False, "both are alike")),
    ],
)
def test_which_result_is_kept_and_the_words_for_it(first: Worth, second: Worth, verdict: tuple[bool, str]) -> None:
    assert is_better(second, first) == verdict


@pytest.mark.parametrize(
    ("inside_ms", "concerned"), [(2_999, [1]), (3_000, [0, 1])], ids=["less than three seconds", "three seconds"]
)
def test_a_slice_holds_a_hole_that_reaches_three_seconds_into_it(inside_ms: int, concerned: list[int]) -> None:
    slices = [Span(0, 100_000), Span(100_000, 200_000)]
    plain = spoken((0, 90_000), (150_000, 190_000))
    holed = replace(plain, speech=(*(plain.speech or ()), Span(100_000 - inside_ms, 140_000)))

    assert list(sent_back(holed, judge(holed), Thresholds(), slices)) == concerned


def test_the_worth_of_a_result_counts_every_kind_of_doubt() -> None:
    plain = replace(spoken((0, 100_000)), speech=(Span(0, 100_000), Span(200_000, 204_000)))
    engine = EngineFacts(inaudible=(Span(300_000, 301_000),), smaller_model=(Span(400_000, 402_000),))

    assert worth_of(plain, [], Thresholds()) == Worth(4_000, 4_000, 0.9)
    assert worth_of(replace(plain, engine=engine), [(500_000, 505_000)], Thresholds()) == Worth(12_000, 4_000, 0.9)
    tagged = replace(plain, sounds=(Sound(SoundKind.MUSIC, 199_000, 205_000),))
    assert worth_of(tagged, [], Thresholds()) == Worth(0, 4_000, 0.9)
    marked = replace(plain, sounds=(Sound(SoundKind.INAUDIBLE, 199_000, 205_000),))
    assert worth_of(marked, [], Thresholds()) == Worth(4_000, 4_000, 0.9)


@pytest.mark.parametrize(("count", "shown"), [(19, 19), (20, 20), (21, 20)])
def test_twenty_reasons_are_enough_for_a_person_to_begin(good: Evidence, count: int, shown: int) -> None:
    reasons = tuple(Reason(f"Number {n}.", n, n + 1, "so") for n in range(count))
    doubtful = Check(CheckName.AUDIO_QUALITY, 0.5, Verdict.DOUBT, reasons)

    report = replace(judge(good), checks=(doubtful,))

    assert [one.text for one in review_reasons(report)] == [f"Number {n}." for n in range(shown)]


def test_a_check_without_reasons_is_told_by_its_score(good: Evidence) -> None:
    report = replace(judge(good), checks=(Check(CheckName.AUDIO_QUALITY, 0.254, Verdict.FAIL),))

    (told,) = review_reasons(report)

    assert (told.code, told.check, told.start_ms) == ("audio_quality", "audio_quality", None)
    assert told.text == "The check of audio quality scores 0.25."


def test_second_decodes_are_carried_over_whole(meeting_of: Callable[[int], Evidence]) -> None:
    one = SecondDecode(2, 60_000, 120_000, ("Because.",), "first", "both are alike")

    report = judge(replace(meeting_of(3), engine=EngineFacts(second_decodes=(one,))), second_decode_done=True)

    assert (report.second_decodes, report.second_decode_done, report.is_demonstration) == ((one,), True, False)
    assert (report.duration_ms, report.words, report.cues) == (48_000, 90, 12)
