"""What the station remembers: its tables, its transcodes, its log; kept in one JSON file so that a restart finds it."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from demo.cablecast.config import SimulatorConfig
from demo.cablecast.entities import Record, blank, known_fields
from demo.cablecast.fault_injection import FaultList, OrderedFault
from demo.cablecast.found_sidecars import ShownCue
from demo.cablecast.station_clock import StationClock, server_time

_STATE_FILE = "station.json"
_EVENTS_KEPT = 2000
_REQUESTS_KEPT = 20_000


@dataclass(slots=True)
class Transcode:
    """What the station knows about a VOD and does not tell: since when it is in its state, and what it was made of."""

    since: float
    folder: str = ""
    version: int = 1
    source: str | None = None
    """Path of the recording on this machine."""
    source_asset: int = 0
    captions: list[ShownCue] | None = None
    """The captions that went into the VOD; None when it has none."""
    sidecar_mark: str | None = None
    """Size and modification time of the sidecar that was read, to notice a later one."""


@dataclass(slots=True)
class Sighting:
    """A file on a drive, as the last look found it."""

    asset: int
    size: int
    mtime_ns: int
    unchanged_since: float
    indexed: bool = False
    duration_s: float | None = None
    frame_rate: float | None = None
    refusal: str | None = None
    """Why the file cannot be used; None when it can, or is not indexed yet."""


@dataclass(slots=True)
class Switches:
    """What can be changed while the station runs."""

    offset_mode: str
    anonymous_cache_s: float
    late_sidecar_appears: bool
    fail_next_transcode: dict[str, str] | None = None


@dataclass(slots=True)
class RequestSeen:
    """One request to the API, for tests that must know what was called and what was not."""

    method: str
    path: str
    """Lower case, without the query."""
    query: str
    authenticated: bool
    status: int | None
    """What was answered; None when the connection was dropped."""
    at: str


@dataclass
class Station:
    """Tables of records by id, and the few things the API does not show."""

    config: SimulatorConfig
    clock: StationClock
    switches: Switches
    tables: dict[str, dict[int, Record]] = field(default_factory=dict)
    next_ids: dict[str, int] = field(default_factory=dict)
    transcodes: dict[int, Transcode] = field(default_factory=dict)
    sightings: dict[str, Sighting] = field(default_factory=dict)
    """By ``<file store>:<path on the drive>``."""
    events: deque[Record] = field(default_factory=lambda: deque(maxlen=_EVENTS_KEPT))
    requests: deque[RequestSeen] = field(default_factory=lambda: deque(maxlen=_REQUESTS_KEPT))
    faults: FaultList = field(default_factory=FaultList)
    changed: bool = False

    def add(self, kind: str, values: Record) -> Record:
        """Store a new record; fields that the model does not have are dropped, as a typed server does."""
        record = blank(kind)
        record |= {name: value for name, value in values.items() if name in known_fields(kind)}
        if not isinstance(record["id"], int):
            record["id"] = self.next_ids.get(kind, 1)
        self.next_ids[kind] = max(self.next_ids.get(kind, 1), record["id"] + 1)
        self.tables.setdefault(kind, {})[record["id"]] = record
        self.changed = True
        return record

    def get(self, kind: str, record_id: object) -> Record | None:
        """The record with this id, or None."""
        return self.tables.get(kind, {}).get(record_id) if isinstance(record_id, int) else None

    def rows(self, kind: str) -> list[Record]:
        """Every record of a table, in the order they came."""
        return list(self.tables.get(kind, {}).values())

    def reels_of(self, show: Record) -> Iterator[Record]:
        """The reels of a show, in order."""
        for reel_id in show["reels"]:
            if reel := self.get("reels", reel_id):
                yield reel

    def time_text(self, at: float | None = None) -> str:
        """A moment (now, if none is given) as the API writes it."""
        return server_time(self.clock.now() if at is None else at, self.config.timezone)

    def touch(self, show: Record) -> None:
        """Note that a show was changed just now."""
        show["lastModified"] = show["modified"] = self.time_text()
        self.changed = True

    def note(self, event: str, **facts: Any) -> None:
        """Write a line into the station's own log."""
        self.events.append({"at": self.time_text(), "event": event, **facts})
        self.changed = True


def open_station(config: SimulatorConfig) -> Station:
    """The station as it was left, or a new one."""
    switches = Switches(str(config.offset_mode), config.anonymous_cache_s, config.late_sidecar_appears)
    remembered = _load(config.data_dir)
    clock = StationClock(speed=config.speed, ahead_s=remembered.get("ahead_s", 0.0))
    station = Station(config, clock, switches)
    for kind, rows in remembered.get("tables", {}).items():
        station.tables[kind] = {row["id"]: row for row in rows}
    station.next_ids = remembered.get("next_ids", {})
    for vod_id, fields in remembered.get("transcodes", {}).items():
        cues = fields.pop("captions")
        shown = None if cues is None else [ShownCue(**cue) for cue in cues]
        station.transcodes[int(vod_id)] = Transcode(**fields, captions=shown)
    station.sightings = {key: Sighting(**fields) for key, fields in remembered.get("sightings", {}).items()}
    station.events.extend(remembered.get("events", []))
    return station


def save_station(station: Station) -> None:
    """Write the station down if it changed since the last time; the file is replaced in one step."""
    if station.config.data_dir is None or not station.changed:
        return
    state = {
        "ahead_s": station.clock.ahead_s,
        "tables": {kind: list(rows.values()) for kind, rows in station.tables.items()},
        "next_ids": station.next_ids,
        "transcodes": {vod_id: asdict(job) for vod_id, job in station.transcodes.items()},
        "sightings": {key: asdict(sighting) for key, sighting in station.sightings.items()},
        "events": list(station.events),
    }
    station.config.data_dir.mkdir(parents=True, exist_ok=True)
    target = station.config.data_dir / _STATE_FILE
    fresh = target.with_suffix(".new")
    fresh.write_text(json.dumps(state), encoding="utf-8")
    fresh.replace(target)
    station.changed = False


def _load(data_dir: Path | None) -> dict[str, Any]:
    if data_dir is None or not (data_dir / _STATE_FILE).is_file():
        return {}
    state: dict[str, Any] = json.loads((data_dir / _STATE_FILE).read_text(encoding="utf-8"))
    return state


__all__ = [
    "OrderedFault",
    "RequestSeen",
    "Sighting",
    "Station",
    "Switches",
    "Transcode",
    "open_station",
    "save_station",
]
