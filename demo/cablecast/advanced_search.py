"""The saved-search language of ``POST /shows/search/advanced``: groups of filters over the fields of a show.

The filters of a group are joined as its ``orAnd`` says; all groups have to hold. A field or operator that the
simulator does not know matches nothing.
"""

from collections.abc import Callable
from typing import Any

from demo.cablecast.entities import Record
from demo.cablecast.station import Station
from demo.cablecast.station_clock import moment

_Value = Any


def run(station: Station, query: Record) -> list[int]:
    """Ids of all the shows that match, in the asked-for order, without paging."""
    shows = [show for show in station.rows("shows") if _matches(station, show, query)]
    for option in reversed(query.get("sortOptions") or []):
        if reader := _FIELDS.get(str(option.get("field"))):
            shows.sort(key=lambda show: _sortable(reader(station, show)), reverse=bool(option.get("descending")))
    return [show["id"] for show in shows]


def _matches(station: Station, show: Record, query: Record) -> bool:
    for group in query.get("groups") or []:
        results = [_holds(station, show, wanted) for wanted in group.get("filters") or []]
        joined = any if str(group.get("orAnd", "and")).lower() == "or" else all
        if results and not joined(results):
            return False
    return True


def _holds(station: Station, show: Record, wanted: Record) -> bool:
    reader = _FIELDS.get(str(wanted.get("field")))
    operator = str(wanted.get("operator"))
    if reader is None:
        return False
    value = reader(station, show)
    if operator in ("empty", "notEmpty"):
        return (value in (None, "", [])) == (operator == "empty")
    searched = _alike(wanted.get("searchValue"), value)
    compare = _OPERATORS.get(operator)
    if compare is None or value is None or searched is None:
        return False
    return compare(value, searched)


_OPERATORS: dict[str, Callable[[_Value, _Value], bool]] = {
    "equals": lambda a, b: bool(a == b),
    "notEquals": lambda a, b: bool(a != b),
    "greaterThan": lambda a, b: bool(a > b),
    "lessThan": lambda a, b: bool(a < b),
    "greaterThanOrEqual": lambda a, b: bool(a >= b),
    "lessThanOrEqual": lambda a, b: bool(a <= b),
    "notGreaterThan": lambda a, b: not a > b,
    "notGreaterThanOrEqual": lambda a, b: not a >= b,
    "notLessThan": lambda a, b: not a < b,
    "notLessThanOrEqual": lambda a, b: not a <= b,
}


def _plain(name: str) -> Callable[[Station, Record], _Value]:
    return lambda station, show: show[name]


def _text(name: str) -> Callable[[Station, Record], _Value]:
    return lambda station, show: None if show[name] is None else str(show[name]).casefold()


def _time(name: str) -> Callable[[Station, Record], _Value]:
    return lambda station, show: moment(show[name])


_FIELDS: dict[str, Callable[[Station, Record], _Value]] = {
    "showId": _plain("id"),
    "localId": _text("localId"),
    "project": _plain("project"),
    "category": _plain("category"),
    "producer": _plain("producer"),
    "location": _plain("location"),
    "trt": _plain("totalRunTime"),
    "runCount": _plain("runCount"),
    "title": _text("title"),
    "cgTitle": _text("cgTitle"),
    "comments": _text("comments"),
    "cgExempt": _plain("cgExempt"),
    "eventDate": _time("eventDate"),
    "lastModified": _time("lastModified"),
    "hasValidFile": lambda station, show: any(reel["hasValidFile"] for reel in station.reels_of(show)),
    "hasInvalidFile": lambda station, show: any(reel["hasInvalidFile"] for reel in station.reels_of(show)),
    "hasVod": lambda station, show: bool(show["vods"]),
    "closedCaptions": _plain("hasCaptions"),
}


def _alike(searched: object, value: _Value) -> _Value:
    """The searched value as the kind of thing that the field holds; None when it cannot be."""
    try:
        if isinstance(value, bool):
            return searched if isinstance(searched, bool) else str(searched).lower() == "true"
        if isinstance(value, float):
            return moment(searched)
        if isinstance(value, int):
            return int(str(searched))
    except ValueError:
        return None
    return str(searched).casefold()


def _sortable(value: _Value) -> tuple[bool, _Value]:
    return (value is not None, "" if value is None else value)
