"""Statements that only ingest asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Select,
    Text,
    and_,
    any_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.caption_terms import recorded_on
from services.ingest.file_names import is_storable, ledger_path
from services.ingest.gateways.tree import Found
from shared.db import clock
from shared.db.content_at_place import CHANGED, GONE, INVENTS_INODES, look_again
from shared.db.content_leaving import Leaving, leave_content
from shared.db.event_log import tell
from shared.db.locks import lock_places
from shared.db.models import CaptionVersion, Mount, Publication, Recording, Transcription
from shared.db.session import Unit, Work
from shared.event_kinds import Happened
from shared.lifecycle import RecordingStatus
from shared.media.identity import Stamp

_COMPARED_AT_ONCE = 5000
UNREADABLE = "unreadable"
"""The one rejection that may pass without the file changing: somebody gives us permission."""
NEWEST_WATCHED, WATCHED_IN_TURN, REJECTED_WATCHED = 500, 500, 250
"""Files looked at in one scan: the newest, so that today's meeting comes first; as many in turn, so that every one of a
backlog comes up, whatever lies before it; and in turn of those rejected lately, which hold up nobody."""
_LATELY = timedelta(days=1)
_NAME_NOT_UTF8 = "The file's name is not valid UTF-8, so other programs would not find it again. Rename it."


async def record_found(unit: Unit, mount: Mount, files: Sequence[Found]) -> set[UUID]:
    """Enter new files and send changed ones back to settling; returns the rows of those that were known."""
    db = unit.db
    by_path = {ledger_path(file.path): file for file in files}
    known = await _rows_at(db, mount.id, by_path)
    if new := [_new(mount.id, file) for path, file in by_path.items() if path not in known]:
        entered = insert(Recording).on_conflict_do_nothing().returning(Recording)
        for row in (await db.scalars(entered, new)).all():
            tell_seen(db, row)
    seen = [(row, by_path[path]) for path, row in known.items() if is_storable(by_path[path].path)]
    changing = [
        (row, file) for row, file in seen if _is_unstamped(row) or not row.present or _is_touched(row, file, mount)
    ]
    await lock_places(db, [row.id for row, _ in changing])
    replaced = [row.id for row, file in changing if row.content is not None and row.size_bytes != file.size_bytes]
    await leave_content(unit, [Leaving(recording_id, CHANGED) for recording_id in replaced])
    for row, file in changing:
        is_touched = _is_touched(row, file, mount)
        is_decided = row.status in (RecordingStatus.VALID, RecordingStatus.REJECTED)
        is_back = not row.present and row.status != RecordingStatus.REJECTED
        if (is_decided and is_touched) or is_back:
            await look_again(db, row.id)
        elif is_decided and not is_touched:
            values = {"present": True, "ctime_ns": file.ctime_ns, "inode": file.inode}
            await db.execute(update(Recording).where(Recording.id == row.id).values(**values))
    return {row.id for row in known.values()}


def tell_seen(db: AsyncSession, row: Recording) -> None:
    """A file is in the ledger for the first time."""
    tell(db, Happened.RECORDING_SEEN, row.id, by="ingest", path=row.relative_path, mount_id=str(row.mount_id))
    if row.status == RecordingStatus.REJECTED:
        tell_rejected(db, row.id, row.reason_code, row.reason)


def tell_rejected(db: AsyncSession, recording_id: UUID, code: str | None, reason: str | None) -> None:
    """No captions will be made of it as it is."""
    tell(db, Happened.RECORDING_REJECTED, recording_id, by="ingest", code=code, reason=reason)


def _is_unstamped(row: Any) -> bool:
    return row.ctime_ns is None and row.status in (RecordingStatus.VALID, RecordingStatus.REJECTED)


def _is_touched(row: Any, file: Found, mount: Mount) -> bool:
    """Whether anything that can be seen without reading differs from when it was decided upon."""
    if row.ctime_ns is None:
        return bool((row.size_bytes, row.mtime_ns) != (file.size_bytes, file.mtime_ns))
    inode = None if mount.facts.get(INVENTS_INODES) else row.inode
    return not Stamp(row.size_bytes, row.mtime_ns, row.ctime_ns, inode).same_as(file.stamp)


async def _rows_at(db: AsyncSession, mount_id: UUID, paths: Iterable[str]) -> dict[str, Any]:
    rows = await db.execute(
        select(Recording.id, Recording.relative_path, Recording.size_bytes, Recording.mtime_ns, Recording.present)
        .add_columns(Recording.status, Recording.ctime_ns, Recording.inode, Recording.content)
        .where(Recording.mount_id == mount_id, Recording.relative_path == any_(literal(list(paths), ARRAY(Text))))
    )
    return {row.relative_path: row for row in rows.all()}


@dataclass(frozen=True, slots=True)
class LookTurn:
    """How far the files that are looked at in turn have come: the last row of each kind."""

    unsettled: str = str(UUID(int=0))
    rejected: str = str(UUID(int=0))


async def watch_list(db: AsyncSession, mount_id: UUID, turn: LookTurn) -> tuple[Sequence[Any], LookTurn]:
    """Rows to look at in this scan: (id, relative_path, status, looks, reason_code, content, size_bytes), and
    where the next goes on.

    Besides those that settle: what was rejected lately (a copy may be resumed in place) or for want of permission.
    """
    on_mount = and_(Recording.mount_id == mount_id, Recording.present)
    is_open = Recording.status.in_((RecordingStatus.SEEN, RecordingStatus.SETTLING))
    is_doubted = or_(Recording.reason_code == UNREADABLE, Recording.settled_at > clock.now() - _LATELY)
    unsettled = _watched.where(on_mount, is_open, Recording.settled_at.is_(None))
    rejected = _watched.where(on_mount, Recording.status == RecordingStatus.REJECTED, is_doubted)
    newest = unsettled.order_by(Recording.recorded_at.desc(), Recording.id).limit(NEWEST_WATCHED)
    rows = {row.id: row for row in (await db.execute(newest)).all()}
    some, unsettled_to = await _in_turn(db, unsettled, turn.unsettled, WATCHED_IN_TURN)
    others, rejected_to = await _in_turn(db, rejected, turn.rejected, REJECTED_WATCHED)
    rows |= {row.id: row for row in (*some, *others)}
    return list(rows.values()), LookTurn(unsettled_to, rejected_to)


_watched = select(
    Recording.id,
    Recording.relative_path,
    Recording.status,
    Recording.looks,
    Recording.reason_code,
    Recording.content,
    Recording.size_bytes,
).select_from(Recording)


async def _in_turn(db: AsyncSession, wanted: Select[Any], after: str, most: int) -> tuple[Sequence[Any], str]:
    """The next ``most`` rows, from the first again after the last."""
    rows = list((await db.execute(wanted.where(Recording.id > UUID(after)).order_by(Recording.id).limit(most))).all())
    if len(rows) < most:
        first = wanted.where(Recording.id <= UUID(after)).order_by(Recording.id).limit(most - len(rows))
        rows += (await db.execute(first)).all()
    return rows, str(rows[-1].id) if rows else after


async def accepted_in(db: AsyncSession, mount_id: UUID, folder: str, *, with_below: bool) -> Sequence[Any]:
    """Recordings that were accepted and should lie in ``folder`` (the root's name is empty), or also below it."""
    prefix = f"{folder}/" if folder else ""
    conditions = [
        Recording.mount_id == mount_id,
        Recording.present,
        Recording.status == RecordingStatus.VALID,
        func.starts_with(Recording.relative_path, prefix),
    ]
    if not with_below:
        conditions.append(func.strpos(func.substr(Recording.relative_path, len(prefix) + 1), "/") == 0)
    found = await db.execute(select(Recording.id, Recording.relative_path).where(*conditions).order_by(Recording.id))
    return found.all()


async def mark_missing(work: Work, mount_id: UUID, found: set[UUID], *, before: datetime, unseen: Sequence[str]) -> int:
    """Rows that a whole scan of a mount that answers did not find; never a deletion. Returns how many are new.

    Nothing is said about what lies at or below the ``unseen`` paths: they could not be looked at.
    """
    known = (
        select(Recording.id, Recording.relative_path)
        .where(Recording.mount_id == mount_id, Recording.present, Recording.created_at < before)
        .order_by(Recording.id)
        .limit(_COMPARED_AT_ONCE)
    )
    apart, count = frozenset(unseen), 0
    async with work() as unit:
        page = (await unit.db.execute(known)).all()
    while page:  # page by page, because a million rows at once would hold everybody else up
        missing = [(one, path) for one, path in page if one not in found and not _is_at_or_below(path, apart)]
        count += len(missing)
        for start in range(0, len(missing), 1000):
            async with work() as unit:
                part = missing[start : start + 1000]
                await leave_content(unit, [Leaving(one, GONE, looked_for=(mount_id, path)) for one, path in part])
        async with work() as unit:
            page = (await unit.db.execute(known.where(Recording.id > page[-1][0]))).all()
    return count


def _is_at_or_below(path: str, places: frozenset[str]) -> bool:
    """Whether one of ``places`` is this path, a folder above it, or the root, whose name is empty."""
    if not places:
        return False
    above = (path[:end] for end, character in enumerate(path) if character == "/")
    return "" in places or path in places or any(folder in places for folder in above)


async def has_recordings(db: AsyncSession, mount_id: UUID) -> bool:
    """Whether the mount held anything when it was last looked at, so that finding it empty is an alarm."""
    return bool(await db.scalar(select(exists().where(Recording.mount_id == mount_id, Recording.present))))


async def alike(db: AsyncSession, identity: str, recording_id: UUID) -> Sequence[tuple[Recording, Mount]]:
    """Other accepted recordings with the same samples, those that came first before the others: perhaps duplicates."""
    rows = await db.execute(
        select(Recording, Mount)
        .join(Mount, Mount.id == Recording.mount_id)
        .where(
            Recording.identity == identity,
            Recording.id != recording_id,
            Recording.status == RecordingStatus.VALID,
            Mount.that("resembles"),
        )
        .order_by(Recording.duplicate_of.is_not(None), Recording.created_at, Recording.id)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in rows.all()]


async def one_at_a_time(db: AsyncSession, identity: str) -> None:
    """Until the end of the transaction nobody else decides about content with the same samples."""
    await db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(identity, 0))))


