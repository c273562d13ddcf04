"""The one order in which a transaction locks rows, so that no two ever wait for each other.

    mount -> recordings -> transcription -> slices -> publications -> show -> VOD

Whoever changes rows of more than one of these tables in one transaction locks them from left to right, and several
rows of one table by id; a city and its voices come after all of them. A row is locked ``FOR NO KEY UPDATE``, as an
``UPDATE`` does it: keys never change, and a row that is added elsewhere and refers to this one need not wait for it.
That wait would be a lock out of order which nobody can see in the code.

Captions of one recording may finish, be approved and be superseded at the same moment, and each decides about the
publications of the others; so whoever decides that holds the recording.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.models import Publication, Recording, Transcription


async def lock_recordings(db: AsyncSession, recording_ids: Iterable[UUID]) -> None:
    """Those that are there, in the order of their ids."""
    await db.execute(
        select(Recording.id)
        .where(Recording.id.in_(list(recording_ids)))
        .order_by(Recording.id)
        .with_for_update(key_share=True)
    )


async def lock_places(db: AsyncSession, recording_ids: Iterable[UUID]) -> None:
    """Those that are there with every other place of their content: their duplicates, and what they duplicate."""
    ids = list(recording_ids)
    originals = select(Recording.duplicate_of).where(Recording.id.in_(ids), Recording.duplicate_of.is_not(None))
    await db.execute(
        select(Recording.id)
        .where(or_(Recording.id.in_(ids), Recording.duplicate_of.in_(ids), Recording.id.in_(originals)))
        .order_by(Recording.id)
        .with_for_update(key_share=True)
    )


async def lock_recording_of(db: AsyncSession, transcription_id: UUID) -> None:
    """The recording before its transcription: for decisions about which captions of it are published."""
    recording_id = select(Transcription.recording_id).where(Transcription.id == transcription_id)
    await db.execute(
        select(Recording.id).where(Recording.id == recording_id.scalar_subquery()).with_for_update(key_share=True)
    )


async def lock_transcription_of(db: AsyncSession, publication_id: UUID) -> None:
    """The transcription before its publication, for whoever knows only that."""
    transcription_id = select(Publication.transcription_id).where(Publication.id == publication_id)
    await db.execute(
        select(Transcription.id)
        .where(Transcription.id == transcription_id.scalar_subquery())
        .with_for_update(key_share=True)
    )


async def lock_transcription(db: AsyncSession, transcription_id: UUID) -> None:
    """The transcription before its slices and its publication; last slices that end together so see each other."""
    await db.execute(
        select(Transcription.id).where(Transcription.id == transcription_id).with_for_update(key_share=True)
    )
