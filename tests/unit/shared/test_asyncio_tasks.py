"""Work and tasks that a cancellation, however often it is repeated, must not leave behind."""

import asyncio

import pytest

from shared.asyncio_tasks import end, to_the_end


async def _turns(number: int = 10) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def test_work_that_is_cancelled_twice_is_still_done_to_the_end_and_then_the_cancellation_comes() -> None:
    may_end, has_ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await may_end.wait()
        has_ended.set()

    owner = asyncio.create_task(to_the_end(work()))
    for _ in range(2):
        await _turns()
        owner.cancel()
    await _turns()
    assert not owner.done()

    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await owner
    assert has_ended.is_set()


async def test_what_work_returns_or_raises_comes_out() -> None:
    async def fail() -> None:
        raise ValueError

    assert await to_the_end(asyncio.sleep(0, "result")) == "result"
    with pytest.raises(ValueError):
        await to_the_end(fail())


async def test_whoever_ends_a_task_and_is_told_to_hurry_waits_for_it_all_the_same() -> None:
    may_end = asyncio.Event()

    async def reluctant() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await may_end.wait()

    task = asyncio.create_task(reluctant())
    await _turns()
    owner = asyncio.create_task(end([task]))
    for _ in range(2):
        await _turns()
        owner.cancel()
    await _turns()
    assert not owner.done()

    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await owner
    assert task.cancelled()


async def test_a_task_that_swallows_its_cancellation_is_cancelled_again() -> None:
    async def deaf_once() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    task = asyncio.create_task(deaf_once())
    await _turns()

    await end([task])

    assert task.cancelled()


async def test_a_task_that_ends_within_its_grace_is_not_cancelled() -> None:
    task = asyncio.create_task(_turns(3))

    await end([task], grace_s=10)

    assert not task.cancelled()


async def test_nothing_to_end_is_fine() -> None:
    await end([])
