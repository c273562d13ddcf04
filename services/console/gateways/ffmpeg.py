"""Run ffmpeg as a child with a time limit, a progress report and a way to stop it."""

import os
import selectors
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from time import monotonic
from typing import IO

from shared.children import tied
from shared.errors import Conflict, RanShort, Unusable

_MANNERS = ("-hide_banner", "-nostdin", "-nostats", "-v", "warning", "-progress", "pipe:1")
_LOOK_S = 0.25
_GRACE_S = 2.0
_TAIL_BYTES = 2000


def run_ffmpeg(
    arguments: Sequence[str],
    *,
    folder: Path,
    length_s: float,
    timeout_s: float,
    progress: Callable[[float], None] | None = None,
    stop: Event | None = None,
) -> None:
    """Run ``ffmpeg arguments`` in ``folder`` and return when it has finished well.

    ``progress`` is called with 0 to 1 of ``length_s``. Setting ``stop``, running past ``timeout_s``, any exception
    and our own death end ffmpeg and all it started. Raises Unusable with the end of ffmpeg's own words or when it is
    not installed, RanShort (``ffmpeg_timeout``) after the time limit and Conflict (code ``stopped``) when stopped.
    """
    if shutil.which("ffmpeg") is None:
        raise Unusable(
            "ffmpeg is not installed here: install the package ffmpeg, then try again.", code="ffmpeg_missing"
        )
    # Decoding a hostile or broken file must not flood memory: ffmpeg talks into a file, of which the end is read.
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            tied(["ffmpeg", *_MANNERS, *arguments]),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        assert child.stdout is not None
        try:
            deadline = monotonic() + timeout_s
            _follow(child, child.stdout, length_s=length_s, deadline=deadline, progress=progress, stop=stop)
        finally:
            _end(child)
            child.stdout.close()
        if child.returncode != 0:
            raise Unusable(
                f"ffmpeg could not make this copy (status {child.returncode}): {_tail(errors)}", code="ffmpeg_failed"
            )


def _follow(
    child: "subprocess.Popen[bytes]",
    output: IO[bytes],
    *,
    length_s: float,
    deadline: float,
    progress: Callable[[float], None] | None,
    stop: Event | None,
) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        rest = b""
        while True:
            if stop is not None and stop.is_set():
                raise Conflict("Making the copy was stopped.", code="stopped")
            if monotonic() > deadline:
                raise RanShort("ffmpeg ran longer than its time limit and was ended.", code="ffmpeg_timeout")
            if not selector.select(_LOOK_S):
                continue
            news = os.read(output.fileno(), 65536)
            if not news:
                child.wait(timeout=max(_GRACE_S, deadline - monotonic()))
                return
            *lines, rest = (rest + news).split(b"\n")
            if progress is not None and (done := _seconds_done(lines)) is not None and length_s > 0:
                progress(min(1.0, max(0.0, done / length_s)))


def _seconds_done(lines: Sequence[bytes]) -> float | None:
    for line in reversed(lines):
        name, _, value = line.partition(b"=")
        if name == b"out_time_us" and value.strip().lstrip(b"-").isdigit():
            return int(value) / 1_000_000
    return None


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End ffmpeg with its whole process group, politely first."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is not None:
            return
        try:
            os.killpg(child.pid, number)
            child.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            child.wait()


def _tail(errors: IO[bytes]) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - _TAIL_BYTES))
    lines = errors.read().decode(errors="replace").splitlines()
    return " | ".join(line.strip() for line in lines[-4:] if line.strip()) or "it said nothing"
