"""Heavy functions in child processes: their results, their errors, and their ends."""

import asyncio
import operator
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from shared.compute import ComputeProcesses, TooCostly
from shared.errors import InvalidInput, RanShort, Temporary

ROOT = Path(__file__).parents[3]


REFUSES = """
from shared.errors import InvalidInput
raise InvalidInput("A tab is missing.", code="no_tab", param="file")
"""
NEVER_ENDS = "while True: pass"
"""Text of a program: only what is in a module can be named to a child, and ``exec`` is."""


def _nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


def tells_and_never_ends(path: Path) -> str:
    return f"import os, pathlib; pathlib.Path({str(path)!r}).write_text(str(os.getpid()))\n{NEVER_ENDS}"


@pytest.fixture
async def compute() -> AsyncIterator[ComputeProcesses]:
    processes = ComputeProcesses(size=1, max_waiting=1)
    yield processes
    await processes.aclose()


async def test_a_function_runs_in_another_process_which_is_kept_for_the_next(compute: ComputeProcesses) -> None:
    assert await compute.run(operator.add, 2, 3) == 5

    first, second = await compute.run(os.getpid), await compute.run(os.getpid)
    assert first == second != os.getpid()


async def test_a_child_of_a_large_process_is_kept_too(compute: ComputeProcesses) -> None:
    """Its own memory counts: Linux hands a child the peak of the process that started it."""
    large = bytearray(400 * 2**20)

    first, second = await compute.run(os.getpid), await compute.run(os.getpid)

    assert (first, len(large)) == (second, 400 * 2**20)


async def test_an_error_of_ours_comes_back_as_it_was_and_a_mistake_with_its_trace(compute: ComputeProcesses) -> None:
    with pytest.raises(InvalidInput, match="A tab is missing") as refused:
        await compute.run(exec, REFUSES)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        await compute.run(exec, "1 / 0")

    assert (refused.value.code, refused.value.facts) == ("no_tab", {"param": "file"})


async def test_work_without_end_is_ended_and_the_next_caller_is_served(compute: ComputeProcesses) -> None:
    before = await compute.run(os.getpid)

    with pytest.raises(TooCostly):
        await compute.run(exec, NEVER_ENDS, timeout_s=0.2)

    assert await compute.run(os.getpid) != before
    assert not psutil.pid_exists(before)


async def test_time_that_passes_is_the_machines_and_says_nothing_of_the_input(compute: ComputeProcesses) -> None:
    before = await compute.run(os.getpid)

    with pytest.raises(RanShort) as late:
        await compute.run(time.sleep, 3_600, timeout_s=60, patience_s=0.3)

    assert (late.value.code, late.value.outside) == ("compute_timeout", True)
    assert not psutil.pid_exists(before)


async def test_what_one_caller_computed_is_not_counted_for_the_next(compute: ComputeProcesses) -> None:
    busy = "import time\nwhile time.process_time() < {}: pass"

    for seconds in (0.5, 1.0, 1.5):
        await compute.run(exec, busy.format(seconds), timeout_s=2)

    assert await compute.run(os.getpid, timeout_s=0.1)


async def test_work_that_takes_all_memory_is_ended(compute: ComputeProcesses) -> None:
    with pytest.raises(TooCostly):
        await compute.run(bytes, 64 * 2**30)


async def test_a_caller_who_goes_takes_his_work_with_him(compute: ComputeProcesses, tmp_path: Path) -> None:
    worker = await compute.run(os.getpid)
    asked = asyncio.create_task(compute.run(exec, tells_and_never_ends(tmp_path / "begun")))
    await _until_written(tmp_path / "begun")

    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked

    assert not psutil.pid_exists(worker)


async def test_who_comes_when_too_many_wait_is_told_so_at_once(compute: ComputeProcesses) -> None:
    waiting = [asyncio.create_task(compute.run(exec, NEVER_ENDS)) for _ in range(2)]
    await asyncio.sleep(0)

    with pytest.raises(Temporary) as refused:
        await compute.run(operator.add, 1, 1)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert refused.value.code == "busy"
    assert await compute.run(operator.add, 1, 1) == 2


async def test_a_child_that_was_ended_from_outside_is_replaced(compute: ComputeProcesses, tmp_path: Path) -> None:
    asked = asyncio.create_task(compute.run(exec, tells_and_never_ends(tmp_path / "begun")))
    os.kill(int(await _until_written(tmp_path / "begun")), signal.SIGKILL)

    with pytest.raises(Temporary) as ended:
        await asked

    assert ended.value.code == "compute_ended"
    assert await compute.run(operator.add, 1, 1) == 2


async def test_no_secret_of_ours_is_handed_on(compute: ComputeProcesses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET_KEY", "a secret")

    assert await compute.run(os.getenv, "JWT_SECRET_KEY") is None


async def test_the_child_of_a_process_that_is_killed_dies_with_it(tmp_path: Path) -> None:
    program = (
        "import asyncio\nfrom shared.compute import ComputeProcesses\n"
        f"asyncio.run(ComputeProcesses().run(exec, {tells_and_never_ends(tmp_path / 'begun')!r}))"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) as parent:
        child = psutil.Process(int(await _until_written(tmp_path / "begun")))
        parent.kill()

    assert not psutil.wait_procs([child], timeout=30)[1]


async def _until_written(path: Path) -> str:
    async with asyncio.timeout(60):
        while not (path.exists() and path.read_text()):
            await asyncio.sleep(0.02)
    return path.read_text()


async def test_arguments_too_deep_to_be_handed_over_are_too_costly(compute: ComputeProcesses) -> None:
    with pytest.raises(TooCostly):
        await compute.run(len, _nested(100_000))

    assert await compute.run(len, _nested(10)) == 1
