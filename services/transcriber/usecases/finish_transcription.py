"""Stage three: join the slices, write and judge the captions, and decide what happens to them."""

import asyncio
import contextlib
import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Text, cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.transcriber.composing.better_decode import DecodedSlice, decoded_of
from services.transcriber.composing.compose import CaptionChoices, Composition, RecordingFacts
from services.transcriber.composing.outputs import write_version
from services.transcriber.decoding.prepare import plan_from_json
from services.transcriber.deps import TranscriberDeps
from services.transcriber.parts.decoded_sound import flac_of, place_of
from services.transcriber.parts.keep_edits import Before, add_result, is_as_it_was, look_before
from services.transcriber.parts.link_outputs import is_only_to_be_linked, link_outputs
from services.transcriber.parts.slice_progress import count_progress
from services.transcriber.parts.tell_speakers import SpeakerOrder, tell_speakers
from services.transcriber.stages import Captioned, finish_stage
from shared import metrics
from shared.captions.versions import CaptionsAsKept
from shared.city import NO_CITY_FOLDER, CitySettings, stored_settings
from shared.db import clock
from shared.db.event_log import tell
from shared.db.leases import Lease, is_mine, settle
from shared.db.locks import lock_recording_of
from shared.db.models import CaptionVersion, City, Mount, Recording, Slice, Transcription, Voice
from shared.db.publishing_decision import renew_publication, scheduled_ms, want_publication
from shared.db.session import Unit
from shared.db.standing import still_standing
from shared.errors import Temporary
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.lifecycle import SliceStatus, Stage, TranscriptionStatus
from shared.media.probe import facts_from_json
from shared.meetings import VOICE_LIKENESS, KnownVoice, match_voices
from shared.quality import Outcome, Span, as_rows, review_reasons
from shared.speaker_cast import NAME_ONLY_PROPOSED, Naming, Speakers
from shared.storage.files import output_directory

log = logging.getLogger(__name__)

_STATUS = {
    Outcome.COMPLETED: TranscriptionStatus.COMPLETED,
    Outcome.NEEDS_REVIEW: TranscriptionStatus.NEEDS_REVIEW,
    Outcome.FAILED: TranscriptionStatus.FAILED,
}


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """A slice as its row has it: the documents of a long recording are large, so they are read in a thread."""

    start_ms: int
    end_ms: int
    result: str | None
    first_decode: str | None

    def decoded(self) -> DecodedSlice:
        """What was heard."""
        return decoded_of(self.start_ms, self.end_ms, self.result, self.first_decode)


@dataclass(frozen=True, slots=True)
class _RowCheckpoints:
    """The rows of a transcription as they were loaded: what its last stage asks for the work of the others."""

    lease: Lease
    deps: TranscriberDeps
    row: Transcription
    source: RecordingFacts
    choices: CaptionChoices
    root: Path
    is_upload: bool
    city_slug: str
    checkpoints: tuple["_Checkpoint", ...]
    version: int
    """Number of the caption version that is being made; the lease keeps anybody else from making it."""
    wish: SpeakerOrder
    voices: tuple[KnownVoice, ...]
    """Of this city, as the station's diarization model hears them."""
    earlier: tuple[Speakers, ...]
    """Who was heard when this recording was transcribed before, newest first."""

    @property
    def naming(self) -> Naming | None:
        """Set when these captions are written again only because a person has named a speaker."""
        return self.wish.known.naming if self.wish.known else None

    @property
    def likeness(self) -> float:
        """From which two voices are one person, here and in other meetings."""
        return self.deps.diarization.likeness if self.deps.diarization else VOICE_LIKENESS

    async def slices(self) -> Sequence[DecodedSlice]:
        """As they were loaded."""
        return await asyncio.to_thread(lambda: [one.decoded() for one in self.checkpoints])

    async def speakers(self, speech: Sequence[Span]) -> Speakers | None:
        """With the names that earlier transcriptions of the recording gave them."""
        speakers = await tell_speakers(self.lease, self.wish, speech, self.deps)
        if speakers is None or self.naming is not None:
            return speakers
        return speakers.with_names_of(self.earlier, likeness=self.likeness)

    async def send_back(self, composition: Composition, slices: Mapping[int, tuple[str, ...]]) -> None:
        """The first results stay beside what will come, and the better one of each pair is kept."""
        places = self.checkpoints
        async with self.deps.work() as unit:
            if not await is_mine(unit.db, self.lease):
                return
            for index, because in slices.items():
                first = func.jsonb_build_object("result", Slice.result, "because", cast(list(because), JSONB))
                await unit.db.execute(
                    update(Slice)
                    .where(Slice.transcription_id == self.lease.row_id, Slice.start_ms == places[index].start_ms)
                    .values(
                        status=SliceStatus.PENDING,
                        first_decode=first,
                        result=None,
                        attempt=0,
                        ready_at=clock.now(),
                        progress_ms=0,
                    )
                    .execution_options(synchronize_session=False)
                )
            await settle(
                unit.db,
                self.lease,
                stage=Stage.SLICES,
                second_decode=True,
                quality=json.loads(composition.files["quality"]),
                quality_score=composition.report.score,
            )
            await count_progress(unit.db, self.lease.row_id)
            facts: dict[str, Any] = {"score": composition.report.score, "slices": sorted(slices), "of": len(places)}
            tell(unit.db, Happened.TRANSCRIPTION_SENT_BACK, self.lease.row_id, by="transcriber", **facts)
            unit.notify(Lane.SLICE, len(slices))
        log.warning(
            "second_decode_wanted",
            extra={"fields": {"score": composition.report.score, "slices": len(slices), "of": len(places)}},
        )


