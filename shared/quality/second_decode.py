"""What a second decode is worth: which slices the gate sends back, and which of two results it keeps.

Only where the gate has failed a check that another decode may help does anything go back, and of the recording only
the slices in which the reasons lie. A reason without a place concerns them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from shared.quality.accuracy import mistrusted_places
from shared.quality.completeness import coverage, wordless_places
from shared.quality.evidence import Evidence
from shared.quality.gate import HELPED_BY_DECODING
from shared.quality.report import QualityReport, Reason, Verdict
from shared.quality.spans import Span, common, total_ms
from shared.quality.thresholds import CheckName, Thresholds

_INSIDE_MS = 3_000
"""So much of a place must lie in a slice, or half of it: what is weak is found a dozen words at a time, and the edge of
such a stretch is as good as its neighbours."""
_ALIKE_MS = 1_000
"""Two results whose lengths in doubt differ by less are alike in that."""


def sent_back(
    evidence: Evidence, report: QualityReport, thresholds: Thresholds, slices: Sequence[Span]
) -> dict[int, tuple[str, ...]]:
    """Index of each slice that goes back, and why, in sentences. A slice in which nobody speaks never does."""
    spoken = [index for index, part in enumerate(slices) if common(evidence.speech or (), [part])]
    why: dict[int, list[str]] = {}
    for check in report.checks:
        if check.verdict is not Verdict.FAIL or check.name not in HELPED_BY_DECODING:
            continue
        if check.name is CheckName.COMPLETENESS:
            places = wordless_places(evidence, thresholds, slices)
        else:
            places = mistrusted_places(evidence, thresholds)
        found = [(index, place.text) for place in places for index in spoken if _holds(slices[index], place)]
        if not found:
            found = [(index, check.reasons[0].text) for index in spoken]
        for index, text in found:
            why.setdefault(index, []).append(text)
    return {index: tuple(dict.fromkeys(why[index])) for index in sorted(why)}


def _holds(part: Span, place: Reason) -> bool:
    assert place.start_ms is not None and place.end_ms is not None
    inside = min(part.end_ms, place.end_ms) - max(part.start_ms, place.start_ms)
    return inside > 0 and inside >= min(_INSIDE_MS, (place.end_ms - place.start_ms) / 2)


@dataclass(frozen=True, slots=True)
class Worth:
    """What can be said for and against one result of one slice, without knowing what was really said."""

    doubtful_ms: int
    """Time that a person would have to hear: speech without words, ``[inaudible]``, doubts of the guards, loops, words
    over silence, weak stretches, all that a smaller model than the wanted one heard."""
    wordless_ms: int
    """Speech that has no words, the part of it that carries a mark or a sound included."""
    confidence: float
    """Mean of the words; 0 without any."""


def worth_of(evidence: Evidence, doubts: Sequence[tuple[int, int]], thresholds: Thresholds) -> Worth:
    """Weigh one slice's result; ``doubts`` are the stretches that the guards were not sure of."""
    speech_ms = total_ms(evidence.speech or ())
    found = coverage(evidence)
    mistrusted = [(place.start_ms or 0, place.end_ms or 0) for place in mistrusted_places(evidence, thresholds)]
    engine = evidence.engine
    known = [word.confidence for word in evidence.words if word.confidence is not None]
    return Worth(
        doubtful_ms=total_ms([*found.holes, *engine.inaudible, *engine.smaller_model, *doubts, *mistrusted]),
        wordless_ms=speech_ms - found.covered_ms,
        confidence=round(fmean(known), 3) if known else 0.0,
    )


def is_better(second: Worth, first: Worth) -> tuple[bool, str]:
    """Whether the second result takes the first one's place, and why, as the rest of a sentence.

    Less time in doubt wins; where that is alike (within a second), more speech with words; where that is alike too, the
    higher confidence; and where nothing tells them apart the first stays.
    """
    for what, before, after in (
        ("in doubt", first.doubtful_ms, second.doubtful_ms),
        ("without words", first.wordless_ms, second.wordless_ms),
    ):
        if abs(before - after) >= _ALIKE_MS:
            return after < before, f"{_seconds(after)} {what} after {_seconds(before)}"
    if second.confidence != first.confidence:
        return second.confidence > first.confidence, (
            f"the engine is {second.confidence:.1%} sure after {first.confidence:.1%}"
        )
    return False, "both are alike"


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.1f} s"
