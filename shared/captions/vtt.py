"""WebVTT: the captions of browsers and of HLS (W3C WebVTT: The Web Video Text Tracks Format)."""

import html
import re
from collections.abc import Iterable

from shared.captions.clock import span
from shared.captions.model import Align, Cue, Finding, Placement, Severity
from shared.captions.timedtext import Block, blocks_of, finish, lines_of

_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]*)>")
_TAG = re.compile(r"</?(?:[a-zA-Z][^>]*|\d[\d:.]*)?>")
_ITALIC = re.compile(r"\s*<i(?:\.[^>]*)?>.*</i>\s*", re.DOTALL)
_ROWS = 15


def write_vtt(cues: Iterable[Cue], *, header: str = "") -> str:
    """WebVTT text of the cues; ``header`` is a line for people behind the signature.

    A known speaker becomes a voice tag, besides whatever label the rows show.
    """
    parts = [f"WEBVTT {_one_line(header)}".strip() + "\n"]
    for cue in cues:
        rows = [_escape(row) for row in _lines(cue)]
        if not rows:
            continue
        text = "\n".join(rows)
        if cue.italic:
            text = f"<i>{text}</i>"
        if cue.speaker:
            text = f"<v {_voice(cue.speaker)}>{text}"
        parts.append(f"{span(cue.start, cue.end, '.')}{_settings(cue, len(rows))}\n{text}\n")
    return "\n".join(parts)


def read_vtt(text: str) -> tuple[tuple[Cue, ...], tuple[Finding, ...]]:
    """The cues of a WebVTT file and what is wrong with it; never raises for the content of the file."""
    findings: list[Finding] = []
    lines = lines_of(text)
    if not re.match(r"WEBVTT(?:[ \t]|$)", lines[0]):
        findings.append(Finding("header", "The file does not begin with WEBVTT; players will refuse it.", line=1))
        body = lines
    else:
        body = _without_header(lines, findings)
    blocks = list(blocks_of(body, findings, keeps_orphans=False))
    return finish(blocks, findings, _to_cue)


def _without_header(lines: list[str], findings: list[Finding]) -> list[str]:
    """Blank out the header, keeping line numbers."""
    body = list(lines)
    for number, line in enumerate(lines):
        if not line.strip() or "-->" in line:
            break
        body[number] = ""
        if line.startswith("X-TIMESTAMP-MAP"):
            message = (
                "The file is a segment of a live stream; X-TIMESTAMP-MAP is ignored and times count from its clock."
            )
            findings.append(Finding("timestamp_map", message, Severity.WARNING, line=number + 1))
    return body


def _to_cue(block: Block) -> Cue | None:
    raw = "\n".join(block.rows)
    voices = {html.unescape(name).strip() for name in _VOICE.findall(raw)}
    without_voice = re.sub(r"</?v\b[^>]*>", "", raw)
    rows = tuple(row for row in (_plain(line) for line in without_voice.split("\n")) if row)
    if not rows:
        return None
    speaker = voices.pop() if len(voices) == 1 else None
    italic = _ITALIC.fullmatch(without_voice) is not None and without_voice.count("<i") == 1
    return Cue(block.start, block.end, rows, speaker or None, _placement(block.settings, len(rows)), italic)


def _plain(row: str) -> str:
    return html.unescape(_TAG.sub("", row)).strip()


def _settings(cue: Cue, rows: int) -> str:
    """Only what differs from the usual place at the bottom centre is said."""
    place = cue.placement
    words = ""
    if place.base_row < _ROWS:
        words += f" line:{max(0, place.base_row - rows) * 100 / _ROWS:.2f}%"
    if place.indent is not None:
        words += f" position:{place.indent * 100 / 32:.2f}% align:start"
    elif place.align is Align.LEFT:
        words += " align:start"
    return words


def _placement(settings: str, rows: int) -> Placement:
    values = dict(part.split(":", 1) for part in settings.split() if ":" in part)
    base = _base_row(values.get("line", ""), rows)
    if values.get("align") not in {"start", "left"}:
        return Placement(base)
    position = re.match(r"(\d{1,3}(?:\.\d{1,6})?)%", values.get("position", ""))
    indent = min(31, round(float(position[1]) * 32 / 100)) if position else None
    return Placement(base, Align.LEFT, indent)


def _base_row(line: str, rows: int) -> int:
    """Row 1 to 15 of the last row: ``line`` is a share of the height or a number of rows from the top or the bottom."""
    share = re.match(r"(\d{1,3}(?:\.\d{1,6})?)%", line)
    if share:
        return min(_ROWS, max(rows, round(float(share[1]) * _ROWS / 100) + rows))
    number = re.match(r"-?\d{1,3}", line)
    if number is None:
        return _ROWS
    top = int(number[0])
    return min(_ROWS, max(1, top + rows if top >= 0 else _ROWS + 1 + top))


def _lines(cue: Cue) -> list[str]:
    """A blank line would end the cue, so rows without text are left out."""
    return [row for one in cue.rows for row in (part.strip() for part in one.splitlines()) if row]


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _voice(speaker: str) -> str:
    """Two hyphens before the end of the tag would read as the arrow of a time."""
    return _escape(" ".join(speaker.split())).replace("--", "-&#45;")


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("-->", "->")
