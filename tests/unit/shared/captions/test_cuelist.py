"""Cue lists: strict in what they take, exact in what they keep."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions import read_cue_list, write_cue_list
from shared.captions.model import ITALIC, Cue, Placement
from shared.captions.styling import styled
from shared.captions.timecode import frame, seconds
from shared.errors import InvalidInput

GOOD: dict[str, Any] = {"start": 2.0, "end": 5.143, "text": "Good evening.\nWelcome.", "speaker": None}


def document(*cues: object, **fields: object) -> str:
    return json.dumps({"start_tc": "00:00:00;00", "drop_frame": True, "cues": list(cues)} | fields)


def test_the_documented_form_is_read_exactly() -> None:
    found = read_cue_list(document(GOOD))

    assert found.start_tc == "00:00:00;00"
    assert found.drop_frame is True
    assert found.cues == (Cue(Fraction(2), Fraction(5143, 1000), ("Good evening.", "Welcome.")),)


def test_what_is_written_is_the_documented_form() -> None:
    cue = styled(Cue(Fraction(2), Fraction(5143, 1000), ("Hello",), "Mayor", Placement(2)), ITALIC)

    assert json.loads(write_cue_list([cue], start_tc="01:00:00:00", drop_frame=False)) == {
        "start_tc": "01:00:00:00",
        "drop_frame": False,
        "cues": [{"start": 2.0, "end": 5.143, "text": "Hello", "speaker": "Mayor", "italic": True, "base_row": 2}],
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not JSON: Expecting value in line 1, column 1"),
        ("[]", 'an object with a list named "cues"'),
        (document(GOOD, drop_frame=1), '"drop_frame" is true or false'),
        (document(GOOD, start_tc="00:00:00:00"), "has a semicolon before the frames if"),
        (document(GOOD, start_tc="00:01:00;00"), "labels that drop-frame counting leaves out"),
        (document(GOOD, start_tc=5), '"start_tc" is a label'),
        (document(5), "Cue 1 is not an object"),
        (document(GOOD, {**GOOD, "end": 1}), "Cue 2 ends at 1 s, but starts at 2 s"),
        (document({**GOOD, "start": "2"}), '"start" of cue 1 is not a number of seconds'),
        (document({**GOOD, "start": True}), '"start" of cue 1 is not a number of seconds'),
        (document({**GOOD, "start": -1}), '"start" of cue 1 is not between 0 and'),
        (document(GOOD).replace("5.143", "1e999999999"), '"end" of cue 1 is not between 0 and'),
        (document(GOOD).replace("5.143", "NaN"), "NaN is not a number of JSON"),
        (document({**GOOD, "text": " \n "}), "Cue 1 has no text"),
        (document({**GOOD, "text": "x" * 2001}), "Cue 1 has 2001 characters of text"),
        (document({**GOOD, "speaker": 3}), '"speaker" of cue 1 is neither text nor null'),
        (document({**GOOD, "colour": "red"}), "Cue 1 has an unknown field 'colour'"),
        (document({**GOOD, "base_row": 16}), '"base_row" of cue 1 is not a row from 1 to 15'),
        (document({**GOOD, "start": 3.0}, GOOD), "Cue 2 starts before cue 1"),
        ("[" * 100_000, "impossible size or depth"),
        (document(GOOD).replace("5.143", "9" * 5000), "impossible size or depth"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_cue_list(text)

    assert sentence in refusal.value.message
    assert refusal.value.code == "cue_list"


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(2, 300)), max_size=8))
def test_cues_on_frames_come_back_on_the_same_frames(lengths: list[tuple[int, int]]) -> None:
    cues, at = [], 0
    for gap, length in lengths:
        cues.append(Cue(seconds(at + gap), seconds(at + gap + length), ("Hello",)))
        at += gap + length

    back = read_cue_list(write_cue_list(cues)).cues

    assert [(frame(one.start), frame(one.end)) for one in back] == [(frame(one.start), frame(one.end)) for one in cues]
