"""What WebVTT and SRT share: lines, blank lines between cues, and a line with an arrow that says when.

Files found beside recordings are rarely clean, so reading never stops: what can be understood is read, what had to be
guessed becomes a finding with the number of its line.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from shared.captions.clock_times import clock
from shared.captions.controls import without_controls
from shared.captions.model import Cue, Finding, Severity
from shared.captions.rolling import unrolled

MAX_CUES = 200_000
"""More cues than a week of speech holds; a file with more is not read on."""
_REPAIRED_S = Fraction(1)
_USUAL_RATES = (Fraction(30000, 1001), Fraction(60000, 1001))
"""Frames a second of this country's video; labels count to 30 and 60."""
_TIME = r"(-?)_(?:(\d{1,4})_:)?_(\d{1,3})_:_(\d{1,2})(?:_([.,:;])_(\d{1,9}))?".replace("_", "[ \\t]{0,9}")
_LIKE_A_TIME = re.compile(r"\s*-?\d{1,4}\s{0,9}:", re.ASCII)
_NUMBER = re.compile(r"\s*(\d{1,9})\s*", re.ASCII)
_ARROW = re.compile(rf"{_TIME}[ \t]{{0,9}}(?:-{{1,3}}>|[–—]-?>|→)[ \t]{{0,9}}{_TIME}(.*)", re.ASCII)
"""Word processors make a dash or an arrow of the hyphens."""


@dataclass(slots=True)
class Block:
    """One cue as it stands in the file."""

    start: Fraction
    end: Fraction
    settings: str
    line: int
    rows: list[str] = field(default_factory=list)
    last_line: int = 0
    """Line of the last row, counted from 1."""


def lines_of(text: str) -> list[str]:
    """The lines of a file with any line ending and with or without a byte order mark, without control characters."""
    plain = text.removeprefix("\ufeff").replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    return without_controls(plain.replace("\x00", "\ufffd")).split("\n")


def single_spaced(lines: list[str], findings: list[Finding]) -> list[str]:
    """The lines of a file without the blank ones that a program has put behind every line.

    A cue has its text right below its time, so that no other file is without two lines that follow each other.
    """
    follows = any(one.strip() and two.strip() for one, two in pairwise(lines))
    if follows or sum(1 for line in lines if line.strip()) < 3 or not any(map(_time_of, lines)):
        return lines
    text = "A blank line stands behind every line; they are passed over, and lines are counted without them."
    findings.append(Finding("blank_line", text, Severity.WARNING))
    return [line for before, line in pairwise(["", *lines]) if line.strip() or not before.strip()]


def blocks_of(lines: Sequence[str], findings: list[Finding], *, keeps_orphans: bool) -> Iterator[Block]:
    """Every cue of the file. A line before a time that follows a blank line, or is a number that counts, is its name.

    ``keeps_orphans``: text after a blank line that has no time of its own still belongs to the cue before it. Else only
    an empty line ends a cue, and a line of blanks does not (WebVTT, "collect a WebVTT block").
    """
    block: Block | None = None
    is_open = False
    skipping = False
    times = [_time_of(line) for line in lines]
    counting, rate = _counting(lines, times), _frame_rate(times)
    for number, line in enumerate(lines, 1):
        found = times[number - 1]
        if found is not None:
            if block is not None:
                _drop_name(block, number, counting)
                yield block
            block, is_open, skipping = _begin(found, number, findings, rate), True, False
        elif not line or (keeps_orphans and not line.strip()):
            is_open = skipping = False
        elif not line.strip():
            continue
        elif "-->" in line and not skipping and _is_broken_time(line, is_open=is_open):
            findings.append(_bad_time(line, number))
            if block is not None:
                _drop_name(block, number, counting)
                yield block
            block, is_open = None, False
        elif is_open and block is not None:
            block.rows.append(line)
            block.last_line = number
        elif not keeps_orphans and re.match(r"(?:NOTE|STYLE|REGION)(?:\s|$)", line):
            skipping = True
        elif not skipping and not _names_next(lines, times, number):
            _orphan(block, line, number, findings, keeps=keeps_orphans)
    if block is not None:
        yield block


