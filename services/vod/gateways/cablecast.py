"""The Cablecast server of a station, as far as Archivist needs it: read shows, make one VOD, publish chapters.

The API has no idempotency key and takes duplicates without a word, so whatever creates something looks before and,
after a lost answer, looks again.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from services.vod.gateways.cablecast_http import LIMITS, CablecastHttp, Query
from services.vod.gateways.cablecast_models import (
    Asset,
    Reel,
    ScheduleItem,
    Show,
    SystemInfo,
    Vod,
    VodChapter,
    VodConfiguration,
    VodState,
)
from shared.errors import Conflict, Temporary

log = logging.getLogger(__name__)

_PAGE = 100
_MOST_PAGES = 50
_A_DAY = timedelta(days=1)
_OF_A_SHOW = 1
_IDS_A_REQUEST = 50  # a query of this many ids stays far below what proxies accept as an address
_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ShowDetail:
    """A show with the reels and VODs it names."""

    show: Show
    reels: tuple[Reel, ...] = ()
    vods: tuple[Vod, ...] = ()
    answer: dict[str, Any] | None = field(default=None, compare=False)
    """What the server said of the show, word for word."""

    @property
    def vod(self) -> Vod | None:
        """The VOD that viewers get: of several, the one that is furthest."""
        return min(self.vods, key=lambda vod: (_STANDING.index(vod.state), vod.id), default=None)


@dataclass(frozen=True, slots=True)
class EnsuredVod:
    """The VOD of a show, and whether it was made just now."""

    vod: Vod
    is_new: bool


@dataclass(frozen=True, slots=True)
class Airing:
    """A show goes on air, on whichever channel."""

    show_id: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class ChapterMark:
    """A chapter to publish."""

    title: str
    offset_s: int


class Cablecast(Protocol):
    """What the use cases ask of a Cablecast server."""

    async def get_show(self, show_id: int) -> ShowDetail:
        """A show with its reels and VODs; ``NotFound`` if the server has none with this id."""
        ...

    async def shows_between(self, first: datetime, last: datetime) -> list[Show]:
        """Shows whose event date lies in ``[first, last)``."""
        ...

    async def shows_titled(self, text: str) -> list[Show]:
        """Shows in whose titles the server finds this text."""
        ...

    async def airings_between(self, first: datetime, last: datetime) -> list[Airing]:
        """When shows begin in ``[first, last)``, by the schedule of all channels."""
        ...

    async def get_vod(self, vod_id: int) -> Vod:
        """A VOD as it stands now."""
        ...

    async def create_vod(self, show_id: int, configuration_id: int) -> EnsuredVod:
        """The VOD of a show, made only if the show has none."""
        ...

    async def vod_configurations(self, location_id: int | None = None) -> list[VodConfiguration]:
        """The ways of making VODs that a location has."""
        ...

    async def get_asset(self, asset_id: int) -> Asset:
        """A file as the server has indexed it."""
        ...

    async def fetch_text(self, url: str) -> str:
        """A published text file, such as a playlist."""
        ...

    async def publish_chapters(self, vod_id: int, chapters: Sequence[ChapterMark]) -> None:
        """Give a VOD its chapters."""
        ...

    async def system_info(self) -> SystemInfo:
        """Name and version of the server."""
        ...


_STANDING = (
    VodState.COMPLETE,
    VodState.PARTIAL,
    VodState.PROCESSING,
    VodState.QUEUED,
    VodState.WAITING,
    VodState.UNKNOWN,
    VodState.ERROR,
    VodState.PERMANENT_FAILURE,
    VodState.DISABLED,
)


class HttpCablecast:
    """The real one, over HTTP."""

    def __init__(self, http: CablecastHttp) -> None:
        self._http = http

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def system_info(self) -> SystemInfo:
        """Name and version of the server."""
        return _read(SystemInfo, await self._http.get("systeminfo"))

    async def get_show(self, show_id: int) -> ShowDetail:
        """A show with its reels and VODs; ``NotFound`` if the server has none with this id."""
        body = await self._http.get(f"shows/{show_id}", [("include", "reel,vod")])
        answer = _under(body, "show")
        show = _read(Show, answer)
        reels = tuple(reel for reel in _read_all(Reel, body.get("reels")) if reel.id in show.reel_ids)
        vods = tuple(vod for vod in _read_all(Vod, body.get("vods")) if vod.id in show.vod_ids)
        return ShowDetail(show, reels, vods, answer)

    async def shows_between(self, first: datetime, last: datetime) -> list[Show]:
        """Shows whose event date lies in ``[first, last)``, newest first."""
        filters = [
            {"field": "eventDate", "operator": operator, "searchValue": moment.isoformat()}
            for operator, moment in (("greaterThanOrEqual", first), ("lessThan", last))
        ]
        # The name stays empty: a search with a name would be kept in the operators' list.
        query = {
            "groups": [{"orAnd": "and", "filters": filters}],
            "sortOptions": [{"field": "eventDate", "descending": True}],
        }
        body = await self._http.post("shows/search/advanced", {"savedShowSearch": {"name": "", "query": query}})
        found = _under(body, "savedShowSearch").get("results") or []
        shows = await self._shows([number for number in found if isinstance(number, int)])
        # A server that does not know a filter ignores it, so the rows themselves have the last word.
        dated = [(show.event_at, show) for show in shows if show.event_at is not None and show.event_at.tzinfo]
        kept = [(at, show) for at, show in dated if first <= at < last]
        return [show for _, show in sorted(kept, key=lambda pair: (pair[0], pair[1].id), reverse=True)]

    async def shows_titled(self, text: str) -> list[Show]:
        """Shows in whose titles the server finds this text; its ranking is unknown, so none is promised."""
        rows = await self._rows("shows", "shows", [("search", text)], most_pages=3)
        return _read_all(Show, rows)

    async def airings_between(self, first: datetime, last: datetime) -> list[Airing]:
        """When shows begin in ``[first, last)``, the next first.

        Asked for a day at a time, because long windows of a full schedule take a server longer than anybody waits. A
        server that ignores the window is found out by the rows, which are looked at one by one.
        """
        found: dict[int, Airing] = {}
        start = first
        while start < last:
            end = min(start + _A_DAY, last)
            window = [("start", start.isoformat()), ("end", end.isoformat())]
            for item in _read_all(ScheduleItem, await self._rows("scheduleitems", "scheduleItems", window)):
                at = item.starts_at
                is_run = item.kind in (None, _OF_A_SHOW) and not item.is_deleted
                if is_run and item.show_id is not None and at is not None and first <= at < last:
                    found[item.id] = Airing(item.show_id, at.astimezone(UTC))
            start = end
        return sorted(found.values(), key=lambda airing: (airing.starts_at, airing.show_id))

    async def get_vod(self, vod_id: int) -> Vod:
        """A VOD as it stands now."""
        return _read(Vod, _under(await self._http.get(f"vods/{vod_id}"), "vod"))

    async def vod_configurations(self, location_id: int | None = None) -> list[VodConfiguration]:
        """The ways of making VODs that a location has."""
        query = [] if location_id is None else [("location", str(location_id))]
        body = await self._http.get("vodconfigurations", query)
        found = _read_all(VodConfiguration, body.get("vodConfigurations"))
        return [row for row in found if location_id is None or row.location_id == location_id]

    async def get_asset(self, asset_id: int) -> Asset:
        """A file as the server has indexed it."""
        return _read(Asset, _under(await self._http.get(f"assets/{asset_id}"), "asset"))

    async def fetch_text(self, url: str) -> str:
        """A published text file, such as a playlist."""
        return await self._http.fetch_text(url)

    async def create_vod(self, show_id: int, configuration_id: int) -> EnsuredVod:
        """The VOD of a show, made only if the show has none.

        A second VOD would be taken without a word and fail later. If the answer is lost, the show is looked at again;
        only when it still has no VOD is the trouble passed on, and the next try begins by looking.
        """
        if existing := (await self.get_show(show_id)).vod:
            return EnsuredVod(existing, is_new=False)
        try:
            body = await self._http.post("vods", {"vod": {"show": show_id, "vodConfiguration": configuration_id}})
            return EnsuredVod(_read(Vod, _under(body, "vod")), is_new=True)
        except Temporary:
            if made := (await self.get_show(show_id)).vod:
                log.info("vod_found_after_lost_answer", extra={"fields": {"show": show_id, "vod": made.id}})
                return EnsuredVod(made, is_new=True)
            raise

    async def publish_chapters(self, vod_id: int, chapters: Sequence[ChapterMark]) -> None:
        """Give a VOD its chapters and publish them; safe to repeat.

        Raises:
            Conflict: the VOD has chapters that are not among these; somebody made them, so they stay.
        """
        present = await self._chapters_of(vod_id)
        wanted = {(mark.title, mark.offset_s) for mark in chapters}
        if foreign := present - wanted:
            raise Conflict(
                f"VOD {vod_id} has {len(foreign)} chapters that somebody else made; they were left as they are.",
                code="chapters_exist",
                vod=vod_id,
            )
        for mark in chapters:
            if (mark.title, mark.offset_s) not in present:
                fields = {"vod": vod_id, "title": mark.title, "body": mark.title, "offset": mark.offset_s}
                flags = {"operatorNote": "", "quickAdded": False, "deleted": False, "hidden": False}
                await self._http.post("chapters", {"chapter": fields | flags}, may_be_empty=True)
        # What a PUT does to fields it leaves out is unknown, so the whole record goes back with one field changed.
        vod = _under(await self._http.get(f"vods/{vod_id}"), "vod")
        if not vod.get("chaptersPublished"):
            await self._http.put(f"vods/{vod_id}", {"vod": vod | {"chaptersPublished": True}})

    async def _chapters_of(self, vod_id: int) -> set[tuple[str, int]]:
        body = await self._http.get("chapters", [("vod", str(vod_id))])
        rows = [row for row in body.get("chapters") or [] if row.get("vod") == vod_id]
        return {(row.title or "", row.offset_s or 0) for row in _read_all(VodChapter, rows) if not row.is_deleted}

    async def _shows(self, ids: Sequence[int]) -> list[Show]:
        shows = []
        for start in range(0, len(ids), _IDS_A_REQUEST):
            wanted = ids[start : start + _IDS_A_REQUEST]
            rows = await self._rows("shows", "shows", [("ids[]", str(number)) for number in wanted])
            shows += [show for show in _read_all(Show, rows) if show.id in wanted]
        return shows

    async def _rows(self, path: str, root: str, query: Query, most_pages: int = _MOST_PAGES) -> list[Any]:
        """All rows of a paged collection, each once.

        Whether ``offset`` counts pages or rows differs between the vendor's text and the vendor's code. The answer to
        ``offset=1`` tells: if it begins with the second row of the first answer, rows are counted.
        """
        seen: dict[int, Any] = {}
        first: list[Any] = []
        counts_rows = False
        offset = 0
        for page in range(most_pages):
            sized = [*query, ("page_size", str(_PAGE)), ("offset", str(offset))]
            body = await self._http.get(path, sized)
            rows = [row for row in body.get(root) or [] if isinstance(row, dict) and isinstance(row.get("id"), int)]
            new = {row["id"]: row for row in rows if row["id"] not in seen}
            seen |= new
            count = (body.get("meta") or {}).get("count")
            if not new or len(rows) == 0 or (isinstance(count, int) and len(seen) >= count):
                break
            if page == 0:
                first = rows
            elif page == 1:
                counts_rows = len(first) > 1 and rows[0]["id"] == first[1]["id"]
            offset = len(seen) if counts_rows else page + 1
        return list(seen.values())


def open_cablecast(
    base_url: str,
    username: str,
    password: str,
    *,
    verify_tls: bool = True,
    transport: httpx.AsyncBaseTransport | None = None,
    pause: timedelta = timedelta(seconds=1),
    limits: httpx.Timeout = LIMITS,
) -> HttpCablecast:
    """A client for one server; close it with ``aclose``. ``pause`` is the first wait before a repeated GET.

    Raises:
        InvalidInput: the address cannot be that of a server.
    """
    http = CablecastHttp(
        base_url, username, password, verify_tls=verify_tls, transport=transport, pause=pause, limits=limits
    )
    return HttpCablecast(http)


def _under(body: dict[str, Any], root: str) -> dict[str, Any]:
    record = body.get(root)
    if not isinstance(record, dict):
        raise Temporary(f"Cablecast answered without {root!r}, which belongs there.", code="cablecast_not_understood")
    return record


def _read(model: type[_M], record: object) -> _M:
    try:
        return model.model_validate(record)
    except ValidationError as error:
        where = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
        raise Temporary(
            f"Cablecast answered a {model.__name__} that cannot be read ({where}).", code="cablecast_not_understood"
        ) from error


def _read_all(model: type[_M], records: object) -> list[_M]:
    return [_read(model, record) for record in records] if isinstance(records, list) else []
