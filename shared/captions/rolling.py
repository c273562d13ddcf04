"""Rolling captions of video sites: every line is there two or three times, while it is new and while it moves up.

A cue repeats the last rows of the cue before it and adds one, or a row grows word by word. On the 608 screen, and in a
transcript, that is the same text again and again; here each line is kept once, from the moment it is new.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from shared.captions.model import Cue
from shared.captions.styling import between, letters

_TOUCHING = Fraction(1, 10)
"""Seconds between two cues that can be one movement."""
_FEWEST = 5
"""Movements that a file must have; less may be a chant or a hymn."""
_SHORTEST = 7
"""Touches of two cues that a file must have; in fewer nobody can tell."""
_MOST_ROWS = 6
_FLASH = Fraction(1, 20)
"""Seconds that nobody can read in. Video sites put such a cue between two, in which the lower row has moved up."""
_FEWEST_FLASHES = 2


def unrolled(cues: Sequence[Cue]) -> list[tuple[Cue, int]] | None:
    """Each line once, with the number of the cue it came from, counted from 0; None when the captions do not roll."""
    if not _roll(cues):
        return None
    result: list[tuple[Cue, int]] = []
    before: Cue | None = None
    for number, cue in enumerate(cues):
        touches = before is not None and cue.start - before.end <= _TOUCHING
        carried = _carried(before, cue) if before is not None and touches else 0
        if before is not None and touches and _grows(before, cue) and result:
            last = result[-1][0]
            fresh = _without(cue, len(cue.rows) - min(len(last.rows), len(cue.rows)))
            result[-1] = (replace(fresh, start=last.start), result[-1][1])
        elif carried == len(cue.rows):
            last, at = result[-1]
            result[-1] = (replace(last, end=max(last.end, cue.end)), at)
        else:
            result.append((_without(cue, carried), number))
        before = cue
    return result


def _roll(cues: Sequence[Cue]) -> bool:
    touching = moving = carrying = flashes = 0
    for before, cue in pairwise(cues):
        if cue.start - before.end > _TOUCHING:
            continue
        touching += 1
        carried = _carried(before, cue)
        carrying += carried > 0 or _grows(before, cue)
        moving += 0 < carried < len(cue.rows) or _grows(before, cue)
        flashes += 0 < carried == len(cue.rows) and cue.end - cue.start <= _FLASH < before.end - before.start
    # A hymn repeats lines here and there, and in a meeting it is a small part of everything.
    rolls = moving >= _FEWEST and touching >= _SHORTEST
    # Nobody says a line again within a flash. Where nothing else is repeated whole, two of them are enough.
    rolls = rolls or (flashes >= _FEWEST_FLASHES and moving > 0 and flashes + moving == carrying)
    return rolls and carrying * 4 >= touching * 3 and carrying * 2 >= len(cues)


def _carried(before: Cue, cue: Cue) -> int:
    """How many rows at the beginning of a cue are the last ones of the cue before it."""
    if max(len(before.rows), len(cue.rows)) > _MOST_ROWS:
        return 0
    most = min(len(before.rows), len(cue.rows))
    return next((count for count in range(most, 0, -1) if before.rows[-count:] == cue.rows[:count]), 0)


def _grows(before: Cue, cue: Cue) -> bool:
    """Whether a cue is the one before it with more words in its last row."""
    if len(cue.rows) > _MOST_ROWS or before.rows[:-1] != cue.rows[:-1] or not before.rows:
        return False
    return cue.rows[-1].startswith(before.rows[-1] + " ")


def _without(cue: Cue, rows: int) -> Cue:
    """The cue without its first rows."""
    if not rows:
        return cue
    gone = letters("\n".join(cue.rows[:rows]))
    return replace(cue, rows=cue.rows[rows:], styles=between(cue.styles, gone, letters(cue.text)))
