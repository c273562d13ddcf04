"""What viewers get: the files of a VOD in its folder on the VOD store, and the page that embeds it."""

import re
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from demo.cablecast import hls
from demo.cablecast.entities import Record
from demo.cablecast.envelope import Refusal, shown
from demo.cablecast.found_sidecars import ShownCue
from demo.cablecast.resources import StationHere
from demo.cablecast.station import Station, Transcode
from demo.cablecast.transcoder import VOD_STORE

router = APIRouter(include_in_schema=False)

_PLAYLIST = "application/vnd.apple.mpegurl"
_SEGMENT = re.compile(r"subtitles/(\d+)/captions\.en\.(\d{5})\.vtt")


@router.get(f"/{VOD_STORE}/{{folder}}/{{name:path}}")
async def vod_file(folder: str, name: str, station: StationHere) -> Response:
    """A playlist, a caption segment, the transcript, or the recording itself."""
    vod, job = _published(station, folder)
    if name == "vod.mp4" and job.source and Path(job.source).is_file():
        return FileResponse(job.source, media_type="video/mp4")
    if name == "vod.m3u8":
        return _text(hls.master_playlist(captioned=job.captions is not None), _PLAYLIST)
    if re.fullmatch(r"\d+p\.m3u8", name):
        return _text(hls.variant_playlist(vod["length"]), _PLAYLIST)
    if job.captions is not None:
        return _caption_file(name, vod, job, job.captions)
    raise Refusal(404, "Not found.")


@router.get("/cablecastapi/embed")
async def embed(show_id: int, request: Request, station: StationHere) -> Response:
    """A page with a player for the VOD of a show."""
    for vod in station.rows("vods"):
        if vod["show"] == show_id and vod["isWatchable"]:
            source = shown(station, request, "vods", vod)["url"]
            return HTMLResponse(f'<!doctype html><title>VOD</title><video controls src="{source}"></video>')
    raise Refusal(404, "Not found.")


def _caption_file(name: str, vod: Record, job: Transcode, captions: list[ShownCue]) -> Response:
    if name == "captions.en.m3u8":
        return _text(hls.caption_playlist(job.source_asset, vod["length"]), _PLAYLIST)
    if name == "transcript.en.txt":
        return _text(hls.transcript(captions), "text/plain")
    match = _SEGMENT.fullmatch(name)
    if match and int(match[1]) == job.source_asset and int(match[2]) < hls.segment_count(vod["length"]):
        return _text(hls.caption_segment(captions, int(match[2])), "text/vtt")
    raise Refusal(404, "Not found.")


def _published(station: Station, folder: str) -> tuple[Record, Transcode]:
    """The watchable VOD that lies in this folder."""
    for vod_id, job in station.transcodes.items():
        vod = station.tables["vods"][vod_id]
        if job.folder.lower() == folder and vod["isWatchable"]:
            return vod, job
    raise Refusal(404, "Not found.")


def _text(content: str, media_type: str) -> Response:
    return PlainTextResponse(content, media_type=media_type)
