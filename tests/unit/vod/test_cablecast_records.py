"""Dates of a server that the calendar of UTC does not have are no dates."""

from datetime import UTC, datetime

import pytest

from services.vod.gateways.cablecast_models import ScheduleItem, Show


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-06:00"])
def test_a_date_outside_of_the_calendar_is_none(date: str) -> None:
    assert Show.model_validate({"id": 1, "eventDate": date}).event_at is None
    assert ScheduleItem.model_validate({"id": 1, "runDateTime": date}).starts_at is None


@pytest.mark.parametrize("bump", [10**12, 10**30, -(10**12), 300_000_000_000])
def test_a_bump_out_of_the_calendar_leaves_no_date(bump: int) -> None:
    item = ScheduleItem.model_validate({"id": 1, "runDateTime": "2026-12-01T10:00:00-06:00", "runBump": bump})

    assert item.starts_at is None


def test_any_other_date_is_what_the_server_says() -> None:
    item = ScheduleItem.model_validate({"id": 1, "runDateTime": "2026-12-01T10:00:00-06:00", "runBump": 60})

    assert item.starts_at == datetime(2026, 12, 1, 16, 1, tzinfo=UTC)
    assert Show.model_validate({"id": 1, "eventDate": "0001-01-01T00:00:00-06:00"}).event_at is not None
