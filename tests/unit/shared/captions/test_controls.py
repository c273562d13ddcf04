"""Bells and escapes of a file never reach a caption; what ends its lines does."""

import json

import pytest

from shared.captions.controls import has_controls, without_controls
from shared.captions.cuelist import read_cue_list
from shared.captions.edits_json import edits_from_json
from shared.captions.model import Cue
from shared.captions.operations import Insert, RenameSpeaker, SetText
from shared.captions.srt import read_srt, write_srt
from shared.captions.transcript import write_text
from shared.captions.vtt import read_vtt, write_vtt

HOSTILE = "The\x07 \x1b[31mchair\x9b2J\x7f spoke"
SEEN = "The [31mchair2J spoke"


def _vtt(text: str) -> tuple[Cue, ...]:
    return read_vtt(f"WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Chair\x07 Lee>{text}\nand sat.\n")[0]


def _srt(text: str) -> tuple[Cue, ...]:
    return read_srt(f"1\n00:00:01,000 --> 00:00:03,000\n{text}\nand sat.\n")[0]


def _json(text: str) -> tuple[Cue, ...]:
    cue = {"start": 1, "end": 3, "text": f"{text}\nand sat.", "speaker": "Chair\x07 Lee"}
    return read_cue_list(json.dumps({"cues": [cue]})).cues


@pytest.mark.parametrize("read", [_vtt, _srt, _json])
def test_no_reader_lets_control_characters_through(read: object) -> None:
    assert callable(read)
    (cue,) = read(HOSTILE)

    assert cue.rows == (SEEN, "and sat.")
    assert cue.speaker in ("Chair Lee", None)
    for written in (write_vtt([cue]), write_srt([cue]), write_text([cue])):
        assert without_controls(written) == written and SEEN.split()[-1] in written


@pytest.mark.parametrize("read", [_vtt, _srt])
def test_nor_as_entities(read: object) -> None:
    assert callable(read)
    (cue,) = read("The &#7;&#27;&#x9d;&#127;chair &amp; clerk")

    assert cue.rows == ("The chair & clerk", "and sat.")


def test_a_cue_of_nothing_else_has_no_text() -> None:
    (cue,) = _vtt("\x07\x1b")
    assert cue.rows == ("and sat.",)


def test_operations_of_an_edit_have_none_and_keep_their_breaks() -> None:
    cue = {"start": 0, "end": 900, "rows": ["a\x1bb"], "speaker": "\x07", "styles": []}
    place = {"base_row": 15, "align": "center", "indent": None, "shifts": []}
    document = {
        "schema": "archivist.edits/1",
        "operations": [
            {"op": "set_text", "cue": "1", "first": 0, "old": ["\x07one"], "new": ["\ntw\x1bo"]},
            {"op": "insert", "cue": "2", "made": {**cue, "placement": place}},
            {"op": "rename_speaker", "cues": ["1"], "old": "Ch\x07air", "new": "L\x85\x9bee"},
        ],
    }

    text, made, renamed = edits_from_json(document)

    assert isinstance(text, SetText) and (text.old, text.new) == (("one",), ("\ntwo",))
    assert isinstance(made, Insert) and (made.made.rows, made.made.speaker) == (("ab",), None)
    assert isinstance(renamed, RenameSpeaker) and (renamed.old, renamed.new) == ("Chair", "L\x85ee")


@pytest.mark.parametrize(
    ("text", "plain"),
    [("", ""), ("Aye.\t\r\n\x0b\x0c\x1c\x1d\x1e\x85\xa0", "Aye.\t\r\n\x0b\x0c\x1c\x1d\x1e\x85\xa0")]
    + [(f"A{chr(code)}ye", "Aye") for code in (0, 7, 8, 0x0E, 0x1B, 0x1F, 0x7F, 0x84, 0x86, 0x9F)],
)
def test_what_is_no_letter_and_ends_no_line_is_found_and_goes(text: str, plain: str) -> None:
    assert without_controls(text) == plain
    assert has_controls(text) is (text != plain)
