"""Two models' captions of one stretch: what counts as a word, where a stretch may be cut, and what is shown of both."""

from fractions import Fraction

import pytest

from services.console.trial_comparison import compare, spoken, stretch_of, within
from shared.captions.model import Cue
from shared.quality import Span


def cue(start_s: float, end_s: float, *rows: str, speaker: str | None = None) -> Cue:
    return Cue(Fraction(start_s), Fraction(end_s), rows, speaker=speaker)


def test_speakers_sounds_case_and_punctuation_are_no_words() -> None:
    one = [cue(1, 3, ">> MAYOR SMITH: The motion,", "[gavel bangs] carries."), cue(4, 5, "Ana: Aye!", speaker="Ana")]
    two = [cue(1, 3, "the motion carries"), cue(4, 5, "aye")]

    assert [word.bare for word in spoken(one)] == [word.bare for word in spoken(two)]
    assert compare(one, two, None).differing == 0.0
    assert [word.bare for word in spoken([cue(0, 1, "The question: shall we?")])] == ["the", "question", "shall", "we"]


def test_a_word_stands_where_its_cue_has_it() -> None:
    said = spoken([cue(10, 14, "one twenty-one aye aye")])

    assert [(word.text, word.at_ms) for word in said] == [
        ("one", 10_000), ("twenty-one", 10_800), ("", 11_600), ("aye", 12_400), ("aye", 13_200),
    ]  # fmt: skip


def test_a_stretch_begins_and_ends_in_the_longest_pause_near_its_borders() -> None:
    cues = [cue(0, 9, "a"), cue(9, 50, "b"), cue(54, 60, "c"), cue(60, 99, "d"), cue(100, 130, "e"), cue(190, 200, "f")]

    found = stretch_of(cues, Span(62_000, 105_000), 200_000)

    assert found == Span(53_500, 99_500)
    assert [one.rows[0] for one in within(cues, found)] == ["c", "d"]


def test_of_equal_pauses_the_nearest_is_the_border() -> None:
    cues = [cue(0, 8, "a"), cue(10, 28, "b"), cue(30, 48, "c"), cue(50, 68, "d"), cue(70, 200, "e")]

    assert stretch_of(cues, Span(34_000, 190_000), 190_000).start_ms == 29_500
    assert stretch_of(cues, Span(46_000, 190_000), 190_000).start_ms == 49_500


def test_borders_of_the_recording_stay_and_so_do_those_without_captions() -> None:
    cues = [cue(1, 2, "a"), cue(100, 101, "b")]

    assert stretch_of(cues, Span(0, 90_000), 90_000) == Span(0, 90_000)
    assert stretch_of([], Span(10_000, 20_000), 90_000) == Span(10_000, 20_000)
    assert stretch_of(cues, Span(40_000, 50_000), 200_000) == Span(40_000, 50_000)


def test_errors_of_both_are_counted_against_what_a_person_has_corrected() -> None:
    old, new = [cue(0, 4, "the city consul meets at eight")], [cue(0, 4, "the city council meets a date")]
    right = [cue(0, 4, "The city council meets at eight.")]

    found = compare(old, new, right)

    assert (found.old_words, found.new_words, found.corrected_words) == (6, 6, 6)
    assert found.old_errors == pytest.approx(1 / 6)
    assert found.new_errors == pytest.approx(2 / 6)
    assert found.differing == pytest.approx(3 / 6)


def test_a_correction_elsewhere_says_nothing_about_this_stretch() -> None:
    old, new = [cue(0, 4, "the city council meets")], [cue(0, 4, "the city consul meets")]

    found = compare(old, new, [cue(0, 4, "The City Council meets.")])

    assert (found.corrected_words, found.old_errors, found.new_errors) == (None, None, None)
    assert found.differing == pytest.approx(1 / 4)


def test_without_words_before_no_share_is_made_up() -> None:
    found = compare([], [cue(0, 4, "the city council meets")], None)

    assert (found.differing, found.old_words, found.new_words) == (None, 0, 4)
    assert [(place.old, place.new) for place in found.places] == [("", "the city council meets")]


def test_the_places_that_differ_most_are_shown_with_words_around_them() -> None:
    old = [cue(60, 70, "we now come to item seven the paving of main street"), cue(70, 72, "is there a second")]
    new = [cue(60, 70, "we now come to item seven they are paving maine street"), cue(70, 72, "is there no second")]
    right = [cue(60, 70, "we now come to item 7 the paving of Main Street"), cue(70, 72, "is there a second")]

    first, second = compare(old, new, right).places

    assert (first.at_ms, first.words) == (65_454, 4)
    assert first.old == "come to item seven the paving of main street is there a"
    assert first.new == "come to item seven they are paving maine street is there no"
    assert first.corrected == "come to item 7 the paving of Main Street is there a"
    assert (second.old, second.new, second.words) == (
        "main street is there a second",
        "maine street is there no second",
        1,
    )


def test_a_longer_difference_is_shown_before_an_earlier_one() -> None:
    old = [cue(0, 9, "one motion two three four five six seven lost words here")]
    new = [cue(0, 9, "one ocean two three four five six seven")]

    assert [place.words for place in compare(old, new, None).places] == [3, 1]
