"""The cue list: captions as JSON, for programs that make or edit them.

    {"start_tc": "00:00:00;00", "drop_frame": true,
     "cues": [{"start": 2.0, "end": 5.143, "text": "...", "speaker": null}]}

A cue may say where it stands (``base_row``, ``align``, ``indent``, ``shifts``) and how it looks: ``italic`` as a whole,
or ``styles``, a list of stretches from letter ``start`` up to ``end`` with ``italic``, ``underline`` and ``colour``.
Letters are counted through all rows and without blanks.

Times are seconds of media time; ``start_tc`` is the label of media time 0. A list comes from a program, so it is read
strictly: what does not fit is refused with the number of the cue.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, NoReturn

from shared.captions.clock_times import milliseconds
from shared.captions.codes import COLUMNS
from shared.captions.controls import without_controls
from shared.captions.model import ITALIC, Align, Colour, Cue, Placement, Style, Styled
from shared.captions.styling import joined, styled, uniform
from shared.captions.timecode import parse
from shared.errors import InvalidInput

MAX_SECONDS = 100 * 3600
"""A label has two digits for the hour."""
MAX_TEXT = 2000
_FIELDS = {"start", "end", "text", "speaker", "italic", "base_row", "align", "indent", "shifts", "styles"}
_STYLE_FIELDS = {"start", "end", "italic", "underline", "colour"}


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
    if uniform(cue) == ITALIC:
        entry["italic"] = True
    elif cue.styles:
        entry["styles"] = [_style_entry(one) for one in cue.styles]
    place = cue.placement
    if place.base_row != Placement().base_row:
        entry["base_row"] = place.base_row
    if place.align is not Align.CENTER:
        entry["align"] = place.align.value
    if place.indent is not None:
        entry["indent"] = place.indent
    if place.shifts:
        entry["shifts"] = list(place.shifts)
    return entry


def _style_entry(one: Styled) -> dict[str, Any]:
    entry: dict[str, Any] = {"start": one.start, "end": one.end}
    if one.style.italic:
        entry["italic"] = True
    if one.style.underline:
        entry["underline"] = True
    if one.style.colour is not Colour.WHITE:
        entry["colour"] = one.style.colour.value
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
    text = without_controls(text) if isinstance(text, str) else ""
    if not text.strip():
        _refuse(f"Cue {number} has no text.", number)
    if len(text) > MAX_TEXT:
        _refuse(f"Cue {number} has {len(text)} characters of text; {MAX_TEXT} are the most.", number)
    rows = tuple(row for row in (line.strip() for line in text.splitlines()) if row)
    cue = Cue(start, end, rows, _speaker(entry, number), _placement(entry, number))
    if _flag(entry, "italic", number):
        return styled(cue, ITALIC)
    return replace(cue, styles=_styles(entry, number))


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
    return without_controls(speaker or "") or None


def _flag(entry: dict[str, Any], name: str, number: int) -> bool:
    flag = entry.get(name, False)
    if not isinstance(flag, bool):
        _refuse(f'"{name}" of cue {number} is neither true nor false.', number)
    return flag


def _styles(entry: dict[str, Any], number: int) -> tuple[Styled, ...]:
    """Stretches of letters, blanks not counted, each with what makes it look different."""
    styles: list[Styled] = []
    entries = entry.get("styles", [])
    if not isinstance(entries, list):
        _refuse(f'"styles" of cue {number} is not a list.', number)
    for one in entries:
        if not isinstance(one, dict) or not one.keys() <= _STYLE_FIELDS:
            _refuse(f'"styles" of cue {number} holds something else than a style.', number)
        start, end = _whole(one.get("start"), MAX_TEXT), _whole(one.get("end"), MAX_TEXT)
        colour = one.get("colour", "white")
        if start is None or end is None or start < (styles[-1].end if styles else 0) or colour not in list(Colour):
            _refuse(f'"styles" of cue {number} has letters out of order, or an unknown colour.', number)
        style = Style(_flag(one, "italic", number), _flag(one, "underline", number), Colour(colour))
        styles.append(Styled(start, end, style))
    return joined(styles)


def _placement(entry: dict[str, Any], number: int) -> Placement:
    row = _whole(entry.get("base_row", Placement().base_row), Placement().base_row)
    if not row:
        _refuse(f'"base_row" of cue {number} is not a row from 1 to 15.', number)
    align = entry.get("align", Align.CENTER.value)
    if align not in list(Align):
        _refuse(f'"align" of cue {number} is not one of {", ".join(Align)}.', number)
    indent = None if entry.get("indent") is None else _whole(entry["indent"], COLUMNS - 1)
    shifts = entry.get("shifts", [])
    is_list = isinstance(shifts, list) and all(_whole(shift, COLUMNS - 1) is not None for shift in shifts)
    if (indent is None) != (entry.get("indent") is None) or not is_list:
        _refuse(f'"indent" or "shifts" of cue {number} is no column from 0 to 31.', number)
    return Placement(row, Align(align), indent, tuple(shifts))


def _whole(value: object, most: int) -> int | None:
    """A whole number from 0 to ``most``, or None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most else None


def _refuse(message: str, cue: int | None = None) -> NoReturn:
    raise InvalidInput(message, code="cue_list", **({} if cue is None else {"cue": cue}))
