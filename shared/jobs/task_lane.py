"""What a service does on the lane of its tasks: looks up the kind, has it done, and keeps the result in the row."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import clock
from shared.db.event_log import tell
from shared.db.leases import Lease, LeaseLost, keep, settle
from shared.db.models import Task
from shared.db.session import Work
from shared.db.task_starts import plan_schedules, start_due
from shared.errors import ArchivistError
from shared.event_kinds import Happened
from shared.jobs.leaving import EngineMismatch
from shared.jobs.worker import Handler
from shared.lifecycle import TaskStatus


@dataclass(frozen=True)
class TaskInHand:
    """One task, as its code is given it."""

    work: Work
    subject: str | None
    payload: Mapping[str, Any]
    _lease: Lease = field(repr=False)

    async def report(self, **progress: Any) -> None:
        """Write down how far it has come; raises ``LeaseLost`` when it was cancelled or is another worker's now."""
        async with self.work() as unit:
            if not await keep(unit.db, self._lease, progress=progress):
                raise LeaseLost(str(self._lease.row_id))


DoTask = Callable[[TaskInHand], Awaitable[dict[str, Any]]]
"""Does one kind of task and answers its result. May be done twice: whoever writes looks first at what is so."""


def task_handler(service: str, kinds: Mapping[str, DoTask], work: Work) -> Handler:
    """The handler of a service's lane of tasks."""

    async def do(lease: Lease) -> None:
        async with work() as unit:
            row = await unit.db.get_one(Task, lease.row_id)
        if row.kind not in kinds:  # a later version started it, and its own workers know it
            raise EngineMismatch(row.kind, f"This {service} knows no task {row.kind!r}.", code="unknown_task")
        result = await kinds[row.kind](TaskInHand(work, row.subject, row.payload, lease))
        async with work() as unit:
            await settle(unit.db, lease, status=TaskStatus.DONE, result=result, ended_at=clock.now())

    async def end(db: AsyncSession, lease: Lease, error: ArchivistError) -> None:
        code, message = error.code, error.message
        ended = {"status": TaskStatus.FAILED, "ended_at": clock.now(), "error_code": code, "error_message": message}
        if await settle(db, lease, **ended):
            tell(db, Happened.TASK_FAILED, lease.row_id, by=service, error_code=code, error_message=message)

    return Handler(do, end, concurrency=1)


class Schedules:
    """Looks with each sweep of a process for what is due; any process may start any service's tasks."""

    def __init__(self, work: Work, timezone: str) -> None:
        self._work = work
        self._timezone = timezone
        self._is_planned = False

    async def look(self) -> None:
        """Start what is due; the first time, the schedules that are missing are entered."""
        async with self._work() as unit:
            if not self._is_planned:
                await plan_schedules(unit.db, self._timezone)
            await start_due(unit)
        self._is_planned = True
