"""When something is due next, said in the station's own time: pure, and right across changes of the clock.

A rule has the five fields of cron: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday). A field
is ``*`` or a list of numbers, ranges and steps: ``0 19 * * *`` is every evening at seven, ``*/15 * * * *`` every
quarter of an hour, ``15 */2 * * 1-5`` every second hour at a quarter past on working days. Where both day fields are
restricted, either is enough.

When clocks change, a rule that names hours is due once for each of its times: one that does not exist (02:30 in spring)
is due when the gap ends, and one that exists twice (in autumn) the first time. A rule of every hour goes by the time
that passes: it is due in both of two equal hours, and in no time that does not exist.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.errors import InvalidInput

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
_LONGEST_S = 200
"""Characters of a rule; every minute of a list fits."""
_LOOK_AHEAD = 366 * 8 + 2
"""Days; 29 February is at most eight years away."""
_LARGEST_CHANGE = timedelta(hours=3)
"""By which a clock is put back at most."""


@dataclass(frozen=True, slots=True)
class WallTimes:
    """A rule that was read."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """0 is Sunday."""
    either_day: bool
    """Both day fields are restricted."""

    @property
    def passes_through(self) -> bool:
        """Whether it is of every hour, and so goes by the time that passes."""
        return len(self.hours) == 24

    def names_day(self, day: date) -> bool:
        """Whether it is due on this day."""
        if day.month not in self.months:
            return False
        by_date, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return by_date or by_weekday if self.either_day else by_date and by_weekday


def read_rule(text: str) -> WallTimes:
    """Raises ``InvalidInput`` (``bad_schedule``) with what is wrong."""
    parts = text.split() if len(text) <= _LONGEST_S else []
    if len(parts) != len(_FIELDS):
        raise _bad("it has five fields: minute, hour, day of the month, month, day of the week")
    values = [_read_field(part, *field) for part, field in zip(parts, _FIELDS, strict=True)]
    return WallTimes(
        minutes=tuple(sorted(values[0])),
        hours=tuple(sorted(values[1])),
        days=frozenset(values[2]),
        months=frozenset(values[3]),
        weekdays=frozenset(value % 7 for value in values[4]),
        either_day=not (parts[2].startswith("*") or parts[4].startswith("*")),
    )


def zone_of(name: str) -> ZoneInfo:
    """Raises ``InvalidInput`` (``unknown_timezone``) for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            f"There is no time zone {name!r}; one looks like America/Chicago.", code="unknown_timezone"
        ) from error


def same_wall_time(at: datetime, before: ZoneInfo, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which clocks of ``zone`` show what those of ``before`` show at ``at``."""
    return at.astimezone(before).replace(tzinfo=zone).astimezone(UTC)


def next_due(rule: WallTimes, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first moment after ``after``, in UTC; None for a rule that is never due, such as 30 February."""
    here = after.astimezone(zone).replace(tzinfo=None)
    first = here.date() - timedelta(days=1)
    for ahead in range(_LOOK_AHEAD):
        day = first + timedelta(days=ahead)
        if not rule.names_day(day):
            continue
        due: datetime | None = None
        for wall in _walls(rule, day):
            if rule.passes_through and wall < here - _LARGEST_CHANGE:
                continue
            if due is not None and wall > due.astimezone(zone).replace(tzinfo=None) + _LARGEST_CHANGE:
                break
            due = min(
                (at for at in _moments(rule, zone, wall) if at > after and (due is None or at < due)), default=due
            )
        if due is not None:
            return due
    return None


def _walls(rule: WallTimes, day: date) -> Iterator[datetime]:
    return (datetime.combine(day, time(hour, minute)) for hour in rule.hours for minute in rule.minutes)


def _moments(rule: WallTimes, zone: ZoneInfo, wall: datetime) -> list[datetime]:
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        return [] if rule.passes_through else [_end_of_gap(wall, zone)]
    return [first, wall.replace(tzinfo=zone, fold=1).astimezone(UTC)] if rule.passes_through else [first]


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clock jumps over a time that does not exist."""
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # by the offset after the jump, so before it
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def _read_field(text: str, what: str, lowest: int, highest: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        read = re.fullmatch(r"(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?", part, re.ASCII)
        if read is None:
            raise _bad(f"{part!r} is no {what}")
        everything, first, last, step = read.groups()
        begin = lowest if everything else int(first)
        end = highest if everything or (step and not last) else int(last or first)
        if not lowest <= begin <= end <= highest or step in {"0", "00"}:
            raise _bad(f"a {what} is a number from {lowest} to {highest}, not {part!r}")
        found |= set(range(begin, end + 1, int(step or 1)))
    return found


def _bad(why: str) -> InvalidInput:
    return InvalidInput(f"A schedule's rule cannot be read: {why}.", code="bad_schedule")
