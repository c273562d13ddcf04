"""Whose meeting it is, from names, shows and drives, and what its city or the station says of it."""

from uuid import UUID

import pytest

from shared.rules import Facts, Field, Match, NamedCity, ShowFacts, Terms, decide, rules_of_cities, rules_of_terms

TOWN, CITY, GRANT, DRIVE = (UUID(int=number) for number in (1, 2, 3, 4))
CITIES = [
    NamedCity(CITY, ("White Bear", "WBL"), "White Bear Lake"),
    NamedCity(TOWN, ("White Bear Township",), "White Bear Township"),
    NamedCity(GRANT, ("Grant", "-", ""), "Grant"),
]


def city_of(name: str, default: UUID | None = None, show: str | None = None) -> UUID | None:
    rules = rules_of_cities(CITIES, mount_id=DRIVE, mount_city=default)
    facts = Facts(name, mount_id=DRIVE, show=ShowFacts(7, show) if show is not None else None)
    found: UUID | None = decide(rules, facts).value(Field.CITY)
    return found


@pytest.mark.parametrize(
    ("name", "city"),
    [
        ("14321-1-White Bear City Council (20261103).mp4", CITY),
        ("14321-1-white_bear_township-board.mp4", TOWN),
        ("WBL.Planning.mp4", CITY),
        ("Grant City Council.mp4", GRANT),
        ("Grant/Council.mp4", None),
        ("Immigrant Services.mp4", None),
        ("Council - 2.mp4", None),
    ],
)
def test_the_longest_whole_words_in_the_name_decide(name: str, city: UUID | None) -> None:
    assert city == city_of(name)


def test_the_mounts_city_is_the_answer_only_when_no_word_decides() -> None:
    assert city_of("Council.mp4", default=TOWN) == TOWN
    assert city_of("Grant.mp4", default=TOWN) == GRANT
    assert city_of("Council.mp4", default=UUID(int=99)) is None


def test_the_title_of_the_show_is_believed_before_the_name() -> None:
    assert city_of("Grant.mp4", show="White Bear Township Board") == TOWN
    assert city_of("Grant.mp4", show="Board") == GRANT


def test_a_citys_terms_win_over_the_stations_field_by_field_and_say_so() -> None:
    rules = (
        *rules_of_cities(CITIES, mount_id=DRIVE, mount_city=None),
        *rules_of_terms(Terms(priority=9, include_summary=False), "Settings of Grant", Match(city_id=GRANT)),
        *rules_of_terms(Terms(1, "en", include_summary=True), "The station's own choice"),
    )

    grant, other = decide(rules, Facts("Grant.mp4")), decide(rules, Facts("Council.mp4"))

    fields = (Field.PRIORITY, Field.LANGUAGE, Field.INCLUDE_SUMMARY, Field.MODEL)
    assert [grant.value(each) for each in fields] == [5, "en", False, None]
    assert [other.value(each) for each in fields] == [1, "en", True, None]
    assert grant.choices[Field.PRIORITY].sentence() == "Priority is 5: Settings of Grant, for it is of this city."
    assert grant.choices[Field.CITY].sentence("Grant") == (
        "City is Grant: Title words of Grant, for the file's name has 'Grant'."
    )


@pytest.mark.parametrize(("priority", "taken"), [(-3, 1), (0, 1), (1, 1), (4, 4), (5, 5), (6, 5)])
def test_a_priority_lies_between_one_and_five(priority: int, taken: int) -> None:
    assert decide(rules_of_terms(Terms(priority=priority), "x"), Facts("a")).value(Field.PRIORITY) == taken
