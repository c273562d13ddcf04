"""Errors of a drive, injected by the kernel's tracer into whatever reads one file: ``strace -e inject``.

Nothing under test knows of it: a program is found through ``PATH`` as always, and meets one bad answer.
"""

import shutil
import stat
from pathlib import Path


def tracing(path: Path, inject: str) -> list[str]:
    """What to put before a command: ``inject`` is ``openat:error=ESTALE:when=1`` and so on, for calls on ``path``."""
    call = inject.partition(":")[0]
    return ["strace", "-f", "-o", "/dev/null", "-P", str(path), "-e", f"trace={call}", "-e", f"inject={inject}"]


def shim(folder: Path, program: str, path: Path, inject: str, *, times: int = 1) -> None:
    """A stand-in for ``program`` in ``folder`` that puts it under the tracer the first ``times`` times it is run."""
    real = shutil.which(program)
    assert real is not None
    folder.mkdir(exist_ok=True)
    traced = " ".join(f"'{word}'" for word in tracing(path, inject))
    script = folder / program
    script.write_text(
        f'#!/bin/sh\nrun=0\nwhile ! mkdir "$0.$run" 2>/dev/null; do run=$((run + 1)); done\n'
        f"[ $run -ge {times} ] || exec {traced} '{real}' \"$@\"\nexec '{real}' \"$@\"\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
