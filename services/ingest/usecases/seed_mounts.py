"""Make the mounts that FLEX_SERVERS names known, once; what a person changes later stays as they set it."""

import logging
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.dialects.postgresql import insert

from shared.db.models import Mount
from shared.db.session import Work
from shared.jobs.lanes import Lane

log = logging.getLogger(__name__)


async def seed_mounts(
    named: Sequence[tuple[str, Path]], *, settle_seconds: float, scan_seconds: float, work: Work
) -> None:
    """Add a row for every pair of name and path whose name and path are both unknown."""
    if not named:
        return
    async with work() as unit:
        added = await unit.db.scalars(
            insert(Mount)
            .values(
                [
                    {"name": name, "path": str(path), "settle_seconds": settle_seconds, "scan_seconds": scan_seconds}
                    for name, path in named
                ]
            )
            .on_conflict_do_nothing()
            .returning(Mount.name)
        )
        names = list(added)
        unit.ring(Lane.SCAN, len(names))
    if names:
        log.info("mounts_added", extra={"fields": {"mounts": names}})
