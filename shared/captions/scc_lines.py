"""The paper of an SCC file: header, labels and words, before anybody asks what the words mean.

Tolerant in what it reads: blank lines, CR, upper case and a byte-order mark are no obstacle, and a damaged line costs
that line only. What a broadcaster's equipment could not take is said in findings.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from struct import unpack
from typing import Final

from shared.captions.model import Finding, Severity
from shared.captions.timecode import Timecode, frames_per_day, label, parse, unwrapped
from shared.errors import InvalidInput

HEADER: Final = "Scenarist_SCC V1.0"

_PREROLL: Final = 60 * 30
_LATEST_FIRST: Final = 5 * 60 * 30
"""Frames after the full hour within which a programme's first caption is expected (5 min), and before it (1 min)."""
_EARLY: Final = 30
"""Frames ahead of the recording at which a caption may be meant for its beginning."""
_LINE = re.compile(r"(\d\d:\d\d:\d\d[:;]\d\d)\t([0-9a-f]{4}(?: [0-9a-f]{4})*+)", re.ASCII)
_LOOSE_LINE = re.compile(r"(\d\d:\d\d:\d\d[:;.,]\d\d)\s+(.*)", re.ASCII)
_LOOSE_WORD = re.compile(r"[0-9a-fA-F]{4}")


@dataclass(frozen=True, slots=True)
class Line:
    """One data line: where it stands in the file, the frame of its first word counted from label zero, its words."""

    number: int
    frame: int
    words: tuple[int, ...]

    @property
    def end(self) -> int:
        """The first frame after its last word."""
        return self.frame + len(self.words)


@dataclass(frozen=True, slots=True)
class SccText:
    """A file read line by line; ``drop_frame`` is what its first label says, None when it has none."""

    lines: tuple[Line, ...]
    drop_frame: bool | None
    findings: tuple[Finding, ...]

    def label(self, frame: int) -> str:
        """The file's own name for a frame."""
        return label(frame, drop_frame=self.drop_frame is not False)


def read_paper(text: str, start_tc: str = "00:00:00:00") -> SccText:
    """Read the lines of an SCC file, whatever the text is; ``start_tc`` tells labels before and after midnight apart.

    Raises:
        InvalidInput: ``start_tc`` is no label, or one that the file's counting leaves out.
    """
    findings: list[Finding] = []
    lines: list[Line] = []
    drop_frame: bool | None = None
    if not text.isascii():
        findings.append(Finding("not_ascii", "The file holds characters outside ASCII or a byte-order mark."))
    raw = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if raw[0] != HEADER:
        findings.append(Finding("header", f"The first line is not exactly {HEADER!r}.", line=1))
    if raw[-1]:
        findings.append(Finding("line_end", "The last line has no end.", Severity.WARNING, line=len(raw)))
    latest = 0
    previous_data_line = 0
    for number, content in enumerate(raw, start=1):
        if not content or (number == 1 and HEADER.casefold() in content.casefold()):
            continue
        match = _LINE.fullmatch(content)
        if match is not None:
            stamp, payload = match.groups()
        else:
            if not content.strip():
                continue
            loose = _loose_line(content)
            findings.append(Finding("line_syntax", _what_is_wrong(content, loose), line=number))
            if loose is None:
                continue
            stamp, payload = loose
        if number != 1 and number - previous_data_line < 2:
            findings.append(Finding("spacing", "No empty line stands before this line.", line=number))
        previous_data_line = number
        code = _timecode(stamp, number, findings)
        if code is None:
            continue
        if drop_frame is None:
            drop_frame = code.drop_frame
            latest = start_frame(start_tc, drop_frame=drop_frame)
        elif drop_frame != code.drop_frame:
            findings.append(
                Finding("mixed_labels", "Drop-frame and non-drop labels in one file.", timecode=stamp, line=number)
            )
        words = unpack(f">{(len(payload) + 1) // 5}H", bytes.fromhex(payload))
        frame = unwrapped(code.frame, latest, drop_frame=code.drop_frame)
        if lines and frame <= lines[-1].frame:
            findings.append(
                Finding("not_rising", "The label is not later than the label before it.", timecode=stamp, line=number)
            )
        latest = max(latest, frame)
        lines.append(Line(number, frame, words))
    if not lines and raw[0] != HEADER:
        findings.append(Finding("not_scc", "No line of this file can be read as SCC."))
    return SccText(tuple(lines), drop_frame, tuple(findings))


