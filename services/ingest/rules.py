"""What a recording's name and its mount say about it: whose meeting it is, when it was, and how it is to be captioned.

A mount is not a city: one drive may hold three cities, and a spare drive any. Words in the file name decide first, the
mount's own city is the answer only when no word does.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.city import CitySettings, stored_settings


@dataclass(frozen=True, slots=True)
class CityRule:
    """What ingest needs to know about a city."""

    city_id: UUID
    title_words: tuple[str, ...]
    priority: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""


def choose_city(file_name: str, cities: Iterable[CityRule], default: UUID | None) -> CityRule | None:
    """The city whose title words stand in the name, the longest match winning; else the mount's; else none."""
    cities = tuple(cities)
    spoken = f" {_as_words(file_name)} "
    matches = [
        (len(words), city)
        for city in cities
        for words in map(_as_words, city.title_words)
        if words and f" {words} " in spoken
    ]
    if matches:
        return max(matches, key=lambda match: match[0])[1]
    return next((city for city in cities if city.city_id == default), None)


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

    language: str
    model: str | None
    include_summary: bool
    priority: int
    settings: Mapping[str, str] = field(default_factory=dict)
    """What the transcriber needs to know beyond that, such as the engine."""


def terms_for(city: CityRule | None, *, language: str, include_summary: bool) -> CaptionTerms:
    """The city's own choices over the station's; raises ``Unusable`` for choices that mean nothing any more."""
    chosen = stored_settings(city.name, city.settings) if city else CitySettings()
    return CaptionTerms(
        language=chosen.language or language,
        model=chosen.model,
        include_summary=include_summary if chosen.include_summary is None else chosen.include_summary,
        priority=min(5, max(1, city.priority)) if city else 1,
        settings={"engine": chosen.engine} if chosen.engine else {},
    )


_DATES: Sequence[tuple[str, tuple[str, str, str]]] = (
    (r"(?<!\d)(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)", ("y", "m", "d")),
    (r"(?<!\d)(?P<y>20\d\d)[-_. ](?P<m>\d\d?)[-_. ](?P<d>\d\d?)(?!\d)", ("y", "m", "d")),
    (r"(?<!\d)(?P<m>\d\d?)[-_. ](?P<d>\d\d?)[-_. ](?P<y>20\d\d|\d\d)(?!\d)", ("y", "m", "d")),
)


def _as_words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))
