"""Roll-up and paint-on captions: text is seen while it is typed (47 CFR 15.119(f)(1) and (f)(3)).

There is no hidden memory to load, so the codes that place a row go out early and its first character on the row's
frame. A row is complete only when it has been typed, which is the lateness of the live look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from shared.captions.codes import CR, EDM, RDC, CodeSet
from shared.captions.layout import RowCode, row_numbers
from shared.captions.schedule import LONGEST_SHOWN, Caption, Part, Sent

_STILL_TYPING: Final = "the channel is still typing what was said before"
PAUSE: Final = 90
"""Frames (3 s) of silence after which roll-up text is taken off; in shorter pauses it stays and scrolls on."""


@dataclass(slots=True)
class _PaintedRow:
    """A row to be typed: head (codes that place it) and body (what is seen)."""

    part: Part
    head: bytes
    body: bytes
    wanted: int


def roll_up(
    captions: Sequence[Caption], codes: CodeSet, start: int, depth_code: int, depth: int
) -> tuple[list[Sent], list[Part]]:
    """Each row of each cue scrolls in at its share of the cue's time; a part is one row, until the next one comes."""
    rows = []
    for index, caption in enumerate(captions):
        base = min(max(caption.rows[0].region.placement.base_row, depth), 15)
        off = _off(captions, index)
        for row, on in zip(caption.rows, _shares(caption, [[row] for row in caption.rows], off), strict=True):
            part = Part(caption, [row], on, off, is_first=row is caption.rows[0])
            head = codes.misc[depth_code] + codes.misc[CR] + _head(row, base, codes)
            rows.append(_PaintedRow(part, head, row.body, on))
    return _scroll(rows, codes, start), [row.part for row in rows]


def paint_on(captions: Sequence[Caption], codes: CodeSet, start: int) -> tuple[list[Sent], list[Part]]:
    """Each cue is typed onto an empty screen; more than four rows become several parts."""
    parts: list[Part] = []
    for index, caption in enumerate(captions):
        pieces = [caption.rows[at : at + 4] for at in range(0, len(caption.rows), 4)]
        off = _off(captions, index)
        ons = [*_shares(caption, pieces, off), off]
        for piece, (on, end) in zip(pieces, pairwise(ons), strict=True):
            parts.append(Part(caption, piece, on, end, is_first=piece is pieces[0]))
    sent: list[Sent] = []
    free = start
    before: Part | None = None
    for part in parts:
        numbers = row_numbers(part.rows)
        following = zip(part.rows[1:], numbers[1:], strict=True)
        body = part.rows[0].body + b"".join(row.at(number, codes) for row, number in following)
        wanted = part.on
        sent += _placed(part, numbers[0], free, before, codes)
        if part.on > wanted:
            part.why_late = _STILL_TYPING
        sent.append(Sent(part.on, body))
        free = part.on + len(body) // 2
        part.off = max(part.off, free)
        before = part
    return sent + _last_erase(before, free, codes), parts


def _placed(part: Part, number: int, free: int, before: Part | None, codes: CodeSet) -> list[Sent]:
    """Move ``part.on`` to the frame at which it can be typed; return the codes that take the part before it down and
    place its first row.

    An erase loses the cursor in some receivers, so the address comes after it; but the mode does not, and what touches
    gives up its tab, so that the caption before it is gone no more than four frames early.
    """
    edm, rdc = codes.misc[EDM], codes.misc[RDC]
    first = part.rows[0]
    place, bare = _head(first, number, codes), codes.pac[number][first.step] + first.lead
    wanted = part.on
    if before is None:
        part.on = max(wanted, free + (len(rdc) + len(place)) // 2)
        return [Sent(part.on - (len(rdc) + len(place)) // 2, rdc + place)]
    off = max(free, min(before.off, free + LONGEST_SHOWN))
    if off + (len(edm) + len(rdc) + len(place)) // 2 <= wanted:
        before.off = off
        return [Sent(off, edm), Sent(wanted - (len(rdc) + len(place)) // 2, rdc + place)]
    if off + (len(edm) + len(place)) // 2 > wanted:
        place = bare
    before.off = max(wanted - (len(edm) + len(place)) // 2, free + len(rdc) // 2)
    part.on = before.off + (len(edm) + len(place)) // 2
    after = before.off + len(edm) // 2
    return [Sent(before.off - len(rdc) // 2, rdc), Sent(before.off, edm), Sent(after, place)]


def _scroll(rows: list[_PaintedRow], codes: CodeSet, start: int) -> list[Sent]:
    edm = codes.misc[EDM]
    sent: list[Sent] = []
    free = start
    before: Part | None = None
    for row in rows:
        part, head = row.part, len(row.head) // 2
        at = max(row.wanted - head, free)
        if before is not None:
            if row.wanted - before.off >= PAUSE or at - free > LONGEST_SHOWN:
                at = max(at, free + 2)
                before.off = max(free, min(before.off, at - 2, free + LONGEST_SHOWN))
                sent.append(Sent(before.off, edm))
            else:
                before.off = at + 2
        part.on = at + head
        if part.on > row.wanted:
            part.why_late = _STILL_TYPING
        sent += (Sent(at, row.head), Sent(part.on, row.body))
        free = part.on + len(row.body) // 2
        part.off = max(part.off, free)
        before = part
    return sent + _last_erase(before, free, codes)


def _last_erase(last: Part | None, free: int, codes: CodeSet) -> list[Sent]:
    if last is None:
        return []
    last.off = max(free, min(last.off, free + LONGEST_SHOWN))
    return [Sent(last.off, codes.misc[EDM])]


def _head(row: RowCode, number: int, codes: CodeSet) -> bytes:
    return codes.pac[number][row.step] + row.tab + row.lead


def _off(captions: Sequence[Caption], index: int) -> int:
    off = captions[index].off
    return min(off, captions[index + 1].on) if index + 1 < len(captions) else off


def _shares(caption: Caption, pieces: list[list[RowCode]], off: int) -> list[int]:
    """When each piece begins, in proportion to the text before it."""
    lengths = [sum(len(row.text) for row in piece) for piece in pieces]
    whole, told, ons = sum(lengths), 0, []
    for length in lengths:
        ons.append(caption.on + (off - caption.on) * told // whole)
        told += length
    return ons
