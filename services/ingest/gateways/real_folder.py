"""What a mount's folder really is, by the kernel's own table of mounts. Runs inside the mount helper process.

Links and ``..`` are one way to two names for a folder, and the only one that a path can show. A bind mount is another,
and a share that is mounted twice a third: the table says for each mount point what lies there, so a folder becomes a
file system and a path in it, or what a server exports and a path in that.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from services.ingest.file_names import printable
from shared.mount_folders import Folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.storage.mount_table import Mounted

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_MOST_BELOW = 200


def real_folder(path: str, table: Sequence[Mounted]) -> Folder:
    """``path`` is without links. Raises OSError."""
    facts, boot = Path(path).stat(), _BOOT.read_text(encoding="ascii").strip()
    below = {
        mounted.point: _place(mounted, mounted.point, boot)
        for mounted in table
        if mounted.point != path and _is_searched_from(path, mounted.point)
    }
    covering = [mounted for mounted in reversed(table) if PurePosixPath(path).is_relative_to(mounted.point)]
    place = _place(max(covering, key=lambda mounted: len(PurePosixPath(mounted.point).parts)), path, boot)
    return Folder(printable(path), f"{boot} {facts.st_dev} {facts.st_ino}", place, tuple(below.values())[:_MOST_BELOW])


def _is_searched_from(path: str, point: str) -> bool:
    if not PurePosixPath(point).is_relative_to(path):
        return False
    return not any(part.startswith(".") for part in PurePosixPath(point).relative_to(path).parts)


def _place(mounted: Mounted, path: str, boot: str) -> tuple[str, str]:
    rest = PurePosixPath(path).relative_to(mounted.point)
    server, colon, exported = mounted.source.partition(":/")
    if mounted.file_system in ("nfs", "nfs4") and colon:
        # Shares of one server may have one device number, and "/" for the root of each. The source names the folder.
        return printable(server.lower()), printable(str(PurePosixPath("/", exported) / rest))
    return f"{boot} {mounted.device}", printable(str(PurePosixPath(mounted.root) / rest))
