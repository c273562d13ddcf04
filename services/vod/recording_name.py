"""What the name of a recording says: the show and reel it belongs to, its title, and its date.

Stations write names by hand and by many hands. ``<ShowID>-<Reel>`` at the beginning is the rule of Cablecast itself;
dates come as YYYYMMDD, MMDDYYYY, with separators, with two digits for the year, or without a year.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

_KEY = re.compile(r"^\s*(?P<show>\d{1,7})\s*-\s*(?:(?P<reel>\d{1,3})(?:\s*-\s*|\s+|$))?(?P<rest>.*)$", re.DOTALL)
_OF_WINDOWS = re.compile(r"(?:[A-Za-z]:|\\)\\")
# "2022-04-12 Council" would read as show 2022, reel 4.
_ISO_BEGINNING = re.compile(
    r"^\s*(?:19|20)\d\d\s*-\s*(?:0?[1-9]|1[0-2])\s*-\s*(?:0?[1-9]|[12]\d|3[01])(?!\d|st|nd|rd|th)"
)

_SEPARATED_YEAR_FIRST = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)[-_./ ](?P<m>\d{1,2})[-_./ ](?P<d>\d{1,2})(?!\d)")
_SEPARATED_YEAR_LAST = re.compile(r"(?<!\d)(?P<m>\d{1,2})[-_./](?P<d>\d{1,2})[-_./](?P<y>(?:19|20)?\d\d)(?!\d)")
_EIGHT_DIGITS = re.compile(r"(?<!\d)(?P<digits>\d{8})(?!\d)")
_SIX_DIGITS = re.compile(r"(?<!\d)(?P<m>\d\d)(?P<d>\d\d)(?P<y>\d\d)(?!\d)")
_NO_YEAR = re.compile(r"(?<!\d)(?P<m>\d{1,2})[_./](?P<d>\d{1,2})(?!\d)")
_FILLING = re.compile(r"[\s_\-–—.()\[\]]+")
_EARLIEST, _LATEST = 1970, 2099


@dataclass(frozen=True, slots=True)
class NamedDate:
    """A date as far as the name gives it; ``year`` is None for ``7_29``."""

    month: int
    day: int
    year: int | None = None

    def days_from(self, other: date) -> int:
        """Days between this date and another; without a year, to the nearest such day."""
        years = [self.year] if self.year is not None else [other.year - 1, other.year, other.year + 1]
        distances = [abs((day - other).days) for year in years if (day := _real_date(year, self.month, self.day))]
        return min(distances, default=366)


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What a recording's name says."""

    stem: str
    show_id: int | None = None
    """None when the name does not begin with ``<ShowID>-``."""
    reel: int | None = None
    """None when the name gives none; then the show should have a single reel."""
    title: str = ""
    date: NamedDate | None = None


def read_name(name: str) -> NameFacts:
    """Take a file name (or a whole path) apart; never raises, for there is no wrong name."""
    # In a name that Linux gives, a backslash is a letter like any other.
    stem = PurePath(name.replace("\\", "/") if _OF_WINDOWS.match(name) else name).stem
    match = None if _ISO_BEGINNING.match(stem) else _KEY.match(stem)
    rest = match["rest"] if match else stem
    named_date, title = _take_date(rest)
    return NameFacts(
        stem=stem,
        show_id=int(match["show"]) if match else None,
        reel=int(match["reel"]) if match and match["reel"] else None,
        title=_FILLING.sub(" ", title).strip(),
        date=named_date,
    )


def _take_date(text: str) -> tuple[NamedDate | None, str]:
    """The date in a text, and the text without it. Of several, the last: dates stand at the end."""
    for pattern in (_SEPARATED_YEAR_FIRST, _SEPARATED_YEAR_LAST, _EIGHT_DIGITS, _SIX_DIGITS, _NO_YEAR):
        for match in reversed(list(pattern.finditer(text))):
            if found := _date_of(match):
                return found, f"{text[: match.start()]} {text[match.end() :]}"
    return None, text


def _date_of(match: re.Match[str]) -> NamedDate | None:
    parts = match.groupdict()
    if digits := parts.get("digits"):
        year_first = _checked(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        return year_first or _checked(int(digits[4:]), int(digits[:2]), int(digits[2:4]))
    month, day = int(parts["m"]), int(parts["d"])
    if parts.get("y") is None:
        # 2024 is a leap year, so that 2_29 is a day of some year.
        return NamedDate(month, day) if _real_date(2024, month, day) else None
    year = int(parts["y"])
    return _checked(year + 2000 if year < 100 else year, month, day)


def _checked(year: int, month: int, day: int) -> NamedDate | None:
    plausible = _EARLIEST <= year <= _LATEST and _real_date(year, month, day)
    return NamedDate(month, day, year) if plausible else None


def _real_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