async def finish_transcription(lease: Lease, deps: TranscriberDeps) -> None:
    """Load the checkpoints, compose, write the files, and settle the row with its verdict."""
    if await is_only_to_be_linked(lease.row_id, deps):
        await link_outputs(lease.row_id, deps)
        return
    loaded = await _load(lease, deps)

    assert loaded.row.plan is not None  # a row of stage "finish" has been planned
    prepared = await asyncio.to_thread(plan_from_json, loaded.row.plan)
    is_last = loaded.row.second_decode or loaded.naming is not None  # a name changes no word
    made = await finish_stage(loaded, prepared, loaded.source, loaded.choices, deps.summariser, is_last=is_last)
    if made is None:
        return
    speakers = made.speakers
    if speakers is not None:
        alike = match_voices(speakers.voices, loaded.voices, likeness=loaded.likeness)
        made = replace(made, speakers=speakers.with_proposals(made.composition.enrichment.names, alike))
    folder, files = await asyncio.to_thread(_write, loaded, made)

    is_settled = False
    while not is_settled:
        result = CaptionsAsKept(made.composition.cue_list)
        before = await look_before(loaded.row, result, deps.work, is_naming=loaded.naming is not None)
        async with deps.work() as unit:
            await lock_recording_of(unit.db, lease.row_id)
            if not await is_mine(unit.db, lease):
                return
            is_settled = await is_as_it_was(unit.db, loaded.row, before)
            if is_settled:
                await _apply(unit, loaded, made, folder, files, before)
                await _publish(unit, loaded, made.composition, before)
    report = made.composition.report
    metrics.TRANSCRIPTIONS.labels(report.outcome.value).inc()
    metrics.QUALITY_SCORE.observe(report.score)
    log.info(
        "transcription_finished",
        extra={
            "fields": {
                "outcome": report.outcome.value,
                "score": report.score,
                "words": len(made.transcript.words),
                "cues": report.cues,
                "demonstration_model": report.is_demonstration,
            }
        },
    )
    # Only now what others can see: a lost lease, or a person who cancelled, must leave no trace.
    with contextlib.suppress(Temporary):  # the row says that it is due, so it is tried again
        await link_outputs(lease.row_id, deps)
    # Until the row is settled the decoded sound may still be needed.
    await asyncio.to_thread(shutil.rmtree, flac_of(deps.work_root, lease.row_id).parent, ignore_errors=True)


