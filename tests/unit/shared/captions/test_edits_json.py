"""Edits as JSON: what is written reads back, and what does not fit is refused with the number of the operation."""

from fractions import Fraction
from typing import Any

import pytest

from shared.captions import Cue, Placement
from shared.captions.edits_json import SCHEMA, edits_from_json, edits_to_json
from shared.captions.model import ITALIC, Align, Colour, Style, Styled
from shared.captions.operations import Insert, Operation, RenameSpeaker, SetLook, SetText, Split
from shared.errors import InvalidInput

EDITS: tuple[Operation, ...] = (
    SetText("000001", 3, ("meating",), ("meeting", "\nof")),
    Split("000001", 2, "new", Fraction(5, 2), Fraction(1001, 30_000)),
    Insert("x", Cue(Fraction(1), Fraction(2), ("Aye.",), None, Placement(2, indent=4), (Styled(0, 4, ITALIC),))),
    SetLook("x", "S1", Placement(3, Align.RIGHT, 1, (0, 2)), (Styled(0, 2, Style(underline=True, colour=Colour.RED)),)),
    RenameSpeaker(("000001",), None, "Mayor Reed"),
)


def test_the_document_says_its_version_and_times_in_milliseconds() -> None:
    document = edits_to_json(EDITS)

    assert document["schema"] == "archivist.edits/1"
    assert document["operations"][0] == {
        "op": "set_text", "cue": "000001", "first": 3, "old": ["meating"], "new": ["meeting", "\nof"],
    }  # fmt: skip
    assert document["operations"][1] == {
        "op": "split", "cue": "000001", "word": 2, "new": "new", "end": 2500, "start": "1001/30000",
    }  # fmt: skip
    assert edits_from_json(document) == EDITS


def entry(**changed: Any) -> dict[str, Any]:
    return {"op": "set_text", "cue": "1", "first": 0, "old": [], "new": [], **changed}


def made(**changed: Any) -> dict[str, Any]:
    cue = edits_to_json(EDITS)["operations"][2]["made"]
    return {"op": "insert", "cue": "x", "made": {**cue, **changed}}


@pytest.mark.parametrize(
    "wrong",
    [
        None, "delete", {}, {"op": "explode"}, {"op": ["delete"]}, {"op": "delete"}, entry(more=1), entry(cue=7),
        entry(cue=""), entry(cue="x" * 65), entry(cue="a\nb"), entry(first=-1), entry(first=True), entry(first=1.5),
        entry(old="text"), entry(old=[1]), entry(new=["\0"]), entry(new=["x"] * 3000),
        {"op": "retime", "cue": "1", "start": 0.5, "end": 1}, {"op": "retime", "cue": "1", "start": "1/0", "end": 1},
        {"op": "retime", "cue": "1", "start": 10**400, "end": 1}, {"op": "shift", "cues": "1", "by": 1},
        {"op": "retime", "cue": "1", "start": "9" * 5000 + "/1", "end": 1}, {"op": "shift", "cues": [1], "by": 1},
        {"op": "merge", "cue": "1", "other": "2", "breaks": 1},
        {"op": "rename_speaker", "cues": ["1"], "old": "", "new": "x"},
        {"op": "rename_speaker", "cues": ["1"], "old": "S1", "new": "x" * 300},
        made(rows=["a\nb"]), made(rows=None), made(speaker=5), made(start=None),
        made(placement={"base_row": 0, "align": "left", "indent": None, "shifts": []}),
        made(placement={"base_row": 1, "align": "up", "indent": None, "shifts": []}),
        made(placement={"base_row": 1, "align": "left", "indent": 32, "shifts": []}), made(placement={}),
        made(styles=[{"start": 3, "end": 3, "italic": True, "underline": False, "colour": "white"}]),
        made(styles=[{"start": 0, "end": 3, "italic": True, "underline": False, "colour": "pink"}]), made(styles=[1]),
    ],
)  # fmt: skip
def test_what_is_no_operation_is_refused_with_its_number(wrong: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        edits_from_json({"schema": SCHEMA, "operations": [entry(), wrong]})

    assert (refused.value.code, refused.value.facts) == ("edits", {"operation": 2})
    assert refused.value.message.startswith("Operation 2: ") and refused.value.message.endswith(".")


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"schema": "archivist.edits/2", "operations": []}, {"schema": SCHEMA},
     {"schema": SCHEMA, "operations": [entry()] * 20_001}],
)  # fmt: skip
def test_another_version_or_no_document_at_all_is_refused(document: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        edits_from_json(document)

    assert refused.value.code == "edits"
