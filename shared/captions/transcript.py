"""A plain transcript for people: paragraphs, speakers, and moments to find them by in the recording."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from shared.captions.clock_times import clock
from shared.captions.linebreak import join_rows
from shared.captions.model import Cue

_PAUSE_S = Fraction(3)
_LONG = 700
_TAG_ROWS = 4
_TURN = re.compile(r">{2,3}\s*")
_NAME = re.compile(r"([^\W\d_][^:\[\]]{0,60}):\s+")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_ENDING = 10
"""Characters in which a sentence ends; a paragraph without one may be a whole meeting long."""
_TAG = re.compile(r"\[[^\[\]]+\]|♪.*♪|♪")


@dataclass(slots=True)
class _Paragraph:
    start: Fraction
    speaker: str | None
    parts: list[str]
    is_sound: bool = False

    @property
    def text(self) -> str:
        return join_rows(self.parts).strip()


def write_text(cues: Iterable[Cue], *, timestamps: bool = False) -> str:
    """The cues as paragraphs: a new one at each speaker, sound, long pause, and where one grows long.

    With ``timestamps`` each paragraph begins with its moment in the recording, as ``[00:12:34]``.
    """
    lines: list[str] = []
    for paragraph in _paragraphs(cues):
        moment = f"[{clock(paragraph.start)[:8]}] " if timestamps else ""
        name = f"{paragraph.speaker}: " if paragraph.speaker else ""
        lines.append(f"{moment}{name}{paragraph.text}\n")
    return "\n".join(lines)


def _paragraphs(cues: Iterable[Cue]) -> list[_Paragraph]:
    found: list[_Paragraph] = []
    last_end = Fraction(0)
    for cue in cues:
        for text, begins_turn in _runs(cue):
            if begins_turn:
                speaker, said = _speaker(text)
                found.append(_Paragraph(cue.start, speaker, [said]))
            elif _TAG.fullmatch(text):
                found.append(_Paragraph(cue.start, None, [text], is_sound=True))
            elif not found or found[-1].is_sound or _is_full(found[-1], cue.start - last_end):
                found.append(_Paragraph(cue.start, None, [text]))
            else:
                found[-1].parts.append(text)
        last_end = cue.end
    return [paragraph for paragraph in found if any(part.strip() for part in paragraph.parts)]


def _runs(cue: Cue) -> list[tuple[str, bool]]:
    """The parts of a cue that belong to one speaker or sound, and whether a turn begins with them."""
    runs: list[tuple[list[str], bool]] = []
    for row in cue.rows:
        begins = _TURN.match(row) is not None
        if begins or not runs or _TAG.fullmatch(row) or _is_tag(runs[-1][0]):
            runs.append(([_TURN.sub("", row, count=1) if begins else row], begins))
        else:
            runs[-1][0].append(row)
    return [(join_rows(rows), begins) for rows, begins in runs]


def _is_tag(rows: list[str]) -> bool:
    return len(rows) <= _TAG_ROWS and _TAG.fullmatch(join_rows(rows)) is not None


def _speaker(text: str) -> tuple[str | None, str]:
    """A name in capitals before a colon is a label; ``The question: ...`` is not."""
    found = _NAME.match(text + " ")
    if found and found[1] == found[1].upper():
        return found[1], text[found.end() :]
    return None, text


def _is_full(paragraph: _Paragraph, pause: Fraction) -> bool:
    # An end of sentence stands in the last few letters: the rest is not read again for every cue.
    if _SENTENCE_END.search(paragraph.parts[-1][-_ENDING:]) is None:
        return False
    return pause >= _PAUSE_S or len(paragraph.text) >= _LONG
