"""Does a recording belong to a show? The id in its name is checked against the show; without one, shows are suggested.

Cablecast itself ties a file to a show by the id in its name, so a name is believed unless the show contradicts it.
A date that contradicts always goes to a person: the usual mistake is last month's id typed again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import Enum
from typing import Any
from unicodedata import category, normalize

from services.vod.gateways.cablecast_models import Reel, Show
from services.vod.recording_name import NamedDate, NameFacts

_TOKEN = re.compile(r"[^\W_]+")
# They stand in the titles of all meetings and tell none from another.
_GENERIC = frozenset(["a", "an", "and", "at", "for", "in", "meeting", "mtg", "of", "on", "regular", "the", "video"])
_SAME_WORD = 0.85  # "comittee" is "committee"; "grant" is not "great"
_TITLE_FITS, _TITLE_CONTRADICTS = 0.8, 0.7
_DATE_FITS_DAYS, _DATE_CONTRADICTS_DAYS = 1, 7
_LENGTH_FITS, _LENGTH_CONTRADICTS, _LENGTH_SLACK_S = 0.1, 0.25, 120
_WEIGHTS = {"title": 0.5, "date": 0.35, "length": 0.15}
_WORTH_SUGGESTING = 0.35


class _Says(Enum):
    FITS = "fits"
    NOTHING = "nothing"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True, slots=True)
class _MatchCheck:
    says: _Says
    reason: str
    score: float | None = None
    """0 to 1; None when there was nothing to compare."""


@dataclass(frozen=True, slots=True)
class LinkVerdict:
    """Whether the show named by a recording may be taken without asking, and why."""

    show_id: int
    is_certain: bool
    reasons: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A show that a person may choose."""

    show_id: int
    title: str
    event_at: datetime | None
    score: float
    """0 to 1; good for sorting, no probability."""
    reasons: tuple[str, ...]

    def as_facts(self) -> dict[str, Any]:
        """For a JSON column."""
        event_at = self.event_at.isoformat() if self.event_at else None
        facts = {"show_id": self.show_id, "title": self.title, "event_at": event_at}
        return facts | {"score": self.score, "reasons": list(self.reasons)}


def verify_link(
    facts: NameFacts, show: Show, reels: Sequence[Reel] = (), *, duration_ms: int | None = None
) -> LinkVerdict:
    """Compare what a recording's name (and length) says with the show whose id it carries."""
    reel_trouble = _reel_trouble(facts, reels)
    checks = _checks(facts, show, _reel_of(facts, reels), duration_ms)
    fitting = sum(check.says is _Says.FITS for check in checks.values())
    against = [name for name, check in checks.items() if check.says is _Says.CONTRADICTS]
    outvoted = fitting >= 2 and against in (["title"], ["length"])
    is_certain = reel_trouble is None and fitting >= 1 and (not against or outvoted)
    reasons = [check.reason for check in checks.values()]
    return LinkVerdict(
        show.id, is_certain, tuple([reel_trouble, *reasons] if reel_trouble else reasons), _score(checks)
    )


def suggest(
    shows: Sequence[Show], facts: NameFacts, *, duration_ms: int | None = None, most: int = 5
) -> list[Suggestion]:
    """The shows that fit best, the best first; none that fits badly."""
    suggestions = []
    for show in {show.id: show for show in shows}.values():
        checks = _checks(facts, show, None, duration_ms)
        reasons = tuple(check.reason for check in checks.values() if check.score is not None)
        score = _score(checks)
        if score >= _WORTH_SUGGESTING:
            suggestions.append(Suggestion(show.id, show.title or "", show.event_at, score, reasons))
    return sorted(suggestions, key=lambda suggestion: (-suggestion.score, -suggestion.show_id))[:most]


def _checks(facts: NameFacts, show: Show, reel: Reel | None, duration_ms: int | None) -> dict[str, _MatchCheck]:
    length_s = reel.length_s if reel and reel.length_s else show.run_time_s
    return {
        "title": _check_title(facts.title, show),
        "date": _check_date(facts.date, show),
        "length": _check_length(duration_ms, length_s),
    }


