"""File work on drives that may hang: in child processes that are killed when a call takes too long.

A call into a network file system whose server is gone sleeps in the kernel, where no thread can be ended. So each
drive has one call at a time, and what waits for a drive that hangs is told so at once until it is asked again: a drive
costs its own publications only.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from shared.backoff import backoff_s
from shared.compute import Compute, TooCostly
from shared.errors import ArchivistError, RanShort, Temporary

Result = TypeVar("Result")

_FIRST_PAUSE_S = 30.0
_LONGEST_PAUSE_S = 900.0
"""Each question to a drive that hangs may leave a process behind which nobody can end."""


@dataclass(slots=True)
class _Drive:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    hangs: int = 0
    """Calls in a row that were given up."""
    asked_again_at: float = 0.0


class Drives:
    """Every folder on which files are touched, each known by its root."""

    def __init__(self, processes: Compute, *, timeout_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._processes = processes
        self.timeout_s = timeout_s
        self._clock = clock
        self._drives: dict[Path, _Drive] = {}

    async def run(self, root: Path, function: Callable[..., Result], *arguments: Any) -> Result:
        """The result of a module's function that touches files below ``root``, or the error of ours that it raised.

        Raises Temporary (``mount_hangs``) when it takes longer than a call may, and for some time afterwards.
        """
        drive = self._drives.setdefault(root, _Drive())
        self._require_answering(drive, root)
        async with drive.turn:
            self._require_answering(drive, root)  # whoever was before us may have found out
            try:
                limit_s = self.timeout_s
                result = await self._processes.run(function, *arguments, timeout_s=limit_s, patience_s=limit_s)
            except (TooCostly, RanShort) as error:
                drive.hangs += 1
                pause_s = backoff_s(drive.hangs, first_s=_FIRST_PAUSE_S, longest_s=_LONGEST_PAUSE_S)
                drive.asked_again_at = self._clock() + pause_s
                raise self._hangs(root, pause_s) from error
            except ArchivistError:
                drive.hangs = 0
                raise
            drive.hangs = 0
            return result

    def _require_answering(self, drive: _Drive, root: Path) -> None:
        left_s = drive.asked_again_at - self._clock()
        if drive.hangs and left_s > 0:
            raise self._hangs(root, left_s)

    def _hangs(self, root: Path, pause_s: float) -> Temporary:
        return Temporary(
            f"{root} gave no answer within {self.timeout_s:g} s: the drive hangs or is very slow. What lies on it"
            " waits; everything else goes on.",
            code="mount_hangs",
            retry_after_s=pause_s,
            outside=True,
        )
