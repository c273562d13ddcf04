"""Cues at one time stand on the 608 screen at one time, each in its place and with its looks."""

from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.captions import PROFILES, Cue, CueList, check_scc, has_errors, read_scc, read_vtt, write_scc, write_vtt
from shared.captions.codes import ROWS
from shared.captions.interchange import read_captions, written
from shared.captions.model import Align, Colour, Placement, Style, Styled
from shared.captions.scc_reader import play
from shared.captions.styling import joined, letters
from shared.captions.timecode import seconds

FRAME = seconds(1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STYLES = st.builds(Style, st.booleans(), st.booleans(), st.sampled_from(Colour))
WORDS = st.lists(st.tuples(st.sampled_from(["aye", "Müller", "4C", ">>", "motion"]), STYLES), min_size=1, max_size=3)
PLACES = st.sampled_from([Placement(3), Placement(9, Align.LEFT, 5), Placement(15, Align.LEFT, 2, (0, 5))])


def cue(start: str, end: str, *rows: str, base: int = ROWS, align: Align = Align.CENTER) -> Cue:
    return Cue(Fraction(start), Fraction(end), rows, placement=Placement(base, align))


def screens(*cues: Cue) -> list[tuple[int, int, list[tuple[int, str]]]]:
    """Frames and numbered rows of what viewers see, if the file is legal."""
    written = write_scc(cues)
    assert not has_errors(check_scc(written.text, written.cues)), check_scc(written.text, written.cues)
    found = play(written.text)[1].screens
    return [(one.on, one.off, [(row.number, row.text) for row in one.rows]) for one in found]


def test_two_cues_at_one_time_in_two_places_stand_there_for_the_whole_time() -> None:
    top, bottom = cue("5", "8", "CHAPTER ONE", base=2), cue("5", "8", ">> Welcome back.")

    assert screens(top, bottom) == [(150, 240, [(2, "CHAPTER ONE"), (15, ">> Welcome back.")])]


@pytest.mark.parametrize("bases", [(13, 14, 15), (1, 8, 15), (1, 3, 5, 7)])
def test_so_do_three_or_four(bases: tuple[int, ...]) -> None:
    cues = [cue("5", "8", f"row {base}", base=base) for base in bases]

    assert screens(*cues) == [(150, 240, [(base, f"row {base}") for base in bases])]


def test_one_that_stays_while_others_come_and_go_is_one_cue_again_when_read() -> None:
    title = cue("5", "15", "BUDGET HEARING", base=1)
    spoken = [cue("5", "8", "One."), cue("8", "11", "Two."), cue("12", "15", "Three.")]

    written = write_scc([title, *spoken])

    assert [(one.rows, one.start, one.end, one.placement) for one in read_scc(written.text).cues] == [
        (one.rows, one.start, one.end, one.placement) for one in written.cues
    ]
    assert [one.text for one in written.cues] == ["BUDGET HEARING", "One.", "Two.", "Three."]
    assert abs(written.cues[0].end - 15) <= FRAME
    assert written.findings == ()


def test_cues_that_would_stand_on_each_other_move_apart() -> None:
    upper, lower = cue("5", "8", "one", "two", base=14), cue("5", "8", "three", "four")

    assert screens(upper, lower) == [(150, 240, [(12, "one"), (13, "two"), (14, "three"), (15, "four")])]


def test_rows_that_are_too_many_for_the_screen_follow_each_other_and_lose_no_text() -> None:
    cues = [cue("5", "8", "a", "b", "c", base=5), cue("5", "8", "d", "e")]

    found = screens(*cues)

    assert [row for _on, _off, rows in found for _number, row in rows] == ["a", "b", "c", "d", "e"]
    assert all(one[1] <= two[0] for one, two in pairwise(found))


def test_a_short_overlap_is_an_accident_and_the_first_cue_makes_way() -> None:
    found = screens(cue("5", "8.3", "top", base=1), cue("8", "11", "bottom"))

    assert [rows for _on, _off, rows in found] == [[(1, "top")], [(15, "bottom")]]


def test_italics_underline_colour_and_place_survive_webvtt_and_scc() -> None:
    text = (
        "WEBVTT\n\n00:00:05.005 --> 00:00:08.008 line:0.00% position:12.50% align:start\n"
        "<c.red>RED</c> and <u>below</u>\n\n"
        "00:00:05.005 --> 00:00:08.008\n"
        "<i>narrator</i> &gt;&gt; then <c.yellow><i>both</i></c>\n<c.lime>second row</c>\n"
    )
    cues, findings = read_vtt(text)
    assert [finding.code for finding in findings] in ([], ["overlap"])

    back = read_scc(write_scc(cues).text).cues

    assert [(one.start, one.end) for one in back] == [(seconds(150), seconds(240))] * 2
    assert [one.styles for one in back] == [one.styles for one in cues]
    assert cues[0].styles == (Styled(0, 3, Style(colour=Colour.RED)), Styled(6, 11, Style(underline=True)))
    assert back[0].placement == cues[0].placement == Placement(1, Align.LEFT, 4)
    assert read_vtt(write_vtt(back))[0][1].styles == cues[1].styles


def test_a_style_inside_a_word_is_given_to_the_whole_word_or_to_none() -> None:
    cues, _ = read_vtt("WEBVTT\n\n00:05.000 --> 00:08.000\nun<i>believ</i>able (<i>laughs</i>)\n")

    (back,) = read_scc(write_scc(cues).text).cues

    assert back.text == "unbelievable (laughs)"
    assert back.styles == (Styled(12, 20, Style(italic=True)),)


def test_rows_that_do_not_begin_below_each_other_keep_their_columns() -> None:
    ragged = Cue(Fraction(5), Fraction(8), ("left", "far right"), placement=Placement(15, Align.LEFT, 3, (0, 9)))

    (back,) = read_scc(write_scc([ragged]).text).cues
    (web,), _ = read_vtt(write_vtt([back]))

    assert back.placement == web.placement == ragged.placement


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.lists(WORDS, min_size=2, max_size=2), PLACES), min_size=1, max_size=3), st.booleans())
def test_place_and_style_come_back_through_every_format_that_has_them(
    recipe: list[tuple[list[list[tuple[str, Style]]], Placement]], are_together: bool
) -> None:
    cues = []
    for number, (rows, place) in enumerate(recipe):
        styles, count = list[Styled](), 0
        for word, style in (one for row in rows for one in row):
            styles.append(Styled(count, count := count + letters(word), style))
        at = seconds(300 + (0 if are_together else 120 * number))
        texts = tuple(" ".join(word for word, _style in row) for row in rows)
        cues.append(Cue(at, at + seconds(100), texts, placement=place, styles=joined(styles)))
    first = write_scc(cues)
    content, ending = first.text.encode(), ".scc"

    for target in (".mcc", ".vtt", ".json", ".vtt", ".mcc", ".scc"):
        loaded = read_captions(content, ending, "00:00:00;00")
        text, _ = written(CueList(loaded.cues, "00:00:00;00"), target, PROFILES["fcc"], "pop-on", now=NOW)
        content, ending = text.encode(), target

    assert content.decode() == first.text


@pytest.mark.parametrize(
    ("off", "found"),
    [
        (0, [(300, 600, "top bottom")]),
        (1, [(300, 600, "top bottom")]),
        (14, [(300, 600, "top bottom")]),
        (15, [(300, 315, "top"), (315, 600, "top bottom"), (600, 615, "bottom")]),
    ],
)
def test_half_a_second_apart_is_apart(off: int, found: list[tuple[int, int, str]]) -> None:
    top = Cue(seconds(300), seconds(600), ("top",), placement=Placement(1))
    bottom = Cue(seconds(300 + off), seconds(600 + off), ("bottom",))

    assert [(on, end, " ".join(text for _, text in rows)) for on, end, rows in screens(top, bottom)] == found
