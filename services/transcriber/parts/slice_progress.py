"""How much of a transcription's slices is done, counted from their rows."""

from uuid import UUID

from sqlalchemy import Integer, case, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import clock
from shared.db.models import Slice, Transcription
from shared.lifecycle import SliceStatus, Stage

_PLANNED, _DECODED = 5, 90
"""Percent of a transcription's progress when planning ends and when the last slice ends."""


async def count_in(db: AsyncSession, transcription_id: UUID) -> bool:
    """A slice is done: count the progress; the last one opens the final stage, and the answer is True."""
    await count_progress(db, transcription_id)
    waiting = await db.scalar(
        select(func.count()).where(Slice.transcription_id == transcription_id, Slice.status != SliceStatus.DONE)
    )
    if waiting:
        return False
    await db.execute(
        update(Transcription)
        .where(Transcription.id == transcription_id, Transcription.stage == Stage.SLICES)
        .values(stage=Stage.FINISH, ready_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return True


async def count_progress(db: AsyncSession, transcription_id: UUID) -> None:
    """Write down how much of the transcription's slices is done."""
    length = Slice.end_ms - Slice.start_ms
    done = case((Slice.status == SliceStatus.DONE, length), else_=func.least(Slice.progress_ms, length))
    share = func.sum(done) * 1.0 / func.nullif(func.sum(length), 0)
    percent = select(cast(_PLANNED + (_DECODED - _PLANNED) * func.coalesce(share, 1), Integer)).where(
        Slice.transcription_id == transcription_id
    )
    await db.execute(
        update(Transcription)
        .where(Transcription.id == transcription_id)
        .values(progress=percent.scalar_subquery())
        .execution_options(synchronize_session=False)
    )
