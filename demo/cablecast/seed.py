"""What the station begins with: locations, channels, projects and shows from a JSON file or the command line."""

from datetime import datetime
from typing import Any

from demo.cablecast.entities import Record
from demo.cablecast.station import Station
from demo.cablecast.station_clock import server_time

_TABLES = ("categories", "producers", "projects", "channels", "dispositions", "showFields", "scheduleItems")
_DIGITAL_FILE = 4


def plant(station: Station, seed: dict[str, Any] | None) -> None:
    """Add what is not there yet; a record with an id that is taken is left as it is."""
    _found_station(station)
    for kind in _TABLES:
        for values in (seed or {}).get(kind, []):
            if station.get(kind, values.get("id")) is None:
                station.add(kind, {"location": 1, "primaryLocation": 1, **values})
    for values in (seed or {}).get("shows", []):
        if station.get("shows", values.get("id")) is None:
            plant_show(station, values)


def plant_show(station: Station, values: Record) -> Record:
    """A show as the station's own pages make it, with media and reels; ``reels`` says how many, ``channel`` where."""
    reels, channel = values.get("reels", 1), values.get("channel")
    now = station.time_text()
    fields = {name: value for name, value in values.items() if name not in ("reels", "vods", "channel")}
    fields["eventDate"] = _event_date(station, values.get("eventDate"))
    defaults = {"location": 1, "cgTitle": values.get("title"), "created": now, "modified": now, "lastModified": now}
    show = station.add("shows", defaults | fields)
    for number in range(1, reels + 1):
        media = station.add("media", {"location": 1, "format": 1, "creationDate": now, "mediaName": show["title"]})
        reel = station.add("reels", {"media": media["id"], "show": show["id"], "reelNumber": number})
        show["reels"].append(reel["id"])
    if channel is not None:
        if station.get("channels", channel) is None:
            station.add("channels", {"id": channel, "name": f"Channel {channel}", "primaryLocation": 1})
        run = {"channel": channel, "show": show["id"], "runDateTime": show["eventDate"]}
        show["firstRuns"].append(station.add("scheduleItems", run)["id"])
        show["runCount"] = 1
    return show


def show_from_text(text: str) -> Record:
    """``ID:TITLE:DATE:CHANNEL`` of the command line; a title may have colons of its own."""
    try:
        show_id, rest = text.split(":", 1)
        title, date, channel = rest.rsplit(":", 2)
        datetime.fromisoformat(date)
        return {"id": int(show_id), "title": title, "eventDate": date, "channel": int(channel)}
    except ValueError as error:
        raise ValueError(f"{text!r} is not ID:TITLE:DATE:CHANNEL, such as 2101:City Council:2026-09-14:5") from error


def _found_station(station: Station) -> None:
    """What every station has: one location, one way to make VODs, a format for files, a file store for each drive."""
    if station.get("locations", 1) is None:
        station.add("locations", {"id": 1, "name": "Head End", "vodConfigurations": [1]})
        station.add("formats", {"id": 1, "primitiveFormat": _DIGITAL_FILE, "name": "Digital File", "location": 1})
        station.add("vodConfigurations", {"id": 1, "location": 1, "providerName": "TRMS", "maximumResolution": 1080})
    for number in range(1, len(station.config.content_drives) + 1):
        if station.get("fileStores", number) is None:
            station.add("fileStores", {"id": number})


def _event_date(station: Station, text: object) -> str | None:
    """A bare date means local midnight, which is how many stations enter it."""
    if not isinstance(text, str):
        return None
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=station.config.timezone)
    return server_time(parsed.timestamp(), station.config.timezone)
