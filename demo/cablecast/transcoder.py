"""What becomes of a VOD: waiting, queued, processing, partial, complete; or an error that says why.

The states follow from the station's clock, so they are brought up to date whenever somebody looks. Nothing is really
encoded: the VOD is the recording itself. Its captions are real: they are decoded from the sidecar when the transcode
begins, and a sidecar that does not decode gives none.
"""

import re
from pathlib import Path

from demo.cablecast.drive import path_of
from demo.cablecast.entities import Record
from demo.cablecast.found_sidecars import find_sidecar, mark_of
from demo.cablecast.found_sidecars import read_sidecar as decode_sidecar
from demo.cablecast.station import Station, Transcode

VOD_STORE = "store-12"
# The top variant is the first to be ready; from then on the VOD can be watched.
_FIRST_VARIANT = 0.25
_SECOND_VOD = "A VOD of this show exists already."


def create_vod(station: Station, show: Record, configuration: Record) -> Record:
    """A new VOD of a show; the station takes a second one too, and then fails it."""
    vod = station.add("vods", {"show": show["id"], "vodConfiguration": configuration["id"], "vodState": "waiting"})
    vod["vodStatus"] = vod["id"]
    station.transcodes[vod["id"]] = Transcode(since=station.clock.now())
    show["vods"].append(vod["id"])
    station.touch(show)
    update(station)
    return vod


def remove_vod(station: Station, vod: Record) -> None:
    """Take a VOD away, with its transcode and chapters."""
    del station.tables["vods"][vod["id"]]
    station.transcodes.pop(vod["id"], None)
    for chapter_id in vod["chapters"]:
        station.tables.get("chapters", {}).pop(chapter_id, None)
    if show := station.get("shows", vod["show"]):
        show["vods"].remove(vod["id"])
        station.touch(show)


def transcode_again(station: Station, vod: Record) -> None:
    """What the button in the station's own pages does: everything anew, in a folder with the next number."""
    job = station.transcodes[vod["id"]]
    station.transcodes[vod["id"]] = Transcode(since=station.clock.now(), version=job.version + 1)
    vod |= {"percentComplete": 0.0, "isWatchable": False, "errorMessage": None, "asset": None}
    _enter(station, vod, "waiting", station.clock.now())
    update(station)


def fail(station: Station, vod: Record, state: str, message: str) -> None:
    """Let a VOD end in ``error`` or ``permanentFailure``."""
    vod["errorMessage"] = message
    _enter(station, vod, state, station.clock.now())


def update(station: Station) -> None:
    """Bring every VOD to the state that the clock asks for."""
    for vod in station.rows("vods"):
        while _step(station, vod):
            pass
        if vod["vodState"] == "complete" and station.switches.late_sidecar_appears:
            _read_sidecar_again(station, vod)


def _step(station: Station, vod: Record) -> bool:
    """Go one state further if it is time; answers whether anything happened."""
    job = station.transcodes[vod["id"]]
    elapsed = station.clock.now() - job.since
    match vod["vodState"]:
        case "waiting":
            reel = _ready_reel(station, vod)
            if reel is not None:
                vod["length"] = reel["length"]
                return _enter(station, vod, "queued", station.clock.now())
        case "queued" if elapsed >= station.config.queue_s:
            return _begin(station, vod, job.since + station.config.queue_s)
        case "processing" | "partial" as state:
            share = min(1.0, elapsed / max(1.0, vod["length"] * station.config.transcode_ratio))
            if share != vod["percentComplete"]:
                vod["percentComplete"], station.changed = share, True
            if share >= 1.0:
                return _finish(station, vod)
            if state == "processing" and share >= _FIRST_VARIANT:
                vod["isWatchable"] = True
                return _enter(station, vod, "partial", job.since)
    return False


def _begin(station: Station, vod: Record, at: float) -> bool:
    show = station.get("shows", vod["show"])
    reel = _ready_reel(station, vod)
    if show is None or reel is None:
        return _enter(station, vod, "waiting", at)
    if show["vods"][0] != vod["id"]:
        vod["errorMessage"] = _SECOND_VOD
        return _enter(station, vod, "error", at)
    if ordered := station.switches.fail_next_transcode:
        station.switches.fail_next_transcode = None
        vod["errorMessage"] = ordered["message"]
        return _enter(station, vod, ordered["state"], at)
    job = station.transcodes[vod["id"]]
    job.folder = _folder(show, job.version)
    source = _source(station, reel)
    job.source, job.source_asset = str(source) if source else None, reel["playbackAsset"]
    _take_captions(station, vod, job)
    vod["url"] = vod["localUrl"] = f"/{VOD_STORE}/{job.folder}/vod.mp4"
    return _enter(station, vod, "processing", at)


def _finish(station: Station, vod: Record) -> bool:
    path = f"{station.transcodes[vod['id']].folder}/vod.m3u8"
    asset = station.add("assets", {"path": path, "extension": ".m3u8", "fileType": "hlsmanifest", "vods": [vod["id"]]})
    asset |= {"fileStatus": "valid", "hasCaptions": station.transcodes[vod["id"]].captions is not None}
    vod |= {"asset": asset["id"], "isWatchable": True, "percentComplete": 1.0}
    return _enter(station, vod, "complete", station.clock.now())


def _enter(station: Station, vod: Record, state: str, at: float) -> bool:
    vod["vodState"] = state
    station.transcodes[vod["id"]].since = at
    station.note("vod_state", vod=vod["id"], show=vod["show"], state=state, message=vod["errorMessage"])
    return True


def _take_captions(station: Station, vod: Record, job: Transcode) -> None:
    sidecar = find_sidecar(Path(job.source)) if job.source else None
    job.captions, job.sidecar_mark = None, mark_of(sidecar) if sidecar else None
    if sidecar is None:
        return
    reading = decode_sidecar(sidecar)
    if reading.refusal:
        station.note("sidecar_refused", vod=vod["id"], file=sidecar.name, reason=reading.refusal)
        return
    job.captions = list(reading.cues)
    station.note("sidecar_read", vod=vod["id"], file=sidecar.name, cues=len(reading.cues))


def _read_sidecar_again(station: Station, vod: Record) -> None:
    job = station.transcodes[vod["id"]]
    sidecar = find_sidecar(Path(job.source)) if job.source else None
    if sidecar is not None and mark_of(sidecar) != job.sidecar_mark:
        _take_captions(station, vod, job)


def _ready_reel(station: Station, vod: Record) -> Record | None:
    """The first reel, if it has a valid file and a length."""
    show = station.get("shows", vod["show"])
    reels = list(station.reels_of(show)) if show else []
    return reels[0] if reels and reels[0]["hasValidFile"] and reels[0]["length"] else None


def _source(station: Station, reel: Record) -> Path | None:
    for key, sighting in station.sightings.items():
        if sighting.asset == reel["playbackAsset"]:
            return path_of(station, key)
    return None


def _folder(show: Record, version: int) -> str:
    slug = re.sub(r"[^A-Za-z0-9]+", "-", show["title"] or "").strip("-")
    return f"{show['id']}-{slug}-v{version}"
