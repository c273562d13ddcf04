"""Reads that only the API needs: keyset-paginated lists, newest first, and what worked last."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Text, cast, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, defer, load_only
from sqlalchemy.orm.interfaces import ORMOption

from services.api.paging import Paging, cursor_after
from services.api.schemas.common import Listing
from services.api.schemas.stations import CityOut
from shared.db.models import City, Mount, Publication, Recording, Slice, Task, Transcription
from shared.errors import NotFound
from shared.lifecycle import SliceStatus

Row = TypeVar("Row", Recording, Transcription, Publication, Task)
Shown = TypeVar("Shown", bound=BaseModel)


async def newest(
    db: AsyncSession,
    model: type[Row],
    moment: InstrumentedAttribute[Any],
    page: Paging,
    shown_as: type[Shown],
    wanted: Mapping[str, Any],
) -> Listing[Shown]:
    """One page ordered by ``moment`` and id, both descending, of rows whose columns are as ``wanted``; None is any.

    Only the columns that ``shown_as`` has are read: a transcription carries megabytes of plan, report and enrichment.
    """
    columns = [getattr(model, name) for name in shown_as.model_fields]
    conditions = [getattr(model, name) == value for name, value in wanted.items() if value is not None]
    statement = select(model).where(*conditions).order_by(moment.desc(), model.id.desc()).limit(page.limit + 1)
    statement = statement.options(load_only(*columns, moment, raiseload=True))
    if page.after is not None:
        statement = statement.where(tuple_(moment, model.id) < tuple_(*page.after))
    rows = (await db.scalars(statement)).all()
    shown, cursor = rows[: page.limit], None
    if len(rows) > page.limit:
        cursor = cursor_after(getattr(shown[-1], moment.key), shown[-1].id)
    listing: type[Listing[Shown]] = Listing[shown_as]  # type: ignore[valid-type]  # pydantic makes it when asked
    return listing(items=[shown_as.model_validate(row) for row in shown], next=cursor)


async def transcription_or_404(
    db: AsyncSession, transcription_id: UUID, *options: ORMOption, locked: bool = False
) -> Transcription:
    """The row; ``locked`` for a change that depends on its present state."""
    lock = {"key_share": True} if locked else None
    row = await db.get(Transcription, transcription_id, options=options, with_for_update=lock)
    if row is None:
        raise NotFound(f"There is no transcription {transcription_id}.")
    return row


async def slices_of(db: AsyncSession, transcription_id: UUID) -> Sequence[Slice]:
    """In order of media time."""
    statement = select(Slice).where(Slice.transcription_id == transcription_id).order_by(Slice.number)
    statement = statement.options(defer(Slice.result), defer(Slice.first_decode))
    return (await db.scalars(statement)).all()


WITHOUT_REPORTS = (
    defer(Transcription.plan),
    defer(Transcription.quality),
    defer(Transcription.enrichment),
    defer(Transcription.speakers),
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


async def last_engine(db: AsyncSession) -> dict[str, Any] | None:
    """The speech engine of the newest transcription that had one, as it describes itself."""
    return await db.scalar(
        select(Transcription.engine)
        .where(Transcription.engine.is_not(None))
        .order_by(Transcription.created_date.desc())
        .limit(1)
    )


async def mount_or_404(db: AsyncSession, mount_id: UUID) -> Mount:
    """A mount that is watched, or could be."""
    row = await db.get(Mount, mount_id)
    if row is None or not row.source.scans:
        raise NotFound(f"There is no mount {mount_id}.")
    return row


async def cities_as_stored(db: AsyncSession) -> Sequence[Any]:
    """Every city by name, its settings as the text they are stored as; :func:`city_shown` reads it."""
    columns = [column for column in City.__table__.columns if column.name != "settings"]
    settings = cast(City.settings, Text).label("settings")
    return (await db.execute(select(*columns, settings).order_by(City.name, City.id))).all()


def city_shown(row: Any) -> CityOut:
    """A city of :func:`cities_as_stored`, as the API shows it."""
    return CityOut.model_validate({**row._mapping, "settings": json.loads(row.settings)})
