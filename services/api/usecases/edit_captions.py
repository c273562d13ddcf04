"""A person corrects captions: the edits become a version of their own, which no result of the machine replaces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.api.list_queries import WITHOUT_REPORTS, transcription_or_404
from services.api.session_tokens import Principal
from shared.captions.versions import CaptionsAsKept, EditedCaptions, edit, merge_edits, rebase_edits
from shared.compute import Compute
from shared.db import clock
from shared.db.caption_history import (
    StoredCaptions,
    add_version,
    counting_elsewhere,
    lineage,
    make_current,
    newest_version_id,
    operations_of,
    require_cues,
    stored,
    superseded,
    version_of,
)
from shared.db.content_at_place import require_same_content
from shared.db.event_log import tell
from shared.db.locks import lock_recording_of
from shared.db.models import CaptionVersion, Transcription
from shared.db.session import Work
from shared.errors import Conflict, InvalidInput
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.lifecycle import TranscriptionStatus
from shared.speaker_cast import NAME_ONLY_PROPOSED

_FINISHED = (TranscriptionStatus.COMPLETED, TranscriptionStatus.NEEDS_REVIEW)


@dataclass(frozen=True, slots=True)
class CaptionEdits:
    """What somebody wants to change, and of which version."""

    base: int
    """Number of the version that the person saw."""
    document: Mapping[str, Any]
    """Operations as ``shared.captions.edits_json`` reads them."""
    note: str | None = None
    merges: bool = False
    """Where somebody has made a newer version, the edits are made in that one, if each of them finds its place there
    and any is left to be made."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """Somebody has made a newer version: nothing was written, and this is how the edits would be made in that one."""

    newest: int
    proposal: EditedCaptions


async def edit_captions(
    transcription_id: UUID, edits: CaptionEdits, who: Principal, *, work: Work, compute: Compute
) -> CaptionVersion | Outdated:
    """Add a version with the edits; it counts from now on if the captions were accepted before, and the transcriber
    writes its files then.

    No edits at all accept a proposal as it is. Raises NotFound for an unknown version, InvalidInput for what is no edit
    of it or leaves no cue, Conflict while the captions are being made, where the recording is something else now, and
    where another transcription's captions have taken the place of these.
    """
    while True:
        document = dict(edits.document)
        async with work() as unit:
            row = await transcription_or_404(unit.db, transcription_id, *WITHOUT_REPORTS)
            _require_finished(row)
            seen = await version_of(unit.db, transcription_id, edits.base)
            await _require_in_force(unit.db, row, seen)
            base = stored(seen)
            require_cues(base.number, bool(base.cue_list))
            newest_id = await newest_version_id(unit.db, transcription_id)
            newest = await lineage(unit.db, newest_id) if newest_id is not None else []
        if newest and not _may_follow(base, newest[-1]):
            proposal = await _in_newest(base, newest, document, compute)
            if not edits.merges or proposal.left_out or not proposal.edits["operations"]:
                return Outdated(newest[-1].number, proposal)
            base, document = newest[-1], proposal.edits
        edited = await compute.run(edit, _kept(base), document)
        done = len(edited.edits["operations"])
        if not done and not base.is_proposal:
            raise InvalidInput("There is nothing to edit: the list of operations is empty.", code="no_edits")

        async with work() as unit:
            await lock_recording_of(unit.db, transcription_id)
            row = await transcription_or_404(unit.db, transcription_id, *WITHOUT_REPORTS, locked=True)
            _require_finished(row)
            if await newest_version_id(unit.db, transcription_id) != newest_id:
                continue
            await _require_in_force(unit.db, row, seen)
            version = await add_version(
                unit.db,
                row,
                parent=base.id,
                source="edit",
                author=who.name,
                user_id=who.user_id,
                note=edits.note,
                cue_list=edited.captions.cue_list,
                cue_ids=edited.captions.cue_ids,
                operations=edited.edits,
            )
            if base.is_proposal and row.error_code == NAME_ONLY_PROPOSED:
                row.error_code = row.error_message = None
            if row.status == TranscriptionStatus.COMPLETED:
                await make_current(unit.db, row.recording_id, version.id)
                row.links_due, row.attempt, row.ready_at = True, 0, clock.now()
                unit.notify(Lane.FINISH)
            tell(unit.db, Happened.TRANSCRIPTION_EDITED, row.id, by=who, version=version.number, edits=done)
            return version


def _require_finished(row: Transcription) -> None:
    if row.status not in _FINISHED:
        raise Conflict("Captions can be edited when they are finished.", code="not_finished")


async def _require_in_force(db: AsyncSession, row: Transcription, base: CaptionVersion) -> None:
    """An edit of what has been overtaken would count, and neither be found in the folder nor be published.

    A proposal that was made beside the version that counts may take its place, as may what waits for its review: there
    a person decides, knowing both.
    """
    await require_same_content(db, row)
    counting = await counting_elsewhere(db, row)
    if counting is None:
        return
    if row.status == TranscriptionStatus.NEEDS_REVIEW:
        is_later = (row.completed_date or row.created_date) > counting.created_at
    else:
        is_later = base.is_proposal and base.created_at > counting.created_at
    if not is_later:
        raise superseded(counting, "Make the edit there.")


def _may_follow(base: StoredCaptions, newest: StoredCaptions) -> bool:
    """What is there, or a proposal made beside it: who edits that has decided for it."""
    return base.id == newest.id or (base.is_proposal and base.number > newest.number)


async def _in_newest(
    base: StoredCaptions, newest: Sequence[StoredCaptions], document: dict[str, Any], compute: Compute
) -> EditedCaptions:
    """After the edits that have been made of the same version; else wherever the words still match."""
    after = [one for one in newest if one.number > base.number]
    theirs = operations_of(after)
    if theirs is not None and any(one.id == base.id for one in newest):
        return await compute.run(rebase_edits, _kept(base), document, theirs)
    return await compute.run(merge_edits, _kept(base), document, _kept(newest[-1]))


def _kept(version: StoredCaptions) -> CaptionsAsKept:
    return CaptionsAsKept(version.cue_list, version.cue_ids)
