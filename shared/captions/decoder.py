"""A CEA-608 decoder: words go in frame by frame, what a viewer saw comes out (47 CFR 15.119).

Written from the rule and not from our writer, because it is the judge of that writer. It keeps two memories of 15 x 32
cells, swaps, erases and scrolls them as receivers do, ignores the repeat of a control code in the next frame, shows a
block for a text byte with wrong parity, and notes everything that a receiver would get wrong or would never show.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from unicodedata import normalize

from shared.captions.codes import (
    BS,
    COLUMNS,
    CR,
    DER,
    EDM,
    ENM,
    EOC,
    ITALICS,
    MOST_ROWS,
    PENS,
    RCL,
    RDC,
    ROLL_UP,
    ROWS,
    Channel,
    base_character,
)
from shared.captions.model import PLAIN, Style
from shared.captions.screen import Memory, Mode, Row, Screen
from shared.captions.words import ACTIONS, CodeKind

_TEXT, _FILLER, _BAD = CodeKind.TEXT, CodeKind.FILLER, CodeKind.BAD


class DecodeFault(NamedTuple):
    """Something that a receiver cannot take, at a frame."""

    code: str
    message: str
    frame: int


@dataclass(slots=True)
class Decoded:
    """The result of decoding: what was seen, what was wrong, and how the stream ended."""

    screens: list[Screen] = field(default_factory=list)
    faults: list[DecodeFault] = field(default_factory=list)
    unlisted: dict[str, int] = field(default_factory=dict)
    """How many more faults of a code there were than ``faults`` lists: junk has one in each word."""
    on_screen_at_end: bool = False


_LEAST_AT_END: Final = 90
"""Frames (3 s) for which a last caption is seen that nothing takes off the screen, more if there is more to read."""
_FRAMES_A_LETTER: Final = 2
_MOST_FAULTS: Final = 1000
"""Faults of one code that are listed."""
_MESSAGES: Final = {
    "parity": "A byte has even parity: text becomes a block, a control code is lost.",
    "illegal_word": "This pair of bytes means nothing in captions.",
    "other_channel": "A control code of another channel or field than the one being read.",
}


class Decoder:
    """Feed it the words of one channel in rising frames, then take :meth:`finish`."""

    def __init__(self, channel: Channel = "CC1") -> None:
        self._actions = ACTIONS[channel]
        self._out = Decoded()
        self._front, self._back = Memory(), Memory()
        self._mode: Mode | None = None
        self._depth = 0
        self._base_row = ROWS
        self._row, self._column = ROWS, 0
        self._pen = PLAIN
        self._line: list[str] | None = None
        self._since: int | None = None
        """Frame since which the front memory shows something."""
        self._last = -1
        self._last_frame = -2
        self._last_was_repeat = True
        self._awaits_repeat = False
        self._is_elsewhere = False
        """The last control code was another channel's, and so is the text that follows it."""
        self._opens = False
        """The next character typed in roll-up or paint-on begins a new screen."""
        self._shown_mode = Mode.POP_ON
        self._placed = False
        self._loading = False
        self._is_loaded = False
        """Text has been put into the hidden memory since the last EOC."""
        self._full_row_reported = False
        self._counts: dict[str, int] = {}

    def feed(self, frame: int, words: Sequence[int]) -> None:
        """Take in words that arrive in neighbouring frames, the first of them in ``frame``."""
        actions = self._actions
        frame -= 1
        for word in words:
            frame += 1
            kind, first, second, fault = actions[word]
            if fault:
                self._fault(fault, _MESSAGES[fault], frame)
            if kind is _TEXT:
                if self._awaits_repeat:
                    self._single()
                if self._is_elsewhere:
                    continue
                if self._opens:
                    self._open(frame)
                line, column = self._line, self._column
                # The common case in one go: two characters into two free cells.
                if line and column < COLUMNS - 1 and first and second and line[column] == " " == line[column + 1]:
                    line[column], line[column + 1] = first, second  # type: ignore[assignment]
                    self._column = column + 2
                else:
                    for character in (first, second):
                        if character:
                            self._put(str(character), frame)
                continue
            if kind is _FILLER:
                continue
            if kind is _BAD:
                self._is_elsewhere = self._is_elsewhere or fault == "other_channel"
                continue
            self._is_elsewhere = False
            if word == self._last and frame == self._last_frame + 1 and not self._last_was_repeat:
                self._last_was_repeat, self._awaits_repeat = True, False
                continue
            if self._awaits_repeat:
                self._single()
            self._awaits_repeat = kind is not CodeKind.CHARACTER and kind is not CodeKind.EXTENDED
            self._last, self._last_frame, self._last_was_repeat = word, frame, False
            self._obey(kind, first, second, frame)

    @property
    def faults(self) -> Sequence[DecodeFault]:
        """What was wrong with the words so far."""
        return self._out.faults

    def finish(self) -> Decoded:
        """What was seen and what was wrong; text still on screen is taken to stay as long as it takes to read."""
        if self._awaits_repeat:
            self._single()
        rows = self._front.shown()
        if rows:
            self._out.on_screen_at_end = True
            since = self._last_frame if self._since is None else self._since
            stays = max(_LEAST_AT_END, sum(len(row.text) for row in rows) * _FRAMES_A_LETTER)
            message = f"The last caption is never taken off the screen; {stays // 30} seconds are taken for it."
            self._fault("not_cleared", message, since)
            self._end_screen(max(self._last_frame + 2, since + stays))
        if self._is_loaded and self._back.shown():
            self._fault("not_shown", "Text was loaded, but no EOC ever shows it.", self._last_frame)
        return self._out

    def _obey(self, kind: CodeKind, first: str | int, second: str | int, frame: int) -> None:
        if kind is CodeKind.PAC:
            self._address(int(first), int(second), frame)
        elif kind is CodeKind.MISC:
            self._miscellaneous(int(first), frame)
        elif kind is CodeKind.TAB:
            self._column = min(self._column + int(first), COLUMNS - 1)
        elif kind is CodeKind.MIDROW:
            self._put(" ", frame)
            pen = PENS[int(first)]
            is_italics = int(first) & ITALICS == ITALICS
            self._write_in(Style(True, pen.underline, self._pen.colour) if is_italics else pen)
        elif kind is CodeKind.EXTENDED or kind is CodeKind.CHARACTER:
            if self._opens:
                self._open(frame)
            if kind is CodeKind.EXTENDED:
                self._overwrite(str(first), frame)
            else:
                self._put(str(first), frame)

    # -- cursor and text -----------------------------------------------------------------------------------------

    def _memory(self) -> Memory:
        return self._back if self._mode is Mode.POP_ON else self._front

    def _address(self, row: int, column: int, frame: int) -> None:
        if self._mode is Mode.ROLL_UP:
            self._move_base(max(row, self._depth))
        else:
            self._row = row
        if self._mode is Mode.POP_ON and not self._is_loaded:
            if self._back.shown():
                self._fault(
                    "not_erased", "The hidden memory still holds an old caption, which will shine through.", frame
                )
            self._is_loaded = True
        self._column, self._placed = column & 0xFF, True
        self._find_line()
        self._write_in(PENS[column >> 8])

    def _write_in(self, pen: Style) -> None:
        """From the cursor on letters have this style."""
        self._pen = pen
        pens = self._memory().pens.get(self._row)
        if pens is not None:
            pens[self._column] = pen
        elif pen != PLAIN:
            self._memory().pens[self._row] = {self._column: pen}

    def _find_line(self) -> None:
        memory = self._memory()
        self._line = memory.rows.get(self._row)
        if self._line is None:
            self._line = memory.rows[self._row] = [" "] * COLUMNS

    def _put(self, character: str, frame: int) -> None:
        if self._mode is None:
            self._fault("no_mode", "Text before any code says how to show it.", frame)
            return
        if not self._placed:
            self._fault("no_pac", "Text without a row address: receivers put it anywhere.", frame)
            self._placed = True
        if self._line is None:
            self._find_line()
        line, column = self._line, self._column
        assert line is not None
        if column >= COLUMNS:
            # The cursor never leaves column 32; every further character replaces the one there.
            if not self._full_row_reported:
                self._fault("past_column_32", "Text goes on past column 32 and overwrites itself.", frame)
                self._full_row_reported = True
            column = COLUMNS - 1
        elif line[column] != " " and character != " ":
            self._fault("over_text", "Text is written over other text.", frame)
        line[column] = character
        self._column = column + 1

    def _overwrite(self, character: str, frame: int) -> None:
        line, column = self._line, self._column
        if line is None or column == 0:
            self._fault("no_base", f"Nothing stands before {character!r} that it could overwrite.", frame)
            self._put(character, frame)
            return
        if column == COLUMNS:
            self._fault("extended_column_32", f"{character!r} in column 32: receivers differ in what they show.", frame)
        base = line[column - 1]
        if not _is_base(base, character):
            self._fault("no_base", f"{character!r} overwrites {base!r}, which is text of its own.", frame)
        line[column - 1] = character

    # -- codes ----------------------------------------------------------------------------------------------------

    def _miscellaneous(self, code: int, frame: int) -> None:
        if code == RCL:
            self._enter(Mode.POP_ON)
            self._loading = True
        elif code == ENM:
            if self._is_loaded and self._back.shown():
                self._fault("not_shown", "Text was loaded, but erased before any EOC showed it.", frame)
            self._is_loaded = False
            self._back.erase()
            self._forget_cursor()
        elif code == EOC:
            self._swap(frame)
        elif code == EDM:
            self._end_screen(frame)
            self._front.erase()
            if self._mode is not Mode.POP_ON:
                self._opens = self._mode is not None
                self._forget_cursor()
        elif code in ROLL_UP:
            self._roll_up(ROLL_UP[code], frame)
        elif code == CR:
            self._carriage_return(frame)
        elif code == RDC:
            self._enter(Mode.PAINT_ON)
        elif code == BS and self._line is not None and self._column:
            self._column -= 1
            self._line[self._column] = " "
        elif code == DER and self._line is not None:
            self._line[self._column :] = [" "] * (COLUMNS - self._column)

    def _enter(self, mode: Mode) -> None:
        self._opens = mode is not Mode.POP_ON
        if self._mode is not mode:
            self._mode = mode
            self._forget_cursor()

    def _forget_cursor(self) -> None:
        self._line, self._placed, self._full_row_reported = None, False, False
        self._row, self._column, self._pen = self._base_row, 0, PLAIN

    def _swap(self, frame: int) -> None:
        if not self._loading:
            self._fault("no_rcl", "An EOC with no load before it: what it shows is left to chance.", frame)
        self._end_screen(frame)
        self._front, self._back = self._back, self._front
        self._mode, self._loading, self._is_loaded, self._opens = Mode.POP_ON, False, False, False
        self._since, self._shown_mode = frame, Mode.POP_ON
        self._forget_cursor()

    def _roll_up(self, depth: int, frame: int) -> None:
        if self._mode is not Mode.ROLL_UP:
            self._end_screen(frame)
            self._front.erase()
            self._back.erase()
            self._mode, self._base_row = Mode.ROLL_UP, ROWS
            self._forget_cursor()
        self._depth, self._opens = depth, True

    def _move_base(self, row: int) -> None:
        if row != self._base_row and self._front.rows:
            self._front.move(row - self._base_row, range(1, ROWS + 1))
        self._base_row = self._row = row

    def _carriage_return(self, frame: int) -> None:
        if self._mode is not Mode.ROLL_UP:
            return
        self._end_screen(frame)
        self._front.move(-1, range(self._base_row - self._depth + 1, self._base_row))
        self._opens = True
        self._forget_cursor()

    # -- results --------------------------------------------------------------------------------------------------

    def _open(self, frame: int) -> None:
        self._opens = False
        if self._mode is None or self._mode is Mode.POP_ON:
            return
        if self._mode is Mode.PAINT_ON or self._since is None:
            self._end_screen(frame)
            self._since, self._shown_mode = frame, self._mode

    def _end_screen(self, frame: int) -> None:
        since, self._since = self._since, None
        if since is None:
            return
        rows = self._front.shown()
        if len(rows) > MOST_ROWS:
            self._fault("too_many_rows", f"{len(rows)} rows at one time; receivers show at most four.", since)
        if rows:
            self._show(Screen(since, frame, self._new_rows(rows), self._shown_mode))

    def _new_rows(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """In roll-up only the base row is news; the rows above it have been told already."""
        if self._shown_mode is not Mode.ROLL_UP:
            return rows
        return tuple(row for row in rows if row.number == self._base_row)

    def _show(self, screen: Screen) -> None:
        if not screen.rows:
            return
        screens = self._out.screens
        # A caption that replaces itself without a blank frame is one caption to the viewer.
        if (
            screen.mode is Mode.POP_ON
            and screens
            and screens[-1].off == screen.on
            and [row.text for row in screens[-1].rows] == [row.text for row in screen.rows]
        ):
            screen = screen._replace(on=screens.pop().on)
        screens.append(screen)

    def _single(self) -> None:
        self._awaits_repeat = False
        self._fault("not_doubled", "A control code is sent once, or its two copies are parted.", self._last_frame)

    def _fault(self, code: str, message: str, frame: int) -> None:
        self._counts[code] = count = self._counts.get(code, 0) + 1
        if count <= _MOST_FAULTS:
            self._out.faults.append(DecodeFault(code, message, frame))
        else:
            self._out.unlisted[code] = count - _MOST_FAULTS


def _is_base(base: str, extended: str) -> bool:
    """Whether a character can only have been sent to be overwritten: the letter without its mark, or a look-alike."""
    if base == base_character(extended):
        return True
    letter = normalize("NFD", extended)[0]
    return base.casefold() == letter.casefold() if letter.isalpha() else not base.isalnum() and base != " "


def decode(words: Iterable[tuple[int, int]], channel: Channel = "CC1") -> Decoded:
    """Decode (frame, word) pairs in rising frames, as they are found in pictures or sent by an encoder."""
    decoder = Decoder(channel)
    start, run = 0, list[int]()
    for frame, word in words:
        if frame != start + len(run):
            decoder.feed(start, run)
            start, run = frame, []
        run.append(word)
    decoder.feed(start, run)
    return decoder.finish()
