"""Edits of captions: what each does, what takes it back, what is refused, and what becomes of it on other captions."""

from fractions import Fraction
from itertools import pairwise

import pytest

from shared.captions import Cue, Placement
from shared.captions.carrying import merge, rebase
from shared.captions.edits import IdentifiedCue, apply, identified
from shared.captions.model import ITALIC, Style, Styled
from shared.captions.operations import (
    Delete,
    Insert,
    Merge,
    Operation,
    RenameSpeaker,
    Retime,
    SetLook,
    SetText,
    Shift,
    Split,
    cue_words,
    rows_of,
)
from shared.captions.styling import styled
from shared.errors import InvalidInput


def at(ms: int) -> Fraction:
    return Fraction(ms, 1000)


def cue(start: int, end: int, *rows: str, speaker: str | None = None) -> Cue:
    return Cue(at(start), at(end), rows, speaker)


MEETING = identified(
    [
        cue(1000, 3000, ">> CLERK: The meating", "is called to order.", speaker="S1"),
        cue(3000, 5000, "We have a quorum.", speaker="S1"),
        cue(5000, 8000, ">> Thank you. First item", "is Main Stret paving.", speaker="S2"),
        cue(9000, 11000, "Is there a motion?", speaker="S2"),
    ]
)
ONE, TWO, THREE, FOUR = (one.id for one in MEETING)


def texts(cues: tuple[IdentifiedCue, ...]) -> list[str]:
    return [one.cue.text for one in cues]


def test_words_and_rows_say_the_same() -> None:
    for rows in ((), ("",), ("a",), ("a  b", " c "), ("", "", "x"), (">> Aye.", ">> Nay, he said.")):
        made = cue(0, 1, *rows)
        assert rows_of(cue_words(made)) == rows


def test_a_word_is_put_right_where_it_stands() -> None:
    edited = apply(MEETING, [SetText(ONE, 3, ("meating",), ("meeting",))])

    assert edited.cues[0].cue.rows == (">> CLERK: The meeting", "is called to order.")
    assert apply(edited.cues, edited.inverse).cues == MEETING


def test_a_first_word_that_is_struck_out_comes_back_with_the_row_after_it() -> None:
    cues = identified([cue(0, 1000, "Well", "good evening.")])
    edited = apply(cues, [SetText("000001", 0, ("Well",), ())])

    assert texts(edited.cues) == ["good evening."]
    assert apply(edited.cues, edited.inverse).cues == cues


def test_looks_go_with_their_letters_and_come_back_with_them() -> None:
    plain = Cue(at(0), at(1000), ("A gavel falls",), styles=(Styled(1, 6, ITALIC),))
    cues = identified([plain])
    edited = apply(cues, [SetText("000001", 1, ("gavel",), ("hammer",)), SetText("000001", 1, ("hammer",), ())])
    first = apply(cues, [SetText("000001", 1, ("gavel",), ("hammer",))])

    assert first.cues[0].cue.styles == (Styled(1, 7, ITALIC),)
    assert edited.cues[0].cue.styles == ()
    assert apply(edited.cues, edited.inverse).cues == cues


def test_a_cue_is_split_and_merged_again() -> None:
    edited = apply(MEETING, [Split(THREE, 3, "x", at(6000), at(6100))])

    assert texts(edited.cues)[2:4] == [">> Thank you.", "First item\nis Main Stret paving."]
    assert [(one.cue.start, one.cue.end) for one in edited.cues[2:4]] == [(at(5000), at(6000)), (at(6100), at(8000))]
    assert edited.inverse == (Merge(THREE, "x", breaks=False),)
    assert apply(edited.cues, edited.inverse).cues == MEETING


def test_merged_cues_come_apart_as_they_were() -> None:
    other = Cue(at(2000), at(2500), ("Nay.",), "S2", Placement(2, indent=4), (Styled(0, 4, Style(underline=True)),))
    cues = identified([styled(cue(0, 3000, "Aye.", "Aye."), ITALIC), other])
    edited = apply(cues, [Merge("000001", "000002", breaks=True)])

    assert (texts(edited.cues), edited.cues[0].cue.end) == (["Aye.\nAye.\nNay."], at(3000))
    assert apply(edited.cues, edited.inverse).cues == cues


