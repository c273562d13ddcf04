"""Which content lies at a recording's place, as far as the ledger knows, and whether a step may still write for it.

A recording's row is a place; its ``content`` is what lies there. Transcriptions, caption versions and publications name
the content they were made of. What becomes of them when it leaves is in ``content_leaving.py``, and when it comes back,
in ``content_return.py``.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import clock
from shared.db.models import Mount, Publication, Recording, Transcription
from shared.db.session import Work
from shared.errors import Conflict, Temporary
from shared.lifecycle import PublicationStatus, RecordingStatus, TranscriptionStatus
from shared.media.identity import Stamp
from shared.storage.content import IN_DOUBT, in_doubt

UNDER_WAY = (
    PublicationStatus.PENDING,
    PublicationStatus.LINKED,
    PublicationStatus.PLACED,
    PublicationStatus.PROCESSING,
)
_STANDS = (*UNDER_WAY, PublicationStatus.PUBLISHED, PublicationStatus.DONE)
HAS_PLACES = or_(
    Publication.status.in_(_STANDS),
    and_(Publication.status != PublicationStatus.REMOVED, Publication.sidecar.is_not(None)),
)
"""Publications whose sidecar is to lie wherever their content lies; one that waits for a person may be placed too."""


def has_places(row: Publication) -> bool:
    """``HAS_PLACES`` for a row that was read."""
    return row.status in _STANDS or (row.status != PublicationStatus.REMOVED and row.sidecar is not None)


INVENTS_INODES = "invents_inodes"
"""Among a mount's facts: its file system gives new inodes to files that nobody touched."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Why the content is not at its place any more."""

    code: str
    reason: str


CHANGED = Departure("recording_changed", "The recording was replaced: what these captions are of is no longer there.")
GONE = Departure("recording_gone", "The recording is no longer on its mount. Its captions go on when it is back.")
DEPARTURES = (CHANGED.code, GONE.code)


async def has_live_transcription(db: AsyncSession, recording_id: UUID, content: str | None = None) -> bool:
    """Whether captions were ever wanted here, by us or by a person, other than those that ended as the content left."""
    has_left = and_(Transcription.status == TranscriptionStatus.CANCELLED, Transcription.error_code.in_(DEPARTURES))
    conditions = [Transcription.recording_id == recording_id, ~func.coalesce(has_left, False)]
    if content is not None:
        conditions.append(or_(Transcription.content.is_(None), Transcription.content == content))
    return bool(await db.scalar(select(exists().where(*conditions))))


async def require_content(db: AsyncSession, recording_id: UUID, content: str | None) -> None:
    """Raise unless the recording still is this content, as far as the ledger knows: ``Temporary`` while that is being
    looked at, ``Conflict`` when it is something else. For every step that writes; the caller holds the recording."""
    statement = select(Recording.status, Recording.content, Recording.file_name).where(Recording.id == recording_id)
    row = (await db.execute(statement)).one()
    if content is not None and row.content != content:
        raise Conflict(f"{CHANGED.reason} Ask for captions of what is there now.", code=CHANGED.code)
    if row.status != RecordingStatus.VALID:
        raise in_doubt(row.file_name)


async def require_same_content(db: AsyncSession, transcription: Transcription) -> None:
    """Raise Conflict where the recording is something else now: captions of what is gone are of no use to it."""
    content = await db.scalar(select(Recording.content).where(Recording.id == transcription.recording_id))
    if transcription.content is not None and content != transcription.content:
        raise Conflict(f"{CHANGED.reason} Ask for captions of what is there now.", code=CHANGED.code)


def accepted_stamp(recording: Recording, mount: Mount) -> Stamp | None:
    """How the file looked when its content was accepted; None where nobody noted that."""
    if recording.ctime_ns is None:
        return None
    inode = None if mount.facts.get(INVENTS_INODES) else recording.inode
    return Stamp(recording.size_bytes, recording.mtime_ns, recording.ctime_ns, inode)


async def look_again(db: AsyncSession, recording_id: UUID, *, if_valid: bool = False) -> None:
    """A file that had been decided upon was touched, or is back, or has to be judged again: it has to settle again.

    What was made of it stays, and waits where it would write: touched is not changed. ``if_valid`` leaves a place
    alone that is being looked at already.
    """
    is_meant = Recording.id == recording_id
    await db.execute(
        update(Recording)
        .where(and_(is_meant, Recording.status == RecordingStatus.VALID) if if_valid else is_meant)
        .values(
            status=RecordingStatus.SETTLING,
            seen_at=clock.now(),
            settled_at=None,
            present=True,
            looks=[],
            reason_code=None,
            reason=None,
        )
        .execution_options(synchronize_session=False)
    )


@asynccontextmanager
async def telling_doubt(work: Work, recording_id: UUID) -> AsyncIterator[None]:
    """Have ingest look at a recording again when a step finds that its file was touched."""
    try:
        yield
    except Temporary as error:
        if error.code == IN_DOUBT:
            async with work() as unit:
                await look_again(unit.db, recording_id, if_valid=True)
        raise
