"""WebVTT: the captions of browsers and of HLS (W3C WebVTT: The Web Video Text Tracks Format)."""

import re
from collections.abc import Iterable, Sequence

from shared.captions.clock_times import span
from shared.captions.layout import placed
from shared.captions.markup import NO_BREAK, Marked, marked_up, read_markup, rows_of
from shared.captions.model import Align, Colour, Cue, Finding, Placement, Severity, Style
from shared.captions.timedtext import Block, blocks_of, finish, lines_of, single_spaced

_ROWS = 15
_COLUMNS = 32
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)%")
_BACKSLASH = re.compile(r"\\(?=[Nnh])")


def write_vtt(cues: Iterable[Cue], *, header: str = "") -> str:
    """WebVTT text of the cues; ``header`` is a line for people behind the signature.

    A known speaker becomes a voice tag, besides whatever label the rows show.
    """
    parts = [f"WEBVTT {_one_line(header)}".strip() + "\n"]
    for cue in cues:
        rows = rows_of(cue)
        if not rows:
            continue
        text = _shifted(marked_up(cue, _escape, _tags), cue.placement.shifts)
        if cue.speaker:
            text = f"<v {_voice(cue.speaker)}>{text}"
        parts.append(f"{span(cue.start, cue.end, '.')}{_settings(cue, len(rows))}\n{text}\n")
    return "\n".join(parts)


def read_vtt(text: str) -> tuple[tuple[Cue, ...], tuple[Finding, ...]]:
    """The cues of a WebVTT file and what is wrong with it; never raises for the content of the file."""
    findings: list[Finding] = []
    lines = single_spaced(lines_of(text), findings)
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
    marked = read_markup("\n".join(block.rows), is_srt=False)
    if not marked.rows:
        return None
    place = _placement(block.settings, marked)
    return Cue(block.start, block.end, marked.rows, marked.speaker, place, marked.styles)


def _settings(cue: Cue, rows: int) -> str:
    """Only what differs from the usual place at the bottom centre is said."""
    place = cue.placement
    words = ""
    if place.base_row < _ROWS:
        words += f" line:{max(0, place.base_row - rows) * 100 / _ROWS:.2f}%"
    if place.indent is not None:
        words += f" position:{place.indent * 100 / 32:.2f}% align:start"
    elif place.align is not Align.CENTER:
        words += f" align:{'start' if place.align is Align.LEFT else 'end'}"
    return words


def _shifted(text: str, shifts: Sequence[int]) -> str:
    """No-break blanks move a row to the right of the others, which no setting can."""
    lines = text.split("\n")
    if len(lines) != len(shifts):
        return text
    return "\n".join(NO_BREAK * shift + line for shift, line in zip(shifts, lines, strict=True))


def _tags(style: Style) -> list[tuple[str, str]]:
    tags = []
    if style.colour is not Colour.WHITE:
        # The green of televisions is called lime on the web.
        tags.append((f"<c.{'lime' if style.colour is Colour.GREEN else style.colour.value}>", "</c>"))
    if style.italic:
        tags.append(("<i>", "</i>"))
    if style.underline:
        tags.append(("<u>", "</u>"))
    return tags


def _placement(settings: str, marked: Marked) -> Placement:
    values = dict(part.split(":", 1) for part in settings.split() if ":" in part)
    base = _base_row(values.get("line", ""), len(marked.rows))
    name = values.get("align")
    align = Align.LEFT if name in ("start", "left") else Align.RIGHT if name in ("end", "right") else Align.CENTER
    position = _SHARE.match(values.get("position", ""))
    if align is Align.LEFT:
        if position is None:
            return Placement(base, align)
        shifts = marked.leading if any(marked.leading) else ()
        return Placement(base, align, _column(position[1]), shifts)
    if position is None or (align is Align.CENTER and float(position[1]) == 50):
        return Placement(base, align)
    # The position is where the middle or the right end of the rows stands; on a screen of cells they begin somewhere.
    lengths = [len(row) for row in marked.rows]
    begins = [length if align is Align.RIGHT else length // 2 for length in lengths]
    columns = [max(0, _column(position[1]) - before) for before in begins]
    return placed(base, columns, lengths)


def _column(share: str) -> int:
    return min(_COLUMNS - 1, round(float(share) * _COLUMNS / 100))


def _base_row(line: str, rows: int) -> int:
    """Row 1 to 15 of the last row: ``line`` is a share of the height or a number of rows from the top or the bottom."""
    where, _, alignment = line.partition(",")
    share = _SHARE.match(where)
    if share:
        at = float(share[1]) * _ROWS / 100
        base = round(at if alignment == "end" else at + rows / 2 if alignment == "center" else at + rows)
        return min(_ROWS, max(rows, base))
    number = re.match(r"-?\d{1,3}", where)
    if number is None:
        return _ROWS
    top = int(number[0])
    return min(_ROWS, max(1, top + rows if top >= 0 else _ROWS + 1 + top))


def _escape(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("{\\", "&#123;\\")
    return _BACKSLASH.sub("&#92;", text)


def _voice(speaker: str) -> str:
    """Two hyphens before the end of the tag would read as the arrow of a time."""
    return _escape(" ".join(speaker.split())).replace("--", "-&#45;")


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("-->", "->")
