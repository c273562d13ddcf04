"""The history of captions: which version counts, which are only proposed, and what a person has changed.

Every result of the machine, every edit, naming or upload is a version of its own with the version that it was made
from. ``recordings.current_caption_version_id`` names the one that counts: the last that the gate or a person has
accepted. What a person has written is never replaced: a machine's result then stays a *proposal* beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer, load_only

from shared.db.locks import lock_recordings
from shared.db.models import CaptionVersion, Recording, Transcription, User
from shared.errors import Conflict, NotFound
from shared.lifecycle import TranscriptionStatus

BY_PERSONS: Final = ("edit", "upload")
"""Versions whose words a person answers for. A naming changes no word, and names are carried over by voices."""
_MOST_EDITS = 10_000
_WITHOUT_CUES: Final = load_only(CaptionVersion.source, CaptionVersion.content)

_ALL_BUT_CUES: Final = (
    defer(CaptionVersion.cue_list),
    defer(CaptionVersion.cue_ids),
    defer(CaptionVersion.operations),
)


def offered(transcription_id: UUID) -> ColumnElement[bool]:
    """Versions that may be read, linked and published: those that have been written and are no proposal."""
    return (
        (CaptionVersion.transcription_id == transcription_id)
        & ~CaptionVersion.is_proposal
        & (CaptionVersion.files != {})
    )


async def newest_number(db: AsyncSession, transcription_id: UUID) -> int | None:
    """Number of the newest version that is no proposal; the files of a person's edits may be about to be written."""
    is_it = (CaptionVersion.transcription_id == transcription_id) & ~CaptionVersion.is_proposal
    return await db.scalar(select(func.max(CaptionVersion.number)).where(is_it))


async def add_version(
    db: AsyncSession, row: Transcription, *, parent: UUID | None, user_id: int | None = None, **values: Any
) -> CaptionVersion:
    """The next version of a transcription. The caller holds the transcription, so no number is given twice.

    The author's account may have been removed meanwhile.
    """
    user = await db.get(User, user_id) if user_id is not None else None
    last = select(func.max(CaptionVersion.number)).where(CaptionVersion.transcription_id == row.id)
    number = (await db.scalar(last) or 0) + 1
    version = CaptionVersion(
        transcription_id=row.id,
        content=row.content,
        number=number,
        parent_id=parent,
        user_id=user.id if user else None,
        **values,
    )
    db.add(version)
    await db.flush()
    return version


async def newest_version_id(db: AsyncSession, transcription_id: UUID) -> UUID | None:
    """What the next version is made from: the newest that is no proposal."""
    return await db.scalar(
        select(CaptionVersion.id)
        .where(CaptionVersion.transcription_id == transcription_id, ~CaptionVersion.is_proposal)
        .order_by(CaptionVersion.number.desc())
        .limit(1)
    )


async def current_version_id(db: AsyncSession, recording_id: UUID) -> UUID | None:
    """The version that counts."""
    return await db.scalar(select(Recording.current_caption_version_id).where(Recording.id == recording_id))


async def make_current(db: AsyncSession, recording_id: UUID, version_id: UUID | None) -> None:
    """From now on this version counts. The caller holds the recording."""
    await db.execute(
        update(Recording)
        .where(Recording.id == recording_id)
        .values(current_caption_version_id=version_id)
        .execution_options(synchronize_session=False)
    )


async def is_current(db: AsyncSession, transcription: Transcription) -> bool:
    """Whether the version that counts for the recording is one of these."""
    found = await db.scalar(
        select(CaptionVersion.transcription_id)
        .join(Recording, Recording.current_caption_version_id == CaptionVersion.id)
        .where(Recording.id == transcription.recording_id)
    )
    return found == transcription.id


async def counting_elsewhere(db: AsyncSession, transcription: Transcription) -> CaptionVersion | None:
    """The version that counts for the recording, where it is another transcription's."""
    statement = select(CaptionVersion).join(Recording, Recording.current_caption_version_id == CaptionVersion.id)
    is_it = (Recording.id == transcription.recording_id) & (CaptionVersion.transcription_id != transcription.id)
    return await db.scalar(statement.where(is_it).options(*_ALL_BUT_CUES))


