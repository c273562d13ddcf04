"""How a transcription ends when its work cannot succeed: the reason stands in one place, finished slices are kept."""

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from services.transcriber.usecases.transcribe_slice import lock_transcription
from shared import metrics
from shared.db.audit import note
from shared.db.leases import Lease, settle
from shared.db.models import Slice, Transcription
from shared.errors import ArchivistError
from shared.lifecycle import SliceStatus, TranscriptionStatus


async def end_transcription(db: AsyncSession, lease: Lease, error: ArchivistError) -> None:
    """Planning or finishing failed."""
    ended = await settle(
        db,
        lease,
        status=TranscriptionStatus.FAILED,
        completed_date=func.now(),
        error_code=error.code,
        error_message=error.message,
    )
    if ended:
        _note(db, lease.row_id, error)


async def end_slice(db: AsyncSession, lease: Lease, error: ArchivistError) -> None:
    """A slice failed for good, and with it the transcription; a retry does only what is missing."""
    piece = await db.get_one(Slice, lease.row_id)
    await lock_transcription(db, piece.transcription_id)
    if not await settle(db, lease, status=SliceStatus.FAILED, error_code=error.code, error_message=error.message):
        return
    row = await db.get_one(Transcription, piece.transcription_id)
    if row.status == TranscriptionStatus.PROCESSING:
        row.status, row.completed_date = TranscriptionStatus.FAILED, func.now()
        row.error_code = error.code
        row.error_message = f"Slice {piece.number + 1}: {error.message}"
        _note(db, row.id, error)


def _note(db: AsyncSession, transcription_id: object, error: ArchivistError) -> None:
    metrics.TRANSCRIPTIONS.labels("failed").inc()
    note(db, "transcriber", "transcription.failed", "transcription", transcription_id, code=error.code)
