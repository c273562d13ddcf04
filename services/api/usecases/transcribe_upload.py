"""Short sound in, text out: an upload goes through the same lanes as a meeting, and the caller waits for it.

The file becomes a recording on the mount of kind ``uploads`` and a transcription of the highest priority; workers plan,
slice and finish it like any other. When the caller has the answer, gives up, or the time runs out, all of it is
forgotten: rows, files and the upload itself. The audit trail keeps that it happened, not what was said.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from services.api.parts.forget_upload import forget_upload
from services.api.parts.queue_room import require_room
from services.api.session_tokens import Principal
from services.api.state import UploadRules
from shared.asyncio_tasks import to_the_end
from shared.db import clock
from shared.db.caption_history import offered
from shared.db.event_log import tell
from shared.db.models import CaptionVersion, Mount, Recording, Transcription
from shared.db.session import Unit, Work
from shared.errors import ArchivistError, Conflict, InvalidInput, Temporary, Unusable
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.lifecycle import RecordingStatus, TranscriptionStatus
from shared.sources import SourceKind
from shared.storage.files import inside, read_regular

log = logging.getLogger(__name__)

PRIORITY = 5
"""Somebody waits with the line open, and the work is short."""
_POLL_S = 0.3
_MOUNT = ".uploads"
"""No mount that a person names may begin with a dot."""
_ENDED = (TranscriptionStatus.COMPLETED, TranscriptionStatus.NEEDS_REVIEW, TranscriptionStatus.FAILED)
_BAD_SOUND = {"no_audio", "audio_too_long", "audio_undecodable", "media_unreadable", "path_escapes"}
"""Endings that the caller can do something about."""


@dataclass(frozen=True, slots=True)
class UploadWish:
    """What to do with the upload."""

    path: Path
    size_bytes: int
    language: str
    phrases: tuple[str, ...] = ()
    """Names and terms that may be said, from the caller's prompt."""


@dataclass(frozen=True, slots=True)
class UploadResult:
    """What came of it."""

    words: dict[str, Any]
    """``words.json`` as the transcriber wrote it."""
    files: dict[str, str]
    """The text of ``srt``, ``vtt`` and ``scc``."""
    quality: str
    """``completed``, ``needs_review`` or ``failed``, as the quality gate saw it."""
    score: float | None
    model: str | None


class CallerGone(Exception):
    """Nobody is waiting for the answer any more."""


async def transcribe_upload(
    wish: UploadWish,
    who: Principal,
    *,
    rules: UploadRules,
    max_queue_size: int,
    work: Work,
    is_gone: Callable[[], Awaitable[bool]],
) -> UploadResult:
    """Raises ``InvalidInput`` for sound that cannot be used, ``Temporary`` (``upload_timeout``), ``CallerGone``."""
    recording_id, transcription_id = await _enter(wish, who, rules, max_queue_size, work)
    try:
        row = await _wait(transcription_id, rules, work, is_gone)
        return await _read(row, transcription_id, rules.folder, work)
    finally:
        # A server that stops must not leave somebody's words lying about.
        await to_the_end(forget_upload(recording_id, folder=rules.folder, work=work))


async def _enter(
    wish: UploadWish, who: Principal, rules: UploadRules, max_queue_size: int, work: Work
) -> tuple[UUID, UUID]:
    try:
        async with work() as unit:
            await require_room(unit.db, max_queue_size)
            mount_id = await _mount(unit, rules.folder)
            recording = Recording(
                mount_id=mount_id,
                relative_path=wish.path.name,
                file_name=wish.path.name,
                size_bytes=wish.size_bytes,
                status=RecordingStatus.VALID,
                settled_at=clock.now(),
                priority=PRIORITY,
            )
            unit.db.add(recording)
            await unit.db.flush()
            transcription = Transcription(
                user_id=who.user_id,
                recording_id=recording.id,
                filename=wish.path.name,
                file_path=str(wish.path),
                file_size=wish.size_bytes,
                language=wish.language,
                include_summary=False,
                priority=PRIORITY,
                # The planner looks at the length before it decodes anything.
                settings={"max_seconds": rules.max_seconds, "phrases": list(wish.phrases)},
            )
            unit.db.add(transcription)
            await unit.db.flush()
            tell(unit.db, Happened.UPLOAD_ACCEPTED, transcription.id, by=who, size_bytes=wish.size_bytes)
            unit.notify(Lane.PLAN)
            return recording.id, transcription.id
    except IntegrityError as error:
        if "uq_mounts_path" not in str(error.orig):
            raise
        raise Conflict(
            f"UPLOAD_DIRECTORY ({rules.folder}) is watched as a mount. It needs a folder of its own.",
            code="upload_directory_taken",
        ) from error


