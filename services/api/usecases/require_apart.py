"""Refuse to watch a folder whose recordings are watched already."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.models import Mount
from shared.errors import Conflict
from shared.mount_folders import Folder, overlap_of_paths


async def require_apart(db: AsyncSession, path: str) -> None:
    """Compares with the paths of the other mounts, and with what ingest found behind their links; drives are not
    mounted where the API runs.

    Raises `Conflict` (``mount_overlaps``).
    """
    for mount in await db.scalars(select(Mount).where(Mount.that("scans"), Mount.enabled).order_by(Mount.name)):
        known = Folder.from_json(mount.facts.get("folder"))
        real_path = known.path if known else mount.path
        if mount.path == path:  # the name or path is taken, which the database says
            continue
        if found := overlap_of_paths(path, mount.path) or overlap_of_paths(path, real_path):
            real = f", which is {real_path}" if real_path != mount.path else ""
            raise Conflict(
                f"{path} {found} the folder of the mount {mount.name} ({mount.path}{real}): recordings there would "
                "be seen twice. Name another folder, or remove that mount first.",
                code="mount_overlaps",
            )
