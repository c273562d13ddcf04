"""Find out what the content of a settled file is, and which recordings that resemble it are the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from services.ingest import ledger_queries
from services.ingest.deps import Deps
from services.ingest.gateways.mount_client import Identified
from services.ingest.parts.find_file import find_file
from shared.db.content_at_place import accepted_stamp
from shared.db.leases import Lease, keep
from shared.db.models import Mount, Recording
from shared.db.mount_queries import expectation_of
from shared.errors import NotFound, Temporary, Unusable
from shared.media.identity import Stamp
from shared.storage.mount_health import judge_mount

_TELL_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class JudgedContent:
    """What is known of the content by now; samples are read always, the whole file where something hangs on it."""

    samples: str
    stamp: Stamp
    content: str | None
    """SHA-256 of the whole; None where nobody wants captions of the file and nothing resembles it."""
    others: Mapping[UUID, Identified] = field(default_factory=dict)
    """The whole content of files that resemble it and had not been read whole before."""
    gone: frozenset[UUID] = frozenset()
    """Recordings that resemble it and certainly lie no longer where they lay."""


async def judge_content(lease: Lease, recording: Recording, mount: Mount, *, wants: bool, deps: Deps) -> JudgedContent:
    """Read samples, and all of the file if captions are wanted of it or it may be a duplicate.

    Raises Temporary when the file changes meanwhile, or the mount does not answer.
    """
    files, path = deps.mounts.reader(mount.path), recording.relative_path
    samples = await files.identify(path)
    async with deps.work() as unit:
        alike = await ledger_queries.alike(unit.db, samples.name, recording.id)
        has_work = await ledger_queries.has_transcriptions(unit.db, recording.id)
    if not (wants or alike or has_work or recording.content):
        return JudgedContent(samples.name, samples.stamp, None)

    content = _known(recording, mount, samples) or await _whole(lease, recording, mount, samples, deps)
    others: dict[UUID, Identified] = {}
    gone: set[UUID] = set()
    for other, its_mount in alike:
        if other.content not in (None, content):
            continue
        try:
            seen = await _elsewhere(other, its_mount, samples, deps)
        except NotFound:
            gone.add(other.id)
        else:
            others |= {other.id: seen} if seen else {}
    return JudgedContent(samples.name, samples.stamp, content, others, frozenset(gone))


def _known(recording: Recording, mount: Mount, samples: Identified) -> str | None:
    """What it was, where nothing at all has touched it since (it was only to be judged again)."""
    accepted = accepted_stamp(recording, mount)
    is_same = accepted is not None and samples.stamp.same_as(accepted) and recording.identity == samples.name
    return recording.content if is_same else None


async def _whole(lease: Lease, recording: Recording, mount: Mount, samples: Identified, deps: Deps) -> str:
    told_at = monotonic()

    async def tell(done_bytes: int) -> None:
        nonlocal told_at
        if monotonic() - told_at < _TELL_EVERY_S:
            return
        told_at = monotonic()
        reason = f"Its whole content is being read, to know it again: {done_bytes / samples.stamp.size_bytes:.0%}."
        async with deps.work() as unit:
            await keep(unit.db, lease, reason_code="being_read", reason=reason)

    files = deps.mounts.whole_reader(mount.path)
    whole = await files.read_whole(recording.relative_path, samples.stamp.size_bytes, tell=tell)
    if not whole.stamp.same_as(samples.stamp):
        raise Temporary("The file changed while it was read.", code="file_changing")
    return whole.name


async def _elsewhere(other: Recording, mount: Mount, samples: Identified, deps: Deps) -> Identified | None:
    """Look at a file that resembles ours: NotFound where it certainly has gone, its content if that was not known.

    Only a mount that is certainly there can say that something has gone: on one that went away everything seems gone.
    """
    if mount.status == "down":
        return None
    files = deps.mounts.reader(mount.path)
    expected = expectation_of(mount)
    try:
        if judge_mount(await files.check(mount.sentinel), expected) is not None:
            return None
        look = await find_file(files, other.relative_path, expected, now=deps.now)
        if other.content is not None or look.size_bytes != samples.stamp.size_bytes:
            return None
        return await deps.mounts.whole_reader(mount.path).read_whole(other.relative_path, look.size_bytes)
    except (Temporary, Unusable):
        return None
