"""What each word of the caption channel means: two bytes taken apart once, and looked up ever after."""

from enum import StrEnum
from typing import Final, NamedTuple

from shared.captions.codes import (
    BASIC,
    CHANNELS,
    EXTENDED_12,
    EXTENDED_13,
    MISC,
    PAC_ROWS,
    PARITY,
    SPECIAL,
    Channel,
)


class CodeKind(StrEnum):
    """What a receiver has to do with a word."""

    TEXT = "text"
    MISC = "misc"
    PAC = "pac"
    TAB = "tab"
    MIDROW = "midrow"
    CHARACTER = "character"
    EXTENDED = "extended"
    STYLE = "style"
    FILLER = "filler"
    BAD = "bad"


class Action(NamedTuple):
    """A word taken apart; what ``first`` and ``second`` hold depends on the kind.

    A row address has the row, and the column with the number of its style (``PENS``) in the bits above.
    """

    kind: CodeKind
    first: str | int
    second: str | int
    fault: str = ""


BLOCK: Final = "█"
"""What a receiver shows for a character with wrong parity (47 CFR 15.119(j))."""


class Actions(dict[int, Action]):
    """Word to action for one channel, worked out when a word is first met."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._is_second = channel in ("CC2", "CC4")
        self._misc_first = 0x15 if channel in ("CC3", "CC4") else 0x14

    def __missing__(self, word: int) -> Action:
        action = self[word] = self._take_apart(word >> 8, word & 0xFF)
        return action

    def _take_apart(self, high: int, low: int) -> Action:
        first, second = high & 0x7F, low & 0x7F
        odd = (PARITY[first] == high, PARITY[second] == low)
        if first == 0 and second == 0:
            return Action(CodeKind.FILLER, 0, 0, "" if all(odd) else "parity")
        if first >= 0x20:
            text = (BASIC[first] if odd[0] else BLOCK, _text_or_pad(second) if odd[1] else BLOCK)
            if all(odd) and 0 < second < 0x20:
                return Action(CodeKind.TEXT, text[0], "", "illegal_word")
            return Action(CodeKind.TEXT, *text, "" if all(odd) else "parity")
        if first == 0 and second >= 0x20:
            return Action(CodeKind.TEXT, "", BASIC[second] if all(odd) else BLOCK, "" if all(odd) else "parity")
        if not all(odd):
            return Action(CodeKind.BAD, 0, 0, "parity")
        if first < 0x10:
            return Action(CodeKind.BAD, 0, 0, "illegal_word")
        return self._control(first, second)

    def _control(self, first: int, second: int) -> Action:
        if bool(first & 0x08) != self._is_second:
            return Action(CodeKind.BAD, 0, 0, "other_channel")
        first &= 0x17
        if second >= 0x40:
            attribute = second & 0x1F
            row = PAC_ROWS.get((first, second & 0x60))
            if row is None:
                return Action(CodeKind.BAD, 0, 0, "illegal_word")
            if attribute >= 0x10:
                return Action(CodeKind.PAC, row, (attribute - 0x10) // 2 * 4 + ((attribute & 1) << 8))
            return Action(CodeKind.PAC, row, attribute << 8)
        if first in (0x14, 0x15) and 0x20 <= second < 0x30:
            if first != self._misc_first:
                return Action(CodeKind.BAD, 0, 0, "other_channel")
            if second not in MISC:
                return Action(CodeKind.BAD, 0, 0, "illegal_word")
            return Action(CodeKind.MISC, second, 0)
        if first == 0x17 and 0x21 <= second <= 0x23:
            return Action(CodeKind.TAB, second - 0x20, 0)
        if first == 0x11 and 0x20 <= second < 0x30:
            return Action(CodeKind.MIDROW, second & 0x0F, 0)
        if first == 0x11 and 0x30 <= second < 0x40:
            return Action(CodeKind.CHARACTER, SPECIAL[second], 0)
        if first in (0x12, 0x13) and 0x20 <= second < 0x40:
            return Action(CodeKind.EXTENDED, (EXTENDED_12 if first == 0x12 else EXTENDED_13)[second], 0)
        if (first == 0x10 and 0x20 <= second < 0x30) or (first == 0x17 and 0x2D <= second <= 0x2F):
            return Action(CodeKind.STYLE, 0, 0)
        return Action(CodeKind.BAD, 0, 0, "illegal_word")


def _text_or_pad(second: int) -> str:
    return BASIC.get(second, "")


ACTIONS: Final = {channel: Actions(channel) for channel in CHANNELS}
