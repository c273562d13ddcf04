"""Letting go of what has become of no use: words of captions that are long in place, cue lists that were overtaken.

Rows stay, so that history and counts do; what goes are the megabytes in them. Words are in the output tree as well, as
``words.json`` of each version that is kept. The files of a version that was emptied go too: the transcriber alone can
write there, and its task ``prune-outputs`` looks for such rows.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from shared.db import clock
from shared.db.models import CaptionVersion, Publication, Recording, Slice, Transcription
from shared.lifecycle import TranscriptionStatus


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how long what might still be of use is kept."""

    words: timedelta = timedelta(days=180)
    """Checkpoints of slices and the plan, from the end of the work: what writing captions again, with another
    speaker's name, is made of."""
    overtaken: timedelta = timedelta(days=90)
    """Cue lists of a machine's results that others have taken the place of, from when they were made."""


_GIVEN_UP = (TranscriptionStatus.FAILED, TranscriptionStatus.CANCELLED)


async def forget_words(db: AsyncSession, kept: timedelta, *, most: int) -> int:
    """Empty the slices and plans of transcriptions that ended long ago and whose captions are in place, or that came to
    nothing; returns of how many. Ask again while it is ``most``."""
    in_place = exists().where(
        CaptionVersion.transcription_id == Transcription.id, ~CaptionVersion.is_proposal, CaptionVersion.files != {}
    )
    is_over = or_(
        and_(Transcription.status == TranscriptionStatus.COMPLETED, ~Transcription.links_due, in_place),
        Transcription.status.in_(_GIVEN_UP),
    )
    ended_at = func.greatest(
        Transcription.created_date, Transcription.started_date, Transcription.completed_date, Transcription.progress_at
    )
    old = (
        select(Transcription.id)
        .where(
            is_over,
            Transcription.plan != {},
            Transcription.standing.is_(None),
            ended_at < clock.now() - kept,
        )
        .order_by(Transcription.id)
        .limit(most)
        .with_for_update(key_share=True, skip_locked=True)
    )
    ids = (await db.scalars(old)).all()
    await db.execute(
        update(Slice)
        .where(Slice.transcription_id.in_(ids))
        .values(result=null(), first_decode=null())
        .execution_options(synchronize_session=False)
    )
    await db.execute(
        update(Transcription)
        .where(Transcription.id.in_(ids))
        .values(plan={})
        .execution_options(synchronize_session=False)
    )
    return len(ids)


async def forget_overtaken_cues(db: AsyncSession, kept: timedelta, *, most: int) -> int:
    """Empty the cue lists of old results of the machine that nobody was given last and nobody has edited; returns of
    how many. The first version of a transcription, the one that counts, the newest, those that are published and those
    that a person has made something of keep theirs; so does everything that a person has made."""
    old = (
        select(CaptionVersion.id)
        .where(
            CaptionVersion.source == "machine",
            CaptionVersion.cue_list != {},
            CaptionVersion.files.has_key("json"),
            CaptionVersion.created_at < clock.now() - kept,
            CaptionVersion.number > 1,
            ~_is_newest(),
            ~exists().where(Recording.current_caption_version_id == CaptionVersion.id),
            ~exists().where(
                Publication.transcription_id == CaptionVersion.transcription_id,
                Publication.caption_version == CaptionVersion.number,
            ),
            ~_has_child_of_a_person(),
        )
        .order_by(CaptionVersion.id)
        .limit(most)
        .with_for_update(key_share=True, skip_locked=True)
    )
    ids = (await db.scalars(old)).all()
    await db.execute(
        update(CaptionVersion)
        .where(CaptionVersion.id.in_(ids))
        .values(cue_list={}, cue_ids=null())
        .execution_options(synchronize_session=False)
    )
    return len(ids)


def _is_newest() -> ColumnElement[bool]:
    newer = aliased(CaptionVersion)
    return ~exists().where(
        newer.transcription_id == CaptionVersion.transcription_id,
        newer.number > CaptionVersion.number,
        newer.is_proposal == CaptionVersion.is_proposal,
    )


def _has_child_of_a_person() -> ColumnElement[bool]:
    child = aliased(CaptionVersion)
    return exists().where(child.parent_id == CaptionVersion.id, child.source != "machine")
