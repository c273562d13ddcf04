"""Stage one: decode a recording's sound into work storage and cut it into slices."""

import asyncio
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.transcriber.deps import TranscriberDeps
from services.transcriber.plan import SliceSpan
from services.transcriber.prepare import Prepared, plan_as_json, prepare
from shared.db.leases import Lease, is_mine, settle
from shared.db.models import Mount, Recording, Slice, Transcription
from shared.errors import Temporary
from shared.jobs.lanes import Lane
from shared.lifecycle import SliceStatus, Stage, TranscriptionStatus, check_step
from shared.storage.files import inside, require_space

log = logging.getLogger(__name__)

_FLAC_BYTES_PER_S = 20_000
"""16 kHz mono FLAC of speech needs about 15 kB a second; a little more is asked for."""
_SPARE_BYTES = 64 * 2**20


async def plan_recording(lease: Lease, deps: TranscriberDeps) -> None:
    """Load the row, decode and listen, write the slices down and ring for them."""
    async with deps.work() as unit:
        if not await is_mine(unit.db, lease):
            return
        row = await unit.db.get_one(Transcription, lease.row_id)
        check_step(TranscriptionStatus(row.status), TranscriptionStatus.PROCESSING)
        row.status = TranscriptionStatus.PROCESSING
        row.started_date = row.started_date or func.now()
        if row.speakers is not None:  # whoever was named stays named, but these captions are a machine's again
            row.speakers = {**row.speakers, "naming": None}
        recording = await unit.db.get_one(Recording, row.recording_id)
        mount = await unit.db.get_one(Mount, recording.mount_id)
        place = place_of(recording, mount)
        language = row.language

    prepared = await prepare_in_thread(place, flac_of(deps.work_root, lease.row_id), language, deps)

    async with deps.work() as unit:
        if not await is_mine(unit.db, lease):
            return
        waiting = await _write_slices(unit.db, lease.row_id, prepared.slices)
        await settle(
            unit.db,
            lease,
            stage=Stage.SLICES if waiting else Stage.FINISH,
            plan=plan_as_json(prepared),
            duration_ms=prepared.heard.duration_ms,
            progress=5,
        )
        if waiting:
            unit.ring(Lane.SLICE, min(waiting, 16))
        else:
            unit.ring(Lane.FINISH)
    log.info(
        "recording_planned",
        extra={"fields": {"slices": len(prepared.slices), "speech_s": prepared.heard.speech_ms // 1000}},
    )


def flac_of(work_root: Path, transcription_id: UUID) -> Path:
    """Where the decoded sound of a transcription lies."""
    return work_root / str(transcription_id) / "audio.flac"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recording lies, as far as the ledger knows."""

    root: Path
    relative: str
    duration_ms: int
    mount_is_down: bool


def place_of(recording: Recording, mount: Mount) -> Place:
    """What is needed to read a recording."""
    return Place(Path(mount.path), recording.relative_path, recording.duration_ms or 0, mount.status == "down")


async def prepare_in_thread(place: Place, flac: Path, language: str, deps: TranscriberDeps) -> Prepared:
    """Decode and listen without blocking the loop; a cancelled task stops the thread too.

    Raises Temporary when the recording is away or work storage is full: both are waited for, however long it takes.
    """
    stop = threading.Event()

    def blocking() -> Prepared:
        require_space(deps.work_root, place.duration_ms * _FLAC_BYTES_PER_S // 1000 + _SPARE_BYTES)
        media = inside(place.root, place.relative)
        if not media.exists():
            raise _away(place)
        return prepare(media, flac, language=language, slices=deps.slices, should_stop=stop.is_set)

    if place.mount_is_down:  # a thread that asks a mount which hangs would never come back
        raise _away(place)

    try:
        return await asyncio.to_thread(blocking)
    finally:
        stop.set()


def _away(place: Place) -> Temporary:
    return Temporary(
        f"{place.relative} is not on its mount now. It is tried again when the mount is back.",
        code="recording_away",
        retry_after_s=30,
        outside=True,
    )


async def _write_slices(db: AsyncSession, transcription_id: UUID, planned: tuple[SliceSpan, ...]) -> int:
    """Keep finished slices of an equal plan (a retry), else start over; returns how many wait for work."""
    rows = (
        await db.scalars(select(Slice).where(Slice.transcription_id == transcription_id).order_by(Slice.number))
    ).all()
    spans = [(span.index, span.start_ms, span.end_ms) for span in planned]
    if [(row.number, row.start_ms, row.end_ms) for row in rows] == spans:
        return sum(row.status != SliceStatus.DONE for row in rows)
    await db.execute(delete(Slice).where(Slice.transcription_id == transcription_id))
    for number, start_ms, end_ms in spans:
        db.add(Slice(transcription_id=transcription_id, number=number, start_ms=start_ms, end_ms=end_ms))
    await db.flush()
    return len(spans)
