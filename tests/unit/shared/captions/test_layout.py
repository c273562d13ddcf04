"""Rows that are too wide for a screen of 32 columns, and where rows are put."""

import pytest

from shared.captions.layout import placed, widest, wrapped
from shared.captions.model import Align, Placement


@pytest.mark.parametrize(
    ("row", "lead", "fits"),
    [
        ("a" * 32, 0, True),
        ("a" * 33, 0, False),
        ("a" * 31, 1, True),
        ("a" * 32, 1, False),
        ("a" * 30 + "é", 0, True),
        ("a" * 31 + "é", 0, True),  # one of the basic characters
        ("a" * 30 + "Ü", 0, True),
        ("a" * 31 + "Ü", 0, False),  # an extended one must not stand in column 32
        ("a" * 30 + "Ü", 1, False),
    ],
)
def test_a_row_may_be_as_wide_as_its_codes_leave_it(row: str, lead: int, fits: bool) -> None:
    assert (len(row) <= widest(row, lead=lead)) is fits
    assert (wrapped([row], lead=lead) == [row]) is fits
    assert "".join(wrapped([row], lead=lead)) == row


def test_rows_that_fit_stay_as_they_were_broken() -> None:
    rows = ["Yes.", "And then a row of medium width", "no"]

    assert wrapped(rows, lead=0) == rows


def test_rows_of_one_turn_are_filled_anew_together_and_evenly() -> None:
    one = "one two three four five six seven eight"

    assert wrapped([one, "nine"], lead=0) == ["one two three four five", "six seven eight nine"]
    assert wrapped([f"{one} {'x' * 5}"] * 2, lead=0) == [
        "one two three four five six",
        "seven eight xxxxx one two three",
        "four five six seven eight xxxxx",
    ]


@pytest.mark.parametrize("begin", [">> ", "- ", "[", "(", "♪ "])
def test_a_turn_of_its_own_begins_a_row_of_its_own(begin: str) -> None:
    one = "one two three four five six seven eight"

    assert wrapped([one, f"{begin}nine"], lead=0) == ["one two three four", "five six seven eight", f"{begin}nine"]


@pytest.mark.parametrize("sign", "/.-_?&=,;:#%+@")
def test_a_word_wider_than_the_screen_is_parted_after_a_sign(sign: str) -> None:
    word = "a" * 20 + sign + "b" * 20

    assert wrapped([word], lead=0) == ["a" * 20 + sign, "b" * 20]


def test_a_sign_too_near_the_beginning_is_no_place_to_part_a_word() -> None:
    assert wrapped(["a" * 10 + "/" + "b" * 30], lead=0) == ["a" * 10 + "/" + "b" * 21, "b" * 9]
    assert wrapped(["a" * 31 + "/" + "b" * 9], lead=0) == ["a" * 31 + "/", "b" * 9]


@pytest.mark.parametrize(
    ("columns", "lengths", "place"),
    [
        ([11], [10], Placement(15)),
        ([10], [11], Placement(15)),
        ([8], [10], Placement(15, Align.LEFT, 8)),
        ([11, 6], [10, 20], Placement(15)),
        ([8, 4], [10, 20], Placement(15)),
        ([8, 8], [10, 10], Placement(15, Align.LEFT, 8)),
        ([4, 4], [10, 20], Placement(15, Align.LEFT, 4)),
        ([0, 4], [10, 20], Placement(15, Align.LEFT, 0, (0, 4))),
        ([12, 6], [10, 20], Placement(15, Align.LEFT, 6, (6, 0))),
    ],
)
def test_found_rows_are_centred_where_they_are_and_else_have_their_indent(
    columns: list[int], lengths: list[int], place: Placement
) -> None:
    assert placed(15, columns, lengths) == place
