"""Take away decoded sound that nobody needs any more: of transcriptions that failed, were cancelled or are gone."""

import asyncio
import logging
import shutil
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from services.transcriber.deps import TranscriberDeps
from shared.db.models import Transcription
from shared.lifecycle import TranscriptionStatus

log = logging.getLogger(__name__)

_IN_USE = (TranscriptionStatus.PENDING, TranscriptionStatus.PROCESSING)


async def tidy_work_storage(deps: TranscriberDeps) -> int:
    """Remove the folders of transcriptions that are not under way; answers how many. Anything else is left alone.

    A transcription that is tried again decodes its recording anew, so nothing is lost by this.
    """
    folders = await asyncio.to_thread(_folders, deps.work_root)
    if not folders:
        return 0
    async with deps.work() as unit:
        needed = set(
            await unit.db.scalars(
                select(Transcription.id).where(Transcription.id.in_(folders), Transcription.status.in_(_IN_USE))
            )
        )
    unneeded = [folder for transcription_id, folder in folders.items() if transcription_id not in needed]
    for folder in unneeded:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    if unneeded:
        log.info("work_storage_tidied", extra={"fields": {"folders": len(unneeded)}})
    return len(unneeded)


def _folders(work_root: Path) -> dict[UUID, Path]:
    """The folders that are named after a transcription."""
    found = {}
    for path in work_root.iterdir() if work_root.is_dir() else ():
        try:
            found[UUID(path.name)] = path
        except ValueError:
            continue
    return found
