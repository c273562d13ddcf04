"""Writing a file so that nobody ever sees half of it, and naming folders after recordings without trusting them."""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path

from shared.errors import Temporary, Unusable

# Control characters, what shells and file systems trip over, and halves of characters that no encoding can write.
_TROUBLE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]')


_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What file systems say that know no second names for a file."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """What was written, for the record."""

    path: Path
    sha256: str
    size_bytes: int


def write_atomically(path: Path, content: bytes) -> WrittenFile:
    """Replace ``path`` in one step: temporary name beside it, fsync, rename, fsync of the folder.

    Raises ``Temporary`` (``storage_full``, ``storage_unwritable``) with a sentence saying which folder is in trouble.
    """
    temporary = temporary_beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        flush_folder(path.parent)
    except OSError as error:
        raise _unwritable(path.parent, error) from error
    return WrittenFile(path, hashlib.sha256(content).hexdigest(), len(content))


def temporary_beside(path: Path) -> Path:
    """A hidden name in the same folder, under which ``path`` is written before it gets its own."""
    return path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.tmp")


def remove_leftovers(folder: Path, names: Iterable[str]) -> None:
    """Take away what was written under a temporary name for one of these files by a process that was then killed.

    For the step that writes them, before it does: whoever holds its lease is the only one. Raises OSError.
    """
    beginnings = "|".join(re.escape(name[:100]) for name in names)
    leftover = re.compile(rf"\.(?:{beginnings})\.[0-9a-f]{{8}}\.tmp")
    with os.scandir(folder) as entries:
        left = [entry.name for entry in entries if leftover.fullmatch(entry.name)]
    for name in left:
        (folder / name).unlink(missing_ok=True)


@contextlib.contextmanager
def opened_regular(path: Path, *, through_links: bool = False) -> Iterator[BufferedReader]:
    """Open a file for reading that may turn out to be none: a pipe would be waited for, without an end.

    Raises OSError with ``ENXIO`` where it is no regular file, ``ELOOP`` where it is a link that is not to be followed.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if through_links else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    with os.fdopen(_required_regular(descriptor, path), "rb") as file:
        yield file


def read_regular(path: Path) -> bytes:
    """All of a file in a folder that others write to as well. Raises OSError as :func:`opened_regular` does."""
    with opened_regular(path, through_links=True) as file:
        return file.read()


def _required_regular(descriptor: int, path: Path) -> int:
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.ENXIO, "It is no regular file", str(path))


def put_in_place(finished: Path, path: Path) -> None:
    """Give a file that another program wrote its name, so that a power cut leaves the whole of it or none."""
    _flush(finished)
    finished.replace(path)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make new names in a folder durable; some network drives cannot, and need not."""
    try:
        _flush(folder)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.EBADF}:
            raise


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(folder: Path, error: OSError) -> Temporary:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    return Temporary(
        f"{folder} cannot be written ({error.strerror}). Free some space; the work is kept and tried again."
        if full
        else f"{folder} cannot be written ({error.strerror}). Check the volume and its permissions.",
        code="storage_full" if full else "storage_unwritable",
        retry_after_s=60,
        outside=True,
        path=str(folder),
    )


def link_atomically(kept: Path, path: Path) -> None:
    """Give ``kept`` a second name in one step; where the file system has no hard links, a copy takes its place."""
    temporary = temporary_beside(path)
    try:
        temporary.hardlink_to(kept)
        temporary.replace(path)
        temporary.unlink(missing_ok=True)  # where both are names of one file already, rename(2) does nothing at all
    except OSError:
        temporary.unlink(missing_ok=True)
        write_atomically(path, read_regular(kept))


def require_space(folder: Path, needed_bytes: int) -> None:
    """Raise ``Temporary`` when ``folder``'s file system has less than ``needed_bytes`` left."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        state = os.statvfs(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    free = state.f_bavail * state.f_frsize
    if free < needed_bytes:
        raise Temporary(
            f"{folder} has {free // 2**20} MiB left and {needed_bytes // 2**20} MiB are needed. Free some space;"
            " the recording waits.",
            code="storage_full",
            retry_after_s=60,
            outside=True,
            free_bytes=free,
        )


def safe_name(name: str) -> str:
    """A folder name that keeps what people recognise and loses what file systems or shells trip over."""
    cleaned = _TROUBLE.sub("_", unicodedata.normalize("NFC", name)).strip(" .")
    while len(cleaned.encode()) > 180:
        cleaned = cleaned[:-1]
    return cleaned or "recording"


def output_directory(root: Path, city: str, recorded_at: datetime, base_name: str, recording_id: str) -> Path:
    """``<root>/<city>/<yyyy>/<mm>/<base name>``; a namesake from another mount gets its id appended.

    The first recording to come owns the plain name, by a mark that only one of two workers can make.
    """
    folder = root / city / f"{recorded_at:%Y}" / f"{recorded_at:%m}" / safe_name(base_name)
    owner = folder / ".recording"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not _owns(owner, recording_id):
            return folder.with_name(f"{folder.name} [{recording_id[:8]}]")
        remove_leftovers(folder, [owner.name])
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder


def _owns(owner: Path, recording_id: str) -> bool:
    """Whether the mark is this recording's, or is made so: whole or not at all, and by one of all who come at once."""
    fresh = temporary_beside(owner)
    try:
        fresh.write_text(recording_id)
        _flush(fresh)
        if owner.exists() and not read_regular(owner):  # of a disk that was full, when it was still made in two steps
            fresh.replace(owner)
        else:
            os.link(fresh, owner)
    except (FileExistsError, FileNotFoundError):
        pass  # somebody was quicker; the owner may even have taken our temporary file for a leftover
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with contextlib.suppress(FileExistsError), owner.open("x") as mark:
            mark.write(recording_id)
    finally:
        fresh.unlink(missing_ok=True)
    return read_regular(owner) == recording_id.encode()


def inside(root: Path, relative: str) -> Path:
    """``root / relative``, refusing to leave ``root`` by ``..``, an absolute path or a symbolic link."""
    whole = (root / relative).resolve()
    if not whole.is_relative_to(root.resolve()):
        raise Unusable(f"{relative!r} leads out of {root}; it is not touched.", code="path_escapes")
    return whole
