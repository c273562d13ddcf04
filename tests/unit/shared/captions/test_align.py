"""A corrected transcript keeps its timing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions import realign, retext, words_of
from shared.captions.align import stretches
from shared.captions.linebreak import join_rows
from shared.captions.model import Cue, Word

Speak = Callable[..., list[Word]]


def text_of(cues: Sequence[Cue]) -> str:
    """The text of each cue as one line: what an editor shows."""
    return "\n".join(join_rows(cue.rows) for cue in cues)


def test_words_that_did_not_change_are_the_same_words(speak: Speak) -> None:
    words = [Word(word.text, word.start_ms, word.end_ms, "Lee", 0.9) for word in speak("I move to approve item 4B.")]

    assert realign(words, "I move to approve item 4B.") == tuple(words)


def test_capitals_and_commas_keep_word_and_confidence() -> None:
    words = [Word("mayor", 0, 400, "1", 0.8), Word("lee", 400, 700, "1", 0.7)]

    assert realign(words, "Mayor Lee,") == (Word("Mayor", 0, 400, "1", 0.8), Word("Lee,", 400, 700, "1", 0.7))


def test_a_replaced_word_takes_the_time_of_the_one_it_replaces() -> None:
    words = [Word("Mare", 0, 400, "1", 0.3), Word("Lee", 500, 700, "1", 0.9), Word("spoke.", 800, 1200, "1", 0.9)]

    assert realign(words, "Mayor Lee spoke.")[0] == Word("Mayor", 0, 400, "1", None)


def test_one_word_that_was_two_shares_their_time_by_letters() -> None:
    words = [Word("the", 0, 100), Word("watermain", 200, 1100), Word("broke.", 1200, 1500)]

    assert realign(words, "the water main broke.")[1:3] == (Word("water", 200, 700), Word("main", 700, 1100))


def test_a_word_that_was_missing_lies_between_its_neighbours() -> None:
    words = [Word("I", 0, 200, "Lee"), Word("vote", 900, 1200, "Lee")]

    assert realign(words, "I will vote")[1] == Word("will", 200, 900, "Lee")


def test_words_struck_out_are_gone_and_the_others_stay() -> None:
    words = [Word("Um,", 0, 200), Word("yes.", 300, 500)]

    assert realign(words, "yes.") == (words[1],)
    assert realign(words, "") == ()


def test_text_without_any_words_to_align_to_has_no_time() -> None:
    assert realign([], "Hello there") == (Word("Hello", 0, 0), Word("there", 0, 0))


def test_a_three_hour_transcript_keeps_its_times_around_one_corrected_word(speak: Speak) -> None:
    words: list[Word] = []
    number = 0
    while len(words) < 30_000:
        number += 1
        start = words[-1].end_ms + 500 if words else 0
        words += speak(
            f"The clerk will read resolution number {number} of the city. All in favor say aye.", start_ms=start
        )
    words = [replace(word, confidence=0.9) for word in words]
    text = " ".join(word.text for word in words).replace("resolution number 77 ", "ordinance no. 78 ")

    corrected = realign(words, text)

    changed = [(old.text, new.text) for old, new in zip(words, corrected, strict=True) if old != new]
    assert changed == [("resolution", "ordinance"), ("number", "no."), ("77", "78")]
    assert all(old == new for old, new in zip(words, corrected, strict=True) if old.text == new.text)


TOKENS = st.lists(st.sampled_from(["the", "mayor", "Mayor,", "voted", "aye", "4B"]), max_size=30)


@given(TOKENS, TOKENS)
def test_any_correction_gives_exactly_its_words_in_order_of_time(before: list[str], after: list[str]) -> None:
    words = [Word(token, 300 * n, 300 * n + 200) for n, token in enumerate(before)]

    corrected = realign(words, " ".join(after))

    assert [word.text for word in corrected] == after
    assert all(one.start_ms <= two.start_ms for one, two in pairwise(corrected))
    assert all(0 <= word.start_ms <= word.end_ms <= 300 * len(before) + 200 for word in corrected)
    assert {type(time) for word in corrected for time in (word.start_ms, word.end_ms)} <= {int}


def cue(start: int, end: int, *rows: str) -> Cue:
    return Cue(Fraction(start), Fraction(end), rows)


CUES = (
    cue(1, 3, ">> CLERK: Abbot?", ">> Aye."),
    cue(3, 6, "The motion caries", "five to two."),
    cue(7, 9, "We are adjourned."),
)


def test_a_corrected_text_goes_back_into_the_cues_it_came_from() -> None:
    corrected = text_of(CUES).replace("Abbot?", "Abbott?").replace("caries", "carries unanimously")

    changed = retext(CUES, corrected)

    assert [one.rows for one in changed] == [
        (">> CLERK: Abbott?", ">> Aye."),
        ("The motion carries", "unanimously five to two."),
        ("We are adjourned.",),
    ]
    assert [(one.start, one.end) for one in changed] == [(one.start, one.end) for one in CUES]


def test_an_unchanged_text_changes_no_cue() -> None:
    assert retext(CUES, text_of(CUES)) == CUES


def test_a_cue_whose_words_are_all_struck_out_goes() -> None:
    assert retext(CUES, "The motion caries five to two. We are adjourned.") == CUES[1:]


@given(TOKENS)
def test_no_word_of_a_corrected_text_is_lost(tokens: list[str]) -> None:
    assert " ".join(" ".join(one.rows) for one in retext(CUES, " ".join(tokens))).split() == tokens


def test_words_of_cues_have_times_inside_their_cue() -> None:
    words = words_of(CUES)

    assert [word.text for word in words][:4] == [">>", "CLERK:", "Abbot?", ">>"]
    assert (words[0].start_ms, words[4].end_ms) == (1000, 3000)


def test_a_word_that_is_said_all_the_time_is_compared_like_any_other() -> None:
    words = [Word("aye", 300 * n, 300 * n + 200, "Lee", 0.9) for n in range(300)]

    corrected = realign(words, "All say " + "aye " * 299 + "aye. Carried.")

    assert corrected[2:301] == tuple(words[:299])
    assert corrected[301] == replace(words[299], text="aye.")


def test_a_long_stretch_that_was_written_anew_shares_all_its_time() -> None:
    words = [Word(f"old{n}", 300 * n, 300 * n + 300, "Lee", 0.9) for n in range(2500)]

    corrected = realign(words, " ".join(f"new{n:04}" for n in range(1000)))

    assert [(word.start_ms, word.end_ms) for word in corrected] == [(750 * n, 750 * n + 750) for n in range(1000)]
    assert {(word.speaker, word.confidence) for word in corrected} == {("Lee", None)}


def test_words_before_the_first_begin_where_it_begins() -> None:
    assert realign([Word("vote.", 700, 900, "Lee")], "Please vote.")[0] == Word("Please", 700, 700, "Lee")


@pytest.mark.parametrize("at", range(4))
def test_a_new_word_joins_the_cue_of_the_word_before_it_and_the_first_one_that_of_the_first(at: int) -> None:
    single = (cue(1, 2, "One"), cue(2, 3, "two"), cue(3, 4, "three"))
    tokens = ["One", "two", "three"]

    changed = retext(single, " ".join([*tokens[:at], "more", *tokens[at:]]))

    expected = [[token] for token in tokens]
    expected[max(0, at - 1)].insert(1 if at else 0, "more")
    assert [list(" ".join(one.rows).split()) for one in changed] == expected
    assert [(one.start, one.end) for one in changed] == [(one.start, one.end) for one in single]


def test_words_that_replace_others_are_shared_out_among_the_cues_of_those() -> None:
    pair = (cue(1, 2, "Alpha beta"), cue(2, 3, "gamma delta"))

    assert [one.rows for one in retext(pair, "One two three four")] == [("One two",), ("three four",)]
    assert [one.rows for one in retext(pair, "One two")] == [("One",), ("two",)]


@pytest.mark.parametrize(("columns", "fits"), [(32, True), (31, False)])
def test_a_corrected_row_is_broken_where_it_is_wider_than_the_screen(columns: int, fits: bool) -> None:
    row = "a row of thirty-two characters A"
    before = (cue(1, 3, row.replace("thirty", "tirty")),)

    assert len(row) == 32
    assert (retext(before, row, columns=columns)[0].rows == (row,)) is fits
    assert (len(retext(before, row + "s")[0].rows) == 1) is False
    assert retext(before, row)[0].rows == (row,)


@pytest.mark.parametrize(
    ("rows", "corrected"),
    [
        ((">> Mare:", ">> Aye."), (">> Mayor:", ">> Aye.")),
        (("- Mare here.", ">>> He is not."), ("- Mayor here.", ">>> He is not.")),
        (("- Mare?", "- Here."), ("- Mayor?", "- Here.")),
        (("Mare of the city,", "of the county"), ("Mayor of the city, of the county",)),
        (("Mare - the first -", "spoke."), ("Mayor - the first - spoke.",)),
        (("-Mare? No.", "-Here."), ("-Mayor? No. -Here.",)),
    ],
)
def test_marks_of_speakers_begin_a_row_again_and_nothing_else_does(
    rows: tuple[str, ...], corrected: tuple[str, ...]
) -> None:
    before = (cue(1, 3, *rows),)

    assert retext(before, text_of(before).replace("Mare", "Mayor"), columns=60)[0].rows == corrected


def test_words_of_cues_have_the_speaker_of_their_cue() -> None:
    assert {word.speaker for word in words_of([replace(CUES[2], speaker="Lee")])} == {"Lee"}


def _text(*parts: str | tuple[str, int]) -> list[str]:
    """Words as they are, and so many words of a letter that occur nowhere else."""
    words: list[str] = []
    for part in parts:
        words += part.split() if isinstance(part, str) else [f"{part[0]}{n}" for n in range(part[1])]
    return words


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_text(("a", 200), "all in favor", ("b", 300), "all in favor", ("c", 50)), _text(("x", 10), "all in favor")),
        (_text(("x", 10), "all in favor"), _text(("a", 200), "all in favor", ("b", 300), "all in favor", ("c", 50))),
    ],
)
def test_what_is_said_twice_is_no_anchor(old: list[str], new: list[str]) -> None:
    (found,) = [one for one in stretches(old, new) if one.is_same]

    assert (found.one, found.one_end, found.two, found.two_end) == (
        (200, 203, 10, 13) if len(old) > len(new) else (10, 13, 200, 203)
    )


@pytest.mark.parametrize(("count", "is_compared"), [(2_000, True), (2_001, False)])
def test_a_stretch_of_more_than_two_thousand_words_without_an_anchor_is_new(count: int, is_compared: bool) -> None:
    old, new = _text(("a", 1_000), "aye", ("b", count - 1_001)), _text(("c", 3), "aye")

    assert any(one.is_same for one in stretches(old, new)) is is_compared


def test_anchors_that_cross_each_other_are_not_all_believed() -> None:
    old = _text(("a", 300), "move to amend", ("b", 200), "call the roll", "second the motion", ("c", 10))
    new = _text(("x", 300), "call the roll", "second the motion", ("y", 200), "move to amend", ("z", 10))

    same = [(one.one, one.two, old[one.one : one.one_end]) for one in stretches(old, new) if one.is_same]

    assert [word for _, _, words in same for word in words] == ["call", "the", "roll", "second", "the", "motion"]
    assert (same[0][0], same[0][1]) == (503, 300)


def test_words_of_cues_share_their_time_by_letters_and_keep_the_speaker() -> None:
    cues = [
        Cue(Fraction(1), Fraction(2), ("abc", "d"), "Reed"),
        Cue(Fraction("3.0005"), Fraction("4.4996"), ("xy",)),
    ]

    assert words_of(cues) == (
        Word("abc", 1_000, 1_750, "Reed"),
        Word("d", 1_750, 2_000, "Reed"),
        Word("xy", 3_000, 4_500),
    )


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("", ()),
        ("a b", (Word("a", 100, 200, "1", 0.5), Word("b", 300, 400, "2", 0.6))),
        ("b", (Word("b", 300, 400, "2", 0.6),)),
        ("new a b", (Word("new", 100, 100, "1"), Word("a", 100, 200, "1", 0.5), Word("b", 300, 400, "2", 0.6))),
        ("a new b", (Word("a", 100, 200, "1", 0.5), Word("new", 200, 300, "1"), Word("b", 300, 400, "2", 0.6))),
        ("a b new", (Word("a", 100, 200, "1", 0.5), Word("b", 300, 400, "2", 0.6), Word("new", 400, 400, "2"))),
        ("x yyy", (Word("x", 100, 175, "1"), Word("yyy", 175, 400, "1"))),
        ("A, b!", (Word("A,", 100, 200, "1", 0.5), Word("b!", 300, 400, "2", 0.6))),
    ],
)
def test_what_a_correction_does_to_two_words(text: str, corrected: tuple[Word, ...]) -> None:
    assert realign([Word("a", 100, 200, "1", 0.5), Word("b", 300, 400, "2", 0.6)], text) == corrected
