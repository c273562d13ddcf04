"""Heavy arithmetic away from the event loop: a pure function in a child process, with a deadline and cancellation.

A thread is not enough: while it runs a long regular expression or parses a large document, no other thread of the
process runs either, and it cannot be ended. A child can be killed, so an input that costs more than anybody foresaw
costs its own caller and nobody else. Only what a child itself computes speaks against its input; how much time passes
is the machine's doing. What runs here is a module's function whose arguments and result are values; the other side is
:mod:`shared.compute_child`. A result is unpacked on the event loop, so it should be small.
"""

import asyncio
import contextlib
import os
import pickle
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from shared.asyncio_tasks import to_the_end
from shared.errors import RanShort, Temporary, Unusable

Result = TypeVar("Result")

TIME_LIMIT_S = 60.0
"""Of computing: far more than an honest input needs."""
_PATIENCE, _SHORTEST_PATIENCE_S = 5, 60.0
"""So many times as long, a minute at least, may pass for it on a machine that is busy with speech."""
_LENGTH = 8
"""Bytes before every message that say how long it is."""
_REAP_TIMEOUT_S = 10.0
_KEPT_ENVIRONMENT = {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ"}
"""And what Python itself reads; no secret of ours has any business there."""


class TooCostly(Unusable):
    """The input takes more time or memory than any honest one."""

    default_code = "too_costly"


class Compute(Protocol):
    """Where heavy functions run."""

    async def run(
        self,
        function: Callable[..., Result],
        *arguments: Any,
        timeout_s: float = TIME_LIMIT_S,
        patience_s: float | None = None,
    ) -> Result:
        """The function's result, or the error of ours that it raised; when the caller is cancelled, so is the work.

        Raises TooCostly when it computes for longer than ``timeout_s``, takes too much memory, or has arguments too
        deep in themselves to be handed over; RanShort (``compute_timeout``) when ``patience_s`` pass before that (else
        five times ``timeout_s``, at least a minute), Temporary (``busy``) when too many wait already, and Temporary
        (``compute_ended``) when the process was ended from outside.
        """
        ...


class ComputeHere:
    """The twin: at once, in this thread, without a limit."""

    async def run(
        self,
        function: Callable[..., Result],
        *arguments: Any,
        timeout_s: float = TIME_LIMIT_S,
        patience_s: float | None = None,
    ) -> Result:
        """Call it."""
        return function(*arguments)


class ComputeProcesses:
    """At most ``size`` children, started when they are first needed and kept for the next one who asks."""

    def __init__(self, size: int = 2, *, max_waiting: int = 16) -> None:
        self._turns = asyncio.Semaphore(size)
        self._size = size
        self._max_waiting = max_waiting
        self.present = 0
        """Callers that are being served or wait to be."""
        self._idle: list[_Child] = []

    async def run(
        self,
        function: Callable[..., Result],
        *arguments: Any,
        timeout_s: float = TIME_LIMIT_S,
        patience_s: float | None = None,
    ) -> Result:
        """See :class:`Compute`. Both times count from when the function begins."""
        if self.present >= self._size + self._max_waiting:
            raise Temporary("Too much of this is asked for just now; try again soon.", code="busy", retry_after_s=5)
        self.present += 1
        longest_s = patience_s or max(_SHORTEST_PATIENCE_S, _PATIENCE * timeout_s)
        try:
            async with self._turns:
                return await self._run(function, arguments, timeout_s, longest_s)
        finally:
            self.present -= 1

    async def aclose(self) -> None:
        """End the children that are idle; a busy one ends with its caller."""
        while self._idle:
            await self._idle.pop().kill()

    async def _run(
        self, function: Callable[..., Result], arguments: tuple[Any, ...], timeout_s: float, patience_s: float
    ) -> Result:
        child = await self._child()
        is_fit = False
        try:
            async with asyncio.timeout(patience_s):
                outcome, value, is_fit = await child.ask(function, arguments, timeout_s)
        except TimeoutError:
            raise RanShort(
                f"This was not done within {patience_s:g} s: the machine is too busy just now.", code="compute_timeout"
            ) from None
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            if await child.used_up_its_time():
                raise TooCostly(f"This computes for longer than {timeout_s:g} s, which no honest input does.") from None
            raise Temporary("The process that worked on this was ended.", code="compute_ended") from error
        finally:
            if is_fit:
                self._idle.append(child)
            else:
                await child.kill()
        if outcome == "done":
            result: Result = value
            return result
        raise _error(outcome, value)

    async def _child(self) -> "_Child":
        while self._idle:
            child = self._idle.pop()
            if child.is_alive:
                return child
            await child.kill()
        return await _Child.start()


class _Child:
    """One running process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._process, self._orders, self._answers = process, process.stdin, process.stdout

    @classmethod
    async def start(cls) -> "_Child":
        """Start one and wait until it listens. Call it from the event loop's own thread, with which the child dies."""
        kept = {name: value for name, value in os.environ.items() if name in _KEPT_ENVIRONMENT or name[:6] == "PYTHON"}
        child = cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "shared.compute_child",
                str(os.getpid()),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=kept,
                cwd=Path(__file__).parents[1],
            )
        )
        try:
            await child._answer()
        except asyncio.IncompleteReadError as error:
            await child.kill()
            raise Temporary("A process for heavy work could not be started.", code="compute_ended") from error
        except BaseException:
            await child.kill()
            raise
        return child

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.returncode is None

    async def ask(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], timeout_s: float
    ) -> tuple[str, Any, bool]:
        """How it went, the result or what went wrong, and whether the child may be asked again."""
        try:
            order = pickle.dumps((function, arguments, timeout_s))
        except RecursionError:
            raise TooCostly("This lies deeper in itself than any honest input does.") from None
        self._orders.write(len(order).to_bytes(_LENGTH))
        self._orders.write(order)
        await self._orders.drain()
        answer: tuple[str, Any, bool] = await self._answer()
        return answer

    async def used_up_its_time(self) -> bool:
        """Of one that has ended: whether the kernel did it, because it had computed for too long."""
        await to_the_end(self._reap())
        return self._process.returncode == -signal.SIGPROF

    async def kill(self) -> None:
        """End it and wait until it is gone, also when we are cancelled."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await to_the_end(self._reap())

    async def _answer(self) -> Any:
        length = int.from_bytes(await self._answers.readexactly(_LENGTH))
        return pickle.loads(await self._answers.readexactly(length))  # noqa: S301 - our own program wrote it

    async def _reap(self) -> None:
        self._orders.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_REAP_TIMEOUT_S):
                await self._process.wait()


def _error(outcome: str, value: Any) -> Exception:
    if outcome == "refused":
        kind, message, facts = value
        error: Exception = kind(message, **facts)
        return error
    if outcome == "memory":
        return TooCostly("This takes more memory than any honest input does.")
    return RuntimeError(f"The work in a child process failed:\n{value}")
