"""How collections are asked for: paging, filters, sideloads. A parameter that the server does not know is ignored."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import QueryParams

from demo.cablecast.config import OffsetMode
from demo.cablecast.entities import Record
from demo.cablecast.station import Station
from demo.cablecast.station_clock import moment

_DEFAULT_PAGE = 50
_ALL = -1


@dataclass(frozen=True, slots=True)
class Collection:
    """One kind of record as it is reached in the API."""

    table: str
    """Plural root of a list, and name of the table."""
    root: str
    """Root of one record."""
    paged: bool = False
    sensitive: bool = False
    """Whether reading needs credentials."""
    filters: Mapping[str, str] | None = None
    """Query parameter to field, for those that compare a number."""
    sideloads: tuple[str, ...] = ()
    """Tables whose records come along unasked; None of them has contents that nobody documents."""


_LOCATION = {"location": "location"}

# By the name in the path: lower case, no separators.
COLLECTIONS: dict[str, Collection] = {
    "shows": Collection("shows", "show", paged=True, filters={"project": "project", "location": "location"}),
    "reels": Collection("reels", "reel", filters={"show": "show"}),
    "media": Collection("media", "media"),
    "vods": Collection("vods", "vod", paged=True),
    "chapters": Collection("chapters", "chapter", filters={"vod": "vod"}),
    "vodconfigurations": Collection("vodConfigurations", "vodConfiguration", filters=_LOCATION),
    "vodtranscodequalities": Collection("vodTranscodeQualities", "vodTranscodeQuality"),
    "assets": Collection("assets", "asset", paged=True, sensitive=True, sideloads=("assetInfos",)),
    "assetreellinks": Collection("assetReelLinks", "assetReelLink", sensitive=True),
    "filestores": Collection("fileStores", "fileStore", sensitive=True),
    "fileuploads": Collection("fileUploads", "fileUpload", sensitive=True),
    "categories": Collection("categories", "category", filters=_LOCATION),
    "producers": Collection("producers", "producer", filters=_LOCATION),
    "projects": Collection("projects", "project", filters=_LOCATION),
    "formats": Collection("formats", "format", filters=_LOCATION),
    "devices": Collection("devices", "device", filters=_LOCATION),
    "dispositions": Collection("dispositions", "disposition", filters=_LOCATION),
    "locations": Collection("locations", "location", sideloads=("controlModuleSets",)),
    "channels": Collection("channels", "channel", paged=True),
    "showfields": Collection("showFields", "showField", sideloads=("fieldDefinitions",)),
    "livestreams": Collection("liveStreams", "liveStream", filters=_LOCATION, sideloads=("liveTransactions",)),
    "scheduleitems": Collection(
        "scheduleItems", "scheduleItem", paged=True, filters={"show": "show", "channel": "channel"}
    ),
}


@dataclass(frozen=True, slots=True)
class _Include:
    """One word of ``include``: which table, and which field of the root record names the rows."""

    table: str
    field: str


# The singular, lower-case words of ``include``, by the collection they are asked of.
_INCLUDES: dict[str, dict[str, _Include]] = {
    "shows": {
        "reel": _Include("reels", "reels"),
        "vod": _Include("vods", "vods"),
        "category": _Include("categories", "category"),
        "project": _Include("projects", "project"),
        "producer": _Include("producers", "producer"),
        "scheduleitem": _Include("scheduleItems", "firstRuns"),
        "media": _Include("media", "reels"),
        "chapter": _Include("chapters", "vods"),
    },
    "scheduleitems": {
        "show": _Include("shows", "show"),
        "channel": _Include("channels", "channel"),
    },
}


def matching(station: Station, name: str, query: QueryParams) -> list[Record]:
    """The rows of a collection that the query asks for, in the server's order."""
    collection = COLLECTIONS[name]
    rows = station.rows(collection.table)
    for parameter, field in (collection.filters or {}).items():
        if wanted := query.get(parameter):
            rows = [row for row in rows if str(row[field]) == wanted]
    match name:
        case "shows":
            return _shows(rows, query)
        case "scheduleitems":
            return _schedule(rows, query)
        case "assets":
            return _assets(rows, query)
        case "vods":  # in no useful order, so that nobody relies on one
            return sorted(rows, key=lambda row: (row["id"] * 7919) % 1009)
        case "chapters":
            deleted = query.get("deleted", "false").lower() == "true"
            return [row for row in rows if deleted or not row["deleted"]]
    return rows


