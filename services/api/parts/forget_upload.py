"""Forget an upload: its rows, what was written about it, and the file; and sweep up what a crash left behind."""

import asyncio
import contextlib
import logging
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from shared.db import clock
from shared.db.locks import lock_recordings
from shared.db.models import Mount, Recording, Transcription
from shared.db.session import Work
from shared.errors import Unusable
from shared.storage.files import inside

if TYPE_CHECKING:
    from services.api.state import ApiDeps

log = logging.getLogger(__name__)


async def forget_upload(recording_id: UUID, *, folder: Path, work: Work) -> None:
    """Remove every trace of one upload. A worker in the middle of it notices that its lease is gone and stops."""
    try:
        async with work() as unit:
            places = (
                await unit.db.execute(
                    select(Mount.path, Recording.relative_path, Transcription.output_directory)
                    .join(Recording, Recording.mount_id == Mount.id)
                    .outerjoin(Transcription, Transcription.recording_id == Recording.id)
                    .where(Recording.id == recording_id, ~Mount.that("keeps"))
                )
            ).all()
            await lock_recordings(unit.db, [recording_id])
            await unit.db.execute(delete(Transcription).where(Transcription.recording_id == recording_id))
            await unit.db.execute(delete(Recording).where(Recording.id == recording_id))
    except (SQLAlchemyError, asyncpg.PostgresError, OSError) as error:
        # The database is away: the sweep finds the rows when it is back.
        log.warning("upload_not_forgotten_yet", extra={"fields": {"error": type(error).__name__}})
        return
    for mount, name, written in places:
        await asyncio.to_thread(_remove, Path(mount) / name, folder, written)


async def forget_leftovers(things: "ApiDeps", *, grace_s: float = 600) -> int:
    """Forget uploads whose caller cannot be waiting any more; returns how many there were."""
    age = things.uploads.timeout_s + grace_s
    work = things.runtime.work
    async with work() as unit:
        old = (
            await unit.db.scalars(
                select(Recording.id)
                .join(Mount, Mount.id == Recording.mount_id)
                .where(
                    ~Mount.that("keeps"),
                    Recording.created_at < clock.now() - func.make_interval(0, 0, 0, 0, 0, 0, age),
                )
            )
        ).all()
    for recording_id in old:
        await forget_upload(recording_id, folder=things.uploads.folder, work=work)
    files = await asyncio.to_thread(_remove_older, things.uploads.folder, age)
    if old or files:
        log.warning("uploads_swept", extra={"fields": {"rows": len(old), "files": files}})
    return len(old) + files


def _remove(upload: Path, folder: Path, written: str | None) -> None:
    with contextlib.suppress(OSError):
        upload.unlink(missing_ok=True)
    if written is None:
        return
    try:
        shutil.rmtree(inside(folder, written))
    except FileNotFoundError:
        return
    except (OSError, Unusable) as error:
        log.warning("upload_output_left", extra={"fields": {"folder": written, "error": repr(error)}})


def _remove_older(folder: Path, age_s: float) -> int:
    """Files that belong to nobody any more, then the folders that held them."""
    removed = 0
    for place, _, names in os.walk(folder, topdown=False):
        for path in (Path(place, name) for name in names):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < time.time() - age_s:
                    path.unlink()
                    removed += 1
        if Path(place) != folder:
            with contextlib.suppress(OSError):  # not empty: somebody is at work there
                Path(place).rmdir()
    return removed
