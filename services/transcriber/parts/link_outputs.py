"""Make the newest good captions of a recording the files that people find in the output tree, in its city's folder."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.transcriber.composing.moving import bring_along
from services.transcriber.composing.outputs import link_version, renamed_manifest
from services.transcriber.deps import TranscriberDeps
from services.transcriber.parts.move_outputs import Kept, Move, kept_of, leave_old_folders, move_wanted, note_move
from services.transcriber.parts.write_edited import write_edited_captions
from shared.db.caption_history import is_current, offered, unwritten_edit
from shared.db.content_at_place import accepted_stamp, require_content, telling_doubt
from shared.db.locks import lock_recording_of, lock_recordings
from shared.db.models import CaptionVersion, City, Mount, Recording, Transcription
from shared.errors import Temporary
from shared.lanes import Lane
from shared.lifecycle import TranscriptionStatus
from shared.media.identity import Stamp
from shared.speaker_cast import NAME_ONLY_PROPOSED
from shared.storage.content import require_same
from shared.storage.files import inside, write_atomically


@dataclass(frozen=True, slots=True)
class _DueLinks:
    recording_id: UUID
    folder: Path
    """Where its files lie."""
    move: Move | None
    """Set where they belong somewhere else."""
    version: UUID
    files: dict[str, Any]
    city: str | None
    """What its city is called now."""
    kept: Kept
    media: Path | None
    """The recording's file, where it can be looked at."""
    accepted: Stamp | None
    manifest: bytes | None = None
    """What that file is to say from now on, where it names a city as it is not called any more."""


async def is_only_to_be_linked(transcription_id: UUID, deps: TranscriberDeps) -> bool:
    """Whether the row is on the lane of finishing for its links alone."""
    async with deps.work() as unit:
        row = await unit.db.execute(
            select(Transcription.links_due, Transcription.status).where(Transcription.id == transcription_id)
        )
    is_due, status = row.one()
    return bool(is_due and status == TranscriptionStatus.COMPLETED)


async def link_outputs(transcription_id: UUID, deps: TranscriberDeps) -> None:
    """Write what a person has edited, look, link, note. What newer captions have overtaken is left as it is.

    Where a link has made the recording another city's, its folder moves there; a crash anywhere leaves the row due.

    Raises Temporary while it is in doubt whether the recording still is what the captions are of, and Conflict where
    it is something else.
    """
    await write_edited_captions(transcription_id, deps)
    async with deps.work() as unit:
        await lock_recording_of(unit.db, transcription_id)
        wanted = await _wanted(unit.db, transcription_id, deps)
    found: dict[str, Path] = {}
    wanted = await _with_its_city(wanted, deps) if wanted is not None else None
    if wanted is not None:
        async with telling_doubt(deps.work, wanted.recording_id):
            folder, found = await asyncio.to_thread(_link, wanted, deps.output_root)
        if wanted.move is not None:
            await note_move(transcription_id, wanted.folder, wanted.move, folder, wanted.kept, deps.work)
        await leave_old_folders(wanted.recording_id, folder, wanted.kept, deps)
    shown = {f"{column}_file_path": str(found[kind]) for column, kind in _COLUMNS.items() if kind in found}
    async with deps.work() as unit:
        await lock_recording_of(unit.db, transcription_id)
        # Who has edited or linked meanwhile, or has had newer captions made, is waiting for those files.
        left = await _wanted(unit.db, transcription_id, deps)
        is_due = left is not None and (
            wanted is None or left.files != wanted.files or left.city != wanted.city or left.move is not None
        )
        is_due = is_due or await unwritten_edit(unit.db, transcription_id) is not None
        # What kept the files from being made is over.
        told = (
            {} if is_due or wanted is None else {name: _unless_said(name) for name in ("error_code", "error_message")}
        )
        if is_due:
            unit.notify(Lane.FINISH)
        await unit.db.execute(
            update(Transcription)
            .where(Transcription.id == transcription_id, Transcription.status == TranscriptionStatus.COMPLETED)
            .values(links_due=is_due, lease_token=None, lease_owner=None, lease_expires_at=None, attempt=0, waits=0)
            .values(**told, **shown)
            .execution_options(synchronize_session=False)
        )


