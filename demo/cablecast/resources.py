"""The documented part of ``/cablecastapi/v1``; what is not here answers 404, so that relying on it fails."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from demo.cablecast import advanced_search, drive, hls, segment_uploads, transcoder
from demo.cablecast.entities import Record, known_fields
from demo.cablecast.envelope import Refusal, answer, enveloped, must_exist, shown
from demo.cablecast.queries import COLLECTIONS, included, matching, page_of
from demo.cablecast.station import Station

router = APIRouter(prefix="/cablecastapi/v1", include_in_schema=False)

# Fields that the server alone writes, by table; a PUT cannot change them.
_SERVER_OWNED: dict[str, frozenset[str]] = {
    "shows": frozenset(
        [
            "id",
            "reels",
            "vods",
            "created",
            "modified",
            "lastModified",
            "totalRunTime",
            "hasCaptions",
            "runCount",
            "firstRuns",
        ]
    ),
    "reels": frozenset(
        ["id", "show", "hasValidFile", "hasInvalidFile", "hasProcessingFile", "playbackAsset", "assetReelLinks"]
    ),
    "media": frozenset(["id"]),
    "chapters": frozenset(["id", "vod"]),
    "vods": known_fields("vods") - frozenset(["disabled", "chaptersPublished", "usesAgendaLink"]),
}


def station_of(request: Request) -> Station:
    """The station that this application simulates."""
    station: Station = request.app.state.station
    return station


StationHere = Annotated[Station, Depends(station_of)]


@router.get("/systeminfo")
async def system_info(station: StationHere) -> Response:
    """Version and name of the server; a bare answer, as the real one."""
    return answer(
        {
            "hardwareID": "SIMULATED",
            "cablecastVersion": station.config.version,
            "cablecastFriendlyVersion": f"{station.config.version} (simulator)",
            "siteName": station.config.site_name,
            "databaseBackupsConfigured": False,
            "softwareMetricsConfigured": False,
            "updatesAvailable": False,
            "baseUrlForEmbeds": station.config.public_url,
            "updateInProgress": False,
            "serverUpdateStatuses": [],
            "activeReleaseStatus": None,
            "timestamp": station.time_text(),
        }
    )


@router.get("/systemtime")
async def system_time(station: StationHere) -> Response:
    """The station's clock and time zone; a bare answer."""
    text = station.time_text()
    zone = str(station.config.timezone)
    return answer({"time": text, "timeZone": zone, "gmtOffset": text[-6:], "clientOffset": None, "ianaTimeZone": zone})


@router.get("/usersession")
async def user_session(request: Request, station: StationHere) -> Response:
    """Who asks; a bare answer."""
    known = "authorization" in request.headers
    user = station.config.username if known else None
    return answer({"user": user, "isAdmin": False, "permissions": ["Modify Shows"] if known else []})


@router.post("/shows/search/advanced")
async def search(request: Request, station: StationHere) -> Response:
    """All ids that match; kept only when the search has a name."""
    wanted = await enveloped(request, "savedShowSearch")
    query = wanted.get("query") or {}
    found = {"name": wanted.get("name") or "", "query": query, "results": advanced_search.run(station, query)}
    record = station.add("savedShowSearches", found) if found["name"] else {"id": 0, **found}
    return answer({"savedShowSearch": record})


@router.get("/shows/search/advanced")
async def saved_searches(station: StationHere) -> Response:
    """The searches that have a name; shows come along."""
    return answer({"savedShowSearches": station.rows("savedShowSearches"), "shows": station.rows("shows")})


@router.get("/shows/search/advanced/{search_id}")
async def saved_search(search_id: int, station: StationHere) -> Response:
    """Run a search that was saved."""
    record = must_exist(station, "savedShowSearches", search_id)
    return answer({"savedShowSearch": record | {"results": advanced_search.run(station, record["query"])}})


