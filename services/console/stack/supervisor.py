"""Keep programs running: start them in order, start again what fell over, end them in reverse order."""

import asyncio
import subprocess
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from services.console.stack.process import Program, last_lines, launch, sweep_group
from shared.asyncio_tasks import end
from shared.backoff import backoff_s

Say = Callable[[str], None]

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
# So many ends within so long are called a crash loop, and a person is told.
LOOP_EXITS = 4
LOOP_WINDOW_S = 60.0
_GLANCE_S = 0.1


@dataclass
class _RunningProgram:
    program: Program
    process: subprocess.Popen[bytes]
    exits: deque[float] = field(default_factory=lambda: deque(maxlen=LOOP_EXITS))
    starts: int = 1
    is_looping: bool = False
    watch: asyncio.Task[None] | None = None


class Supervisor:
    """Runs programs as children; `async with` ends them all, however the block is left.

    A child that ends is started again after 0.5 s, then twice as long each time up to 30 s, and after a minute of good
    health from the beginning. `say` gets one sentence when a child keeps falling over, and one when it has recovered.
    Must be used from the main thread: the kernel ties a child's life to the thread that started it.
    """

    def __init__(self, say: Say) -> None:
        self._say = say
        self._kept: dict[str, _RunningProgram] = {}
        self._has_crash_loop = asyncio.Event()

    async def __aenter__(self) -> "Supervisor":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def start(self, program: Program) -> None:
        kept = _RunningProgram(program, launch(program))
        self._kept[program.name] = kept
        kept.watch = asyncio.create_task(self._keep(kept), name=f"keep {program.name}")

    async def crash_loop(self) -> None:
        """Return when some program keeps falling over; it is still started again and again."""
        await self._has_crash_loop.wait()

    def pid(self, name: str) -> int:
        return self._kept[name].process.pid

    def starts(self, name: str) -> int:
        """How often a program has been started."""
        return self._kept[name].starts

    async def stop(self) -> None:
        """End every program, the last one started first."""
        for name in reversed(list(self._kept)):
            kept = self._kept.pop(name)
            if kept.watch:
                await end([kept.watch])
            await _end(kept)

    async def _keep(self, kept: _RunningProgram) -> None:
        while True:
            await _ended(kept.process)
            sweep_group(kept.process.pid)
            kept.process = await self._launch_again(kept)
            if kept.is_looping:
                await self._tell_of_recovery(kept)

    async def _launch_again(self, kept: _RunningProgram) -> subprocess.Popen[bytes]:
        """A start that fails by itself (no room for the log, no more processes) is an end like any other."""
        how = _how(kept.process.returncode)
        while True:
            await asyncio.sleep(self._note_exit(kept, how))
            kept.starts += 1
            try:
                return launch(kept.program)
            except (OSError, subprocess.SubprocessError) as error:
                how = f"it cannot be started: {error}"

    def _note_exit(self, kept: _RunningProgram, how: str) -> float:
        """Remember an end, tell of a crash loop, and return how long to wait before the next start."""
        now = asyncio.get_running_loop().time()
        kept.exits.append(now)
        recent = [at for at in kept.exits if now - at < LOOP_WINDOW_S]
        name, log = kept.program.name, kept.program.log
        if len(recent) == LOOP_EXITS and not kept.is_looping:
            kept.is_looping = True
            self._has_crash_loop.set()
            end = last_lines(log)
            self._say(
                f"{name} ended {LOOP_EXITS} times within a minute (last: {how}); it is tried "
                f"again more and more slowly. The end of {log}:\n{end}"
            )
        if kept.is_looping:
            return _pause_s(kept.starts)
        return _pause_s(len(recent))

    async def _tell_of_recovery(self, kept: _RunningProgram) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(_ended(kept.process), LOOP_WINDOW_S)
        if kept.process.poll() is None:
            kept.is_looping = False
            kept.exits.clear()
            self._say(f"{kept.program.name} is running again.")


def _pause_s(times: int) -> float:
    return backoff_s(times, first_s=FIRST_WAIT_S, longest_s=LONGEST_WAIT_S)


async def until_ready(is_ready: Callable[[], Awaitable[bool]], timeout_s: float, every_s: float = 0.1) -> bool:
    """Ask again and again whether something is ready; False when the time is over."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    while asyncio.get_running_loop().time() < deadline:
        if await is_ready():
            return True
        await asyncio.sleep(every_s)
    return False


async def _ended(process: subprocess.Popen[bytes]) -> None:
    """Wait for a child. Looking ten times a second costs nothing, and needs no thread or signal handler."""
    while process.poll() is None:  # noqa: ASYNC110 - the kernel sets no event
        await asyncio.sleep(_GLANCE_S)


async def _end(kept: _RunningProgram) -> None:
    process, program = kept.process, kept.program
    if process.poll() is None:
        process.send_signal(program.stops_on)
        with suppress(TimeoutError):
            await asyncio.wait_for(_ended(process), program.patience_s)
    sweep_group(process.pid)
    await _ended(process)


def _how(status: int | None) -> str:
    if status is None:
        return "still running"
    return f"signal {-status}" if status < 0 else f"exit status {status}"
