"""Texts become rows, and cues are made to fit a screen, without losing a letter."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions import fit, wrap
from shared.captions.linebreak import cut_word, join_rows
from shared.captions.model import Cue


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Good evening.", ("Good evening.",)),
        ("The motion to approve the consent agenda carries.", ("The motion to approve", "the consent agenda carries.")),
        (
            "We thank Mayor Lee and all of the staff for coming.",
            ("We thank Mayor Lee", "and all of the staff for coming."),
        ),
        (">> Abbott?\n>> Aye.", (">> Abbott?", ">> Aye.")),
        ("[applause]\nThank you all.", ("[applause]", "Thank you all.")),
        ("- Is there a second?\n- Second.", ("- Is there a second?", "- Second.")),
        ("two rows of\na sentence", ("two rows of a sentence",)),
        ("", ()),
    ],
)
def test_rows_break_where_the_guides_break_them(text: str, rows: tuple[str, ...]) -> None:
    assert wrap(text, 32) == rows


def test_a_last_row_of_one_word_is_avoided() -> None:
    assert wrap("The council will hear the public tonight", 32)[-1].count(" ") > 0


def test_a_long_word_is_cut_after_a_sign_and_only_then_at_the_edge() -> None:
    assert cut_word("www.example.org/a/very/long/path/indeed", 20) == [
        "www.example.org/a/",
        "very/long/path/",
        "indeed",
    ]
    assert cut_word("x" * 45, 20) == ["x" * 20, "x" * 20, "x" * 5]


def test_a_web_address_cut_between_rows_is_whole_again_when_rows_are_joined() -> None:
    assert (
        join_rows(("see https://example.org/", "agenda.pdf for more")) == "see https://example.org/agenda.pdf for more"
    )
    assert join_rows(("yes and/", "or no")) == "yes and/ or no"


def test_a_cue_that_fits_is_left_as_it_is() -> None:
    cue = Cue(Fraction(0), Fraction(2), ("Odd", "rows", "stay"))

    assert fit([cue], 32, 4) == (cue,)


def test_a_cue_with_too_many_rows_is_cut_in_time_by_its_letters() -> None:
    cue = Cue(Fraction(0), Fraction(9), tuple(f">> Speaker {n}." for n in range(9)), "x")

    parts = fit([cue], 32, 4)

    assert [len(part.rows) for part in parts] == [3, 3, 3]
    assert [[part.start, part.end] for part in parts] == [[0, 3], [3, 6], [6, 9]]
    assert [row for part in parts for row in part.rows] == list(cue.rows)


TEXT = st.lists(st.text(st.sampled_from("ab./-é—,"), min_size=1, max_size=60), min_size=1, max_size=12).map(" ".join)


@given(TEXT, st.integers(8, 42))
def test_no_row_is_too_wide_and_no_letter_is_lost(text: str, columns: int) -> None:
    rows = wrap(text, columns)

    assert all(0 < len(row) <= columns for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())


@given(TEXT, st.integers(1, 4))
def test_cues_made_to_fit_cover_the_same_time_without_overlap(text: str, max_rows: int) -> None:
    parts = fit([Cue(Fraction(1), Fraction(4), tuple(text.split()))], 20, max_rows)

    assert [parts[0].start, parts[-1].end] == [1, 4]
    assert all(one.end == two.start for one, two in pairwise(parts))
    assert all(part.end > part.start and len(part.rows) <= max_rows for part in parts)
