"""The cue list: captions as JSON, for programs that make or edit them.

    {"start_tc": "00:00:00;00", "drop_frame": true,
     "cues": [{"start": 2.0, "end": 5.143, "text": "...", "speaker": null}]}

Times are seconds of media time; ``start_tc`` is the label of media time 0. A list comes from a program, so it is read
strictly: what does not fit is refused with the number of the cue.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, NoReturn

from shared.captions.clock import milliseconds
from shared.captions.model import Cue, Placement
from shared.captions.timecode import parse
from shared.errors import InvalidInput

MAX_SECONDS = 100 * 3600
"""A label has two digits for the hour."""
MAX_TEXT = 2000
_FIELDS = {"start", "end", "text", "speaker", "italic", "base_row"}


@dataclass(frozen=True, slots=True)
class CueList:
    """Cues with the label that media time 0 has on the station's clock."""

    cues: tuple[Cue, ...]
    start_tc: str = "00:00:00;00"
    drop_frame: bool = True


def write_cue_list(cues: Iterable[Cue], *, start_tc: str = "00:00:00;00", drop_frame: bool = True) -> str:
    """The JSON text of a cue list; times are rounded to milliseconds, which still name the exact frame."""
    entries = [_entry(cue) for cue in cues]
    lines = ",\n".join("    " + json.dumps(entry, ensure_ascii=False) for entry in entries)
    body = f"[\n{lines}\n  ]" if entries else "[]"
    label = json.dumps(start_tc)
    return f'{{\n  "start_tc": {label},\n  "drop_frame": {json.dumps(drop_frame)},\n  "cues": {body}\n}}\n'


def read_cue_list(text: str) -> CueList:
    """Read a cue list; raise InvalidInput with a sentence that names what is wrong, and where."""
    document = _parse(text)
    if not isinstance(document, dict) or not isinstance(document.get("cues"), list):
        _refuse('A cue list is an object with a list named "cues".')
    drop_frame = document.get("drop_frame", True)
    if not isinstance(drop_frame, bool):
        _refuse('"drop_frame" is true or false.')
    start_tc = document.get("start_tc", "00:00:00;00" if drop_frame else "00:00:00:00")
    _check_label(start_tc, drop_frame=drop_frame)
    cues = [_cue(entry, number) for number, entry in enumerate(document["cues"], 1)]
    for number, (one, two) in enumerate(pairwise(cues), 2):
        if two.start < one.start:
            _refuse(f"Cue {number} starts before cue {number - 1}; cues stand in order of time.", number)
    return CueList(tuple(cues), start_tc, drop_frame)


def _entry(cue: Cue) -> dict[str, Any]:
    start = milliseconds(cue.start)
    end = max(milliseconds(cue.end), start + 1)
    entry: dict[str, Any] = {"start": start / 1000, "end": end / 1000, "text": cue.text, "speaker": cue.speaker}
    if cue.italic:
        entry["italic"] = True
    if cue.placement.base_row != Placement().base_row:
        entry["base_row"] = cue.placement.base_row
    return entry


def _parse(text: str) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"), parse_float=Decimal, parse_constant=_not_json)
    except json.JSONDecodeError as error:
        message = f"The file is not JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        raise InvalidInput(message, code="cue_list") from None
    except (ValueError, RecursionError):
        raise InvalidInput("The file is JSON of an impossible size or depth.", code="cue_list") from None


def _not_json(name: str) -> NoReturn:
    _refuse(f"{name} is not a number of JSON.")


def _check_label(label: object, *, drop_frame: bool) -> None:
    if not isinstance(label, str):
        _refuse('"start_tc" is a label such as "00:00:00;00".')
    try:
        is_drop = parse(label).drop_frame
    except InvalidInput as error:
        _refuse(f'"start_tc": {error.message}')
    if is_drop != drop_frame:
        _refuse('"start_tc" has a semicolon before the frames if, and only if, "drop_frame" is true.')


def _cue(entry: object, number: int) -> Cue:
    if not isinstance(entry, dict):
        _refuse(f"Cue {number} is not an object.", number)
    unknown = entry.keys() - _FIELDS
    if unknown:
        _refuse(f"Cue {number} has an unknown field {min(unknown)!r:.60}.", number)
    start, end = (_seconds(entry, name, number) for name in ("start", "end"))
    if end <= start:
        _refuse(f"Cue {number} ends at {float(end):g} s, but starts at {float(start):g} s.", number)
    text = entry.get("text")
    if not isinstance(text, str) or not text.strip():
        _refuse(f"Cue {number} has no text.", number)
    if len(text) > MAX_TEXT:
        _refuse(f"Cue {number} has {len(text)} characters of text; {MAX_TEXT} are the most.", number)
    rows = tuple(row for row in (line.strip() for line in text.splitlines()) if row)
    return Cue(start, end, rows, _speaker(entry, number), _placement(entry, number), _italic(entry, number))


def _seconds(entry: dict[str, Any], name: str, number: int) -> Fraction:
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        _refuse(f'"{name}" of cue {number} is not a number of seconds.', number)
    if not 0 <= value <= MAX_SECONDS:
        _refuse(f'"{name}" of cue {number} is not between 0 and {MAX_SECONDS} seconds.', number)
    # Nanoseconds are plenty, and a number of a thousand digits shall not be carried through the arithmetic.
    return Fraction(round(value, 9)) if isinstance(value, Decimal) else Fraction(value)


def _speaker(entry: dict[str, Any], number: int) -> str | None:
    speaker = entry.get("speaker")
    if speaker is not None and not isinstance(speaker, str):
        _refuse(f'"speaker" of cue {number} is neither text nor null.', number)
    return speaker or None


def _italic(entry: dict[str, Any], number: int) -> bool:
    italic = entry.get("italic", False)
    if not isinstance(italic, bool):
        _refuse(f'"italic" of cue {number} is neither true nor false.', number)
    return italic


def _placement(entry: dict[str, Any], number: int) -> Placement:
    row = entry.get("base_row", Placement().base_row)
    if isinstance(row, bool) or not isinstance(row, int) or not 1 <= row <= Placement().base_row:
        _refuse(f'"base_row" of cue {number} is not a row from 1 to 15.', number)
    return Placement(base_row=row)


def _refuse(message: str, cue: int | None = None) -> NoReturn:
    raise InvalidInput(message, code="cue_list", **({} if cue is None else {"cue": cue}))