def test_cues_stand_in_order_of_time_whatever_is_done_to_them() -> None:
    made = cue(3500, 4500, "[Applause]")
    operations: list[Operation] = [
        Retime(ONE, at(12000), at(13000)),
        Insert("new", made),
        Delete(TWO),
        Shift((THREE, FOUR), at(-2000)),
        RenameSpeaker((THREE, FOUR), "S2", "Mayor Reed"),
        SetLook(THREE, "Mayor Reed", Placement(2), ()),
    ]
    edited = apply(MEETING, operations)

    assert [one.id for one in edited.cues] == [THREE, "new", FOUR, ONE]
    assert all(a.cue.start <= b.cue.start for a, b in pairwise(edited.cues))
    assert [one.cue.speaker for one in edited.cues] == ["Mayor Reed", None, "Mayor Reed", "S1"]
    assert apply(edited.cues, edited.inverse).cues == MEETING


REFUSED: list[tuple[Operation, str]] = [
    (SetText("nobody", 0, (), ("x",)), "edit_no_such_cue"),
    (SetText(TWO, 9, (), ("x",)), "edit_no_such_word"),
    (SetText(TWO, -1, (), ("x",)), "edit_no_such_word"),
    (SetText(TWO, 0, ("They",), ("x",)), "edit_words_differ"),
    (SetText(TWO, 0, ("We",), ("x y",)), "edit_bad_word"),
    (SetText(TWO, 0, ("We",), ("x" * 2001,)), "edit_too_long"),
    (Retime(TWO, at(5000), at(5000)), "edit_bad_time"),
    (Retime(TWO, at(-1), at(5000)), "edit_bad_time"),
    (Retime(TWO, at(1), Fraction(999_999)), "edit_bad_time"),
    (Split(TWO, 2, ONE, at(4000), at(4000)), "edit_cue_exists"),
    (Split(TWO, 2, "", at(4000), at(4000)), "edit_bad_id"),
    (Split(TWO, 2, "x", at(2000), at(4000)), "edit_bad_time"),
    (Split(TWO, 9, "x", at(4000), at(4000)), "edit_no_such_word"),
    (Merge(TWO, ONE), "edit_bad_order"),
    (Merge(TWO, TWO), "edit_bad_order"),
    (Merge(TWO, "nobody"), "edit_no_such_cue"),
    (Insert(TWO, cue(0, 1, "x")), "edit_cue_exists"),
    (Insert("x" * 65, cue(0, 1, "x")), "edit_bad_id"),
    (Insert("x", cue(5, 5, "x")), "edit_bad_time"),
    (Delete("nobody"), "edit_no_such_cue"),
    (Shift((ONE, TWO), at(-1001)), "edit_bad_time"),
    (Shift((ONE, ONE), at(1)), "edit_cue_twice"),
    (RenameSpeaker((ONE, THREE), "S1", "Reed"), "edit_speaker_differs"),
    (SetLook("nobody", None, Placement(), ()), "edit_no_such_cue"),
]


