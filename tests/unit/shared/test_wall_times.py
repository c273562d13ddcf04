"""When a schedule is due next: in every zone, over every change of its clock, once."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.wall_times import next_due, read_rule, zone_of

CHICAGO = ZoneInfo("America/Chicago")
# Clocks that change by an hour, by half an hour, at midnight, twice in a year around Ramadan, over a whole day, never.
ZONES = [
    "America/Chicago",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
]
zones = st.sampled_from([ZoneInfo(name) for name in ZONES])
moments = st.datetimes(datetime(2006, 1, 1), datetime(2036, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
clock_times = st.tuples(st.integers(0, 23), st.integers(0, 59))
rules = st.sampled_from(
    ["*/15 * * * *", "0 * * * *", "0 19 * * *", "15 */2 * * *", "45 3 * * *", "30 2 * * *", "0 0 * * 1", "5 1,2 1 * *"]
)


def _runs(rule: str, zone: ZoneInfo, begin: datetime, count: int) -> list[datetime]:
    runs, at = [], begin
    for _ in range(count):
        due = next_due(read_rule(rule), zone, at)
        assert due is not None
        runs.append(due)
        at = due
    return runs


def _local(runs: list[datetime], zone: ZoneInfo) -> list[str]:
    return [f"{run.astimezone(zone):%m-%d %H:%M}" for run in runs]


def test_an_evening_run_stays_in_the_evening_when_the_clocks_change() -> None:
    spring = _runs("0 19 * * *", CHICAGO, datetime(2026, 3, 7, 12, tzinfo=UTC), 3)

    assert _local(spring, CHICAGO) == ["03-07 19:00", "03-08 19:00", "03-09 19:00"]
    assert [run.hour for run in spring] == [1, 0, 0]


def test_a_time_that_does_not_exist_is_due_when_the_gap_ends() -> None:
    runs = _runs("30 2 * * *", CHICAGO, datetime(2026, 3, 7, 9, tzinfo=UTC), 2)

    assert _local(runs, CHICAGO) == ["03-08 03:00", "03-09 02:30"]


def test_a_time_that_exists_twice_is_due_the_first_time() -> None:
    runs = _runs("30 1 * * *", CHICAGO, datetime(2026, 10, 31, 12, tzinfo=UTC), 2)

    assert runs == [datetime(2026, 11, 1, 6, 30, tzinfo=UTC), datetime(2026, 11, 2, 7, 30, tzinfo=UTC)]


def test_every_quarter_of_an_hour_passes_through_both_equal_hours_and_over_the_gap() -> None:
    autumn = _runs("*/15 * * * *", CHICAGO, datetime(2026, 11, 1, 5, 59, tzinfo=UTC), 9)
    spring = _runs("*/15 * * * *", CHICAGO, datetime(2026, 3, 8, 7, 44, tzinfo=UTC), 2)

    assert [run.strftime("%H:%M") for run in autumn][::4] == ["06:00", "07:00", "08:00"]
    assert _local(autumn, CHICAGO)[::4] == ["11-01 01:00", "11-01 01:00", "11-01 02:00"]
    assert _local(spring, CHICAGO) == ["03-08 01:45", "03-08 03:00"]


def test_two_times_in_one_gap_are_one_run() -> None:
    runs = _runs("15,30 2 * * *", CHICAGO, datetime(2026, 3, 8, 7, tzinfo=UTC), 2)

    assert _local(runs, CHICAGO) == ["03-08 03:00", "03-09 02:15"]


def test_days_are_said_by_date_by_weekday_or_by_either() -> None:
    begin = datetime(2026, 11, 30, 23, tzinfo=UTC)  # a Monday

    assert _local(_runs("0 1 13 * *", ZoneInfo("UTC"), begin, 2), ZoneInfo("UTC")) == ["12-13 01:00", "01-13 01:00"]
    assert _local(_runs("0 1 * * 0", ZoneInfo("UTC"), begin, 1), ZoneInfo("UTC")) == ["12-06 01:00"]
    assert _local(_runs("0 1 * * 7", ZoneInfo("UTC"), begin, 1), ZoneInfo("UTC")) == ["12-06 01:00"]
    assert _local(_runs("0 1 13 * 1-2", ZoneInfo("UTC"), begin, 4), ZoneInfo("UTC")) == [
        "12-01 01:00", "12-07 01:00", "12-08 01:00", "12-13 01:00"
    ]  # fmt: skip


def test_leap_days_are_waited_for_and_impossible_days_never_come() -> None:
    assert next_due(read_rule("0 0 29 2 *"), ZoneInfo("UTC"), datetime(2096, 3, 1, tzinfo=UTC)) == datetime(
        2104, 2, 29, tzinfo=UTC
    )
    assert next_due(read_rule("0 0 30 2 *"), CHICAGO, datetime(2026, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    "rule",
    ["", "* * * *", "60 * * * *", "* 24 * * *", "0 0 0 * *", "*/0 * * * *", "5-1 * * * *", "x * * * *", "* " * 300],
)
def test_a_rule_that_is_none_is_refused(rule: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_rule(rule)


@pytest.mark.parametrize("name", ["", "Chicago", "../etc/passwd", "America/", "x" * 5000])
def test_a_zone_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="no time zone"):
        zone_of(name)


@given(rules, zones, moments)
def test_what_is_due_next_lies_ahead_and_nothing_is_due_before_it(rule: str, zone: ZoneInfo, after: datetime) -> None:
    due = next_due(read_rule(rule), zone, after)

    assert due is not None
    assert due > after
    assert due.tzinfo is UTC
    assert next_due(read_rule(rule), zone, due - timedelta(microseconds=1)) == due
    middle = after + (due - after) / 2
    assert next_due(read_rule(rule), zone, middle) == due


@given(clock_times, zones, st.dates(date(2006, 1, 1), date(2035, 1, 1)))
@example((2, 30), CHICAGO, date(2026, 3, 6))
@example((1, 30), CHICAGO, date(2026, 10, 30))
@example((0, 0), ZoneInfo("America/Sao_Paulo"), date(2018, 11, 2))
@example((2, 15), ZoneInfo("Australia/Lord_Howe"), date(2024, 10, 4))
def test_a_daily_rule_is_due_once_a_day_at_its_time_or_at_the_end_of_a_gap(
    at: tuple[int, int], zone: ZoneInfo, first: date
) -> None:
    hour, minute = at
    begin = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC) - timedelta(seconds=1)
    runs = _runs(f"{minute} {hour} * * *", zone, begin, 5)

    for run in runs:
        wall = run.astimezone(zone)
        jumped = wall.utcoffset() != (run - timedelta(seconds=1)).astimezone(zone).utcoffset()
        assert (wall.hour, wall.minute, wall.second) == (hour, minute, 0) or jumped
    days = [run.astimezone(zone).date() for run in runs]
    # A day that a zone left out altogether ends where the next one begins, so its run falls on that.
    assert days == sorted(set(days)) or zone.key == "Pacific/Apia"
    assert all((later - earlier).days <= 2 for earlier, later in pairwise(days))


@given(st.sampled_from([5, 10, 15, 30]), zones, moments)
def test_a_rule_of_every_hour_goes_by_the_time_that_passes(minutes: int, zone: ZoneInfo, begin: datetime) -> None:
    runs = _runs(f"*/{minutes} * * * *", zone, begin, 12)

    gaps = {later - earlier for earlier, later in pairwise(runs)}
    assert gaps == {timedelta(minutes=minutes)}
