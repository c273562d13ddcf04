"""Knows a recording again, and says whether a file still is what it was.

Three answers, each dearer than the one before. A *stamp* is what the file system tells without reading; while it stands
still, the file is what it was. *Samples* read three MiB: where they differ, the content differs; where they agree, it
may be the same. Only the *whole* content, named by its SHA-256, says that it is.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass

SAMPLE_BYTES = 1024 * 1024
READ_BYTES = 4 * 1024 * 1024
_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file system tells of a file without reading it."""

    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    """Moves with every change of the content, also where a program sets the other time back."""
    inode: int | None
    """Another one means another file; None where the file system invents new ones while nothing changes."""

    def same_as(self, other: "Stamp") -> bool:
        """Whether nothing tells them apart."""
        times = (self.size_bytes, self.mtime_ns, self.ctime_ns) == (other.size_bytes, other.mtime_ns, other.ctime_ns)
        return times and (self.inode == other.inode or None in (self.inode, other.inode))


def stamp_of(facts: os.stat_result) -> Stamp:
    """The stamp of a file, in numbers that a signed 64-bit column holds.

    Some file systems keep times before 1677 and after 2262; those are held at the ends, and inodes are folded.
    """
    inode = facts.st_ino if facts.st_ino <= _MOST else facts.st_ino - 2**64
    return Stamp(facts.st_size, _held(facts.st_mtime_ns), _held(facts.st_ctime_ns), inode)


def _held(time_ns: int) -> int:
    return min(max(time_ns, -_MOST), _MOST)


def whole_content(size_bytes: int, read: Callable[[int, int], bytes], on_progress: Callable[[int], None]) -> str:
    """SHA-256 over all of it: the name of the content. ``on_progress`` hears how many bytes have been read.

    Ends early when the file is shorter than it said; whoever asks looks at its stamp again.
    """
    digest = hashlib.sha256()
    done = 0
    while done < size_bytes and (part := read(done, READ_BYTES)):
        digest.update(part)
        done += len(part)
        on_progress(done)
    return digest.hexdigest()


def content_identity(size_bytes: int, read: Callable[[int, int], bytes]) -> str:
    """The samples: size and SHA-256 over the first, middle and last MiB, as ``<size>-<hex>``.

    ``read(offset, length)`` gives that part of the file. Equal samples only suggest equal content: two recordings of
    equal length may both be silent in all three places.
    """
    digest = hashlib.sha256()
    for offset in _offsets(size_bytes):
        digest.update(read(offset, SAMPLE_BYTES))
    return f"{size_bytes}-{digest.hexdigest()}"


def _offsets(size_bytes: int) -> list[int]:
    if size_bytes <= 3 * SAMPLE_BYTES:
        return list(range(0, size_bytes, SAMPLE_BYTES))
    return [0, (size_bytes - SAMPLE_BYTES) // 2, size_bytes - SAMPLE_BYTES]
