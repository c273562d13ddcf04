"""Pause and resume: lanes, cities, recordings, and single transcriptions and publications."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from services.api.deps import Operator, Reader, Work
from services.api.problems import PROBLEMS
from services.api.schemas.common import Listing, Shape
from services.api.schemas.publications import PublicationOut
from services.api.schemas.recordings import RecordingOut
from services.api.schemas.stations import CityOut
from services.api.schemas.transcriptions import TranscriptionOut
from services.api.usecases.pause_work import pause, pause_lane
from shared.db.models import City, Publication, Recording, Transcription
from shared.db.paused_work import paused_lanes
from shared.lanes import Lane

router = APIRouter(tags=["pauses"], responses=PROBLEMS)


class LaneOut(Shape):
    """A kind of work."""

    lane: Lane
    paused: bool
    paused_by: str | None = None
    paused_at: datetime | None = None


@router.get("/lanes", operation_id="listLanes", summary="All kinds of work, and which of them rest")
async def index(_: Reader, work: Work) -> Listing[LaneOut]:
    """There are few, so all of them."""
    async with work() as unit:
        resting = {row.lane: row for row in await paused_lanes(unit.db)}
    items = [
        LaneOut(lane=lane, paused=True, paused_by=row.paused_by, paused_at=row.paused_at)
        if (row := resting.get(lane))
        else LaneOut(lane=lane, paused=False)
        for lane in Lane
    ]
    return Listing[LaneOut](items=items, next=None)


@router.post("/lanes/{lane}/pause", status_code=204, operation_id="pauseLane", summary="Take no more work of a kind")
async def rest_lane(lane: Lane, who: Operator, work: Work) -> None:
    """What is in hand is finished."""
    await pause_lane(lane, who, paused=True, work=work)


@router.post("/lanes/{lane}/resume", status_code=204, operation_id="resumeLane", summary="Take such work again")
async def resume_lane(lane: Lane, who: Operator, work: Work) -> None:
    """At once."""
    await pause_lane(lane, who, paused=False, work=work)


@router.post("/cities/{city_id}/pause", operation_id="pauseCity", summary="Let a city's work rest")
async def rest_city(city_id: UUID, who: Operator, work: Work) -> CityOut:
    """Nothing more of it is taken; its recordings are still found."""
    return CityOut.model_validate(await pause(City, city_id, who, paused=True, work=work))


@router.post("/cities/{city_id}/resume", operation_id="resumeCity", summary="Let a city's work go on")
async def resume_city(city_id: UUID, who: Operator, work: Work) -> CityOut:
    """At once, except what is paused by itself."""
    return CityOut.model_validate(await pause(City, city_id, who, paused=False, work=work))


@router.post("/recordings/{recording_id}/pause", operation_id="pauseRecording", summary="Let a recording rest")
async def rest_recording(recording_id: UUID, who: Operator, work: Work) -> RecordingOut:
    """Its inspection, captions and publication."""
    return RecordingOut.model_validate(await pause(Recording, recording_id, who, paused=True, work=work))


@router.post("/recordings/{recording_id}/resume", operation_id="resumeRecording", summary="Let a recording go on")
async def resume_recording(recording_id: UUID, who: Operator, work: Work) -> RecordingOut:
    """At once."""
    return RecordingOut.model_validate(await pause(Recording, recording_id, who, paused=False, work=work))


@router.post("/transcriptions/{transcription_id}/pause", operation_id="pauseTranscription", summary="Let it rest")
async def rest_transcription(transcription_id: UUID, who: Operator, work: Work) -> TranscriptionOut:
    """Slices in hand are finished, and finished slices are kept."""
    return TranscriptionOut.model_validate(await pause(Transcription, transcription_id, who, paused=True, work=work))


@router.post("/transcriptions/{transcription_id}/resume", operation_id="resumeTranscription", summary="Let it go on")
async def resume_transcription(transcription_id: UUID, who: Operator, work: Work) -> TranscriptionOut:
    """At once."""
    return TranscriptionOut.model_validate(await pause(Transcription, transcription_id, who, paused=False, work=work))


@router.post("/publications/{publication_id}/pause", operation_id="pausePublication", summary="Let it rest")
async def rest_publication(publication_id: UUID, who: Operator, work: Work) -> PublicationOut:
    """The step in hand is finished."""
    return PublicationOut.model_validate(await pause(Publication, publication_id, who, paused=True, work=work))


@router.post("/publications/{publication_id}/resume", operation_id="resumePublication", summary="Let it go on")
async def resume_publication(publication_id: UUID, who: Operator, work: Work) -> PublicationOut:
    """At once."""
    return PublicationOut.model_validate(await pause(Publication, publication_id, who, paused=False, work=work))
