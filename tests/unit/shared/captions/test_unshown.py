"""Captions that a video does not show are named, each with its time and words."""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from shared.captions import Cue, SccOptions, words_by_frame, write_scc
from shared.captions.scc import Mode
from shared.captions.timecode import label, seconds
from shared.captions.unshown import after_end, listed, not_sent, sent_late


def cue(start: int, end: int, *rows: str) -> Cue:
    return Cue(Fraction(start), Fraction(end), rows)


def named(frame: int) -> str:
    return label(107892 + frame, drop_frame=True)


SPOKEN = [cue(2, 4, "Good", "evening."), cue(5, 7, "Please rise."), cue(8, 10, "Thank you.")]


def words(cues: Sequence[Cue], mode: Mode = "pop-on") -> list[tuple[int, int]]:
    text = write_scc(list(cues), SccOptions(mode=mode)).text
    return list(words_by_frame(text, start_tc="00:00:00;00"))


@pytest.mark.parametrize(
    ("end", "missing"),
    [
        (12, []),
        (9, []),  # what would erase the last caption is all that is missing
        (7, [("01:00:08;00", "'Thank you.'")]),
        (3, [("01:00:05;00", "'Please rise.'"), ("01:00:08;00", "'Thank you.'")]),
    ],
)
def test_captions_whose_words_were_not_sent_are_named(end: int, missing: list[tuple[str, str]]) -> None:
    all_words = words(SPOKEN)
    sent = sum(seconds(at) < end for at, _word in all_words)

    found = not_sent(all_words, sent, "CC1", named)

    assert [(one.timecode, one.message.rpartition(": ")[2].rstrip(".")) for one in found] == missing
    assert {one.code for one in found} <= {"after_end"}


def test_a_caption_of_which_only_the_beginning_was_sent_is_named() -> None:
    all_words = words([cue(2, 6, "It has been moved and seconded.")], "roll-up-2")

    [found] = not_sent(all_words, len(all_words) - 8, "CC1", named)

    assert found.message == "The video ends before all of it has come: 'It has been moved and seconded.'."


def test_captions_that_begin_after_the_last_picture_are_named_by_the_clock() -> None:
    found = after_end(SPOKEN, Fraction(5))

    assert [(one.timecode, one.message) for one in found] == [
        ("00:00:05.000", "The video ends before it, so it is not seen: 'Please rise.'."),
        ("00:00:08.000", "The video ends before it, so it is not seen: 'Thank you.'."),
    ]


def test_captions_that_came_late_are_named_and_others_are_not() -> None:
    all_words = words(SPOKEN)
    starts = [60, 150, 240]

    found = sent_late(all_words, {starts[0]: 3, starts[1]: 40, starts[2]: 0}, "CC1", named)

    assert [
        (one.code, one.timecode, "40 frames late" in one.message, "'Please rise.'" in one.message) for one in found
    ] == [("late", "01:00:05;00", True, True)]


def test_of_many_the_first_are_listed_and_the_others_counted() -> None:
    many = [cue(at, at + 1, f"No. {at}.") for at in range(7)]

    assert listed(many[:2], named) == "01:00:00;00 'No. 0.', 01:00:01;00 'No. 1.'"
    assert listed(many, named).endswith("01:00:04;00 'No. 4.' and 2 more")


def test_long_words_are_cut_where_they_are_named() -> None:
    [found] = after_end([cue(1, 2, "word " * 40)], Fraction(0))

    assert len(found.message) < 120
    assert found.message.endswith("word ...'.")
