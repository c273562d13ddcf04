"""Edits as JSON, the way they are sent and kept.

    {"schema": "archivist.edits/1",
     "operations": [{"op": "set_text", "cue": "000012", "first": 3, "old": ["meating"], "new": ["meeting"]}]}

Times are whole milliseconds of media time; a time that is none is written as seconds, ``"1001/30000"``. Edits come from
programs, so they are read strictly: what does not fit is refused with the number of the operation.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from fractions import Fraction
from typing import Any, Final, NoReturn

from shared.captions.codes import COLUMNS
from shared.captions.controls import without_controls
from shared.captions.cuelist import MAX_SECONDS, MAX_TEXT
from shared.captions.edits import IdentifiedCue
from shared.captions.model import Align, Colour, Cue, Placement, Style, Styled
from shared.captions.operations import (
    MAX_ID,
    Delete,
    Insert,
    Merge,
    Operation,
    RenameSpeaker,
    Retime,
    SetLook,
    SetText,
    Shift,
    Split,
)
from shared.errors import InvalidInput

SCHEMA: Final = "archivist.edits/1"
MAX_OPERATIONS: Final = 20_000
MAX_CUES: Final = 100_000
MAX_NAME: Final = 200
_FRACTION = re.compile(r"(-?\d{1,12})/([1-9]\d{0,9})")

_KINDS: Final[dict[str, type[Any]]] = {
    "set_text": SetText,
    "retime": Retime,
    "split": Split,
    "merge": Merge,
    "insert": Insert,
    "delete": Delete,
    "shift": Shift,
    "rename_speaker": RenameSpeaker,
    "set_look": SetLook,
}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}


def edits_to_json(operations: Iterable[Operation]) -> dict[str, Any]:
    """A document that ``edits_from_json`` reads back as the same operations."""
    return {"schema": SCHEMA, "operations": [operation_to_json(one) for one in operations]}


def operation_to_json(operation: Operation) -> dict[str, Any]:
    """One operation as it stands in the list."""
    entry: dict[str, Any] = {"op": _NAMES[type(operation)]}
    for name in _fields(type(operation)):
        entry[name] = _shown(getattr(operation, name))
    return entry


def cue_to_json(cue: IdentifiedCue) -> dict[str, Any]:
    """A cue with its id, the way an insertion has it."""
    return {"id": cue.id, **_shown(cue.cue)}


def edits_from_json(document: object) -> tuple[Operation, ...]:
    """The operations of a document; raises InvalidInput with a sentence that names what is wrong, and where."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        _refuse(f'Edits are an object with "schema": "{SCHEMA}".')
    entries = document.get("operations")
    if not isinstance(entries, list) or len(entries) > MAX_OPERATIONS:
        _refuse(f'Edits have a list "operations" of at most {MAX_OPERATIONS} operations.')
    operations = []
    for number, entry in enumerate(entries, 1):
        try:
            operations.append(_operation(entry))
        except _Unfit as error:
            raise InvalidInput(f"Operation {number}: {error}", code="edits", operation=number) from None
    return tuple(operations)


class _Unfit(Exception):
    pass


def _operation(entry: object) -> Operation:
    kind = _KINDS.get(str(entry.get("op"))) if isinstance(entry, dict) else None
    if kind is None or not isinstance(entry, dict):
        raise _Unfit(f'"op" is not one of {", ".join(_KINDS)}.')
    names = _fields(kind)
    if set(entry) != {"op", *names}:
        raise _Unfit(f"the fields of {_NAMES[kind]} are {', '.join(names)}.")
    readers = {name: _OWN_READERS.get((kind, name)) or _READERS[name] for name in names}
    made: Operation = kind(**{name: read(name, entry[name]) for name, read in readers.items()})
    return made


def _fields(kind: type[Any]) -> list[str]:
    return [one.name for one in fields(kind)]


def _shown(value: object) -> Any:
    match value:
        case Fraction():
            ms = value * 1000
            return ms.numerator if ms.denominator == 1 else f"{value.numerator}/{value.denominator}"
        case tuple():
            return [_shown(one) for one in value]
        case Cue():
            look = _shown(value.placement), _shown(value.styles)
            times = {"start": _shown(value.start), "end": _shown(value.end)}
            return {
                **times,
                "rows": list(value.rows),
                "speaker": value.speaker,
                "placement": look[0],
                "styles": look[1],
            }
        case Placement():
            place = {"base_row": value.base_row, "align": value.align.value}
            return {**place, "indent": value.indent, "shifts": list(value.shifts)}
        case Styled(start, end, style):
            looks = {"italic": style.italic, "underline": style.underline, "colour": style.colour.value}
            return {"start": start, "end": end, **looks}
        case _:
            return value