async def _mount(unit: Unit, folder: Path) -> UUID:
    """The one mount that the API fills; it is never enabled, so ingest never looks at it."""
    known = await unit.db.scalar(select(Mount.id).where(Mount.name == _MOUNT, Mount.path == str(folder)))
    if known is not None:
        return known
    added: UUID | None = await unit.db.scalar(
        insert(Mount)
        .values(name=_MOUNT, kind=SourceKind.UPLOADS, path=str(folder), enabled=False)
        .on_conflict_do_update(index_elements=[Mount.name], set_={"path": str(folder)})
        .returning(Mount.id)
    )
    assert added is not None
    return added


async def _wait(
    transcription_id: UUID, rules: UploadRules, work: Work, is_gone: Callable[[], Awaitable[bool]]
) -> Row[Any]:
    columns = select(
        Transcription.status,
        Transcription.error_code,
        Transcription.error_message,
        Transcription.output_directory,
        Transcription.quality_score,
        Transcription.engine["model"].astext.label("model"),
    ).where(Transcription.id == transcription_id)
    give_up_at = monotonic() + rules.timeout_s
    while monotonic() < give_up_at:
        if await is_gone():
            raise CallerGone
        try:
            async with work() as unit:
                row = (await unit.db.execute(columns)).one_or_none()
        except (SQLAlchemyError, asyncpg.PostgresError, OSError) as error:
            log.warning("database_unreachable", extra={"fields": {"error": type(error).__name__}})
            await asyncio.sleep(1)
            continue
        if row is None or row.status == TranscriptionStatus.CANCELLED:
            raise Conflict("Somebody cancelled this transcription.", code="cancelled")
        if row.status in _ENDED:
            return row
        await asyncio.sleep(_POLL_S)
    raise Temporary(
        f"There is no text after {rules.timeout_s:g} s: the transcribers are busy, or none is running.",
        code="upload_timeout",
        retry_after_s=30,
    )


async def _read(row: Row[Any], transcription_id: UUID, root: Path, work: Work) -> UploadResult:
    async with work() as unit:
        files = await unit.db.scalar(
            select(CaptionVersion.files)
            .where(offered(transcription_id))
            .order_by(CaptionVersion.number.desc())
            .limit(1)
        )
    if files is None or row.output_directory is None:
        raise _ending(row)
    folder = Path(row.output_directory)
    texts = {
        kind: await asyncio.to_thread(read_result, root, folder / files[kind]["name"])
        for kind in ("words", "srt", "vtt", "scc")
    }
    words = json.loads(texts.pop("words"))
    return UploadResult(words, texts, quality=row.status, score=row.quality_score, model=row.model)


def read_result(root: Path, place: Path) -> str:
    """One file of a result, which lies where transcribers write. Raises Temporary (``file_unreadable``)."""
    try:
        return read_regular(inside(root, str(place))).decode()
    except OSError as error:
        raise Temporary(
            f"The result cannot be read from UPLOAD_DIRECTORY ({error.strerror}). The API and the transcribers need the"
            " same folder.",
            code="file_unreadable",
        ) from error


def _ending(row: Row[Any]) -> ArchivistError:
    """Why there are no captions, as the caller's mistake or as ours."""
    message = row.error_message or "The transcription failed."
    if row.error_code in _BAD_SOUND:
        return InvalidInput(message, code=row.error_code, param="file")
    if row.error_code == "language_unsupported":
        return InvalidInput(message, code=row.error_code, param="language")
    return Temporary(message, code=row.error_code or "failed") if row.error_code else Unusable(message)
