"""Whose meeting it is and when it was, from the name."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from services.ingest.rules import CaptionTerms, CityRule, choose_city, recorded_on, terms_for

TOWN, CITY, GRANT = (UUID(int=number) for number in (1, 2, 3))
CITIES = [
    CityRule(CITY, ("White Bear", "WBL")),
    CityRule(TOWN, ("White Bear Township",)),
    CityRule(GRANT, ("Grant",), priority=9, settings={"language": "es", "model": "large-v3"}),
]


def city_of(name: str, default: UUID | None = None) -> UUID | None:
    city = choose_city(name, CITIES, default)
    return city.city_id if city else None


@pytest.mark.parametrize(
    ("name", "city"),
    [
        ("14321-1-White Bear City Council (20261103).mp4", CITY),
        ("14321-1-white_bear_township-board.mp4", TOWN),
        ("WBL.Planning.mp4", CITY),
        ("Grant City Council.mp4", GRANT),
        ("Immigrant Services.mp4", None),
        ("Council.mp4", None),
    ],
)
def test_the_longest_whole_words_in_the_name_decide(name: str, city: UUID | None) -> None:
    assert city == city_of(name)


def test_the_mounts_city_is_the_answer_only_when_no_word_decides() -> None:
    assert city_of("Council.mp4", default=TOWN) == TOWN
    assert city_of("Grant.mp4", default=TOWN) == GRANT
    assert city_of("Council.mp4", default=UUID(int=99)) is None


@pytest.mark.parametrize(
    "name",
    [
        "14321-1-Council (20261103).mp4",
        "Council 2026-11-03.mp4",
        "Council_2026_11_3.mp4",
        "Council 11-03-2026.mp4",
        "council 11.3.26.mp4",
        "11_03_26 Council.mp4",
    ],
)
def test_a_date_in_the_name_is_read_at_noon(name: str) -> None:
    assert recorded_on(name) == datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Council.mp4", "14321-1-C.mp4", "20261399.mp4", "1202611031.mp4", "99-99-26.mp4"])
def test_what_is_no_date_is_not_taken_for_one(name: str) -> None:
    assert recorded_on(name) is None


def test_a_citys_choices_win_over_the_stations() -> None:
    station = terms_for(None, language="en", include_summary=True)

    assert station == CaptionTerms("en", None, include_summary=True, priority=1)
    assert terms_for(CITIES[2], language="en", include_summary=True) == CaptionTerms("es", "large-v3", True, 5)


def test_the_engine_a_city_has_chosen_goes_with_its_recordings() -> None:
    city = CityRule(uuid4(), (), settings={"engine": "whisperx"})

    assert terms_for(city, language="en", include_summary=True).settings == {"engine": "whisperx"}
    assert terms_for(None, language="en", include_summary=True).settings == {}


def test_a_date_that_cannot_be_is_passed_over_for_one_that_can() -> None:
    assert recorded_on("20261399 and 20261103.mp4") == datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert recorded_on("20261399 Council 2026-11-03.mp4") == datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(("priority", "taken"), [(-3, 1), (0, 1), (1, 1), (4, 4), (5, 5), (6, 5)])
def test_a_priority_lies_between_one_and_five(priority: int, taken: int) -> None:
    assert terms_for(CityRule(TOWN, (), priority=priority), language="en", include_summary=True).priority == taken


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("station", [True, False])
def test_a_city_decides_about_its_summary_either_way(own: bool, station: bool) -> None:
    decided = CityRule(TOWN, (), settings={"include_summary": own})

    assert terms_for(decided, language="en", include_summary=station).include_summary is own
    assert terms_for(CityRule(TOWN, ()), language="en", include_summary=station).include_summary is station


def test_words_that_are_no_letters_choose_no_city() -> None:
    assert choose_city("Council - 2.mp4", [CityRule(TOWN, ("-", ""))], None) is None
