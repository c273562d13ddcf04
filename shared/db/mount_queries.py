"""What several services ask of mounts: which ones FLEX_SERVERS named, and what has to be there for one to be well."""

from collections.abc import Collection, Sequence

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.event_log import was_told
from shared.db.models import Mount
from shared.event_kinds import Happened
from shared.storage.mount_health import Expectation


def expectation_of(mount: Mount, *, has_recordings: bool = True) -> Expectation:
    """What has to be there for this mount; it has recordings where one of them is looked for."""
    return Expectation(mount.sentinel, bool(mount.facts.get("is_mount_point")), has_recordings)


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