@router.get("/vods/{vod_id}/chapters")
async def chapter_track(vod_id: int, station: StationHere) -> Response:
    """Published chapters as WebVTT, which is text and not JSON."""
    vod = must_exist(station, "vods", vod_id)
    chapters = (
        [station.get("chapters", chapter_id) for chapter_id in vod["chapters"]] if vod["chaptersPublished"] else []
    )
    seen = [chapter for chapter in chapters if chapter and not (chapter["deleted"] or chapter["quickAdded"])]
    marks = sorted((chapter["offset"], chapter["title"] or "") for chapter in seen)
    return PlainTextResponse(hls.chapter_vtt(marks, vod["length"]), media_type="text/vtt")


@router.get("/vodstatuses/{vod_id}")
async def vod_status(vod_id: int, station: StationHere) -> Response:
    """State and progress alone."""
    vod = must_exist(station, "vods", vod_id)
    status = {name: vod[name] for name in ("id", "vodState", "percentComplete", "errorMessage")}
    return answer({"vodStatus": status})


@router.get("/{name}")
async def read_many(name: str, request: Request, station: StationHere) -> Response:
    """A collection, with what ``include`` asks for beside it."""
    collection = COLLECTIONS.get(name)
    if collection is None:
        raise Refusal(404, "Not found.")
    query = request.query_params
    rows = matching(station, name, query)
    meta: Record | None = None
    if collection.paged:
        rows, meta = page_of(rows, query, station.switches.offset_mode)
    body: Record = {} if meta is None else {"meta": meta}
    body[collection.table] = [shown(station, request, collection.table, row) for row in rows]
    body |= {table: station.rows(table) for table in collection.sideloads}
    return answer(body | _sideloaded(station, request, name, rows))


@router.get("/{name}/{record_id}")
async def read_one(name: str, record_id: int, request: Request, station: StationHere) -> Response:
    """One record; a show comes with an empty ``meta``, as captured from real servers."""
    collection = COLLECTIONS.get(name)
    if collection is None:
        raise Refusal(404, "Not found.")
    record = must_exist(station, collection.table, record_id)
    body: Record = {"meta": None} if name == "shows" else {}
    body[collection.root] = shown(station, request, collection.table, record)
    return answer(body | _sideloaded(station, request, name, [record]))


@router.post("/shows")
async def create_show(request: Request, station: StationHere) -> Response:
    """A show without reels: until media and a reel are added, no file can belong to it."""
    wanted = await enveloped(request, "show")
    must_exist(station, "locations", wanted.get("location"), 400)
    now = station.time_text()
    show = station.add("shows", _writable("shows", wanted) | {"created": now, "modified": now, "lastModified": now})
    return answer({"meta": None, "show": show}, 201)


@router.post("/media")
async def create_media(request: Request, station: StationHere) -> Response:
    """A medium, which every reel needs."""
    media = station.add("media", _writable("media", await enveloped(request, "media")))
    return answer({"media": media}, 201)


@router.post("/reels")
async def create_reel(request: Request, station: StationHere) -> Response:
    """A reel of a show; a file is looked for at once."""
    wanted = await enveloped(request, "reel")
    show = must_exist(station, "shows", wanted.get("show"), 400)
    must_exist(station, "media", wanted.get("media"), 400)
    number = wanted.get("reelNumber") or len(show["reels"]) + 1
    reel = station.add("reels", _writable("reels", wanted) | {"show": show["id"], "reelNumber": number})
    show["reels"].append(reel["id"])
    station.touch(show)
    drive.link(station)
    return answer({"reel": reel}, 201)


@router.post("/vods")
async def create_vod(request: Request, station: StationHere) -> Response:
    """A VOD of a show. A second one is taken too, without a word, and fails later."""
    wanted = await enveloped(request, "vod")
    show = must_exist(station, "shows", wanted.get("show"), 400)
    configuration = must_exist(station, "vodConfigurations", wanted.get("vodConfiguration"), 400)
    if configuration["location"] != show["location"]:
        raise Refusal(400, "The request is invalid.")
    vod = transcoder.create_vod(station, show, configuration)
    return answer({"vod": shown(station, request, "vods", vod)}, 201)


