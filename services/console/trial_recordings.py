"""Recordings on which another speech model is tried: the newest of a station, or files of one's own.

Nothing is written: a station's rows are read in a transaction that the database itself keeps from writing.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Text, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.console.caption_files import load
from services.console.chosen_recordings import find_recordings
from services.console.progress_display import printable
from services.console.single_file import facts_of
from services.transcriber.composing.better_decode import DecodedSlice, decoded_of
from services.transcriber.composing.compose import CaptionChoices
from services.transcriber.decoding.prepare import plan_from_json
from services.transcriber.deps import choices_for
from services.transcriber.engines.values import EngineInfo
from services.transcriber.hearing.listen import Heard
from services.transcriber.parts.decoded_sound import ReadablePlace, place_of
from shared.captions import read_cue_list
from shared.captions.interchange import READABLE
from shared.captions.model import Cue
from shared.city import CitySettings, stored_settings
from shared.db.caption_history import StoredCaptions, lineage, require_cues, stored
from shared.db.models import CaptionVersion, City, Mount, Recording, Slice, Transcription
from shared.db.session import open_database, unit_of_work
from shared.errors import ArchivistError, Conflict, InvalidInput, NotFound, Temporary
from shared.lifecycle import TranscriptionStatus
from shared.notify import MemoryNotifier
from shared.settings import Settings
from shared.storage.content import require_same
from shared.storage.files import inside

CORRECTED = ".corrected"
"""Stands in the name of captions beside a recording of one's own that a person has put right."""
_MOST_PASSED_OVER = 50
_ENGINE = TypeAdapter(EngineInfo)
_MACHINES = ("machine", "naming", "person")


@dataclass(frozen=True, slots=True)
class EarlierResult:
    """What the machine made of a recording before: its captions, and what is still kept of how it came to them."""

    cues: tuple[Cue, ...]
    engine: str | None
    identity: str = ""
    heard: Heard | None = None
    """None, as without slices: it is not kept any more, or is another result's."""
    slices: tuple[DecodedSlice, ...] = ()


@dataclass(frozen=True, slots=True)
class TrialRecording:
    """A recording on which a model is tried, or why that cannot be."""

    name: str
    media: Path = Path()
    duration_ms: int = 0
    choices: CaptionChoices = field(default_factory=CaptionChoices)
    earlier: EarlierResult | None = None
    """None for a file of one's own: the present model has its turn with it first."""
    corrected: tuple[Cue, ...] | None = None
    """The captions as a person has put them right."""
    notes: tuple[str, ...] = ()
    trouble: ArchivistError | None = None
    """Nothing can be tried on it."""


def files_to_try(typed: Sequence[str], choices: CaptionChoices, start_tc: str) -> list[TrialRecording]:
    """Files of one's own, each with the captions beside it that somebody has corrected: ``meeting.corrected.srt``."""

    def no_input() -> Path:
        raise InvalidInput("A model is tried on files, not on standard input.", code="no_input")

    # Where captions would go is of no meaning here, but for what is told of files that cannot be read.
    return [
        _file(one.name, one.media, one.trouble, choices, start_tc)
        for one in find_recordings(typed, None, stdin=no_input)
    ]


def _file(
    name: str, media: Path, trouble: ArchivistError | None, choices: CaptionChoices, start_tc: str
) -> TrialRecording:
    if trouble is not None:
        return TrialRecording(name, trouble=trouble)
    try:
        beside = [media.with_name(f"{media.stem}{CORRECTED}{ending}") for ending in READABLE]
        found = next((file for file in beside if file.is_file()), None)
        corrected = load(found, start_tc).cues if found else None
    except ArchivistError as error:
        return TrialRecording(name, trouble=error)
    facts = facts_of(media)
    return TrialRecording(name, media, facts.duration_ms if facts else 0, choices, corrected=corrected)


async def newest_to_try(settings: Settings, count: int, station: CaptionChoices) -> list[TrialRecording]:
    """The newest ``count`` recordings whose captions are finished, and those passed over on the way with the reason."""
    engine = open_database(settings.database_dsn, pool_size=1, name="archivist-console")
    work = unit_of_work(engine, MemoryNotifier())
    found: list[TrialRecording] = []
    try:
        async with work() as unit:
            await unit.db.execute(text("SET TRANSACTION READ ONLY"))
            async for one in _newest(unit.db, station, most=count + _MOST_PASSED_OVER):
                found.append(one)
                if sum(each.trouble is None for each in found) >= count:
                    break
    finally:
        await engine.dispose()
    return found


async def _newest(db: AsyncSession, station: CaptionChoices, *, most: int) -> AsyncIterator[TrialRecording]:
    rows = await db.execute(
        select(Recording.id, CaptionVersion.id)
        .join(CaptionVersion, CaptionVersion.id == Recording.current_caption_version_id)
        .join(Transcription, Transcription.id == CaptionVersion.transcription_id)
        .order_by(func.coalesce(Transcription.completed_date, Transcription.created_date).desc(), Recording.id)
        .limit(most)
    )
    for recording_id, version_id in rows.all():
        recording = await db.get_one(Recording, recording_id)
        mount = await db.get_one(Mount, recording.mount_id)
        if not mount.source.keeps:
            continue  # what somebody has sent is answered and gone
        try:
            yield await _of_station(db, recording, version_id, station)
        except ArchivistError as error:
            yield TrialRecording(printable(recording.file_name), trouble=error)


