"""SubRip (SRT): the plainest caption file; no standard, so it is written strictly and read leniently."""

import re
from collections.abc import Iterable

from shared.captions.clock_times import span
from shared.captions.markup import ENTITY, RGB, Marked, marked_up, read_markup, unescape
from shared.captions.model import Align, Colour, Cue, Finding, Placement, Style
from shared.captions.timedtext import Block, blocks_of, finish, lines_of, single_spaced

_TAG = re.compile(r"</?(?:i|b|u|s|v|c|font|span|em|strong|br|ruby|rt)(?:[\s.:/][^<>]*)?>", re.IGNORECASE)
_BACKSLASH = re.compile(r"\\(?=[Nnh])")
_COORDINATES = re.compile(r"(?:\s{0,9}[XY][12]:\s?-?\d{1,5}){2,4}\s{0,9}", re.ASCII)
_LOWEST = re.compile(r"Y2:\s?(-?\d{1,5})", re.ASCII)
_ALIGNMENT = re.compile(r"an?(\d{1,2})", re.ASCII)
_POSITION = re.compile(r"pos\(\s?-?[\d.]{1,9}\s?,\s?(-?\d{1,5})[\d.]{0,9}\s?\)", re.ASCII)
_TOP_HALF = 7
_MIDDLE = 8
_HALF_DVD = 240
"""Half of the lines of the pictures that coordinates (``X1:100 X2:600 Y1:020 Y2:080``) were measured on."""
_HALF_ASS = 144
"""Half of the height that players assume for an override ``pos`` where no script says another."""
_LEGACY = {1: 1, 2: 2, 3: 3, 5: 7, 6: 8, 7: 9, 9: 4, 10: 5, 11: 6}
"""The numbers of the older override ``a`` as those of ``an``, which are laid out as on a keypad."""
_SIDES = {1: Align.LEFT, 2: Align.CENTER, 0: Align.RIGHT}


def write_srt(cues: Iterable[Cue]) -> str:
    """SRT text of the cues, numbered from 1. Speakers appear only if the rows name them: SRT has no field for them."""
    parts: list[str] = []
    for cue in cues:
        text = marked_up(cue, _escape, _tags)
        if not text:
            continue
        key = _key(cue.placement)
        if key != 2:
            text = f"{{\\an{key}}}{text}"
        parts.append(f"{len(parts) + 1}\n{span(cue.start, cue.end, ',')}\n{text}\n")
    return "\n".join(parts)


def read_srt(text: str) -> tuple[tuple[Cue, ...], tuple[Finding, ...]]:
    """The cues of an SRT file and what is wrong with it; never raises for the content of the file."""
    findings: list[Finding] = []
    blocks = list(blocks_of(single_spaced(lines_of(text), findings), findings, keeps_orphans=True))
    if not blocks and text.strip():
        findings.append(Finding("no_cues", "No line of the file says when a cue begins and ends."))
    return finish(blocks, findings, _to_cue)


def _to_cue(block: Block) -> Cue | None:
    rows, where = block.rows, block.settings
    if rows and _COORDINATES.fullmatch(rows[0]):
        rows, where = rows[1:], rows[0]
    marked = read_markup("\n".join(rows), is_srt=True)
    if not marked.rows:
        return None
    place = _placement(marked, where)
    return Cue(block.start, block.end, marked.rows, marked.speaker, place, marked.styles)


def _placement(marked: Marked, settings: str) -> Placement:
    """Where overrides or coordinates want the cue; SRT itself has no places."""
    rows = len(marked.rows)
    top = Placement(min(_TOP_HALF, rows))
    for override in marked.overrides:
        if found := _ALIGNMENT.fullmatch(override):
            key = int(found[1]) if override.startswith("an") else _LEGACY.get(int(found[1]), 0)
            if 1 <= key <= 9:
                base = Placement().base_row if key < 4 else _MIDDLE + rows // 2 if key < 7 else top.base_row
                return Placement(base, _SIDES[key % 3])
        elif found := _POSITION.fullmatch(override):
            return top if int(found[1]) < _HALF_ASS else Placement()
    lowest = _LOWEST.search(settings)
    return top if lowest and int(lowest[1]) < _HALF_DVD else Placement()


def _key(place: Placement) -> int:
    """The key of the keypad that says where the cue stands; a column of its own it cannot say."""
    side = Align.CENTER if place.indent is not None else place.align
    row = 7 if place.base_row <= _TOP_HALF else 4 if place.base_row <= _MIDDLE + 2 else 1
    return row + {Align.LEFT: 0, Align.CENTER: 1, Align.RIGHT: 2}[side]


def _tags(style: Style) -> list[tuple[str, str]]:
    tags = []
    if style.colour is not Colour.WHITE:
        tags.append((f'<font color="{RGB[style.colour]}">', "</font>"))
    if style.italic:
        tags.append(("<i>", "</i>"))
    if style.underline:
        tags.append(("<u>", "</u>"))
    return tags


def _escape(text: str) -> str:
    """Players show most of SRT as it is, so only what a reader would take for markup is escaped."""
    text = ENTITY.sub(lambda found: found[0] if unescape(found[0]) == found[0] else "&amp;" + found[0][1:], text)
    text = _TAG.sub(lambda found: "&lt;" + found[0][1:], text)
    text = _BACKSLASH.sub("&#92;", text.replace("{\\", "&#123;\\"))
    return text.replace("-->", "--&gt;")
