"""Find the other mount on which the recordings of this one would be seen a second time.

Of two such mounts one is enough: the one that has recordings in the ledger; else the older; else the one with the
shorter path, which is the outer. The other is not looked through. Where both have recordings already, both go on, and
the younger one says so: what is known of them must not come to a halt by an upgrade.
"""

from dataclasses import dataclass

from sqlalchemy import exists, select

from services.ingest.deps import Deps
from shared.db.models import Mount, Recording
from shared.errors import ArchivistError
from shared.mount_folders import Folder, Overlap, overlap
from shared.storage.mount_health import MountDown

OVERLAPS = "mount_overlaps"


@dataclass(frozen=True, slots=True)
class Twofold:
    """Another mount has this one's recordings, all or some."""

    sentence: str
    is_needless: bool
    """Whether this is the one to be left out, as nothing on it is known yet."""

    def as_down(self) -> MountDown | None:
        """Why it is not looked through; None where it is, all the same."""
        return MountDown(OVERLAPS, self.sentence) if self.is_needless else None


async def compare_folder(mount: Mount, folder: Folder, *, deps: Deps) -> Twofold | None:
    """None when nobody else has it, or the other is the one that has to say so."""
    async with deps.work() as unit:
        holds = exists().where(Recording.mount_id == Mount.id)
        has_recordings = bool(await unit.db.scalar(select(holds).where(Mount.id == mount.id)))
        is_other = (Mount.that("scans"), Mount.enabled, Mount.id != mount.id, Mount.status != "down")
        others = (await unit.db.execute(select(Mount, holds).where(*is_other).order_by(Mount.name))).all()
    for other, other_has_recordings in others:
        if (not has_recordings, *_rank(mount)) < (not other_has_recordings, *_rank(other)):
            continue
        found = await _overlap(folder, other, deps)
        if found is not None:
            return Twofold(_sentence(other, found), is_needless=not has_recordings)
    return None


def _rank(mount: Mount) -> tuple[object, ...]:
    return mount.created_at, len(mount.path), mount.path


async def _overlap(folder: Folder, other: Mount, deps: Deps) -> Overlap | None:
    known = Folder.from_json(other.facts.get("folder"))
    if known is None:  # both may be looked at for the first time, in the same moment
        try:
            known = Folder.from_json((await deps.mounts.reader(other.path).check()).folder)
        except ArchivistError:
            return None
    return overlap(folder, known) if known is not None else None


def _sentence(other: Mount, found: Overlap) -> str:
    seen = "its recordings" if found is not Overlap.AROUND else "recordings there"
    return (
        f"This {found} the folder of the mount {other.name} ({other.path}): {seen} would be seen twice. "
        "Remove one of the two with DELETE /api/v1/mounts/{id}."
    )
