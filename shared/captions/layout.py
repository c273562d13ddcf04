"""From the rows of a cue to rows that fit a CEA-608 screen, and to the bytes that write them.

Rows that fit stay as the segmentation broke them. Rows that do not are wrapped at blanks, over-long words at the places
where addresses are read (after / . - and their like); nothing is ever cut off.
"""

import re
from typing import Final, NamedTuple

from shared.captions.codes import BASIC_BYTES, COLUMNS, EXTENDED, PARITY, ROWS, CodeSet, base_character
from shared.captions.model import Align, Placement

_ALL_BASIC = re.compile(r"[!-)+-\[\]a-z ]*")
_EXTENDED = re.compile("[" + "".join(re.escape(character) for character in sorted(EXTENDED)) + "]")
_BASIC_TO_LINE: Final = PARITY[:128]
_FILLER: Final = 0x80
_TURNS: Final = (">>", "-", "[", "(", "♪")
"""How a row begins that must not be joined to the row before it: a speaker, a sound, music."""
_LONGEST_TURN: Final = 400
_BREAKS_AFTER: Final = frozenset("/.-_?&=,;:#%+@")


def widest(row: str, *, italic: bool = False) -> int:
    """Columns this row may take: 32, less one for an extended character or for the code that begins italics.

    With an extended character in column 32 the cursor stands still and receivers differ in what they overwrite.
    """
    return COLUMNS - (1 if _EXTENDED.search(row) else 0) - (1 if italic else 0)


def wrapped(rows: list[str], *, italic: bool) -> list[str]:
    """Rows that fit, in the order given; if all of them do, none is touched.

    Else the rows of each turn are filled anew together, so that two rows of 40 columns become three and not four.
    """
    if all(len(row) < COLUMNS - 1 for row in rows) or all(len(row) <= widest(row, italic=italic) for row in rows):
        return rows
    turns = [rows[0]]
    for row in rows[1:]:
        if row.startswith(_TURNS) or len(turns[-1]) > _LONGEST_TURN:
            turns.append(row)
        else:
            turns[-1] += " " + row
    return [part for turn in turns for part in _wrap(turn, widest(turn, italic=italic))]


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


class RowCode(NamedTuple):
    """One row, encoded but for the number of the screen row it will stand on."""

    text: str
    step: int
    """The indent its address carries, in steps of four columns."""
    tab: bytes
    """The code for the columns between that indent and its own; may be left out when the channel is short of time."""
    body: bytes
    """The text, led by the code for italics where the row is in italics."""

    @property
    def words(self) -> int:
        """Frames it takes to send, with its tab."""
        return (4 + len(self.tab) + len(self.body)) // 2

    @property
    def bare_words(self) -> int:
        """Frames it takes to send without its tab."""
        return (4 + len(self.body)) // 2

    def at(self, number: int, codes: CodeSet, *, has_tab: bool = True) -> bytes:
        """The words that put it on a row of the screen."""
        return codes.pac[number][self.step] + (self.tab if has_tab else b"") + self.body


def row_code(row: str, placement: Placement, codes: CodeSet, *, italic: bool) -> RowCode:
    """Encode one row that is clean and fits."""
    column = _column(row, placement, italic=italic)
    body = text_bytes(row, codes)
    if italic:
        column -= 1
        body = codes.italics + body
    step, rest = divmod(column, 4)
    return RowCode(row, step, codes.tab[rest], body)


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


def row_numbers(count: int, placement: Placement) -> range:
    """Which rows of the screen a cue takes, from top to bottom, kept on the screen whatever its placement says."""
    base = min(max(placement.base_row, count), ROWS)
    return range(base - count + 1, base + 1)


def _column(row: str, placement: Placement, *, italic: bool) -> int:
    room = widest(row) - len(row)
    if placement.indent is not None:
        column = placement.indent
    elif placement.align is Align.LEFT:
        column = 0
    else:
        column = (COLUMNS - len(row)) // 2
    return max(min(column, room), 1 if italic else 0)
