"""The values a quality report is made of."""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.quality.evidence import SecondDecode
from shared.quality.spans import Span
from shared.quality.thresholds import CheckName, Thresholds


class Verdict(StrEnum):
    """What one check, or the report as a whole, says."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    UNKNOWN = "unknown"
    """There was nothing to measure; no score is given, and none is made up."""
    DOUBT = "doubt"
    FAIL = "fail"


class Outcome(StrEnum):
    """What happens next to the transcription."""

    COMPLETED = "completed"
    NEEDS_REVIEW = "needs_review"
    DECODE_AGAIN = "decode_again"
    """The speech engine gets one more try with safer settings before a person is asked."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence for a person and, where there is one, the place to listen to."""

    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    code: str | None = None
    """What speaks against the captions, for a program; None for a plain fact."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of looking at one matter."""

    name: CheckName
    score: float | None
    """0 (lost) to 1 (nothing wrong), three decimals; None when it could not be measured."""
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class QualityReport:
    """All checks of one recording's captions and what follows from them."""

    outcome: Outcome
    verdict: Verdict
    score: float
    """Mean of the measured scores, for sorting and trends; the outcome never rests on it."""
    checks: tuple[Check, ...]
    duration_ms: int
    words: int
    cues: int
    is_demonstration: bool = False
    notes: tuple[str, ...] = ()
    """What a reader should know that no check can put into a score."""
    estimated_accuracy: float | None = None
    """Share of the words that are probably right, 0 to 1; None where the engine reports no confidences."""
    uncertain: tuple[Span, ...] = ()
    """Where words stand of which the engine is not sure, each with its neighbours: the first places to listen to."""
    second_decode_done: bool = field(default=False)
    second_decodes: tuple[SecondDecode, ...] = ()
    """Which slices were decoded again because of an earlier report, and which of their two results these captions
    are made of."""

    def check(self, name: CheckName) -> Check:
        """The check of that name."""
        return next(each for each in self.checks if each.name is name)


def scored(
    name: CheckName, score: float, reasons: list[Reason], thresholds: Thresholds, *, needs_eyes: bool = False
) -> Check:
    """A check whose verdict follows from its score; ``needs_eyes`` turns a pass into a doubt."""
    score = round(score, 3)
    if score < thresholds.fail_score_of(name):
        verdict = Verdict.FAIL
    elif needs_eyes or score < thresholds.pass_score_of(name):
        verdict = Verdict.DOUBT
    else:
        verdict = Verdict.PASS
    return Check(name, score, verdict, tuple(reasons))


def counted(number: int, what: str) -> str:
    """``1 place``, ``2 places``: a number with the noun that it counts."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def not_measured(name: CheckName, why: str) -> Check:
    """A check that says openly that there was nothing to measure."""
    return Check(name, None, Verdict.UNKNOWN, (Reason(why, code="not_measured"),))
