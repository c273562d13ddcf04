"""What is said when captions, edits, labels or thresholds cannot be read: sentence, code and facts of each refusal.

A sentence that says ``None``, or another number than the rule has, helps nobody; so each is held whole, once, in
``tests/golden/refusals.json``. ``RECORD_GOLDEN=1 pytest tests/unit/shared/captions/test_golden_refusals.py`` writes
them anew; the difference is for a person to judge.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest

from shared.captions import CueList, profile, read_cue_list
from shared.captions.codes import COLUMNS
from shared.captions.cuelist import MAX_SECONDS, MAX_TEXT
from shared.captions.edits import apply, identified
from shared.captions.edits_json import MAX_CUES, MAX_NAME, MAX_OPERATIONS, SCHEMA, edits_from_json
from shared.captions.encoding import MAX_BYTES, decode
from shared.captions.interchange import READABLE, WRITABLE, format_of, written
from shared.captions.mcc_rate import MCC_RATES
from shared.captions.model import Cue
from shared.captions.operations import (
    MAX_ID,
    Delete,
    Insert,
    Merge,
    Operation,
    RenameSpeaker,
    Retime,
    SetText,
    Shift,
    Split,
)
from shared.captions.profiles import PROFILES
from shared.captions.recognise import require_format
from shared.captions.timecode import parse
from shared.captions.versions import CaptionsAsKept, edit
from shared.errors import ArchivistError
from shared.quality import Thresholds
from shared.quality.report_json import from_json

EXPECTED = Path(__file__).parents[3] / "golden" / "refusals.json"

CUE: dict[str, Any] = {"start": 2.0, "end": 5.143, "text": "Good evening.\nWelcome.", "speaker": None}
CUES_THAT_DO_NOT_FIT: dict[str, Any] = {
    "no object": 5,
    "end at the start": {**CUE, "end": 2.0},
    "end before the start": {**CUE, "end": 1},
    "no end": {**CUE, "end": None},
    "start is text": {**CUE, "start": "2"},
    "start is true": {**CUE, "start": True},
    "start before zero": {**CUE, "start": -0.001},
    "end too late": {**CUE, "end": MAX_SECONDS + 1},
    "no text": {**CUE, "text": None},
    "blanks": {**CUE, "text": " \n "},
    "too much text": {**CUE, "text": "x" * (MAX_TEXT + 1)},
    "speakers": {**CUE, "speaker": ["Lee"]},
    "italic is a number": {**CUE, "italic": 1},
    "unknown field": {**CUE, "colour": "red", "zoom": 1},
    "long unknown field": {**CUE, "x" * 80: 1},
    "row 0": {**CUE, "base_row": 0},
    "row 16": {**CUE, "base_row": 16},
    "row is true": {**CUE, "base_row": True},
    "align middle": {**CUE, "align": "middle"},
    "align none": {**CUE, "align": None},
    "indent too far": {**CUE, "indent": COLUMNS},
    "indent is text": {**CUE, "indent": "0"},
    "shifts are a number": {**CUE, "shifts": 1},
    "shift too far": {**CUE, "shifts": [0, COLUMNS]},
    "styles are an object": {**CUE, "styles": {}},
    "style is a number": {**CUE, "styles": [1]},
    "unknown style": {**CUE, "styles": [{"start": 0, "end": 1, "bold": True}]},
    "style without end": {**CUE, "styles": [{"start": 0}]},
    "style without start": {**CUE, "styles": [{"end": 3}]},
    "style too far": {**CUE, "styles": [{"start": 0, "end": MAX_TEXT + 1}]},
    "unknown colour": {**CUE, "styles": [{"start": 0, "end": 3, "colour": "lime"}]},
    "style italic is a number": {**CUE, "styles": [{"start": 0, "end": 3, "italic": 1}]},
    "style underline is null": {**CUE, "styles": [{"start": 0, "end": 3, "underline": None}]},
    "styles overlap": {**CUE, "styles": [{"start": 0, "end": 3, "italic": True}, {"start": 2, "end": 4}]},
}
LISTS_THAT_DO_NOT_FIT: dict[str, str] = {
    "nothing": "",
    "no JSON in line 2": '{"cues":\n  x}',
    "a list": "[]",
    "no cues": "{}",
    "cues are an object": '{"cues": {}}',
    "not a number": '{"cues": NaN}',
    "infinite": '{"cues": -Infinity}',
    "too deep": "[" * 100_000,
    "too long a number": '{"cues": [' + "9" * 5000 + "]}",
    "drop_frame is a number": '{"drop_frame": 1, "cues": []}',
    "label is a number": '{"start_tc": 5, "cues": []}',
    "label is none": '{"start_tc": "now", "cues": []}',
    "label that is left out": '{"start_tc": "00:01:00;00", "cues": []}',
    "label counts otherwise": '{"start_tc": "00:00:00:00", "cues": []}',
    "label counts drop-frame": '{"start_tc": "00:00:00;00", "drop_frame": false, "cues": []}',
    "out of order": json.dumps({"cues": [{**CUE, "start": 3.0}, CUE]}),
}

PLACE = {"base_row": 2, "align": "left", "indent": 4, "shifts": []}
STYLE = {"start": 0, "end": 4, "italic": True, "underline": False, "colour": "white"}
MADE = {"start": 1000, "end": 2000, "rows": ["Aye."], "speaker": None, "placement": PLACE, "styles": [STYLE]}


def made(**changed: Any) -> dict[str, Any]:
    return {"op": "insert", "cue": "x", "made": {**MADE, **changed}}


def text(**changed: Any) -> dict[str, Any]:
    return {"op": "set_text", "cue": "1", "first": 0, "old": [], "new": [], **changed}


EDITS_THAT_DO_NOT_FIT: dict[str, Any] = {
    "nothing": None,
    "unknown operation": {"op": "explode"},
    "operation is a list": {"op": ["delete"]},
    "a field too few": {"op": "retime", "cue": "1", "start": 1},
    "a field too many": text(more=1),
    "id is a number": text(cue=7),
    "id is empty": text(cue=""),
    "id too long": text(cue="x" * (MAX_ID + 1)),
    "id with a line feed": text(cue="a\nb"),
    "first below zero": text(first=-1),
    "first is true": text(first=True),
    "first too large": text(first=MAX_TEXT + 1),
    "old is text": text(old="text"),
    "old is numbers": text(old=[1]),
    "zero byte": text(new=["\0"]),
    "new too long": text(new=["x" * (MAX_TEXT + 1)]),
    "too many new": text(new=["x"] * (MAX_TEXT + 1)),
    "time is a decimal": {"op": "retime", "cue": "1", "start": 0.5, "end": 1},
    "time of no denominator": {"op": "retime", "cue": "1", "start": 1, "end": "1/0"},
    "time too late": {"op": "retime", "cue": "1", "start": MAX_SECONDS * 1000 + 1, "end": 1},
    "shift by text": {"op": "shift", "cues": ["1"], "by": "1"},
    "cues are text": {"op": "shift", "cues": "1", "by": 1},
    "too many cues": {"op": "shift", "cues": ["1"] * (MAX_CUES + 1), "by": 1},
    "one cue is a number": {"op": "shift", "cues": ["1", 2], "by": 1},
    "breaks is a number": {"op": "merge", "cue": "1", "other": "2", "breaks": 1},
    "other is none": {"op": "merge", "cue": "1", "other": None, "breaks": True},
    "speaker without a name": {"op": "rename_speaker", "cues": ["1"], "old": "", "new": "x"},
    "speaker with too long a name": {"op": "rename_speaker", "cues": ["1"], "old": None, "new": "x" * (MAX_NAME + 1)},
    "new cue without id": {"op": "split", "cue": "1", "word": 1, "new": None, "start": 1, "end": 1},
    "word is text": {"op": "split", "cue": "1", "word": "1", "new": "2", "start": 1, "end": 1},
    "made is text": {"op": "insert", "cue": "x", "made": "Aye."},
    "made has more": made(more=1),
    "rows with line feeds": made(rows=["a\nb"]),
    "rows are none": made(rows=None),
    "speaker is a number": made(speaker=5),
    "start is none": made(start=None),
    "end is none": made(end=None),
    "placement is empty": made(placement={}),
    "row 0": made(placement={**PLACE, "base_row": 0}),
    "row 16": made(placement={**PLACE, "base_row": 16}),
    "align up": made(placement={**PLACE, "align": "up"}),
    "indent too far": made(placement={**PLACE, "indent": COLUMNS}),
    "shifts are a number": made(placement={**PLACE, "shifts": 3}),
    "shift too far": made(placement={**PLACE, "shifts": [COLUMNS]}),
    "styles are none": made(styles=None),
    "style is a number": made(styles=[1]),
    "style of no letter": made(styles=[{**STYLE, "start": 4}]),
    "style start is none": made(styles=[{**STYLE, "start": None}]),
    "style end is none": made(styles=[{**STYLE, "end": None}]),
    "style colour": made(styles=[{**STYLE, "colour": "pink"}]),
    "style italic": made(styles=[{**STYLE, "italic": 1}]),
    "style underline": made(styles=[{**STYLE, "underline": "no"}]),
    "styles out of order": made(styles=[STYLE, {**STYLE, "start": 3, "end": 5}]),
    "look without place": {"op": "set_look", "cue": "1", "speaker": None, "placement": None, "styles": []},
}

MEETING = identified(
    [
        Cue(Fraction(1), Fraction(3), ("The meeting", "will come"), "S1"),
        Cue(Fraction(3), Fraction(5), ("to order.",), "S2"),
    ]
)
ONE, TWO = (one.id for one in MEETING)
LONG = Cue(Fraction(6), Fraction(7), ("x" * MAX_TEXT,))
OPERATIONS_THAT_CANNOT_BE: dict[str, Operation] = {
    "unknown cue": SetText("nobody", 0, (), ("x",)),
    "unknown cue of a long name": Delete("n" * 100),
    "word past the end": SetText(ONE, 5, (), ("x",)),
    "word before the first": SetText(ONE, -1, (), ("x",)),
    "other words": SetText(TWO, 0, ("order.",), ("x",)),
    "word with a blank": SetText(TWO, 0, ("to",), ("x y",)),
    "word with a line feed in it": SetText(TWO, 0, ("to",), ("x\ny",)),
    "word with a line feed for its second letter": SetText(TWO, 0, ("to",), ("\n\n",)),
    "too much text": SetText(TWO, 0, ("to",), ("x" * MAX_TEXT,)),
    "no time": Retime(TWO, Fraction(5), Fraction(5)),
    "before the recording": Retime(TWO, Fraction(-1), Fraction(5)),
    "after any recording": Retime(TWO, Fraction(1), Fraction(MAX_SECONDS + 1)),
    "split into a cue that is there": Split(TWO, 1, ONE, Fraction(4), Fraction(4)),
    "split into a cue without a name": Split(TWO, 1, "", Fraction(4), Fraction(4)),
    "split into a cue with too long a name": Split(TWO, 1, "n" * (MAX_ID + 1), Fraction(4), Fraction(4)),
    "split past the words": Split(TWO, 3, "x", Fraction(4), Fraction(4)),
    "split before the words": Split(TWO, -1, "x", Fraction(4), Fraction(4)),
    "split at the start": Split(TWO, 1, "x", Fraction(3), Fraction(4)),
    "split after the end": Split(TWO, 1, "x", Fraction(6), Fraction(4)),
    "second half before the start": Split(TWO, 1, "x", Fraction(4), Fraction(2)),
    "second half at the end": Split(TWO, 1, "x", Fraction(4), Fraction(5)),
    "merged backwards": Merge(TWO, ONE),
    "merged with itself": Merge(TWO, TWO),
    "merged with nobody": Merge(TWO, "nobody"),
    "inserted where one is": Insert(TWO, Cue(Fraction(0), Fraction(1), ("x",))),
    "inserted for no time": Insert("x", Cue(Fraction(1), Fraction(1), ("x",))),
    "inserted with too much text": Insert("x", Cue(Fraction(0), Fraction(1), ("x" * (MAX_TEXT + 1),))),
    "shifted before the recording": Shift((TWO, ONE), Fraction(-2)),
    "no cue": Shift((), Fraction(1)),
    "a cue twice": Shift((ONE, ONE), Fraction(1)),
    "no cue of a speaker": RenameSpeaker((), "S1", "Reed"),
    "another speaker": RenameSpeaker((ONE, TWO), "S1", "Reed"),
}
OVERRIDES: dict[str, Any] = {
    "a list": [1],
    "unknown": {"zeal": 1, "snr": 2},
    "scores are a number": {"pass_scores": 0.9},
    "unknown check": {"pass_scores": {"zeal": 0.5}},
    "score of text": {"pass_scores": {"completeness": "0.9"}},
    "score above 1": {"pass_scores": {"completeness": 1.01}},
    "score below 0": {"pass_scores": {"completeness": -0.01}},
    "number is true": {"snr_good_db": True},
    "number is text": {"snr_good_db": "12"},
    "number is infinite": {"snr_good_db": float("inf")},
    "too low": {"rms_good_dbfs": -200.5},
    "below zero": {"onset_good_ms": -1},
    "too high": {"fast_cps": 1e9 + 1},
    "share above 1": {"coverage_good": 1.5},
    "part of a millisecond": {"onset_good_ms": 1.5},
    "good below lost": {"snr_good_db": 2},
    "good above lost": {"drift_good_ms": 4000},
    "good is lost": {"clipped_good": 0.02},
}
LABELS = ("", "1:00:00;00", "24:00:00;00", "23:59:59;30", "00:01:00;01", "00:60:00;00")
FOREIGN = {
    ".vtt": "WEBVTT\n\n",
    ".scc": "Scenarist_SCC V1.0\n\n",
    ".mcc": "File Format=MacCaption_MCC V2.0\n\n",
    ".srt": "1\n00:00:01,000 --> 00:00:02,000\nAye.\n",
    ".json": '{ "cues": []}',
}
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def _written(ending: str, *cues: Cue) -> Callable[[], object]:
    return lambda: written(CueList(cues), ending, PROFILES["fcc"], "pop-on", now=NOW)


def refusals() -> Iterator[tuple[str, Callable[[], object]]]:
    """Name and call of everything that is refused."""

    def each(kind: str, cases: Mapping[str, Any], call: Callable[[Any], object]) -> Iterator[Any]:
        return ((f"{kind}: {name}", lambda case=case: call(case)) for name, case in cases.items())

    yield from each("cue", CUES_THAT_DO_NOT_FIT, lambda cue: read_cue_list(json.dumps({"cues": [CUE, cue]})))
    yield from each("cue list", LISTS_THAT_DO_NOT_FIT, read_cue_list)
    documents = {
        "none": None,
        "another schema": {"schema": "archivist.edits/2", "operations": []},
        "no operations": {"schema": SCHEMA},
        "too many": {"schema": SCHEMA, "operations": [{}] * (MAX_OPERATIONS + 1)},
    }
    yield from each("edits", documents, edits_from_json)
    edits = {name: {"schema": SCHEMA, "operations": [text(), one]} for name, one in EDITS_THAT_DO_NOT_FIT.items()}
    yield from each("edit", edits, edits_from_json)
    yield from each(
        "operation", OPERATIONS_THAT_CANNOT_BE, lambda one: apply(MEETING, [Shift((ONE,), Fraction(0)), one])
    )
    yield (
        "operation: merged into too much text",
        lambda: apply((*MEETING, *identified([LONG], ["x"])), [Merge(ONE, "x")]),
    )
    gone = {"schema": SCHEMA, "operations": [text(cue="000001", old=["Good", "evening."], new=[])]}
    kept = CaptionsAsKept({"cues": [{**CUE, "text": "Good evening."}]})
    yield "edit: a cue without words", lambda: edit(kept, gone)
    yield from each("threshold", OVERRIDES, lambda one: Thresholds().overridden(cast(Mapping[str, object], one)))
    yield from each("label", {one: one for one in LABELS}, parse)
    yield from each("label at 25", {one: one for one in ("", "24:00:00:00", "00:00:00:25")}, MCC_RATES["25"].frame)
    yield from each(
        "label at 60",
        {one: one for one in ("1:00:00;00", "00:01:00;03", "00:00:00;60", "00:01:00;01.1")},
        MCC_RATES["60DF"].frame,
    )
    names = ("minutes.docx", "captions", "captions.", ".sccc", "a.SCC.bak")
    yield from each("name to read", {name: name for name in names}, lambda name: format_of(name, READABLE))
    yield from each("name to write", {name: name for name in names}, lambda name: format_of(name, WRITABLE))
    for own, content in FOREIGN.items():
        others = {f"{own} as {other}": (content, other) for other in FOREIGN if other != own}
        yield from each("format", others, lambda one: require_format(*one))
    contents = {
        "zeros": b"Aye.\0",
        "half of UTF-16": b"\xff\xfe\x00",
        "no UTF-8": b"\xef\xbb\xbf\xff",
        "half without a mark": b"\x00A\xd8\x00",
        "too large": b"x" * (MAX_BYTES + 1),
    }
    yield from each("bytes", contents, decode)
    yield "profile", lambda: profile("VHS")
    yield "report: no JSON", lambda: from_json("{")
    yield "report: another schema", lambda: from_json('{"schema": "archivist.quality/99"}')
    yield "report: half of one", lambda: from_json("{}")
    russian = Cue(Fraction(1), Fraction(2), ("Добрый вечер",))
    yield from each("illegible", {one: one for one in (".scc", ".mcc")}, lambda one: _written(one, russian)())
    early, late = Cue(Fraction(1), Fraction(2), ("Aye.",)), Cue(Fraction(90_000), Fraction(90_001), ("No.",))
    yield "days", _written(".scc", early, late)


def told(call: Callable[[], object]) -> dict[str, Any]:
    with pytest.raises(ArchivistError) as refused:
        call()
    return {"message": refused.value.message, "code": refused.value.code, **refused.value.facts}


def test_each_refusal_says_what_is_wrong_in_its_own_words() -> None:
    found = {}
    for name, call in refusals():
        try:
            found[name] = told(call)
        except BaseException as error:
            raise AssertionError(f"{name}: {error!r}") from error
    if os.environ.get("RECORD_GOLDEN"):
        lines = (f"{json.dumps(key)}: {json.dumps(one, ensure_ascii=False)}" for key, one in found.items())
        EXPECTED.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")

    assert found == json.loads(EXPECTED.read_text("utf-8"))
