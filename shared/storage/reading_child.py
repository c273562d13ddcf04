"""The program that ``reading.py`` starts: reads every byte of a file and says how many there were, or which error."""

import contextlib
import errno
import json
import os
import stat
import sys

_CHUNK_BYTES = 32 * 1024
"""As FFmpeg reads, so that a server is asked for the same pieces."""


def main(path: str) -> None:
    """One line of JSON on standard output."""
    try:
        file = _opened(path)
        with contextlib.suppress(OSError):  # what is in memory proves nothing about the drive
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        size_bytes = 0
        while piece := os.read(file, _CHUNK_BYTES):
            size_bytes += len(piece)
        print(json.dumps({"size_bytes": size_bytes}))
    except OSError as error:
        print(json.dumps({"errno": error.errno, "reason": error.strerror or str(error)}))


def _opened(path: str) -> int:
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        raise OSError(errno.ENXIO, "It is no regular file")
    return file


if __name__ == "__main__":
    main(sys.argv[1])