def _id(name: str, value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID or not value.isprintable():
        raise _Unfit(f'"{name}" is no id of a cue.')
    return value


def _ids(name: str, value: object) -> tuple[str, ...]:
    return tuple(_id(name, one) for one in _list(name, value, MAX_CUES))


def _texts(name: str, value: object) -> tuple[str, ...]:
    listed = _list(name, value, MAX_TEXT)
    if any(not isinstance(one, str) or len(one) > MAX_TEXT or "\0" in one for one in listed):
        raise _Unfit(f'"{name}" is a list of texts.')
    return tuple(map(without_controls, listed))


def _speaker(name: str, value: object) -> str | None:
    if value is not None and (not isinstance(value, str) or not 0 < len(value) <= MAX_NAME or "\0" in value):
        raise _Unfit(f'"{name}" is null or the name of a speaker.')
    return without_controls(value or "") or None


def _time(name: str, value: object) -> Fraction:
    """A number of any length would have to be carried through the arithmetic."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_SECONDS * 1000:
        return Fraction(value, 1000)
    found = _FRACTION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _Unfit(f'"{name}" is a time in whole milliseconds.')
    return Fraction(int(found[1]), int(found[2]))


def _count(name: str, value: object, most: int = MAX_TEXT) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise _Unfit(f'"{name}" is a whole number from 0 to {most}.')
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _Unfit(f'"{name}" is true or false.')
    return value


def _list(name: str, value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise _Unfit(f'"{name}" is a list of at most {most}.')
    return value


def _object(name: str, value: object, names: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != names:
        raise _Unfit(f'"{name}" has the fields {", ".join(sorted(names))}.')
    return value


def _cue(name: str, value: object) -> Cue:
    entry = _object(name, value, {"start", "end", "rows", "speaker", "placement", "styles"})
    rows = _texts("rows", entry["rows"])
    if any("\n" in row for row in rows):
        raise _Unfit('"rows" are texts without line feeds.')
    times = _time("start", entry["start"]), _time("end", entry["end"])
    place, styles = _placement("placement", entry["placement"]), _styles("styles", entry["styles"])
    return Cue(*times, rows, _speaker("speaker", entry["speaker"]), place, styles)


def _placement(name: str, value: object) -> Placement:
    entry = _object(name, value, {"base_row", "align", "indent", "shifts"})
    row = _count("base_row", entry["base_row"], Placement().base_row)
    if not row or entry["align"] not in list(Align):
        raise _Unfit(f'"{name}" has a row from 1 to {Placement().base_row} and one of {", ".join(Align)}.')
    indent = None if entry["indent"] is None else _count("indent", entry["indent"], COLUMNS - 1)
    shifts = (_count("shifts", one, COLUMNS - 1) for one in _list("shifts", entry["shifts"], MAX_TEXT))
    return Placement(row, Align(entry["align"]), indent, tuple(shifts))


def _styles(name: str, value: object) -> tuple[Styled, ...]:
    styles: list[Styled] = []
    for one in _list(name, value, MAX_TEXT):
        entry = _object(name, one, {"start", "end", "italic", "underline", "colour"})
        start, end = _count("start", entry["start"]), _count("end", entry["end"])
        if not (styles[-1].end if styles else 0) <= start < end or entry["colour"] not in list(Colour):
            raise _Unfit(f'"{name}" has letters out of order, or an unknown colour.')
        looks = _flag("italic", entry["italic"]), _flag("underline", entry["underline"])
        styles.append(Styled(start, end, Style(*looks, Colour(entry["colour"]))))
    return tuple(styles)


_READERS: Final[dict[str, Callable[[str, object], Any]]] = {
    "breaks": _flag,
    "by": _time,
    "cue": _id,
    "cues": _ids,
    "end": _time,
    "first": _count,
    "made": _cue,
    "new": _texts,
    "old": _texts,
    "other": _id,
    "placement": _placement,
    "speaker": _speaker,
    "start": _time,
    "styles": _styles,
    "word": _count,
}
_OWN_READERS: Final[dict[tuple[type[Any], str], Callable[[str, object], Any]]] = {
    (Split, "new"): _id,
    (RenameSpeaker, "old"): _speaker,
    (RenameSpeaker, "new"): _speaker,
}


def _refuse(message: str) -> NoReturn:
    raise InvalidInput(message, code="edits")