def _unless_said(name: str) -> ColumnElement[Any]:
    column = getattr(Transcription, name)
    return case((Transcription.error_code == NAME_ONLY_PROPOSED, column), else_=null())


_COLUMNS = {"scc": "scc", "metadata": "manifest", "summary": "summary"}


async def _wanted(db: AsyncSession, transcription_id: UUID, deps: TranscriberDeps) -> _DueLinks | None:
    row = await db.get_one(Transcription, transcription_id)
    if not row.links_due or row.status != TranscriptionStatus.COMPLETED:
        return None
    if not await is_current(db, row) and await _is_overtaken(db, row):
        return None
    await require_content(db, row.recording_id, row.content)
    recording = await db.get_one(Recording, row.recording_id)
    mount = await db.get_one(Mount, recording.mount_id)
    newest = (
        await db.execute(
            select(CaptionVersion.id, CaptionVersion.files)
            .where(offered(row.id))
            .order_by(CaptionVersion.number.desc())
            .limit(1)
        )
    ).one_or_none()
    if newest is None or row.output_directory is None:
        return None
    city = await db.get(City, row.city_id, populate_existing=True) if row.city_id else None
    kept = await kept_of(db, row.recording_id)
    can_look = mount.status != "down" and recording.present
    media = inside(Path(mount.path), recording.relative_path) if can_look else None
    stamp = accepted_stamp(recording, mount)
    move = await move_wanted(db, row, recording, deps)
    name = city.name if city else None
    folder = Path(row.output_directory)
    return _DueLinks(row.recording_id, folder, move, newest.id, newest.files, name, kept, media, stamp)


async def _with_its_city(wanted: _DueLinks, deps: TranscriberDeps) -> _DueLinks:
    """The same with a manifest that names the recording's city as it is called now: first in the row, so that its
    bytes are known as ours whenever the work ends."""
    renamed = await asyncio.to_thread(renamed_manifest, wanted.folder, wanted.files, wanted.city)
    if renamed is None:
        return wanted
    entry, content = renamed
    files = {**wanted.files, "manifest": entry}
    async with deps.work() as unit:
        await lock_recordings(unit.db, [wanted.recording_id])
        await unit.db.execute(
            update(CaptionVersion)
            .where(CaptionVersion.id == wanted.version, CaptionVersion.files == wanted.files)
            .values(files=files)
            .execution_options(synchronize_session=False)
        )
        kept = await kept_of(unit.db, wanted.recording_id)
    return replace(wanted, files=files, kept=kept, manifest=content)


async def _is_overtaken(db: AsyncSession, row: Transcription) -> bool:
    other = aliased(Transcription)
    return bool(
        await db.scalar(
            select(
                exists().where(
                    other.recording_id == row.recording_id,
                    other.id != row.id,
                    other.status == TranscriptionStatus.COMPLETED,
                    other.completed_date > row.completed_date,
                )
            )
        )
    )


def _link(wanted: _DueLinks, root: Path) -> tuple[Path, dict[str, Path]]:
    if wanted.media is not None:
        try:
            require_same(wanted.media, wanted.accepted)
        except FileNotFoundError:
            pass  # gone: that is for the scan to find, and takes nothing from the captions
        except OSError as error:
            raise Temporary(
                f"The recording cannot be looked at ({error.strerror}).", code="recording_away", outside=True
            ) from error
    folder = wanted.folder
    if wanted.move is not None:
        folder = wanted.move.folder(root) if folder in wanted.move.olds else folder
        for old in wanted.move.olds:
            bring_along(old, folder, wanted.kept.names)
    if wanted.manifest is not None:
        write_atomically(inside(folder, wanted.files["manifest"]["name"]), wanted.manifest)
    return folder, link_version(folder, wanted.files, wanted.kept.ours)