async def _load(lease: Lease, deps: TranscriberDeps) -> _RowCheckpoints:
    async with deps.work() as unit:
        row = await unit.db.get_one(Transcription, lease.row_id)
        recording = await unit.db.get_one(Recording, row.recording_id)
        mount = await unit.db.get_one(Mount, recording.mount_id)
        place = await place_of(unit.db, recording)
        city = await unit.db.get(City, row.city_id) if row.city_id else None
        slices = (
            await unit.db.execute(
                select(Slice.start_ms, Slice.end_ms, cast(Slice.result, Text), cast(Slice.first_decode, Text))
                .where(Slice.transcription_id == row.id)
                .order_by(Slice.number)
            )
        ).all()
        last = await unit.db.scalar(
            select(func.max(CaptionVersion.number)).where(CaptionVersion.transcription_id == row.id)
        )
        voices = await _voices(unit.db, row.city_id, deps)
        earlier = await _earlier(unit.db, row)
        scheduled = await scheduled_ms(unit.db, recording.id)
    media = facts_from_json(recording.facts) if recording.facts else None
    source = RecordingFacts(
        title=Path(recording.file_name).stem,
        path=row.file_path,
        recorded_at=recording.recorded_at,
        identity=recording.identity,
        size_bytes=recording.size_bytes,
        city=city.name if city else None,
        frame_rate=media.frame_rate if media else None,
        drop_frame=media.timecode.is_drop_frame if media and media.timecode else None,
        scheduled_ms=scheduled,
    )
    settings = stored_settings(city.name, city.settings) if city else CitySettings()
    known = Speakers.model_validate(row.speakers) if row.speakers else None
    asked = row.settings.get("language", row.language)  # ``auto`` chose the sound track
    wanted = settings.diarize if mount.source.keeps else False  # somebody waits for the answer
    wish = SpeakerOrder(
        wanted,
        known,
        place,
        flac_of(deps.work_root, row.id),
        asked,
        settings.min_speakers,
        settings.max_speakers,
    )
    kept = tuple(_Checkpoint(*one) for one in slices)
    choices = deps.choices_for(row, settings)
    # What is answered and forgotten keeps its files with it and out of the station's tree.
    is_upload = not mount.source.keeps
    root = Path(mount.path) if is_upload else deps.output_root
    slug = city.slug if city else NO_CITY_FOLDER
    number = (last or 0) + 1
    return _RowCheckpoints(
        lease, deps, row, source, choices, root, is_upload, slug, kept, number, wish, voices, earlier
    )


async def _voices(db: AsyncSession, city_id: UUID | None, deps: TranscriberDeps) -> tuple[KnownVoice, ...]:
    if city_id is None or deps.diarization is None:
        return ()
    rows = await db.scalars(select(Voice).where(Voice.city_id == city_id, Voice.model == deps.diarization.model))
    return tuple(KnownVoice(row.name, tuple(row.embedding), row.samples) for row in rows)


async def _earlier(db: AsyncSession, row: Transcription) -> tuple[Speakers, ...]:
    rows = await db.execute(
        select(Transcription.speakers, Transcription.content)
        .where(
            Transcription.recording_id == row.recording_id,
            Transcription.id != row.id,
            Transcription.speakers.is_not(None),
        )
        .order_by(func.coalesce(Transcription.completed_date, Transcription.created_date).desc())
    )
    found = []
    for kept, content in rows.all():
        speakers = Speakers.model_validate(kept)
        is_same = content is None or row.content is None or content == row.content
        # Of other content, only voices can be the same: what is said at one time is not.
        found.append(speakers if is_same else speakers.model_copy(update={"turns": ()}))
    return tuple(speakers for speakers in found if speakers.names)


def _write(loaded: _RowCheckpoints, made: Captioned) -> tuple[Path, dict[str, dict[str, Any]]]:
    folder = _folder(loaded)
    # The token keeps a worker that was thought dead from writing over the files of the one after it.
    version = f"{str(loaded.row.id)[:8]}-{loaded.version}-{str(loaded.lease.token)[:8]}"
    return folder, write_version(folder, version, made.composition, made.transcript, loaded.source, loaded.choices)


def _folder(loaded: _RowCheckpoints) -> Path:
    """The one that its earlier versions lie in; where a link has moved its city, the links move it."""
    has = Path(loaded.row.output_directory) if loaded.row.output_directory else None
    if has is not None and has.is_relative_to(loaded.root) and has.is_dir():
        return has
    source = loaded.source
    recording_id = str(loaded.row.recording_id)
    return output_directory(loaded.root, loaded.city_slug, source.recorded_at, source.title, recording_id)


