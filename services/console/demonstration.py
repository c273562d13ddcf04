"""The main job as a person watches it: a recording appears on a drive, and ends as verified captions on a show."""

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from services.console.api_client import ApiClient, Record
from services.console.paths import ROOT
from services.console.progress_display import Teller
from services.console.word_errors import word_error_rate, words
from shared.errors import Unusable

RECORDING = ROOT / "demo" / "recording" / "2101-1-Maplewood City Council (20260914).mp4"
REFERENCE = ROOT / "demo" / "recording" / "reference.txt"
CITY = {"slug": "maplewood", "name": "Maplewood", "title_words": ["Maplewood"]}
COPY_S = 8.0
# A demonstration does not wait for a slow NFS server's attribute cache.
SETTLE_S, SCAN_S = 3.0, 1.0
SEEN_WITHIN_S = 60.0


@dataclass(frozen=True)
class DemonstrationResult:
    """What became of the recording."""

    transcription: Record
    publication: Record
    captions: str
    word_error_rate: float

    @property
    def is_verified(self) -> bool:
        return self.publication["status"] == "published" and self.publication["verified_at"] is not None


async def demonstrate(door: ApiClient, mount: Path, teller: Teller) -> DemonstrationResult:
    """Go the whole way. Raises `Unusable` with a sentence when it ends before a publication."""
    await _watch(door, mount)
    target = mount / RECORDING.name
    if target.exists() and target.stat().st_size == RECORDING.stat().st_size:
        teller.say("The recording is on the drive since an earlier run, and is not worked on again.")
    else:
        await _copy_slowly(RECORDING, target, teller)
    recording = await _until_valid(door, teller)
    transcription = await _follow(door, recording, teller)
    publication = await door.newest("/publications", transcription_id=transcription["id"])
    if publication is None:
        raise Unusable(f"The captions were not published: the transcription is {transcription['status']}.")
    captions = await door.text(f"/transcriptions/{transcription['id']}/captions.txt")
    rate = word_error_rate(REFERENCE.read_text(), captions)
    return DemonstrationResult(transcription, publication, captions, rate)


async def _watch(door: ApiClient, mount: Path) -> None:
    """Make the city and watch the drive, unless an earlier run did."""
    city = await door.first("/cities", slug=str(CITY["slug"])) or await door.create("/cities", CITY)
    if await door.first("/mounts", name="demo") is None:
        times = {"settle_seconds": SETTLE_S, "scan_seconds": SCAN_S}
        await door.create("/mounts", {"name": "demo", "path": str(mount), "city_id": city["id"], **times})


async def _copy_slowly(source: Path, target: Path, teller: Teller) -> None:
    """Write the file bit by bit under its final name, as a recorder does: nobody may take it for complete too soon."""
    content = source.read_bytes()
    steps = 40
    with target.open("wb") as file:
        for step in range(steps):
            first, last = len(content) * step // steps, len(content) * (step + 1) // steps
            file.write(content[first:last])
            file.flush()
            teller.step(f"copying {source.name} slowly onto {target.parent}", (step + 1) / steps)
            await asyncio.sleep(COPY_S / steps)
    os.sync()
    teller.rest()
    teller.say(f"Copied {source.name} ({len(content) / 1e6:.1f} MB) onto {target.parent}")


async def _until_valid(door: ApiClient, teller: Teller) -> Record:
    """Wait while the recording is noticed, watched until it has stopped growing, and looked into."""
    deadline = time.monotonic() + SEEN_WITHIN_S
    while True:
        recording = await door.newest("/recordings", file_name=RECORDING.name)
        status = recording["status"] if recording else "not seen yet"
        if recording and status == "valid":
            teller.rest()
            teller.say(f"The recording is complete and valid: {recording['duration_ms'] / 60_000:.1f} minutes")
            return recording
        if recording and status == "rejected":
            raise Unusable(f"The recording was rejected: {recording['reason']}", code="demo_rejected")
        if time.monotonic() > deadline:
            raise Unusable(f"The recording is still {status} after {SEEN_WITHIN_S:.0f} s.", code="demo_slow")
        teller.step(f"the recording is {status}")
        await asyncio.sleep(0.7)


async def _follow(door: ApiClient, recording: Record, teller: Teller) -> Record:
    """Follow the live progress to its end."""
    deadline = time.monotonic() + SEEN_WITHIN_S
    while (found := await door.newest("/transcriptions", recording_id=recording["id"])) is None:
        if time.monotonic() > deadline:
            raise Unusable("No transcription was made for the recording.", code="demo_slow")
        await asyncio.sleep(0.7)
    last: Record = {}
    async for name, said in door.events(f"/transcriptions/{found['id']}/events"):
        if name == "step":
            continue
        last = said
        teller.step(last["message"], last["progress"] / 100)
    teller.rest()
    if last.get("error_message"):
        teller.say(f"{last['status']}: {last['error_message']}")
    else:
        teller.say(last.get("message", ""))
    transcription = await door.newest("/transcriptions", recording_id=recording["id"])
    return transcription or found


def report(outcome: DemonstrationResult, teller: Teller, output: Path, sidecar: Path, cablecast_url: str) -> None:
    """What a person wants to see at the end; ``cablecast_url`` is where they find the simulated server now."""
    spoken = words(REFERENCE.read_text())
    transcription, publication = outcome.transcription, outcome.publication
    teller.say("")
    teller.say(outcome.captions.strip())
    teller.say("")
    teller.say(f"Word error rate against the script ({len(spoken)} words): {outcome.word_error_rate:.1%}")
    if transcription["quality_score"] is not None:
        teller.say(f"Quality score: {transcription['quality_score']:.2f}")
    teller.say(f"Publication: {publication['status']}, show {publication['show_id']}, VOD {publication['vod_id']}")
    evidence = publication["evidence"] or {}
    if evidence.get("reason"):
        teller.say(f"  {evidence['reason']}")
    if evidence.get("captions_url"):
        teller.say(f"  {_as_seen_from(cablecast_url, evidence['captions_url'])}")
    directory = transcription["output_directory"]
    if directory:
        folder = output / directory
        teller.say(f"Files in {folder}:")
        for path in sorted(folder.iterdir()):
            if not path.name.startswith("."):
                teller.say(f"  {path.name}")
    teller.say(f"Sidecar: {sidecar}")


def _as_seen_from(server: str, url: str) -> str:
    """The published file at the address that the server has now: an earlier run may have had another port, and
    containers know each other by names that their host does not."""
    there, here = urlsplit(url), urlsplit(server or url)
    return urlunsplit((here.scheme, here.netloc, there.path, there.query, ""))
