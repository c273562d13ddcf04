"""A row is poison only when it kills: random deaths of real worker processes fail none."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select

from shared.db.models import Mount, Recording, Slice, Transcription
from shared.db.session import Work
from shared.lifecycle import Stage
from tests.integration.jobs.slice_worker import NAP_S, POISON
from tests.long_form import IS_LONG

ROOT = Path(__file__).parents[3]
SLICES, KILLS = (30, 40) if IS_LONG else (10, 14)
_LONGEST_S = 240
"""A machine may be busy: kills, leases of two seconds and pauses take one minute of an idle one."""


class Workers:
    """Processes that are started again when they end, as a supervisor does it."""

    def __init__(self, *arguments: str, concurrency: tuple[int, ...]) -> None:
        self._arguments = arguments
        self._concurrency = concurrency
        self.running = [self._start(index) for index in range(len(concurrency))]
        self.starts = len(concurrency)

    def _start(self, index: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(Path(__file__).with_name("slice_worker.py")), *self._arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen([*command, str(self._concurrency[index])], env=environment, stderr=subprocess.DEVNULL)

    def start_again(self) -> None:
        for index, process in enumerate(self.running):
            if process.poll() is not None:
                self.running[index] = self._start(index)
                self.starts += 1

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()


@contextmanager
def workers(*arguments: str, concurrency: tuple[int, ...]) -> Iterator[Workers]:
    some = Workers(*arguments, concurrency=concurrency)
    try:
        yield some
    finally:
        some.end()


async def _meeting(work: Work, numbers: list[int]) -> None:
    async with work() as unit:
        mount = Mount(name="m", path="/mnt/m")
        unit.db.add(mount)
        await unit.db.flush()
        recording = Recording(mount_id=mount.id, relative_path="a.mp4", file_name="a.mp4", status="valid")
        unit.db.add(recording)
        await unit.db.flush()
        state = {"status": "processing", "stage": Stage.SLICES}
        row = Transcription(recording_id=recording.id, filename="a.mp4", file_path="/mnt/m/a.mp4", **state)
        unit.db.add(row)
        await unit.db.flush()
        for number in numbers:
            unit.db.add(Slice(transcription_id=row.id, number=number, start_ms=0, end_ms=1000))


async def _standing(work: Work) -> Counter[Any]:
    async with work() as unit:
        rows = await unit.db.execute(select(Slice.status, func.count()).group_by(Slice.status))
        return Counter({row[0]: row[1] for row in rows.all()})


async def _until_none_waits(work: Work, some: Workers) -> None:
    async with asyncio.timeout(_LONGEST_S):
        while (await _standing(work))["pending"]:
            some.start_again()
            await asyncio.sleep(0.1)


@pytest.mark.long
async def test_more_random_kills_than_slices_fail_none(database_url: str, redis_url: str, work: Work) -> None:
    chance = Random(9)
    await _meeting(work, list(range(SLICES)))
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    with workers(database_url, redis_url, concurrency=(1, 1, 2)) as some:
        kills = 0
        async with asyncio.timeout(_LONGEST_S):
            while kills < KILLS and (await _standing(work))["pending"]:
                async with work() as unit:
                    owners = await unit.db.scalars(select(Slice.lease_owner).where(Slice.lease_owner.is_not(None)))
                pids = {int(str(owner).rpartition(":")[2]) for owner in owners}
                busy = [process for process in some.running if process.pid in pids and process.poll() is None]
                if busy:
                    await asyncio.sleep(chance.uniform(0, 1.2 * NAP_S))
                    chance.choice(busy).send_signal(signal.SIGKILL)
                    kills += 1
                some.start_again()
                await asyncio.sleep(0.02)
        await _until_none_waits(work, some)

    assert kills == KILLS
    assert await _standing(work) == {"done": SLICES}


async def test_a_row_that_kills_its_worker_every_time_ends_and_takes_no_other_with_it(
    database_url: str, redis_url: str, work: Work
) -> None:
    await _meeting(work, [1, 2, 3, 4, POISON])
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    with workers(database_url, redis_url, concurrency=(2,)) as some:
        await _until_none_waits(work, some)
        starts = some.starts

    async with work() as unit:
        poison = (await unit.db.scalars(select(Slice).where(Slice.number == POISON))).one()
    assert (poison.status, poison.error_code) == ("failed", "worker_died")
    assert await _standing(work) == {"done": 4, "failed": 1}
    assert 6 <= starts <= 8, "five deaths alone, and at most some in company before"
