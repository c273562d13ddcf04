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

PAUSE: Final = 90
"""Frames (3 s) of silence after which roll-up text is taken off; in shorter pauses it stays and scrolls on."""


@dataclass(slots=True)
class _Row:
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
            rows.append(_Row(part, head, row.body, on))
    return _type(rows, codes, start, scrolls=True), [row.part for row in rows]


def paint_on(captions: Sequence[Caption], codes: CodeSet, start: int) -> tuple[list[Sent], list[Part]]:
    """Each cue is typed onto an empty screen; more than four rows become several parts."""
    rows = []
    for index, caption in enumerate(captions):
        pieces = [caption.rows[at : at + 4] for at in range(0, len(caption.rows), 4)]
        off = _off(captions, index)
        ons = [*_shares(caption, pieces, off), off]
        for piece, (on, end) in zip(pieces, pairwise(ons), strict=True):
            part = Part(caption, piece, on, end, is_first=piece is pieces[0])
            numbers = row_numbers(piece)
            body = piece[0].body + b"".join(
                row.at(number, codes) for row, number in zip(piece[1:], numbers[1:], strict=True)
            )
            rows.append(_Row(part, codes.misc[RDC] + _head(piece[0], numbers[0], codes), body, on))
    return _type(rows, codes, start, scrolls=False), [row.part for row in rows]


def _type(rows: list[_Row], codes: CodeSet, start: int, *, scrolls: bool) -> list[Sent]:
    edm = codes.misc[EDM]
    sent: list[Sent] = []
    free = start
    before: Part | None = None
    for row in rows:
        part, head = row.part, len(row.head) // 2
        at = max(row.wanted - head, free)
        if before is not None:
            erases = not scrolls or row.wanted - before.off >= PAUSE or at - free > LONGEST_SHOWN
            if erases:
                at = max(at, free + 2)
                before.off = max(free, min(before.off, at - 2, free + LONGEST_SHOWN))
                sent.append(Sent(before.off, edm))
            else:
                before.off = at + 2
        part.on = at + head
        if part.on > row.wanted:
            part.why_late = "the channel is still typing what was said before"
        sent += (Sent(at, row.head), Sent(part.on, row.body))
        free = part.on + len(row.body) // 2
        part.off = max(part.off, free)
        before = part
    if before is not None:
        before.off = max(free, min(before.off, free + LONGEST_SHOWN))
        sent.append(Sent(before.off, edm))
    return sent


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
