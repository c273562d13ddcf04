"""Files we write, read by pycaption, ttconv and ffmpeg: the same text on the same frames.

Each reader has habits that are no fault of the file; they are folded here, by name, and nothing else is.
"""

import random
import re
import subprocess
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pycaption
import pytest
import ttconv.model
import ttconv.scc.reader

from shared.captions import Cue, SccFile, SccOptions, frame, has_errors, label, seconds, write_scc
from shared.captions.model import ITALIC, Align, Colour, Placement, Style, Styled
from shared.captions.scc_check import check_scc

TEXT = (
    "the motion council second Müller budget item 4C aye nay approved $4,500 public hearing “quoted” résumé street "
    "Peña thank you ÀÉÎÕÜ ½ ¿Qué? it's — ♪ 50% well, General Fund Señora Châtelet"
)
WORDS = TEXT.split()


def made_up(count: int, *, pause: float, seed: int) -> list[Cue]:
    """Cues of one or two rows at 17 characters a second, with a pause after some of them."""
    dice = random.Random(seed)
    cues, at = [], Fraction(2)
    for _ in range(count):
        rows = []
        for _row in range(dice.choice((1, 2, 2))):
            row = dice.choice(WORDS)
            while len(row) < dice.randint(12, 26):
                row += " " + dice.choice(WORDS)
            rows.append(row[:31].strip())
        duration = Fraction(max(sum(map(len, rows)) * 1000 // 17, 1000), 1000)
        cues.append(Cue(at, at + duration, tuple(rows)))
        at += duration + Fraction(dice.choice((0.0, 0.0, pause)))
    return cues


def in_places(count: int, *, seed: int) -> list[Cue]:
    """Titles at the top while people speak below, two rows in two cues, and styles: several cues at one time."""
    dice = random.Random(seed)
    cues: list[Cue] = []
    for number, spoken in enumerate(made_up(count, pause=1.5, seed=seed)):
        cues.append(spoken)
        if number % 3 == 0:
            title = dice.choice(("BUDGET HEARING", "CHAPTER ONE", "ITEM 7B"))
            lasts = spoken.duration * dice.choice((1, 1, 2))
            place = Placement(dice.randint(1, 8), dice.choice(tuple(Align)))
            cues.append(Cue(spoken.start, spoken.start + lasts, (title,), placement=place))
        elif number % 3 == 1:
            style = dice.choice((ITALIC, Style(underline=True), Style(colour=Colour.YELLOW)))
            cues[-1] = replace(spoken, styles=(Styled(0, len(spoken.rows[0].split()[0]), style),))
    return cues


LISTS = {
    "calm": made_up(40, pause=1.5, seed=1),
    "dense": made_up(120, pause=0.25, seed=2),
    "in places": in_places(40, seed=4),
    "after an hour": [Cue(cue.start + 3600, cue.end + 3600, cue.rows) for cue in made_up(20, pause=0.5, seed=3)],
}


@pytest.fixture(params=LISTS)
def written(request: pytest.FixtureRequest) -> SccFile:
    """A file we wrote, that our own check finds nothing wrong with."""
    file = write_scc(LISTS[request.param])
    assert not has_errors(check_scc(file.text, file.cues, options=SccOptions()))
    return file


def label_seconds(time: Fraction) -> Fraction:
    """The label of a time read as if it were a clock with 30 frames a second, as these readers do."""
    hours, minutes, rest = label(frame(time), drop_frame=True).split(":")
    whole, frames = rest.split(";")
    return int(hours) * 3600 + int(minutes) * 60 + int(whole) + Fraction(int(frames), 30)


def screens(written: SccFile) -> list[Cue]:
    """What stands on the screen together as one cue each, from top to bottom: these readers tell no cues apart."""
    edges = sorted({moment for cue in written.cues for moment in (cue.start, cue.end)})
    found = []
    for start, end in pairwise(edges):
        standing = [cue for cue in written.cues if cue.start <= start < cue.end]
        standing.sort(key=lambda cue: cue.placement.base_row)
        if standing:
            found.append(Cue(start, end, tuple(row for cue in standing for row in cue.rows)))
    return found


def words(text: str) -> list[str]:
    return text.split()


def test_ttconv_reads_every_caption_to_the_frame(written: SccFile) -> None:
    body = ttconv.scc.reader.to_model(written.text).get_body()
    assert body is not None

    theirs = []
    for element in body.dfs_iterator():
        if isinstance(element, ttconv.model.P):
            pieces = [
                part.get_text() if isinstance(part, ttconv.model.Text) else " "
                for part in element.dfs_iterator()
                if isinstance(part, ttconv.model.Text | ttconv.model.Br)
            ]
            text = "".join(pieces).replace("━", "—")  # how ttconv draws 12 2A
            theirs.append((element.get_begin(), element.get_end(), words(text)))

    assert theirs == [(cue.start, cue.end, words(cue.text)) for cue in screens(written)]


def test_pycaption_reads_every_caption_to_the_frame(written: SccFile) -> None:
    captions = pycaption.SCCReader().read(written.text).get_captions("en-US")

    captions = [
        (start, [caption for caption in captions if caption.start == start])
        for start in dict.fromkeys(c.start for c in captions)
    ]
    theirs = [
        (round(start / 1e6 * 30), words(" ".join(c.get_text() for c in together).replace("’", "'")))
        for start, together in captions
    ]

    assert theirs == [(round(label_seconds(cue.start) * 30), words(cue.text)) for cue in screens(written)]
    # A blank of up to five frames is closed by pycaption; longer ones are kept to the frame.
    shown = screens(written)
    for (_start, together), cue, following in zip(captions, shown, shown[1:], strict=False):
        if following.start - cue.end > seconds(5):
            assert {round(caption.end / 1e6 * 30) for caption in together} == {round(label_seconds(cue.end) * 30)}


def test_ffmpeg_reads_every_caption_to_the_frame(written: SccFile, tmp_path: Path) -> None:
    (tmp_path / "file.scc").write_text(written.text, "ascii")

    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", tmp_path / "file.scc", "-f", "srt", "-"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    theirs = []
    for block in done.stdout.strip().split("\n\n"):
        _number, times, *rows = block.split("\n")
        text = re.sub(r"<[^>]*>|\{[^}]*\}|\\h", " ", " ".join(rows))
        theirs.append((times.split(" --> ")[0], words(text)))

    # ffmpeg counts a frame as 33 ms, shows the apostrophe curly and the dash short.
    assert theirs == [
        (stamp(label_seconds(cue.start)), words(cue.text.replace("'", "’").replace("—", "-")))
        for cue in screens(written)
    ]


def stamp(time: Fraction) -> str:
    whole, frames = divmod(round(time * 30), 30)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{frames * 33:03}"
