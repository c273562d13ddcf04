"""Tasks and schedules: what is done besides captions, when, and what came of it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from sqlalchemy import select

from services.api.deps import Admin, Operator, Page, Reader, Work
from services.api.list_queries import newest
from services.api.problems import PROBLEMS
from services.api.schemas.common import Listing
from services.api.schemas.tasks import ScheduleChange, ScheduleOut, TaskOut, TaskStart
from services.api.usecases.steer_task import cancel_task, task_or_404
from shared.db.models import Schedule, Task
from shared.db.task_starts import change_schedule, start_task

router = APIRouter(tags=["tasks"], responses=PROBLEMS)

Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,79}$")]
Kind = Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9-]{0,79}$")]


@router.get("/tasks", operation_id="listTasks", summary="Tasks, newest first")
async def index(
    _: Reader,
    work: Work,
    page: Page,
    kind: Kind = None,
    status: Literal["pending", "done", "failed", "cancelled"] | None = None,
) -> Listing[TaskOut]:
    """Those that ended are kept for a month."""
    async with work() as unit:
        return await newest(unit.db, Task, Task.created_at, page, TaskOut, {"kind": kind, "status": status})


@router.post("/tasks", status_code=202, operation_id="startTask", summary="Start a task")
async def start(body: TaskStart, who: Operator, work: Work) -> TaskOut:
    """By its kind, or by the name of a schedule. Follow it by its id: its result is in its row."""
    async with work() as unit:
        return TaskOut.model_validate(await start_task(unit, body.name, by=who))


@router.get("/tasks/{task_id}", operation_id="readTask", summary="One task")
async def read(task_id: UUID, _: Reader, work: Work) -> TaskOut:
    """With its progress, and its result or error."""
    async with work() as unit:
        return TaskOut.model_validate(await task_or_404(unit.db, task_id))


@router.post("/tasks/{task_id}/cancel", status_code=202, operation_id="cancelTask", summary="Stop a task")
async def cancel(task_id: UUID, who: Operator, work: Work) -> TaskOut:
    """The worker that has it in hand notices within seconds; what it has done by then stays done."""
    return TaskOut.model_validate(await cancel_task(task_id, who, work=work))


@router.get("/schedules", operation_id="listSchedules", summary="All schedules")
async def schedules(_: Reader, work: Work) -> Listing[ScheduleOut]:
    """A station has tens of them, so all, by name."""
    async with work() as unit:
        rows = (await unit.db.scalars(select(Schedule).order_by(Schedule.name))).all()
    return Listing[ScheduleOut](items=[ScheduleOut.model_validate(row) for row in rows])


@router.patch("/schedules/{name}", operation_id="changeSchedule", summary="Change a schedule")
async def change(name: Name, body: ScheduleChange, who: Admin, work: Work) -> ScheduleOut:
    """Switch it off or on, or give it other times."""
    async with work() as unit:
        row = await change_schedule(unit.db, name, by=who, enabled=body.enabled, rule=body.rule)
    return ScheduleOut.model_validate(row)
