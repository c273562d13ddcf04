"""Ending tasks so that nothing outlives whoever answers for it, even when he is told again and again to hurry."""

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


async def to_the_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Do short work that no cancellation may break off, however often it is repeated; it is raised afterwards."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    result = task.result()
    if cancelled is not None:
        raise cancelled
    return result


async def end(tasks: Collection[asyncio.Task[Any]], *, grace_s: float = 0) -> None:
    """Give tasks a while to end by themselves, then cancel them until they have; a cancellation waits for that.

    What a task raises is looked at, so that asyncio does not complain: whoever wants to know it asks the task.
    """
    await to_the_end(_end(set(tasks), grace_s))


async def _end(tasks: set[asyncio.Task[Any]], grace_s: float) -> None:
    waiting = {task for task in tasks if not task.done()}
    if waiting and grace_s:
        _, waiting = await asyncio.wait(waiting, timeout=grace_s)
    while waiting:
        for task in waiting:
            task.cancel()
        # Once is not always enough: under load a cancellation was seen to vanish inside the Redis client, and the
        # worker then went on listening instead of stopping.
        _, waiting = await asyncio.wait(waiting, timeout=1)
    for task in tasks:
        if not task.cancelled():
            task.exception()
