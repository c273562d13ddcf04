"""Mounts: what is watched, and when it last answered."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services.api.deps import Admin, Operator, Reader, Work
from services.api.list_queries import mount_or_404
from services.api.problems import PROBLEMS
from services.api.schemas.common import Listing
from services.api.schemas.stations import MountChange, MountCreate, MountOut
from services.api.usecases.remove_mount import remove_mount
from services.api.usecases.require_apart import require_apart
from shared.db import clock
from shared.db.event_log import tell
from shared.db.models import Mount
from shared.errors import Conflict, InvalidInput
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.sources import SourceKind

router = APIRouter(prefix="/mounts", tags=["mounts"], responses=PROBLEMS)


@router.get("", operation_id="listMounts", summary="All mounts")
async def index(_: Reader, work: Work) -> Listing[MountOut]:
    """A station has tens of mounts, so all of them, by name."""
    async with work() as unit:
        rows = (await unit.db.scalars(select(Mount).where(Mount.that("scans")).order_by(Mount.name))).all()
    return Listing[MountOut](items=[MountOut.model_validate(row) for row in rows])


@router.post("", status_code=201, operation_id="createMount", summary="Watch a folder")
async def create(body: MountCreate, who: Admin, work: Work) -> MountOut:
    """The folder is looked at within seconds; it need not answer yet. One that was removed has its recordings again.

    Refused (`mount_overlaps`) when it lies inside a folder that is watched, or holds one. Links and drives that are
    mounted twice show only when ingest looks: then this mount's status is `down`, and its reason says so.
    """
    try:
        async with work() as unit:
            await require_apart(unit.db, body.path)
            row = await unit.db.scalar(select(Mount).where(Mount.path == body.path, Mount.kind == SourceKind.REMOVED))
            if row is None:
                row = Mount()
                unit.db.add(row)
            for name, value in {**body.model_dump(), "kind": SourceKind.FOLDER, "ready_at": clock.now()}.items():
                setattr(row, name, value)
            await unit.db.flush()
            await unit.db.refresh(row)
            tell(unit.db, Happened.MOUNT_CREATED, row.id, by=who, path=body.path)
            unit.notify(Lane.SCAN)
    except IntegrityError as error:
        if "fk_mounts_city_id_cities" in str(error.orig):
            raise InvalidInput(f"There is no city {body.city_id}.", code="no_such_city") from error
        raise Conflict("A mount with this name or path is watched already.", code="mount_taken") from error
    return MountOut.model_validate(row)


@router.get("/{mount_id}", operation_id="readMount", summary="One mount")
async def read(mount_id: UUID, _: Reader, work: Work) -> MountOut:
    """By id."""
    async with work() as unit:
        return MountOut.model_validate(await mount_or_404(unit.db, mount_id))


@router.patch("/{mount_id}", operation_id="changeMount", summary="Change a mount")
async def change(mount_id: UUID, body: MountChange, who: Admin, work: Work) -> MountOut:
    """Takes effect with the next look."""
    changes = body.model_dump(exclude_unset=True)
    try:
        async with work() as unit:
            row = await mount_or_404(unit.db, mount_id)
            before = {name: getattr(row, name) for name in changes}
            for name, value in changes.items():
                setattr(row, name, value)
            told: dict[str, Any] = {"before": _as_told(before), "after": _as_told(changes)}
            tell(unit.db, Happened.MOUNT_CHANGED, row.id, by=who, changed=sorted(changes), **told)
    except IntegrityError as error:
        raise InvalidInput(f"There is no city {body.city_id}.", code="no_such_city") from error
    return MountOut.model_validate(row)


def _as_told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}


@router.delete("/{mount_id}", status_code=204, operation_id="removeMount", summary="Watch a folder no more")
async def remove(mount_id: UUID, who: Admin, work: Work) -> None:
    """Its recordings stay known, and nothing is deleted on the drive. Refused while some of them wait for captions."""
    await remove_mount(mount_id, who, work=work)


@router.post("/{mount_id}/scan", status_code=202, operation_id="scanMount", summary="Look now")
async def scan(mount_id: UUID, who: Operator, work: Work) -> MountOut:
    """Do not wait for the next regular look."""
    async with work() as unit:
        row = await mount_or_404(unit.db, mount_id)
        row.ready_at = clock.now()
        tell(unit.db, Happened.MOUNT_SCAN_REQUESTED, row.id, by=who)
        unit.notify(Lane.SCAN)
        await unit.db.flush()
        await unit.db.refresh(row)
    return MountOut.model_validate(row)
