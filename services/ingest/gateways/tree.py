"""Finds what is new in a folder tree at the cost of what has changed. Runs inside the mount helper process.

A folder's modification time moves when a name in it appears, disappears or is replaced, so folders whose time stands
still are not listed again, and of a listed folder only unknown names are looked up. For every known file eight bytes
are kept (a hash of its name and inode): a million files cost 8 MB. A file that is overwritten in place moves no
folder's time; so unsettled files are looked at one by one, and a full scan reports every file there is.
"""

# ruff: noqa: PTH116, PTH118 (a Path for each of a million names costs more than the scan itself)
from __future__ import annotations

import os
import time
from array import array
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass, field

from services.ingest.file_names import is_recording_name, is_searched_folder
from shared.media.identity import Stamp, stamp_of

QUIET_S = 3.0
"""A folder changed again within one tick of its server's clock keeps its time (FAT: 2 s), so a listing is relied upon
only after the time has stood still for this long by our own clock."""


@dataclass(frozen=True, slots=True)
class Found:
    """A recording's name with its stamp; path relative to the root."""

    path: str
    size_bytes: int
    mtime_ns: int
    ctime_ns: int = 0
    inode: int = 0

    @property
    def stamp(self) -> Stamp:
        """How the file looks from outside."""
        return Stamp(self.size_bytes, self.mtime_ns, self.ctime_ns, self.inode)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that could not be looked at: a file, or a folder with all below it (the root's path is empty)."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Vanished:
    """A folder of which a known file is gone or was replaced; or a known folder that is gone, with all below it."""

    path: str
    is_folder: bool


Item = Found | Trouble | Vanished | None


@dataclass(slots=True)
class ScanCost:
    """What a scan cost."""

    folders_checked: int = 0
    folders_listed: int = 0
    files_looked_at: int = 0


@dataclass(slots=True)
class _ListedFolder:
    mtime_ns: int
    same_since: float
    subfolders: list[str] = field(default_factory=list)
    names: array[int] = field(default_factory=lambda: array("q"))
    is_reliable: bool = False


class Tree:
    """One root with what is known about it; ``confirm`` makes what the last scan reported known."""

    def __init__(
        self,
        root: str,
        *,
        max_depth: int = 8,
        max_entries: int = 5_000_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._root = root
        self._max_depth = max_depth
        self._max_entries = max_entries
        self._clock = clock
        self._folders: dict[str, _ListedFolder] = {}
        self._scanned: dict[str, _ListedFolder] | None = None
        self.effort = ScanCost()

    def confirm(self) -> None:
        """The findings of the last complete scan have been recorded elsewhere: do not report them again."""
        if self._scanned is not None:
            self._folders, self._scanned = self._scanned, None

    def scan(self, *, full: bool = False) -> Iterator[Item]:
        """Yield recordings that are new or replaced; in a full scan, every one. Where names vanished is said, too.

        None is yielded now and then as a sign of life. An unreadable root raises OSError; an unreadable folder below
        it is a Trouble and keeps what was known of it.
        """
        self._scanned = None
        self.effort = ScanCost()
        scanned: dict[str, _ListedFolder] = {}
        entries = 0
        waiting = [("", 0)]
        while waiting:
            path, depth = waiting.pop()
            try:
                folder = yield from self._folder(path, full=full)
            except FileNotFoundError:
                if not path:
                    raise
                continue
            except OSError as error:
                if not path:
                    raise
                yield Trouble(path, error.strerror or str(error))
                if path in self._folders:
                    scanned[path] = self._folders[path]
                continue
            scanned[path] = folder
            entries += len(folder.names) + len(folder.subfolders)
            if entries > self._max_entries:
                yield Trouble("", f"The mount holds more than {self._max_entries:,} entries; the rest is left out.")
                break
            if depth == self._max_depth and folder.subfolders:
                yield Trouble(path, f"Folders below the level {self._max_depth} are left out.")
            elif depth < self._max_depth:
                waiting += [(os.path.join(path, name), depth + 1) for name in folder.subfolders]
        self._scanned = scanned

    def _folder(self, path: str, *, full: bool) -> Generator[Item, None, _ListedFolder]:
        known = self._folders.get(path)
        now = self._clock()
        self.effort.folders_checked += 1
        yield None
        mtime_ns = os.stat(os.path.join(self._root, path), follow_symlinks=False).st_mtime_ns
        is_same = known is not None and known.mtime_ns == mtime_ns
        if known is not None and is_same and known.is_reliable and not full:
            return known
        same_since = known.same_since if known is not None and is_same else now
        folder = _ListedFolder(mtime_ns, same_since, is_reliable=now - same_since >= QUIET_S)
        yield from self._list(path, folder, known, full=full)
        return folder

    def _list(self, path: str, folder: _ListedFolder, known: _ListedFolder | None, *, full: bool) -> Iterator[Item]:
        known_names = frozenset(known.names) if known and not full else frozenset()
        self.effort.folders_listed += 1
        with os.scandir(os.path.join(self._root, path)) as entries:
            for entry in entries:
                yield None
                # The inode comes with the listing for free, and gives away a file that was replaced under its name.
                identity = hash((entry.name, entry.inode()))
                if identity in known_names:
                    folder.names.append(identity)
                # Symbolic links are followed nowhere: what they point to is on this mount already, or is not ours.
                elif entry.is_dir(follow_symlinks=False):
                    if is_searched_folder(entry.name):
                        folder.subfolders.append(entry.name)
                elif entry.is_file(follow_symlinks=False) and is_recording_name(entry.name):
                    item = self._look(entry, os.path.join(path, entry.name))
                    if isinstance(item, Found):
                        folder.names.append(identity)
                    elif isinstance(item, Trouble):
                        folder.is_reliable = False
                    yield item
        if not known_names.issubset(folder.names):
            yield Vanished(path, is_folder=False)
        for name in known.subfolders if known else ():
            if name not in folder.subfolders:
                yield Vanished(os.path.join(path, name), is_folder=True)

    def _look(self, entry: os.DirEntry[str], path: str) -> Found | Trouble | None:
        try:
            facts = entry.stat(follow_symlinks=False)
        except FileNotFoundError:  # gone since it was listed
            return None
        except OSError as error:
            return Trouble(path, error.strerror or str(error))
        self.effort.files_looked_at += 1
        return Found(path, **asdict(stamp_of(facts)))


def absent(root: str, paths: list[str]) -> list[str]:
    """Those of ``paths`` whose names are not in their folders; each folder is listed once.

    A folder that cannot be listed raises OSError, but one that is gone has nothing in it.
    """
    wanted: dict[str, list[str]] = {}
    for path in paths:
        wanted.setdefault(os.path.dirname(path), []).append(path)  # noqa: PTH120
    missing = []
    for folder, held in wanted.items():
        try:
            with os.scandir(os.path.join(root, folder)) as entries:
                names = {entry.name for entry in entries}
        except (FileNotFoundError, NotADirectoryError):
            if not folder:
                raise
            names = set()
        missing += [path for path in held if os.path.basename(path) not in names]  # noqa: PTH119
    return missing
