"""Part of stage three: captions that a person has edited stay, and a new result is proposed beside them."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.captions.versions import CaptionsAsKept, EditedCaptions, merge_edits, namings
from shared.db.caption_history import (
    PersonsCaptions,
    StoredCaptions,
    add_version,
    current_version_id,
    make_current,
    newest_version_id,
    operations_of,
    persons_captions,
    stored,
)
from shared.db.models import CaptionVersion, Transcription
from shared.db.session import Work
from shared.lifecycle import TranscriptionStatus
from shared.speaker_cast import Naming


@dataclass(frozen=True, slots=True)
class Before:
    """The captions that a new result is made after."""

    seen: tuple[UUID | None, UUID | None]
    """The newest version of the transcription that is no proposal, and the one that counts for the recording."""
    persons: PersonsCaptions | None
    """Set when a person answers for those: then it is only a proposal."""
    carried: EditedCaptions | None
    """The person's edits in the new result; None where there are none: the person has sent a whole file."""
    returns_to: TranscriptionStatus
    """What the transcription was: a result that is only proposed decides nothing."""
    namings: dict[str, Any] | None
    """What a naming has changed."""
    is_carried_over: bool = False
    """A naming in which every edit of the person has its place: it takes the place of the captions without the name."""

    @property
    def only_proposes(self) -> str | None:
        """Why a name does not reach the captions that count, as a sentence; for namings."""
        if self.persons is None or self.is_carried_over:
            return None
        author = self.persons.current.author or "a person"
        if self.carried is None:
            why = f"The captions are a file that {author} has sent"
        else:
            lost = len(self.carried.left_out)
            why = (
                f"{lost} of the edits by {author} {'find' if lost > 1 else 'finds'} no place in captions with the name"
            )
        return (
            f"{why}, so these stay a proposal beside those that count. Accept the proposal, or give the name by an edit"
            " (rename_speaker)."
        )


async def look_before(row: Transcription, result: CaptionsAsKept, work: Work, *, is_naming: bool = False) -> Before:
    """What stands, with its edits made in this result wherever the words still match."""
    async with work() as unit:
        seen = await _seen(unit.db, row)  # first: what is made from now on is noticed
        persons = await persons_captions(unit.db, row)
        status = await unit.db.scalar(select(Transcription.standing["status"].astext).where(Transcription.id == row.id))
        replaced = seen[0] or seen[1]
        version = await unit.db.get(CaptionVersion, replaced) if is_naming and replaced else None
    edits = operations_of(persons.edits) if persons else None
    carried = None
    is_edited = persons is not None and bool(persons.edits)
    if persons is not None and edits is not None and (edits["operations"] or (is_naming and is_edited)):
        carried = await asyncio.to_thread(merge_edits, _kept(persons.base), edits, result)
    named = await asyncio.to_thread(namings, _kept(stored(version)), result) if version else None
    returns_to = TranscriptionStatus(status) if status else TranscriptionStatus.COMPLETED
    keeps_all = carried is not None and not carried.left_out and bool(carried.captions.cue_list["cues"])
    is_carried_over = is_naming and keeps_all and persons is not None and persons.current.transcription_id == row.id
    return Before(seen, persons, carried, returns_to, named, is_carried_over)


async def is_as_it_was(db: AsyncSession, row: Transcription, before: Before) -> bool:
    """Whether nobody has made a version meanwhile. The caller holds the recording."""
    return await _seen(db, row) == before.seen


async def add_result(
    db: AsyncSession,
    row: Transcription,
    before: Before,
    naming: Naming | None,
    *,
    is_accepted: bool,
    cue_list: dict[str, Any],
    files: dict[str, Any],
) -> None:
    """Write the result down: it counts if it is accepted, unless a person's captions do. A naming in which all of the
    person's edits have their place counts with them. The caller holds the recording and its transcription."""
    result = await add_version(
        db,
        row,
        parent=before.seen[0] or before.seen[1],
        source="naming" if naming else "machine",
        author=naming.by if naming else None,
        user_id=naming.user_id if naming else None,
        operations=before.namings,
        is_proposal=before.persons is not None,
        cue_list=cue_list,
        files=files,
    )
    counts = result if before.persons is None else None
    if before.persons is not None and before.carried is not None:
        edited = await _add_edits(db, row, before, before.persons.current, before.carried, result)
        counts = edited if before.is_carried_over else None
    if counts is not None and is_accepted:
        await make_current(db, row.recording_id, counts.id)


async def _add_edits(
    db: AsyncSession,
    row: Transcription,
    before: Before,
    author: StoredCaptions,
    carried: EditedCaptions,
    result: CaptionVersion,
) -> CaptionVersion:
    return await add_version(
        db,
        row,
        parent=result.id,
        source="edit",
        author=author.author,
        user_id=author.user_id,
        is_proposal=not before.is_carried_over,
        cue_list=carried.captions.cue_list,
        cue_ids=carried.captions.cue_ids,
        operations=carried.edits,
        left_out=carried.left_out,
    )


async def _seen(db: AsyncSession, row: Transcription) -> tuple[UUID | None, UUID | None]:
    return await newest_version_id(db, row.id), await current_version_id(db, row.recording_id)


def _kept(version: StoredCaptions) -> CaptionsAsKept:
    return CaptionsAsKept(version.cue_list, version.cue_ids)
