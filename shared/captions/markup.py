"""Markup inside cues: the tags of WebVTT and SRT, and the overrides of ASS that other programs leave in both.

One pass over the text, whatever stands in it: a tag is known by its end, and what has none is text, as is a tag of SRT
that neither begins a row nor is closed. Tags are closed by their name, not by their nesting, because files found beside
recordings nest them wrongly.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple

from shared.captions.controls import without_controls
from shared.captions.model import PLAIN, Colour, Cue, Style, Styled
from shared.captions.speaker_labels import labelled
from shared.captions.styling import joined, letters, runs

_PATH = (
    r"(?<![^\W_])[A-Za-z]:\\(?![Nn](?:[^a-z]|$))[^\s<>{}]*"  # C:\notes, but a break in Q:\NDid
    r"|(?<!\S)\\\\\w[\w.-]{0,60}\\[^\s<>{}]*"  # \\server\notes
)
"""File names, in which a backslash before an n begins no row."""
_TOKEN = re.compile(rf"<([^<>\n]*)>|\{{(\\[^{{}}]*)\}}|({_PATH})|(\\[Nn]|\n)|(\\h)")
_LETTER = re.compile(r"[^\W_]")
_DRAWING = re.compile(r"[mnlbspc\d\s.,+-]*", re.ASCII)
"""Shapes of ASS: commands of one letter, and numbers."""
_TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]*)?(?=[\s.:/]|$)")
_WELL_FORMED = re.compile(
    r"/?(?:(?:i|b|u|s|c|em|strong|ruby|rt|br)(?:\.[^\s<>]*)?\s*/?|v(?:\.[^\s<>]*)?(?:\s.*)?|(?:font|span)(?:\s.*=.*)?\s*)",
    re.IGNORECASE,
)
"""Known tags; only a voice, a font and a span take more than classes."""
_ALWAYS: Final = frozenset({"br", "ruby", "rt"})
"""Tags that need no end, or whose end is often left out."""
_MOMENT = re.compile(r"[\d:.]*")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}(?![0-9])|#[xX][0-9a-fA-F]{1,6}(?![0-9a-fA-F])|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_ASS_COLOUR = re.compile(r"1?c&H(?:[0-9a-fA-F]{2})?([0-9a-fA-F]{6})&?")
_HEX = re.compile(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})(?:[0-9a-fA-F]{2})?")
_FONT_COLOUR = re.compile(r"\bcolor\s{0,9}=\s{0,9}[\"']?(#?\w{1,20})", re.IGNORECASE)
_SRT_TAGS: Final = frozenset({
    "i", "b", "u", "s", "v", "c", "font", "span", "em", "strong", "br", "ruby", "rt",
})  # fmt: skip
_CLASSES: Final = {colour.value: colour for colour in Colour} | {"lime": Colour.GREEN}
"""The colour classes of WebVTT (section 5), and those of CEA-608 by the names people write."""
_BY_CHANNELS: Final = {
    (True, True, True): Colour.WHITE, (False, True, False): Colour.GREEN, (False, False, True): Colour.BLUE,
    (False, True, True): Colour.CYAN, (True, False, False): Colour.RED, (True, True, False): Colour.YELLOW,
    (True, False, True): Colour.MAGENTA,
}  # fmt: skip
RGB: Final = {
    colour: "#" + "".join("ff" if channel else "00" for channel in channels)
    for channels, colour in _BY_CHANNELS.items()
}
NO_BREAK: Final = "\N{NO-BREAK SPACE}"


class Marked(NamedTuple):
    """The text of a cue without its markup, and what the markup said."""

    rows: tuple[str, ...]
    styles: tuple[Styled, ...]
    speaker: str | None
    """The one voice of the cue; where there are several, their names stand in the rows."""
    leading: tuple[int, ...]
    """No-break blanks before each row: how far it is moved to the right."""
    overrides: tuple[str, ...]
    """ASS overrides that are about the whole cue, such as ``an8``."""


def read_markup(text: str, *, is_srt: bool) -> Marked:
    """Rows, styles and voices of a cue. In SRT only tags that are known, and used as such, are markup."""
    reader = _CueMarkup()
    at = look = 0
    closed = _closed(text) if is_srt and "</" in text else frozenset()
    is_said = False  # whether the row has a letter so far
    while token := _TOKEN.search(text, look):
        begins = not is_srt or token.start() in closed
        is_said = is_said or _LETTER.search(text, look, token.start()) is not None
        if token[3]:
            is_said, look = True, token.end()
            continue
        if token[1] is not None and not _is_tag(token[1], is_srt=is_srt, may_begin=begins or not is_said):
            look = token.start() + 1
            continue
        reader.text(unescape(text[at : token.start()]))
        at = look = token.end()
        if token[4]:
            reader.new_row()
            is_said = False
        elif token[5]:
            reader.text(" ")
        elif token[2]:
            reader.override(token[2])
        else:
            reader.tag(token[1])
    reader.text(unescape(text[at:]))
    return reader.marked()


def marked_up(cue: Cue, escape: Callable[[str], str], tags: Callable[[Style], list[tuple[str, str]]]) -> str:
    """The rows of a cue as text with tags around what is styled; ``tags`` gives beginning and end of each.

    Rows without text are left out, for an empty line would end the cue.
    """
    pieces: list[tuple[str, Style]] = []
    for number, found in enumerate(runs(rows_of(cue), cue.styles)):
        if number:
            pieces[-1] = (pieces[-1][0] + "\n", pieces[-1][1])
        for text, style in found:
            if pieces and pieces[-1][1] == style:
                pieces[-1] = (pieces[-1][0] + text, style)
            else:
                pieces.append((text, style))
    return "".join(_wrapped(text, escape, tags(style)) for text, style in pieces)


def rows_of(cue: Cue) -> list[str]:
    """The rows of a cue that have text, each of them one line."""
    return [row for one in cue.rows for row in (part.strip() for part in one.splitlines()) if row]


def unescape(text: str) -> str:
    """Entities as characters, whether their semicolon was forgotten or not; a number without end is text."""
    return ENTITY.sub(lambda found: without_controls(html.unescape(found[0])), text) if "&" in text else text


def _wrapped(text: str, escape: Callable[[str], str], tags: list[tuple[str, str]]) -> str:
    bare = text.rstrip()
    begin, end = "".join(one for one, _ in tags), "".join(two for _, two in reversed(tags))
    return f"{begin}{escape(bare)}{end}{text[len(bare) :]}" if bare else text


def _is_tag(content: str, *, is_srt: bool, may_begin: bool) -> bool:
    """Whether what stands between < and > is markup; ``may_begin`` is whether it can be a beginning there."""
    found = _TAG.match(content)
    if found is None:
        return not is_srt and _MOMENT.fullmatch(content) is not None
    closes, name = bool(found[1]), (found[2] or "").lower()
    if name not in _SRT_TAGS:
        return not is_srt
    return _WELL_FORMED.fullmatch(content) is not None and (closes or may_begin or name in _ALWAYS)


def _closed(text: str) -> frozenset[int]:
    """Where the tags begin that have an end of their name."""
    begun: dict[str, list[int]] = {}
    closed: list[int] = []
    for token in _TOKEN.finditer(text):
        found = _TAG.match(token[1]) if token[1] and _WELL_FORMED.fullmatch(token[1]) else None
        if found is None:
            continue
        open_ones = begun.setdefault(found[2].lower(), [])
        if not found[1]:
            open_ones.append(token.start())
        elif open_ones:
            closed.append(open_ones.pop())
    return frozenset(closed)


@dataclass(slots=True)
class _CueMarkup:
    """The state of reading one cue: what is open, and the rows so far."""

    _rows: list[list[tuple[str, Style]]] = field(default_factory=lambda: [[]])
    _voices: list[str | None] = field(default_factory=lambda: [None])
    _voice: str | None = None
    _italics: int = 0
    _underlines: int = 0
    _colours: list[Colour | None] = field(default_factory=list)
    _ass: Style = PLAIN
    _overrides: list[str] = field(default_factory=list)
    _draws: bool = False
    _note: Literal["none", "due", "begun"] = "none"
    """Whether an annotation of the word before (ruby) comes."""

    def text(self, text: str) -> None:
        if not text or (self._draws and _DRAWING.fullmatch(text)):
            return
        row = self._rows[-1]
        if self._note == "due" and text.strip():
            self._note = "begun"
            row.append((" (", self._style()))
        if text.strip() and not any(piece.strip() for piece, _ in row):
            self._voices[-1] = self._voice
        row.append((text, self._style()))

    def new_row(self) -> None:
        self._rows.append([])
        self._voices.append(self._voice)

    def tag(self, content: str) -> None:
        found = _TAG.match(content)
        if found is None or not found[2]:
            return
        name, closes = found[2].lower(), bool(found[1])
        if name in ("i", "em"):
            self._italics = max(0, self._italics + (-1 if closes else 1))
        elif name == "u":
            self._underlines = max(0, self._underlines + (-1 if closes else 1))
        elif name in ("c", "font", "span"):
            if not closes:
                self._colours.append(_colour(name, content) or (self._colours[-1] if self._colours else None))
            elif self._colours:
                self._colours.pop()
        elif name == "br":
            self.new_row()
        elif name in ("ruby", "rt"):
            self._end_note()
            self._note = "due" if name == "rt" and not closes else "none"
        elif name == "v":
            parts = content.split(None, 1)
            said = " ".join(unescape(parts[1]).split()) if len(parts) > 1 and not closes else ""
            if said and said != self._voice and any(piece.strip() for piece, _ in self._rows[-1]):
                self.new_row()
            self._voice = said or None

    def override(self, content: str) -> None:
        """What stands between the braces of an ASS override: commands, each after a backslash."""
        for command in content.split("\\"):
            match command.strip():
                case "i1" | "i0" as one:
                    self._ass = replace(self._ass, italic=one == "i1")
                case "u1" | "u0" as one:
                    self._ass = replace(self._ass, underline=one == "u1")
                case one if found := _ASS_COLOUR.fullmatch(one):
                    blue, green, red = (int(found[1][at : at + 2], 16) for at in (0, 2, 4))
                    self._ass = replace(self._ass, colour=_nearest(red, green, blue))
                case one if len(one) > 1 and one[0] == "p" and one[1:].isdecimal():
                    self._draws = one[1:].strip("0") != ""
                case "r":
                    self._ass = PLAIN
                case one:
                    self._overrides.append(one)

    def _end_note(self) -> None:
        if self._note == "begun":
            self._note = "none"
            self.text(")")

    def marked(self) -> Marked:
        self._end_note()
        rows: list[str] = []
        pieces: list[tuple[str, Style]] = []
        leading: list[int] = []
        spoken = list(dict.fromkeys(voice for voice in self._voices if voice))
        said: str | None = None
        for parts, voice in zip(self._rows, self._voices, strict=True):
            raw = "".join(text for text, _ in parts)
            row = raw.strip()
            if not row:
                continue
            if len(spoken) > 1 and voice and voice != said:
                named = labelled(row, voice)
                pieces.append(("x" * (letters(named) - letters(row)), PLAIN))
                row = named
            said = voice
            rows.append(row)
            leading.append(_no_break_blanks(raw))
            pieces += parts
        styles: list[Styled] = []
        count = 0
        for text, style in pieces:
            styles.append(Styled(count, count := count + letters(text), style))
        speaker = spoken[0] if len(spoken) == 1 else None
        return Marked(tuple(rows), joined(styles), speaker, tuple(leading), tuple(self._overrides))

    def _style(self) -> Style:
        colour = self._colours[-1] if self._colours else None
        return Style(
            self._italics > 0 or self._ass.italic,
            self._underlines > 0 or self._ass.underline,
            colour or self._ass.colour,
        )


def _no_break_blanks(row: str) -> int:
    plain = row.lstrip(" \t")
    return len(plain) - len(plain.lstrip(NO_BREAK))


def _colour(tag: str, content: str) -> Colour | None:
    if tag == "c":
        classes = content.split(None, 1)[0].lower().split(".")
        return next((_CLASSES[one] for one in classes[1:] if one in _CLASSES), None)
    found = _FONT_COLOUR.search(content)
    if found is None:
        return None
    name = found[1].lower()
    if name in _CLASSES:
        return _CLASSES[name]
    digits = _HEX.fullmatch(name)
    return _nearest(*(int(digits[number], 16) for number in (1, 2, 3))) if digits else None


def _nearest(red: int, green: int, blue: int) -> Colour:
    """The colour of CEA-608 with the same strong channels; black letters would not be seen and are white."""
    strong = max(red, green, blue, 1) / 2
    return _BY_CHANNELS.get((red >= strong, green >= strong, blue >= strong), Colour.WHITE)
