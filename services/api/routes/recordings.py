"""Recordings: the ledger of every file ever seen."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.api.deps import Page, Reader, Work
from services.api.list_queries import newest
from services.api.problems import PROBLEMS
from services.api.schemas.common import Listing, Storable
from services.api.schemas.recordings import RecordingDetail, RecordingOut
from shared.db.models import Recording
from shared.errors import NotFound
from shared.lifecycle import RecordingStatus

router = APIRouter(prefix="/recordings", tags=["recordings"], responses=PROBLEMS)


@router.get("", operation_id="listRecordings", summary="Recordings, newest first")
async def index(
    _: Reader,
    work: Work,
    page: Page,
    status: RecordingStatus | None = None,
    mount_id: UUID | None = None,
    city_id: UUID | None = None,
    file_name: Annotated[Storable | None, Query(max_length=300, description="Exact file name.")] = None,
) -> Listing[RecordingOut]:
    """By the meeting's date."""
    wanted = {"status": status, "mount_id": mount_id, "city_id": city_id, "file_name": file_name}
    async with work() as unit:
        return await newest(unit.db, Recording, Recording.recorded_at, page, RecordingOut, wanted)


@router.get("/{recording_id}", operation_id="readRecording", summary="One recording")
async def read(recording_id: UUID, _: Reader, work: Work) -> RecordingDetail:
    """With what ffprobe said and the last looks at the file."""
    async with work() as unit:
        row = await unit.db.get(Recording, recording_id)
    if row is None:
        raise NotFound(f"There is no recording {recording_id}.")
    return RecordingDetail.model_validate(row)
