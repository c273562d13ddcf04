"""Write the files of captions that a person has edited: the drives and the output tree are the transcriber's."""

import asyncio
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.transcriber.composing.compose import compose_edited
from services.transcriber.composing.outputs import Files, require_folder, write_edited
from services.transcriber.deps import TranscriberDeps
from shared.captions import read_cue_list
from shared.db.caption_history import is_current, unwritten_edit, written_before
from shared.db.locks import lock_recording_of
from shared.db.models import CaptionVersion, Recording, Transcription
from shared.db.publishing_decision import renew_publication
from shared.errors import Unusable
from shared.lanes import Lane
from shared.lifecycle import TranscriptionStatus
from shared.storage.files import safe_name

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _EditedVersion:
    version: UUID
    name: str
    """Of the folder with the files of this version."""
    folder: Path
    base: str
    cue_list: str
    made_of: Files
    edited: dict[str, Any]


async def write_edited_captions(transcription_id: UUID, deps: TranscriberDeps) -> None:
    """The newest version gets its files, and is published in the place of what it was made of.

    Nothing happens where it has them, or where a person has not accepted it yet. Versions between, which somebody has
    edited on before they were written, stay without: nobody was given them.
    """
    async with deps.work() as unit:
        loaded = await _load(unit.db, transcription_id)
    if loaded is None:
        return
    try:
        files = await asyncio.to_thread(_write, loaded)
    except Unusable as error:
        error.facts["version"] = loaded.edited["version"]  # so that an edit after it is not given up with it
        raise

    async with deps.work() as unit:
        await lock_recording_of(unit.db, transcription_id)
        row = await unit.db.get_one(Transcription, transcription_id, with_for_update={"key_share": True})
        version = await unit.db.get(CaptionVersion, loaded.version, with_for_update=True)
        is_there = row.status == TranscriptionStatus.COMPLETED and row.output_directory == str(loaded.folder)
        is_wanted = version is not None and not version.files and is_there
        if version is not None and is_wanted:
            version.files = files
            await unit.db.flush()
            if await is_current(unit.db, row) and await renew_publication(unit.db, row, station=deps.publish_policy):
                unit.notify(Lane.PUBLISH)
    if not is_wanted:  # a person has decided otherwise, another worker was quicker, or the folder has moved
        await asyncio.to_thread(shutil.rmtree, loaded.folder / "versions" / loaded.name, ignore_errors=True)
        return
    log.info("edited_captions_written", extra={"fields": {"version": loaded.edited["version"]}})


async def _load(db: AsyncSession, transcription_id: UUID) -> _EditedVersion | None:
    row = await db.get_one(Transcription, transcription_id)
    version = await unwritten_edit(db, transcription_id)
    if version is None or row.output_directory is None or row.status != TranscriptionStatus.COMPLETED:
        return None
    recording = await db.get_one(Recording, row.recording_id)
    cue_list = await db.scalar(select(cast(CaptionVersion.cue_list, Text)).where(CaptionVersion.id == version.id))
    before = await written_before(db, version.id)
    return _EditedVersion(
        version=version.id,
        # Two workers may write the same one at the same time: each in a place of its own.
        name=f"{str(row.id)[:8]}-{version.number}-{uuid4().hex[:8]}",
        folder=Path(row.output_directory),
        base=safe_name(Path(recording.file_name).stem),
        cue_list=cue_list or "",
        made_of=before.files if before else {},
        edited={
            "version": version.number,
            "of": before.number if before else None,
            "by": version.author,
            "at": version.created_at.isoformat(),
            "note": version.note,
        },
    )


def _write(loaded: _EditedVersion) -> dict[str, Any]:
    require_folder(loaded.folder)
    files = compose_edited(read_cue_list(loaded.cue_list))
    return dict(write_edited(loaded.folder, loaded.name, loaded.base, files, loaded.made_of, loaded.edited))
