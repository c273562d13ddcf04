"""Captions that roll are told from those that repeat, and each of their lines is kept once."""

from fractions import Fraction

import pytest

from shared.captions.model import ITALIC, Cue, Styled
from shared.captions.rolling import unrolled


def cue(at: float, *rows: str, lasts: float = 1, styles: tuple[Styled, ...] = ()) -> Cue:
    start = Fraction(at).limit_denominator(1000)
    return Cue(start, start + Fraction(lasts).limit_denominator(1000), rows, styles=styles)


def rolling(movements: int, *, first: int = 0) -> list[Cue]:
    """Two rows, of which the upper one was the lower one a second before."""
    return [cue(n, f"line {n}", f"line {n + 1}") for n in range(first, first + movements + 1)]


def said(cues: list[Cue]) -> list[tuple[str, ...]] | None:
    found = unrolled(cues)
    return None if found is None else [one.rows for one, _ in found]


def test_each_line_stays_once_from_the_moment_it_is_new() -> None:
    found = unrolled(rolling(8))

    assert found is not None
    assert [(float(one.start), float(one.end), one.rows, number) for one, number in found] == [
        (0, 1, ("line 0", "line 1"), 0),
        *((n, n + 1, (f"line {n + 1}",), n) for n in range(1, 9)),
    ]


@pytest.mark.parametrize(("movements", "rolls"), [(6, False), (7, True)])
def test_fewer_than_seven_touches_tell_nothing(movements: int, rolls: bool) -> None:
    assert (said(rolling(movements)) is not None) is rolls


@pytest.mark.parametrize(("repeats", "rolls"), [(3, False), (2, True)])
def test_what_only_repeats_itself_is_a_chant(repeats: int, rolls: bool) -> None:
    """Seven touches in all; five at least must move."""
    moving = rolling(7 - repeats)
    last = moving[-1]
    still = [cue(float(last.end) + n, *last.rows) for n in range(repeats)]

    assert (said([*moving, *still]) is not None) is rolls


@pytest.mark.parametrize(("others", "rolls"), [(3, True), (4, False)])
def test_three_touches_of_four_must_carry_something(others: int, rolls: bool) -> None:
    moving = rolling(9)
    end = float(moving[-1].end)
    fresh = [cue(end + n, f"word {n}") for n in range(others)]

    assert (said([*moving, *fresh]) is not None) is rolls


@pytest.mark.parametrize(("others", "rolls"), [(6, True), (7, False)])
def test_half_of_a_file_must_roll(others: int, rolls: bool) -> None:
    """Seven movements in eight cues, and others that touch nothing."""
    apart = [cue(100 + 3 * n, f"word {n}") for n in range(others)]

    assert (said([*rolling(7), *apart]) is not None) is rolls


@pytest.mark.parametrize(("pause", "is_carried"), [(0.1, True), (0.101, False)])
def test_lines_that_come_back_after_a_pause_are_said_again(pause: float, is_carried: bool) -> None:
    moving = rolling(8)
    last = moving[-1]
    back = cue(float(last.end) + pause, last.rows[1], "something new")

    found = said([*moving, back])

    assert found is not None
    assert found[-1] == (("something new",) if is_carried else (last.rows[1], "something new"))


def test_a_row_that_grows_word_by_word_is_one_line_from_its_first_word() -> None:
    words = ["we", "will", "now", "hear", "from", "the", "public", "tonight"]
    growing = [cue(n, " ".join(words[: n + 1])) for n in range(len(words))]

    found = unrolled([*growing, cue(8, growing[-1].rows[0], "thank you")])

    assert found is not None
    assert [(float(one.start), float(one.end), one.rows, number) for one, number in found] == [
        (0, 8, (" ".join(words),), 0),
        (8, 9, ("thank you",), 8),
    ]


def test_a_lower_row_grows_below_one_that_stays() -> None:
    words = ["we", "will", "now", "hear", "from", "the", "public", "tonight"]
    growing = [cue(1 + n, "good evening", " ".join(words[: n + 1])) for n in range(len(words))]

    found = said([cue(0, "hello", "good evening"), *growing])

    assert found == [("hello", "good evening"), (" ".join(words),)]