async def _apply(
    unit: Unit,
    loaded: _RowCheckpoints,
    made: Captioned,
    folder: Path,
    files: dict[str, dict[str, Any]],
    before: Before,
) -> None:
    lease, naming, composition, engine = loaded.lease, loaded.naming, made.composition, made.transcript.engine
    status = _status(loaded, composition, before)
    await add_result(
        unit.db,
        loaded.row,
        before,
        naming,
        is_accepted=status == TranscriptionStatus.COMPLETED,
        cue_list=composition.cue_list,
        files=files,
    )
    worst = next((check for check in composition.report.checks if check.verdict == "fail" and check.reasons), None)
    failed = status == TranscriptionStatus.FAILED
    await settle(
        unit.db,
        lease,
        status=status,
        stage=Stage.DONE,
        progress=100,
        completed_date=clock.now(),
        processing_time=loaded.row.processing_time
        if naming
        else cast(func.extract("epoch", clock.now() - Transcription.started_date), Integer),
        engine=asdict(engine) if engine else None,
        quality=json.loads(composition.files["quality"]),
        quality_score=composition.report.score,
        review_reasons=_review_reasons(status, loaded, composition, before),
        enrichment=json.loads(composition.files["enrichment"]),
        speakers=made.speakers.model_copy(update={"naming": None}).model_dump(mode="json") if made.speakers else None,
        output_directory=str(folder),
        standing=still_standing(status),
        links_due=_has_links(status, loaded, before) or Transcription.links_due,  # others may still wait for theirs
        **_paths(folder, {} if failed else files, loaded, before),
        **_told(worst.reasons[0].text if worst else None, before, failed=failed, is_naming=naming is not None),
    )
    tell(
        unit.db,
        Happened(f"transcription.{status}"),
        lease.row_id,
        by=naming.by if naming else "transcriber",
        version=loaded.version,
        score=composition.report.score,
        scc_sha256=files["scc"]["sha256"],
    )


def _told(worst: str | None, before: Before, *, failed: bool, is_naming: bool) -> dict[str, str | None]:
    """What a person is to know about it."""
    if failed:
        return {"error_code": "quality_failed", "error_message": worst}
    only_proposed = before.only_proposes if is_naming else None
    return {"error_code": NAME_ONLY_PROPOSED if only_proposed else None, "error_message": only_proposed}


async def _publish(unit: Unit, loaded: _RowCheckpoints, composition: Composition, before: Before) -> None:
    if before.persons or _status(loaded, composition, before) != TranscriptionStatus.COMPLETED:
        return
    row = await unit.db.get_one(Transcription, loaded.lease.row_id, populate_existing=True)
    publish = renew_publication if loaded.naming else want_publication
    if await publish(unit.db, row, station=loaded.deps.publish_policy):
        unit.notify(Lane.PUBLISH)


def _has_links(status: TranscriptionStatus, loaded: _RowCheckpoints, before: Before) -> bool:
    """Whether these captions are to be what people find in the output tree."""
    is_for_people = not before.persons or before.is_carried_over
    return status == TranscriptionStatus.COMPLETED and not loaded.is_upload and is_for_people


def _status(loaded: _RowCheckpoints, composition: Composition, before: Before) -> TranscriptionStatus:
    """Names say nothing about the words: what a person or the gate decided about those stands. Nor does a result that
    is only proposed beside a person's captions: nobody is given it."""
    if loaded.naming:
        return TranscriptionStatus(loaded.naming.status)
    status = _STATUS[composition.report.outcome]
    return before.returns_to if before.persons and status != TranscriptionStatus.FAILED else status


def _review_reasons(
    status: TranscriptionStatus, loaded: _RowCheckpoints, composition: Composition, before: Before
) -> list[dict[str, Any]] | None:
    """Why a person should look. A name decides nothing: what asked for a person before still does."""
    if status != TranscriptionStatus.NEEDS_REVIEW:
        return None
    return ((loaded.naming or before.persons) and loaded.row.review_reasons) or as_rows(
        review_reasons(composition.report)
    )


def _paths(
    folder: Path, files: dict[str, dict[str, Any]], loaded: _RowCheckpoints, before: Before
) -> dict[str, str | None]:
    """Where files of the version are kept; once they are linked, where people find them. A person's stay those that
    are named."""
    if before.persons and before.persons.current.transcription_id == loaded.row.id:
        return {}
    columns = {"scc_file_path": "scc", "metadata_file_path": "manifest", "summary_file_path": "summary"}
    return {column: str(folder / files[kind]["name"]) if kind in files else None for column, kind in columns.items()}
