"""Every case of tests/golden/scc: the file is the expected one, legal, and read by another program as we read it.

``RECORD_GOLDEN=1 pytest tests/unit/shared/captions/test_golden_scc.py`` writes the expected files anew; they still have
to be legal and read alike, and the difference is for a person to judge.
"""

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import ttconv.model
import ttconv.scc.reader

from shared.captions import Cue, SccOptions, check_scc, labelling_for, seconds, write_scc
from shared.captions.model import Align, Colour, Placement, Severity, Style, Styled
from shared.captions.transliterate import clean

FOLDER = Path(__file__).parents[3] / "golden" / "scc"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/cues.json"))
FOLDED = str.maketrans({"━": "—", "ʌ": "^", "┃": "¦", "\N{NO-BREAK SPACE}": " "})


def case_of(name: str) -> tuple[list[Cue], SccOptions]:
    """The cues of a case and the options its file asks for; numbers are exact decimals."""
    case: dict[str, Any] = json.loads((FOLDER / name / "cues.json").read_text("utf-8"), parse_float=Fraction)
    cues = [
        Cue(
            Fraction(cue["start"]),
            Fraction(cue["end"]),
            tuple(cue["text"].split("\n")),
            cue["speaker"],
            Placement(
                cue.get("base_row", 15),
                Align(cue.get("align", "center")),
                cue.get("indent"),
                tuple(cue.get("shifts", ())),
            ),
            tuple(_styled(one) for one in (*cue.get("italics", ()), *cue.get("styles", ()))),
        )
        for cue in case["cues"]
    ]
    drop_frame = case.get("drop_frame")
    if "video_rate" in case:
        drop_frame = labelling_for(Fraction(case["video_rate"]), case.get("has_drop_timecode")).drop_frame
    return cues, SccOptions(
        start_tc=case["start_tc"],
        drop_frame=drop_frame,
        mode=case.get("mode", "pop-on"),
        channel=case.get("channel", "CC1"),
        media_start=Fraction(case.get("media_start", 0)),
    )


def _styled(one: dict[str, Any]) -> Styled:
    """A stretch of letters in italics where nothing else is said."""
    looks = one.keys() - {"start", "end"}
    style = Style(one.get("italic", not looks), one.get("underline", False), Colour(one.get("colour", "white")))
    return Styled(one["start"], one["end"], style)


@pytest.mark.parametrize("name", CASES)
def test_the_file_is_the_expected_one(name: str) -> None:
    expected = FOLDER / name / "expected.scc"
    written = write_scc(*case_of(name)).text
    if os.environ.get("RECORD_GOLDEN"):
        expected.write_bytes(written.encode("ascii"))

    assert written.encode("ascii") == expected.read_bytes()


@pytest.mark.parametrize("name", CASES)
def test_what_differs_from_the_cues_is_told_where_it_does(name: str) -> None:
    expected = FOLDER / name / "findings.json"
    found = [[one.code, one.cue, one.timecode] for one in write_scc(*case_of(name)).findings]
    if os.environ.get("RECORD_GOLDEN") and found:
        expected.write_text(json.dumps(found, indent=1) + "\n", "utf-8")

    assert found == (json.loads(expected.read_text("utf-8")) if expected.exists() else [])


@pytest.mark.parametrize("name", CASES)
def test_the_expected_file_is_legal_and_says_all_the_text(name: str) -> None:
    cues, options = case_of(name)
    text = (FOLDER / name / "expected.scc").read_text("ascii")
    shown = write_scc(cues, options).cues

    assert [f for f in check_scc(text, shown, options=options) if f.severity is Severity.ERROR] == []
    wanted = "".join(clean(row).text for cue in sorted(cues, key=lambda cue: cue.start) for row in cue.rows)
    assert "".join(row for cue in shown for row in cue.rows).replace(" ", "") == wanted.replace(" ", "")


NOT_FOR_TTCONV = {
    "second-language": "ttconv reads field 1 only",
    "midnight": "ttconv does not count on past midnight",
    "in-places": "ttconv tells what stands on the screen as one caption",
    "long-silence": "ttconv tells a repeated caption as a new one",
    "long-standing": "ttconv tells a repeated caption as a new one",
}
TYPED = ("roll-up", "paint-on")
"""ttconv tells every row again while it scrolls, and dates painted text at the line's first word."""
FOR_TTCONV = [name for name in CASES if name not in NOT_FOR_TTCONV and not any(mode in name for mode in TYPED)]


@pytest.mark.parametrize("name", FOR_TTCONV)
def test_ttconv_sees_the_same_text_on_the_same_frames(name: str) -> None:
    cues, options = case_of(name)
    text = (FOLDER / name / "expected.scc").read_text("ascii")
    shown = write_scc(cues, options).cues
    offset = seconds(options.start) - options.media_start

    theirs = paragraphs(text)

    assert [(begin, rows) for begin, _end, rows in theirs] == [(cue.start + offset, words(cue.text)) for cue in shown]
    assert [end for _begin, end, _rows in theirs] == [cue.end + offset for cue in shown]


def paragraphs(text: str) -> list[tuple[Fraction, Fraction, list[str]]]:
    """What ttconv makes of a file: begin, end and words of each caption."""
    body = ttconv.scc.reader.to_model(text).get_body()
    found = []
    for element in body.dfs_iterator() if body is not None else ():
        if isinstance(element, ttconv.model.P):
            parts = (
                part.get_text() if isinstance(part, ttconv.model.Text) else " "
                for part in element.dfs_iterator()
                if isinstance(part, ttconv.model.Text | ttconv.model.Br)
            )
            found.append((element.get_begin(), element.get_end(), words("".join(parts).translate(FOLDED))))
    return found


def words(text: str) -> list[str]:
    return text.split()
