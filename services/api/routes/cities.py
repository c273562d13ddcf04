"""Cities: read by everyone, changed by admins."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.api.deps import Admin, Reader, Work
from services.api.problems import PROBLEMS
from services.api.schemas.common import Listing
from services.api.schemas.stations import CityChange, CityCreate, CityOut
from shared.db.audit import note
from shared.db.models import City
from shared.errors import Conflict, NotFound

router = APIRouter(prefix="/cities", tags=["cities"], responses=PROBLEMS)


@router.get("", operation_id="listCities", summary="All cities")
async def index(_: Reader, work: Work) -> Listing[CityOut]:
    """A station has tens of cities, so all of them, by name."""
    async with work() as unit:
        rows = (await unit.db.scalars(select(City).order_by(City.name, City.id))).all()
    return Listing[CityOut](items=[CityOut.model_validate(row) for row in rows])


@router.post("", status_code=201, operation_id="createCity", summary="Add a city")
async def create(body: CityCreate, who: Admin, work: Work) -> CityOut:
    """Its slug names the folder of its files."""
    try:
        async with work() as unit:
            row = City(**body.model_dump())
            unit.db.add(row)
            await unit.db.flush()
            await unit.db.refresh(row)
            note(unit.db, who.name, "city.created", "city", row.id)
    except IntegrityError as error:
        raise Conflict(f"There is a city with the slug {body.slug!r} already.", code="slug_taken") from error
    return CityOut.model_validate(row)


@router.get("/{city_id}", operation_id="readCity", summary="One city")
async def read(city_id: UUID, _: Reader, work: Work) -> CityOut:
    """By id."""
    async with work() as unit:
        return CityOut.model_validate(await _city(unit.db, city_id))


@router.patch("/{city_id}", operation_id="changeCity", summary="Change a city")
async def change(city_id: UUID, body: CityChange, who: Admin, work: Work) -> CityOut:
    """Takes effect with the next recording that is picked up."""
    changes: dict[str, Any] = body.model_dump(exclude_unset=True)
    async with work() as unit:
        row = await _city(unit.db, city_id)
        for name, value in changes.items():
            setattr(row, name, value)
        note(unit.db, who.name, "city.changed", "city", row.id, changed=sorted(changes))
    return CityOut.model_validate(row)


async def _city(db: AsyncSession, city_id: UUID) -> City:
    row = await db.get(City, city_id)
    if row is None:
        raise NotFound(f"There is no city {city_id}.")
    return row
