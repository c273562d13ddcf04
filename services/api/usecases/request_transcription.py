"""Ask for captions of a recording."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from services.api.defaults import StationDefaults
from services.api.parts.queue_room import require_room
from services.api.session_tokens import Principal
from shared.city import CitySettings, stored_settings
from shared.db.event_log import tell
from shared.db.models import City, Mount, Recording, Transcription
from shared.db.session import Unit, Work
from shared.errors import Conflict, NotFound
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.languages import require_language
from shared.lifecycle import RecordingStatus
from shared.rules import OutputFormat


@dataclass(frozen=True, slots=True)
class TranscriptionOrder:
    """What somebody asked for; None leaves it to the city or the station."""

    recording_id: UUID
    language: str | None
    model: str | None
    include_summary: bool | None
    output_format: OutputFormat | None
    priority: int
    engine: str | None = None
    due_at: datetime | None = None
    named: tuple[str, ...] = ()
    """What was asked for and not left to the rules."""


async def request_transcription(
    wish: TranscriptionOrder, who: Principal, *, work: Work, station: StationDefaults, max_queue_size: int
) -> Transcription:
    """Add a transcription; raises ``Conflict`` when one is already under way or the recording is not valid.

    A model that by its name does not know the language is ``Unusable`` (``language_unsupported``), and so are settings
    of the city that mean nothing any more (``city_settings_invalid``).
    """
    try:
        async with work() as unit:
            return await _request(unit, wish, who, station, max_queue_size)
    except IntegrityError as error:
        if "uq_transcriptions_active_recording" not in str(error.orig):
            raise
        raise Conflict(
            "This recording is already being transcribed. Follow that transcription, or cancel it first.",
            code="already_active",
        ) from error


async def _request(
    unit: Unit, wish: TranscriptionOrder, who: Principal, station: StationDefaults, max_queue_size: int
) -> Transcription:
    # Held, so that ingest cannot find at this moment that the file has changed and want captions of it itself.
    recording = await unit.db.get(Recording, wish.recording_id, with_for_update={"key_share": True})
    if recording is None:
        raise NotFound(f"There is no recording {wish.recording_id}.")
    if recording.status != RecordingStatus.VALID:
        raise Conflict(
            f"The recording is {recording.status}, so it cannot be transcribed. {recording.reason or ''}".rstrip(),
            code="recording_not_valid",
        )
    await require_room(unit.db, max_queue_size)
    mount = await unit.db.get_one(Mount, recording.mount_id)
    city = await unit.db.get(City, recording.city_id) if recording.city_id else None
    chosen = stored_settings(city.name, city.settings) if city else CitySettings()
    engine, model = wish.engine or chosen.engine, wish.model or chosen.model
    language = wish.language or chosen.language or station.language
    require_language(language, model or station.model)
    row = Transcription(
        user_id=who.user_id,
        recording_id=recording.id,
        content=recording.content,
        city_id=recording.city_id,
        filename=recording.file_name,
        file_path=str(Path(mount.path) / recording.relative_path),
        file_size=recording.size_bytes,
        duration=(recording.duration_ms or 0) // 1000,
        duration_ms=recording.duration_ms,
        language=language,
        model=model,
        settings={"engine": engine} if engine else {},
        include_summary=_first(wish.include_summary, chosen.include_summary, station.include_summary),
        output_format=wish.output_format or chosen.output_format or station.output_format,
        priority=wish.priority,
        due_at=wish.due_at,
        set_by_person=list(wish.named),
        recorded_at=recording.recorded_at,
    )
    unit.db.add(row)
    await unit.db.flush()
    await unit.db.refresh(row)
    tell(unit.db, Happened.TRANSCRIPTION_REQUESTED, row.id, by=who)
    unit.notify(Lane.PLAN)
    return row


def _first(*said: bool | None) -> bool | None:
    return next((each for each in said if each is not None), None)
