"""What a caption file is by its own first lines, whatever its name says."""

import re
from collections.abc import Mapping
from typing import Final

from shared.errors import InvalidInput

_FIRST_LINES: Final[Mapping[str, re.Pattern[str]]] = {
    ".vtt": re.compile(r"WEBVTT(?:[ \t\r\n]|$)"),
    ".scc": re.compile(r"Scenarist_SCC\b", re.IGNORECASE),
    ".mcc": re.compile(r"File Format=MacCaption_MCC\b", re.IGNORECASE),
    ".srt": re.compile(r"\d{1,9}[ \t]*\r?\n\d{1,3}:\d\d:\d\d,\d{1,3}[ \t]*-->"),
    ".json": re.compile(r'\{\s{0,99}"'),
}
_NAMES: Final = {".vtt": "WebVTT", ".scc": "SCC", ".mcc": "MCC", ".srt": "SubRip (SRT)", ".json": "a JSON cue list"}

_NOT_READ: Final[Mapping[str, re.Pattern[str]]] = {
    "SubStation Alpha (ASS)": re.compile(r"\[Script Info\]", re.IGNORECASE),
    "TTML": re.compile(r"(?:<\?xml[^>]{0,200}\?>\s{0,99})?<(?:\w{1,9}:)?tt[\s>/]", re.IGNORECASE),
    "SAMI": re.compile(r"<SAMI[\s>]", re.IGNORECASE),
    "a web page": re.compile(r"<(?:!DOCTYPE html|html)[\s>]", re.IGNORECASE),
    "MicroDVD": re.compile(r"\{\d{1,9}\}\{\d{1,9}\}"),
    "YouTube's SBV": re.compile(r"\d{1,2}:\d\d:\d\d\.\d{3},\d{1,2}:\d\d:\d\d\.\d{3}\s"),
    "LRC lyrics": re.compile(r"\[(?:ti|ar|al|by|offset|length|\d{1,3}):[^\]\n]{0,200}\]"),
    "QuickTime text": re.compile(r"\{QTtext\}", re.IGNORECASE),
}
"""Formats of captions by their first lines, of which nothing can be read here, and what is saved in their place."""


def require_format(text: str, ending: str) -> None:
    """Raise `InvalidInput` for text that begins as another format does than the one of the ending.

    Read as what it is not, each line would be an error of its own. Text that begins as none does is left to the reader.
    """
    start = text[:1000].lstrip("\ufeff \t\r\n")
    if _FIRST_LINES[ending].match(start):
        return
    for other, first in _FIRST_LINES.items():
        if first.match(start):
            raise InvalidInput(
                f"This is {_NAMES[other]}, not {_NAMES[ending]}: give the file a name that ends in {other}.",
                code="wrong_ending",
            )
    if "-->" in text:
        return
    for name, first in _NOT_READ.items():
        if first.match(start):
            raise InvalidInput(
                f"This is {name}, which is not read here, and not {_NAMES[ending]}: save it as SRT or WebVTT with the"
                " program that made it.",
                code="not_captions",
            )
