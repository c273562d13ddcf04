"""The history of captions: every version, what makes one of another, and a person's edits, which become the next."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.api.deps import Deps, Operator, Reader, Work
from services.api.list_queries import WITHOUT_REPORTS, transcription_or_404
from services.api.problems import PROBLEMS
from services.api.schemas.captions import CaptionCues, CaptionDifference, CaptionEditsIn, CaptionVersionOut
from services.api.schemas.common import Listing
from services.api.usecases.edit_captions import CaptionEdits, Outdated, edit_captions
from shared.captions.edits_json import SCHEMA
from shared.captions.versions import as_json, compared, shown
from shared.db.caption_history import HistoryEntry, current_version_id, history_of, require_cues
from shared.db.models import CaptionVersion, Recording, Transcription
from shared.errors import Conflict, InvalidInput, NotFound

router = APIRouter(tags=["captions"], responses=PROBLEMS)

_OF_ONE = "/transcriptions/{transcription_id}/captions"
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get(_OF_ONE, operation_id="listCaptionVersions", summary="The history of the captions, newest first")
async def versions(transcription_id: UUID, _: Reader, work: Work) -> Listing[CaptionVersionOut]:
    """Who made each version of what. A person's is never overwritten: a new result of the machine is a proposal."""
    async with work() as unit:
        row = await transcription_or_404(unit.db, transcription_id, *WITHOUT_REPORTS)
        current = await current_version_id(unit.db, row.recording_id)
        history = await history_of(unit.db, CaptionVersion.transcription_id == transcription_id)
    return Listing[CaptionVersionOut](items=[_shown(one, current) for one in history])


@router.get(
    "/recordings/{recording_id}/captions",
    operation_id="listCaptionsOfRecording",
    summary="All captions of a recording, newest first",
)
async def of_recording(recording_id: UUID, _: Reader, work: Work) -> Listing[CaptionVersionOut]:
    """Every version of each of its transcriptions; the one that counts is marked."""
    async with work() as unit:
        if await unit.db.get(Recording, recording_id) is None:
            raise NotFound(f"There is no recording {recording_id}.")
        current = await current_version_id(unit.db, recording_id)
        history = await history_of(unit.db, Transcription.recording_id == recording_id)
    return Listing[CaptionVersionOut](items=[_shown(one, current) for one in history])


@router.post(_OF_ONE, status_code=201, operation_id="editCaptions", summary="Correct captions")
async def edit(
    transcription_id: UUID, body: CaptionEditsIn, who: Operator, things: Deps, work: Work, response: Response
) -> CaptionVersionOut:
    """The edits become a version of their own, whose files are written soon after. Where somebody has made a newer one
    meanwhile, nothing is written, and the answer (409, `captions_outdated`) says how the edits are made in that one."""
    document = {"schema": SCHEMA, "operations": body.operations}
    edits = CaptionEdits(body.parent, document, body.note, merges=body.merge)
    made = await edit_captions(transcription_id, edits, who, work=work, compute=things.runtime.compute)
    if isinstance(made, Outdated):
        proposal = {"operations": made.proposal.edits["operations"], "left_out": made.proposal.left_out}
        message = f"Version {made.newest} has been made meanwhile. Send the edits again, as they are made in that one."
        raise Conflict(message, code="captions_outdated", outdated={"newest": made.newest, **proposal})
    async with work() as unit:
        row = await transcription_or_404(unit.db, transcription_id, *WITHOUT_REPORTS)
        current = await current_version_id(unit.db, row.recording_id)
        (version,) = await history_of(unit.db, CaptionVersion.id == made.id)
    response.headers["Location"] = f"/api/v1/transcriptions/{transcription_id}/captions/{made.number}"
    return _shown(version, current)


@router.get(
    _OF_ONE + "/{number}",
    operation_id="readCaptionVersion",
    summary="The cues of one version, as edits name them",
    response_class=Response,
    responses={200: {"model": CaptionCues}},
)
async def cues(transcription_id: UUID, number: Number, _: Reader, things: Deps, work: Work) -> Response:
    """Ids stay with their cues through all edits."""
    async with work() as unit:
        found = await _cues(unit.db, transcription_id, number)
    return _json(await things.runtime.compute.run(as_json, shown, found))


@router.get(
    _OF_ONE + "/{number}/difference",
    operation_id="compareCaptionVersions",
    summary="What makes one version of another",
    response_class=Response,
    responses={200: {"model": CaptionDifference}},
)
async def difference(
    transcription_id: UUID,
    number: Number,
    _: Reader,
    things: Deps,
    work: Work,
    since: Annotated[int, Query(ge=1, le=2**31 - 1, description="Number of the version that it is compared with.")],
    of: Annotated[
        UUID | None, Query(description="That version's transcription, where it is another of the recording.")
    ] = None,
) -> Response:
    """From version ``since`` to this one: operations on the former, and each cue before and after."""
    async with work() as unit:
        this = await _cues(unit.db, transcription_id, number)
        other = await _cues(unit.db, of or transcription_id, since)
        if of is not None and not await _are_of_one_recording(unit.db, of, transcription_id):
            raise InvalidInput("These are captions of two recordings.", code="other_recording")
    return _json(await things.runtime.compute.run(as_json, compared, other, this))


def _shown(one: HistoryEntry, current: UUID | None) -> CaptionVersionOut:
    version = one.version
    return CaptionVersionOut(
        transcription_id=version.transcription_id,
        number=version.number,
        source="naming" if version.source == "person" else version.source,
        created_at=version.created_at,
        files=version.files,
        parent=one.parent,
        author=version.author,
        note=version.note,
        is_current=version.id == current,
        is_proposal=version.is_proposal,
        edits=one.edits,
        left_out=version.left_out or [],
    )


async def _cues(db: AsyncSession, transcription_id: UUID, number: int) -> tuple[str, list[str] | None]:
    """As text: nobody here has to read these megabytes."""
    statement = select(cast(CaptionVersion.cue_list, Text), CaptionVersion.cue_ids)
    is_it = (CaptionVersion.transcription_id == transcription_id) & (CaptionVersion.number == number)
    row = (await db.execute(statement.where(is_it))).one_or_none()
    if row is None:
        raise NotFound(f"There is no version {number}.")
    require_cues(number, row[0] != "{}")
    return row[0], row[1]


async def _are_of_one_recording(db: AsyncSession, *transcriptions: UUID) -> bool:
    of = select(Transcription.recording_id).where(Transcription.id.in_(transcriptions)).distinct()
    return len((await db.scalars(of)).all()) == 1


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json")
