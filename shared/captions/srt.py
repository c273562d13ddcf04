"""SubRip (SRT): the plainest caption file; no standard, so it is written strictly and read leniently."""

import html
import re
from collections.abc import Iterable

from shared.captions.clock import span
from shared.captions.model import Cue, Finding, Placement
from shared.captions.timedtext import Block, blocks_of, finish, lines_of

_TAG = re.compile(r"</?(?:i|b|u|s|v|c|font|span|em|strong|br|ruby|rt)(?:[\s.][^<>]*)?/?>", re.IGNORECASE)
_ITALIC = re.compile(r"\s*<(i|em)>.*</\1>\s*", re.DOTALL | re.IGNORECASE)
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
_TOP = re.compile(r"\{\\an?[789]\}")
_ENTITY = re.compile(r"&(?=#?\w{1,31};)")
_TOP_HALF = 7


def write_srt(cues: Iterable[Cue]) -> str:
    """SRT text of the cues, numbered from 1. Speakers appear only if the rows name them: SRT has no field for them."""
    parts: list[str] = []
    for cue in cues:
        rows = [row for one in cue.rows for row in (part.strip() for part in one.splitlines()) if row]
        if not rows:
            continue
        text = "\n".join(_escape(row) for row in rows)
        if cue.italic:
            text = f"<i>{text}</i>"
        if cue.placement.base_row <= _TOP_HALF:
            text = "{\\an8}" + text
        parts.append(f"{len(parts) + 1}\n{span(cue.start, cue.end, ',')}\n{text}\n")
    return "\n".join(parts)


def read_srt(text: str) -> tuple[tuple[Cue, ...], tuple[Finding, ...]]:
    """The cues of an SRT file and what is wrong with it; never raises for the content of the file."""
    findings: list[Finding] = []
    blocks = list(blocks_of(lines_of(text), findings, keeps_orphans=True))
    if not blocks and text.strip():
        findings.append(Finding("no_cues", "No line of the file says when a cue begins and ends."))
    return finish(blocks, findings, _to_cue)


def _to_cue(block: Block) -> Cue | None:
    raw = "\n".join(block.rows)
    bare = _OVERRIDE.sub("", raw)
    rows = tuple(row for row in (html.unescape(_TAG.sub("", line)).strip() for line in bare.split("\n")) if row)
    if not rows:
        return None
    placement = Placement(base_row=min(_TOP_HALF, len(rows))) if _TOP.search(raw) else Placement()
    italic = _ITALIC.fullmatch(bare) is not None and len(re.findall(r"<(?:i|em)>", bare, re.IGNORECASE)) == 1
    return Cue(block.start, block.end, rows, None, placement, italic)


def _escape(text: str) -> str:
    """Players show most of SRT as it is, so only what a reader would take for markup is escaped."""
    text = _ENTITY.sub("&amp;", text)
    text = _TAG.sub(lambda found: "&lt;" + found[0][1:], text)
    text = _OVERRIDE.sub(lambda found: "&#123;" + found[0][1:], text)
    return text.replace("-->", "--&gt;")
