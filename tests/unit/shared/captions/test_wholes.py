"""Numbers and tallies: several words that are one thing to the reader."""

import pytest

from shared.captions.wholes import AFTER_SCALE, INSIDE_NUMBER, inside_numbers, inside_tallies, number_across


@pytest.mark.parametrize(
    "text",
    [
        "six to one",
        "6 to 1 with 2 abstaining",
        "seven to two in favor",
        "four ayes, two nays, and one abstention",
        "three in favor, one opposed",
        "zero yes and seven no",
        "ayes five, noes two, absent one",
    ],
)
def test_a_tally_is_one_thing_from_its_first_word_to_its_last(text: str) -> None:
    words = f"and voted {text}, so it carries".split()

    assert list(inside_tallies(words)) == list(range(3, 2 + len(text.split())))


@pytest.mark.parametrize(
    "text", ["one of the two", "from ten to the end", "no one is for it", "vote yes on item seven"]
)
def test_what_only_looks_like_a_tally_is_none(text: str) -> None:
    assert list(inside_tallies(text.split())) == []


@pytest.mark.parametrize(
    "text",
    [
        "eight point three million dollars",
        "eight hundred forty seven thousand dollars",
        "forty-seven thousand",
        "one hundred and twelve",
        "$8.3 million",
        "304 thousand euros",
    ],
)
def test_a_number_is_one_thing(text: str) -> None:
    words = f"about {text} for it".split()
    count = len(text.split()) - text.endswith("euros")  # the unit is a matter of two neighbours

    assert [at for at, _ in inside_numbers(words)] == list(range(2, 1 + count))


def test_two_numbers_with_and_between_them_are_two() -> None:
    assert list(inside_numbers(["items", "seven", "and", "eight"])) == []


def test_a_number_that_ends_with_a_comma_has_ended() -> None:
    assert list(inside_numbers(["in", "lot", "nine,", "twelve", "people"])) == []


def test_the_width_of_a_number_is_that_of_all_its_words() -> None:
    upper, lower = ["of", "nine", "thousand", "one", "hundred"], ["and", "seven", "dollars,"]

    assert number_across(upper, lower) == len("nine thousand one hundred and seven dollars,")
    assert number_across(["the"], ["nine"]) == 0


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("5% million", [(1, INSIDE_NUMBER)]),
        ("twenty- five", [(1, INSIDE_NUMBER)]),
        ("$5 million, two", [(1, INSIDE_NUMBER)]),
        ("two thousand. five", [(1, INSIDE_NUMBER)]),
        ("two thousand five", [(1, INSIDE_NUMBER), (2, AFTER_SCALE)]),
        ("nine thousand and one hundred", [(1, 300.0), (2, 150.0), (3, 300.0), (4, 300.0)]),
        ("one hundred and $5", [(1, INSIDE_NUMBER)]),
        ("two hundred and 1999", [(1, INSIDE_NUMBER)]),
        ("one hundred and", [(1, INSIDE_NUMBER)]),
        ("one hundred and so", [(1, INSIDE_NUMBER)]),
        ("five and six", []),
        ("first two", []),
        ("two second", []),
        ("eight percent", [(1, INSIDE_NUMBER)]),
        ("eight hundred cents", [(1, INSIDE_NUMBER), (2, AFTER_SCALE)]),
        ("eight dollars four", [(1, INSIDE_NUMBER)]),
        ('Two (Hundred) "thousand"', [(1, INSIDE_NUMBER)]),
    ],
)
def test_what_the_end_of_a_row_costs_inside_a_number(text: str, inside: list[tuple[int, float]]) -> None:
    assert list(inside_numbers(text.split())) == inside


@pytest.mark.parametrize(
    ("upper", "lower", "width"),
    [
        ("of two", "thousand", len("two thousand")),
        ("two", "hundred and five dollars more", len("two hundred and five dollars")),
        ("of two", "people", 0),
        ("a total of", "two thousand", 0),
        ("", "two thousand", 0),
        ("two thousand", "", 0),
        ("one two, three", "four", len("three four")),
    ],
)
def test_only_the_number_that_is_torn_counts(upper: str, lower: str, width: int) -> None:
    assert number_across(upper.split(), lower.split()) == width