@pytest.mark.parametrize(
    ("before", "after"),
    [(("we will",), ("we willow",)), (("a", "we will"), ("b", "we will now")), (("we will",), ("we will",))],
)
def test_what_does_not_grow_by_words_under_the_same_rows_is_new_or_the_same(
    before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    moving = rolling(20)
    end = float(moving[-1].end)

    found = said([*moving, cue(end, *before), cue(end + 1, *after)])

    assert found is not None
    assert found[21:] == ([before] if before == after else [before, after])


def test_rows_that_stand_for_a_while_keep_the_time_of_the_longest() -> None:
    moving = rolling(8)
    last = moving[-1]
    within = cue(float(last.end) - 0.5, last.rows[1], lasts=0.25)
    longer = cue(float(last.end), *last.rows, lasts=2)

    for again, end in ((within, last.end), (longer, last.end + 2)):
        found = unrolled([*moving, again])
        assert found is not None
        assert (found[-1][0].rows, found[-1][0].end, found[-1][1]) == (("line 9",), end, 8)


@pytest.mark.parametrize(("rows", "rolls"), [(6, True), (7, False)])
def test_more_than_six_rows_are_a_page_and_do_not_roll(rows: int, rolls: bool) -> None:
    pages = [cue(n, *(f"line {n + row}" for row in range(rows))) for n in range(9)]

    found = said(pages)

    assert (found is not None) is rolls
    if found is not None:
        assert found[1:] == [(f"line {n + 5}",) for n in range(1, 9)]


@pytest.mark.parametrize(("rows", "rolls"), [(6, True), (7, False)])
def test_a_page_of_more_than_six_rows_does_not_grow(rows: int, rolls: bool) -> None:
    above = [f"line {row}" for row in range(rows - 1)]
    pages = [cue(n, *above, " ".join(["word"] * (n + 1))) for n in range(9)]

    assert (said(pages) is not None) is rolls


def test_styles_stay_on_their_letters_when_the_rows_above_go() -> None:
    moving = rolling(8)
    rows = ("line 9", "the gavel falls")
    marked = cue(9, *rows, styles=(Styled(0, 5, ITALIC), Styled(8, 13, ITALIC)))

    found = unrolled([*moving, marked])

    assert found is not None
    assert found[-1][0].rows == ("the gavel falls",)
    assert found[-1][0].styles == (Styled(3, 8, ITALIC),)


def test_a_cue_without_rows_is_no_beginning_of_anything() -> None:
    moving = rolling(20)
    end = moving[-1].end

    found = unrolled([*moving, Cue(end, end + 1, ()), Cue(end + 1, end + 2, ("word",))])

    assert found is not None
    assert found[-1][0].rows == ("word",)


def flashing(lines: int) -> list[Cue]:
    """As video sites write it: each line, the same for ten milliseconds, then above the next one."""
    cues: list[Cue] = []
    for n in range(lines):
        rows = (f"line {n - 1}", f"line {n}") if n else ("line 0",)
        cues += [cue(1 + 2.01 * n, *rows, lasts=2), cue(3 + 2.01 * n, rows[-1], lasts=0.01)]
    return cues


@pytest.mark.parametrize("lines", [2, 3, 8])
def test_few_lines_roll_where_a_flash_stands_between_them(lines: int) -> None:
    found = unrolled(flashing(lines))

    assert found is not None
    assert [one.rows for one, _ in found] == [(f"line {n}",) for n in range(lines)]
    assert [float(one.start) for one, _ in found] == pytest.approx([1 + 2.01 * n for n in range(lines)])
    assert [float(one.end) for one, _ in found] == pytest.approx([3.01 + 2.01 * n for n in range(lines)])


def test_one_flash_may_be_a_slip() -> None:
    assert said(flashing(2)[:3]) is None
    assert said(flashing(3)[:5]) == [("line 0",), ("line 1",), ("line 2",)]


def test_a_line_said_twice_stays_twice_where_it_flashes() -> None:
    cues = [cue(1, "aye", lasts=2), cue(3, "aye", lasts=0.01), cue(3.01, "aye", "aye", lasts=2)]

    assert said([*cues, cue(5.01, "aye", lasts=0.01)]) == [("aye",), ("aye",)]


@pytest.mark.parametrize(("lasts", "rolls"), [(0.05, True), (0.051, False)])
def test_what_can_be_seen_is_no_flash(lasts: float, rolls: bool) -> None:
    cues = [cue(1, "aye"), cue(2, "aye", lasts=lasts), cue(2 + lasts, "aye", "nay")]

    assert (said([*cues, cue(3 + lasts, "nay", lasts=lasts)]) is not None) is rolls


@pytest.mark.parametrize(("lasts", "rolls"), [(0.05, False), (0.051, True)])
def test_a_flash_stands_behind_what_can_be_seen(lasts: float, rolls: bool) -> None:
    cues = [cue(1, "aye"), cue(2, "aye", lasts=0.01), cue(2.01, "aye", "nay", lasts=lasts)]

    assert (said([*cues, cue(2.01 + lasts, "nay", lasts=0.01)]) is not None) is rolls


def test_a_flash_among_lines_that_are_said_again_collapses_none_of_them() -> None:
    votes = [cue(n, "aye") for n in range(6)]

    moving = [cue(6, "aye", lasts=0.01), cue(6.01, "aye", "motion carries"), cue(7.01, "motion carries", lasts=0.01)]

    assert said([*votes, *moving]) is None


def test_a_flash_without_any_movement_is_left_alone() -> None:
    votes = [cue(1, "aye"), cue(2, "aye", lasts=0.01), cue(2.01, "nay"), cue(3.01, "nay", lasts=0.01)]

    assert said(votes) is None
