"""Caption files as other programs leave them: nothing that was said is lost, and nothing else goes on air."""

from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

import pytest

from shared.captions import PROFILES, CueList, read_srt, read_vtt, write_srt, write_vtt
from shared.captions.interchange import read_captions, written
from shared.captions.model import Align, Colour, Cue, Placement, Style, Styled

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def srt(*cues: str) -> tuple[tuple[Cue, ...], list[str]]:
    """The cues of an SRT file with these bodies, three seconds each, and the codes of its findings."""
    times = [f"00:00:{3 * n + 1:02},000 --> 00:00:{3 * n + 3:02},000" for n in range(len(cues))]
    blocks = [f"{n}\n{time}\n{body}\n" for n, (time, body) in enumerate(zip(times, cues, strict=True), 1)]
    found, findings = read_srt("\n".join(blocks))
    return found, [finding.code for finding in findings]


def rows_as(content: str, source: str, target: str) -> list[tuple[str, ...]]:
    """The rows of a file once it has been converted."""
    loaded = read_captions(content.encode(), source)
    document = CueList(loaded.cues, loaded.start_tc)
    text, _ = written(document, target, PROFILES["fcc"], "pop-on", now=NOW)
    if target == ".txt":
        return [(line,) for line in text.splitlines() if line]
    return [cue.rows for cue in read_captions(text.encode(), target).cues]


@pytest.mark.parametrize("mark", ["<br>", "<br/>", "<BR />", "\\N", "\\n"])
@pytest.mark.parametrize("target", [".srt", ".vtt", ".scc", ".mcc", ".json"])
def test_a_mark_for_a_new_row_is_a_new_row_in_every_format(mark: str, target: str) -> None:
    content = f"1\n00:00:01,000 --> 00:00:03,000\nmotion to approve{mark}item seven\n"

    assert rows_as(content, ".srt", target) == [("motion to approve", "item seven")]


def test_overrides_of_ass_say_where_and_how_and_are_never_shown() -> None:
    cues, codes = srt(
        "{\\an7}top left", "{\\i1}slanted{\\i0} not", "{\\c&H0000FF&\\u1}red{\\r} plain", "{\\pos(192,20)}high\\hup"
    )

    assert codes == []
    assert [cue.text for cue in cues] == ["top left", "slanted not", "red plain", "high up"]
    assert cues[0].placement == Placement(1, Align.LEFT)
    assert cues[1].styles == (Styled(0, 7, Style(italic=True)),)
    assert cues[2].styles == (Styled(0, 3, Style(underline=True, colour=Colour.RED)),)
    assert cues[3].placement == Placement(1)
    assert read_vtt("WEBVTT\n\n00:01.000 --> 00:02.000\n{\\an8}Hello{\\fs20}\n")[0][0].text == "Hello"


@pytest.mark.parametrize(
    "place", ["00:00:03,000  X1:117 X2:603 Y1:042 Y2:108", "00:00:03,000\nX1:117 X2:603 Y1:042 Y2:108"]
)
def test_coordinates_of_a_dvd_are_a_place_and_no_text(place: str) -> None:
    ((cue,), findings) = read_srt(f"1\n00:00:01,000 --> {place}\nAbove the bench\n")

    assert (cue.rows, cue.placement, findings) == (("Above the bench",), Placement(1), ())


def test_only_an_empty_line_ends_a_cue_of_webvtt() -> None:
    cues, findings = read_vtt(
        "WEBVTT\n\n00:01.000 --> 00:03.000\nFirst row\n \t\nthird row\n\n00:04.000 --> 00:05.000\nx\n"
    )

    assert [cue.rows for cue in cues] == [("First row", "third row"), ("x",)]
    assert findings == ()


def test_times_that_go_wrong_lose_no_text_and_put_no_number_on_air() -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:03,000\nfirst\n\n2\n00:00:03,000 --> 00:00:03,000\nno length\n\n"
        "3\n00:01:09,000 --> 00:01:10,000\nlater\n\n4\n00:01:00,000 --> 00:01:02,000\nsooner\n\n"
        "5\n-00:00:02,000 --> 00:00:00,500\nnegative\n\n6\n00:01:20,000 --> 00:01:18,000\nbackwards\n\n"
        "7\nyesterday --> 00:01:30,000\n"
    )

    cues, findings = read_srt(text)

    assert [(cue.text, float(cue.start), float(cue.end)) for cue in cues] == [
        ("negative", 0, 0.5),
        ("first", 1, 3),
        ("no length", 3, 4),
        ("sooner", 60, 62),
        ("later", 69, 70),
        ("backwards", 80, 81),
    ]
    told = {(finding.code, finding.line) for finding in findings}
    assert {
        ("order", None),
        ("negative_start", 18),
        ("bad_duration", 6),
        ("bad_duration", 22),
        ("bad_time", 26),
    } == told


VOICES = (
    "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Mayor Lee>Is there a second?\n\n"
    "00:03.500 --> 00:05.000\n<v Mayor Lee>On item seven?\n\n00:06.000 --> 00:07.500\n<v Clerk Ruiz>Second.\n\n"
    "00:08.000 --> 00:10.000\n<v Mayor Lee>&gt;&gt; MAYOR LEE: All in favor?\n"
)


@pytest.mark.parametrize("target", [".srt", ".scc", ".mcc"])
def test_names_in_voice_tags_are_in_the_text_where_a_format_has_no_field_for_them(target: str) -> None:
    said = [" ".join(rows) for rows in rows_as(VOICES, ".vtt", target)]

    assert said == [
        ">> MAYOR LEE: Is there a second?",
        "On item seven?",
        ">> CLERK RUIZ: Second.",
        ">> MAYOR LEE: All in favor?",
    ]


