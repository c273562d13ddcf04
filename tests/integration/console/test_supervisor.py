"""Children are kept running, and never outlive whoever started them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from services.console.stack.process import Program
from services.console.stack.supervisor import Supervisor


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(statement: Callable[[], bool], timeout_s: float = 10.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if statement():
            return True
        time.sleep(0.02)
    return False


async def eventually(statement: Callable[[], bool], timeout_s: float = 10.0) -> bool:
    return await asyncio.to_thread(wait_until, statement, timeout_s)


def python(name: str, folder: Path, code: str) -> Program:
    return Program(name, [sys.executable, "-c", code], folder / f"{name}.log", patience_s=3.0)


SLEEP = "import time; time.sleep(600)"


async def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    async with Supervisor(print) as supervisor:
        supervisor.start(python("sleeper", tmp_path, SLEEP))
        first = supervisor.pid("sleeper")
        os.kill(first, signal.SIGKILL)

        assert await eventually(lambda: supervisor.starts("sleeper") == 2)
        second = supervisor.pid("sleeper")
        assert second != first
        assert alive(second)
    assert not alive(second)


async def test_children_end_in_reverse_order_of_their_start(tmp_path: Path) -> None:
    notes = tmp_path / "ends"
    code = (
        "import signal, sys, time\n"
        "def leave(*_):\n"
        "    open({notes!r}, 'a').write({name!r} + '\\n'); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, leave)\n"
        "open({notes!r} + {name!r}, 'w').close()\n"
        "time.sleep(600)\n"
    )
    async with Supervisor(print) as supervisor:
        for name in ("database", "service"):
            supervisor.start(python(name, tmp_path, code.format(notes=str(notes), name=name)))
            assert await eventually(Path(f"{notes}{name}").exists)

    assert notes.read_text().split() == ["service", "database"]


async def test_a_child_that_ignores_the_request_to_end_is_taken_with_all_it_started(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    program = Program("stubborn", [sys.executable, "-c", code], tmp_path / "stubborn.log", patience_s=0.3)
    async with Supervisor(print) as supervisor:
        supervisor.start(program)
        assert await eventually(lambda: bool(program.log.exists() and program.log.read_text().strip()))
        child, grandchild = supervisor.pid("stubborn"), int(program.log.read_text())
    assert not alive(child)
    assert await eventually(lambda: not alive(grandchild))


async def test_a_crash_loop_is_told_in_a_sentence_with_the_end_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.console.stack.supervisor.FIRST_WAIT_S", 0.01)
    said: list[str] = []
    async with Supervisor(said.append) as supervisor:
        supervisor.start(python("broken", tmp_path, "raise SystemExit('no disk left')"))
        await asyncio.wait_for(supervisor.crash_loop(), 20)

    assert len(said) == 1
    assert "broken ended 4 times within a minute (last: exit status 1)" in said[0]
    assert "no disk left" in said[0]


async def test_a_crash_loop_of_any_length_goes_on_being_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pause once doubled until it was no number any more; then nothing was started, and the rest never ended."""
    monkeypatch.setattr("services.console.stack.supervisor.FIRST_WAIT_S", 0.01)
    monkeypatch.setattr("services.console.stack.supervisor.LONGEST_WAIT_S", 0.05)
    async with Supervisor(print) as supervisor:
        supervisor.start(python("broken", tmp_path, "raise SystemExit(1)"))
        await asyncio.wait_for(supervisor.crash_loop(), 20)
        supervisor._kept["broken"].starts = 10_000

        assert await eventually(lambda: supervisor.starts("broken") > 10_002)


async def test_a_start_that_fails_by_itself_is_repeated_and_the_others_still_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.console.stack.supervisor.FIRST_WAIT_S", 0.01)
    (tmp_path / "work").mkdir()
    program = Program("homeless", ["sleep", "600"], tmp_path / "log", folder=tmp_path / "work")
    async with Supervisor(print) as supervisor:
        supervisor.start(python("other", tmp_path, SLEEP))
        other = supervisor.pid("other")
        supervisor.start(program)
        (tmp_path / "work").rmdir()
        os.kill(supervisor.pid("homeless"), signal.SIGKILL)
        assert await eventually(lambda: supervisor.starts("homeless") > 3)
        (tmp_path / "work").mkdir()

        assert await eventually(lambda: alive(supervisor.pid("homeless")))
    assert not alive(other)


def test_children_are_gone_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from services.console.stack.process import Program\n"
        "from services.console.stack.supervisor import Supervisor\n"
        "async def main():\n"
        "    async with Supervisor(print) as supervisor:\n"
        f"        program = Program('child', [sys.executable, '-c', {SLEEP!r}], Path({str(tmp_path / 'log')!r}))\n"
        "        supervisor.start(program)\n"
        "        print(supervisor.pid('child'), flush=True)\n"
        "        await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline())
        assert alive(child)
        supervisor.kill()

        assert wait_until(lambda: not alive(child))
