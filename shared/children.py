"""Programs that we start and that must not outlive us."""

import ctypes
import os
import resource
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def tied(command: Sequence[str]) -> list[str]:
    """``command`` with util-linux's ``setpriv`` before it, where there is one: the kernel kills it when we die.

    Nothing of Python runs between fork and exec for it. The kernel looks at the thread that starts the program, so let
    that one wait for its end, or be the main thread.
    """
    setpriv = shutil.which("setpriv")
    return [*([setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []), *command]


def die_with(parent: int) -> None:
    """Ask the kernel to kill us when the parent dies; it may have died before we asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(0)
    # A terminal's Ctrl-C reaches the whole group; the parent decides what becomes of us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def peak_memory() -> int:
    """Bytes that this program alone has held at most: Linux counts into ``ru_maxrss`` what our parent held as well."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
