"""Texts become rows, and cues are made to fit a screen, without losing a letter."""

from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions import fit, wrap
from shared.captions.linebreak import LONE_WORD, ROW_WEIGHT, TOP_HEAVY, UNEVEN, Run, cut_word, join_rows
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


def _rows_cost(run: Run, starts: list[int], columns: int) -> float:
    """What rows that begin there cost: uneven rows, bad breaks, a word alone at the end."""
    edges = [*starts, len(run.pieces)]
    cost = sum((columns - run.width(one, two)) ** 2 * UNEVEN / columns for one, two in pairwise(edges))
    for begin in starts[1:]:
        if not (run.starts_row and run.starts_row[begin]):
            cost += run.costs[begin] * ROW_WEIGHT + (LONE_WORD if begin == len(run.pieces) - 1 else 0)
    return cost


def _possible(run: Run, columns: int) -> list[list[int]]:
    """Every way to break a run into rows that are not too wide."""
    places = range(1, len(run.pieces))
    must = {k for k in places if run.starts_row and run.starts_row[k]}
    found = []
    for count in range(len(run.pieces)):
        for chosen in combinations(places, count):
            edges = [0, *chosen, len(run.pieces)]
            if must <= set(chosen) and all(run.width(one, two) <= columns for one, two in pairwise(edges)):
                found.append(edges[:-1])
    return found


WORD = st.sampled_from(["a", "of", "the", "motion,", "budget.", "Mayor", "Lee", "twenty-five", "carries"])
SOME_WORDS = st.lists(WORD, min_size=1, max_size=9)


@given(SOME_WORDS, st.integers(12, 26), st.data())
def test_rows_are_as_few_as_can_be_and_then_the_best_there_are(
    words: list[str], columns: int, data: st.DataObject
) -> None:
    must = data.draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words)))
    for starts_row in ((), must):
        run = Run(words, [False] * len(words), starts_row)
        possible = _possible(run, columns)
        fewest = min(map(len, possible))

        starts = run.best_rows(0, len(words), columns)

        assert starts in possible
        assert len(starts) == fewest
        if fewest > 2 or (any(starts_row[1:]) and fewest > 1):
            best = min(_rows_cost(run, each, columns) for each in possible if len(each) == fewest)
            assert _rows_cost(run, starts, columns) == pytest.approx(best)


@given(SOME_WORDS, st.integers(12, 40))
def test_of_two_rows_the_break_is_taken_that_is_cheapest(words: list[str], columns: int) -> None:
    run = Run(words, [False] * len(words))
    costs = {}
    for place in range(1, len(words)):
        upper, lower = run.width(0, place), run.width(place, len(words))
        if max(upper, lower) <= columns:
            costs[place] = run.costs[place] * ROW_WEIGHT + abs(upper - lower) * UNEVEN
            costs[place] += max(0, upper - lower) * TOP_HEAVY + (LONE_WORD if place == len(words) - 1 else 0)

    cost, place = run.two_rows(0, len(words), columns)

    assert place in costs if costs else place == 0
    if costs:
        assert cost == pytest.approx(min(costs.values())) == pytest.approx(costs[place])


def test_a_part_of_a_run_is_broken_like_a_run_of_its_own() -> None:
    words = [
        "Mayor",
        "Lee",
        "thanks",
        "the",
        "staff",
        "and",
        "the",
        "public",
        "for",
        "all",
        "of",
        "the",
        "work",
        "done",
        "on",
        "this",
        "budget",
        "tonight",
    ]
    run = Run(words, [False] * len(words))

    for first, stop in ((3, 9), (2, len(words)), (5, 18)):
        alone = Run(words[first:stop], [False] * (stop - first))
        for columns in (16, 24, 32, 60):
            starts = run.best_rows(first, stop, columns)
            assert [start - first for start in starts] == alone.best_rows(0, stop - first, columns)
            assert run.rows(first, stop, starts) == alone.rows(0, stop - first, [start - first for start in starts])


def test_pieces_of_one_word_stand_together_without_a_blank() -> None:
    run = Run(["see", "www.", "example.", "org", "now"], [False, False, True, True, False])

    assert run.rows(0, 5, [0]) == ["see www.example.org now"]
    assert run.rows(0, 5, [0, 2]) == ["see www.", "example.org now"]
    assert run.width(0, 5) == len("see www.example.org now")
    assert run.width(2, 4) == len("example.org")
    assert run.rows(1, 4, [1]) == ["www.example.org"]
