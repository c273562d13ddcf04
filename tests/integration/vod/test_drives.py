"""A drive that hangs costs its own publications, and nobody else's."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from services.vod.gateways.drives import Drives
from shared.compute import ComputeProcesses
from shared.errors import Temporary, Unusable
from shared.storage.files import inside
from tests.integration.vod.conftest import Desk

FOR_EVER_S = 3600


class Clock:
    """Goes on only when it is told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


async def test_those_who_wait_for_a_drive_that_hangs_are_told_and_other_drives_go_on(
    compute: ComputeProcesses,
) -> None:
    clock = Clock()
    drives = Drives(compute, timeout_s=1, clock=clock)
    hanging, well = Path("/mnt/a"), Path("/mnt/b")

    stuck = [asyncio.create_task(drives.run(hanging, time.sleep, FOR_EVER_S)) for _ in range(13)]
    await asyncio.wait(stuck)
    told = [each.exception() for each in stuck]

    assert {(each.code, each.outside) for each in told if isinstance(each, Temporary)} == {("mount_hangs", True)}
    with pytest.raises(Temporary):
        await drives.run(hanging, abs, -1)
    assert compute.present == 0
    patient = Drives(compute, timeout_s=FOR_EVER_S)
    holding = asyncio.create_task(patient.run(hanging, time.sleep, FOR_EVER_S))
    assert await patient.run(well, abs, -1) == 1
    holding.cancel()
    clock.now_s += 60
    drives = _patient(drives)
    assert await drives.run(hanging, abs, -1) == 1
    with pytest.raises(Unusable):
        await drives.run(hanging, inside, Path("/mnt"), "../etc")
    assert await drives.run(hanging, abs, -2) == 2


async def test_a_publication_on_a_drive_that_hangs_waits_and_goes_on_when_it_answers(
    desk: Desk, compute: ComputeProcesses
) -> None:
    clock = Clock()
    drives = Drives(compute, timeout_s=1, clock=clock)
    with pytest.raises(Temporary):
        await drives.run(desk.drive, time.sleep, FOR_EVER_S)
    drives = _patient(drives)
    deps = replace(desk.deps, drives=drives)
    desk.recorded()
    await desk.captioned()

    row = await desk.walk(8, deps=deps)  # far more often than any limit of attempts
    assert (row.status, row.error_code) == ("linked", "mount_hangs")

    clock.now_s += 3600
    row = await desk.walk(4, deps=deps)
    assert (row.status, row.error_code) == ("published", None)


def _patient(drives: Drives) -> Drives:
    """Work that is done in no time may still take long on a busy machine."""
    drives.timeout_s = FOR_EVER_S
    return drives