@pytest.mark.parametrize(("operation", "code"), REFUSED, ids=[f"{type(o).__name__} {c}" for o, c in REFUSED])
def test_what_cannot_be_is_refused_with_a_code_and_a_sentence(operation: Operation, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        apply(MEETING, [Delete(FOUR), operation])

    assert refused.value.code == code
    assert refused.value.message.endswith(".")
    assert refused.value.facts == {"operation": 2}


def test_edits_of_two_people_at_different_words_are_both_kept() -> None:
    mine: list[Operation] = [SetText(THREE, 7, ("Stret",), ("Street",)), Retime(FOUR, at(9100), at(11000))]
    theirs: list[Operation] = [
        SetText(THREE, 1, ("Thank", "you."), ("Thanks.",)),
        Split(THREE, 2, "theirs", at(6000), at(6000)),
        SetText(ONE, 3, ("meating",), ("meeting",)),
    ]

    done = rebase(MEETING, mine, theirs)

    assert done.left_out == ()
    assert texts(done.cues) == [
        ">> CLERK: The meeting\nis called to order.",
        "We have a quorum.",
        ">> Thanks.",
        "First item\nis Main Street paving.",
        "Is there a motion?",
    ]
    assert apply(apply(MEETING, theirs).cues, done.operations).cues == done.cues


CLASHES: list[tuple[Operation, Operation, str]] = [
    (SetText(ONE, 3, ("meating",), ("meeting",)), SetText(ONE, 3, ("meating",), ("mating",)), "words_changed"),
    (SetText(TWO, 1, (), ("all",)), SetText(TWO, 1, (), ("still",)), "words_changed"),
    (SetText(TWO, 0, ("We",), ("I",)), Delete(TWO), "words_changed"),
    (Retime(TWO, at(3100), at(5000)), Shift((TWO,), at(50)), "times_changed"),
    (Retime(TWO, at(3100), at(5000)), Delete(TWO), "cut_changed"),
    (Merge(ONE, TWO), Split(ONE, 2, "x", at(2000), at(2000)), "times_changed"),
    (Delete(TWO), SetText(TWO, 0, ("We",), ("I",)), "words_changed"),
    (Shift((TWO,), at(100)), Merge(TWO, THREE), "cut_changed"),
    (Split(TWO, 2, "x", at(4000), at(4000)), Retime(TWO, at(3000), at(3500)), "times_changed"),
    (RenameSpeaker((TWO,), "S1", "Reed"), RenameSpeaker((TWO,), "S1", "Garza"), "look_changed"),
    (SetLook(TWO, "S1", Placement(2), ()), SetLook(TWO, "S1", Placement(3), ()), "look_changed"),
    (Insert("x", cue(0, 1, "Mine")), Insert("x", cue(0, 1, "Theirs")), "occupied"),
]


@pytest.mark.parametrize(("mine", "theirs", "code"), CLASHES, ids=[f"{type(m).__name__} {c}" for m, _, c in CLASHES])
def test_where_two_people_clash_the_later_one_is_told(mine: Operation, theirs: Operation, code: str) -> None:
    done = rebase(MEETING, [mine], [theirs])

    assert done.cues == apply(MEETING, [theirs]).cues
    assert [(one.operation, one.code) for one in done.left_out] == [(mine, code)]
    assert done.left_out[0].message.endswith(".")


@pytest.mark.parametrize(
    ("theirs", "code"),
    [
        # What becomes the beginning and the end of the whole cue may be moved by somebody else ...
        (Retime(ONE, at(500), at(3000)), None),
        (Retime(TWO, at(3000), at(5500)), None),
        # ... where the two of them meet may not.
        (Retime(ONE, at(1000), at(2900)), "times_changed"),
        (Retime(TWO, at(3100), at(5000)), "times_changed"),
    ],
)
def test_two_cues_become_one_where_they_still_meet(theirs: Operation, code: str | None) -> None:
    done = rebase(MEETING, [Merge(ONE, TWO)], [theirs])

    assert [one.code for one in done.left_out] == ([] if code is None else [code])
    assert len(done.cues) == (3 if code is None else 4)
    if code is None:
        assert isinstance(theirs, Retime)
        assert (done.cues[0].cue.start, done.cues[0].cue.end) == (
            min(at(1000), theirs.start),
            max(at(5000), theirs.end),
        )


def test_cues_that_the_machine_has_made_one_by_now_need_not_be_merged() -> None:
    base = identified([cue(0, 2000, "Good evening."), cue(2000, 4000, "Welcome all.")])
    machine = identified([cue(0, 4000, "Good evening.", "Welcome all."), cue(5000, 6000, "Roll call.")])

    done = merge(base, [Merge("000001", "000002")], machine)

    assert (done.cues, done.operations, done.left_out) == (tuple(machine), (), ())


HEARD_AGAIN = identified(
    [
        cue(1010, 2400, ">> The meating is called", speaker="S2"),
        cue(2400, 3000, "to order.", speaker="S2"),
        cue(3020, 4980, "We have a quorum.", speaker="S2"),
        cue(5000, 8000, ">> Thank you. The first item", "is main Stret paving.", speaker="S1"),
        cue(9000, 11000, "Is there emotion?", speaker="S1"),
    ]
)


def test_a_persons_words_stay_when_the_machine_hears_the_recording_again() -> None:
    edits: list[Operation] = [
        SetText(ONE, 3, ("meating",), ("meeting",)),
        SetText(THREE, 7, ("Stret", "paving."), ("Street", "repaving.")),
        SetText(TWO, 2, (), ("got",)),
        RenameSpeaker((THREE, FOUR), "S2", "Mayor Reed"),
    ]

    done = merge(MEETING, edits, HEARD_AGAIN)

    assert done.left_out == ()
    assert texts(done.cues) == [
        ">> The meeting is called",
        "to order.",
        "We have got a quorum.",
        ">> Thank you. The first item\nis main Street repaving.",
        "Is there emotion?",
    ]
    assert [one.cue.speaker for one in done.cues] == ["S2", "S2", "S2", "Mayor Reed", "Mayor Reed"]
    assert apply(HEARD_AGAIN, done.operations).cues == done.cues


def test_what_cannot_be_placed_in_a_new_result_is_told_with_its_reason() -> None:
    edits: list[Operation] = [
        SetText(FOUR, 2, ("a", "motion?"), ("another", "motion?")),
        Retime(ONE, at(900), at(3000)),
        Retime(TWO, at(3100), at(5000)),
    ]

    done = merge(MEETING, edits, HEARD_AGAIN)

    assert [(one.operation, one.code) for one in done.left_out] == [
        (edits[0], "words_changed"),
        (edits[1], "cut_changed"),
    ]
    assert (done.cues[2].cue.start, done.cues[2].cue.end) == (at(3100), at(5000))


def test_a_cue_that_a_person_struck_out_is_struck_out_however_the_machine_cuts_it() -> None:
    base = identified([cue(0, 2000, "Thanks for watching, and subscribe."), cue(2000, 4000, "Good evening.")])
    machine = identified([cue(0, 1000, "Thanks for"), cue(1000, 3000, "watching, and subscribe. Good", "evening.")])

    done = merge(base, [Delete("000001")], machine)

    assert (texts(done.cues), done.left_out) == (["Good\nevening."], ())


def test_a_correction_over_the_border_of_two_new_cues_is_shared_out() -> None:
    base = identified([cue(0, 4000, "on Main Stret Avinue today")])
    machine = identified([cue(0, 2000, "on Main Stret"), cue(2000, 4000, "Avinue today")])

    done = merge(base, [SetText("000001", 2, ("Stret", "Avinue"), ("Street", "Avenue"))], machine)

    assert (texts(done.cues), done.left_out) == (["on Main Street", "Avenue today"], ())


def test_what_the_person_put_in_is_not_shown_beside_what_the_machine_hears_there_now() -> None:
    base = identified([cue(0, 1000, "Good evening."), cue(9000, 9900, "Thank you.")])
    machine = identified([cue(0, 1000, "Good evening."), cue(4000, 6000, "I second."), cue(9000, 9900, "Thank you.")])
    inserts = [Insert("x", cue(4500, 6500, "Second.")), Insert("y", cue(7000, 8000, "[Applause]"))]

    done = merge(base, inserts, machine)

    assert [one.operation for one in done.left_out] == [inserts[0]]
    assert texts(done.cues) == ["Good evening.", "I second.", "[Applause]", "Thank you."]


def test_all_that_stands_between_cues_that_move_moves_along() -> None:
    base = identified([cue(0, 1000, "Good evening."), cue(9000, 9900, "Thank you.")])
    machine = identified([cue(0, 1000, "Good evening."), cue(4000, 6000, "I second."), cue(9000, 9900, "Thank you.")])

    done = merge(base, [Shift(("000001", "000002"), at(500))], machine)

    assert [one.cue.start for one in done.cues] == [at(500), at(4500), at(9500)]


def test_the_same_words_far_away_are_not_the_same() -> None:
    base = identified([cue(0, 1000, "Aye."), cue(60_000, 61_000, "We adjourn.")])
    machine = identified([cue(50_000, 51_000, "Aye."), cue(60_000, 61_000, "We adjourn.")])

    done = merge(base, [SetText("000001", 0, ("Aye.",), ("Nay.",))], machine)

    assert (done.cues, [one.code for one in done.left_out]) == (machine, ["words_changed"])


def test_a_deletion_that_was_left_out_and_taken_back_is_nothing() -> None:
    edits = apply(MEETING, [Delete(FOUR)])

    done = merge(MEETING, [Delete(FOUR), *edits.inverse], HEARD_AGAIN)

    assert (done.cues, done.operations, done.left_out) == (HEARD_AGAIN, (), ())


def test_a_word_put_in_before_one_like_it_that_begins_a_row_is_another_word() -> None:
    cues = identified([cue(0, 1000, "a", "x")])
    mine: list[Operation] = [SetText("000001", 1, ("\nx",), ("x", "\nx")), Delete("000001")]

    done = rebase(cues, mine, [])

    assert (done.cues, done.left_out) == ((), ())


def test_a_cue_whose_id_the_machine_has_given_to_another_gets_a_number_behind_it() -> None:
    long = "n" * 64
    heard = identified([cue(1000, 3000, "Good evening."), cue(60_000, 62_000, "Thank you.")], [ONE, long])
    mine = [Insert(long, cue(30_000, 31_000, "[applause]")), Insert("new", cue(40_000, 41_000, "[laughter]"))]

    done = merge(identified([cue(1000, 3000, "Good evening.")]), mine, heard)

    assert done.left_out == ()
    assert [one.id for one in done.cues] == [ONE, "n" * 52 + "~2", "new", long]