def start_frame(start_tc: str, *, drop_frame: bool) -> int:
    """The frame of a start label under the given counting, whatever its own separator is.

    Raises:
        InvalidInput: it is no label, or that counting leaves it out.
    """
    label = start_tc.strip()
    return parse(f"{label[:-3]}{';' if drop_frame else ':'}{label[-2:]}").frame


def _timecode(stamp: str, number: int, findings: list[Finding]) -> Timecode | None:
    try:
        return parse(stamp)
    except InvalidInput as error:
        findings.append(Finding("timecode", error.message, timecode=stamp, line=number))
    hour, minute, second, frames = (int(part) for part in re.split(r"[:;.,]", stamp))
    if second > 59 or minute > 59 or hour > 23:
        return None
    # A label that does not exist (;00 of a dropped minute, frame 30) still says when: count on from the second.
    drop_frame = stamp[8] != ":"
    base = parse(f"{hour:02}:{minute:02}:{second:02}{stamp[8]}02").frame - 2
    return Timecode(base + max(frames, 2), drop_frame)


def _loose_line(content: str) -> tuple[str, str] | None:
    """Stamp and words of a line that only people could read; None when there is nothing to save."""
    match = _LOOSE_LINE.fullmatch(content.strip())
    if match is None:
        return None
    words = [word.lower() for word in match[2].split() if _LOOSE_WORD.fullmatch(word)]
    return (match[1], " ".join(words)) if words else None


def _what_is_wrong(content: str, loose: tuple[str, str] | None) -> str:
    """The first thing about a line that a strict reader trips over, in the order in which it reads."""
    if loose is None:
        return "This is neither empty nor a timecode, a tab and hexadecimal words."
    stamp, payload = loose
    words = content.strip()[len(stamp) :]
    if content != content.lstrip():
        return "Blanks at the beginning of the line."
    if stamp[8] in ".,":
        return f"The frames of the timecode stand behind {stamp[8]!r}; only : and ; are known everywhere."
    if not words.startswith("\t"):
        if "\t" in words[: len(words) - len(words.lstrip())]:
            return "Blanks stand before the tab between timecode and words."
        return "No tab between timecode and words."
    if content != content.rstrip():
        return "Blanks at the end of the line."
    if len(payload.split()) != len(words.split()):
        return "Not every word has four hexadecimal digits; the others were left out."
    if words[1:] != words[1:].lstrip():
        return "More than one tab, or blanks, between timecode and words."
    if len(words) != len(payload) + 1:
        return "Words are not parted by one blank each."
    return "Hexadecimal digits are not lower case."


def usual_start(first: int, shown: Iterable[tuple[int, int]], *, drop_frame: bool) -> str | None:
    """The full hour at which labels usually begin when the first word is sent in frame ``first``; None at hour zero.

    Programmes begin at 01:00:00 or 10:00:00, and their first caption may be loaded ahead of them. ``shown`` are the
    frames at which captions come and go; what would be lost ahead of such a beginning speaks against it.
    """
    for hour in range(1, 24):
        name = label(start_frame(f"{hour:02}:00:00:00", drop_frame=drop_frame), drop_frame=drop_frame)
        begin = parse(name).frame
        if begin - _PREROLL <= first <= begin + _LATEST_FIRST:
            is_lost = any(on < begin - _EARLY or off <= begin for on, off in shown)
            return None if is_lost else name
    return None


def needs_mark(start: int, first: int, shown: Iterable[tuple[int, int]], *, drop_frame: bool) -> bool:
    """Whether only a word at ``start`` tells readers that labels count from there, when the next is at ``first``.

    Nobody takes a start for granted that is no full hour, so that a word there would not help.
    """
    days = first - first % frames_per_day(drop_frame=drop_frame)
    on_labels = ((on - days, off - days) for on, off in shown)

    def begin(frame: int, shown: Iterable[tuple[int, int]] = ()) -> int:
        usual = usual_start(frame, shown, drop_frame=drop_frame)
        return parse(usual).frame if usual else 0

    return begin(start) == start != begin(first - days, on_labels)