def test_names_in_voice_tags_head_the_paragraphs_of_a_transcript_and_stay_tags_in_webvtt() -> None:
    assert rows_as(VOICES, ".vtt", ".txt") == [
        ("MAYOR LEE: Is there a second? On item seven?",),
        ("CLERK RUIZ: Second.",),
        ("MAYOR LEE: All in favor?",),
    ]
    cues = read_captions(VOICES.encode(), ".vtt").cues
    assert [cue.speaker for cue in read_vtt(write_vtt(cues))[0]] == [
        "Mayor Lee",
        "Mayor Lee",
        "Clerk Ruiz",
        "Mayor Lee",
    ]


def test_a_label_that_is_there_already_is_not_written_twice() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Lee>{}\n"

    for row in ("Lee: Aye.", "[Mayor Lee] Aye.", ">> LEE: Aye.", "MAYOR LEE: Aye."):
        assert rows_as(text.format(row.replace(">", "&gt;")), ".vtt", ".srt") == [(row,)]
    assert rows_as(text.format("&gt;&gt; Aye."), ".vtt", ".srt") == [(">> LEE: Aye.",)]
    assert rows_as(text.format("The question: now."), ".vtt", ".srt") == [(">> LEE: The question: now.",)]


def rolling(lines: list[str], *, is_srt: bool) -> str:
    """Captions as a large video site writes them: each line grows, stands for a moment, and moves up a row."""
    blocks, before = [], " "
    blank = "" if is_srt else " \n"
    for number, line in enumerate(lines):
        start, end = f"00:00:{2 * number:02}.010", f"00:00:{2 * number + 2:02}.000"
        first, *rest = line.split(" ", 1)
        timed = line if is_srt else f"{first}<00:00:{2 * number + 1:02}.000><c> {rest[0]}</c>"
        above = "" if is_srt and not number else f"{before}\n"
        blocks.append(f"{start} --> {end} align:start position:0%\n{above}{timed}\n")
        blocks.append(f"{end} --> 00:00:{2 * number + 2:02}.010 align:start position:0%\n{line}\n{blank}")
        before = line
    return "\n".join(blocks) if is_srt else "WEBVTT\nKind: captions\n\n" + "\n".join(blocks)


@pytest.mark.parametrize("is_srt", [False, True])
def test_rolling_captions_say_each_line_once_from_the_moment_it_is_new(is_srt: bool) -> None:
    lines = [f"line number {n}" for n in ["one", "two", "three", "four", "five", "six"]]
    text = rolling(lines, is_srt=is_srt)

    cues, findings = (read_srt if is_srt else read_vtt)(text)

    assert [cue.text for cue in cues] == lines
    assert [cue.start for cue in cues] == [2 * n + Fraction(1, 100) for n in range(6)]
    assert all(one.end <= two.start for one, two in pairwise(cues))
    assert [(finding.code, "12 cues are 6" in finding.message) for finding in findings] == [("rolling", True)]


def test_three_rolling_lines_are_enough_where_flashes_stand_between_them() -> None:
    lines = ["good evening and welcome to the", "regular meeting of the city council", "tonight we have three items on"]
    text = rolling(lines, is_srt=False)

    assert [" ".join(rows) for rows in rows_as(text, ".vtt", ".scc")] == lines


def test_lines_that_pile_up_in_as_many_cues_are_counted_as_lines() -> None:
    lines = [f"line {n}" for n in range(8)]
    cues = (
        f"{n + 1}\n00:00:{n + 1:02},000 --> 00:00:{n + 2:02},000\n" + "\n".join(lines[max(0, n - 2) : n + 1]) + "\n"
        for n in range(8)
    )

    found, findings = read_srt("\n".join(cues))

    assert [cue.rows for cue in found] == [(line,) for line in lines]
    assert ["; 21 lines are 8." in finding.message for finding in findings] == [True]


def test_rows_that_grow_word_by_word_are_said_once() -> None:
    said = ["we", "have", "a", "motion", "and", "a", "second", "on", "item", "seven"]
    blocks = [
        f"00:00:0{n}.000 --> 00:00:0{n + 1}.000\nMAYOR LEE:\n{' '.join(said[: n + 1])}\n" for n in range(len(said) - 1)
    ]

    cues, _ = read_vtt("WEBVTT\n\n" + "\n".join(blocks))

    assert [cue.rows for cue in cues] == [("MAYOR LEE:", "we have a motion and a second on item")]
    assert (float(cues[0].start), float(cues[0].end)) == (0, 9)


def test_a_roll_call_and_a_chant_do_not_roll() -> None:
    chant = ["Aye.", "Aye.", "Aye.", "Four more years!", "Four more years!", "Four more years!"] * 3
    cues = tuple(Cue(Fraction(n), Fraction(n + 1), (text,)) for n, text in enumerate(chant))

    assert read_srt(write_srt(cues)) == (cues, ())


def test_entities_are_characters_once_and_numbers_without_end_are_text() -> None:
    endless = "&#" + "9" * 5000 + ";"

    for reader, head in (
        (read_vtt, "WEBVTT\n\n00:01.000 --> 00:02.000\n"),
        (read_srt, "1\n00:00:01,000 --> 00:00:02,000\n"),
    ):
        ((cue,), _) = reader(f"{head}Caf&eacute; &amp;lt; &#233;&nbsp;AT&T {endless}\n")

        assert cue.text == f"Café &lt; é\xa0AT&T {endless}"
