"""Mounts that came from FLEX_SERVERS, which is asked by ingest and by the console."""

from collections.abc import Collection, Sequence

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.events import was_told
from shared.db.models import Mount
from shared.events import Happened


async def no_longer_named(db: AsyncSession, paths: Collection[str]) -> Sequence[Mount]:
    """Mounts that are watched because FLEX_SERVERS named them once, and that it does not name any more.

    A mount that a person made through the API has an event that says so.
    """
    made_by_a_person = exists().where(was_told(Happened.MOUNT_CREATED, Mount.id))
    rows = await db.scalars(
        select(Mount)
        .where(Mount.that("scans"), Mount.enabled, Mount.path.not_in(list(paths)), ~made_by_a_person)
        .order_by(Mount.name)
    )
    return rows.all()


async def watched_paths(db: AsyncSession) -> Sequence[str]:
    """The folders that are watched."""
    return (await db.scalars(select(Mount.path).where(Mount.that("scans"), Mount.enabled).order_by(Mount.name))).all()
