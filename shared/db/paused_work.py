"""What rests until a person says otherwise: lanes, cities, recordings, and single transcriptions and publications.

A paused row is still wanted, so whoever has it in hand finishes that and what was finished is kept; it is only not
taken. Nothing needs to be written to the rows of a paused city or lane, so it takes effect with the next claim.
"""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.interfaces import ORMOption

from shared.db.models import City, PausedLane, Publication, Recording, Transcription
from shared.lanes import Lane

Pausable = TypeVar("Pausable", City, Recording, Transcription, Publication)


def is_paused(lane: Lane, row: Any, *, by_recording: bool = True) -> ColumnElement[bool]:
    """Whether a row (of ``Transcription``, ``Publication`` or ``Recording``) rests on a lane.

    What is paused is few, so it is read once for each statement and asked of each row without an index.
    """
    paused_cities = select(City.id).where(City.paused)
    reasons = [
        exists().where(PausedLane.lane == lane),
        row.paused,
        # a null city is in no list, and SQL would not know
        row.city_id.is_not(None) & row.city_id.in_(paused_cities),
    ]
    if by_recording:
        reasons.append(row.recording_id.in_(select(Recording.id).where(Recording.paused)))
    return or_(*reasons)


async def pause_lane(db: AsyncSession, lane: Lane, *, by: str, paused: bool) -> bool:
    """Pause a lane or let it go on; False where it was so already."""
    if paused:
        made = insert(PausedLane).values(lane=lane, paused_by=by).on_conflict_do_nothing().returning(PausedLane.lane)
        return await db.scalar(made) is not None
    gone = delete(PausedLane).where(PausedLane.lane == lane).returning(PausedLane.lane)
    return await db.scalar(gone) is not None


async def paused_lanes(db: AsyncSession) -> Iterable[PausedLane]:
    """Those that rest, by name."""
    return (await db.scalars(select(PausedLane).order_by(PausedLane.lane))).all()


async def pause_row(
    db: AsyncSession, model: type[Pausable], row_id: UUID, *options: ORMOption, paused: bool
) -> tuple[Pausable | None, bool]:
    """The row, paused or going on, and whether that is new; None where there is none."""
    row = await db.get(model, row_id, options=options, with_for_update={"key_share": True})
    if row is None or row.paused == paused:
        return row, False
    row.paused = paused
    return row, True