def _score(checks: dict[str, _MatchCheck]) -> float:
    """The weighted mean of what could be compared, less sure the less that was."""
    known = {name: check.score for name, check in checks.items() if check.score is not None}
    weight = sum(_WEIGHTS[name] for name in known)
    if not weight:
        return 0.0
    mean = sum(_WEIGHTS[name] * score for name, score in known.items()) / weight
    return round(mean * (0.5 + 0.5 * weight), 3)


def _check_title(title: str, show: Show) -> _MatchCheck:
    named = _tokens(title)
    titles = [text for text in (show.title, show.public_title) if text]
    if not named or not titles:
        return _MatchCheck(_Says.NOTHING, "The name has no title to compare.")
    share, best = max(((_share_of(named, _tokens(text)), text) for text in titles), key=lambda pair: pair[0])
    if share >= _TITLE_FITS:
        return _MatchCheck(_Says.FITS, f"The title fits: {best!r}.", share)
    if share < _TITLE_CONTRADICTS:
        return _MatchCheck(_Says.CONTRADICTS, f"The name says {title!r}, the show is called {best!r}.", share)
    return _MatchCheck(_Says.NOTHING, f"The title fits in part: {title!r} and {best!r}.", share)


def _check_date(named: NamedDate | None, show: Show) -> _MatchCheck:
    if named is None or show.event_at is None:
        return _MatchCheck(_Says.NOTHING, "There is no date to compare.")
    event = show.event_at.date()  # with the server's own offset, so this is the day at the station
    days = named.days_from(event)
    score = max(0.0, 1.0 - max(0, days - _DATE_FITS_DAYS) / 14)
    if days <= _DATE_FITS_DAYS:
        return _MatchCheck(_Says.FITS, f"The date fits: {event}.", score)
    if days > _DATE_CONTRADICTS_DAYS:
        return _MatchCheck(_Says.CONTRADICTS, f"The date in the name is {days} days from the show's, {event}.", score)
    return _MatchCheck(_Says.NOTHING, f"The date in the name is {days} days from the show's, {event}.", score)


def _check_length(duration_ms: int | None, length_s: int | None) -> _MatchCheck:
    if not duration_ms or not length_s:  # an untimed reel is 0 seconds long
        return _MatchCheck(_Says.NOTHING, "There is no running time to compare.")
    lasts_s = round(duration_ms / 1000)
    apart = abs(lasts_s - length_s)
    share = apart / max(length_s, lasts_s)
    score = max(0.0, 1.0 - share)
    told = f"the recording lasts {_spoken(lasts_s)}, the show {_spoken(length_s)}."
    if share <= _LENGTH_FITS:
        return _MatchCheck(_Says.FITS, f"The running time fits: {told}", score)
    if share > _LENGTH_CONTRADICTS and apart > _LENGTH_SLACK_S:
        return _MatchCheck(_Says.CONTRADICTS, f"The running times differ: {told}", score)
    return _MatchCheck(_Says.NOTHING, f"The running time fits in part: {told}", score)


def _reel_of(facts: NameFacts, reels: Sequence[Reel]) -> Reel | None:
    if facts.reel is None:
        return reels[0] if len(reels) == 1 else None
    return next((reel for reel in reels if reel.number == facts.reel), None)


def _reel_trouble(facts: NameFacts, reels: Sequence[Reel]) -> str | None:
    if not reels or _reel_of(facts, reels) is not None:
        return None
    if facts.reel is None:
        return f"The show has {len(reels)} reels, and the name does not say which."
    return f"The show has no reel {facts.reel}."


def _share_of(named: list[str], title: list[str]) -> float:
    """Share of the name's words that the title has too, as they are, misspelt, or behind initials."""
    initials = "".join(word[0] for word in title)
    return sum(_is_in(word, title, initials) for word in named) / len(named)


def _is_in(word: str, title: list[str], initials: str) -> bool:
    if word in title or (len(word) in (2, 3, 4, 5) and word in initials and word.isalpha()):
        return True
    return len(word) > 3 and any(SequenceMatcher(None, word, other).ratio() >= _SAME_WORD for other in title)


def _tokens(text: str) -> list[str]:
    plain = "".join(letter for letter in normalize("NFKD", text.casefold()) if category(letter) != "Mn")
    words = [word for word in _TOKEN.findall(plain) if not word.isdigit()]
    return [word for word in words if word not in _GENERIC]


def _spoken(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
