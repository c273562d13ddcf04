"""A person says who a voice is: the captions are written again with the name, and the city knows the voice."""

from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.api.list_queries import transcription_or_404
from services.api.session_tokens import Principal
from shared.db import clock
from shared.db.caption_history import counting_elsewhere, is_current, superseded
from shared.db.event_log import tell
from shared.db.models import City, Transcription, Voice
from shared.db.session import Work
from shared.errors import Conflict, Temporary
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.lifecycle import Stage, TranscriptionStatus, check_step
from shared.meetings import KnownVoice, learn_voice
from shared.speaker_cast import Naming, Speakers

_FINISHED = (TranscriptionStatus.COMPLETED, TranscriptionStatus.NEEDS_REVIEW)


async def name_speaker(transcription_id: UUID, label: str, name: str, who: Principal, *, work: Work) -> Transcription:
    """Confirm a name. Raises NotFound for an unknown label, Conflict while the recording is being transcribed or when
    newer captions have taken the place of these.

    Names given before a worker begins make one version together. Raises Temporary in the seconds in which a worker
    writes: it has read the names already, and two workers must not write one version.
    """
    try:
        async with work() as unit:
            row = await transcription_or_404(unit.db, transcription_id, locked=True)
            speakers = Speakers.model_validate(row.speakers or {})
            before = speakers.speaker(label)
            is_being_written = row.status == TranscriptionStatus.PROCESSING and speakers.naming is not None
            if row.status not in _FINISHED and not is_being_written:
                raise Conflict("Speakers can be named when the captions are finished.", code="not_finished")
            await _require_in_force(unit.db, row)
            if row.lease_token is not None:
                raise Temporary(
                    "The captions are being written with an earlier name just now; try again in a few seconds.",
                    code="captions_being_written",
                    retry_after_s=3,
                )
            if row.plan == {}:
                raise Conflict(
                    "The words of this recording are not kept any more. Rename the speaker by an edit of the captions,"
                    " or transcribe it again from scratch.",
                    code="words_forgotten",
                )
            check_step(TranscriptionStatus(row.status), TranscriptionStatus.PROCESSING)
            returns_to = speakers.naming.status if is_being_written and speakers.naming else row.status
            naming = Naming(by=who.name, user_id=who.user_id, status=returns_to)
            row.speakers = speakers.with_name(label, name, naming).model_dump(mode="json")
            row.status, row.stage = TranscriptionStatus.PROCESSING, Stage.FINISH
            row.attempt, row.ready_at = 0, clock.now()
            if row.city_id is not None and before.voice and before.name != name:
                # One lesson at a time: two people may name the same voice in two meetings.
                await unit.db.get(City, row.city_id, with_for_update={"key_share": True})
                await _forget(unit.db, row.city_id, speakers.model, before.name)
                await _learn(unit.db, row.city_id, speakers.model, name, before.voice, who)
            tell(unit.db, Happened.TRANSCRIPTION_SPEAKER_NAMED, row.id, by=who, label=label)
            unit.notify(Lane.FINISH)
            await unit.db.flush()
            await unit.db.refresh(row)
            return row
    except IntegrityError as error:
        if "uq_transcriptions_active_recording" not in str(error.orig):
            raise
        raise Conflict("Another transcription of this recording is under way.", code="already_active") from error


async def _require_in_force(db: AsyncSession, row: Transcription) -> None:
    """What nobody is given takes no names: they would make one more proposal there, and reach no viewer."""
    counting = await counting_elsewhere(db, row)
    is_accepted = row.status != TranscriptionStatus.NEEDS_REVIEW
    if counting is not None and (is_accepted or await _has_newer_captions(db, row)):
        raise superseded(counting, "Name the speakers there.")
    if not await is_current(db, row) and await _has_newer_captions(db, row):
        raise Conflict(
            "Newer captions of this recording have taken the place of these; name the speakers there.",
            code="superseded",
        )


async def _has_newer_captions(db: AsyncSession, row: Transcription) -> bool:
    """Written again, older captions would take the place of newer ones in the output folder and for viewers."""
    other = aliased(Transcription)
    found = await db.scalar(
        select(other.id)
        .join(Transcription, Transcription.recording_id == other.recording_id)
        .where(
            Transcription.id == row.id,
            other.id != row.id,
            other.status == TranscriptionStatus.COMPLETED,
            func.coalesce(other.completed_date, other.created_date)
            > func.coalesce(Transcription.completed_date, Transcription.created_date),
        )
        .limit(1)
    )
    return found is not None


async def _forget(db: AsyncSession, city_id: UUID, model: str, name: str | None) -> None:
    """A name that was put right and was known from this recording alone had never been this voice's."""
    await db.execute(
        delete(Voice).where(
            Voice.city_id == city_id, Voice.model == model, Voice.name == (name or ""), Voice.samples <= 1
        )
    )


async def _learn(
    db: AsyncSession, city_id: UUID, model: str, name: str, heard: tuple[float, ...], who: Principal
) -> None:
    row = await db.scalar(
        select(Voice).where(Voice.city_id == city_id, Voice.model == model, Voice.name == name).with_for_update()
    )
    known = KnownVoice(row.name, tuple(row.embedding), row.samples) if row else None
    voice = learn_voice(name, heard, known)
    if row is None:
        row = Voice(city_id=city_id, model=model, name=name, embedding=[], confirmed_by=who.name)
        db.add(row)
    row.embedding, row.samples = list(voice.embedding), voice.samples
    row.confirmed_by, row.updated_at = who.name, clock.now()
