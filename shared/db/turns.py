"""Fairness between cities: whose turn it is, by the media time that was taken of each.

Start-time fair queueing: a claim begins where its city's last one ended, or where the lane's last one began if that is
later, so a city that had nothing to do saves up nothing. The city whose next claim begins first has its turn. Among
waiting cities each then gets an equal share of media time, whatever their backlogs.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.models import CityTurn
from shared.lanes import Lane

NO_CITY = UUID(int=0)
"""Recordings of no city take turns as if they were one."""
FAIR = frozenset({Lane.PLAN, Lane.SLICE})
"""The lanes whose work is long."""
_LEAST_MS = 1000


def city_key(city_id: Any) -> ColumnElement[UUID]:
    """The city of a row, as turns know it."""
    return func.coalesce(city_id, NO_CITY)


def _now_at(lane: Lane) -> ScalarSelect[int]:
    return select(func.coalesce(func.max(CityTurn.began_ms), 0)).where(CityTurn.lane == lane).scalar_subquery()


def begins(lane: Lane, city_id: Any, *, correlated: Any) -> ColumnElement[int]:
    """Where the next claim of a row's city would begin; the smallest has its turn."""
    ended = (
        select(CityTurn.ends_ms)
        .where(CityTurn.lane == lane, CityTurn.city_id == city_key(city_id))
        .correlate(correlated)
        .scalar_subquery()
    )
    return func.greatest(ended, _now_at(lane))


async def count_turn(db: AsyncSession, lane: Lane, city_id: UUID | None, media_ms: int) -> None:
    """A row of this city was taken."""
    now, lasts = _now_at(lane), max(int(media_ms), _LEAST_MS)
    first = insert(CityTurn).values(lane=lane, city_id=city_id or NO_CITY, began_ms=now, ends_ms=now + lasts)
    begun = func.greatest(CityTurn.ends_ms, now)
    await db.execute(
        first.on_conflict_do_update(
            index_elements=[CityTurn.lane, CityTurn.city_id], set_={"began_ms": begun, "ends_ms": begun + lasts}
        )
    )