async def owe_links_of_city(db: AsyncSession, city_id: UUID) -> int:
    """The city is about to be called something else: the folders and manifests of its captions are to follow; returns
    of how many recordings. Locks those, so the city must not be locked yet."""
    of_city = (
        select(Transcription.recording_id)
        .join(CaptionVersion, CaptionVersion.transcription_id == Transcription.id)
        .join(Recording, Recording.current_caption_version_id == CaptionVersion.id)
        .where(Transcription.city_id == city_id, Transcription.output_directory.is_not(None))
    )
    recordings = (await db.scalars(of_city)).all()
    await lock_recordings(db, recordings)
    counting = select(CaptionVersion.transcription_id).join(
        Recording, Recording.current_caption_version_id == CaptionVersion.id
    )
    rows = (
        select(Transcription.id)
        .where(
            Transcription.id.in_(counting.where(Recording.id.in_(recordings))),
            Transcription.city_id == city_id,
            Transcription.output_directory.is_not(None),
        )
        .order_by(Transcription.id)
        .with_for_update(key_share=True)
    )
    ids = (await db.scalars(rows)).all()
    await db.execute(
        update(Transcription)
        .where(Transcription.id.in_(ids))
        .values(links_due=True)
        .execution_options(synchronize_session=False)
    )
    return len(ids)


def superseded(by: CaptionVersion, instead: str) -> Conflict:
    """Nobody is given these captions any more; ``instead`` says what to do with those that count."""
    author = f", made by {by.author}" if by.author else ""
    return Conflict(
        f"Captions of transcription {by.transcription_id} count for this recording now (version {by.number}{author})."
        f" {instead}",
        code="superseded",
    )


async def hand_over_current(db: AsyncSession, handed: Mapping[UUID, UUID]) -> None:
    """Transcriptions have gone to other recordings, and what counted there goes along. The caller holds both."""
    found = await db.execute(
        select(Recording.id, CaptionVersion.id, CaptionVersion.transcription_id)
        .join(CaptionVersion, CaptionVersion.id == Recording.current_caption_version_id)
        .where(CaptionVersion.transcription_id.in_(list(handed)))
    )
    for left, version, transcription in found.all():
        if handed[transcription] != left:
            await make_current(db, left, None)
            if await current_version_id(db, handed[transcription]) is None:
                await make_current(db, handed[transcription], version)


async def count_again(db: AsyncSession, recording_id: UUID, content: str) -> None:
    """This content is back: its newest accepted captions count again. The caller holds the recording."""
    current = await db.execute(
        select(CaptionVersion.content)
        .join(Recording, Recording.current_caption_version_id == CaptionVersion.id)
        .where(Recording.id == recording_id)
    )
    row = current.one_or_none()
    if row is not None and row.content in (None, content):
        return
    newest = (
        select(CaptionVersion.id)
        .join(Transcription, Transcription.id == CaptionVersion.transcription_id)
        .where(
            Transcription.recording_id == recording_id,
            Transcription.status == TranscriptionStatus.COMPLETED,
            CaptionVersion.content == content,
            ~CaptionVersion.is_proposal,
        )
        .order_by(
            func.coalesce(Transcription.completed_date, Transcription.created_date).desc(), CaptionVersion.number.desc()
        )
        .limit(1)
    )
    version = await db.scalar(newest)
    if version is not None:
        await make_current(db, recording_id, version)


@dataclass(frozen=True, slots=True)
class StoredCaptions:
    """A version as it is kept: its cue list, the ids of its cues, and the operations that made it of its parent."""

    id: UUID
    number: int
    transcription_id: UUID
    source: str
    author: str | None
    user_id: int | None
    cue_list: dict[str, Any]
    cue_ids: list[str] | None
    operations: dict[str, Any] | None
    is_proposal: bool


@dataclass(frozen=True, slots=True)
class PersonsCaptions:
    """What a person has made of a result of the machine, or of a file that somebody sent."""

    base: StoredCaptions
    edits: tuple[StoredCaptions, ...]
    """One after the other; the last one counts."""

    @property
    def current(self) -> StoredCaptions:
        return self.edits[-1] if self.edits else self.base


async def persons_captions(db: AsyncSession, row: Transcription) -> PersonsCaptions | None:
    """The captions that a person answers for and that a new result of ``row`` must not replace, or None.

    They are the newest of this transcription, accepted or not, or those that count for the recording. Captions of other
    content are no reason to leave a recording without its own.
    """
    for version_id in (await newest_version_id(db, row.id), await current_version_id(db, row.recording_id)):
        version = await db.get(CaptionVersion, version_id, options=[_WITHOUT_CUES]) if version_id else None
        if version is None or version.source not in BY_PERSONS:
            continue
        if version.content is None or row.content is None or version.content == row.content:
            chain = await lineage(db, version.id)
            return PersonsCaptions(chain[0], tuple(chain[1:]))
    return None


