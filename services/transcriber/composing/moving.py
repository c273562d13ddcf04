"""Moving a recording's captions into another folder: nothing is lost, nobody's own file goes, and it may end anywhere.

Files get their second names in the new folder before the old ones go. Between the two the new folder notes where they
came from, so whoever goes on after a crash knows what is still to be cleared out.
"""

import contextlib
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.errors import Temporary
from shared.storage.files import flush_folder, inside, link_atomically, opened_regular, read_regular, write_atomically

_COME_FROM = ".come-from.json"
_MARK = ".recording"
_VERSIONS = "versions"


def bring_along(old: Path, new: Path, names: Collection[str]) -> None:
    """Give the files ``names`` of ``old`` the same names in ``new``, durably; what is there already stays.

    Raises Temporary where a folder cannot be written.
    """
    with _telling(new):
        before = {old, *come_from(old), *come_from(new)} - {new}
        write_atomically(new / _COME_FROM, json.dumps(sorted(map(str, before))).encode())
        folders = set()
        for name in names:
            kept, target = inside(old, name), inside(new, name)
            if target.exists() or not kept.is_file():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            link_atomically(kept, target)
            folders |= {target.parent, target.parent.parent}
        for folder in (*folders, new):
            flush_folder(folder)


def come_from(new: Path) -> tuple[Path, ...]:
    """Folders that are still to be cleared out after a move into this one."""
    try:
        return tuple(Path(str(one)) for one in json.loads(read_regular(new / _COME_FROM)))
    except (OSError, ValueError, TypeError):
        return ()


def clear_out(new: Path, root: Path, names: Collection[str], ours: Collection[str]) -> None:
    """Take what was brought along out of the folders it came from; a folder in which nothing is left goes too.

    ``ours`` are the SHA-256 of everything that was ever written for the recording: only such files are removed. What
    is not in ``new`` stays, and so does what lies outside ``root``.
    """
    with _telling(new):
        for old in come_from(new):
            if old != new and old.resolve().is_relative_to(root.resolve()) and old.is_dir():
                _clear(old, new, names, ours)
        (new / _COME_FROM).unlink(missing_ok=True)


def remove_version(folder: Path, files: Mapping[str, Mapping[str, Any]], needed: Collection[str]) -> bool:
    """Remove the files of one version from its own folder below ``folder``, and that if nothing is left in it; False
    where ``folder`` is not there.

    A file that is not as it was written, or that is ``needed`` by another version, stays.
    """
    if not folder.is_dir():
        return False
    with _telling(folder):
        places = set()
        for entry in files.values():
            place = inside(folder, str(Path(entry["name"]).parent))
            if place.parent != (folder / _VERSIONS).resolve():
                continue
            places.add(place)
            path = place / Path(entry["name"]).name
            digests = {entry["sha256"], *(one["sha256"] for one in entry.get("before", ()))}
            if entry["name"] not in needed and _is_ours(path, digests):
                path.unlink()
        for place in places:
            _remove_empty(place)
    return True


def _clear(old: Path, new: Path, names: Collection[str], ours: Collection[str]) -> None:
    for name in names:
        kept = inside(old, name)
        if inside(new, name).is_file() and _is_ours(kept, ours):
            kept.unlink()
    for path in sorted(old.iterdir()):
        if not path.name.startswith(".") and _is_ours(path, ours):
            path.unlink()
    for folder in sorted({inside(old, name).parent for name in names}):
        _remove_empty(folder)
    _remove_empty(old / _VERSIONS)
    if {path.name for path in old.iterdir()} <= {_COME_FROM, _MARK}:
        (old / _COME_FROM).unlink(missing_ok=True)
        (old / _MARK).unlink(missing_ok=True)
        _remove_empty(old)


def _is_ours(path: Path, ours: Collection[str]) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with opened_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest() in ours


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):  # somebody's file is in it, or it is gone
        folder.rmdir()


@contextlib.contextmanager
def _telling(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Temporary(
            f"The captions cannot be moved to {folder} ({error.strerror}). Check the volume and its permissions.",
            code="storage_unwritable",
            outside=True,
            path=str(folder),
        ) from error
