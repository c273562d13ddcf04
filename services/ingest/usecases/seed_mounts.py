"""Make the mounts that FLEX_SERVERS names known, once; what a person changes later stays as they set it."""

import logging
from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from shared.db.models import Mount
from shared.db.mount_queries import no_longer_named
from shared.db.session import Unit, Work
from shared.lanes import Lane
from shared.mount_names import NamedMount, another_name

log = logging.getLogger(__name__)


async def seed_mounts(
    named: Sequence[NamedMount], *, settle_seconds: float, scan_seconds: float, work: Work, said: Sequence[str] = ()
) -> None:
    """Add a row for every path that is unknown, and say what is not as the setting has it."""
    sentences = list(said)
    async with work() as unit:
        added = await _add(unit, named, {"settle_seconds": settle_seconds, "scan_seconds": scan_seconds}, sentences)
        unit.notify(Lane.SCAN, len(added))
        for left in await no_longer_named(unit.db, [mount.path for mount in named]):
            sentences.append(
                f"{left.name} ({left.path}) is watched although FLEX_SERVERS does not name it any more: name it again, "
                f"or remove it with DELETE /api/v1/mounts/{left.id}."
            )
        if not await unit.db.scalar(select(exists().where(Mount.that("scans"), Mount.enabled))):
            sentences.append(
                "No folder is watched: name some in FLEX_SERVERS in .env (in containers below /mnt, which is "
                "MEDIA_ROOT of the host) and start ingest again, or add one with POST /api/v1/mounts."
            )
    if added:
        log.info("mounts_added", extra={"fields": {"mounts": added}})
    for sentence in sentences:
        log.warning("mounts_not_as_set", extra={"fields": {"meaning": sentence}})


async def _add(unit: Unit, named: Sequence[NamedMount], times: dict[str, float], sentences: list[str]) -> list[str]:
    known = {row.path: row for row in await unit.db.scalars(select(Mount))}
    names = {row.name for row in known.values()}
    added = []
    for mount in named:
        row = known.get(mount.path)
        if row is not None:
            if not row.source.scans:
                sentences.append(
                    f"{mount.path} was removed by a person and is not watched; POST /api/v1/mounts watches it again."
                )
            elif mount.is_named and row.name != mount.name:
                sentences.append(f"{mount.path} keeps its name {row.name}; FLEX_SERVERS calls it {mount.name}.")
            continue
        name = another_name(mount.name, names)
        if mount.is_named and name != mount.name:
            sentences.append(f"{mount.path} is called {name}, for another mount is called {mount.name} already.")
        inserted = await unit.db.scalar(
            insert(Mount)
            .values(name=name, path=mount.path, **times)
            .on_conflict_do_nothing()  # another ingest starts at the same time
            .returning(Mount.name)
        )
        if inserted:
            added.append(inserted)
            names.add(inserted)
    return added