async def has_transcriptions(db: AsyncSession, recording_id: UUID) -> bool:
    """Whether captions were ever wanted for this recording, by us or by a person."""
    return bool(await db.scalar(select(exists().where(Transcription.recording_id == recording_id))))


async def is_our_sidecar(db: AsyncSession, sha256: str) -> bool:
    """Whether we made this sidecar, for whichever recording.

    Beside a file that was replaced, or that has the name which another one had until now, lie the captions of the
    earlier content until they are taken away. They are nobody's reason to make none of this one.
    """
    return bool(await db.scalar(select(exists().where(CaptionVersion.files["scc"]["sha256"].astext == sha256))))


async def name_content(db: AsyncSession, recording_id: UUID, content: str) -> None:
    """What was made here before contents had names gets this one: nothing has changed since."""
    made = select(Transcription.id).where(Transcription.recording_id == recording_id)
    for table, which in (
        (Transcription, Transcription.recording_id == recording_id),
        (CaptionVersion, CaptionVersion.transcription_id.in_(made)),
        (Publication, Publication.recording_id == recording_id),
    ):
        await db.execute(
            update(table)
            .where(which, table.content.is_(None))
            .values(content=content)
            .execution_options(synchronize_session=False)
        )


async def take_place(db: AsyncSession, moved: Recording, to: Recording, whole_path: str) -> None:
    """``moved`` now lies where ``to`` was found: one recording, one row, its captions stay its own."""
    place = {
        "mount_id": to.mount_id,
        "relative_path": to.relative_path,
        "file_name": to.file_name,
        "present": True,
    }
    await db.execute(update(Recording).where(Recording.duplicate_of == to.id).values(duplicate_of=moved.id))
    await db.execute(delete(Recording).where(Recording.id == to.id))
    await db.execute(update(Recording).where(Recording.id == moved.id).values(**place))
    await db.execute(
        update(Transcription)
        .where(Transcription.recording_id == moved.id)
        .values(filename=place["file_name"], file_path=whole_path)
    )


def _new(mount_id: UUID, file: Found) -> dict[str, Any]:
    path = ledger_path(file.path)
    name = path.rpartition("/")[2]
    is_usable = is_storable(file.path)
    return {
        "mount_id": mount_id,
        "relative_path": path,
        "file_name": name,
        "size_bytes": file.size_bytes,
        "mtime_ns": file.mtime_ns,
        "recorded_at": recorded_on(name) or _time(file.mtime_ns),
        "status": RecordingStatus.SEEN if is_usable else RecordingStatus.REJECTED,
        "reason_code": None if is_usable else "name_not_utf8",
        "reason": None if is_usable else _NAME_NOT_UTF8,
    }


def _time(mtime_ns: int) -> datetime:
    """A file's own time, held within what a calendar can say."""
    seconds = min(max(mtime_ns // 1_000_000_000, 0), 253_370_764_800)
    return datetime.fromtimestamp(seconds, UTC)
