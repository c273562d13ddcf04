"""Progress that is written down beside the work."""

import asyncio

import pytest

from services.transcriber.parts.reporting import reporting
from shared.db.session import DATABASE_TROUBLE


async def turns(count: int) -> None:
    """Let the reporter look this often."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_share_is_written_once_when_it_has_changed() -> None:
    written: list[float] = []

    async def write(share: float) -> None:
        written.append(share)

    async with reporting(write, every_s=0) as done:
        await turns(5)
        done.set(100, 400)
        await turns(5)
        done.set(300, 400)
        await turns(5)
    done.set(400, 400)
    await turns(5)

    assert written == [0.25, 0.75]


async def test_a_database_that_is_away_fails_no_work_and_is_tried_again() -> None:
    tried: list[float] = []

    async def write(share: float) -> None:
        tried.append(share)
        raise DATABASE_TROUBLE[-1]

    async with reporting(write, every_s=0) as done:
        done.set(1, 4)
        await turns(5)
        done.set(2, 4)
        await turns(5)

    assert tried == [0.25, 0.5]


async def test_work_that_fails_ends_the_reporting() -> None:
    written: list[float] = []

    async def write(share: float) -> None:
        written.append(share)

    with pytest.raises(ValueError, match="the work"):
        async with reporting(write, every_s=0) as done:
            raise ValueError("the work")
    done.set(1, 1)
    await turns(5)

    assert written == []
