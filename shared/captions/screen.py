"""What stands on a CEA-608 screen: a memory of 15 x 32 cells, and its rows as viewers see them."""

from enum import StrEnum
from typing import NamedTuple

from shared.captions.model import PLAIN, Style, Styled
from shared.captions.styling import joined


class Mode(StrEnum):
    """How text gets onto the screen."""

    POP_ON = "pop-on"
    ROLL_UP = "roll-up"
    PAINT_ON = "paint-on"


class Row(NamedTuple):
    """A row of text as shown: row 1 to 15, column 0 to 31 of its first character."""

    number: int
    column: int
    text: str
    styles: tuple[Styled, ...] = ()
    """Counted in the letters of this row."""


class Screen(NamedTuple):
    """What stood on the screen from frame ``on`` up to frame ``off``, unchanged but for what was typed."""

    on: int
    off: int
    rows: tuple[Row, ...]
    mode: Mode


class Memory:
    """One of the two caption memories: rows of 32 cells, and from which column of a row which style holds."""

    __slots__ = ("pens", "rows")

    def __init__(self) -> None:
        self.rows: dict[int, list[str]] = {}
        self.pens: dict[int, dict[int, Style]] = {}

    def erase(self) -> None:
        self.rows = {}
        self.pens = {}

    def move(self, step: int, keeps: range) -> None:
        """Move the rows up or down; of those that arrive, only the ones in ``keeps`` stay."""
        self.rows = {number + step: cells for number, cells in self.rows.items() if number + step in keeps}
        self.pens = {number + step: pens for number, pens in self.pens.items() if number + step in keeps}

    def shown(self) -> tuple[Row, ...]:
        rows = []
        for number in sorted(self.rows):
            line = "".join(self.rows[number])
            text = line.strip(" ")
            if text:
                column = len(line) - len(line.lstrip(" "))
                styles = _styles(line, self.pens[number]) if number in self.pens else ()
                rows.append(Row(number, column, text.replace("\N{NO-BREAK SPACE}", " "), styles))
        return tuple(rows)


def _styles(line: str, pens: dict[int, Style]) -> tuple[Styled, ...]:
    """Which letters of a row are not plain, when ``pens`` says from which columns which style holds."""
    found: list[Styled] = []
    pen, letter = PLAIN, 0
    for column, character in enumerate(line):
        pen = pens.get(column, pen)
        if not character.isspace():
            found.append(Styled(letter, letter + 1, pen))
            letter += 1
    return joined(found)
