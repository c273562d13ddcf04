"""SRT: what is written comes back, and what others wrote is understood."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions import Finding, label, read_srt, read_vtt, seconds, write_srt
from shared.captions.model import ITALIC, Align, Colour, Cue, Placement, Style
from shared.captions.styling import styled

Reader = Callable[[str], tuple[tuple[Cue, ...], tuple[Finding, ...]]]


def cue(start: str, end: str, *rows: str) -> Cue:
    return Cue(Fraction(start), Fraction(end), rows)


def test_cues_are_numbered_and_use_a_comma() -> None:
    assert write_srt([cue("2", "5.143", ">> Abbott?", ">> Aye."), cue("3600", "3601", "Salt & pepper")]) == (
        "1\n00:00:02,000 --> 00:00:05,143\n>> Abbott?\n>> Aye.\n\n2\n01:00:00,000 --> 01:00:01,000\nSalt & pepper\n"
    )


def test_a_cue_on_a_frame_keeps_at_least_a_millisecond() -> None:
    assert "00:00:01,000 --> 00:00:01,001" in write_srt([cue("1", "1.0001", "Hello")])


def test_files_of_other_programs_are_understood() -> None:
    text = (
        "\ufeff1\r\n0:0:1.5 --> 00:00:02,5\r\n{\\an8}<i>Hello</i>\r\n2\r\n00:00:03:000 --> 00:00:04,000\r\n"
        '<font color="red">&gt;&gt; Red</font>\r\n\r\n00:00:05,000 --> 00:00:06,000 X1:10\r\nNo number\r\n'
    )

    cues, findings = read_srt(text)

    assert cues == (
        styled(Cue(Fraction("1.5"), Fraction("2.5"), ("Hello",), placement=Placement(1)), ITALIC),
        styled(cue("3", "4", ">> Red"), Style(colour=Colour.RED)),
        cue("5", "6", "No number"),
    )
    assert [(one.code, one.line) for one in findings] == [("time_form", 5)]


BOTTOM, MIDDLE, TOP = 15, 9, 2
LEFT, CENTER, RIGHT = Align.LEFT, Align.CENTER, Align.RIGHT
KEYS = {
    1: (BOTTOM, LEFT), 2: (BOTTOM, CENTER), 3: (BOTTOM, RIGHT),
    4: (MIDDLE, LEFT), 5: (MIDDLE, CENTER), 6: (MIDDLE, RIGHT),
    7: (TOP, LEFT), 8: (TOP, CENTER), 9: (TOP, RIGHT),
}  # fmt: skip
"""Where a cue of two rows stands for each key of a keypad."""


def _place(override: str, times: str = "00:00:01,000 --> 00:00:02,000") -> tuple[int, Align]:
    [cue], _ = read_srt(f"1\n{times}\n{override}One\nTwo\n")
    return cue.placement.base_row, cue.placement.align


@pytest.mark.parametrize("key", range(11))
def test_an_override_places_a_cue_as_on_a_keypad(key: int) -> None:
    assert _place(f"{{\\an{key}}}") == KEYS.get(key, KEYS[2])


@pytest.mark.parametrize(
    ("older", "key"),
    [(0, 2), (1, 1), (2, 2), (3, 3), (4, 2), (5, 7), (6, 8), (7, 9), (8, 2), (9, 4), (10, 5), (11, 6), (12, 2)],
)
def test_the_older_override_has_its_own_numbers(older: int, key: int) -> None:
    assert _place(f"{{\\a{older}}}") == KEYS[key]


@pytest.mark.parametrize(("y", "key"), [(0, 8), (143, 8), (144, 2), (280, 2)])
def test_a_position_in_the_upper_half_is_the_top(y: int, key: int) -> None:
    assert _place(f"{{\\pos(192,{y})}}") == KEYS[key]


@pytest.mark.parametrize(("y", "key"), [(80, 8), (239, 8), (240, 2), (460, 2)])
def test_coordinates_in_the_upper_half_are_the_top(y: int, key: int) -> None:
    assert _place("", f"00:00:01,000 --> 00:00:02,000 X1:100 X2:600 Y1:020 Y2:{y:03}") == KEYS[key]


def test_a_blank_line_inside_a_cue_loses_no_text() -> None:
    cues, findings = read_srt(
        "1\n00:00:01,000 --> 00:00:02,000\nOne\n\nTwo\n\n2\n00:00:03,000 --> 00:00:04,000\nThree\n"
    )

    assert [one.rows for one in cues] == [("One", "Two"), ("Three",)]
    assert [one.code for one in findings] == ["blank_line"]


def test_numbers_that_are_spoken_are_not_taken_for_names() -> None:
    cues, _ = read_srt("1\n00:00:01,000 --> 00:00:02,000\nItem\n12\n\n2\n00:00:03,000 --> 00:00:04,000\n2024\n")

    assert [one.rows for one in cues] == [("Item", "12"), ("2024",)]


def test_a_text_that_is_the_number_of_the_next_cue_is_kept() -> None:
    text = write_srt([cue("1", "2", "2"), cue("3", "4", "Aye.")])

    assert [one.rows for one in read_srt(text)[0]] == [("2",), ("Aye.",)]


def test_a_file_of_something_else_is_reported() -> None:
    cues, findings = read_srt("Dear Sir or Madam,\nplease find enclosed\n")

    assert cues == ()
    assert {one.code for one in findings} == {"no_time", "no_cues"}


ROW = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40).map(str.strip)
MARKUP = st.sampled_from(
    ["<i>", "</i>", "a < b > c", "&amp;", "&gt;&gt;", "{\\an8}", "-->", "12", "<b>x</b>", "<font size=1>"]
)
TEXT = st.lists(ROW | MARKUP, min_size=1, max_size=3).map(" ".join).map(str.strip).filter(bool)


@given(
    st.lists(
        st.tuples(st.integers(0, 5_000), st.integers(1, 9_000), st.lists(TEXT, min_size=1, max_size=3)), max_size=5
    )
)
def test_whatever_is_written_comes_back(parts: list[tuple[int, int, list[str]]]) -> None:
    cues, at = [], 0
    for gap, length, rows in parts:
        start, at = at + gap, at + gap + length
        cues.append(Cue(Fraction(start, 1000), Fraction(at, 1000), tuple(rows)))

    assert read_srt(write_srt(cues)) == (tuple(cues), ())


@given(st.text(st.sampled_from("0123:,.;->\n\r <i/>&;{\\an8}a\ufeff\x00"), max_size=200))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    cues, _ = read_srt(text)

    assert all(one.end > one.start and one.rows for one in cues)


@pytest.mark.parametrize(
    ("start", "end", "expected", "said"),
    [
        ("00:00:01:12", "00:00:02:29", (1 + Fraction(12 * 1001, 30000), 2 + Fraction(29 * 1001, 30000)), "29.97"),
        ("00:00:01:5", "00:00:02:00", (1 + Fraction(5 * 1001, 30000), Fraction(2)), "29.97"),
        ("00:00:01:12", "00:00:02:30", (1 + Fraction(12 * 1001, 60000), 2 + Fraction(30 * 1001, 60000)), "59.94"),
        ("00:00:01:12", "00:00:02:59", (1 + Fraction(12 * 1001, 60000), 2 + Fraction(59 * 1001, 60000)), "59.94"),
        ("00:00:01:12", "00:00:02:60", (Fraction("1.12"), Fraction("2.6")), "hundredths"),
        ("00:00:01:120", "00:00:02:999", (Fraction("1.12"), Fraction("2.999")), "milliseconds"),
        ("00:00:01,12", "00:00:02:12", (Fraction("1.12"), 2 + Fraction(12 * 1001, 30000)), "29.97"),
    ],
)
def test_two_digits_after_a_third_colon_are_frames(
    start: str, end: str, expected: tuple[Fraction, Fraction], said: str
) -> None:
    (found,), (finding,) = read_srt(f"1\n{start} --> {end}\nHello\n")

    assert (found.start, found.end) == expected
    assert finding.code == "time_form"
    assert said in finding.message


def test_one_rate_holds_for_a_whole_file() -> None:
    (first, _), _ = read_srt("1\n00:00:01:12 --> 00:00:02:00\nOne\n\n2\n00:00:03:00 --> 00:00:04:48\nTwo\n")

    assert first.start == 1 + Fraction(12 * 1001, 60000)


@pytest.mark.parametrize(
    ("start", "end", "expected", "said"),
    [
        ("00:00:01;12", "00:00:02;29", (seconds(42), seconds(89)), "drop-frame labels, 29.97"),
        ("01:00:00;00", "01:00:02;15", (seconds(107892), seconds(107967)), "drop-frame labels, 29.97"),
        ("00:00:59;29", "00:01:00;02", (seconds(1799), seconds(1800)), "drop-frame labels, 29.97"),
        ("00:00:59;29", "00:01:00;00", (seconds(1799), seconds(1800)), "drop-frame labels, 29.97"),
        ("00:10:00;00", "00:10:00;01", (seconds(17982), seconds(17983)), "drop-frame labels, 29.97"),
        ("00:01;12", "00:02;00", (seconds(42), seconds(60)), "drop-frame labels, 29.97"),
        ("01:00:00;58", "01:00:02;00", (seconds(107892 + 29), seconds(107952)), "drop-frame labels, 59.94"),
        ("00:00:59;59", "00:01:00;03", (Fraction(3599 * 1001, 60000), seconds(1800)), "drop-frame labels, 59.94"),
        ("00:00:01;60", "00:00:02;00", (Fraction("1.6"), Fraction(2)), "semicolon is more than any frame"),
        ("00:00:01;500", "00:00:02;250", (Fraction("1.5"), Fraction("2.25")), "after a semicolon; it is read as mill"),
    ],
)
@pytest.mark.parametrize("read", [read_srt, lambda text: read_vtt(f"WEBVTT\n\n{text}")])
def test_two_digits_after_a_semicolon_are_frames_of_drop_frame_labels(
    read: Reader, start: str, end: str, expected: tuple[Fraction, Fraction], said: str
) -> None:
    (found,), (finding,) = read(f"1\n{start} --> {end}\nHello\n")

    assert (found.start, found.end) == expected
    assert finding.code == "time_form"
    assert said in finding.message


@pytest.mark.parametrize("frames", [0, 1, 1799, 1800, 17981, 17982, 107892, 2589407])
def test_every_drop_frame_label_is_read_as_the_frame_it_names(frames: int) -> None:
    (found,), _ = read_srt(f"1\n{label(frames, drop_frame=True)} --> 24:00:00;00\nHello\n")

    assert found.start == seconds(frames)


@pytest.mark.parametrize("arrow", ["-->", "->", "–>", "—>", "–->", "→"])
def test_the_arrow_may_be_what_a_word_processor_made_of_it(arrow: str) -> None:
    (found,), findings = read_srt(f"1\n00:00:01,000 {arrow} 00:00:02,000\nHello → there\n")

    assert (found.start, found.end, found.rows) == (Fraction(1), Fraction(2), ("Hello → there",))
    assert findings == ()
