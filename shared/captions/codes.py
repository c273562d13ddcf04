"""The codes of CEA-608: which pair of bytes writes which character, and which moves the cursor or swaps memories.

Bytes travel with odd parity (47 CFR 15.119(j)). Seven-bit values stand in the tables here; parity is added once, when
the tables are built. A *word* is the two bytes of one frame as a number, such as 0x942C.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal
from unicodedata import normalize

from shared.captions.model import Colour, Style

Channel = Literal["CC1", "CC2", "CC3", "CC4"]
CHANNELS: Final[tuple[Channel, ...]] = ("CC1", "CC2", "CC3", "CC4")
"""CC1 and CC2 share field 1 of the picture, CC3 and CC4 field 2."""

COLUMNS: Final = 32
ROWS: Final = 15
MOST_ROWS: Final = 4
"""Rows with text at one time (47 CFR 15.119(d)(1))."""

PARITY: Final = bytes(value if value.bit_count() % 2 else value | 0x80 for value in range(128)) * 2
"""Seven-bit value to the byte on the line, for ``bytes.translate``."""
FILLER: Final = 0x8080

# -- Characters (47 CFR 15.119(g)) ------------------------------------------------------------------------------------

_BASIC_EXCEPTIONS = {
    0x2A: "á", 0x5C: "é", 0x5E: "í", 0x5F: "ó", 0x60: "ú", 0x7B: "ç", 0x7C: "÷", 0x7D: "Ñ", 0x7E: "ñ", 0x7F: "█",
}  # fmt: skip
BASIC: Final = {code: _BASIC_EXCEPTIONS.get(code, chr(code)) for code in range(0x20, 0x80)}
"""Second table column: one byte, one character. 0x27 is shown straight or curly, as the decoder likes."""

TRANSPARENT: Final = "\N{NO-BREAK SPACE}"
"""The transparent space: a column in which the picture shows through. Decoded as a blank, never written."""
SPECIAL: Final = dict(enumerate("®°½¿™¢£♪à" + TRANSPARENT + "èâêîôû", start=0x30))
"""First byte 11: two bytes, one column."""

EXTENDED_12: Final = dict(enumerate("ÁÉÓÚÜü‘¡*'—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»", start=0x20))
EXTENDED_13: Final = dict(enumerate("ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤¦ÅåØø┌┐└┘", start=0x20))
"""First bytes 12 and 13: two bytes that overwrite the column to the left, so a plain character goes before them."""

_BASE = {
    "‘": "'", "¡": "!", "*": ".", "—": "-", "©": "c", "℠": "s", "•": ".", "“": '"', "”": '"', "«": '"', "»": '"',
    "{": "(", "}": ")", "\\": "/", "^": ".", "_": "-", "|": "!", "~": "-", "ß": "s", "¥": "Y", "¤": "o", "¦": "!",
    "Ø": "O", "ø": "o", "┌": "+", "┐": "+", "└": "+", "┘": "+", "'": "'",
}  # fmt: skip


def base_character(character: str) -> str:
    """What a decoder without the extended set shows instead: the letter without its mark, or a look-alike."""
    return _BASE.get(character) or normalize("NFD", character)[0]


# -- Codes (47 CFR 15.119(i) and its tables) --------------------------------------------------------------------------

RCL, BS, DER, RU2, RU3, RU4, RDC = 0x20, 0x21, 0x24, 0x25, 0x26, 0x27, 0x29
EDM, CR, ENM, EOC = 0x2C, 0x2D, 0x2E, 0x2F
MISC: Final = frozenset({RCL, BS, DER, RU2, RU3, RU4, RDC, EDM, CR, ENM, EOC})
"""Second bytes of the miscellaneous codes that captions use; alarms, flash and text mode are left out."""
ROLL_UP: Final = {RU2: 2, RU3: 3, RU4: 4}

_PAC_FIRST = (0x11, 0x11, 0x12, 0x12, 0x15, 0x15, 0x16, 0x16, 0x17, 0x17, 0x10, 0x13, 0x13, 0x14, 0x14)
_PAC_LOW_ROWS = frozenset({2, 4, 6, 8, 10, 13, 15})
"""Rows 1 to 15: the first byte, and the rows whose second byte begins at 60 instead of 40."""
PENS: Final = (
    *(Style(underline=underline, colour=colour) for colour in Colour for underline in (False, True)),
    Style(italic=True),
    Style(italic=True, underline=True),
)
"""The style that the low four bits of a row address without indent, or of a mid-row code, stand for."""
ITALICS: Final = 0x0E
"""Of a mid-row code: italics begin and the colour stays; every other one ends italics."""

PAC_ROWS: Final = {
    (first, 0x60 if row in _PAC_LOW_ROWS else 0x40): row for row, first in enumerate(_PAC_FIRST, start=1)
}
"""(first byte of channel 1, 40 or 60) to the row."""


def twice(first: int, second: int) -> bytes:
    """A control code as it is sent: two times, in neighbouring frames (47 CFR 15.119(i)(1))."""
    return bytes((PARITY[first], PARITY[second])) * 2


@dataclass(frozen=True, slots=True)
class CodeSet:
    """The codes of one caption channel, doubled and with parity, ready to be joined."""

    misc: dict[int, bytes]
    pac: tuple[tuple[bytes, ...], ...]
    """``pac[row][column // 4]`` puts the cursor into a row at an indent, white and upright."""
    tab: tuple[bytes, ...]
    """``tab[n]`` moves the cursor n columns to the right, erasing nothing; ``tab[0]`` is nothing."""
    midrow: tuple[bytes, ...]
    """``midrow[attribute]`` changes the style of what follows and is seen as a blank; ``PENS`` has the attributes."""
    characters: dict[str, bytes]
    """Special and extended characters, without the base character."""


@cache
def codes_of(channel: Channel) -> CodeSet:
    """The codes of a channel: CC2 and CC4 set bit 3 of the first byte, CC3 and CC4 say 15 instead of 14."""
    second_channel = 0x08 if channel in ("CC2", "CC4") else 0x00
    misc_first = (0x15 if channel in ("CC3", "CC4") else 0x14) | second_channel

    def pac(row: int, attribute: int) -> bytes:
        low = 0x60 if row in _PAC_LOW_ROWS else 0x40
        return twice(_PAC_FIRST[row - 1] | second_channel, low + attribute)

    characters = {character: twice(0x11 | second_channel, code) for code, character in SPECIAL.items()}
    for first, table in ((0x12, EXTENDED_12), (0x13, EXTENDED_13)):
        characters.update((character, twice(first | second_channel, code)) for code, character in table.items())
    return CodeSet(
        misc={code: twice(misc_first, code) for code in MISC},
        pac=((), *(tuple(pac(row, 0x10 + 2 * step) for step in range(8)) for row in range(1, ROWS + 1))),
        tab=(b"", *(twice(0x17 | second_channel, 0x20 + columns) for columns in (1, 2, 3))),
        midrow=tuple(twice(0x11 | second_channel, 0x20 + attribute) for attribute in range(16)),
        characters=characters,
    )


BASIC_BYTES: Final = {character: code for code, character in BASIC.items() if character != "█"}
EXTENDED: Final = frozenset((*EXTENDED_12.values(), *EXTENDED_13.values())) - BASIC_BYTES.keys()
SPECIALS: Final = frozenset(SPECIAL.values()) - {TRANSPARENT}
ENCODABLE: Final = frozenset(BASIC_BYTES) | SPECIALS | EXTENDED
"""Every character that a row may contain."""
