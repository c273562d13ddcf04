"""What the API does besides answering: its lane of tasks, and the looks that every process takes."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from services.api.parts.forget_upload import forget_leftovers
from services.api.state import ApiDeps
from shared.jobs.task_lane import DoTask, Schedules, TaskInHand, task_handler
from shared.jobs.worker import LaneWorker, LeaseTerms
from shared.lanes import Lane
from shared.presence import Presence, about_process

log = logging.getLogger(__name__)

_PAUSE_S = 5.0


def tasks(things: ApiDeps) -> Mapping[str, DoTask]:
    """What this service does on its lane."""

    async def forget(_: TaskInHand) -> dict[str, Any]:
        return {"forgotten": await forget_leftovers(things)}

    return {"forget-uploads": forget}


async def work_on_tasks(things: ApiDeps, terms: LeaseTerms, timezone: str, stop: asyncio.Event) -> None:
    """Work until ``stop``; requests are served whatever becomes of it."""
    runtime = things.runtime
    presence = Presence(runtime.work, about_process("api", slots=1, beat_s=terms.sweep_s), disk=things.uploads.folder)
    worker = LaneWorker(
        {Lane.API_TASK: task_handler("api", tasks(things), runtime.work)},
        work=runtime.work,
        redis=runtime.redis,
        notifier=runtime.notifier,
        concurrency=1,
        terms=terms,
        each_sweep=[presence.beat, Schedules(runtime.work, timezone).look],
    )
    try:
        while not stop.is_set():
            try:
                await worker.run(stop)
            except Exception:
                log.exception("tasks_interrupted")
                await asyncio.sleep(_PAUSE_S)
    finally:
        await presence.end()