async def lineage(db: AsyncSession, version_id: UUID) -> list[StoredCaptions]:
    """The version with the edits before it, back to what the first of them was made from; oldest first."""
    above = (
        select(CaptionVersion.id, CaptionVersion.parent_id, (CaptionVersion.source == "edit").label("is_edit"))
        .where(CaptionVersion.id == version_id)
        .cte("above", recursive=True)
    )
    parent = aliased(CaptionVersion)
    above = above.union_all(
        select(parent.id, parent.parent_id, parent.source == "edit")
        .join(above, parent.id == above.c.parent_id)
        .where(above.c.is_edit)
    )
    statement = (
        select(CaptionVersion)
        .where(CaptionVersion.id.in_(select(above.c.id)))
        .order_by(CaptionVersion.number)
        .limit(_MOST_EDITS)
    )
    return [stored(row) for row in await db.scalars(statement)]


async def unwritten_edit(db: AsyncSession, transcription_id: UUID) -> CaptionVersion | None:
    """The newest version that is no proposal, where a person has made it and its files are not written yet."""
    newest = await newest_version_id(db, transcription_id)
    version = await db.get(CaptionVersion, newest, options=_ALL_BUT_CUES) if newest else None
    return version if version is not None and version.source == "edit" and not version.files else None


async def written_before(db: AsyncSession, version_id: UUID) -> CaptionVersion | None:
    """The nearest of the versions that this one was made from that has files."""
    parent = await db.scalar(select(CaptionVersion.parent_id).where(CaptionVersion.id == version_id))
    while parent is not None:
        version = await db.get_one(CaptionVersion, parent, options=_ALL_BUT_CUES)
        if version.files:
            return version
        parent = version.parent_id
    return None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A version without its cues, for people who ask what became of what."""

    version: CaptionVersion
    parent: int | None
    """Number of the version that it was made from, where that is one of the same transcription."""
    edits: int


async def history_of(db: AsyncSession, *which: ColumnElement[bool]) -> list[HistoryEntry]:
    """The versions of which this is true, those of the newest transcription first, each with the newest first. Cues and
    operations stay in the database: they are megabytes."""
    parent = aliased(CaptionVersion)
    is_ours = (parent.id == CaptionVersion.parent_id) & (parent.transcription_id == CaptionVersion.transcription_id)
    edits = func.coalesce(func.jsonb_array_length(CaptionVersion.operations["operations"]), 0)
    rows = await db.execute(
        select(CaptionVersion, parent.number, edits)
        .join(Transcription, Transcription.id == CaptionVersion.transcription_id)
        .outerjoin(parent, is_ours)
        .where(*which)
        .order_by(Transcription.created_date.desc(), Transcription.id, CaptionVersion.number.desc())
        .options(*_ALL_BUT_CUES)
    )
    return [HistoryEntry(version, number, count) for version, number, count in rows.all()]


def require_cues(number: int, is_there: bool) -> None:
    """Raises Conflict where the cues were let go of (``shared.db.growth``)."""
    if not is_there:
        raise Conflict(
            f"The cues of version {number} are not kept any more: others took its place long ago.",
            code="cues_forgotten",
        )


async def version_of(db: AsyncSession, transcription_id: UUID, number: int) -> CaptionVersion:
    """Raises NotFound."""
    row = await db.scalar(
        select(CaptionVersion).where(
            CaptionVersion.transcription_id == transcription_id, CaptionVersion.number == number
        )
    )
    if row is None:
        raise NotFound(f"There is no version {number}.")
    return row


def stored(row: CaptionVersion) -> StoredCaptions:
    """The values of a row."""
    return StoredCaptions(
        id=row.id,
        number=row.number,
        transcription_id=row.transcription_id,
        source=row.source,
        author=row.author,
        user_id=row.user_id,
        cue_list=row.cue_list,
        cue_ids=row.cue_ids,
        operations=row.operations,
        is_proposal=row.is_proposal,
    )


def operations_of(versions: Sequence[StoredCaptions]) -> dict[str, Any] | None:
    """The edits of versions that were made one from the other, as one document; None where one was not edited."""
    documents = [one.operations for one in versions]
    if any(one is None for one in documents):
        return None
    return {
        "schema": "archivist.edits/1",
        "operations": [step for one in documents if one for step in one["operations"]],
    }
