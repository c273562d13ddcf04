"""What only looks like markup, a number or a time is text; what is none of it is not shown."""

import pytest

from shared.captions import read_srt, read_vtt
from shared.captions.model import ITALIC, Styled

FIRST, SECOND, THIRD = (f"00:00:0{n}.000 --> 00:00:0{n + 1}.000" for n in (1, 3, 5))


def said(body: str, *, is_vtt: bool = False) -> tuple[str, ...]:
    """The rows of the one cue with this body."""
    text = f"WEBVTT\n\n{FIRST}\n{body}\n" if is_vtt else f"1\n{FIRST}\n{body}\n"
    ((cue,), _) = (read_vtt if is_vtt else read_srt)(text)
    return cue.rows


@pytest.mark.parametrize(
    "body",
    [
        "if a<b then c>d",
        "Sections <b> and <i> of the code",
        "motion of <u Smith> was",
        "3 <c> 4",
        "the font <font Arial> is",
        "let a<v and b>c",
        "<i Robot> is a film",
    ],
)
def test_what_is_no_tag_or_is_never_closed_is_text(body: str) -> None:
    assert said(body) == (body,)


@pytest.mark.parametrize("body", ["if a<b then c>d", "motion of <u Smith> was"])
def test_a_tag_that_takes_no_words_is_none_with_words_in_webvtt(body: str) -> None:
    assert said(body, is_vtt=True) == (body,)


def test_a_tag_is_one_when_it_is_closed_or_begins_a_row() -> None:
    assert said("not <i>slanted</i> is") == ("not slanted is",)
    assert said("- <i>Hello\nand <B>you</B>") == ("- Hello", "and you")
    assert said("no opening</i> here") == ("no opening here",)
    assert said('<font color="red" size=2>red</font> and <font>plain</font>') == ("red and plain",)
    ((cue,), _) = read_srt(f"1\n{FIRST}\n<i>Hello\nthere\n")
    assert cue.styles == (Styled(0, 10, ITALIC),)


@pytest.mark.parametrize("is_vtt", [False, True])
def test_a_blank_line_after_every_line_is_no_end_of_a_cue(is_vtt: bool) -> None:
    head = "WEBVTT\n\n" if is_vtt else ""
    text = f"{head}1\n{FIRST}\nOne\nand two\n\n2\n{SECOND}\nThree\n\n3\n{THIRD}\nFour\n"
    reader = read_vtt if is_vtt else read_srt
    rows = [("One", "and two"), ("Three",), ("Four",)]

    for doubled in (text.replace("\n", "\n\n"), text.replace("\n\n", "\n").replace("\n", "\n\n")):
        cues, findings = reader(doubled)
        assert [cue.rows for cue in cues] == rows
        assert [finding.code for finding in findings] == ["blank_line"]
    cues, findings = reader(text.replace("\n", "\r\r\n"))
    assert ([cue.rows for cue in cues], findings) == (rows, ())


def test_a_number_above_a_time_is_text_unless_it_fits_the_counting() -> None:
    without = f"{FIRST}\nitem\n7\n{SECOND}\nis next\n"
    counted = f"1\n{FIRST}\nitem\n7\n2\n{SECOND}\nis next\n4\n{THIRD}\n"
    missing = f"1\n{FIRST}\nitem\n7\n{SECOND}\nis next\n3\n{THIRD}\nEnd\n"

    assert [cue.rows for cue in read_srt(without)[0]] == [("item", "7"), ("is next",)]
    assert [cue.rows for cue in read_srt(counted)[0]][:1] == [("item", "7")]
    assert [cue.rows for cue in read_srt(missing)[0]][:1] == [("item", "7")]
    assert [cue.rows for cue in read_srt(f"5\n{FIRST}\na\n7\n{SECOND}\nb\n8\n{THIRD}\nc\n")[0]] == [
        ("a",),
        ("b",),
        ("c",),
    ]


