"""Stage two, once per slice: speech to words, kept as a checkpoint the moment it is done."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from sqlalchemy import Integer, case, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.transcriber.deps import TranscriberDeps
from services.transcriber.engines.values import SliceRequest, SliceResult
from services.transcriber.prepare import nothing_said, plan_from_json, request_for
from services.transcriber.usecases.plan_recording import Place, flac_of, place_of, prepare_in_thread
from shared import metrics
from shared.city import CitySettings
from shared.db.leases import Lease, is_mine, keep, settle
from shared.db.models import City, Mount, Recording, Slice, Transcription
from shared.db.session import DATABASE_TROUBLE, Unit, Work
from shared.jobs.lanes import Lane
from shared.lifecycle import SliceStatus, Stage

log = logging.getLogger(__name__)

_PLANNED, _DECODED = 5, 90
"""Percent of a transcription's progress when planning ends and when the last slice ends."""


@dataclass(frozen=True, slots=True)
class _Order:
    transcription_id: UUID
    number: int
    start_ms: int
    end_ms: int
    model: str | None
    engine: str | None
    request: SliceRequest
    place: Place
    language: str


async def transcribe_slice(lease: Lease, deps: TranscriberDeps) -> None:
    """Load the slice, let an engine work, write the result; the last slice opens the final stage."""
    order = await _load(lease, deps)
    started = monotonic()

    result = await _words(lease, order, deps)

    seconds = monotonic() - started
    async with deps.work() as unit:
        await _apply(unit, lease, order, result, seconds)
    metrics.MEDIA_SECONDS.inc((order.end_ms - order.start_ms) / 1000)
    metrics.SPEECH_SECONDS.inc(seconds)
    log.info(
        "slice_transcribed",
        extra={"fields": {"number": order.number, "words": len(result.words), "seconds": round(seconds, 2)}},
    )


async def _load(lease: Lease, deps: TranscriberDeps) -> _Order:
    async with deps.work() as unit:
        piece = await unit.db.get_one(Slice, lease.row_id)
        row = await unit.db.get_one(Transcription, piece.transcription_id)
        recording = await unit.db.get_one(Recording, row.recording_id)
        mount = await unit.db.get_one(Mount, recording.mount_id)
        city = await unit.db.get(City, row.city_id) if row.city_id else None
    vocabulary = CitySettings.model_validate(city.settings if city else {}).as_vocabulary()
    assert row.plan is not None  # a row of stage "slices" has been planned
    _, heard = plan_from_json(row.plan)
    return _Order(
        transcription_id=row.id,
        number=piece.number,
        start_ms=piece.start_ms,
        end_ms=piece.end_ms,
        model=row.model,
        engine=row.settings.get("engine"),
        request=request_for(
            heard,
            piece.start_ms,
            piece.end_ms,
            language=row.language,
            vocabulary=vocabulary,
            careful=row.second_decode,
            phrases=row.settings.get("phrases", ()),  # of an upload's prompt
        ),
        place=place_of(recording, mount),
        language=row.language,
    )


async def _words(lease: Lease, order: _Order, deps: TranscriberDeps) -> SliceResult:
    if not order.request.speech:
        return nothing_said(order.language)
    flac = flac_of(deps.work_root, order.transcription_id)
    async with deps.decoding:  # the slices of one recording that begin together decode it once
        if not await asyncio.to_thread(flac.exists):
            # Another machine planned it, or work storage was emptied: the recording is still there, decode it again.
            await prepare_in_thread(order.place, flac, order.language, deps)
    async with deps.speech.engine(order.model, order.engine) as engine, _reporting(lease, order, deps.work) as done:
        return await engine.transcribe(
            flac,
            order.start_ms,
            order.end_ms,
            order.request,
            timeout_s=deps.slice_timeout_s,
            on_progress=done.set,
        )


class _Done:
    """How much of the slice's speech has been decoded."""

    share = 0.0

    def set(self, done_ms: int, of_ms: int) -> None:
        self.share = done_ms / of_ms if of_ms else 1.0


@asynccontextmanager
async def _reporting(lease: Lease, order: _Order, work: Work) -> AsyncIterator[_Done]:
    """Write the progress down every two seconds; a report that fails is not worth failing the work."""
    done = _Done()

    async def report() -> None:
        last = 0.0
        while True:
            await asyncio.sleep(2)
            if done.share == last:
                continue
            last = done.share
            with contextlib.suppress(*DATABASE_TROUBLE):
                async with work() as unit:
                    await lock_transcription(unit.db, order.transcription_id)
                    if await keep(unit.db, lease, progress_ms=int(last * (order.end_ms - order.start_ms))):
                        await _count_progress(unit.db, order.transcription_id)

    reporter = asyncio.create_task(report(), name=f"progress of slice {order.number}")
    try:
        yield done
    finally:
        reporter.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reporter


async def _apply(unit: Unit, lease: Lease, order: _Order, result: SliceResult, seconds: float) -> None:
    await lock_transcription(unit.db, order.transcription_id)
    if not await is_mine(unit.db, lease):
        return
    await settle(
        unit.db,
        lease,
        status=SliceStatus.DONE,
        result=json.loads(result.to_json()),
        progress_ms=order.end_ms - order.start_ms,
        work_seconds=round(seconds, 3),
        finished_at=func.now(),
    )
    await _count_progress(unit.db, order.transcription_id)
    waiting = await unit.db.scalar(
        select(func.count()).where(Slice.transcription_id == order.transcription_id, Slice.status != SliceStatus.DONE)
    )
    if not waiting:
        await unit.db.execute(
            update(Transcription)
            .where(Transcription.id == order.transcription_id, Transcription.stage == Stage.SLICES)
            .values(stage=Stage.FINISH, ready_at=func.now())
            .execution_options(synchronize_session=False)
        )
        unit.ring(Lane.FINISH)


async def lock_transcription(db: AsyncSession, transcription_id: UUID) -> None:
    """The parent before its slices, always: last slices that end together see each other, nobody locks crosswise."""
    await db.execute(select(Transcription.id).where(Transcription.id == transcription_id).with_for_update())


async def _count_progress(db: AsyncSession, transcription_id: UUID) -> None:
    length = Slice.end_ms - Slice.start_ms
    done = case((Slice.status == SliceStatus.DONE, length), else_=func.least(Slice.progress_ms, length))
    share = func.sum(done) * 1.0 / func.nullif(func.sum(length), 0)
    percent = select(cast(_PLANNED + (_DECODED - _PLANNED) * func.coalesce(share, 1), Integer)).where(
        Slice.transcription_id == transcription_id
    )
    await db.execute(
        update(Transcription)
        .where(Transcription.id == transcription_id)
        .values(progress=percent.scalar_subquery())
        .execution_options(synchronize_session=False)
    )
