"""What must hold for any evidence whatever."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.captions.model import Cue, Finding, Severity, Sound, SoundKind, Word
from shared.quality import (
    AudioFacts,
    CheckName,
    EngineFacts,
    Evidence,
    Outcome,
    ProbeFacts,
    Span,
    Verdict,
    from_json,
    judge,
    review_reasons,
    to_json,
)
from shared.quality.spans import common, joined, total_ms, without

moments = st.integers(0, 600_000)
spans = st.builds(lambda a, b: Span(min(a, b), max(a, b)), moments, moments)
stretches = st.lists(spans, max_size=12).map(tuple)
words = st.lists(
    st.builds(
        lambda at, text, speaker, sure: Word(text, at, at + 300, speaker, sure),
        moments,
        st.text(max_size=8),
        st.sampled_from([None, "A", "B"]),
        st.none() | st.floats(0, 1),
    ),
    max_size=40,
).map(lambda found: tuple(sorted(found, key=lambda word: word.start_ms)))
cues = st.lists(
    st.builds(lambda at, row: Cue(Fraction(at, 1000), Fraction(at, 1000) + 2, (row,)), moments, st.text(max_size=32)),
    max_size=20,
).map(lambda found: tuple(sorted(found, key=lambda cue: cue.start)))
evidences = st.builds(
    Evidence,
    duration_ms=st.integers(0, 700_000),
    words=words,
    cues=cues,
    sounds=st.lists(
        st.builds(lambda kind, span: Sound(kind, *span), st.sampled_from(SoundKind), spans), max_size=4
    ).map(tuple),
    speech=st.none() | stretches,
    findings=st.none()
    | st.lists(st.builds(Finding, st.just("x"), st.just("X."), st.sampled_from(Severity))).map(tuple),
    audio=st.none()
    | st.builds(AudioFacts, st.floats(-120, 0), st.floats(-120, 0), st.floats(0, 1), st.none() | st.floats(-20, 90)),
    probe=st.none()
    | st.builds(ProbeFacts, moments, st.none() | moments, st.none() | moments, st.just(("odd packet",))),
    engine=st.builds(EngineFacts, inaudible=stretches),
)


@given(evidences, st.booleans())
def test_scores_lie_between_0_and_1_and_the_report_survives_its_file(evidence: Evidence, again: bool) -> None:
    report = judge(evidence, second_decode_done=again)

    assert 0 <= report.score <= 1
    assert all(check.score is None or 0 <= check.score <= 1 for check in report.checks)
    assert from_json(to_json(report)) == report


@given(evidences)
def test_a_second_decode_is_never_followed_by_a_third(evidence: Evidence) -> None:
    assert judge(evidence, second_decode_done=True).outcome is not Outcome.DECODE_AGAIN


@given(evidences)
def test_only_captions_without_any_doubt_are_completed(evidence: Evidence) -> None:
    report = judge(evidence)

    assert (report.outcome is Outcome.COMPLETED) == (report.verdict is Verdict.PASS)


@given(evidences)
def test_whatever_asks_for_a_person_says_why_in_a_code_and_a_sentence(evidence: Evidence) -> None:
    report = judge(evidence, second_decode_done=True)

    reasons = review_reasons(report)

    assert bool(reasons) == (report.outcome is not Outcome.COMPLETED)
    assert all(reason.code and reason.text and reason.check in list(CheckName) for reason in reasons)


@given(st.lists(st.integers(0, 899), unique=True), st.lists(st.integers(0, 899), unique=True))
@settings(deadline=None)
def test_more_missing_speech_never_raises_completeness(
    meeting_of: Callable[[int], Evidence], lost: list[int], lost_too: list[int]
) -> None:
    whole = meeting_of(30)

    def completeness(gone: set[int]) -> float:
        kept = tuple(word for at, word in enumerate(whole.words) if at not in gone)
        return judge(replace(whole, words=kept)).check(CheckName.COMPLETENESS).score or 0.0

    assert completeness({*lost, *lost_too}) <= completeness({*lost})


@given(stretches, spans)
def test_speech_heard_where_no_words_are_never_raises_completeness(
    meeting_of: Callable[[int], Evidence], speech: tuple[Span, ...], more: Span
) -> None:
    whole = replace(meeting_of(3), speech=speech)
    wordless = Span(more.start_ms + 60_000, more.end_ms + 60_000)

    before = judge(whole).check(CheckName.COMPLETENESS).score or 0.0
    after = judge(replace(whole, speech=(*speech, wordless))).check(CheckName.COMPLETENESS).score or 0.0

    assert after <= before


@given(stretches, stretches)
def test_cutting_and_keeping_share_the_time_between_them(one: tuple[Span, ...], other: tuple[Span, ...]) -> None:
    assert total_ms(without(one, other)) + total_ms(common(one, other)) == total_ms(one)
    assert common(without(one, other), other) == []
    assert total_ms(common(one, other)) == total_ms(common(other, one))
    assert joined(one) == joined(reversed(one))
