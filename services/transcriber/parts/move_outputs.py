"""Captions whose recording has become another city's: where they belong, and the rows that say where they lie."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.transcriber.composing.moving import clear_out, come_from
from services.transcriber.deps import TranscriberDeps
from shared.city import NO_CITY_FOLDER
from shared.db import clock
from shared.db.event_log import tell
from shared.db.locks import lock_recording_of
from shared.db.models import CaptionVersion, City, Publication, Recording, Transcription
from shared.db.session import Work
from shared.errors import Temporary
from shared.event_kinds import Happened
from shared.lifecycle import TranscriptionStatus
from shared.storage.files import output_directory


@dataclass(frozen=True, slots=True)
class Move:
    """Folders of a recording's captions that are another city's now, and where they belong."""

    olds: tuple[Path, ...]
    city_slug: str
    recorded_at: datetime
    title: str
    recording_id: UUID

    def folder(self, root: Path) -> Path:
        """Makes the folder, and its mark."""
        return output_directory(root, self.city_slug, self.recorded_at, self.title, str(self.recording_id))


@dataclass(frozen=True, slots=True)
class Kept:
    """All files that were ever written for a recording, in all versions."""

    names: frozenset[str]
    """Relative to its folder."""
    ours: frozenset[str]
    """Their SHA-256."""


async def kept_of(db: AsyncSession, recording_id: UUID) -> Kept:
    """Of all captions of a recording, whoever ordered them."""
    files = await db.scalars(
        select(CaptionVersion.files)
        .join(Transcription, Transcription.id == CaptionVersion.transcription_id)
        .where(Transcription.recording_id == recording_id)
    )
    entries = [one for each in files for entry in each.values() for one in (entry, *entry.get("before", ()))]
    return Kept(frozenset(one["name"] for one in entries), frozenset(one["sha256"] for one in entries))


async def move_wanted(db: AsyncSession, row: Transcription, recording: Recording, deps: TranscriberDeps) -> Move | None:
    """The move that the recording's captions need; None where they lie in their city's folder.

    What lies outside this output tree stays, and a recording that was only renamed keeps the folder it has. Raises
    Temporary while a retry is under way that would go back to what an old folder holds.
    """
    city = await db.get(City, row.city_id) if row.city_id else None
    slug = city.slug if city else NO_CITY_FOLDER
    directories = await db.scalars(
        select(Transcription.output_directory)
        .where(Transcription.recording_id == row.recording_id, Transcription.output_directory.is_not(None))
        .distinct()
    )
    folders = [Path(one) for one in directories if one and Path(one).is_relative_to(deps.output_root)]
    olds = tuple(sorted(one for one in folders if one.relative_to(deps.output_root).parts[:1] != (slug,)))
    if not olds:
        return None
    await _require_quiet(db, row)
    return Move(olds, slug, recording.recorded_at, Path(recording.file_name).stem, row.recording_id)


async def _require_quiet(db: AsyncSession, row: Transcription) -> None:
    if await db.scalar(select(_others_under_way(row.recording_id, row.id))):
        raise Temporary("Captions of this recording are being made again.", code="captions_under_way", outside=True)


def _others_under_way(recording_id: UUID, but: UUID) -> ColumnElement[bool]:
    active = Transcription.status.in_((TranscriptionStatus.PENDING, TranscriptionStatus.PROCESSING))
    return exists().where(
        Transcription.recording_id == recording_id,
        Transcription.id != but,
        Transcription.output_directory.is_not(None),
        or_(active, Transcription.standing.is_not(None)),
    )


async def note_move(transcription_id: UUID, own: Path, move: Move, new: Path, brought: Kept, work: Work) -> None:
    """From now on all rows of the recording that named an old folder name the new one.

    Raises Temporary where somebody has begun to make captions of it again, or where an edit was written into an old
    folder after what was ``brought`` along had been looked up: then nothing has moved.
    """
    async with work() as unit:
        await lock_recording_of(unit.db, transcription_id)
        row = await unit.db.get_one(Transcription, transcription_id, with_for_update={"key_share": True})
        if row.status != TranscriptionStatus.COMPLETED or row.output_directory != str(own):
            raise Temporary("Captions of this recording are being made again.", code="captions_under_way", outside=True)
        await _require_quiet(unit.db, row)
        if await kept_of(unit.db, row.recording_id) != brought:
            raise Temporary("An edit was written meanwhile; it comes along.", code="captions_edited", outside=True)
        for old in move.olds:
            await unit.db.execute(
                update(Transcription)
                .where(Transcription.recording_id == row.recording_id, Transcription.output_directory == str(old))
                .values({column: _renamed(column, old, new) for column in _PATHS})
                .execution_options(synchronize_session=False)
            )
        before = {"output_directories": [str(old) for old in move.olds]}
        after = {"output_directory": str(new)}
        tell(unit.db, Happened.TRANSCRIPTION_MOVED, transcription_id, by="transcriber", before=before, after=after)


_PATHS = (
    Transcription.output_directory,
    Transcription.scc_file_path,
    Transcription.metadata_file_path,
    Transcription.summary_file_path,
)


def _renamed(column: Any, old: Path, new: Path) -> ColumnElement[Any]:
    is_in_it = or_(column == str(old), func.starts_with(column, f"{old}/"))
    return case((is_in_it, func.concat(str(new), func.substr(column, len(str(old)) + 1))), else_=column)


async def leave_old_folders(recording_id: UUID, folder: Path, kept: Kept, deps: TranscriberDeps) -> None:
    """Take our files out of the folders that they were moved from.

    Raises Temporary while a publication of the recording is in hand, which may have read the old path.
    """
    if not await asyncio.to_thread(come_from, folder):
        return
    async with deps.work() as unit:
        in_hand = exists().where(
            Publication.recording_id == recording_id,
            Publication.lease_token.is_not(None),
            Publication.lease_expires_at > clock.now(),
        )
        if await unit.db.scalar(select(in_hand)):
            raise Temporary("Its captions are being placed at this moment.", code="captions_in_use", outside=True)
    await asyncio.to_thread(clear_out, folder, deps.output_root, kept.names, kept.ours)
