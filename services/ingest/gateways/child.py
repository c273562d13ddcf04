"""Runs a program that may hang, with a deadline that holds.

A call into a network file system whose server is gone sleeps in the kernel, where no thread can be ended; a process
can at least be left behind. So everything that touches a recording runs as a child in its own process group, is
killed as a group when its time is up, and dies with us if we are killed.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.asyncio_tasks import to_the_end
from shared.children import tied
from shared.errors import Temporary

KEPT_BYTES = 4 * 1024 * 1024
"""Of each stream only the last part is kept: a damaged file can make FFmpeg complain without end."""
_REAP_TIMEOUT_S = 2.0
_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended and what it said."""

    status: int
    stdout: str
    stderr: str


async def run(argv: Sequence[str], *, timeout_s: float) -> Finished:
    """Run to the end; raises Temporary (``no_answer_in_time``) when that takes longer than ``timeout_s``."""
    process = await start(argv, stdin=asyncio.subprocess.DEVNULL)
    assert process.stdout and process.stderr
    try:
        async with asyncio.timeout(timeout_s):
            stdout, stderr = await asyncio.gather(_tail(process.stdout), _tail(process.stderr))
            status = await process.wait()
    except TimeoutError as error:
        raise Temporary(
            f"{argv[0]} gave no answer within {timeout_s:.0f} s: the mount hangs or is very slow.",
            code="no_answer_in_time",
            outside=True,
        ) from error
    finally:
        await end(process)
    return Finished(status, stdout.decode("utf-8", "replace"), stderr.decode("utf-8", "replace"))


async def start(
    argv: Sequence[str],
    *,
    stdin: int,
    stderr: int | None = asyncio.subprocess.PIPE,
    cwd: Path | None = None,
    limit: int = _CHUNK,
) -> asyncio.subprocess.Process:
    """Start ``argv`` as the leader of its own process group, tied to our life, speaking untranslated English.

    Call it from the event loop's own thread: the kernel ties the child to the thread that started it.
    """
    return await asyncio.create_subprocess_exec(
        *tied(argv),
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        cwd=cwd,
        limit=limit,
        start_new_session=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )


async def end(process: asyncio.subprocess.Process) -> None:
    """Kill the whole group if it still runs; a process stuck in the kernel is left behind after a moment."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await to_the_end(_reap(process))


async def _reap(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_REAP_TIMEOUT_S):
            await process.wait()


async def _tail(stream: asyncio.StreamReader) -> bytes:
    kept = bytearray()
    while chunk := await stream.read(_CHUNK):
        kept += chunk
        if len(kept) > 2 * KEPT_BYTES:
            del kept[:-KEPT_BYTES]
    return bytes(kept[-KEPT_BYTES:])
