"""A quality report as ``quality.json``: a stable form that other programs may rely on.

Fields are only ever added; a change of meaning raises the number in ``schema``.
"""

import json
from dataclasses import asdict
from typing import Any

from shared.errors import InvalidInput
from shared.quality.evidence import SecondDecode
from shared.quality.report import Check, Outcome, QualityReport, Reason, Verdict
from shared.quality.spans import Span
from shared.quality.thresholds import CheckName

SCHEMA = "archivist.quality/1"


def to_json(report: QualityReport) -> str:
    """The report as indented JSON with a final line feed; the same report always gives the same text."""
    return json.dumps(_as_object(report), indent=2, ensure_ascii=False) + "\n"


def _as_object(report: QualityReport) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "outcome": report.outcome.value,
        "verdict": report.verdict.value,
        "score": report.score,
        "is_demonstration": report.is_demonstration,
        "second_decode_done": report.second_decode_done,
        "second_decodes": [asdict(one) for one in report.second_decodes],
        "duration_ms": report.duration_ms,
        "words": report.words,
        "cues": report.cues,
        "estimated_accuracy": report.estimated_accuracy,
        "uncertain": [list(span) for span in report.uncertain],
        "notes": list(report.notes),
        "checks": [
            {
                "name": check.name.value,
                "score": check.score,
                "verdict": check.verdict.value,
                "reasons": [
                    {
                        "text": reason.text,
                        "start_ms": reason.start_ms,
                        "end_ms": reason.end_ms,
                        "code": reason.code,
                    }
                    for reason in check.reasons
                ],
            }
            for check in report.checks
        ],
    }


def from_json(text: str) -> QualityReport:
    """The report that ``to_json`` wrote; InvalidInput when the text is no report, or of a later schema."""
    try:
        found = json.loads(text)
        if found["schema"] != SCHEMA:
            raise InvalidInput(f"This quality report has the schema {found['schema']}, known is {SCHEMA}.")
        return QualityReport(
            outcome=Outcome(found["outcome"]),
            verdict=Verdict(found["verdict"]),
            score=found["score"],
            checks=tuple(_check(each) for each in found["checks"]),
            duration_ms=found["duration_ms"],
            words=found["words"],
            cues=found["cues"],
            is_demonstration=found["is_demonstration"],
            estimated_accuracy=found.get("estimated_accuracy"),  # the release before has neither
            uncertain=tuple(Span(*span) for span in found.get("uncertain", ())),
            notes=tuple(found["notes"]),
            second_decode_done=found["second_decode_done"],
            second_decodes=tuple(
                SecondDecode(**{**one, "because": tuple(one["because"])}) for one in found.get("second_decodes", ())
            ),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"This is not a quality report: {error}.", code="not_a_quality_report") from error


def _check(found: dict[str, Any]) -> Check:
    return Check(
        CheckName(found["name"]),
        found["score"],
        Verdict(found["verdict"]),
        tuple(Reason(each["text"], each["start_ms"], each["end_ms"], each.get("code")) for each in found["reasons"]),
    )