@router.post("/chapters")
async def create_chapter(request: Request, station: StationHere) -> Response:
    """A chapter of a VOD; seen by nobody before the VOD's chapters are published."""
    wanted = await enveloped(request, "chapter")
    vod = must_exist(station, "vods", wanted.get("vod"), 400)
    chapter = station.add("chapters", _writable("chapters", wanted) | {"vod": vod["id"]})
    vod["chapters"].append(chapter["id"])
    return answer({"chapter": chapter}, 201)


@router.post("/fileuploads")
async def open_upload(request: Request, station: StationHere) -> Response:
    """Announce a file for a content drive."""
    wanted = await enveloped(request, "fileUpload")
    must_exist(station, "fileStores", wanted.get("destinationStore"), 400)
    name = str(wanted.get("fileName") or "")
    if not name or "/" in name or "\\" in name or name.startswith("."):
        raise Refusal(400, "The request is invalid.")
    now = station.time_text()
    upload = station.add(
        "fileUploads", {**wanted, "id": None, "state": segment_uploads.UPLOADING, "created": now, "lastModified": now}
    )
    return answer({"fileUpload": upload}, 201)


@router.post("/fileuploads/{upload_id}/upload")
async def take_segment(upload_id: int, request: Request, station: StationHere) -> Response:
    """One segment as a multipart form: ``segment`` is its number from 0, ``file`` its bytes."""
    upload = must_exist(station, "fileUploads", upload_id)
    async with request.form() as form:
        segment, file = form.get("segment"), form.get("file")
        if (
            upload["state"] != segment_uploads.UPLOADING
            or not isinstance(file, UploadFile)
            or not str(segment).isdigit()
        ):
            raise Refusal(400, "The request is invalid.")
        segment_uploads.keep_segment(station, upload, int(str(segment)), await file.read())
    return answer({"fileUpload": upload})


@router.put("/fileuploads/{upload_id}")
async def close_upload(upload_id: int, request: Request, station: StationHere) -> Response:
    """State 2 says that every segment was sent."""
    upload = must_exist(station, "fileUploads", upload_id)
    wanted = await enveloped(request, "fileUpload")
    if upload["state"] == segment_uploads.UPLOADING and wanted.get("state") == segment_uploads.UPLOADED:
        segment_uploads.close(station, upload)
    return answer({"fileUpload": upload})


@router.put("/{name}/{record_id}")
async def update_record(name: str, record_id: int, request: Request, station: StationHere) -> Response:
    """Replace a record. A field that is left out is unset: the strictest reading of an undocumented rule."""
    collection = COLLECTIONS.get(name)
    if collection is None or collection.table not in _SERVER_OWNED:
        raise Refusal(404, "Not found.")
    record = must_exist(station, collection.table, record_id)
    wanted = await enveloped(request, collection.root)
    unset = {field: None for field in record if field not in _SERVER_OWNED[collection.table]}
    unset |= {field: type(record[field])() for field in unset if isinstance(record[field], bool | int | list)}
    record |= unset | _writable(collection.table, wanted)
    if name == "shows":
        station.touch(record)
    if name == "reels":
        drive.link(station)
    station.changed = True
    body: Record = {"meta": None} if name == "shows" else {}
    return answer(body | {collection.root: shown(station, request, collection.table, record)})


@router.delete("/vods/{vod_id}")
async def delete_vod(vod_id: int, station: StationHere) -> Response:
    """Take a VOD away; nothing is answered."""
    transcoder.remove_vod(station, must_exist(station, "vods", vod_id))
    return Response(status_code=204)


def _sideloaded(station: Station, request: Request, name: str, rows: list[Record]) -> Record:
    beside = included(station, name, rows, request.query_params)
    return {table: [shown(station, request, table, record) for record in records] for table, records in beside.items()}


def _writable(table: str, wanted: Record) -> Record:
    fields = known_fields(table) - _SERVER_OWNED[table]
    return {field: value for field, value in wanted.items() if field in fields}
