"""Names of recordings as operators write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.vod.recording_name import NamedDate, NameFacts, read_name


@pytest.mark.parametrize(
    ("name", "show_id", "reel", "title", "day"),
    [
        ("17837-1-Birchwood City Council (20220412).mp4", 17837, 1, "Birchwood City Council", NamedDate(4, 12, 2022)),
        ("13959-1-Grant City Council_(20190102).mp4", 13959, 1, "Grant City Council", NamedDate(1, 2, 2019)),
        ("14013-Grant Special Meeting (20190129).mp4", 14013, None, "Grant Special Meeting", NamedDate(1, 29, 2019)),
        (
            "16380 - Lake Elmo Public Safety Comittee 11092020.mov",
            16380,
            None,
            "Lake Elmo Public Safety Comittee",
            NamedDate(11, 9, 2020),
        ),
        ("21459-1-Lake Elmo EDA - 7_29.mp4", 21459, 1, "Lake Elmo EDA", NamedDate(7, 29)),
        ("White Bear Lake Shortest Marathon.mp4", None, None, "White Bear Lake Shortest Marathon", None),
        ("123-5-city-meeting.mpg", 123, 5, "city meeting", None),
        ("10-my-show.mpg", 10, None, "my show", None),
        ("2101-1-Maplewood City Council (20260914).mp4", 2101, 1, "Maplewood City Council", NamedDate(9, 14, 2026)),
        ("2101-2.mp4", 2101, 2, "", None),
    ],
)
def test_show_reel_title_and_date_are_read(
    name: str, show_id: int | None, reel: int | None, title: str, day: NamedDate | None
) -> None:
    facts = read_name(name)

    assert (facts.show_id, facts.reel, facts.title, facts.date) == (show_id, reel, title, day)


@pytest.mark.parametrize("name", ["2022-04-12 Council.mp4", "2022-4-12.mp4", "2022 - 04 - 12 - Council.mp4"])
def test_a_name_that_begins_with_a_date_has_no_show_id(name: str) -> None:
    facts = read_name(name)

    assert facts.show_id is None
    assert facts.date is None or facts.date == NamedDate(4, 12, 2022)


def test_the_date_at_the_beginning_is_still_read() -> None:
    assert read_name("2022-04-12 Council.mp4").date == NamedDate(4, 12, 2022)


def test_a_show_id_that_looks_like_a_year_is_a_show_id() -> None:
    assert read_name("2026-1-Council.mp4").show_id == 2026
    assert read_name("2022-4-12th Street Hearing.mp4").show_id == 2022


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("20260914", NamedDate(9, 14, 2026)),
        ("09142026", NamedDate(9, 14, 2026)),
        ("091426", NamedDate(9, 14, 2026)),
        ("9-14-26", NamedDate(9, 14, 2026)),
        ("9-14-2026", NamedDate(9, 14, 2026)),
        ("2026-09-14", NamedDate(9, 14, 2026)),
        ("2026_9_14", NamedDate(9, 14, 2026)),
        ("9.14.2026", NamedDate(9, 14, 2026)),
        ("9_14", NamedDate(9, 14)),
        ("2_29", NamedDate(2, 29)),
        ("20261399", None),
        ("13_45", None),
        ("99999999", None),
    ],
)
def test_dates_are_read_however_they_are_written(written: str, day: NamedDate | None) -> None:
    assert read_name(f"2101-1-Council {written}.mp4").date == day


def test_without_a_year_the_nearest_such_day_counts() -> None:
    new_year = NamedDate(12, 30)

    assert new_year.days_from(date(2026, 1, 2)) == 3
    assert NamedDate(2, 29).days_from(date(2023, 3, 1)) == 365
    assert NamedDate(7, 29, 2020).days_from(date(2021, 7, 29)) == 365


def test_the_folder_does_not_matter() -> None:
    assert read_name("flex-1/2026/2101-1-Council.mp4") == read_name("2101-1-Council.mp4")
    assert read_name("\\\\flex\\drive\\2101-1-Council.mp4").show_id == 2101


@pytest.mark.parametrize("name", ["5023-1-new\nline.mp4", "5023-1-\\back\\slash.mp4", "5023-1-tab\tand\rreturn.mp4"])
def test_signs_that_no_name_should_have_hide_no_show(name: str) -> None:
    facts = read_name(name)

    assert (facts.show_id, facts.reel) == (5023, 1)


@given(st.text(max_size=80))
def test_no_name_is_too_strange_to_be_read(name: str) -> None:
    assert isinstance(read_name(name), NameFacts)
