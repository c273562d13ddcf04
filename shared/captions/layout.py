"""From the rows of a cue to rows that fit a CEA-608 screen, and to the bytes that write them.

Rows that fit stay as the segmentation broke them. Rows that do not are wrapped at blanks, over-long words at the places
where addresses are read (after / . - and their like); nothing is ever cut off.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from shared.captions.codes import BASIC_BYTES, COLUMNS, EXTENDED, ITALICS, PARITY, ROWS, CodeSet, base_character
from shared.captions.model import PLAIN, Align, Colour, Placement, Style, Styled
from shared.captions.styling import joined, letters

_ALL_BASIC = re.compile(r"[!-)+-\[\]a-z ]*")
_EXTENDED = re.compile("[" + "".join(re.escape(character) for character in sorted(EXTENDED)) + "]")
_BASIC_TO_LINE: Final = PARITY[:128]
_FILLER: Final = 0x80
_TURNS: Final = (">>", "-", "[", "(", "♪")
"""How a row begins that must not be joined to the row before it: a speaker, a sound, music."""
_LONGEST_TURN: Final = 400
_BREAKS_AFTER: Final = frozenset("/.-_?&=,;:#%+@")


def widest(row: str, *, lead: int = 0) -> int:
    """Columns this row may take: 32, less one for an extended character and for each code that styles its beginning.

    With an extended character in column 32 the cursor stands still and receivers differ in what they overwrite.
    """
    return COLUMNS - (1 if _EXTENDED.search(row) else 0) - lead


def wrapped(rows: list[str], *, lead: int) -> list[str]:
    """Rows that fit, in the order given; if all of them do, none is touched.

    Else the rows of each turn are filled anew together, so that two rows of 40 columns become three and not four.
    """
    if all(len(row) < COLUMNS - 1 - lead for row in rows) or all(len(row) <= widest(row, lead=lead) for row in rows):
        return rows
    turns = [rows[0]]
    for row in rows[1:]:
        if row.startswith(_TURNS) or len(turns[-1]) > _LONGEST_TURN:
            turns.append(row)
        else:
            turns[-1] += " " + row
    return [part for turn in turns for part in _wrap(turn, widest(turn, lead=lead))]


def _wrap(row: str, limit: int) -> list[str]:
    """Break a row at blanks into as few rows as it takes, as even as that allows."""
    words = [piece for word in row.split(" ") for piece in _pieces(word, limit)]
    fewest = _fill(words, limit)
    if len(fewest) < 2:
        return fewest
    for narrower in range(-(-len(row) // len(fewest)), limit):
        even = _fill(words, narrower)
        if len(even) == len(fewest) and max(map(len, even)) <= limit:
            return even
    return fewest


def _fill(words: list[str], limit: int) -> list[str]:
    rows = [words[0]]
    for word in words[1:]:
        if len(rows[-1]) + 1 + len(word) <= limit:
            rows[-1] += " " + word
        else:
            rows.append(word)
    return rows


def _pieces(word: str, limit: int) -> list[str]:
    pieces, begin = [], 0
    while len(word) - begin > limit:
        end = begin + limit
        cut = next((at for at in range(end, end - limit // 2, -1) if word[at - 1] in _BREAKS_AFTER), end)
        pieces.append(word[begin:cut])
        begin = cut
    return [*pieces, word[begin:]]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """The rows of one cue on the screen, wherever else something is shown at the time."""

    number: int
    """Of the cue, from 1."""
    placement: Placement


class RowCode(NamedTuple):
    """One row, encoded but for the number of the screen row it will stand on."""

    text: str
    """As it will be seen."""
    region: Region
    step: int
    """The indent its address carries, in steps of four columns."""
    tab: bytes
    """The code for the columns between that indent and its own; may be left out when the channel is short of time."""
    lead: bytes
    """The codes that style its beginning, each of them a blank before the text."""
    body: bytes
    """The text, with codes where the style changes."""
    styles: tuple[Styled, ...] = ()
    """Counted in the letters of this row."""

    def at(self, number: int, codes: CodeSet, *, has_tab: bool = True) -> bytes:
        """The words that put it on a row of the screen."""
        return codes.pac[number][self.step] + (self.tab if has_tab else b"") + self.lead + self.body


def row_code(row: str, runs: list[tuple[str, Style]], region: Region, codes: CodeSet, *, shift: int = 0) -> RowCode:
    """Encode one row that is clean and fits; ``runs`` is the row in stretches of one style, parted at blanks.

    ``shift`` is how far right of the region's indent it stands.
    """
    if len(runs) == 1 and runs[0][1] == PLAIN:
        step, rest = divmod(_column(row, region.placement, shift, lead=0), 4)
        return RowCode(row, region, step, codes.tab[rest], b"", text_bytes(row, codes))
    room = widest(row)
    pieces = _styled_pieces(runs)
    if sum(len(attributes) + len(text) for attributes, text, _ in pieces) > room:
        # Two codes in a row need a column more than the blank they stand for: then the colour has to do.
        pieces = _styled_pieces([(text, replace(style, italic=False)) for text, style in runs])
    lead, body, text, styles, count = b"", b"", "", list[Styled](), 0
    for number, (attributes, piece, style) in enumerate(pieces):
        change = b"".join(codes.midrow[attribute] for attribute in attributes)
        if number == 0:
            lead = change
        else:
            body += change
            text += " " * len(attributes)
        body += text_bytes(piece, codes)
        text += piece
        styles.append(Styled(count, count := count + letters(piece), style))
    step, rest = divmod(_column(text, region.placement, shift, lead=len(pieces[0][0])) - len(pieces[0][0]), 4)
    return RowCode(text, region, step, codes.tab[rest], lead, body, joined(styles))


def lead_columns(styles: Sequence[Styled]) -> int:
    """Columns that the codes before a styled row may take: a colour and italics are two codes."""
    return max((len(_change(PLAIN, one.style)) for one in styles), default=0)


def _styled_pieces(runs: list[tuple[str, Style]]) -> list[tuple[list[int], str, Style]]:
    """Attributes of the codes that go before each run, its text, its style."""
    pieces, before = [], PLAIN
    for text, style in runs:
        pieces.append((_change(before, style), text.strip(" "), style))
        before = style
    return pieces


def _change(before: Style, style: Style) -> list[int]:
    """The attributes of the mid-row codes that lead from one style to another. Italics keep the colour before them."""
    if style == before:
        return []
    colour = 2 * tuple(Colour).index(style.colour)
    if not style.italic:
        return [colour + style.underline]
    italics = ITALICS + style.underline
    return [italics] if style.colour is before.colour else [colour, italics]


def text_bytes(row: str, codes: CodeSet) -> bytes:
    """A row of encodable characters as words; an extended character follows the base character it overwrites."""
    if _ALL_BASIC.fullmatch(row):
        data = row.encode("ascii").translate(PARITY)
        return data + b"\x80" if len(data) % 2 else data
    out = bytearray()
    for character in row:
        code = BASIC_BYTES.get(character)
        if code is not None:
            out.append(_BASIC_TO_LINE[code])
            continue
        if character in EXTENDED:
            out.append(_BASIC_TO_LINE[BASIC_BYTES[base_character(character)]])
        if len(out) % 2:
            out.append(_FILLER)
        out += codes.characters[character]
    if len(out) % 2:
        out.append(_FILLER)
    return bytes(out)


def row_numbers(rows: Sequence[RowCode]) -> list[int]:
    """Which rows of the screen they take, from top to bottom, kept on the screen whatever their placements say.

    Where regions would stand over each other, the upper one makes way upwards, or the lower one downwards at the top.
    """
    if rows[0].region is rows[-1].region:
        base = min(max(rows[0].region.placement.base_row, len(rows)), ROWS)
        return list(range(base - len(rows) + 1, base + 1))
    counts: list[tuple[Region, int]] = []
    for row in rows:
        if counts and counts[-1][0] is row.region:
            counts[-1] = (row.region, counts[-1][1] + 1)
        else:
            counts.append((row.region, 1))
    bases, limit = list[int](), ROWS
    for region, count in reversed(counts):
        bases.append(min(max(region.placement.base_row, count), limit))
        limit = bases[-1] - count
    numbers = list[int]()
    for (_region, count), base in zip(counts, reversed(bases), strict=True):
        base = max(base, len(numbers) and numbers[-1] + count, count)
        numbers += range(base - count + 1, base + 1)
    return numbers


def placed(base_row: int, columns: Sequence[int], lengths: Sequence[int]) -> Placement:
    """The placement of rows that were found to begin in these columns and have these lengths."""
    centred = [(COLUMNS - length) // 2 for length in lengths]
    if all(
        column == middle or (len(set(columns)) > 1 and column % 4 == 0 and middle - 4 < column < middle)
        for column, middle in zip(columns, centred, strict=True)
    ):
        # Who has no time for tabs centres to steps of four columns.
        return Placement(base_row)
    indent = min(columns)
    shifts = tuple(column - indent for column in columns)
    return Placement(base_row, Align.LEFT, indent, shifts if any(shifts) else ())


def _column(row: str, placement: Placement, shift: int, *, lead: int) -> int:
    room = widest(row) - len(row)
    if placement.indent is not None:
        column = placement.indent + shift
    elif placement.align is Align.LEFT:
        column = 0
    elif placement.align is Align.RIGHT:
        column = room
    else:
        column = (COLUMNS - len(row)) // 2
    return max(min(column, room), lead)
