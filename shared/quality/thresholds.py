"""The numbers that the checks compare with; a city may override each of them.

Every measured quantity is turned into a score by a straight line between a value at which nothing is wrong (score 1)
and one at which the matter is lost (score 0). The defaults are starting values taken from published caption rules
where one exists (``docs/quality.md`` names the source of each) and are meant to be tuned on a station's own meetings.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from shared.errors import InvalidInput


class CheckName(StrEnum):
    """The matters looked at, in the order of a report."""

    FILE_INTEGRITY = "file_integrity"
    SCC_VALIDITY = "scc_validity"
    TIMING_ACCURACY = "timing_accuracy"
    COMPLETENESS = "completeness"
    AUDIO_QUALITY = "audio_quality"
    ESTIMATED_ACCURACY = "estimated_accuracy"
    READING_SPEED = "reading_speed"
    SPEAKER_CHANGES = "speaker_changes"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a check passes, when it fails, and what "good" and "lost" are for each measured quantity."""

    pass_score: float = 0.7
    """A check at or above this passes."""
    fail_score: float = 0.4
    """A check below this fails, or below its own pass score where that is lower; in between a person should look."""
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

    accuracy_review: float = 0.87
    """A smaller share of right words, and a person looks, unless ``pass_scores`` has another bar for that check."""
    uncertain_confidence: float = 0.7
    """A word of which the engine is less sure is uncertain, and its place is listed."""
    low_confidence: float = 0.5
    """A run of words whose mean confidence is below this is listed for a person to hear."""
    invented_review_words: int = 8
    """More words than this where no voice is heard, or in a loop, and a person looks."""
    language_review: float = 0.7
    """A language that was found out from the sound, and is less probable than this, and a person looks."""

    fast_cps: float = 20.0
    """Characters per second that are hard to read (Netflix, adult programmes)."""
    too_fast_cps: float = 25.0
    """Characters per second that most people cannot follow."""
    fast_share_lost: float = 1.0
    too_fast_share_lost: float = 0.4

    def __post_init__(self) -> None:
        """Raise InvalidInput for values that would make a verdict meaningless."""
        for name in (each.name for each in fields(self) if each.name != "pass_scores"):
            _check_number(name, getattr(self, name))
        for name, value in self.pass_scores.items():
            if name not in list(CheckName):
                raise _bad(f"There is no check {name!r}; the checks are {', '.join(CheckName)}.")
            _check_number(name, value, most=1.0)
        _check_order(self)
        object.__setattr__(self, "pass_scores", MappingProxyType(dict(self.pass_scores)))

    def pass_score_of(self, check: str) -> float:
        """The score at which the named check passes."""
        return self.pass_scores.get(check, self.pass_score)

    def fail_score_of(self, check: str) -> float:
        """The score below which the named check fails: what passes cannot fail, however low a city sets its bar."""
        return min(self.fail_score, self.pass_score_of(check))

    @property
    def accuracy_review_score(self) -> float:
        """The estimated accuracy below which a person looks: a city's own bar for that check, where it has one."""
        return self.pass_scores.get(CheckName.ESTIMATED_ACCURACY, self.accuracy_review)

    def changed(self) -> dict[str, object]:
        """What differs from the usual numbers, for the record."""
        usual = Thresholds()
        scores = {"pass_scores": dict(self.pass_scores)} if self.pass_scores else {}
        names = (each.name for each in fields(self) if each.name != "pass_scores")
        return {name: getattr(self, name) for name in names if getattr(self, name) != getattr(usual, name)} | scores

    def overridden(self, values: Mapping[str, object]) -> "Thresholds":
        """These thresholds with a city's own values in place; one that cannot be used raises InvalidInput."""
        if not isinstance(values, Mapping):
            raise _bad("Quality thresholds are numbers by name, such as snr_good_db and 12.")
        known = {each.name: each.type for each in fields(self)}
        if unknown := sorted(set(values) - set(known)):
            raise _bad(f"Unknown quality threshold: {', '.join(unknown)}.")
        scores = values.get("pass_scores", {})
        if not isinstance(scores, Mapping):
            raise _bad("pass_scores maps names of checks to scores, such as completeness to 0.9.")
        named: dict[str, Any] = {name: value for name, value in values.items() if name != "pass_scores"}
        for name, value in named.items():
            _check_number(name, value)
            if known[name] is int:
                if value != int(value):
                    raise _bad(f"{name} must be a whole number, not {value:g}.")
                named[name] = int(value)
        return replace(self, pass_scores={**self.pass_scores, **scores}, **named)


_AT_MOST_ONE = ("share", "score", "coverage", "clipped", "confidence", "language", "accuracy")
_MAY_BE_NEGATIVE = ("dbfs", "_db")


def _check_number(name: str, value: object, *, most: float = 1e9) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _bad(f"{name} must be a number, not {value!r}.")
    most = 1.0 if any(part in name for part in _AT_MOST_ONE) else most
    least = -200.0 if name.endswith(_MAY_BE_NEGATIVE) else 0.0
    if not least <= value <= most:
        raise _bad(f"{name} must lie between {least:g} and {most:g}, not {value:g}.")


def _check_order(thresholds: Thresholds) -> None:
    """What is good must lie on the side of what is lost on which the defaults have it."""
    usual: dict[str, Any] = {each.name: each.default for each in fields(thresholds)}
    for name in (name for name in usual if "_good" in name and name.replace("_good", "_lost") in usual):
        opposite = name.replace("_good", "_lost")
        good, lost = getattr(thresholds, name), getattr(thresholds, opposite)
        better_high = usual[name] > usual[opposite]
        if good == lost or (good > lost) != better_high:
            side = "above" if better_high else "below"
            raise _bad(f"{name} ({good:g}) must be {side} {opposite} ({lost:g}).")


def _bad(message: str) -> InvalidInput:
    return InvalidInput(message, code="bad_threshold")


def score_between(value: float, *, lost: float, good: float) -> float:
    """0 at ``lost``, 1 at ``good``, straight in between, never outside; either end may be the larger one."""
    if lost == good:
        return 1.0 if value == good else 0.0
    return min(1.0, max(0.0, (value - lost) / (good - lost)))
