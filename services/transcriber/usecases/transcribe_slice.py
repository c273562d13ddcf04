"""Stage two, once per slice: speech to words, kept as a checkpoint the moment it is done."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

from services.transcriber.composing.compose import CaptionChoices
from services.transcriber.decoding.prepare import plan_from_json
from services.transcriber.deps import TranscriberDeps
from services.transcriber.engines.values import SliceRequest, SliceResult
from services.transcriber.hearing.listen import Heard
from services.transcriber.parts.decoded_sound import ReadablePlace, decode_in_thread, flac_of, place_of
from services.transcriber.parts.reporting import reporting
from services.transcriber.parts.settle_engine import (
    WantedEngine,
    engine_for_slice,
    forget_waiting,
    is_decoded_as_wanted,
    leaving_what_is_not_here,
    left,
    tell_if_long,
)
from services.transcriber.parts.slice_progress import count_in, count_progress
from services.transcriber.stages import slice_stage
from shared import metrics
from shared.city import CitySettings, stored_settings
from shared.db import clock
from shared.db.event_log import tell
from shared.db.leases import Lease, is_mine, keep, settle
from shared.db.locks import lock_transcription
from shared.db.models import City, Recording, Slice, Transcription
from shared.db.session import Unit
from shared.errors import RanShort, Temporary
from shared.event_kinds import Happened
from shared.jobs.leaving import EngineMismatch
from shared.lanes import Lane
from shared.lifecycle import SliceStatus
from shared.quality.spans import Span

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Order:
    transcription_id: UUID
    number: int
    span: Span
    wanted: WantedEngine
    heard: Heard
    choices: CaptionChoices
    careful: bool
    place: ReadablePlace
    is_second_decode: bool
    asked_language: str
    """``auto`` where the language was found out: it chose the sound track."""


async def transcribe_slice(lease: Lease, deps: TranscriberDeps) -> None:
    """Load the slice, let an engine work, write the result; the last slice opens the final stage."""
    order = await _load(lease, deps)
    started = monotonic()

    try:
        decode = partial(_decode, lease, order, deps)
        result = await slice_stage(order.heard, order.span, order.choices, decode, careful=order.careful)
    except EngineMismatch:
        async with deps.work() as unit:
            await tell_if_long(unit.db, order.transcription_id, lease.row_id, order.wanted)
        raise

    seconds = monotonic() - started
    async with deps.work() as unit:
        await _apply(unit, lease, order, result, seconds)
    metrics.MEDIA_SECONDS.inc(order.span.length_ms / 1000)
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
        place = await place_of(unit.db, recording)
        city = await unit.db.get(City, row.city_id) if row.city_id else None
    chosen = stored_settings(city.name, city.settings) if city else CitySettings()
    assert row.plan is not None  # a row of stage "slices" has been planned
    return _Order(
        transcription_id=row.id,
        number=piece.number,
        span=Span(piece.start_ms, piece.end_ms),
        wanted=WantedEngine.from_json(row.wanted_engine or {"model": row.model, "engine": row.settings.get("engine")}),
        heard=plan_from_json(row.plan).heard,
        choices=deps.choices_for(row, chosen),
        careful=row.second_decode,
        place=place,
        is_second_decode=piece.first_decode is not None,
        asked_language=row.settings.get("language", row.language),
    )


async def _decode(lease: Lease, order: _Order, deps: TranscriberDeps, request: SliceRequest) -> SliceResult:
    wanted, spec = await engine_for_slice(order.transcription_id, order.wanted, deps)
    options = replace(request.options, beam_size=spec.options.beam_size)
    flac = flac_of(deps.work_root, order.transcription_id)
    async with deps.decoding:  # the slices of one recording that begin together decode it once
        if not await asyncio.to_thread(flac.exists):
            # Another machine planned it, or work storage was emptied: the recording is still there, decode it again.
            await decode_in_thread(order.place, flac, order.asked_language, deps)

    async def write(share: float) -> None:
        async with deps.work() as unit:
            await lock_transcription(unit.db, order.transcription_id)
            if await keep(unit.db, lease, progress_ms=int(share * order.span.length_ms)):
                await count_progress(unit.db, order.transcription_id)

    async with deps.speech.lend(spec) as engine, reporting(write) as done:
        with leaving_what_is_not_here(wanted), _without_sound_that_cannot_be_read(flac), _counted(order):
            result = await engine.transcribe(
                flac,
                *order.span,
                replace(request, options=options),
                timeout_s=deps.slice_timeout_s,
                on_progress=done.set,
            )
    if not is_decoded_as_wanted(result, wanted):
        deps.speech.forget(spec)
        raise left(wanted, "its model is another one by now.")
    return result


@contextlib.contextmanager
def _counted(order: _Order) -> Iterator[None]:
    """A second decode is not waited for until it has time and memory: the first result is there."""
    try:
        yield
    except RanShort as error:
        if order.is_second_decode:
            raise Temporary(error.message, code=error.code) from error
        raise


@contextlib.contextmanager
def _without_sound_that_cannot_be_read(flac: Path) -> Iterator[None]:
    """It is taken away, so that the next try decodes the recording again."""
    try:
        yield
    except Temporary as error:
        if error.code == "work_storage_unreadable":
            flac.unlink(missing_ok=True)
        raise


async def _apply(unit: Unit, lease: Lease, order: _Order, result: SliceResult, seconds: float) -> None:
    await lock_transcription(unit.db, order.transcription_id)
    if not await is_mine(unit.db, lease):
        return
    await forget_waiting(unit.db, order.transcription_id)
    await settle(
        unit.db,
        lease,
        status=SliceStatus.DONE,
        # What the engine thought of its sentences served to judge them, and says every word a second time.
        result=json.loads(replace(result, segments=()).to_json()),
        progress_ms=order.span.length_ms,
        work_seconds=round(seconds, 3),
        finished_at=clock.now(),
    )
    facts: dict[str, Any] = {"number": order.number, "words": len(result.words), "seconds": round(seconds, 1)}
    tell(unit.db, Happened.SLICE_DONE, lease.row_id, by="transcriber", transcription_id=order.transcription_id, **facts)
    if await count_in(unit.db, order.transcription_id):
        unit.notify(Lane.FINISH)
