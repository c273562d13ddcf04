"""What stood before a retry: kept until the retry's captions take its place, and put back where they do not.

A retry overwrites the plan and the slices of captions that may be finished, approved or published by then. Whoever
cancels it, or whatever ends it, must leave the transcription as if nobody had asked; so must whoever cancels the
retry's own captions when those wait for a review. What stood before may have been such captions, too: then it keeps
what stood before them.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Delete, Update, case, delete, exists, func, null, select, text, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import clock
from shared.db.caption_history import BY_PERSONS
from shared.db.models import CaptionVersion, Slice, Transcription
from shared.lifecycle import Stage, TranscriptionStatus

_FINISHED = (TranscriptionStatus.COMPLETED, TranscriptionStatus.NEEDS_REVIEW)
_COLUMNS = (
    "status", "language", "processing_time", "second_decode", "plan", "settings", "wanted_engine", "engine", "quality",
    "quality_score", "review_reasons", "enrichment", "speakers", "output_directory", "scc_file_path",
    "metadata_file_path", "summary_file_path",
)  # fmt: skip
_TIMES = ("completed_date", "started_date")
_OF_SLICES = (
    "number", "start_ms", "end_ms", "status", "progress_ms", "result", "first_decode", "work_seconds", "finished_at",
)  # fmt: skip
_PUT_BACK: Final = text(
    f"""
    INSERT INTO slices (transcription_id, {", ".join(_OF_SLICES)})
    SELECT :id, {", ".join(f"stood.{name}" for name in _OF_SLICES)}
    FROM transcriptions, jsonb_to_recordset(nullif(transcriptions.standing -> 'slices', 'null'::jsonb)) AS stood (
        number int, start_ms bigint, end_ms bigint, status text, progress_ms bigint, result jsonb, first_decode jsonb,
        work_seconds float, finished_at timestamptz
    )
    WHERE transcriptions.id = :id
    """  # noqa: S608 - names of columns, written above
)
_BEFORE: Final = func.nullif(Transcription.standing["before"], text("'null'::jsonb"))


async def keep_standing(db: AsyncSession, row: Transcription) -> None:
    """Remember finished captions before a retry touches them. The caller holds the transcription.

    The words of a long recording are some forty megabytes, so they never leave the database here.
    """
    if row.status not in _FINISHED:
        return
    of_slices = [part for name in _OF_SLICES for part in (text(f"'{name}'"), getattr(Slice, name))]
    slices = select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*of_slices), Slice.number))).where(
        Slice.transcription_id == row.id
    )
    own = [part for name in (*_COLUMNS, *_TIMES) for part in (text(f"'{name}'"), getattr(Transcription, name))]
    newest = select(func.max(CaptionVersion.number)).where(CaptionVersion.transcription_id == row.id)
    stands = func.jsonb_build_object(
        *own,
        text("'slices'"), slices.scalar_subquery(),
        text("'version'"), newest.scalar_subquery(),
        text("'before'"), Transcription.standing,
    )  # fmt: skip
    await _write(db, row, stands)


async def return_to_standing(db: AsyncSession, row: Transcription) -> bool:
    """Put back what stood before the retry; False where nothing did. The caller holds the transcription.

    Captions that the retry has made, and that nobody approved, go: the newest ones are what stands. Where a person has
    edited them they stay, as proposals.

    The lease is taken from whoever works on it. ``links_due`` is left alone: who has edited those captions or made them
    another city's, before the retry or while it ran, still waits for their files. Error columns are the caller's: who
    ends a retry knows whether there is something to say.
    """
    stood: dict[str, Any] | None = await db.scalar(
        select(Transcription.standing.op("-")(text("'{slices,before}'::text[]"))).where(Transcription.id == row.id)
    )
    if stood is None:
        return False
    for name in _COLUMNS:
        if name in stood:  # an earlier version kept fewer
            setattr(row, name, stood[name])
    for name in _TIMES:
        setattr(row, name, datetime.fromisoformat(stood[name]) if stood[name] else None)
    row.stage, row.progress, row.attempt, row.ready_at = Stage.DONE, 100, 0, clock.now()
    row.lease_token = row.lease_owner = row.lease_expires_at = None
    await db.flush()
    await db.execute(delete(Slice).where(Slice.transcription_id == row.id))
    await db.execute(_PUT_BACK, {"id": row.id})
    if stood.get("version") is not None:
        await _put_aside(db, row, stood["version"])
    await _write(db, row, _BEFORE)
    return True


async def _put_aside(db: AsyncSession, row: Transcription, version: int) -> None:
    newer = (CaptionVersion.transcription_id == row.id) & (CaptionVersion.number > version)
    is_persons = newer & CaptionVersion.source.in_(BY_PERSONS) & ~CaptionVersion.is_proposal
    away: Update | Delete = delete(CaptionVersion).where(newer)
    if await db.scalar(select(exists().where(is_persons))):
        away = update(CaptionVersion).where(newer).values(is_proposal=True)
    await db.execute(away.execution_options(synchronize_session=False))


async def forget_standing(db: AsyncSession, row: Transcription) -> None:
    """The retry's captions have taken its place."""
    await _write(db, row, null())


def still_standing(status: TranscriptionStatus) -> ColumnElement[Any]:
    """What goes on standing when captions have been written and end as ``status``, for the transcription's column."""
    if status == TranscriptionStatus.COMPLETED:
        return null()
    is_accepted = Transcription.standing["status"].astext == TranscriptionStatus.COMPLETED
    return case((is_accepted, Transcription.standing), else_=_BEFORE)


async def _write(db: AsyncSession, row: Transcription, standing: Any) -> None:
    changed = update(Transcription).where(Transcription.id == row.id).values(standing=standing)
    await db.execute(changed.execution_options(synchronize_session=False))