async def _of_station(
    db: AsyncSession, recording: Recording, version_id: Any, station: CaptionChoices
) -> TrialRecording:
    chain = await lineage(db, version_id)
    current = chain[-1]
    row = await db.get_one(Transcription, current.transcription_id)
    _require_finished(recording, row)
    place = await place_of(db, recording)
    media = await asyncio.to_thread(_media_of, place)
    base = chain[0] if chain[0].source in _MACHINES else await _machines(db, recording)
    if base.transcription_id != row.id:
        row = await db.get_one(Transcription, base.transcription_id)
    for one in (base, current):
        require_cues(one.number, bool(one.cue_list))
    city = await db.get(City, row.city_id) if row.city_id else None
    chosen = stored_settings(city.name, city.settings) if city else CitySettings()
    engine = row.engine or {}
    earlier = EarlierResult(_cues(base), _title(engine), engine.get("identity", ""))
    if await _is_last_result(db, base):
        earlier = await _with_slices(db, row, earlier)
    else:
        earlier = replace(earlier, engine=None, identity="")
    notes: tuple[str, ...] = ()
    if chosen.model and city is not None:
        notes = (f"{city.name} has a model of its own, {chosen.model}: WHISPER_MODEL changes nothing for it.",)
    return TrialRecording(
        printable(recording.file_name),
        media,
        recording.duration_ms or row.duration_ms or 0,
        choices_for(row, chosen, station),
        earlier,
        _cues(current) if current.id != base.id and current.source in ("edit", "upload") else None,
        notes,
    )


def _require_finished(recording: Recording, row: Transcription) -> None:
    if row.status in (TranscriptionStatus.PENDING, TranscriptionStatus.PROCESSING):
        raise Conflict("It is being transcribed again now.", code="already_active")
    if recording.status != "valid":
        raise Conflict("Its file is looked at again, and may have become another.", code="recording_changed")
    if row.content is not None and recording.content is not None and row.content != recording.content:
        raise Conflict("Its file has been replaced since its captions were made.", code="recording_changed")


def _media_of(place: ReadablePlace) -> Path:
    """Where it can be read; a mount that is down is not asked."""
    media = inside(place.root, place.relative)
    if place.mount_is_down or not media.exists():
        raise Temporary("It is not on its mount now.", code="recording_away")
    try:
        require_same(media, place.accepted)
    except OSError as error:
        raise Temporary(f"It cannot be read ({error.strerror}).", code="recording_away") from error
    return media


async def _machines(db: AsyncSession, recording: Recording) -> StoredCaptions:
    """The newest result of the machine of this content, where a person has sent captions of their own."""
    statement = (
        select(CaptionVersion)
        .join(Transcription, Transcription.id == CaptionVersion.transcription_id)
        .where(
            Transcription.recording_id == recording.id,
            CaptionVersion.source.in_(_MACHINES),
            CaptionVersion.content.is_not_distinct_from(recording.content),
        )
        .order_by(CaptionVersion.created_at.desc(), CaptionVersion.number.desc())
        .limit(1)
    )
    version = await db.scalar(statement)
    if version is None:
        raise NotFound("It has no captions of the machine.", code="no_captions")
    return stored(version)


async def _is_last_result(db: AsyncSession, base: StoredCaptions) -> bool:
    """Whether what is kept of decoding is what these captions were made of: a retry has put another in its place."""
    later = select(CaptionVersion.id).where(
        CaptionVersion.transcription_id == base.transcription_id,
        CaptionVersion.source == "machine",
        CaptionVersion.number > base.number,
    )
    return await db.scalar(later.limit(1)) is None


async def _with_slices(db: AsyncSession, row: Transcription, earlier: EarlierResult) -> EarlierResult:
    rows = (
        await db.execute(
            select(Slice.start_ms, Slice.end_ms, cast(Slice.result, Text), cast(Slice.first_decode, Text))
            .where(Slice.transcription_id == row.id)
            .order_by(Slice.number)
        )
    ).all()
    is_kept = bool(row.plan) and all(result or first for _, _, result, first in rows)
    if not rows or not is_kept:
        return earlier
    slices = await asyncio.to_thread(lambda: tuple(decoded_of(*one) for one in rows))
    assert row.plan is not None
    return replace(earlier, heard=plan_from_json(row.plan).heard, slices=slices)


def _title(engine: dict[str, Any]) -> str | None:
    return _ENGINE.validate_python(engine).title if engine else None


def _cues(version: StoredCaptions) -> tuple[Cue, ...]:
    return read_cue_list(json.dumps(version.cue_list)).cues
