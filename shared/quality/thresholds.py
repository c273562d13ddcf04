"""The numbers that the checks compare with; a city may override each of them.

Every measured quantity is turned into a score by a straight line between a value at which nothing is wrong (score 1)
and one at which the matter is lost (score 0). The defaults are starting values taken from published caption rules
where one exists (``docs/quality.md`` names the source of each) and are meant to be tuned on a station's own meetings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType

from shared.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a check passes, when it fails, and what "good" and "lost" are for each measured quantity."""

    pass_score: float = 0.7
    """A check at or above this passes."""
    fail_score: float = 0.4
    """A check below this fails; in between a person should look."""
    pass_scores: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """A pass score of its own for single checks, by check name."""

    decoded_share_good: float = 0.995
    decoded_share_lost: float = 0.90
    schedule_short_ms: int = 120_000
    """A recording this much, and 2 %, shorter than its scheduled run length is looked at by a person."""

    onset_good_ms: int = 1_500
    """How far a caption may stand before or after the voice (BBC subtitle guidelines: 1.5 s)."""
    onset_share_lost: float = 0.5
    drift_good_ms: int = 500
    """Change of the median offset between the first and the last third of a recording."""
    drift_lost_ms: int = 3_000

    coverage_good: float = 0.98
    """Share of the heard speech that must have words near it."""
    coverage_lost: float = 0.70
    uncovered_good_ms: int = 3_000
    """Longest single stretch of speech without words."""
    uncovered_lost_ms: int = 30_000
    inaudible_review_ms: int = 5_000
    """More than this marked ``[inaudible]`` and a person looks, whatever the score."""

    rms_good_dbfs: float = -38.0
    rms_lost_dbfs: float = -58.0
    clipped_good: float = 0.001
    clipped_lost: float = 0.02
    snr_good_db: float = 15.0
    snr_lost_db: float = 3.0

    low_confidence: float = 0.5
    """A run of words whose mean confidence is below this is listed for a person to hear."""
    invented_review_words: int = 8
    """More words than this where no voice is heard, or in a loop, and a person looks."""

    fast_cps: float = 20.0
    """Characters per second that are hard to read (Netflix, adult programmes)."""
    too_fast_cps: float = 25.0
    """Characters per second that most people cannot follow."""
    fast_share_lost: float = 1.0
    too_fast_share_lost: float = 0.4

    def __post_init__(self) -> None:
        """Raise InvalidInput for values that would make a verdict meaningless."""
        scores = {"pass_score": self.pass_score, "fail_score": self.fail_score, **self.pass_scores}
        for name, value in scores.items():
            if not 0 <= value <= 1:
                raise InvalidInput(f"{name} must lie between 0 and 1, not {value}.", code="bad_threshold")
        if self.fail_score > min([self.pass_score, *self.pass_scores.values()]):
            raise InvalidInput("fail_score must not be above a pass score.", code="bad_threshold")
        object.__setattr__(self, "pass_scores", MappingProxyType(dict(self.pass_scores)))

    def pass_score_of(self, check: str) -> float:
        """The score at which the named check passes."""
        return self.pass_scores.get(check, self.pass_score)

    def overridden(self, values: Mapping[str, object]) -> "Thresholds":
        """These thresholds with a city's own values in place; an unknown name raises InvalidInput."""
        known = {each.name for each in fields(self)}
        if unknown := sorted(set(values) - known):
            raise InvalidInput(f"Unknown quality threshold: {', '.join(unknown)}.", code="bad_threshold")
        return replace(self, **values)  # type: ignore[arg-type]


def score_between(value: float, *, lost: float, good: float) -> float:
    """0 at ``lost``, 1 at ``good``, straight in between, never outside; either end may be the larger one."""
    if lost == good:
        return 1.0 if value == good else 0.0
    return min(1.0, max(0.0, (value - lost) / (good - lost)))
