"""When a recording was made, by its name, and how it is to be captioned, as the rules decided."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from shared.rules import Decision, Field


def recorded_on(file_name: str) -> datetime | None:
    """The meeting's date in a file name, at noon UTC so that it is the same day all over America; None without one.

    Read are 20261103, 2026-11-03, 2026_11_03, 11-03-2026 and 11.03.26 (month first), also without leading zeros.
    """
    for pattern, order in _DATES:
        for match in re.finditer(pattern, file_name):
            year, month, day = (int(match[name]) for name in order)
            try:
                return datetime(year + 2000 if year < 100 else year, month, day, 12, tzinfo=UTC)
            except ValueError:
                continue
    return None


@dataclass(frozen=True, slots=True)
class CaptionTerms:
    """How one recording is to be captioned."""

    city_id: UUID | None
    language: str
    model: str | None
    include_summary: bool
    output_format: str
    priority: int
    settings: Mapping[str, str] = field(default_factory=dict)
    """What the transcriber needs to know beyond that, such as the engine."""


def terms_of(decision: Decision) -> CaptionTerms:
    """The decision as a transcription needs it."""
    engine = decision.value(Field.ENGINE)
    return CaptionTerms(
        city_id=decision.value(Field.CITY),
        language=decision.value(Field.LANGUAGE),
        model=decision.value(Field.MODEL),
        include_summary=decision.value(Field.INCLUDE_SUMMARY),
        output_format=decision.value(Field.OUTPUT_FORMAT),
        priority=decision.value(Field.PRIORITY),
        settings={"engine": engine} if engine else {},
    )


_DATES: Sequence[tuple[str, tuple[str, str, str]]] = (
    (r"(?<!\d)(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)", ("y", "m", "d")),
    (r"(?<!\d)(?P<y>20\d\d)[-_. ](?P<m>\d\d?)[-_. ](?P<d>\d\d?)(?!\d)", ("y", "m", "d")),
    (r"(?<!\d)(?P<m>\d\d?)[-_. ](?P<d>\d\d?)[-_. ](?P<y>20\d\d|\d\d)(?!\d)", ("y", "m", "d")),
)
