"""Why a person should look at captions before they are published: a few codes with sentences, for their row."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from shared.quality.gate import asks_for_eyes
from shared.quality.report import Check, QualityReport, Reason, Verdict

MOST = 20
"""What is more than this does not help a person to begin; the report has everything."""


@dataclass(frozen=True, slots=True)
class ReviewReason:
    """One of the reasons, with the place to listen to where there is one."""

    code: str
    check: str
    text: str
    start_ms: int | None
    end_ms: int | None


def review_reasons(report: QualityReport) -> list[ReviewReason]:
    """What speaks against the captions in every check that asks for a person; empty where none does."""
    asking = [check for check in report.checks if check.verdict is Verdict.FAIL or asks_for_eyes(check)]
    found = [
        ReviewReason(reason.code or check.name.value, check.name.value, reason.text, reason.start_ms, reason.end_ms)
        for check in asking
        for reason in _against(check)
    ]
    return found[:MOST]


def as_rows(reasons: list[ReviewReason]) -> list[dict[str, Any]]:
    """For a JSON column."""
    return [asdict(reason) for reason in reasons]


def _against(check: Check) -> Iterator[Reason]:
    """The reasons that speak against the captions; where a score alone does, the sentence that tells it."""
    against = [reason for reason in check.reasons if reason.code is not None]
    if against:
        yield from against
    elif check.reasons:
        yield check.reasons[0]
    else:
        yield Reason(f"The check of {check.name.replace('_', ' ')} scores {check.score or 0:.2f}.")
