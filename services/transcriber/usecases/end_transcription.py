"""How a transcription ends when its work cannot succeed: the reason stands in one place, finished slices are kept."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.transcriber.composing.compose import NOT_WRITABLE
from services.transcriber.parts.slice_progress import count_in
from services.transcriber.parts.try_copy import lock_places_of, try_copy
from shared import metrics
from shared.db import clock
from shared.db.caption_history import unwritten_edit
from shared.db.content_at_place import CHANGED
from shared.db.event_log import tell
from shared.db.leases import Lease, is_mine, settle
from shared.db.locks import lock_transcription
from shared.db.models import Slice, Transcription
from shared.db.standing import return_to_standing
from shared.errors import ArchivistError, Temporary
from shared.event_kinds import Happened
from shared.lifecycle import SliceStatus, Stage, TranscriptionStatus
from shared.speaker_cast import Speakers


async def end_transcription(db: AsyncSession, lease: Lease, error: ArchivistError) -> None:
    """Planning or finishing failed; a retry of finished captions that fails leaves those as they were.

    Captions that were only to be written again with a speaker's name are there already, and stay what they were. Files
    that people are owed stay owed, unless no try could ever write them.
    """
    await lock_places_of(db, lease.row_id)
    row = await db.get_one(Transcription, lease.row_id, with_for_update={"key_share": True})
    if row.status == TranscriptionStatus.COMPLETED:  # its files could not be linked, and it stays what it is
        is_due = not await _is_answered(db, lease.row_id, error)
        pause = timedelta() if error.code == NOT_WRITABLE else _AGAIN if isinstance(error, Temporary) else _RARELY
        told = {"error_code": error.code, "error_message": error.message}
        await settle(db, lease, links_due=is_due, ready_at=clock.now() + pause, **told)
        return
    naming = Speakers.model_validate(row.speakers or {}).naming
    if naming is not None:
        speakers = {**(row.speakers or {}), "naming": None}
        ending: dict[str, Any] = {
            "status": TranscriptionStatus(naming.status),
            "stage": Stage.DONE,
            "speakers": speakers,
        }
    else:
        ending = {"status": TranscriptionStatus.FAILED, "completed_date": clock.now()}
    if naming is None and await is_mine(db, lease) and await return_to_standing(db, row):
        row.error_code, row.error_message = error.code, error.message
        _tell(db, lease.row_id, error)
        return
    ended = await settle(db, lease, error_code=error.code, error_message=error.message, **ending)
    if ended and naming is None:
        _tell(db, lease.row_id, error)
        await try_copy(db, row, error)


_AGAIN, _RARELY = timedelta(minutes=15), timedelta(hours=6)
"""Files that are owed are tried again for ever; the second pause is for what looks like no passing trouble."""


async def _is_answered(db: AsyncSession, transcription_id: UUID, error: ArchivistError) -> bool:
    """Whether no try will ever give people the files: the recording is something else now, or nobody can write what
    the newest edit says. A later edit is owed its own try."""
    if error.code == CHANGED.code:
        return True
    if error.code != NOT_WRITABLE:
        return False
    unwritten = await unwritten_edit(db, transcription_id)
    return unwritten is None or unwritten.number == error.facts.get("version")


async def end_slice(db: AsyncSession, lease: Lease, error: ArchivistError) -> None:
    """A slice failed for good, and with it the transcription; a retry does only what is missing.

    A slice that was only to be decoded again has its first result, which is then the best there is.
    """
    piece = await db.get_one(Slice, lease.row_id)
    await lock_places_of(db, piece.transcription_id)
    await lock_transcription(db, piece.transcription_id)
    if piece.first_decode is not None:
        first = {**piece.first_decode, "failed": error.message}
        if await settle(db, lease, status=SliceStatus.DONE, first_decode=first, finished_at=clock.now()):
            await count_in(db, piece.transcription_id)  # the sweep wakes up the final stage
        return
    if not await settle(db, lease, status=SliceStatus.FAILED, error_code=error.code, error_message=error.message):
        return
    facts: dict[str, Any] = {"number": piece.number, "code": error.code, "reason": error.message}
    tell(db, Happened.SLICE_FAILED, piece.id, by="transcriber", transcription_id=piece.transcription_id, **facts)
    row = await db.get_one(Transcription, piece.transcription_id)
    if row.status == TranscriptionStatus.PROCESSING:
        if not await return_to_standing(db, row):
            row.status, row.completed_date = TranscriptionStatus.FAILED, clock.now()
            await try_copy(db, row, error)
        row.error_code = error.code
        row.error_message = f"Slice {piece.number + 1}: {error.message}"
        _tell(db, row.id, error)


def _tell(db: AsyncSession, transcription_id: object, error: ArchivistError) -> None:
    metrics.TRANSCRIPTIONS.labels("failed").inc()
    tell(db, Happened.TRANSCRIPTION_FAILED, transcription_id, by="transcriber", code=error.code, reason=error.message)
