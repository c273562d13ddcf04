"""Cities: read by everyone, changed by admins."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.api.deps import Admin, Deps, Operator, Reader, Work
from services.api.list_queries import cities_as_stored, city_shown
from services.api.problems import PROBLEMS
from services.api.schemas.common import Listing
from services.api.schemas.stations import CityChange, CityCreate, CityOut, VocabularyLesson
from services.api.state import ApiDeps
from shared.city import NO_CITY_FOLDER, CitySettings, stored_settings
from shared.db.caption_history import owe_links_of_city
from shared.db.event_log import tell
from shared.db.models import City
from shared.errors import Conflict, InvalidInput, NotFound
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.languages import require_language
from shared.meetings import learn

router = APIRouter(prefix="/cities", tags=["cities"], responses=PROBLEMS)


@router.get("", operation_id="listCities", summary="All cities", response_model=Listing[CityOut])
async def index(_: Reader, work: Work) -> Response:
    """A station has tens of cities, so all of them, by name."""
    async with work() as unit:
        rows = await cities_as_stored(unit.db)
    # Each may have thousands of words: they are read and written one by one, and not while others wait.
    items = await asyncio.to_thread(lambda: ",".join(city_shown(row).model_dump_json() for row in rows))
    return Response(f'{{"items":[{items}],"next":null}}', media_type="application/json")


@router.post("", status_code=201, operation_id="createCity", summary="Add a city")
async def create(body: CityCreate, who: Admin, things: Deps, work: Work) -> CityOut:
    """Its slug names the folder of its files."""
    _require_free_for_cities(body.slug)
    _require_known_language(body.settings, things)
    try:
        async with work() as unit:
            row = City(**body.model_dump(exclude={"settings"}), settings=_stored(body.settings))
            unit.db.add(row)
            await unit.db.flush()
            await unit.db.refresh(row)
            tell(unit.db, Happened.CITY_CREATED, row.id, by=who)
    except IntegrityError as error:
        raise _slug_taken(body.slug) from error
    return CityOut.model_validate(row)


@router.get("/{city_id}", operation_id="readCity", summary="One city")
async def read(city_id: UUID, _: Reader, work: Work) -> CityOut:
    """By id."""
    async with work() as unit:
        return CityOut.model_validate(await _city(unit.db, city_id))


@router.patch("/{city_id}", operation_id="changeCity", summary="Change a city")
async def change(city_id: UUID, body: CityChange, who: Admin, things: Deps, work: Work) -> CityOut:
    """Takes effect with the next recording that is picked up. With another slug or name, folders and manifests of
    captions that are there already follow, some seconds later."""
    changes: dict[str, Any] = body.model_dump(exclude_unset=True)
    _require_free_for_cities(body.slug)
    if body.settings is not None:
        _require_known_language(body.settings, things)
        changes["settings"] = _stored(body.settings)
    try:
        async with work() as unit:
            if {"slug", "name"} & changes.keys() and await owe_links_of_city(unit.db, city_id):
                unit.notify(Lane.FINISH)
            row = await _city(unit.db, city_id)
            before = {name: getattr(row, name) for name in changes}
            for name, value in changes.items():
                setattr(row, name, value)
            told: dict[str, Any] = {"before": _without_words(before), "after": _without_words(changes)}
            tell(unit.db, Happened.CITY_CHANGED, row.id, by=who, changed=sorted(changes), **told)
    except IntegrityError as error:
        raise _slug_taken(body.slug) from error
    return CityOut.model_validate(row)


@router.post("/{city_id}/vocabulary", operation_id="teachCity", summary="Teach a city a name")
async def teach(city_id: UUID, body: VocabularyLesson, who: Operator, work: Work) -> CityOut:
    """One step: the correction is applied by itself to the next recordings of this city."""
    async with work() as unit:
        row = await _city(unit.db, city_id, locked=True)
        known = stored_settings(row.name, row.settings)
        row.settings = _stored(_taught(known, body))
        tell(unit.db, Happened.CITY_TAUGHT, row.id, by=who, after={"vocabulary": body.after})
    return CityOut.model_validate(row)


def _require_free_for_cities(slug: str | None) -> None:
    if slug == NO_CITY_FOLDER:
        message = f"The slug {NO_CITY_FOLDER!r} is the folder of recordings of no city; choose another."
        raise InvalidInput(message, code="slug_reserved")


def _slug_taken(slug: str | None) -> Conflict:
    return Conflict(f"There is a city with the slug {slug!r} already.", code="slug_taken")


def _without_words(values: dict[str, Any]) -> dict[str, Any]:
    """A vocabulary has thousands of words, and each that is taught is an event of its own."""
    if "settings" not in values:
        return values
    settings = {name: value for name, value in values["settings"].items() if name != "vocabulary"}
    return {**values, "settings": settings}


def _taught(known: CitySettings, lesson: VocabularyLesson) -> CitySettings:
    try:
        learned = learn(known.as_vocabulary(), lesson.before, lesson.after, kind=lesson.kind)
        return CitySettings.model_validate(known.with_vocabulary(learned).model_dump())
    except ValidationError as error:
        raise Conflict("The city's vocabulary is full: take an entry out first.", code="vocabulary_full") from error


def _require_known_language(settings: CitySettings, things: ApiDeps) -> None:
    """Said now, and not at the city's next meeting; a station that does not fit together is nobody's business here."""
    if settings.language or settings.model:
        require_language(settings.language or things.defaults.language, settings.model or things.defaults.model)


def _stored(settings: CitySettings) -> dict[str, Any]:
    return settings.model_dump(mode="json", exclude_defaults=True)


async def _city(db: AsyncSession, city_id: UUID, *, locked: bool = False) -> City:
    row = await db.get(City, city_id, with_for_update=locked or None)
    if row is None:
        raise NotFound(f"There is no city {city_id}.")
    return row
