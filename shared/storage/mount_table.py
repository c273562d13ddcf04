"""The kernel's own table of mounts, and what is seen at a mount's root."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shared.storage.mount_health import MountFacts

if TYPE_CHECKING:
    from collections.abc import Sequence

_TABLE = Path("/proc/self/mountinfo")


@dataclass(frozen=True, slots=True)
class Mounted:
    """One line of the table."""

    point: str
    device: str
    root: str
    """Which folder of the file system lies at the point."""
    file_system: str
    source: str


def mounted_here() -> list[Mounted]:
    """The table, later mounts last."""
    return read_table(_TABLE.read_bytes())


def read_table(table: bytes) -> list[Mounted]:
    """``/proc/<pid>/mountinfo``, see proc(5)."""
    found = []
    for line in table.splitlines():
        before, _, after = line.partition(b" - ")
        _, _, device, root, point, *_rest = before.split(b" ")
        file_system, source, *_rest = after.split(b" ")
        found.append(Mounted(_text(point), device.decode(), _text(root), file_system.decode(), _text(source)))
    return found


def mount_at(path: str, table: Sequence[Mounted]) -> Mounted | None:
    """What is mounted exactly at ``path``: comparing device numbers would miss bind mounts."""
    return next((mounted for mounted in reversed(table) if mounted.point == path), None)


def look_at_root(root: str, sentinel: str | None) -> MountFacts:
    """What is at a mount's path. Blocks while the drive does not answer; raises OSError where it errs."""
    if not Path(root).is_dir():
        return MountFacts(is_directory=False)
    try:
        with os.scandir(root) as entries:
            is_empty = next(entries, None) is None
        has_sentinel = Path(root, sentinel).exists() if sentinel else None
    except PermissionError:
        return MountFacts(is_directory=True)
    space = os.statvfs(root)
    mounted = mount_at(root, mounted_here())
    return MountFacts(
        is_directory=True,
        is_readable=True,
        is_mount_point=mounted is not None,
        file_system=mounted.file_system if mounted else None,
        has_sentinel=has_sentinel,
        is_empty=is_empty,
        total_bytes=space.f_blocks * space.f_frsize,
        free_bytes=space.f_bavail * space.f_frsize,
    )


def _text(field: bytes) -> str:
    """proc(5): space, tab, newline and backslash are written as octal escapes."""
    return os.fsdecode(field.decode("unicode_escape").encode("latin-1"))
