"""Cue lists: strict in what they take, exact in what they keep."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions import read_cue_list, write_cue_list
from shared.captions.cuelist import MAX_SECONDS, MAX_TEXT
from shared.captions.model import ITALIC, Align, Colour, Cue, Placement, Style, Styled
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


@pytest.mark.parametrize(
    "wrong",
    [
        {"end": 2.0},
        {"end": None},
        {"start": -0.001},
        {"start": 1.0, "end": MAX_SECONDS + 1},
        {"text": None},
        {"text": ["a"]},
        {"text": "x" * (MAX_TEXT + 1)},
        {"speaker": ["Lee"]},
        {"italic": 1},
        {"italic": "true"},
        {"base_row": 0},
        {"base_row": True},
        {"base_row": "15"},
        {"base_row": 2.0},
        {"align": "middle"},
        {"align": None},
        {"indent": 32},
        {"indent": -1},
        {"indent": True},
        {"indent": "0"},
        {"shifts": 1},
        {"shifts": [0, 32]},
        {"shifts": [-1]},
        {"shifts": [None]},
        {"styles": {}},
        {"styles": [1]},
        {"styles": [{"start": 0, "end": 1, "bold": True}]},
        {"styles": [{"start": 0}]},
        {"styles": [{"end": 3}]},
        {"styles": [{"start": 0, "end": MAX_TEXT + 1}]},
        {"styles": [{"start": -1, "end": 3}]},
        {"styles": [{"start": 0, "end": 3, "colour": "lime"}]},
        {"styles": [{"start": 0, "end": 3, "italic": 1}]},
        {"styles": [{"start": 0, "end": 3, "underline": None}]},
        {"styles": [{"start": 0, "end": 3, "italic": True}, {"start": 2, "end": 4, "underline": True}]},
    ],
    ids=str,
)
def test_a_cue_that_does_not_fit_is_refused_with_its_number(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_cue_list(document(GOOD, {**GOOD, **wrong}))

    assert (refusal.value.code, refusal.value.facts) == ("cue_list", {"cue": 2})


@pytest.mark.parametrize(
    "wrong", ["{}", '{"cues": {}}', '"cues"', document(GOOD, drop_frame=None), document(GOOD, start_tc=None)]
)
def test_a_list_that_is_none_has_no_number_of_a_cue(wrong: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_cue_list(wrong)

    assert (refusal.value.code, refusal.value.facts) == ("cue_list", {})


@pytest.mark.parametrize(
    ("fields", "cue"),
    [
        ({"base_row": 1, "indent": 0, "shifts": [0, 31]}, {"placement": Placement(1, indent=0, shifts=(0, 31))}),
        ({"base_row": 15, "indent": 31}, {"placement": Placement(15, indent=31)}),
        ({"align": "right", "indent": None, "shifts": []}, {"placement": Placement(align=Align.RIGHT)}),
        ({"start": 0, "end": MAX_SECONDS}, {"start": Fraction(0), "end": Fraction(MAX_SECONDS)}),
        ({"start": 2.0000000001}, {}),
        ({"text": "  Good evening. \n\n Welcome.\r\n"}, {}),
        ({"text": "x" * MAX_TEXT}, {"rows": ("x" * MAX_TEXT,)}),
        ({"speaker": ""}, {}),
        ({"speaker": "Mayor Lee"}, {"speaker": "Mayor Lee"}),
        ({"italic": False}, {}),
        ({"italic": True}, {"styles": (Styled(0, 20, ITALIC),)}),
        ({"styles": [{"start": 3, "end": 3, "italic": True}]}, {}),
        ({"styles": [{"start": 0, "end": 4}]}, {}),
        (
            {"styles": [{"start": 0, "end": 4, "underline": True}, {"start": 4, "end": 5, "colour": "red"}]},
            {"styles": (Styled(0, 4, Style(underline=True)), Styled(4, 5, Style(colour=Colour.RED)))},
        ),
    ],
    ids=str,
)
def test_the_last_value_that_fits_is_taken_as_it_is(fields: dict[str, object], cue: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"start": Fraction(2), "end": Fraction(5143, 1000), "rows": ("Good evening.", "Welcome.")}

    (found,) = read_cue_list(document({**GOOD, **fields})).cues

    assert found == Cue(**{**usual, **cue})


@pytest.mark.parametrize(("drop_frame", "start_tc"), [(True, "00:00:00;00"), (False, "00:00:00:00")])
def test_labels_begin_at_zero_where_nobody_says_otherwise(drop_frame: bool, start_tc: str) -> None:
    found = read_cue_list(json.dumps({"drop_frame": drop_frame, "cues": []}))

    assert (found.cues, found.start_tc, found.drop_frame) == ((), start_tc, drop_frame)
    assert read_cue_list("\ufeff" + json.dumps({"cues": []})).drop_frame is True


def test_cues_that_begin_together_are_in_order() -> None:
    assert len(read_cue_list(document(GOOD, GOOD)).cues) == 2


def test_place_and_style_of_a_cue_come_back() -> None:
    styles = (
        Styled(0, 4, Style(italic=True)),
        Styled(4, 6, Style(underline=True, colour=Colour.CYAN)),
        Styled(9, 12, Style(italic=True, underline=True)),
    )
    place = Placement(3, Align.LEFT, 4, (0, 6))
    cue = Cue(Fraction(2), Fraction(3), ("Good evening.", "Willkommen, Bürger"), "Mayor", place, styles)

    text = write_cue_list([cue, cue], start_tc="01:00:00;00")

    assert read_cue_list(text).cues == (cue, cue)
    assert "Bürger" in text
    assert json.loads(text)["cues"][0]["styles"] == [
        {"start": 0, "end": 4, "italic": True},
        {"start": 4, "end": 6, "underline": True, "colour": "cyan"},
        {"start": 9, "end": 12, "italic": True, "underline": True},
    ]


def test_an_empty_list_is_one_too() -> None:
    assert json.loads(write_cue_list([])) == {"start_tc": "00:00:00;00", "drop_frame": True, "cues": []}
