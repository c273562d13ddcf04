"""What becomes of captions and publications when the content they were made of leaves its place.

Whatever finds that the content has left a place (a scan, an inspection, a move) says so here, in the transaction in
which it writes that down, and nowhere else:

- the same content lies at another place: that place inherits the work, finished or under way, and nothing is lost;
- it lies nowhere else: the work ends, and goes on where the content comes back (``content_return.py``).

Finished captions stay in the ledger and in the output tree either way: they name what they are of.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, Update, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from shared.db import clock
from shared.db.caption_history import hand_over_current
from shared.db.content_at_place import (
    CHANGED,
    HAS_PLACES,
    UNDER_WAY,
    Departure,
    has_live_transcription,
    has_places,
    look_again,
)
from shared.db.event_log import tell
from shared.db.locks import lock_places
from shared.db.models import Mount, Publication, Recording, Slice, Transcription, VodContent
from shared.db.session import Unit
from shared.db.standing import return_to_standing
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.lifecycle import PublicationStatus, RecordingStatus, Stage, TranscriptionStatus, VodStatus
from shared.speaker_cast import Speakers

_ACTIVE = (TranscriptionStatus.PENDING, TranscriptionStatus.PROCESSING)


@dataclass(frozen=True, slots=True)
class Leaving:
    """A place whose content has left it."""

    recording_id: UUID
    because: Departure
    heir: UUID | None = None
    """The place that is known to have it now; None lets its duplicates inherit."""
    looked_for: tuple[UUID, str] | None = None
    """Mount and path at which it was missed: a row that has been found at another place since has not left."""


async def leave_content(unit: Unit, leaving: Collection[Leaving]) -> None:
    """End what was made of the content of these places, or hand it to another place of the same content.

    ``CHANGED`` makes the place one of unknown content, ``GONE`` one that is not there. Locks in the order of
    ``shared.db.locks``, so nothing behind recordings may be locked yet.
    """
    if not leaving:
        return
    db = unit.db
    ids = sorted(one.recording_id for one in leaving)
    await lock_places(db, [*ids, *(one.heir for one in leaving if one.heir)])
    statement = select(Recording).where(Recording.id.in_(ids)).execution_options(populate_existing=True)
    rows = {row.id: row for row in await db.scalars(statement)}
    leaving = [one for one in leaving if _lies_there(rows.get(one.recording_id), one)]
    ids = sorted(one.recording_id for one in leaving)
    rows = {one: rows[one] for one in ids if one in rows}
    contents = {row.id: row.content for row in rows.values()}
    originals = {row.duplicate_of for row in rows.values() if row.duplicate_of}
    heirs: dict[UUID, _Heir] = {}
    for one in sorted(leaving, key=lambda one: one.recording_id):
        if one.recording_id in rows:
            heir = await _heir_of(db, one, ids)
            if heir is not None:
                heirs[one.recording_id] = heir
            await _leave_place(db, rows[one.recording_id], one.because, heir)
    await db.flush()

    because = {one.recording_id: one.because for one in leaving}
    handed = await _part_transcriptions(db, rows, contents, heirs, because)
    await _part_publications(unit, because, handed, originals)
    for heir in heirs.values():
        if not await has_live_transcription(db, heir.recording_id):
            await look_again(db, heir.recording_id)


def _lies_there(row: Recording | None, leaving: Leaving) -> bool:
    return row is not None and leaving.looked_for in (None, (row.mount_id, row.relative_path))


@dataclass(frozen=True, slots=True)
class _Heir:
    recording_id: UUID
    file_name: str
    whole_path: str
    is_busy: bool
    """Captions of it are being made already."""


async def _heir_of(db: AsyncSession, leaving: Leaving, all_leaving: Sequence[UUID]) -> _Heir | None:
    """The place that inherits: the one that was named, else the first duplicate, on a mount that is up if possible."""
    busy = exists().where(Transcription.recording_id == Recording.id, Transcription.status.in_(_ACTIVE))
    is_heir = and_(
        Recording.duplicate_of == leaving.recording_id,
        Recording.status == RecordingStatus.VALID,
        Recording.present,
        Recording.id.not_in(all_leaving),
    )
    if leaving.heir is not None:
        is_heir = Recording.id == leaving.heir
    found = await db.execute(
        select(Recording.id, Recording.file_name, Recording.relative_path, Mount.path, busy.label("busy"))
        .join(Mount, Mount.id == Recording.mount_id)
        .where(is_heir)
        .order_by(Mount.status == "down", Recording.created_at, Recording.id)
        .limit(1)
    )
    row = found.one_or_none()
    return None if row is None else _Heir(row.id, row.file_name, str(Path(row.path, row.relative_path)), row.busy)


async def _leave_place(db: AsyncSession, row: Recording, because: Departure, heir: _Heir | None) -> None:
    others = and_(Recording.duplicate_of == row.id, Recording.id != (heir.recording_id if heir else None))
    if heir is not None:
        await db.execute(_places(Recording.id == heir.recording_id).values(duplicate_of=None))
    if heir is not None or because is CHANGED:
        await db.execute(_places(others).values(duplicate_of=heir.recording_id if heir else None))
    if because is CHANGED:
        row.content = row.identity = row.duplicate_of = None
        tell(db, Happened.RECORDING_CHANGED, row.id, by="ingest", path=row.relative_path)
    else:
        if row.present:
            tell(db, Happened.RECORDING_GONE, row.id, by="ingest", path=row.relative_path)
        # Nobody wants the row until the file is back; a lease left on it would then look like the death of its worker.
        row.lease_token = row.lease_owner = row.lease_expires_at = None
        row.present = False
        row.settled_at = row.settled_at if row.status == RecordingStatus.VALID else None


def _places(which: ColumnElement[bool]) -> Update:
    return update(Recording).where(which).execution_options(synchronize_session=False)


async def _part_transcriptions(
    db: AsyncSession,
    rows: dict[UUID, Recording],
    contents: dict[UUID, str | None],
    heirs: dict[UUID, _Heir],
    because: dict[UUID, Departure],
) -> dict[UUID, UUID]:
    """Hand over or end each; returns the new place of those that were handed over."""
    replaced = [place for place, departure in because.items() if departure is CHANGED]
    goes = or_(
        Transcription.recording_id.in_(list(heirs)),
        Transcription.status.in_(_ACTIVE),
        and_(Transcription.status == TranscriptionStatus.NEEDS_REVIEW, Transcription.recording_id.in_(replaced)),
    )
    statement = (
        select(Transcription)
        .where(Transcription.recording_id.in_(list(rows)), goes)
        .order_by(Transcription.id)
        .options(defer(Transcription.plan), defer(Transcription.quality), defer(Transcription.enrichment))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    handed: dict[UUID, UUID] = {}
    for row in (await db.scalars(statement)).all():
        left, heir = row.recording_id, heirs.get(row.recording_id)
        is_active = row.status in _ACTIVE
        is_of_it = row.content is None or row.content == contents[left]
        if heir is not None and is_of_it and not (is_active and heir.is_busy):
            row.recording_id, row.filename, row.file_path = heir.recording_id, heir.file_name, heir.whole_path
            handed[row.id] = heir.recording_id
        elif is_active or (row.status == TranscriptionStatus.NEEDS_REVIEW and because[left] is CHANGED):
            await _end(db, row, because[left])
    await db.flush()
    await hand_over_current(db, handed)
    return handed


async def _end(db: AsyncSession, row: Transcription, because: Departure) -> None:
    """End work in hand; captions that were finished before stay what they were, but nobody is asked to review them."""
    row.lease_token = row.lease_owner = row.lease_expires_at = None
    naming = Speakers.model_validate(row.speakers or {}).naming
    if naming is not None:
        row.status, row.stage = TranscriptionStatus(naming.status), Stage.DONE
        row.speakers = {**(row.speakers or {}), "naming": None}
    elif row.status in _ACTIVE and not await return_to_standing(db, row):
        row.status = TranscriptionStatus.CANCELLED
        # Nobody wants its slices either: a worker that dies now leaves no lease that looks like a death over them.
        held = update(Slice).where(Slice.transcription_id == row.id, Slice.lease_token.is_not(None))
        freed = held.values(lease_token=None, lease_owner=None, lease_expires_at=None)
        await db.execute(freed.execution_options(synchronize_session=False))
    if row.status == TranscriptionStatus.NEEDS_REVIEW and because is CHANGED:
        row.status = TranscriptionStatus.CANCELLED
    row.error_code, row.error_message = because.code, because.reason
    tell(db, Happened.TRANSCRIPTION_ENDED, row.id, by="ingest", code=because.code, reason=because.reason)


async def _part_publications(
    unit: Unit, because: dict[UUID, Departure], handed: dict[UUID, UUID], originals: Iterable[UUID]
) -> None:
    """Those of handed captions go with them; the others end. Sidecars that lie wrong by now are to be looked at."""
    db = unit.db
    statement = select(Publication).where(
        or_(
            Publication.recording_id.in_(list(because)),
            and_(Publication.recording_id.in_(list(originals)), HAS_PLACES),
        )
    )
    statement = statement.order_by(Publication.id).with_for_update(key_share=True)
    ended: list[UUID] = []
    for row in (await db.scalars(statement.execution_options(populate_existing=True))).all():
        departure = because.get(row.recording_id)
        if row.transcription_id in handed:
            row.recording_id = handed[row.transcription_id]
            is_due = has_places(row)
        elif departure is None:  # of the original: one of its places has got other content
            is_due = True
        elif row.status in UNDER_WAY or (departure is CHANGED and row.status != PublicationStatus.REMOVED):
            is_due = departure is CHANGED and bool(row.sidecar or row.places)
            row.status, row.reason_code, row.reason = PublicationStatus.REMOVED, departure.code, departure.reason
            row.lease_token = row.lease_owner = row.lease_expires_at = None
            ended.append(row.transcription_id)
            _tell_removed(db, row, departure)
        else:
            continue
        if is_due:
            row.places_due, row.ready_at, row.attempt = True, clock.now(), 0
            # Whoever is on the way has seen the old places.
            row.lease_token = row.lease_owner = row.lease_expires_at = None
            unit.notify(Lane.PUBLISH)
    await db.flush()
    for table in (Transcription, VodContent):
        key, status = (
            (Transcription.id, "vod_status") if table is Transcription else (VodContent.transcription_id, "status")
        )
        await db.execute(
            update(table)
            .where(key.in_(ended), getattr(table, status).is_not(None))
            .values({status: VodStatus.REMOVED})
            .execution_options(synchronize_session=False)
        )


def _tell_removed(db: AsyncSession, row: Publication, because: Departure) -> None:
    tell(
        db,
        Happened.PUBLICATION_REMOVED,
        row.id,
        by="ingest",
        transcription_id=row.transcription_id,
        code=because.code,
        reason=because.reason,
    )
