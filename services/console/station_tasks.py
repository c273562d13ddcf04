"""Tasks from the command line: what there is, and one that is started and waited for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select

from shared.db.models import Schedule, Task, Worker
from shared.db.session import Work, open_database, unit_of_work
from shared.db.task_starts import start_task
from shared.db.worker_rows import is_alive
from shared.jobs.notifier import ArqNotifier, open_redis
from shared.lifecycle import TaskStatus
from shared.settings import Settings
from shared.task_kinds import KINDS

_LOOK_EVERY_S = 0.3


async def known_tasks(settings: Settings) -> list[dict[str, Any]]:
    """Every kind and schedule, with when it is due and how it ended last."""
    async with _opened(settings) as work, work() as unit:
        schedules = {row.name: row for row in await unit.db.scalars(select(Schedule))}
        newest = select(Task).distinct(Task.kind).order_by(Task.kind, Task.created_at.desc())
        last = {row.kind: row for row in await unit.db.scalars(newest)}
    return [_described(name, schedules.get(name), last) for name in sorted(KINDS.keys() | schedules.keys())]


def _described(name: str, schedule: Schedule | None, last: dict[str, Task]) -> dict[str, Any]:
    kind = schedule.kind if schedule else name
    about, run = KINDS.get(kind), last.get(kind)
    is_due = schedule is not None and schedule.enabled
    return {
        "name": name,
        "service": schedule.service if schedule else about.service if about else None,
        "does": about.does if about else None,
        "rule": schedule.rule if schedule and is_due else None,
        "timezone": schedule.timezone if schedule else None,
        "next_at": schedule.next_at.isoformat() if schedule and is_due and schedule.next_at else None,
        "last_status": run.status if run else None,
        "last_at": run.created_at.isoformat() if run else None,
    }


async def run_task(settings: Settings, name: str, *, waits: bool) -> tuple[Task, bool]:
    """Start it and, where asked to, wait for its end; answers its row, and whether a worker is there for it."""
    async with _opened(settings) as work:
        async with work() as unit:
            row = await start_task(unit, name, by="console")
        async with work() as unit:
            alive = select(Worker.id).where(Worker.service == row.service, Worker.waits_for.is_(None), is_alive())
            has_worker = await unit.db.scalar(alive.limit(1)) is not None
        while waits and has_worker and row.status == TaskStatus.PENDING:
            await asyncio.sleep(_LOOK_EVERY_S)
            async with work() as unit:
                row = await unit.db.get_one(Task, row.id)
        return row, has_worker


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Work]:
    engine = open_database(settings.database_dsn, pool_size=1, name="archivist-console")
    password = settings.redis_password.get_secret_value() if settings.redis_password else None
    redis = open_redis(settings.redis_url.get_secret_value(), password)
    try:
        yield unit_of_work(engine, ArqNotifier(redis))
    finally:
        await redis.aclose(close_connection_pool=True)
        await engine.dispose()
