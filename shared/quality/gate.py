"""From evidence to a verdict, and from the verdict to what happens next.

The gate looks at each check by itself: a mean over all checks would let perfect loudness pay for a missing hour.
"""

from shared.media.positions import clock, length
from shared.quality.accuracy import (
    check_estimated_accuracy,
    check_speaker_changes,
    estimated_accuracy,
    uncertain_places,
)
from shared.quality.completeness import check_completeness
from shared.quality.evidence import Evidence
from shared.quality.material import (
    channels_cancelling,
    check_audio_quality,
    check_file_integrity,
    check_scc_validity,
)
from shared.quality.report import Check, Outcome, QualityReport, Verdict
from shared.quality.thresholds import CheckName, Thresholds
from shared.quality.timing import check_reading_speed, check_timing_accuracy

CHECKS = (
    check_file_integrity,
    check_scc_validity,
    check_timing_accuracy,
    check_completeness,
    check_audio_quality,
    check_estimated_accuracy,
    check_reading_speed,
    check_speaker_changes,
)
REQUIRED = frozenset({CheckName.FILE_INTEGRITY, CheckName.SCC_VALIDITY, CheckName.COMPLETENESS})
"""Captions are not published unseen when one of these could not be measured."""
HELPED_BY_DECODING = frozenset({CheckName.COMPLETENESS, CheckName.ESTIMATED_ACCURACY})
"""Where another decode with safer settings can change the result."""
FATAL = frozenset({CheckName.FILE_INTEGRITY, CheckName.SCC_VALIDITY})
"""Where a person at the caption editor could not mend anything: the recording or our own writer is broken."""


def judge(
    evidence: Evidence, thresholds: Thresholds | None = None, *, second_decode_done: bool = False
) -> QualityReport:
    """Look at every matter and say what happens next; the same evidence always gives the same report."""
    thresholds = thresholds or Thresholds()
    checks = tuple(check(evidence, thresholds) for check in CHECKS)
    measured = [check.score for check in checks if check.score is not None]
    return QualityReport(
        outcome=_outcome(checks, second_decode_done),
        verdict=_verdict(checks),
        score=round(sum(measured) / len(measured), 3) if measured else 0.0,
        checks=checks,
        duration_ms=evidence.duration_ms,
        words=len(evidence.words),
        cues=len(evidence.cues),
        is_demonstration=evidence.engine.is_demonstration,
        estimated_accuracy=estimated_accuracy(evidence),
        uncertain=tuple(uncertain_places(evidence.words, thresholds.uncertain_confidence)),
        notes=(*_notes(evidence), *_of_the_sound(evidence, checks)),
        second_decode_done=second_decode_done,
        second_decodes=evidence.engine.second_decodes,
    )


def _verdict(checks: tuple[Check, ...]) -> Verdict:
    if any(check.verdict is Verdict.FAIL for check in checks):
        return Verdict.FAIL
    if any(asks_for_eyes(check) for check in checks):
        return Verdict.DOUBT
    return Verdict.PASS


def _outcome(checks: tuple[Check, ...], second_decode_done: bool) -> Outcome:
    failed = {check.name for check in checks if check.verdict is Verdict.FAIL}
    if failed & FATAL:
        return Outcome.FAILED
    if failed & HELPED_BY_DECODING and not second_decode_done:
        return Outcome.DECODE_AGAIN
    if failed or any(asks_for_eyes(check) for check in checks):
        return Outcome.NEEDS_REVIEW
    return Outcome.COMPLETED


def asks_for_eyes(check: Check) -> bool:
    """Whether a person should look because of this check."""
    return check.verdict is Verdict.DOUBT or (check.verdict is Verdict.UNKNOWN and check.name in REQUIRED)


def _notes(evidence: Evidence) -> list[str]:
    engine = evidence.engine
    notes = []
    if engine.is_demonstration:
        notes.append(
            "These words come from the demonstration model, which knows only made-up council sentences: "
            "they are no transcript of a real meeting."
        )
    notes.extend(f"The engine had to step down: {step}." for step in engine.degradations)
    notes.extend(engine.warnings)
    if engine.names_told < engine.names_known:
        notes.append(
            f"The engine was told {engine.names_told} of the {engine.names_known} names in the vocabulary, as "
            "many as its prompt has room for; all of them are used to put words right."
        )
    if engine.redecoded:
        total = length(sum(span.length_ms for span in engine.redecoded))
        many = len(engine.redecoded)
        what = "A suspicious stretch" if many == 1 else f"{many} suspicious stretches"
        notes.append(f"{what} ({total}) {'was' if many == 1 else 'were'} decoded a second time.")
    notes.extend(
        f"Slice {one.slice} ({clock(one.start_ms)} to {clock(one.end_ms)}) was decoded again with care; the {one.kept}"
        f" result was kept: {one.why}."
        for one in engine.second_decodes
    )
    return notes


def _of_the_sound(evidence: Evidence, checks: tuple[Check, ...]) -> list[str]:
    """What people hear of the sound although it passes; a check that does not pass says it among its reasons."""
    has_passed = any(check.name is CheckName.AUDIO_QUALITY and check.verdict is Verdict.PASS for check in checks)
    cancelling = channels_cancelling(evidence.audio) if evidence.audio and has_passed else None
    return [cancelling.text] if cancelling else []
