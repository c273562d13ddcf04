"""Workers: which processes there are, with what they work, and which of them are silent."""

from fastapi import APIRouter

from services.api.deps import Reader, Work
from services.api.problems import PROBLEMS
from services.api.schemas.common import Listing
from services.api.schemas.workers import WorkerOut
from shared.db.worker_rows import all_workers

router = APIRouter(prefix="/workers", tags=["workers"], responses=PROBLEMS)


@router.get("", operation_id="listWorkers", summary="All processes")
async def index(_: Reader, work: Work) -> Listing[WorkerOut]:
    """Each process of each service, the living first; of the others, those of the last day, and of each service the
    last. Written by the processes themselves, so Prometheus is not needed for it."""
    async with work() as unit:
        rows = await all_workers(unit.db)
    return Listing[WorkerOut](items=[WorkerOut.shown(row, is_alive) for row, is_alive in rows])
