"""What stood before a retry: kept while the retry is under way, and put back where that ends early.

A retry overwrites the plan and the slices of captions that may be finished, approved or published by then. Whoever
cancels it, or whatever ends it, must leave the transcription as if nobody had asked.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.models import Slice, Transcription
from shared.lifecycle import Stage, TranscriptionStatus

_FINISHED = (TranscriptionStatus.COMPLETED, TranscriptionStatus.NEEDS_REVIEW)
_COLUMNS = ("status", "language", "processing_time", "second_decode", "plan", "settings", "wanted_engine")
_TIMES = ("completed_date", "started_date")
_OF_SLICES = ("number", "start_ms", "end_ms", "status", "progress_ms", "result", "first_decode", "work_seconds")


async def keep_standing(db: AsyncSession, row: Transcription) -> None:
    """Remember finished captions before a retry touches them. The caller holds the transcription."""
    if row.status not in _FINISHED:
        return
    pieces = (await db.scalars(select(Slice).where(Slice.transcription_id == row.id).order_by(Slice.number))).all()
    row.standing = {
        **{name: getattr(row, name) for name in _COLUMNS},
        **{name: _as_text(getattr(row, name)) for name in _TIMES},
        "slices": [
            {**{name: getattr(piece, name) for name in _OF_SLICES}, "finished_at": _as_text(piece.finished_at)}
            for piece in pieces
        ],
    }


async def return_to_standing(db: AsyncSession, row: Transcription) -> bool:
    """Put back what stood before the retry; False where nothing did. The caller holds the transcription.

    The lease is taken from whoever works on it. Error columns are the caller's: who ends a retry knows whether there
    is something to say.
    """
    stood: dict[str, Any] | None = row.standing
    if stood is None:
        return False
    for name in _COLUMNS:
        setattr(row, name, stood[name])
    for name in _TIMES:
        setattr(row, name, _as_time(stood[name]))
    row.stage, row.progress, row.attempt, row.standing = Stage.DONE, 100, 0, None
    row.lease_token = row.lease_owner = row.lease_expires_at = None
    await db.execute(delete(Slice).where(Slice.transcription_id == row.id))
    for piece in stood["slices"]:
        finished_at = _as_time(piece.pop("finished_at"))
        db.add(Slice(transcription_id=row.id, finished_at=finished_at, **piece))
    await db.flush()
    return True


def _as_text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _as_time(moment: str | None) -> datetime | None:
    return datetime.fromisoformat(moment) if moment else None
