"""Transcriptions: ask, read, steer, follow live."""

import asyncio
import logging
from collections.abc import AsyncIterable
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.exc import SQLAlchemyError

from services.api.deps import Deps, Operator, Page, Reader, Work
from services.api.list_queries import WITHOUT_REPORTS, newest, slices_of, transcription_or_404
from services.api.problems import PROBLEMS
from services.api.progress import Following, is_over, progress_of, read_last_id
from services.api.schemas.common import Listing
from services.api.schemas.transcriptions import (
    DueChange,
    PriorityChange,
    SliceOut,
    Step,
    TranscriptionCreate,
    TranscriptionDetail,
    TranscriptionOut,
)
from services.api.usecases.request_transcription import TranscriptionOrder, request_transcription
from services.api.usecases.steer_transcription import (
    approve_transcription,
    cancel_transcription,
    retry_transcription,
    set_due,
    set_priority,
)
from shared.db.models import Transcription
from shared.errors import NotFound
from shared.lifecycle import TranscriptionStatus

log = logging.getLogger(__name__)

router = APIRouter(prefix="/transcriptions", tags=["transcriptions"], responses=PROBLEMS)


@router.get("", operation_id="listTranscriptions", summary="Transcriptions, newest first")
async def index(
    _: Reader,
    work: Work,
    page: Page,
    status: TranscriptionStatus | None = None,
    recording_id: UUID | None = None,
    city_id: UUID | None = None,
) -> Listing[TranscriptionOut]:
    """By the moment they were asked for."""
    wanted = {"status": status, "recording_id": recording_id, "city_id": city_id}
    async with work() as unit:
        return await newest(unit.db, Transcription, Transcription.created_date, page, TranscriptionOut, wanted)


@router.post("", status_code=202, operation_id="requestTranscription", summary="Ask for captions")
async def create(
    body: TranscriptionCreate, who: Operator, things: Deps, work: Work, response: Response
) -> TranscriptionOut:
    """Accepted when this answers; follow the ``Location``."""
    row = await request_transcription(
        TranscriptionOrder(**body.model_dump(), named=tuple(sorted(body.model_fields_set - {"recording_id"}))),
        who,
        work=work,
        station=things.defaults,
        max_queue_size=things.max_queue_size,
    )
    response.headers["Location"] = f"/api/v1/transcriptions/{row.id}"
    return TranscriptionOut.model_validate(row)


@router.get("/{transcription_id}", operation_id="readTranscription", summary="One transcription")
async def read(transcription_id: UUID, _: Reader, work: Work) -> TranscriptionDetail:
    """With its slices, the engine that worked on it, and the quality report."""
    async with work() as unit:
        row = await transcription_or_404(unit.db, transcription_id)
        pieces = await slices_of(unit.db, transcription_id)
    shown = TranscriptionOut.model_validate(row).model_dump()
    slices = [SliceOut.model_validate(piece) for piece in pieces]
    return TranscriptionDetail(
        **shown, slices=slices, wanted_engine=row.wanted_engine, engine=row.engine, quality=row.quality
    )


@router.post("/{transcription_id}/cancel", operation_id="cancelTranscription", summary="Stop the work")
async def cancel(transcription_id: UUID, who: Operator, work: Work) -> TranscriptionOut:
    """Takes effect within seconds; finished slices are kept for a later retry."""
    return TranscriptionOut.model_validate(await cancel_transcription(transcription_id, who, work=work))


@router.post("/{transcription_id}/retry", status_code=202, operation_id="retryTranscription", summary="Try again")
async def retry(
    transcription_id: UUID,
    who: Operator,
    work: Work,
    from_scratch: Annotated[bool, Query(description="Do finished slices again too.")] = False,
) -> TranscriptionOut:
    """Continue where it ended, or do everything again."""
    row = await retry_transcription(transcription_id, who, from_scratch=from_scratch, work=work)
    return TranscriptionOut.model_validate(row)


@router.put("/{transcription_id}/priority", operation_id="prioritiseTranscription", summary="Move in the queue")
async def priority(transcription_id: UUID, body: PriorityChange, who: Operator, work: Work) -> TranscriptionOut:
    """5 is worked on first; within a priority, the newest meeting is."""
    return TranscriptionOut.model_validate(await set_priority(transcription_id, body.priority, who, work=work))


@router.put("/{transcription_id}/due", operation_id="dateTranscription", summary="Say when it is needed")
async def due(transcription_id: UUID, body: DueChange, who: Operator, work: Work) -> TranscriptionOut:
    """From two days before that moment it goes before newer recordings of the same priority."""
    return TranscriptionOut.model_validate(await set_due(transcription_id, body.due_at, who, work=work))


@router.post("/{transcription_id}/approve", operation_id="approveTranscription", summary="Accept after review")
async def approve(transcription_id: UUID, who: Operator, things: Deps, work: Work) -> TranscriptionOut:
    """A person finds the captions good enough although the quality gate had doubts."""
    row = await approve_transcription(transcription_id, who, work=work, station=things.publish_policy)
    return TranscriptionOut.model_validate(row)


async def _followed(transcription_id: UUID, _: Reader, work: Work) -> UUID:
    """404 has to be said before the stream begins."""
    async with work() as unit:
        await transcription_or_404(unit.db, transcription_id, *WITHOUT_REPORTS)
    return transcription_id


Followed = Annotated[UUID, Depends(_followed)]


@router.get(
    "/{transcription_id}/events",
    operation_id="followTranscription",
    summary="Follow the progress live (server-sent events)",
    response_class=EventSourceResponse,
)
async def events(
    transcription_id: Followed,
    things: Deps,
    work: Work,
    last_event_id: Annotated[str | None, Header(description="The last `id` that came: steps after it follow.")] = None,
) -> AsyncIterable[ServerSentEvent]:
    """An event ``step`` for each thing that happens, ``progress`` whenever something changed, and ``end`` when nothing
    more will happen.

    Steps are kept and have ids: whoever sends the last one back, as browsers do by themselves, hears every step since.
    With ``Last-Event-ID: 0`` that is all of them, and without the header those from now on.

    A database that is away for a while is waited for; the work goes on meanwhile, and so does the stream afterwards.
    """
    following = Following(transcription_id, after=read_last_id(last_event_id))
    before = None
    while True:
        try:
            steps = await following.steps(work)
            async with work() as unit:
                now = await progress_of(unit.db, transcription_id)
                has_more = await following.has_more(unit.db)
        except NotFound:
            return  # an upload whose caller has left is forgotten
        except (SQLAlchemyError, asyncpg.PostgresError, OSError) as error:
            # A database that restarts is no reason to hang up on somebody who watches.
            log.warning("progress_unreadable", extra={"fields": {"error": type(error).__name__}})
            await asyncio.sleep(things.poll_s)
            continue
        for step in steps:
            yield ServerSentEvent(data=Step.model_validate(step), event="step", id=str(step.id))
        if now != before:
            yield ServerSentEvent(data=now, event="progress", id=str(following.after))
            before = now
        if is_over(now) and not has_more:
            yield ServerSentEvent(data=now, event="end")
            return
        await asyncio.sleep(things.poll_s)
