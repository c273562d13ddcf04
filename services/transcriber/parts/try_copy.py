"""A recording that could not be read where it lies is read where a copy of it lies; each place is tried once."""

from pathlib import Path
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.event_log import tell
from shared.db.locks import lock_places
from shared.db.models import Mount, Recording, Transcription
from shared.errors import ArchivistError
from shared.event_kinds import Happened
from shared.lifecycle import RecordingStatus

_OF_THE_PLACE = frozenset(
    {"audio_undecodable", "media_empty", "media_stalled", "media_unreadable", "no_audio", "worker_died"}
)
"""What a drive can do to a recording that was whole when it was accepted. Other failures would be the copy's too."""


async def lock_places_of(db: AsyncSession, transcription_id: UUID) -> None:
    """The recording with its copies, before its transcription: for whoever may hand the work to one of them."""
    recording_id = await db.scalar(select(Transcription.recording_id).where(Transcription.id == transcription_id))
    await lock_places(db, [recording_id] if recording_id else [])


async def try_copy(db: AsyncSession, failed: Transcription, error: ArchivistError) -> bool:
    """Make a copy the original and want its captions; False where none is left that was not tried.

    The caller holds ``lock_places_of``. The sweep finds the new row.
    """
    if error.code not in _OF_THE_PLACE:
        return False
    was_tried = exists().where(Transcription.recording_id == Recording.id)
    found = await db.execute(
        select(Recording, Mount.path)
        .join(Mount, Mount.id == Recording.mount_id)
        .where(
            Recording.duplicate_of == failed.recording_id,
            Recording.content == failed.content,
            Recording.status == RecordingStatus.VALID,
            Recording.present,
            Mount.status != "down",
            ~was_tried,
        )
        .order_by(Recording.created_at, Recording.id)
        .limit(1)
    )
    for copy, root in found.all():
        others = (Recording.duplicate_of == failed.recording_id) | (Recording.id == failed.recording_id)
        await db.execute(update(Recording).where(others, Recording.id != copy.id).values(duplicate_of=copy.id))
        copy.duplicate_of = None
        db.add(
            Transcription(
                recording_id=copy.id,
                content=copy.content,
                filename=copy.file_name,
                file_path=str(Path(root, copy.relative_path)),
                file_size=copy.size_bytes,
                settings={key: value for key, value in failed.settings.items() if key != "language"},
                language=failed.settings.get("language", failed.language),
                **{name: getattr(failed, name) for name in _SAME},
            )
        )
        tell(db, Happened.RECORDING_COPY_TRIED, copy.id, by="transcriber", instead_of=str(failed.recording_id))
        return True
    return False


_SAME = (
    "user_id", "city_id", "model", "include_summary", "output_format", "priority", "recorded_at", "duration",
    "duration_ms",
)  # fmt: skip
