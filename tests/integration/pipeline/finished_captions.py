"""Finished captions as the last stage leaves them, rows and files, without anybody having heard them: in a moment."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from services.transcriber.composing.compose import compose_edited
from services.transcriber.composing.outputs import write_edited
from services.transcriber.parts.keep_edits import add_result, look_before
from shared.captions import read_cue_list
from shared.captions.versions import CaptionsAsKept
from shared.city import NO_CITY_FOLDER
from shared.db import clock
from shared.db.caption_history import newest_number
from shared.db.locks import lock_recording_of
from shared.db.models import City, Mount, Recording, Transcription
from shared.db.publishing_decision import renew_publication, want_publication
from shared.rules.policy import PublishPolicy
from shared.speaker_cast import Naming
from shared.storage.files import output_directory, write_atomically
from tests.integration.pipeline.conftest import Workshop

TEXTS = ("The meeting is called to order.", "We have a quorum.", "First item is Main Street paving.")
RECORDED_AT = datetime(2026, 9, 14, 18, 30, tzinfo=UTC)


def cue_list(*texts: str, speakers: tuple[str | None, ...] = ()) -> dict[str, Any]:
    said_by = (*speakers, *[None] * len(texts))
    cues = [
        {"start": 4.0 * n + 1, "end": 4.0 * n + 4, "text": text, "speaker": said_by[n]} for n, text in enumerate(texts)
    ]
    return {"start_tc": "00:00:00;00", "drop_frame": True, "cues": cues}


async def wanted(workshop: Workshop, *, city: City | None = None, recording: UUID | None = None) -> UUID:
    """A wish for captions; of a recording that is not looked at, as its mount is down."""
    async with workshop.work() as unit:
        mount = await unit.db.scalar(select(Mount))
        if mount is None:
            mount = Mount(name="flex-1", path=str(workshop.mount), status="down")
            unit.db.add(mount)
        if city is not None:
            unit.db.add(city)
        await unit.db.flush()
        known = {"city_id": city.id if city else None, "recorded_at": RECORDED_AT}
        if recording is None:
            name = f"meeting-{uuid4().hex[:6]}.mp4"
            row = Recording(mount_id=mount.id, relative_path=name, file_name=name, status="valid", **known)
            unit.db.add(row)
            await unit.db.flush()
            recording = row.id
        of = await unit.db.get_one(Recording, recording)
        path = str(workshop.mount / of.file_name)
        made = Transcription(recording_id=of.id, filename=of.file_name, file_path=path, recorded_at=RECORDED_AT)
        made.city_id = of.city_id
        unit.db.add(made)
        await unit.db.flush()
        return made.id


async def heard_again(
    workshop: Workshop, made: UUID, *texts: str, status: str = "completed", naming: Naming | None = None
) -> None:
    """A result of the machine: its version, its files, and what becomes of it."""
    cues = cue_list(*(texts or TEXTS))
    row = await workshop.row(made)
    async with workshop.work() as unit:
        city = await unit.db.get(City, row.city_id) if row.city_id else None
        number = (await newest_number(unit.db, made) or 0) + 1
    folder = Path(row.output_directory or "")
    title, slug = Path(row.filename).stem, city.slug if city else NO_CITY_FOLDER
    if not row.output_directory:
        folder = output_directory(workshop.output, slug, row.recorded_at, title, str(row.recording_id))
    files = compose_edited(read_cue_list(json.dumps(cues)))
    whole = {**files, "words": b'{"words": []}\n', "quality": b"{}\n"}
    place = f"{str(made)[:8]}-{number}-{uuid4().hex[:8]}"
    written = {**await asyncio.to_thread(write_edited, folder, place, title, whole, {}, {})}
    source = {"title": title, "city": city.name if city else None}
    manifest = folder / written["manifest"]["name"]
    sealed = write_atomically(manifest, json.dumps({**json.loads(manifest.read_bytes()), "source": source}).encode())
    written["manifest"] = {**written["manifest"], "sha256": sealed.sha256, "size_bytes": sealed.size_bytes}
    before = await look_before(row, CaptionsAsKept(cues), workshop.work, is_naming=naming is not None)
    async with workshop.work() as unit:
        await lock_recording_of(unit.db, made)
        row = await unit.db.get_one(Transcription, made)
        is_accepted = status == "completed"
        kept: dict[str, Any] = {kind: dict(entry) for kind, entry in written.items()}
        await add_result(unit.db, row, before, naming, is_accepted=is_accepted, cue_list=cues, files=kept)
        status = before.returns_to if before.persons else status
        row.status, row.stage, row.completed_date = status, "done", clock.now()
        row.output_directory, row.plan = str(folder), {"speech": []}
        row.links_due = row.links_due or (is_accepted and (before.persons is None or before.is_carried_over))
        await unit.db.flush()
        if is_accepted and before.persons is None:
            publish = renew_publication if naming else want_publication
            await publish(unit.db, row, station=PublishPolicy.AUTO)


async def finished(workshop: Workshop, *texts: str, city: City | None = None, recording: UUID | None = None) -> UUID:
    """Captions that were accepted; their links are still to be made."""
    made = await wanted(workshop, city=city, recording=recording)
    await heard_again(workshop, made, *texts)
    return made
