"""What a person may do with a transcription: cancel, try again, move in the queue, approve after review."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from services.api.list_queries import WITHOUT_REPORTS, transcription_or_404
from services.api.session_tokens import Principal
from shared.db import clock
from shared.db.caption_history import make_current, newest_version_id
from shared.db.content_at_place import require_same_content
from shared.db.content_return import start_over
from shared.db.event_log import tell
from shared.db.locks import lock_recording_of
from shared.db.models import Transcription
from shared.db.publishing_decision import want_publication
from shared.db.session import Work
from shared.db.standing import forget_standing, keep_standing, return_to_standing
from shared.errors import Conflict
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.lifecycle import Stage, TranscriptionStatus, check_step
from shared.rules.policy import PublishPolicy
from shared.speaker_cast import Speakers

_OF_A_RETRY = (
    TranscriptionStatus.PENDING,
    TranscriptionStatus.PROCESSING,
    TranscriptionStatus.NEEDS_REVIEW,
    TranscriptionStatus.FAILED,
)
"""How a retry may stand whose captions have not taken the place of those before."""


async def cancel_transcription(transcription_id: UUID, who: Principal, *, work: Work) -> Transcription:
    """Stop it; a worker in the middle of a slice notices within five seconds.

    Captions that were only to be written again with a speaker's name, or finished captions that were only tried again,
    are there already, and stay what they were; also when the retry's own captions wait for a review, or failed.
    """
    async with work() as unit:
        row = await transcription_or_404(unit.db, transcription_id, locked=True)
        naming = Speakers.model_validate(row.speakers or {}).naming
        if naming is not None and row.status == TranscriptionStatus.PROCESSING and row.stage == Stage.FINISH:
            row.status, row.stage = TranscriptionStatus(naming.status), Stage.DONE
            row.speakers = {**(row.speakers or {}), "naming": None}
            row.lease_token = row.lease_owner = row.lease_expires_at = None
            tell(unit.db, Happened.TRANSCRIPTION_CANCELLED, row.id, by=who)
        elif row.status in _OF_A_RETRY and await return_to_standing(unit.db, row):
            row.error_code = row.error_message = None
            if row.links_due:
                unit.notify(Lane.FINISH)
            tell(unit.db, Happened.TRANSCRIPTION_RETRY_CANCELLED, row.id, by=who)
        elif row.status != TranscriptionStatus.CANCELLED:
            check_step(TranscriptionStatus(row.status), TranscriptionStatus.CANCELLED)
            row.status = TranscriptionStatus.CANCELLED
            tell(unit.db, Happened.TRANSCRIPTION_CANCELLED, row.id, by=who)
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
            await require_same_content(unit.db, row)
            await keep_standing(unit.db, row)
            await start_over(unit.db, row, from_scratch=from_scratch)
            tell(unit.db, Happened.TRANSCRIPTION_RETRIED, row.id, by=who, from_scratch=from_scratch)
            unit.notify(Lane.PLAN)
            await unit.db.flush()
            await unit.db.refresh(row)
            return row
    except IntegrityError as error:
        raise Conflict("Another transcription of this recording is under way.", code="already_active") from error


async def set_priority(transcription_id: UUID, priority: int, who: Principal, *, work: Work) -> Transcription:
    """Takes effect with the next slice a worker claims."""
    async with work() as unit:
        row = await transcription_or_404(unit.db, transcription_id, *WITHOUT_REPORTS, locked=True)
        before, row.priority = {"priority": row.priority}, priority
        tell(unit.db, Happened.TRANSCRIPTION_PRIORITISED, row.id, by=who, before=before, after={"priority": priority})
        row.set_by_person = sorted({*row.set_by_person, "priority"})
        return row


async def set_due(transcription_id: UUID, due_at: datetime | None, who: Principal, *, work: Work) -> Transcription:
    """Takes effect with the next slice a worker claims."""
    async with work() as unit:
        row = await transcription_or_404(unit.db, transcription_id, *WITHOUT_REPORTS, locked=True)
        before = {"due_at": row.due_at.isoformat() if row.due_at else None}
        row.due_at, row.set_by_person = due_at, sorted({*row.set_by_person, "due_at"})
        after = {"due_at": due_at.isoformat() if due_at else None}
        tell(unit.db, Happened.TRANSCRIPTION_DUE, row.id, by=who, before=before, after=after)
        return row


async def approve_transcription(
    transcription_id: UUID, who: Principal, *, work: Work, station: PublishPolicy
) -> Transcription:
    """A person has looked and finds the captions good enough: they go the way of captions that passed."""
    async with work() as unit:
        await lock_recording_of(unit.db, transcription_id)
        row = await transcription_or_404(unit.db, transcription_id, *WITHOUT_REPORTS, locked=True)
        if row.status != TranscriptionStatus.NEEDS_REVIEW:
            raise Conflict(f"Only a transcription that needs review can be approved; this one is {row.status}.")
        await require_same_content(unit.db, row)
        row.status, row.completed_date, row.links_due = TranscriptionStatus.COMPLETED, clock.now(), True
        await forget_standing(unit.db, row)
        await make_current(unit.db, row.recording_id, await newest_version_id(unit.db, row.id))
        unit.notify(Lane.FINISH)
        tell(unit.db, Happened.TRANSCRIPTION_APPROVED, row.id, by=who, score=row.quality_score)
        if await want_publication(unit.db, row, station=station, by=who):
            unit.notify(Lane.PUBLISH)
        await unit.db.flush()
        await unit.db.refresh(row)
        return row
