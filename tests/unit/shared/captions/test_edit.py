"""Edits of captions: what a person asked for, or a sentence why not."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions.edit import delete, find_and_replace, merge, retime, set_text, set_times, shift, split, text_of
from shared.captions.model import Cue
from shared.errors import InvalidInput


def cue(start: int, end: int, *rows: str, speaker: str | None = None) -> Cue:
    return Cue(Fraction(start), Fraction(end), rows, speaker)


CUES = (
    cue(1, 3, "I move to approve", "the consent agenda."),
    cue(3, 5, "Is there a second?"),
    cue(6, 8, "Second.", speaker="Lee"),
)


def test_merging_keeps_all_text_and_the_whole_time() -> None:
    first, last = merge(CUES, 1, 2)

    assert " ".join(first.rows) == "I move to approve the consent agenda. Is there a second?"
    assert max(map(len, first.rows)) <= 32
    assert [first.start, first.end] == [1, 5]
    assert last == CUES[2]


def test_merging_cues_of_two_speakers_names_neither() -> None:
    two = (cue(0, 1, ">> Abbott?", speaker="Clerk"), cue(1, 2, ">> Aye.", speaker="Abbott"))

    (merged,) = merge(two, 1, 2)

    assert merged == cue(0, 2, ">> Abbott?", ">> Aye.")


def test_splitting_shares_the_time_by_letters() -> None:
    one, two, *_ = split((cue(0, 4, "One two. Three four."),), 1, 8)

    assert (one.rows, two.rows) == (("One two.",), ("Three four.",))
    assert one.end == two.start == Fraction(32, 19)


def test_splitting_at_a_moment_uses_that_moment() -> None:
    one, two = split((cue(0, 4, "One two. Three four."),), 1, 8, moment=Fraction(1))

    assert [one.end, two.start, two.end] == [1, 1, 4]


def test_shifting_a_range_may_not_run_into_its_neighbours() -> None:
    assert [one.start for one in shift(CUES, Fraction(1, 2))] == [Fraction(3, 2), Fraction(7, 2), Fraction(13, 2)]
    assert [one.start for one in shift(CUES, Fraction(1), first=2, last=2)] == [1, 4, 6]
    with pytest.raises(InvalidInput, match="Cue 2 would run into cue 3"):
        shift(CUES, Fraction(2), first=2, last=2)
    with pytest.raises(InvalidInput, match=r"Cue 1 would start 1\.000 s before the recording"):
        shift(CUES, Fraction(-2))


def test_retiming_by_two_moments_cures_a_drift() -> None:
    drifted = (cue(10, 12, "One"), cue(3610, 3612, "Two"))

    right = retime(drifted, (Fraction(10), Fraction(10)), (Fraction(3610), Fraction(3610) + Fraction(18, 5)))

    assert right[0].start == 10
    assert right[1].start == Fraction(36136, 10)
    assert right[1].duration == 2 * Fraction(36036, 36000)


def test_text_and_times_of_one_cue_can_be_set() -> None:
    assert set_text(CUES, 3, "Seconded by Council Member Lee of the third ward.")[2].rows == (
        "Seconded by Council Member Lee",
        "of the third ward.",
    )
    assert set_times(CUES, 2, Fraction(4), Fraction(6))[1].start == 4
    assert delete(CUES, 2) == (CUES[0], CUES[2])


def test_find_and_replace_finds_whole_words_across_rows_and_counts_them() -> None:
    cues = (cue(0, 1, "Mayor", "Leigh and Leighton"), cue(1, 2, "mayor leigh"))

    changed, count = find_and_replace(cues, "Mayor Leigh", "Mayor Lee")

    assert [one.text.replace("\n", " ") for one in changed] == ["Mayor Lee and Leighton", "Mayor Lee"]
    assert count == 2
    assert find_and_replace(cues, "mayor leigh", "x", match_case=True)[1] == 1


def test_a_replacement_is_text_and_no_pattern() -> None:
    changed, count = find_and_replace((cue(0, 1, r"costs $5 (maybe)"),), "$5 (maybe)", r"\1 $6")

    assert (changed[0].text, count) == (r"costs \1 $6", 1)


def test_a_cue_that_loses_all_its_text_goes() -> None:
    assert find_and_replace((cue(0, 1, "Um,"), cue(1, 2, "yes.")), "um,", "")[0] == (cue(1, 2, "yes."),)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda: merge(CUES, 2, 2), "the second number is not behind the first"),
        (lambda: merge(CUES, 3, 4), "There is no cue 4; the captions have 3"),
        (lambda: split(CUES, 0, 3), "There is no cue 0"),
        (lambda: split(CUES, 3, 7), "both parts need text"),
        (lambda: split(CUES, 3, 3, moment=Fraction(9)), "not between its start and its end"),
        (lambda: retime(CUES, (Fraction(1), Fraction(1)), (Fraction(1), Fraction(2))), "Two different moments"),
        (lambda: retime(CUES, (Fraction(1), Fraction(9)), (Fraction(2), Fraction(8))), "has to stay behind"),
        (lambda: set_text(CUES, 1, " \n "), "needs a text"),
        (lambda: set_times(CUES, 1, Fraction(2), Fraction(2)), "would end before it starts"),
        (lambda: find_and_replace(CUES, " ", "x"), "is missing"),
    ],
)
def test_an_impossible_edit_is_refused_with_a_sentence(edit: object, sentence: str) -> None:
    assert callable(edit)
    with pytest.raises(InvalidInput, match=sentence):
        edit()


WORDS = st.lists(st.sampled_from(["vote", "aye.", "the", "Mayor", "Lee,", "a" * 40]), min_size=2, max_size=12)


@given(WORDS, st.data())
def test_a_split_and_a_merge_lose_no_letter(words: list[str], data: st.DataObject) -> None:
    whole = set_text((cue(0, 10, "x"),), 1, " ".join(words))
    at = data.draw(st.integers(1, len(whole[0].text) - 1))

    parts = split(whole, 1, at)
    merged = merge(parts, 1, 2)

    assert "".join(text_of(merged).split()) == "".join(words)
    assert [merged[0].start, merged[0].end] == [0, 10]
