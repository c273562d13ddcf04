"""How captions are cut that come too fast for their loads: what every way costs, and what is chosen, frame by frame.

``RECORD_GOLDEN=1 pytest tests/unit/shared/captions/test_golden_schedule.py`` writes the expected tables anew; the
difference is for a person to judge.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from shared.captions import Cue, SccOptions
from shared.captions.codes import codes_of
from shared.captions.scc import _captions, _Report
from shared.captions.schedule import Caption, _best, _choose, _cuts, _State, schedule

FOLDER = Path(__file__).parents[3] / "golden" / "schedule"
ROWS = (
    "Good evening to you all,",
    "ladies and gentlemen,",
    "members of the council",
    "and guests of tonight.",
    "Rise.",
)


def captions_of(*cues: tuple[int, int, int]) -> list[Caption]:
    """Cues by first frame, length and number of rows."""
    options = SccOptions()
    listed = [
        Cue(Fraction(on * 1001, 30_000), Fraction((on + length) * 1001, 30_000), ROWS[:rows])
        for on, length, rows in cues
    ]
    return list(_captions(listed, options, 0, _Report(drop_frame=True)))


MEETINGS = {
    "long": captions_of((90, 400, 2), (600, 1500, 4), (2200, 90, 1)),
    "calm": captions_of((90, 60, 2), (200, 90, 1), (320, 500, 4)),
    "touching": captions_of((60, 40, 2), (100, 40, 2), (140, 36, 3), (176, 30, 1), (206, 31, 4), (237, 90, 5)),
    "hurried": captions_of(
        (20, 25, 3), (47, 20, 4), (69, 19, 2), (88, 15, 1), (104, 30, 4), (137, 18, 5), (160, 60, 2)
    ),
    "whole": [replace(one, is_whole=True) for one in captions_of((20, 25, 3), (47, 20, 4), (69, 19, 2), (120, 30, 4))],
}


def lines_of(name: str) -> Iterator[str]:
    captions = MEETINGS[name]
    states, off = [_State(0, None, (), -2, -2)], captions[0].on
    for caption in captions:
        states = [_best(states, caption, cut, off) for cut in _cuts(len(caption.rows))]
        off = caption.off
        yield f"caption {caption.on} to {caption.off}"
        yield from (f"  {one.cut}: cost {one.cost}, soonest {one.soonest}, wanted {one.wanted}" for one in states)
    codes = codes_of("CC1")
    for start in range(-24, 25, 1):
        yield f"start {start}: {_choose(captions, start)}"
        sent, parts = schedule([replace(one) for one in captions], codes, start)
        yield "  sent " + " ".join(f"{one.frame}:{len(one.data) // 2}" for one in sent)
        yield "  parts " + " ".join(
            f"{one.on}-{one.off}/{len(one.rows)}{'' if one.is_first else 'n'}{'r' if one.is_repeat else ''}"
            for one in parts
        )
        yield from (f"  {part.on}: {part.why_late}" for part in parts if part.why_late)


@pytest.mark.parametrize("name", MEETINGS)
def test_captions_are_cut_and_sent_as_it_was_approved(name: str) -> None:
    expected = FOLDER / f"{name}.txt"
    found = "\n".join(lines_of(name)) + "\n"
    if os.environ.get("RECORD_GOLDEN"):
        expected.write_text(found, "utf-8")

    assert found == expected.read_text("utf-8")
