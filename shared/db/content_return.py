"""What becomes of captions and publications when their content lies at its place again, or at one more.

What its leaving had ended (``content_leaving.py``) goes on, and sidecars are looked at wherever the content lies now.
"""

from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import clock
from shared.db.caption_history import count_again
from shared.db.content_at_place import DEPARTURES, HAS_PLACES, UNDER_WAY, has_live_transcription
from shared.db.event_log import tell
from shared.db.models import Publication, Slice, Transcription
from shared.db.session import Unit
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.lifecycle import PublicationStatus, SliceStatus, Stage, TranscriptionStatus
from shared.storage.content import MISSING


async def come_back(unit: Unit, recording_id: UUID, content: str) -> None:
    """The content lies here again: what its leaving had ended goes on, unless something newer is there."""
    db = unit.db
    ended = and_(Transcription.status == TranscriptionStatus.CANCELLED, Transcription.error_code.in_(DEPARTURES))
    mine = and_(Transcription.recording_id == recording_id, Transcription.content == content)
    if not await has_live_transcription(db, recording_id, content):
        statement = select(Transcription).where(mine, ended).order_by(Transcription.created_date.desc()).limit(1)
        row = await db.scalar(statement.with_for_update(key_share=True))
        if row is not None and row.stage == Stage.DONE:  # it was finished, and waited for somebody to look
            row.status, row.error_code, row.error_message = TranscriptionStatus.NEEDS_REVIEW, None, None
            tell(db, Happened.TRANSCRIPTION_RESUMED, row.id, by="ingest", status=row.status)
        elif row is not None:
            await start_over(db, row)
            tell(db, Happened.TRANSCRIPTION_RESUMED, row.id, by="ingest", status=row.status)
            unit.notify(Lane.PLAN)
    await db.flush()
    await count_again(db, recording_id, content)
    ended_too = and_(Publication.status == PublicationStatus.REMOVED, Publication.reason_code.in_(DEPARTURES))
    was_missed = and_(Publication.status == PublicationStatus.NEEDS_REVIEW, Publication.reason_code == MISSING)
    removed = (
        select(Publication)
        .join(Transcription, Transcription.id == Publication.transcription_id)
        .where(mine, Transcription.status == TranscriptionStatus.COMPLETED, or_(ended_too, was_missed))
        .order_by(Publication.created_at.desc())
        .limit(1)
    )
    publication = await db.scalar(removed.with_for_update(key_share=True, of=Publication))
    # Whoever is on the way may have missed it a moment ago, and is about to say so.
    await db.execute(
        update(Publication)
        .where(Publication.recording_id == recording_id, Publication.status.in_(UNDER_WAY))
        .values(ready_at=clock.now(), lease_token=None, lease_owner=None, lease_expires_at=None)
        .execution_options(synchronize_session=False)
    )
    if publication is not None:
        publication.status, publication.reason_code, publication.reason = PublicationStatus.PENDING, None, None
        of = publication.transcription_id
        tell(db, Happened.PUBLICATION_PENDING, publication.id, by="ingest", transcription_id=of)
        publication.ready_at, publication.attempt, publication.places_due = clock.now(), 0, False
        unit.notify(Lane.PUBLISH)
    await db.flush()


async def start_over(db: AsyncSession, row: Transcription, *, from_scratch: bool = False) -> None:
    """Back into the queue; finished slices are kept unless ``from_scratch``, or their words were let go of
    (``shared.db.growth``). The caller holds the transcription."""
    has_no_words = await db.scalar(select(Transcription.plan == {}).where(Transcription.id == row.id))
    from_scratch = from_scratch or bool(has_no_words)
    row.status, row.stage, row.progress = TranscriptionStatus.PENDING, Stage.PLAN, 0
    row.attempt, row.ready_at = 0, clock.now()
    row.lease_token = row.lease_owner = row.lease_expires_at = None
    # Slices that the quality gate had sent back are still to be decoded carefully.
    row.second_decode = row.second_decode and not from_scratch
    row.error_code = row.error_message = row.completed_date = None
    which = Slice.transcription_id == row.id
    await db.execute(
        update(Slice)
        .where(which if from_scratch else and_(which, Slice.status != SliceStatus.DONE))
        .values(
            status=SliceStatus.PENDING,
            result=None,
            first_decode=None if from_scratch else Slice.first_decode,
            attempt=0,
            ready_at=clock.now(),
            progress_ms=0,
            lease_token=None,
            lease_owner=None,
            lease_expires_at=None,
        )
        .execution_options(synchronize_session=False)
    )
    await db.flush()


async def places_changed(unit: Unit, recording_id: UUID) -> None:
    """A place of this content is new, moved or can be reached again: its sidecars are to be looked at."""
    changed = await unit.db.execute(
        update(Publication)
        .where(Publication.recording_id == recording_id, HAS_PLACES)
        .values(
            places_due=True,
            ready_at=clock.now(),
            attempt=0,
            # Whoever is on the way has seen the old places.
            lease_token=None,
            lease_owner=None,
            lease_expires_at=None,
        )
        .returning(Publication.id)
        .execution_options(synchronize_session=False)
    )
    if changed.all():
        unit.notify(Lane.PUBLISH)


async def look_at_places_again(unit: Unit) -> None:
    """A mount is back: what waits for a place of its sidecar need not wait any longer."""
    waiting = await unit.db.execute(
        update(Publication)
        .where(Publication.places_due, Publication.lease_token.is_(None))
        .values(ready_at=clock.now())
        .returning(Publication.id)
        .execution_options(synchronize_session=False)
    )
    unit.notify(Lane.PUBLISH, len(waiting.all()))