def test_the_number_of_a_cue_whose_time_is_broken_is_not_text() -> None:
    cues, _ = read_srt(f"1\n{FIRST}\na\n2\n00:xx:03 --> 00:00:04\nb\n3\n{THIRD}\nc\n")

    assert [cue.rows for cue in cues] == [("a",), ("c",)]


@pytest.mark.parametrize("is_vtt", [False, True])
def test_a_drawing_of_ass_is_not_shown_and_words_beside_it_are(is_vtt: bool) -> None:
    assert said("{\\p1}m 0 0 l 100 0 b -3 4.5{\\p0}Hello", is_vtt=is_vtt) == ("Hello",)
    assert said("Hello\n{\\an7\\p2}m 0 0 l 1 1", is_vtt=is_vtt) == ("Hello",)
    assert said("{\\p1}Good evening", is_vtt=is_vtt) == ("Good evening",)


@pytest.mark.parametrize("is_vtt", [False, True])
@pytest.mark.parametrize(
    "path", ["C:\\Notes\\new", "C:\\news", "d:\\users\\nick\\hall", "\\\\server\\new\\Notes", "(C:\\Users\\Nora)"]
)
def test_a_path_is_no_row_after_the_other(path: str, is_vtt: bool) -> None:
    assert said(f"It is in {path} now", is_vtt=is_vtt) == (f"It is in {path} now",)


def test_a_break_behind_a_letter_that_asks_is_a_break() -> None:
    assert said("Q:\\NDid you see it?\\nA: Yes") == ("Q:", "Did you see it?", "A: Yes")
    assert said("MAYOR:\\nAye\\\\Nno") == ("MAYOR:", "Aye\\", "no")


@pytest.mark.parametrize("body", ["<ruby>Base<rt>note", "<ruby>Base<rt>note</rt></ruby>", "<ruby>Base<rt>note</ruby>"])
@pytest.mark.parametrize("is_vtt", [False, True])
def test_an_annotation_stands_in_brackets_behind_its_word(body: str, is_vtt: bool) -> None:
    assert said(body, is_vtt=is_vtt) == ("Base (note)",)
    assert said("the <ruby>A<rt>b</rt>C<rt>d</rt></ruby> end<rt></rt>", is_vtt=is_vtt) == ("the A (b)C (d) end",)


@pytest.mark.parametrize("is_vtt", [False, True])
@pytest.mark.parametrize("line", ["From A --> B", "12:30 --> lunch", "From 10:00 --> 11:00", "5 --> 6 on the list"])
def test_an_arrow_without_two_times_is_text(line: str, is_vtt: bool) -> None:
    assert said(f"{line}\nand on", is_vtt=is_vtt) == (line, "and on")
    assert said(f"We go\n{line}", is_vtt=is_vtt) == ("We go", line)


def timed(rows: list[tuple[str, ...]], length: int, apart: int, begin: int = 0) -> str:
    def stamp(second: int) -> str:
        return f"00:{second // 60:02}:{second % 60:02}.000"

    starts = [begin + apart * number for number in range(len(rows))]
    blocks = [f"{stamp(at)} --> {stamp(at + length)}\n" + "\n".join(row) for at, row in zip(starts, rows, strict=True)]
    return "\n\n".join(blocks) + "\n"


HYMN = [
    ("Glory be",),
    ("Glory be", "sing with me"),
    ("sing with me", "Alleluia"),
    ("Alleluia", "Amen"),
    ("Go in peace",),
]


def test_a_hymn_keeps_the_lines_it_repeats() -> None:
    assert [cue.rows for cue in read_vtt(f"WEBVTT\n\n{timed(HYMN, 2, 2)}")[0]] == HYMN


def test_a_hymn_in_a_meeting_does_not_make_the_meeting_roll() -> None:
    hymn = HYMN[:4] * 3
    speech = timed([(f"Sentence {number}.",) for number in range(60)], 5, 10, 60)

    cues, findings = read_vtt(f"WEBVTT\n\n{timed(hymn, 2, 2)}\n{speech}")

    assert [cue.rows for cue in cues][: len(hymn)] == hymn
    assert findings == ()
