"""The decoded sound of a recording in work storage: where it lies, where it is read from, and decoding it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.transcriber.decoding.prepare import Prepared, prepare
from services.transcriber.deps import TranscriberDeps
from services.transcriber.hearing.audio import DecodeLimits
from services.transcriber.hearing.proof import decode_proven
from services.transcriber.stages import Result, ShouldStop, in_thread
from shared.db.content_at_place import accepted_stamp, telling_doubt
from shared.db.models import Mount, Recording
from shared.errors import Temporary
from shared.lifecycle import RecordingStatus
from shared.media.identity import Stamp
from shared.storage.content import require_same
from shared.storage.files import inside, require_space

_FLAC_BYTES_PER_S = 20_000
"""16 kHz mono FLAC of speech needs about 15 kB a second; a little more is asked for."""
_SPARE_BYTES = 64 * 2**20


def flac_of(work_root: Path, transcription_id: UUID) -> Path:
    """Where the decoded sound of a transcription lies."""
    return work_root / str(transcription_id) / "audio.flac"


@dataclass(frozen=True, slots=True)
class ReadablePlace:
    """Where a recording can be read, as far as the ledger knows."""

    root: Path
    relative: str
    duration_ms: int
    mount_is_down: bool
    recording_id: UUID
    accepted: Stamp | None
    """How the file looked when its content was accepted."""


async def place_of(db: AsyncSession, recording: Recording) -> ReadablePlace:
    """Its own place; while that is away, another one of the same content, if there is one."""
    mount = await db.get_one(Mount, recording.mount_id)
    if mount.status == "down" or not recording.present:
        found = await db.execute(
            select(Recording, Mount)
            .join(Mount, Mount.id == Recording.mount_id)
            .where(
                Recording.duplicate_of == recording.id,
                Recording.content == recording.content,
                Recording.status == RecordingStatus.VALID,
                Recording.present,
                Mount.status != "down",
            )
            .order_by(Recording.created_at, Recording.id)
            .limit(1)
        )
        for row in found.all():
            recording, mount = row
    return ReadablePlace(
        Path(mount.path),
        recording.relative_path,
        recording.duration_ms or 0,
        mount.status == "down",
        recording.id,
        accepted_stamp(recording, mount),
    )


async def prepare_in_thread(
    place: ReadablePlace, flac: Path, language: str, deps: TranscriberDeps, *, refused_above_s: int | None = None
) -> Prepared:
    """Decode and listen without blocking the loop; a cancelled task stops the thread too.

    Raises Temporary when the recording is away or work storage is full: both are waited for, however long it takes.
    """

    limits = DecodeLimits(refused_above_s=refused_above_s)

    def blocking(media: Path, should_stop: ShouldStop) -> Prepared:
        return prepare(media, flac, language=language, slices=deps.slices, limits=limits, should_stop=should_stop)

    return await _in_thread(blocking, place, deps)


async def decode_in_thread(place: ReadablePlace, flac: Path, language: str, deps: TranscriberDeps) -> None:
    """As :func:`prepare_in_thread`, for a recording that is planned already: only its sound is missing here."""

    def blocking(media: Path, should_stop: ShouldStop) -> None:
        decode_proven(media, flac, language=language, should_stop=should_stop)

    await _in_thread(blocking, place, deps)


async def _in_thread(work: Callable[[Path, ShouldStop], Result], place: ReadablePlace, deps: TranscriberDeps) -> Result:
    def blocking(should_stop: ShouldStop) -> Result:
        require_space(deps.work_root, place.duration_ms * _FLAC_BYTES_PER_S // 1000 + _SPARE_BYTES)
        media = inside(place.root, place.relative)
        if not media.exists():
            raise _away(place)
        require_same(media, place.accepted)
        result = work(media, should_stop)
        require_same(media, place.accepted)  # what was read may have been the beginning of one and the end of another
        return result

    if place.mount_is_down:  # a thread that asks a mount which hangs would never come back
        raise _away(place)

    async with telling_doubt(deps.work, place.recording_id):
        return await in_thread(blocking)


def _away(place: ReadablePlace) -> Temporary:
    return Temporary(
        f"{place.relative} is not on its mount now. It is tried again when the mount is back.",
        code="recording_away",
        retry_after_s=30,
        outside=True,
    )
