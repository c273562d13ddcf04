"""What a person may decide about a task that is under way: not to go on."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.api.session_tokens import Principal
from shared.db import clock
from shared.db.event_log import tell
from shared.db.models import Task
from shared.db.session import Work
from shared.errors import NotFound
from shared.event_kinds import Happened
from shared.lifecycle import TaskStatus, check_step


async def cancel_task(task_id: UUID, who: Principal, *, work: Work) -> Task:
    """The worker that has it in hand notices within seconds. What it has done by then stays done."""
    async with work() as unit:
        row = await task_or_404(unit.db, task_id, locked=True)
        check_step(TaskStatus(row.status), TaskStatus.CANCELLED)
        if row.status != TaskStatus.CANCELLED:
            row.status, row.ended_at = TaskStatus.CANCELLED, clock.now()
            row.lease_token = row.lease_owner = row.lease_expires_at = None
            tell(unit.db, Happened.TASK_CANCELLED, row.id, by=who, task=row.kind)
            await unit.db.flush()
            await unit.db.refresh(row)
        return row


async def task_or_404(db: AsyncSession, task_id: UUID, *, locked: bool = False) -> Task:
    """The row; ``locked`` for a change that depends on its present state."""
    row = await db.get(Task, task_id, with_for_update={"key_share": True} if locked else None)
    if row is None:
        raise NotFound(f"There is no task {task_id}.")
    return row
