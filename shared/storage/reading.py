"""Reads a file whole, in a process of its own: the proof whether its bytes can be had, and the only one.

FFmpeg takes a drive's error for the end of a file, and some of its readers say "Input/output error" of bytes that are
merely wrong. So nobody is told that a recording is damaged before every byte of it was read once more by ourselves,
and the same complaint came again. A drive that hangs keeps that process, which can be killed, and no thread of ours.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from shared.errors import ArchivistError, Temporary
from shared.faults import reading_error

_BYTES_PER_S = 20_000_000
_PROGRAM = Path(__file__).with_name("reading_child.py")


def reading_command(path: str) -> list[str]:
    """What to run; give its output to :func:`require_read`."""
    return [sys.executable, "-I", "-S", str(_PROGRAM), path]


def reading_time_s(size_bytes: int) -> float:
    """How long even a slow mount needs for a file of this size; a hung one takes longer."""
    return 60 + size_bytes / _BYTES_PER_S


def require_read(output: str, meaning: Callable[[int | None, str], ArchivistError] = reading_error) -> None:
    """Raise what kept the file from being read whole: the ``meaning`` of its errno."""
    try:
        answer = json.loads(output)
    except ValueError as error:
        raise Temporary("Reading the file was broken off.", code="reading_broken_off", outside=True) from error
    if "errno" in answer:
        raise meaning(answer["errno"], answer["reason"])
