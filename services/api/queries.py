"""Reads that only the API needs: keyset-paginated lists, newest first."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, defer, load_only
from sqlalchemy.orm.interfaces import ORMOption

from services.api.deps import Paging, cursor_after
from shared.db.models import Publication, Recording, Slice, Transcription
from shared.errors import NotFound
from shared.lifecycle import SliceStatus

Row = TypeVar("Row", Recording, Transcription, Publication)


async def newest(
    db: AsyncSession,
    model: type[Row],
    moment: InstrumentedAttribute[Any],
    page: Paging,
    shown_as: type[BaseModel],
    *conditions: ColumnElement[bool],
) -> tuple[Sequence[Row], str | None]:
    """One page ordered by ``moment`` and id, both descending, and the cursor of the next page.

    Only the columns that ``shown_as`` has are read: a transcription carries megabytes of plan, report and enrichment.
    """
    columns = [getattr(model, name) for name in shown_as.model_fields]
    statement = select(model).where(*conditions).order_by(moment.desc(), model.id.desc()).limit(page.limit + 1)
    statement = statement.options(load_only(*columns, moment, raiseload=True))
    if page.after is not None:
        statement = statement.where(tuple_(moment, model.id) < tuple_(*page.after))
    rows = (await db.scalars(statement)).all()
    if len(rows) <= page.limit:
        return rows, None
    shown = rows[: page.limit]
    return shown, cursor_after(getattr(shown[-1], moment.key), shown[-1].id)


async def transcription_or_404(
    db: AsyncSession, transcription_id: UUID, *options: ORMOption, locked: bool = False
) -> Transcription:
    """The row; ``locked`` for a change that depends on its present state."""
    row = await db.get(Transcription, transcription_id, options=options, with_for_update=locked or None)
    if row is None:
        raise NotFound(f"There is no transcription {transcription_id}.")
    return row


async def slices_of(db: AsyncSession, transcription_id: UUID) -> Sequence[Slice]:
    """In order of media time."""
    statement = select(Slice).where(Slice.transcription_id == transcription_id).order_by(Slice.number)
    statement = statement.options(defer(Slice.result))
    return (await db.scalars(statement)).all()


WITHOUT_REPORTS = (
    defer(Transcription.plan),
    defer(Transcription.quality),
    defer(Transcription.enrichment),
)
"""For reads that are made often and show none of the large columns."""


async def slice_counts(db: AsyncSession, transcription_id: UUID) -> tuple[int, int]:
    """(done, all)."""
    done, total = (
        await db.execute(
            select(func.count().filter(Slice.status == SliceStatus.DONE), func.count()).where(
                Slice.transcription_id == transcription_id
            )
        )
    ).one()
    return done, total
