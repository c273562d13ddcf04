"""What a person may do with a transcription: cancel, try again, move in the queue, approve after review."""

from uuid import UUID

from sqlalchemy import func, literal, or_, update
from sqlalchemy.exc import IntegrityError

from services.api.queries import transcription_or_404
from services.api.tokens import Principal
from shared.db.audit import note
from shared.db.locks import lock_recording_of
from shared.db.models import Slice, Transcription
from shared.db.publications import want_publication
from shared.db.session import Work
from shared.errors import Conflict
from shared.jobs.lanes import Lane
from shared.lifecycle import SliceStatus, Stage, TranscriptionStatus, check_step
from shared.speakers import Speakers


async def cancel_transcription(transcription_id: UUID, who: Principal, *, work: Work) -> Transcription:
    """Stop it; a worker in the middle of a slice notices within five seconds.

    Captions that were only to be written again with a speaker's name are there already, and stay what they were.
    """
    async with work() as unit:
        row = await transcription_or_404(unit.db, transcription_id, locked=True)
        naming = Speakers.model_validate(row.speakers or {}).naming
        if naming is not None and row.status == TranscriptionStatus.PROCESSING and row.stage == Stage.FINISH:
            row.status, row.stage = TranscriptionStatus(naming.status), Stage.DONE
            row.speakers = {**(row.speakers or {}), "naming": None}
            row.lease_token = row.lease_owner = row.lease_expires_at = None
            note(unit.db, who.name, "transcription.cancelled", "transcription", row.id)
        elif row.status != TranscriptionStatus.CANCELLED:
            check_step(TranscriptionStatus(row.status), TranscriptionStatus.CANCELLED)
            row.status = TranscriptionStatus.CANCELLED
            note(unit.db, who.name, "transcription.cancelled", "transcription", row.id)
        return row


async def retry_transcription(
    transcription_id: UUID, who: Principal, *, from_scratch: bool, work: Work
) -> Transcription:
    """Put it back into the queue. Finished slices are kept unless ``from_scratch``."""
    try:
        async with work() as unit:
            row = await transcription_or_404(unit.db, transcription_id, locked=True)
            if row.status in (TranscriptionStatus.PENDING, TranscriptionStatus.PROCESSING):
                raise Conflict("It is being worked on already.", code="already_active")
            check_step(TranscriptionStatus(row.status), TranscriptionStatus.PENDING)
            row.status, row.stage, row.progress = TranscriptionStatus.PENDING, Stage.PLAN, 0
            row.attempt, row.ready_at = 0, func.now()
            row.lease_token = row.lease_owner = row.lease_expires_at = None
            # Slices that the quality gate had sent back are still to be decoded carefully.
            row.second_decode = row.second_decode and not from_scratch
            row.error_code = row.error_message = row.completed_date = None
            await unit.db.execute(
                update(Slice)
                .where(Slice.transcription_id == row.id, or_(literal(from_scratch), Slice.status != SliceStatus.DONE))
                .values(
                    status=SliceStatus.PENDING,
                    result=None,
                    first_decode=None if from_scratch else Slice.first_decode,
                    attempt=0,
                    ready_at=func.now(),
                    progress_ms=0,
                    lease_token=None,
                    lease_owner=None,
                    lease_expires_at=None,
                )
                .execution_options(synchronize_session=False)
            )
            note(unit.db, who.name, "transcription.retried", "transcription", row.id, from_scratch=from_scratch)
            unit.ring(Lane.PLAN)
            await unit.db.flush()
            await unit.db.refresh(row)
            return row
    except IntegrityError as error:
        raise Conflict("Another transcription of this recording is under way.", code="already_active") from error


async def set_priority(transcription_id: UUID, priority: int, who: Principal, *, work: Work) -> Transcription:
    """Takes effect with the next slice a worker claims."""
    async with work() as unit:
        row = await transcription_or_404(unit.db, transcription_id, locked=True)
        row.priority = priority
        note(unit.db, who.name, "transcription.prioritised", "transcription", row.id, priority=priority)
        return row


async def approve_transcription(transcription_id: UUID, who: Principal, *, work: Work) -> Transcription:
    """A person has looked and finds the captions good enough: they go the way of captions that passed."""
    async with work() as unit:
        await lock_recording_of(unit.db, transcription_id)
        row = await transcription_or_404(unit.db, transcription_id, locked=True)
        if row.status != TranscriptionStatus.NEEDS_REVIEW:
            raise Conflict(f"Only a transcription that needs review can be approved; this one is {row.status}.")
        row.status, row.completed_date = TranscriptionStatus.COMPLETED, func.now()
        note(unit.db, who.name, "transcription.approved", "transcription", row.id, score=row.quality_score)
        if await want_publication(unit.db, row):
            unit.ring(Lane.PUBLISH)
        await unit.db.flush()
        await unit.db.refresh(row)
        return row
