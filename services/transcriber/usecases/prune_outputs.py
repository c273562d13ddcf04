"""Take away the files of versions whose cues were let go of: the output tree keeps what the database keeps."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.transcriber.composing.moving import remove_version
from services.transcriber.deps import TranscriberDeps
from shared.db.locks import lock_recording_of
from shared.db.models import CaptionVersion, Transcription
from shared.errors import Unusable

log = logging.getLogger(__name__)

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _ForgottenVersion:
    """A version that nobody is given any more, and where its files lie."""

    id: UUID
    transcription_id: UUID
    folder: Path
    files: Mapping[str, Mapping[str, Any]]
    needed: frozenset[str]
    """Names of files that other versions of the recording have as well."""


async def prune_outputs(deps: TranscriberDeps) -> int:
    """Remove what Archivist has written for versions that retention has emptied (``shared.db.growth``); answers of how
    many. What a person has changed or put beside it stays, and so does what another version needs.

    Rows keep the hashes, and say that the files were ``removed``. A volume that is away is tried the next time.
    """
    done, after = 0, UUID(int=0)
    while True:
        async with deps.work() as unit:
            batch = await _forgotten(unit.db, after, deps.output_root)
        if not batch:
            break
        after = batch[-1][0]
        for _, version in batch:
            if version is not None and await asyncio.to_thread(_remove, version):
                done += await _note(version, deps)
    if done:
        log.info("overtaken_files_removed", extra={"fields": {"versions": done}})
    return done


async def _forgotten(db: AsyncSession, after: UUID, root: Path) -> list[tuple[UUID, _ForgottenVersion | None]]:
    newer = aliased(CaptionVersion)
    # Where a file that was there before comes back, its newest captions count again.
    is_newest_of_its_content = ~exists().where(
        newer.transcription_id == CaptionVersion.transcription_id,
        newer.number > CaptionVersion.number,
        newer.is_proposal == CaptionVersion.is_proposal,
        newer.content.is_not_distinct_from(CaptionVersion.content),
    )
    rows = await db.execute(
        select(CaptionVersion.id, CaptionVersion.files, Transcription.id, Transcription.output_directory)
        .join(Transcription, Transcription.id == CaptionVersion.transcription_id)
        .where(
            CaptionVersion.id > after,
            CaptionVersion.cue_list == {},
            CaptionVersion.files.has_key("json"),
            ~CaptionVersion.files["json"].has_key("removed"),
            ~is_newest_of_its_content,
            Transcription.output_directory.is_not(None),
        )
        .order_by(CaptionVersion.id)
        .limit(_AT_ONCE)
    )
    found: list[tuple[UUID, _ForgottenVersion | None]] = []
    for version, files, transcription, directory in rows.all():
        folder = Path(directory)
        # An upload's files lie with it, and go with it.
        is_ours = folder.is_relative_to(root)
        needed = await _needed(db, transcription, version) if is_ours else frozenset()
        one = _ForgottenVersion(version, transcription, folder, files, needed) if is_ours else None
        found.append((version, one))
    return found


async def _needed(db: AsyncSession, transcription_id: UUID, but: UUID) -> frozenset[str]:
    of_recording = select(Transcription.recording_id).where(Transcription.id == transcription_id).scalar_subquery()
    others = await db.scalars(
        select(CaptionVersion.files)
        .join(Transcription, Transcription.id == CaptionVersion.transcription_id)
        .where(Transcription.recording_id == of_recording, CaptionVersion.id != but, CaptionVersion.cue_list != {})
    )
    return frozenset(entry["name"] for files in others for entry in files.values())


def _remove(version: _ForgottenVersion) -> bool:
    try:
        return remove_version(version.folder, version.files, version.needed)
    except Unusable as error:  # somebody has put a link in its place
        log.warning("overtaken_files_left", extra={"fields": {"code": error.code}})
        return False


async def _note(version: _ForgottenVersion, deps: TranscriberDeps) -> bool:
    async with deps.work() as unit:
        await lock_recording_of(unit.db, version.transcription_id)
        directory = await unit.db.scalar(
            select(Transcription.output_directory).where(Transcription.id == version.transcription_id)
        )
        row = await unit.db.get(CaptionVersion, version.id, with_for_update=True)
        if row is None or directory != str(version.folder):  # it has moved meanwhile, with all its files
            return False
        row.files = {kind: {**entry, "removed": True} for kind, entry in row.files.items()}
        return True
