"""Looking at the content drives, now and again, without holding up anybody's request."""

import asyncio

from demo.cablecast import drive, segment_uploads, transcoder
from demo.cablecast.station import Station, save_station


async def scan(station: Station) -> None:
    """One look: take in what changed, probe what has rested, tie files to reels, move VODs on."""
    files = await asyncio.to_thread(drive.look, station.config.content_drives)
    ready = drive.note_changes(station, files)
    drive.apply(station, await asyncio.to_thread(drive.index, station, ready))
    transcoder.update(station)
    segment_uploads.update(station)
    save_station(station)


async def keep_scanning(station: Station) -> None:
    """Look again and again until cancelled."""
    while True:
        try:
            await scan(station)
        except OSError as error:  # a drive may go away for a while
            station.note("drive_unreadable", reason=str(error))
        await asyncio.sleep(station.config.scan_every_s)
