"""Files sent through the API: opened, filled segment by segment, closed, and moved onto a content drive.

States: 0 error, 1 uploading, 2 uploading complete, 3 post-processing, 4 transferring, 5 finished, 6 timed out.
"""

import os
import shutil
import tempfile
from pathlib import Path

from demo.cablecast.drive import FileSeen, admit
from demo.cablecast.entities import Record
from demo.cablecast.station import Station
from demo.cablecast.station_clock import moment

ERROR, UPLOADING, UPLOADED, POST_PROCESSING, TRANSFERRING, FINISHED, TIMED_OUT = range(7)
_IDLE_LIMIT_S = 4 * 3600


def segment_folder(station: Station, upload_id: int) -> Path:
    """Where the segments of an upload wait."""
    base = station.config.data_dir or Path(tempfile.gettempdir()) / f"cablecast-simulator-{os.getpid()}"
    return base / "uploads" / str(upload_id)


def keep_segment(station: Station, upload: Record, number: int, content: bytes) -> None:
    """Keep one segment; the same number again replaces it."""
    folder = segment_folder(station, upload["id"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{number:06d}").write_bytes(content)
    upload["lastModified"] = station.time_text()
    station.changed = True


def close(station: Station, upload: Record) -> None:
    """The client says that it has sent everything; what is missing or too much makes it an error."""
    parts = sorted(segment_folder(station, upload["id"]).glob("*"))
    size = sum(part.stat().st_size for part in parts)
    fits = len(parts) == upload["totalSegments"] and size == upload["size"]
    _enter(station, upload, UPLOADED if fits else ERROR)
    if not fits:
        station.note("upload_failed", upload=upload["id"], segments=len(parts), bytes=size)


def update(station: Station) -> None:
    """Bring every upload to the state that the clock asks for."""
    for upload in station.rows("fileUploads"):
        elapsed = station.clock.now() - (moment(upload["lastModified"]) or 0.0)
        if upload["state"] == UPLOADING and elapsed >= _IDLE_LIMIT_S:
            _enter(station, upload, TIMED_OUT)
            shutil.rmtree(segment_folder(station, upload["id"]), ignore_errors=True)
        elif UPLOADED <= upload["state"] < FINISHED and elapsed >= station.config.upload_step_s:
            if upload["state"] == TRANSFERRING:
                _transfer(station, upload)
            else:
                _enter(station, upload, upload["state"] + 1)


def _transfer(station: Station, upload: Record) -> None:
    drive = station.config.content_drives[upload["destinationStore"] - 1]
    target = drive / upload["fileName"]
    fresh = target.with_name(f".{upload['fileName']}.upload")
    folder = segment_folder(station, upload["id"])
    with fresh.open("wb") as whole:
        for part in sorted(folder.glob("*")):
            whole.write(part.read_bytes())
    fresh.replace(target)
    shutil.rmtree(folder, ignore_errors=True)
    status = target.stat()
    file = FileSeen(upload["destinationStore"], upload["fileName"], status.st_size, status.st_mtime_ns)
    upload["asset"] = admit(station, file)
    _enter(station, upload, FINISHED)


def _enter(station: Station, upload: Record, state: int) -> None:
    upload["state"], upload["lastModified"] = state, station.time_text()
    station.changed = True
