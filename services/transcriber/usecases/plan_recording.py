"""Stage one: decode a recording's sound into work storage and cut it into slices."""

import asyncio
import logging
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.transcriber.decoding.plan import SliceSpan
from services.transcriber.decoding.prepare import plan_as_json, plan_from_json
from services.transcriber.deps import TranscriberDeps
from services.transcriber.engines.speech_models import model_languages
from services.transcriber.hearing.listen import FoundLanguage
from services.transcriber.parts.decoded_sound import flac_of, place_of, prepare_in_thread
from services.transcriber.parts.settle_engine import NOT_OFFERED, WantedEngine, settle_at_planning
from services.transcriber.stages import plan_stage
from shared.city import stored_settings
from shared.db import clock
from shared.db.event_log import tell
from shared.db.leases import Lease, is_mine, settle
from shared.db.models import City, Recording, Slice, Transcription
from shared.errors import Temporary
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.languages import AUTO, language_code, require_language
from shared.lifecycle import SliceStatus, Stage, TranscriptionStatus, check_step

log = logging.getLogger(__name__)

_ANOTHER_WORKER_S = 30
"""A recording whose language only another worker can find out comes back after so long."""


async def plan_recording(lease: Lease, deps: TranscriberDeps) -> None:
    """Load the row, decode and listen, write the slices down and notify their lane."""
    async with deps.work() as unit:
        if not await is_mine(unit.db, lease):
            return
        row = await unit.db.get_one(Transcription, lease.row_id)
        check_step(TranscriptionStatus(row.status), TranscriptionStatus.PROCESSING)
        if row.status != TranscriptionStatus.PROCESSING:
            tell(unit.db, Happened.TRANSCRIPTION_STARTED, row.id, by="transcriber")
        row.status = TranscriptionStatus.PROCESSING
        row.started_date = row.started_date or clock.now()
        city = await unit.db.get(City, row.city_id) if row.city_id else None
        if city is not None:  # said now, and not after hours of work
            stored_settings(city.name, city.settings)
        if row.speakers is not None:  # whoever was named stays named, but these captions are a machine's again
            row.speakers = {**row.speakers, "naming": None}
        recording = await unit.db.get_one(Recording, row.recording_id)
        place = await place_of(unit.db, recording)
        language = language_code(row.settings.get("language", row.language))
        most_s = row.settings.get("max_seconds")  # of an upload
        asked = WantedEngine(row.settings.get("engine"), row.model)
        before = await _language_before(unit.db, row) if language == AUTO else None

    model = asked.model or deps.speech.model
    require_language(language, model, await asyncio.to_thread(model_languages, model))
    wanted, missing = await settle_at_planning(asked, deps)
    if missing and language == AUTO and before is None:
        raise Temporary(missing, code=NOT_OFFERED, retry_after_s=_ANOTHER_WORKER_S, outside=True)
    flac = flac_of(deps.work_root, lease.row_id)
    prepared = await prepare_in_thread(place, flac, language, deps, refused_above_s=most_s)
    if before is not None:
        prepared, settled = prepared.in_language(before[0]), before[1]
    else:
        engine = deps.speech.engine(wanted.model, wanted.engine)
        prepared, settled = await plan_stage(prepared, language, flac, engine)

    async with deps.work() as unit:
        if not await is_mine(unit.db, lease):
            return
        waiting, done = await _write_slices(unit.db, lease.row_id, prepared.slices)
        row = await unit.db.get_one(Transcription, lease.row_id)
        if done and row.wanted_engine is not None:  # what is there was decoded with that, so the rest will be
            wanted, missing = WantedEngine.from_json(row.wanted_engine), None
        await settle(
            unit.db,
            lease,
            stage=Stage.SLICES if waiting else Stage.FINISH,
            plan=plan_as_json(prepared),
            language=settled,
            # The column says what it is; what was asked is kept, so that a retry finds it out again.
            settings={**row.settings, "language": AUTO} if language == AUTO else row.settings,
            duration_ms=prepared.heard.duration_ms,
            wanted_engine=wanted.as_json(),
            error_code=NOT_OFFERED if missing else None,
            error_message=missing,
            progress=5,
        )
        facts: dict[str, Any] = {"slices": waiting + done, "kept": done or None, "speech_ms": prepared.heard.speech_ms}
        tell(unit.db, Happened.TRANSCRIPTION_PLANNED, lease.row_id, by="transcriber", **facts)
        if waiting:
            unit.notify(Lane.SLICE, min(waiting, 16))
        else:
            unit.notify(Lane.FINISH)
    log.info(
        "recording_planned",
        extra={"fields": {"slices": len(prepared.slices), "speech_s": prepared.heard.speech_ms // 1000}},
    )


async def _language_before(db: AsyncSession, row: Transcription) -> tuple[FoundLanguage | None, str] | None:
    """The language of slices that an earlier plan left done: the rest must be in the same."""
    kept = select(Slice.id).where(Slice.transcription_id == row.id, Slice.status == SliceStatus.DONE).limit(1)
    if not row.plan or await db.scalar(kept) is None:
        return None
    return plan_from_json(row.plan).heard.language, row.language


async def _write_slices(db: AsyncSession, transcription_id: UUID, planned: tuple[SliceSpan, ...]) -> tuple[int, int]:
    """Keep finished slices of an equal plan (a retry), else start over; returns how many wait and how many are done."""
    rows = (
        await db.scalars(select(Slice).where(Slice.transcription_id == transcription_id).order_by(Slice.number))
    ).all()
    spans = [(span.index, span.start_ms, span.end_ms) for span in planned]
    if [(row.number, row.start_ms, row.end_ms) for row in rows] == spans:
        done = sum(row.status == SliceStatus.DONE for row in rows)
        return len(rows) - done, done
    await db.execute(delete(Slice).where(Slice.transcription_id == transcription_id))
    await db.execute(
        update(Transcription)
        .where(Transcription.id == transcription_id)
        .values(second_decode=False)
        .execution_options(synchronize_session=False)
    )
    for number, start_ms, end_ms in spans:
        db.add(Slice(transcription_id=transcription_id, number=number, start_ms=start_ms, end_ms=end_ms))
    await db.flush()
    return len(spans), 0
