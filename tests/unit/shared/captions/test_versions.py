"""Captions as they are stored, and what edits make of them: JSON goes in and comes out."""

import json
from fractions import Fraction
from typing import Any

import pytest

from shared.captions.cuelist import write_cue_list
from shared.captions.edits_json import edits_from_json, edits_to_json
from shared.captions.model import Cue
from shared.captions.operations import Delete, Operation, RenameSpeaker, SetText
from shared.captions.versions import CaptionsAsKept, EditedCaptions, edit, merge_edits, namings, rebase_edits
from shared.errors import InvalidInput

START = "01:00:00;00"


def kept(*texts: str, speakers: tuple[str | None, ...] = (), ids: list[str] | None = None) -> CaptionsAsKept:
    named = speakers or (None,) * len(texts)
    cues = [
        Cue(Fraction(2 * n), Fraction(2 * n + 2), tuple(text.split("/")), speaker)
        for n, (text, speaker) in enumerate(zip(texts, named, strict=True))
    ]
    return CaptionsAsKept(json.loads(write_cue_list(cues, start_tc=START, drop_frame=True)), ids)


def texts(captions: CaptionsAsKept) -> list[str]:
    return [cue["text"].replace("\n", "/") for cue in captions.cue_list["cues"]]


def operations(made: EditedCaptions) -> list[Operation]:
    return list(edits_from_json(made.edits))


def word(cue: str, at: int, old: str, new: str) -> dict[str, Any]:
    return edits_to_json([SetText(cue, at, (old,), (new,))])


CAPTIONS = kept("Good evening", "The motion caries", "Aye", ids=["a", "b", "c"])


def test_an_edit_changes_its_cue_and_keeps_the_others_with_their_ids_and_the_label_of_the_beginning() -> None:
    made = edit(CAPTIONS, word("b", 2, "caries", "carries"))

    assert texts(made.captions) == ["Good evening", "The motion carries", "Aye"]
    assert made.captions.cue_ids == ["a", "b", "c"]
    assert (made.edits, made.left_out) == (word("b", 2, "caries", "carries"), [])
    assert {**made.captions.cue_list, "cues": None} == {**CAPTIONS.cue_list, "cues": None}


def test_cues_without_ids_are_called_by_their_numbers() -> None:
    made = edit(kept("Good evening", "The motion caries"), word("000002", 2, "caries", "carries"))

    assert texts(made.captions) == ["Good evening", "The motion carries"]
    assert made.captions.cue_ids == ["000001", "000002"]


def test_an_edit_that_leaves_a_cue_without_text_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^A cue has no text left\. Delete it instead\.$") as refused:
        edit(CAPTIONS, edits_to_json([SetText("c", 0, ("Aye",), ())]))

    assert refused.value.code == "edit_empty_cue"
    assert texts(edit(CAPTIONS, edits_to_json([Delete("c")])).captions) == ["Good evening", "The motion caries"]


def test_my_edits_come_after_somebody_elses_and_what_finds_no_place_is_told() -> None:
    theirs = word("b", 2, "caries", "carried")

    fits = rebase_edits(CAPTIONS, word("a", 0, "Good", "Fine"), theirs)
    clashes = rebase_edits(CAPTIONS, word("b", 2, "caries", "carries"), theirs)

    assert texts(fits.captions) == ["Fine evening", "The motion carried", "Aye"]
    assert (operations(fits), fits.left_out) == ([SetText("a", 0, ("Good",), ("Fine",))], [])
    assert texts(clashes.captions) == ["Good evening", "The motion carried", "Aye"]
    assert operations(clashes) == []
    (left_out,) = clashes.left_out
    assert set(left_out) == {"operation", "code", "message"}
    assert left_out["operation"] == word("b", 2, "caries", "carries")["operations"][0]
    assert left_out["code"] == "words_changed"
    assert left_out["message"].endswith(".")


def test_a_persons_edits_go_into_a_new_result_whose_beginning_counts() -> None:
    machine = kept("Good evening all", "The motion caries", "Aye", ids=["x", "y", "z"])
    machine.cue_list["start_tc"] = "10:00:00;00"

    made = merge_edits(CAPTIONS, word("b", 2, "caries", "carries"), machine)

    assert texts(made.captions) == ["Good evening all", "The motion carries", "Aye"]
    assert made.captions.cue_ids == ["x", "y", "z"]
    assert operations(made) == [SetText("y", 2, ("caries",), ("carries",))]
    assert made.captions.cue_list["start_tc"] == "10:00:00;00"


def test_a_cue_that_lost_its_last_word_to_an_edit_is_gone() -> None:
    base = kept("Good evening", "Um well", ids=["a", "b"])
    # The person strikes out both words, in a result that has them in two cues.
    machine = kept("Good evening", "Um", "well then", ids=["x", "y", "z"])

    made = merge_edits(base, edits_to_json([SetText("b", 0, ("Um",), ())]), machine)

    assert texts(made.captions) == ["Good evening", "well then"]
    assert made.captions.cue_ids == ["x", "z"]
    assert operations(made)[-1] == Delete("y")


def test_a_naming_is_told_as_operations_on_the_captions_before_it() -> None:
    before = kept(
        "Good evening all", "I move item four", "I second that", "So ordered",
        speakers=("SPEAKER 1", "SPEAKER 2", "SPEAKER 3", "SPEAKER 1"), ids=["a", "b", "c", "d"],
    )  # fmt: skip
    # Written again with a name, the captions are cut anew; speaker 2 is now called two ways, mostly by name.
    after = kept(
        "Good evening", "all", "I move item", "four", "I second that", "So ordered",
        speakers=("Mayor Lee", "Mayor Lee", "Grant", "SPEAKER 9", "SPEAKER 3", "Mayor Lee"),
        ids=["p", "q", "r", "s", "t", "u"],
    )  # fmt: skip

    named = edits_from_json(namings(before, after))

    assert list(named) == [
        RenameSpeaker(("a", "d"), "SPEAKER 1", "Mayor Lee"),
        RenameSpeaker(("b",), "SPEAKER 2", "Grant"),
    ]


def test_a_voice_of_which_only_half_has_another_name_has_not_been_named() -> None:
    before = kept("I move item four", speakers=("SPEAKER 2",), ids=["a"])

    half = kept("I move", "item four", speakers=("Grant", "Lee"), ids=["p", "q"])
    nothing = kept("Something else entirely", speakers=("Grant",), ids=["p"])

    assert list(edits_from_json(namings(before, half))) == []
    assert list(edits_from_json(namings(before, nothing))) == []