def page_of(rows: list[Record], query: QueryParams, mode: str) -> tuple[list[Record], Record]:
    """The asked-for page and its ``meta``."""
    size, offset = _number(query.get("page_size"), _DEFAULT_PAGE), max(0, _number(query.get("offset"), 0))
    meta = {"offset": offset, "pageSize": size, "count": len(rows)}
    if size == _ALL:
        return rows, meta
    start = offset * max(size, 0) if mode == OffsetMode.PAGE else offset
    return rows[start : start + max(size, 0)], meta


def included(station: Station, name: str, rows: list[Record], query: QueryParams) -> dict[str, list[Record]]:
    """Flat collections of the related records that ``include`` names; words nobody knows are ignored."""
    sideloaded: dict[str, list[Record]] = {}
    for word in (query.get("include") or "").split(","):
        include = _INCLUDES.get(name, {}).get(word.strip().lower())
        if include is None:
            continue
        ids = dict.fromkeys(related for row in rows for related in _as_list(row[include.field]))
        if include.table == "media":
            ids = dict.fromkeys(reel["media"] for reel in station.rows("reels") if reel["id"] in ids)
        elif include.table == "chapters":
            vods = [vod for vod in station.rows("vods") if vod["id"] in ids]
            ids = dict.fromkeys(chapter for vod in vods for chapter in vod["chapters"])
        found = [station.get(include.table, record_id) for record_id in ids]
        sideloaded[include.table] = [record for record in found if record is not None]
    return sideloaded


def _shows(rows: list[Record], query: QueryParams) -> list[Record]:
    asked = query.getlist("ids[]") + query.getlist("ids")
    if asked:
        ids = {int(word) for text in asked for word in text.split(",") if word.strip().isdigit()}
        rows = [row for row in rows if row["id"] in ids]
    if search := (query.get("search") or "").casefold():
        rows = [row for row in rows if search in f"{row['title'] or ''}\n{row['cgTitle'] or ''}".casefold()]
    if (since := moment(query.get("since"))) is not None:
        rows = [row for row in rows if (moment(row["lastModified"]) or 0.0) > since]
    return sorted(rows, key=lambda row: (moment(row["eventDate"]) or 0.0, row["id"]), reverse=True)


def _schedule(rows: list[Record], query: QueryParams) -> list[Record]:
    start, end, since = (moment(query.get(name)) for name in ("start", "end", "since"))
    if query.get("include_deleted", "").lower() != "true" and since is None:
        rows = [row for row in rows if not row["deleted"]]
    timed = [(moment(row["runDateTime"]) or 0.0, row) for row in rows]
    kept = [(at, row) for at, row in timed if (start is None or at >= start) and (end is None or at < end)]
    return [row for _, row in sorted(kept, key=lambda pair: (pair[0], pair[1]["id"]))]


def _assets(rows: list[Record], query: QueryParams) -> list[Record]:
    if wanted := {status.lower() for status in query.getlist("status_type[]")}:
        rows = [row for row in rows if row["fileStatus"] in wanted]
    if query.get("sort") == "last_modified":
        rows = sorted(rows, key=lambda row: row["id"], reverse=True)
    return rows


def _as_list(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _number(text: str | None, otherwise: int) -> int:
    try:
        return otherwise if text is None else int(text)
    except ValueError:
        return otherwise