def _begin(found: re.Match[str], number: int, findings: list[Finding], rate: Fraction | None) -> Block:
    groups = found.groups()
    if (text := _form_of((groups[4:6], groups[10:12]), rate)) is not None:
        findings.append(Finding("time_form", text, Severity.WARNING, line=number))
    start, end = _seconds(groups[0:6], rate), _seconds(groups[6:12], rate)
    if start < 0:
        text = f"The cue begins {clock(-start)} before the recording; it begins with it now."
        findings.append(Finding("negative_start", text, line=number))
    return Block(max(start, Fraction(0)), max(end, Fraction(0)), groups[12], number)


_End = Sequence[str | None]
"""How a time ends: the sign before what is less than a second, and the digits of it."""


def _form_of(ends: Iterable[_End], rate: Fraction | None) -> str | None:
    """How the ends of the two times of a cue are read, where they are not a fraction after a point or a comma."""
    odd = [(sign, digits) for sign, digits in ends if sign and sign in _FRAMED]
    if not odd:
        return None
    framed = [_FRAMED[sign] for sign, digits in odd if _counts_frames(sign, digits)]
    if not framed:
        return f"The fraction of a second is written after a {_FRAMED[odd[0][0]][0]}; it is read as milliseconds."
    name, label = framed[0]
    if rate:
        return f"What follows the {name} is read as {label}, {float(rate):.2f} of them in a second."
    return f"What follows the {name} is more than any frame has as its number; it is read as hundredths."


_FRAMED = {":": ("third colon", "frames"), ";": ("semicolon", "frames of drop-frame labels")}
"""Signs behind which editing programs write frames, and what they are called."""


def _counts_frames(sign: str | None, digits: str | None) -> bool:
    """A frame is two digits at most. Three or more are a fraction by which somebody meant a point."""
    return sign is not None and sign in _FRAMED and digits is not None and len(digits) < 3


def _seconds(parts: Sequence[str | None], rate: Fraction | None) -> Fraction:
    sign, hour, minute, second, point, fraction = parts
    minutes = int(hour or 0) * 60 + int(minute or 0)
    exact = Fraction(minutes * 60 + int(second or 0))
    if rate and point == ";" and fraction and _counts_frames(point, fraction):
        # The first labels of a minute are left out, so that the others stay with the clock (SMPTE ST 12-1).
        drop = round(rate) // 15 if minutes % 10 and not int(second or 0) else 0
        exact = exact * round(rate) + max(int(fraction), drop) - round(rate) // 15 * (minutes - minutes // 10)
        exact /= rate
    elif fraction:
        exact += int(fraction) / (rate if rate and _counts_frames(point, fraction) else Fraction(10 ** len(fraction)))
    return -exact if sign else exact


def _frame_rate(times: Iterable[re.Match[str] | None]) -> Fraction | None:
    """The usual rate with the frames that a file counts behind its seconds; None when no rate has so many."""
    groups = [found.groups() for found in times if found is not None]
    ends = [parts[at : at + 2] for parts in groups for at in (4, 10)]
    most = max((int(digits) for sign, digits in ends if _counts_frames(sign, digits)), default=0)
    return next((rate for rate in _USUAL_RATES if most < round(rate)), None)


def _drop_name(block: Block, number: int, counting: set[int]) -> None:
    """When the blank line between two cues is missing, the number of the next one is not text of this one."""
    if number in counting and block.rows and block.last_line == number - 1:
        block.rows.pop()


def _time_of(line: str) -> re.Match[str] | None:
    return _ARROW.match(line.strip()) if ">" in line or "→" in line else None


def _is_broken_time(line: str, *, is_open: bool) -> bool:
    """Whether an arrow stands between what was meant for times; inside a cue both sides have to look like it."""
    before, _, after = line.partition("-->")
    alike = [side for side in (before, after) if _LIKE_A_TIME.match(side)]
    return len(alike) == 2 or (len(alike) == 1 and not is_open)


