"""What a person does to captions: pure functions from cues to cues.

Cues are numbered from 1, as people and findings count them. An edit that would leave captions without order (a cue
before its neighbour, a cue without time or text) is refused with a sentence.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import NoReturn

from shared.captions.linebreak import join_rows, wrap
from shared.captions.model import Cue
from shared.errors import InvalidInput


def merge(cues: Sequence[Cue], first: int, last: int, *, columns: int = 32) -> tuple[Cue, ...]:
    """Make one cue of the cues ``first`` to ``last``, with their texts one after the other."""
    _check_number(cues, first)
    _check_number(cues, last)
    if last <= first:
        _refuse(f"Cues {first} to {last} cannot be merged: the second number is not behind the first.")
    group = cues[first - 1 : last]
    speakers = {cue.speaker for cue in group}
    text = "\n".join(cue.text for cue in group)
    speaker = speakers.pop() if len(speakers) == 1 else None
    merged = replace(group[0], end=max(cue.end for cue in group), rows=wrap(text, columns), speaker=speaker)
    return (*cues[: first - 1], merged, *cues[last:])


def split(
    cues: Sequence[Cue], number: int, at: int, *, moment: Fraction | None = None, columns: int = 32
) -> tuple[Cue, ...]:
    """Cut a cue in two before character ``at`` of its text (rows joined by one character).

    Without a ``moment`` the time is shared in proportion to the letters.
    """
    cue = _cue(cues, number)
    upper, lower = cue.text[:at].strip(), cue.text[at:].strip()
    if not 0 < at < len(cue.text) or not upper or not lower:
        _refuse(f"Cue {number} cannot be split at character {at}: both parts need text.")
    if moment is None:
        moment = cue.start + cue.duration * len(upper) / (len(upper) + len(lower))
    if not cue.start < moment < cue.end:
        _refuse(f"Cue {number} cannot be split at {float(moment):.3f} s: that is not between its start and its end.")
    one = replace(cue, end=moment, rows=wrap(upper, columns))
    two = replace(cue, start=moment, rows=wrap(lower, columns))
    return (*cues[: number - 1], one, two, *cues[number:])


def shift(cues: Sequence[Cue], by: Fraction, *, first: int = 1, last: int | None = None) -> tuple[Cue, ...]:
    """Move cues in time by some seconds, all of them or those from ``first`` to ``last``."""
    if not cues:
        return ()
    last = len(cues) if last is None else last
    _check_number(cues, first)
    _check_number(cues, last)
    moved = [
        replace(cue, start=cue.start + by, end=cue.end + by) if first <= number <= last else cue
        for number, cue in enumerate(cues, 1)
    ]
    return _in_order(cues, moved)


def retime(cues: Sequence[Cue], one: tuple[Fraction, Fraction], two: tuple[Fraction, Fraction]) -> tuple[Cue, ...]:
    """Stretch all times so that two moments (as they are, as they should be) become right: cures a steady drift."""
    (was, right), (was_later, right_later) = one, two
    if was == was_later:
        _refuse("Two different moments are needed to correct a drift.")
    rate = (right_later - right) / (was_later - was)
    if rate <= 0:
        _refuse("The second moment has to stay behind the first one.")

    def at(moment: Fraction) -> Fraction:
        return right + (moment - was) * rate

    return _in_order(cues, [replace(cue, start=at(cue.start), end=at(cue.end)) for cue in cues])


def set_times(cues: Sequence[Cue], number: int, start: Fraction, end: Fraction) -> tuple[Cue, ...]:
    """Give one cue other times; it may not run into its neighbours."""
    changed = list(cues)
    changed[number - 1] = replace(_cue(cues, number), start=start, end=end)
    return _in_order(cues, changed)


def set_text(cues: Sequence[Cue], number: int, text: str, *, columns: int = 32) -> tuple[Cue, ...]:
    """Give one cue another text, broken into rows anew."""
    cue = _cue(cues, number)
    rows = wrap(text, columns)
    if not rows:
        _refuse(f"Cue {number} needs a text; delete the cue if nothing is said.")
    return (*cues[: number - 1], replace(cue, rows=rows), *cues[number:])


def delete(cues: Sequence[Cue], number: int) -> tuple[Cue, ...]:
    """Leave one cue out."""
    _check_number(cues, number)
    return (*cues[: number - 1], *cues[number:])


def find_and_replace(
    cues: Sequence[Cue], find: str, replacement: str, *, match_case: bool = False, columns: int = 32
) -> tuple[tuple[Cue, ...], int]:
    """Replace whole words wherever they stand, also across a row break, and count how often; cues left empty go."""
    wanted = find.split()
    if not wanted:
        _refuse("What shall be found is missing.")
    pattern = re.compile(
        (r"(?<!\w)" if wanted[0][0].isalnum() else "")
        + r"\s+".join(map(re.escape, wanted))
        + (r"(?!\w)" if wanted[-1][-1].isalnum() else ""),
        0 if match_case else re.IGNORECASE,
    )
    changed: list[Cue] = []
    total = 0
    for cue in cues:
        text, count = pattern.subn(lambda _: replacement, cue.text)
        total += count
        rows = wrap(text, columns) if count else cue.rows
        if rows:
            changed.append(replace(cue, rows=rows) if count else cue)
    return tuple(changed), total


def text_of(cues: Sequence[Cue]) -> str:
    """The text of each cue as one line: what an editor shows, and ``align.retext`` takes back."""
    return "\n".join(join_rows(cue.rows) for cue in cues)


def _in_order(before: Sequence[Cue], after: Sequence[Cue]) -> tuple[Cue, ...]:
    """Refuse an edit that breaks the order of time; what was out of order before stays the caller's."""
    for number, cue in enumerate(after, 1):
        if cue.start < 0:
            _refuse(f"Cue {number} would start {float(-cue.start):.3f} s before the recording.")
        if cue.end <= cue.start:
            _refuse(f"Cue {number} would end before it starts.")
    for number, ((old, old_next), (new, new_next)) in enumerate(zip(pairwise(before), pairwise(after), strict=True), 1):
        if new_next.start < new.end and old_next.start >= old.end:
            _refuse(f"Cue {number} would run into cue {number + 1}.")
    return tuple(after)


def _cue(cues: Sequence[Cue], number: int) -> Cue:
    _check_number(cues, number)
    return cues[number - 1]


def _check_number(cues: Sequence[Cue], number: int) -> None:
    if not 1 <= number <= len(cues):
        _refuse(f"There is no cue {number}; the captions have {len(cues)}.")


def _refuse(message: str) -> NoReturn:
    raise InvalidInput(message, code="edit")
