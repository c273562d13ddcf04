"""WebVTT: what is written comes back, and what others wrote is understood."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions import read_vtt, write_vtt
from shared.captions.model import ITALIC, Align, Cue, Placement
from shared.captions.styling import styled


def cue(start: str, end: str, *rows: str, speaker: str | None = None) -> Cue:
    return Cue(Fraction(start), Fraction(end), rows, speaker)


def codes(text: str) -> list[str]:
    return [finding.code for finding in read_vtt(text)[1]]


def test_a_cue_is_written_as_the_standard_shows_it() -> None:
    text = write_vtt([cue("2", "5.143", ">> MAYOR: Salt & pepper", "<please>", speaker="Mayor Lee")])

    assert text == (
        "WEBVTT\n\n00:00:02.000 --> 00:00:05.143\n<v Mayor Lee>&gt;&gt; MAYOR: Salt &amp; pepper\n&lt;please&gt;\n"
    )


def test_no_cues_are_still_a_file() -> None:
    assert write_vtt([]) == "WEBVTT\n"
    assert read_vtt("WEBVTT\n") == ((), ())


def test_a_cue_at_the_top_left_says_so_and_is_read_back() -> None:
    placed = styled(Cue(Fraction(1), Fraction(2), ("One", "Two"), placement=Placement(2, Align.LEFT, 4)), ITALIC)

    text = write_vtt([placed])

    assert "line:0.00% position:12.50% align:start\n<i>One\nTwo</i>" in text
    assert read_vtt(text) == ((placed,), ())


def test_marks_comments_styles_and_regions_are_not_text() -> None:
    text = (
        "\ufeffWEBVTT Kind: captions\r\nLanguage: en\r\n\r\nNOTE\r\nmade by hand\r\n\r\nSTYLE\r\n"
        "::cue { color: red }\r\n\r\nREGION\r\nid:bottom\r\n\r\nintro\r\n00:01.000 --> 00:02.500 align:center\r\n"
        "<v.loud Mayor Lee>Good <b>evening</b>&nbsp;all &lt;3</v>\r\n"
    )

    assert read_vtt(text) == ((cue("1", "2.5", "Good evening\xa0all <3", speaker="Mayor Lee"),), ())


def test_two_voices_in_a_cue_are_named_in_its_rows() -> None:
    ((found,), _) = read_vtt("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Clerk>Abbott?</v>\n<v Abbott>Aye.</v>\n")

    assert found.rows == (">> CLERK: Abbott?", ">> ABBOTT: Aye.")
    assert found.speaker is None


def test_a_time_inside_a_text_is_only_markup_and_ruby_stands_in_brackets() -> None:
    ((found,), _) = read_vtt(
        "WEBVTT\n\n00:01.000 --> 00:02.000\none <00:00:01.500><c>two</c> <ruby>k<rt>c</rt></ruby>\n"
    )

    assert found.text == "one two k (c)"


def test_missing_header_is_an_error_but_the_cues_are_read() -> None:
    cues, findings = read_vtt("00:01.000 --> 00:02.000\nHello\n")

    assert cues == (cue("1", "2", "Hello"),)
    assert [(finding.code, finding.line) for finding in findings] == [("header", 1)]


def test_commas_missing_blank_lines_and_wrong_order_are_understood_and_reported() -> None:
    text = "WEBVTT\n\n1\n00:00:05,000 --> 00:00:06,000\nLater\n2\n00:00:01.000 --> 00:00:02.000\nSooner\n"

    cues, findings = read_vtt(text)

    assert [one.text for one in cues] == ["Sooner", "Later"]
    assert [finding.code for finding in findings] == ["order"]


def test_bad_times_overlaps_and_stray_text_are_reported_with_their_lines() -> None:
    text = (
        "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n00:xx --> 00:02.000\nUnreadable\n\n"
        "00:01.000 --> 00:05.000\nOne\n\n00:04.000 --> 00:04.000\nTwo\n\nstray\n\n00:09.000 --> 00:10.000\n\n"
    )

    cues, findings = read_vtt(text)

    assert cues == (cue("1", "5", "One"), cue("4", "5", "Two"))
    assert [(one.code, one.line) for one in findings] == [
        ("timestamp_map", 2),
        ("bad_time", 4),
        ("no_time", 5),
        ("bad_duration", 10),
        ("overlap", 10),
        ("no_time", 13),
        ("empty_cue", 15),
    ]


def test_hours_may_have_more_than_two_digits() -> None:
    ((found,), _) = read_vtt("WEBVTT\n\n123:00:01.5 --> 123:00:02.5\nHello\n")

    assert found.start == 123 * 3600 + Fraction(3, 2)


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ("", Placement(15)),
        ("line:0", Placement(2)),
        ("line:1", Placement(3)),
        ("line:-1", Placement(15)),
        ("line:-3", Placement(13)),
        ("line:13", Placement(15)),
        ("line:15", Placement(15)),
        ("line:-20", Placement(1)),
        ("line:abc", Placement(15)),
        ("line:50%", Placement(10)),
        ("line:40%", Placement(8)),
        ("line:40%,center", Placement(7)),
        ("line:40%,end", Placement(6)),
        ("line:0%,end", Placement(2)),
        ("line:100%", Placement(15)),
        ("align:left", Placement(15, Align.LEFT)),
        ("align:start", Placement(15, Align.LEFT)),
        ("align:right", Placement(15, Align.RIGHT)),
        ("align:end", Placement(15, Align.RIGHT)),
        ("align:center", Placement(15)),
        ("align:start position:25%", Placement(15, Align.LEFT, 8)),
        ("align:start position:100%", Placement(15, Align.LEFT, 31)),
        ("position:50%", Placement(15)),
        ("position:25%", Placement(15, Align.LEFT, 4, (2, 0))),
        ("position:25% align:start line:0", Placement(2, Align.LEFT, 8)),
        ("position:12.50% align:center", Placement(15, Align.LEFT, 0, (2, 0))),
        ("align:end position:100%", Placement(15, Align.LEFT, 23, (4, 0))),
        ("align:end position:50%", Placement(15, Align.LEFT, 8, (4, 0))),
        ("align:right position:0%", Placement(15, Align.LEFT, 0)),
        ("region:a:b loose line:1", Placement(3)),
    ],
)
def test_each_setting_of_a_cue_is_a_place_on_the_screen(settings: str, place: Placement) -> None:
    ((found,), findings) = read_vtt(f"WEBVTT\n\n00:01.000 --> 00:02.000 {settings}\nfour\nsix more\n")

    assert (found.placement, findings) == (place, ())


@pytest.mark.parametrize(
    ("place", "settings"),
    [
        (Placement(15), ""),
        (Placement(14), " line:80.00%"),
        (Placement(1), " line:0.00%"),
        (Placement(15, Align.LEFT), " align:start"),
        (Placement(15, Align.RIGHT), " align:end"),
        (Placement(15, Align.LEFT, 8), " position:25.00% align:start"),
        (Placement(15, Align.LEFT, 0), " position:0.00% align:start"),
    ],
)
def test_only_what_is_unusual_of_a_place_is_written(place: Placement, settings: str) -> None:
    text = write_vtt([Cue(Fraction(1), Fraction(2), ("four", "six more"), placement=place)])

    assert text.splitlines()[2] == f"00:00:01.000 --> 00:00:02.000{settings}"


@pytest.mark.parametrize("first", ["WEBVTT", "WEBVTT kind", "WEBVTT\tkind", "\ufeffWEBVTT"])
def test_a_signature_may_have_a_remark(first: str) -> None:
    assert codes(f"{first}\n\n00:01.000 --> 00:02.000\nHello\n") == []


@pytest.mark.parametrize("first", ["WEBVTTX", "webvtt", " WEBVTT", ""])
def test_what_only_looks_like_a_signature_is_none(first: str) -> None:
    assert "header" in codes(f"{first}\n\n00:01.000 --> 00:02.000\nHello\n")


def test_a_header_of_several_words_stays_on_its_line_and_holds_no_arrow() -> None:
    assert write_vtt([], header="one\n two --> three") == "WEBVTT one two -> three\n"


def test_a_time_right_below_the_signature_is_a_cue_and_no_header() -> None:
    ((found,), _) = read_vtt("WEBVTT\n00:01.000 --> 00:02.000\nHello\n")

    assert found.rows == ("Hello",)


ROW = (
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40)
    .map(str.strip)
    .filter(bool)
)
NAME = (
    st.text(st.sampled_from("Ab Jé&<>'-"), min_size=1, max_size=20)
    .map(lambda name: " ".join(name.split()))
    .filter(bool)
)


@st.composite
def cue_lists(draw: st.DrawFn) -> tuple[Cue, ...]:
    cues = []
    at = 0
    for _ in range(draw(st.integers(0, 6))):
        start = at + draw(st.integers(0, 10_000_000))
        at = start + draw(st.integers(1, 9_000))
        rows = tuple(draw(st.lists(ROW, min_size=1, max_size=4)))
        base = draw(st.integers(len(rows), 15))
        placement = draw(
            st.sampled_from([Placement(base), Placement(base, Align.LEFT), Placement(base, Align.LEFT, 8)])
        )
        speaker = draw(st.none() | NAME)
        cue = Cue(Fraction(start, 1000), Fraction(at, 1000), rows, speaker, placement)
        cues.append(styled(cue, ITALIC) if draw(st.booleans()) else cue)
    return tuple(cues)


@given(cue_lists())
def test_whatever_is_written_comes_back(cues: tuple[Cue, ...]) -> None:
    assert read_vtt(write_vtt(cues)) == (cues, ())


@given(st.text(st.sampled_from("WEBVT01:.,->\n\r <v/i>&;aNOTE\ufeff\x00%"), max_size=200))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    cues, _ = read_vtt(text)

    assert all(one.end > one.start and one.rows for one in cues)