def _counting(lines: Sequence[str], times: Sequence[object]) -> set[int]:
    """The lines with a time, counted from 1, right below a number that follows or leads on to the number beside it.

    Any other number there is the last row of the cue before.
    """
    above = [
        (at, _NUMBER.fullmatch(lines[at - 1]))
        for at, found in enumerate(times)
        if at and (found or ("-->" in lines[at] and _is_broken_time(lines[at], is_open=True)))
    ]
    counted: list[tuple[int, int | None]] = [(at + 1, int(found[1]) if found else None) for at, found in above]
    fitting: set[int] = set()
    for (one_line, one), (two_line, two) in pairwise(counted):
        if one is not None and two == one + 1:
            fitting |= {one_line, two_line}
    return fitting


def _names_next(lines: Sequence[str], times: Sequence[object], number: int) -> bool:
    if number >= len(lines):
        return False
    return times[number] is not None or ("-->" in lines[number] and _is_broken_time(lines[number], is_open=False))


def _bad_time(line: str, number: int) -> Finding:
    return Finding("bad_time", f"The times {line.strip()[:60]!r} cannot be read; the cue is left out.", line=number)


def _orphan(block: Block | None, line: str, number: int, findings: list[Finding], *, keeps: bool) -> None:
    if block is not None and keeps:
        block.rows.append(line)
        text = "A blank line stands inside a cue; the text after it is kept with the cue."
        findings.append(Finding("blank_line", text, Severity.WARNING, line=number))
    else:
        text = f"The text {line.strip()[:60]!r} has no time and is left out."
        findings.append(Finding("no_time", text, line=number))


def finish(
    blocks: Sequence[Block], findings: list[Finding], to_cue: Callable[[Block], Cue | None]
) -> tuple[tuple[Cue, ...], tuple[Finding, ...]]:
    """Turn blocks into cues in time order, and say what had to be put right."""
    cues: list[tuple[Cue, int]] = []
    for block in blocks[:MAX_CUES]:
        cue = to_cue(block)
        if cue is None:
            findings.append(Finding("empty_cue", "The cue has no text.", Severity.WARNING, line=block.line))
            continue
        cues.append((cue, block.line))
    if len(blocks) > MAX_CUES:
        text = f"Only the first {MAX_CUES} of {len(blocks)} cues are read."
        first = blocks[MAX_CUES]
        findings.append(Finding("too_many_cues", text, timecode=clock(first.start), line=first.line))
    if any(one[0].start > two[0].start for one, two in pairwise(cues)):
        findings.append(Finding("order", "The cues are not in order of time; they have been sorted."))
        cues.sort(key=lambda pair: pair[0].start)
    result = [_checked(cue, number, line, findings) for number, (cue, line) in enumerate(cues, 1)]
    lines = [line for _cue, line in cues]
    rolled = unrolled(result)
    if rolled is not None:
        what = f"{len(result)} cues are {len(rolled)}"
        if len(result) == len(rolled):
            what = f"{_lines_in(result)} lines are {_lines_in(cue for cue, _ in rolled)}"
        text = f"Every line stands there several times, as video sites let it roll; {what}."
        findings.append(Finding("rolling", text, Severity.WARNING))
        result, lines = [cue for cue, _ in rolled], [lines[at] for _, at in rolled]
    for number, (one, two) in enumerate(pairwise(result), 2):
        if two.start < one.end and not one.stands_clear_of(two):
            text = f"The cue begins before cue {number - 1} ends."
            where = clock(two.start)
            findings.append(Finding("overlap", text, Severity.WARNING, number, where, lines[number - 1]))
    return tuple(result), tuple(sorted(findings, key=lambda one: one.line or 0))


def _lines_in(cues: Iterable[Cue]) -> int:
    return sum(len(cue.rows) for cue in cues)


def _checked(cue: Cue, number: int, line: int, findings: list[Finding]) -> Cue:
    if cue.end > cue.start:
        return cue
    what = "has no length" if cue.end == cue.start else "ends before it begins"
    text = f"The cue {what}; it is given one second."
    findings.append(Finding("bad_duration", text, cue=number, timecode=clock(cue.start), line=line))
    return replace(cue, end=cue.start + _REPAIRED_S)
