"""A child process and its three pipes: orders in, answers and standard error out; and what each way to end means.

The other end is :mod:`services.transcriber.decoding.child_process`.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.transcriber.engines.exits import ExitReason, kernel_memory_kills, reason_of_exit
from shared.asyncio_tasks import to_the_end
from shared.errors import Temporary, Unusable

_LINE_LIMIT = 64 * 1024 * 1024
"""Longest answer: a slice's words, with room to spare."""
_STDERR_BYTES = 4000
"""Bytes that are kept of what a child says on standard error, for the reason it ended."""
_REAP_TIMEOUT_S = 10.0
"""How long the end of a child that was killed is waited for."""


class ChildProcess:
    """A running process and its three pipes."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        answers: asyncio.StreamReader,
        transport: asyncio.BaseTransport,
        *,
        memory_is_capped: bool,
    ) -> None:
        self.process = process
        self._answers = answers
        self._transport = transport
        self._memory_is_capped = memory_is_capped
        self._stderr = bytearray()
        self._kills_before = kernel_memory_kills()
        self._drain = asyncio.create_task(self._keep_stderr())

    @classmethod
    async def spawn(
        cls,
        program: str,
        order: dict[str, Any],
        *,
        memory_is_capped: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> "ChildProcess":
        """Start a module as a child, with this added to its environment, and send it its first order."""
        reading, writing = os.pipe()
        answers = asyncio.StreamReader(limit=_LINE_LIMIT)
        try:
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(answers), os.fdopen(reading, "rb")
            )
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-P",  # the caller's folder may hold modules that are called as ours are
                    "-m",
                    program,
                    str(writing),
                    str(os.getpid()),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                    pass_fds=(writing,),
                    # It stays in the caller's folder, from which every relative name is meant.
                    env={**_environment(), **(environment or {})},
                )
            except BaseException:
                transport.close()
                raise
        finally:
            os.close(writing)
        child = cls(process, answers, transport, memory_is_capped=memory_is_capped)
        try:
            await child.send(order)
        except BaseException:
            await child.kill()
            raise
        return child

    async def send(self, message: dict[str, Any]) -> None:
        """One order; a child that is gone is found out by its answers."""
        assert self.process.stdin is not None
        # A child that died says why by its exit status, which is asked for when its answers end.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            await self.process.stdin.drain()

    async def answer(self) -> dict[str, Any] | None:
        """The next answer; None when the child is gone."""
        line = await self._answers.readline()
        if not line.endswith(b"\n"):
            return None
        message: dict[str, Any] = json.loads(line)
        return message

    async def reason(self) -> ExitReason:
        """Why it ended; waits for its end, which its closed pipe announced."""
        status = await self.process.wait()
        await self._drain
        kills = kernel_memory_kills()
        rose = None if kills is None or self._kills_before is None else kills > self._kills_before
        self._transport.close()
        return reason_of_exit(
            status,
            self._stderr.decode("utf-8", "replace"),
            kernel_killed_for_memory=rose,
            memory_is_capped=self._memory_is_capped,
        )

    async def kill(self) -> None:
        """End it, whatever it does, and wait until it is gone, also when we are cancelled; harmless when it is.

        One that hangs in the kernel, for example in the driver of a card, is left behind after a while.
        """
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await to_the_end(self._reap())

    async def _reap(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_REAP_TIMEOUT_S):
                await self.process.wait()
                await self._drain
        self._transport.close()
        if self.process.stdin is not None:
            self.process.stdin.close()

    async def _keep_stderr(self) -> None:
        assert self.process.stderr is not None
        while read := await self.process.stderr.read(4096):
            self._stderr += read
            del self._stderr[:-_STDERR_BYTES]


class OutOfMemory(Exception):
    """A child got no more memory; whoever started it may know what to give up."""

    def __init__(self, reason: ExitReason) -> None:
        super().__init__(reason.message)
        self.reason = reason


def error_of(answer: dict[str, Any]) -> Exception:
    """The error that a child's ``failed`` answer stands for."""
    code, message = str(answer["code"]), str(answer["message"])
    if answer["kind"] == "out_of_memory":
        return OutOfMemory(ExitReason(code, "The speech engine got no more memory.", True))
    if answer["kind"] == "known" and not answer.get("temporary"):
        return Unusable(message, code=code)
    if answer["kind"] == "known":
        return Temporary(message, code=code, outside=bool(answer.get("outside")))
    return Temporary(f"The speech engine failed: {message}", code=code)


async def ended(child: ChildProcess, *, cancelled: bool = False) -> Exception:
    """The error for a child that closed its pipe without an answer."""
    reason = await child.reason()
    if cancelled:
        return Temporary("The work was cancelled.", code="cancelled")
    return OutOfMemory(reason) if reason.is_out_of_memory else reason.error()


def _environment() -> dict[str, str]:
    """What libraries need, and no secret of ours: a speech library has no business with the database."""
    kept = ("CUDA", "NVIDIA", "HF_", "HUGGING", "OMP_", "MKL_", "LD_", "XDG_", "PYTHON", "NLTK", "TORCH", "SSL_", "LC_")
    plain = {"PATH", "HOME", "LANG", "TMPDIR", "TZ", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "NO_PROXY"}
    given = {name: value for name, value in os.environ.items() if name in plain or name.startswith(kept)}
    # The hub's libraries know the token by a name of their own.
    token = given.get("HF_TOKEN") or given.get("HUGGING_FACE_TOKEN")
    code = os.pathsep.join(filter(None, (str(Path(__file__).parents[3]), given.get("PYTHONPATH"))))
    return {**given, "PYTHONPATH": code} | ({"HF_TOKEN": token} if token else {})
