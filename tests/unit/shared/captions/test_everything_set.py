"""Cues with every field set, through the writer and the reader of each format: what comes back is compared whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final

import pytest

from shared.captions import PROFILES, Cue, CueList
from shared.captions.interchange import read_captions, written
from shared.captions.model import Align, Colour, Placement, Style, Styled
from shared.captions.scc import Mode
from shared.captions.timecode import seconds

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
LOOKS: Final = (
    Styled(0, 4, Style(italic=True)),
    Styled(4, 12, Style(colour=Colour.RED)),
    Styled(15, 17, Style(underline=True, colour=Colour.YELLOW)),
)
REED: Final = Cue(
    seconds(300),
    seconds(390),
    ("Good evening,", "all of you."),
    "Mayor Reed",
    Placement(3, Align.LEFT, 4, (0, 6)),
    LOOKS,
)
CLERK: Final = Cue(seconds(420), seconds(510), ("So moved.",), "Clerk", Placement(9, Align.RIGHT))
AYES: Final = Cue(
    seconds(540),
    seconds(630),
    ("Aye.", "Aye, too."),
    None,
    Placement(15, Align.LEFT),
    (Styled(0, 12, Style(italic=True, underline=True, colour=Colour.CYAN)),),
)
GAVEL: Final = Cue(seconds(660), seconds(750), ("[gavel bangs]",), None, Placement(1))
CUES: Final = (REED, CLERK, AYES, GAVEL)


def _moved(styles: tuple[Styled, ...], by: int) -> tuple[Styled, ...]:
    return tuple(Styled(one.start + by, one.end + by, one.style) for one in styles)


def _named(cue: Cue) -> Cue:
    """A speaker as formats have it that know none: a label of the first row."""
    if cue.speaker is None:
        return cue
    label = f">> {cue.speaker.upper()}: "
    count = len(label.replace(" ", ""))
    return replace(cue, rows=(label + cue.rows[0], *cue.rows[1:]), speaker=None, styles=_moved(cue.styles, count))


def _in_srt(cue: Cue) -> Cue:
    """SRT has nine places: a third of the screen, and a side."""
    places = {3: Placement(2), 9: Placement(8, Align.RIGHT)}
    return replace(_named(cue), placement=places.get(cue.placement.base_row, cue.placement))


def _in_608(cue: Cue) -> Cue:
    """A row of CEA-608 begins in a column; rows in the middle of the screen are told by theirs."""
    columns = {9: 32 - len(">> CLERK: So moved."), 15: 2}
    place = cue.placement
    if place.base_row in columns:
        place = Placement(place.base_row, Align.LEFT, columns[place.base_row])
    return replace(_named(cue), placement=place)


def _same(cue: Cue) -> Cue:
    return cue


@pytest.mark.parametrize(
    ("ending", "mode", "as_read"),
    [
        (".json", "pop-on", _same),
        (".vtt", "pop-on", _same),
        (".srt", "pop-on", _in_srt),
        (".scc", "pop-on", _in_608),
        (".scc", "paint-on", _in_608),
        (".mcc", "pop-on", _in_608),
    ],
)
@pytest.mark.parametrize("start_tc", ["00:00:00;00", "01:00:00;00", "00:59:00:00"])
def test_what_a_format_can_say_comes_back(
    ending: str, mode: Mode, as_read: Callable[[Cue], Cue], start_tc: str
) -> None:
    text, findings = written(CueList(CUES, start_tc, ";" in start_tc), ending, PROFILES["fcc"], mode, now=NOW)

    loaded = read_captions(text.encode(), ending, start_tc)

    assert (findings, loaded.findings, loaded.encoding) == ((), (), ())
    assert loaded.cues == tuple(map(as_read, CUES))


def test_a_transcript_names_who_speaks_once() -> None:
    text, _ = written(CueList(CUES, "00:00:00;00"), ".txt", PROFILES["fcc"], "pop-on", now=NOW)

    assert text == "MAYOR REED: Good evening, all of you.\n\nCLERK: So moved. Aye. Aye, too.\n\n[gavel bangs]\n"


def test_a_voice_tag_in_srt_is_the_speaker() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,500\n{\\an7}<v Chair><i>Aye</i> to\nall of it.\n"

    loaded = read_captions(text.encode(), ".srt", "00:00:00;00")

    (cue,) = loaded.cues
    styles = (Styled(0, 3, Style(italic=True)),)
    rows = ("Aye to", "all of it.")
    assert cue == Cue(Fraction(1), Fraction(5, 2), rows, "Chair", Placement(2, Align.LEFT), styles)
