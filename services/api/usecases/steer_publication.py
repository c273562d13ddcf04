"""What a person may decide about a publication: which show, once more, or not at all."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.api.session_tokens import Principal
from shared.db import clock
from shared.db.event_log import tell
from shared.db.locks import lock_recordings, lock_transcription_of
from shared.db.models import Publication, Transcription, VodContent
from shared.db.publishing_decision import supersede_others
from shared.db.session import Work
from shared.errors import NotFound
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.lifecycle import PublicationStatus, VodStatus, check_step


async def link_publication(publication_id: UUID, show_id: int, who: Principal, *, work: Work) -> Publication:
    """Take the person's word for the show; the server is still asked whether it exists."""
    async with work() as unit:
        row = await _start_over(unit.db, publication_id, who)
        before = {"show_id": row.show_id}
        row.show_id, row.linked_by = show_id, who.name
        after, of = {"show_id": show_id}, row.transcription_id
        tell(unit.db, Happened.PUBLICATION_LINKED, row.id, by=who, transcription_id=of, before=before, after=after)
        unit.notify(Lane.PUBLISH)
        return row


async def retry_publication(publication_id: UUID, who: Principal, *, work: Work) -> Publication:
    """Go the whole way again; what is already right on the server is found there and not done twice."""
    async with work() as unit:
        row = await _start_over(unit.db, publication_id, who)
        tell(unit.db, Happened.PUBLICATION_RETRIED, row.id, by=who, transcription_id=row.transcription_id)
        unit.notify(Lane.PUBLISH)
        return row


async def remove_publication(publication_id: UUID, who: Principal, *, work: Work) -> Publication:
    """Stop pursuing it. What lies on the server and beside the recording stays: people decide there."""
    async with work() as unit:
        await lock_transcription_of(unit.db, publication_id)
        row = await publication_or_404(unit.db, publication_id, locked=True)
        if row.status == PublicationStatus.REMOVED:
            return row
        check_step(PublicationStatus(row.status), PublicationStatus.REMOVED)
        row.status, row.reason_code = PublicationStatus.REMOVED, "removed_by_person"
        row.reason = f"{who.name} stopped it. Retry it to have these captions published after all."
        row.error_code = row.error_message = None
        # A worker in the middle of it must not go on when somebody retries before it has noticed.
        row.lease_token = row.lease_owner = row.lease_expires_at = None
        await unit.db.execute(
            update(Transcription).where(Transcription.id == row.transcription_id).values(vod_status=VodStatus.REMOVED)
        )
        await unit.db.execute(
            update(VodContent)
            .where(VodContent.transcription_id == row.transcription_id)
            .values(status=VodStatus.REMOVED)
        )
        tell(unit.db, Happened.PUBLICATION_REMOVED, row.id, by=who, transcription_id=row.transcription_id)
        return row


async def publication_or_404(db: AsyncSession, publication_id: UUID, *, locked: bool = False) -> Publication:
    """The row; ``locked`` for a change that depends on its present state."""
    lock = {"key_share": True} if locked else None
    row = await db.get(Publication, publication_id, with_for_update=lock)
    if row is None:
        raise NotFound(f"There is no publication {publication_id}.")
    return row


async def _start_over(db: AsyncSession, publication_id: UUID, who: Principal) -> Publication:
    """Pending again, and the only one of its recording that is under way."""
    recording_id = await db.scalar(select(Publication.recording_id).where(Publication.id == publication_id))
    await lock_recordings(db, [recording_id] if recording_id else [])
    row = await publication_or_404(db, publication_id, locked=True)
    check_step(PublicationStatus(row.status), PublicationStatus.PENDING)
    row.status = PublicationStatus.PENDING
    row.reason_code = row.reason = row.error_code = row.error_message = row.verified_at = None
    row.attempt, row.ready_at = 0, clock.now()
    await supersede_others(db, row.recording_id, row.transcription_id, by=who)
    return row
