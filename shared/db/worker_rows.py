"""The rows by which processes are known to be alive: written, read and forgotten."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from shared.db import clock
from shared.db.models import Worker

PATIENCE_S, BEATS_MISSED = 30, 3
"""A process is silent after so many seconds and so many times its own pause, as its health page has it."""
_REMEMBERED = timedelta(days=1)
_SHOWN = 500
"""A process that is started again and again leaves a row each time."""


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What a process says of itself."""

    service: str
    owner: str
    host: str
    version: str
    slots: int
    beat_seconds: float
    engine: str | None = None
    model: str | None = None
    device: str | None = None
    waits_for: str | None = None


def is_alive() -> ColumnElement[bool]:
    """Whether a process was heard lately and has not said that it ends."""
    patience = func.make_interval(0, 0, 0, 0, 0, 0, PATIENCE_S + BEATS_MISSED * Worker.beat_seconds)
    return and_(Worker.stopped_at.is_(None), Worker.beat_at > clock.now() - patience)


async def write_beat(db: AsyncSession, worker_id: UUID, about: ProcessFacts, free_bytes: int | None) -> None:
    """Say that the process lives, and forget those that have been silent for a day.

    The last of each service is kept: a station that lost its only transcriber a week ago must still be told.
    """
    values = {**asdict(about), "free_bytes": free_bytes, "beat_at": clock.now(), "stopped_at": None}
    await db.execute(
        insert(Worker).values(id=worker_id, **values).on_conflict_do_update(index_elements=[Worker.id], set_=values)
    )
    later = aliased(Worker)
    is_followed = select(later.id).where(later.service == Worker.service, later.beat_at > Worker.beat_at).exists()
    await db.execute(
        delete(Worker)
        .where(Worker.beat_at < clock.now() - _REMEMBERED, is_followed)
        .execution_options(synchronize_session=False)
    )


async def write_end(db: AsyncSession, worker_id: UUID) -> None:
    """Say that the process ends as it was told to."""
    await db.execute(update(Worker).where(Worker.id == worker_id).values(stopped_at=clock.now()))


async def all_workers(db: AsyncSession) -> list[tuple[Worker, bool]]:
    """Each process with whether it is alive: the living first, then those heard last."""
    statement = select(Worker, is_alive()).order_by(is_alive().desc(), Worker.service, Worker.beat_at.desc(), Worker.id)
    rows = (await db.execute(statement.limit(_SHOWN))).all()
    return [(row[0], row[1]) for row in rows]
