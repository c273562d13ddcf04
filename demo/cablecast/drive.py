"""The content drives: files become assets, and a name that begins ``<ShowID>-<Reel>`` ties a file to a reel.

A look at the drives is two steps: ``look`` reads the folders (in a thread, it may be slow), ``apply`` changes the
station. A file that still changes stays "processing"; one that has rested is probed and becomes valid or invalid.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from demo.cablecast.entities import Record
from demo.cablecast.found_sidecars import SIDECAR_EXTENSIONS
from demo.cablecast.found_sidecars import read_sidecar as decode_sidecar
from demo.cablecast.media_length import AUDIO_EXTENSIONS, VIDEO_EXTENSIONS, Media, probe
from demo.cablecast.station import Sighting, Station

# "123-5-city-meeting.mpg" is reel 5 of show 123; "10-my-show.mpg" is the only reel of show 10.
_NAME_KEY = re.compile(r"^(?P<show>\d{1,7})-(?:(?P<reel>\d{1,3})(?:-|$))?")
_IMAGES = frozenset([".jpg", ".jpeg", ".png"])
_DOCUMENTS = frozenset([".pdf"])
_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".new")


@dataclass(frozen=True, slots=True)
class FileSeen:
    """One file on a drive at the moment of looking."""

    store: int
    path: str
    """Below the drive, with forward slashes."""
    size: int
    mtime_ns: int

    @property
    def key(self) -> str:
        """What the station calls this place."""
        return f"{self.store}:{self.path}"


def look(drives: tuple[Path, ...]) -> list[FileSeen]:
    """Every file on every drive, hidden and half-copied ones left out."""
    found = []
    for store, drive in enumerate(drives, start=1):
        for path in sorted(drive.rglob("*")):
            relative = path.relative_to(drive)
            if any(part.startswith(".") for part in relative.parts) or path.suffix.lower() in _UNFINISHED:
                continue
            try:
                if path.is_file():
                    status = path.stat()
                    found.append(FileSeen(store, relative.as_posix(), status.st_size, status.st_mtime_ns))
            except FileNotFoundError:  # renamed between listing and looking
                continue
    return found


def path_of(station: Station, key: str) -> Path:
    """Where a file of the station lies on this machine."""
    store, _, relative = key.partition(":")
    return station.config.content_drives[int(store) - 1] / relative


def note_changes(station: Station, files: list[FileSeen]) -> list[str]:
    """Take in what a look has found; answers the files that have rested long enough to be probed."""
    now = station.clock.now()
    for key in station.sightings.keys() - {file.key for file in files}:
        _forget(station, key)
    for file in files:
        _notice(station, file)
    return [
        key
        for key, sighting in station.sightings.items()
        if not sighting.indexed and now - sighting.unchanged_since >= station.config.index_after_s
    ]


def admit(station: Station, file: FileSeen) -> int:
    """Index one file at once, as an upload does; answers its asset."""
    _notice(station, file)
    apply(station, index(station, [file.key]))
    return station.sightings[file.key].asset


def _notice(station: Station, file: FileSeen) -> None:
    sighting = station.sightings.get(file.key)
    if sighting is None:
        asset = _new_asset(station, file)
        station.sightings[file.key] = Sighting(asset["id"], file.size, file.mtime_ns, station.clock.now())
    elif (sighting.size, sighting.mtime_ns) != (file.size, file.mtime_ns):
        sighting.size, sighting.mtime_ns, sighting.unchanged_since = file.size, file.mtime_ns, station.clock.now()
        sighting.indexed, sighting.refusal = False, None
        station.tables["assets"][sighting.asset]["size"] = file.size
        station.changed = True


@dataclass(frozen=True, slots=True)
class Indexed:
    """What probing one file gave."""

    key: str
    media: Media | None
    refusal: str | None


def index(station: Station, keys: list[str]) -> list[Indexed]:
    """Probe these files; slow, touches nothing but the disk."""
    results = []
    for key in keys:
        path = path_of(station, key)
        extension = path.suffix.lower()
        try:
            if extension in VIDEO_EXTENSIONS or extension in AUDIO_EXTENSIONS:
                media = probe(path) or _probe_again(path)
                results.append(Indexed(key, media, None if media else "The file cannot be played."))
            elif extension in SIDECAR_EXTENSIONS:
                results.append(Indexed(key, None, decode_sidecar(path).refusal))
            else:
                results.append(Indexed(key, None, None))
        except (FileNotFoundError, NotADirectoryError, TimeoutError):  # the drive is away: looked at again later
            continue
    return results


def _probe_again(path: Path) -> Media | None:
    """A file cannot be played only if it is there, and cannot be played twice: a drive may go away under a look."""
    path.stat()
    media = probe(path)
    path.stat()
    return media


def apply(station: Station, indexed: list[Indexed]) -> None:
    """Take in what probing gave, and tie files to reels anew."""
    for result in indexed:
        sighting = station.sightings.get(result.key)
        if sighting is None:
            continue
        sighting.indexed, sighting.refusal = True, result.refusal
        sighting.duration_s = result.media.duration_s if result.media else None
        sighting.frame_rate = result.media.frame_rate if result.media else None
        _describe_frames(station, sighting)
        station.changed = True
        if result.refusal:
            station.note("file_refused", file=result.key, reason=result.refusal)
    link(station)


def link(station: Station) -> None:
    """Tie files to reels by ``userFileName`` or by name, and say on each record how it stands."""
    by_name: dict[tuple[int, int], list[str]] = defaultdict(list)
    by_path: dict[str, list[str]] = defaultdict(list)
    captioned = _captioned(station)
    for key, sighting in station.sightings.items():
        asset = station.tables["assets"][sighting.asset]
        asset["reels"], asset["hasCaptions"] = [], key in captioned
        asset["fileStatus"] = _status(sighting)
        if asset["fileType"] not in ("video", "audio"):
            continue
        relative = key.partition(":")[2]
        by_path[relative.casefold()].append(key)
        if match := _NAME_KEY.match(Path(relative).stem):
            by_name[int(match["show"]), int(match["reel"] or 1)].append(key)
    for reel in station.rows("reels"):
        show = station.get("shows", reel["show"])
        named = reel["userFileName"]
        keys = by_path[str(named).casefold()] if named else by_name[reel["show"], reel["reelNumber"]]
        _link_reel(station, reel, keys)
        if show is not None:
            _sum_up(station, show)


def _link_reel(station: Station, reel: Record, keys: list[str]) -> None:
    sightings = [station.sightings[key] for key in keys]
    assets = [station.tables["assets"][sighting.asset] for sighting in sightings]
    if len(sightings) > 1:
        for asset in assets:
            asset["fileStatus"] = "ambiguous"
    chosen = sightings[0] if len(sightings) == 1 and sightings[0].duration_s is not None else None
    before = (reel["playbackAsset"], reel["hasProcessingFile"], reel["hasInvalidFile"], reel["length"])
    reel["hasProcessingFile"] = any(not sighting.indexed for sighting in sightings)
    reel["hasInvalidFile"] = len(sightings) > 1 or any(sighting.refusal for sighting in sightings)
    reel["hasValidFile"] = chosen is not None and chosen.indexed
    reel["playbackAsset"] = chosen.asset if chosen and chosen.indexed else None
    if chosen and chosen.indexed and chosen.duration_s:
        reel["length"] = reel["length"] or round(chosen.duration_s)
        asset = station.tables["assets"][chosen.asset]
        asset["reels"], asset["fileStatus"] = [reel["id"]], "valid"
    if before != (reel["playbackAsset"], reel["hasProcessingFile"], reel["hasInvalidFile"], reel["length"]):
        station.note("reel_linked", show=reel["show"], reel=reel["reelNumber"], files=keys, valid=reel["hasValidFile"])


def _sum_up(station: Station, show: Record) -> None:
    reels = list(station.reels_of(show))
    assets = [station.get("assets", reel["playbackAsset"]) for reel in reels]
    summary = (sum(reel["length"] for reel in reels), any(asset["hasCaptions"] for asset in assets if asset))
    if summary != (show["totalRunTime"], show["hasCaptions"]):
        show["totalRunTime"], show["hasCaptions"] = summary
        station.touch(show)


def _captioned(station: Station) -> set[str]:
    """Recordings with a readable sidecar of exactly the same base name in the same folder."""
    fine = [key for key, sighting in station.sightings.items() if sighting.indexed and sighting.refusal is None]
    bases = {str(PurePosixPath(key).with_suffix("")) for key in fine if _extension(key) in SIDECAR_EXTENSIONS}
    return {key for key in fine if str(PurePosixPath(key).with_suffix("")) in bases}


def _extension(key: str) -> str:
    return PurePosixPath(key).suffix.lower()


def _status(sighting: Sighting) -> str:
    if not sighting.indexed:
        return "processing"
    return "invalid" if sighting.refusal else "unlinked"


def _describe_frames(station: Station, sighting: Sighting) -> None:
    asset = station.tables["assets"][sighting.asset]
    for info in asset["assetInfos"]:
        del station.tables["assetInfos"][info]
    asset["assetInfos"] = []
    if sighting.duration_s and sighting.frame_rate:
        frames = round(sighting.duration_s * sighting.frame_rate)
        info = station.add("assetInfos", {"frameCount": frames, "frameRate": sighting.frame_rate})
        asset["assetInfos"] = [info["id"]]


def _new_asset(station: Station, file: FileSeen) -> Record:
    extension = Path(file.path).suffix.lower()
    kinds = {"video": VIDEO_EXTENSIONS, "audio": AUDIO_EXTENSIONS, "caption": SIDECAR_EXTENSIONS}
    kinds |= {"image": _IMAGES, "document": _DOCUMENTS}
    kind = next((name for name, extensions in kinds.items() if extension in extensions), "unknown")
    facts = {"path": file.path, "extension": extension, "size": file.size, "fileType": kind, "fileStores": [file.store]}
    return station.add("assets", {**facts, "fileStatus": "processing"})


def _forget(station: Station, key: str) -> None:
    sighting = station.sightings.pop(key)
    station.tables["assets"].pop(sighting.asset, None)
    station.note("file_gone", file=key)
