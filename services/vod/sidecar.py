"""Put captions beside a recording, in one step, and never over somebody else's work.

The recording itself is not even opened. The sidecar is written under a hidden name that Cablecast does not index,
flushed to the disk, read back, and then renamed; whoever looks sees the old file or the whole new one.
"""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import Any

from shared.captions.scc_check import MOST_SIDECAR_BYTES, is_captioned
from shared.errors import ArchivistError, Conflict, InvalidInput, NotFound, Temporary, Unusable
from shared.faults import PERMISSION, Fault, fault_of
from shared.storage.content import MISSING
from shared.storage.files import flush_folder, opened_regular, remove_leftovers, temporary_beside
from shared.storage.mount_health import Expectation, judge_mount
from shared.storage.mount_table import look_at_root

_EXTENSION = ".scc"
_ANY_CASE = (_EXTENSION, _EXTENSION.upper())
_PAIRED = (".mcc", ".MCC")

_NOTHING = Expectation()

IsCaptions = Callable[[bytes], bool]
ReadBack = Callable[[Path], str]
"""SHA-256 of a file as the drive gives it back."""


def shows_captions(content: bytes) -> bool:
    """Whether viewers see captions from this SCC file, be they flawed: then they are somebody's work.

    Plain text under the name of SCC, and captions that are loaded and never displayed, do not count.
    """
    return is_captioned(content.decode("utf-8", errors="replace"))


@dataclass(frozen=True, slots=True)
class PlacedSidecar:
    """A sidecar as it lies on the drive: what to remember, so that it is known as ours next time."""

    path: str
    """Below the mount's root, with forward slashes."""
    sha256: str
    size_bytes: int

    def as_facts(self) -> dict[str, Any]:
        """For a JSON column."""
        return {"path": self.path, "sha256": self.sha256, "size_bytes": self.size_bytes}


@dataclass(frozen=True, slots=True)
class ReplacePolicy:
    """What may become of a sidecar that is there already."""

    ours: frozenset[str] = frozenset()
    """SHA-256 of everything that was ever placed beside this recording by us; such a file is replaced."""
    replace_foreign: bool = False
    """Whether a person said that somebody else's captions may be replaced; they are kept as a backup then, too."""


def place_sidecar(
    mount_root: Path,
    recording: str,
    content: bytes,
    *,
    is_captions: IsCaptions = shows_captions,
    policy: ReplacePolicy | None = None,
    read_back: ReadBack | None = None,
) -> PlacedSidecar:
    """Write ``content`` as the sidecar of a recording, named below its mount; the same content again changes nothing.

    ``is_captions`` is asked about somebody else's file, in this thread.

    Somebody else's file that is no usable captions is moved aside to ``<name>.scc.<digest>.bak``; usable captions of
    somebody else stay, unless the policy says that a person has decided.

    Raises:
        Conflict: somebody else's captions are there (``foreign_sidecar``, ``foreign_mcc``).
        InvalidInput: the path leads out of the mount.
        NotFound: the recording is not there.
        Temporary: the mount does not answer, or is full.
        Unusable: the mount may not be written to.
    """
    policy = policy or ReplacePolicy()
    try:
        media = _inside(mount_root, recording)
        target = _existing(media, _ANY_CASE) or media.with_suffix(_EXTENSION)
        remove_leftovers(target.parent, [target.name])
        digest = hashlib.sha256(content).hexdigest()
        relative = target.relative_to(mount_root.resolve()).as_posix()
        check = _ReadBackCheck(digest, read_back or _digest_of)
        if not _make_room(media, target, digest, policy, is_captions):
            _write_in_one_step(target, content, check)
        check(target)
    except OSError as error:
        raise _meaning(error, recording) from error
    return PlacedSidecar(relative, digest, len(content))


def sidecar_path(recording: str) -> str:
    """Where a recording's sidecar lies, both below the mount's root, unless one ending in capitals is there already."""
    return PurePosixPath(recording).with_suffix(_EXTENSION).as_posix()


def remove_sidecar(mount_root: Path, placed: PlacedSidecar, expected: Expectation = _NOTHING) -> bool:
    """Take a sidecar away if it still is exactly what was placed; answers whether it did.

    That it is not there is believed only between two moments at which the mount is well, by what is ``expected`` of it:
    of a mount that is away for a second the empty mount point may be left. Raises Temporary otherwise.
    """
    try:
        return _removed(mount_root, placed)
    except NotFound:
        _require_well(mount_root, expected)
    try:
        return _removed(mount_root, placed)
    except NotFound:
        _require_well(mount_root, expected)
        return False


def _removed(mount_root: Path, placed: PlacedSidecar) -> bool:
    try:
        target = _inside(mount_root, placed.path)
        if _digest_of(target) != placed.sha256:
            return False
        target.unlink()
        flush_folder(target.parent)
    except OSError as error:
        raise _meaning(error, placed.path) from error
    return True


def _require_well(mount_root: Path, expected: Expectation) -> None:
    try:
        down = judge_mount(look_at_root(str(mount_root), expected.sentinel), expected)
        why = down.reason if down else None
    except OSError as error:
        why = f"The drive does not answer: {error.strerror}."
    if why is not None:
        raise Temporary(why, code="mount_trouble", outside=True)


def _inside(mount_root: Path, relative: str) -> Path:
    """The real file, which must lie below the real mount whatever links and dots say."""
    if not mount_root.is_dir():
        raise Temporary(f"The mount {str(mount_root)!r} is not there.", code="mount_unreachable", outside=True)
    root = mount_root.resolve()
    path = root / relative
    if "\0" in relative or path.name in ("", "..") or not (folder := path.parent.resolve()).is_relative_to(root):
        raise InvalidInput(f"{relative!r} does not lie on its mount.", code="outside_mount")
    if not (folder / path.name).is_file():
        raise NotFound(f"{relative!r} is not on its mount any more.", code=MISSING)
    return folder / path.name


def _existing(media: Path, extensions: tuple[str, ...]) -> Path | None:
    candidates = (media.with_suffix(extension) for extension in extensions)
    return next((path for path in candidates if path.is_symlink() or path.exists()), None)


def _make_room(media: Path, target: Path, digest: str, policy: ReplacePolicy, is_captions: IsCaptions) -> bool:
    """Decide about what is there; answers True if the wanted content is in its place already."""
    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise _no_file(target)
    if not policy.replace_foreign and (paired := _existing(media, _PAIRED)):
        raise Conflict(f"{paired.name} holds captions already; a person has to decide.", code="foreign_mcc")
    if not target.exists():
        return False
    if target.stat().st_size > MOST_SIDECAR_BYTES:
        raise Conflict(f"{target.name} is too long for captions; a person has to look.", code="foreign_sidecar")
    with _opened(target) as file:
        present = file.read(MOST_SIDECAR_BYTES + 1)
    present_digest = hashlib.sha256(present).hexdigest()
    if present_digest == digest:
        return True
    if present_digest in policy.ours:
        return False
    if is_captions(present) and not policy.replace_foreign:
        raise Conflict(
            f"{target.name} holds captions that somebody else made; a person has to decide which ones to keep.",
            code="foreign_sidecar",
            sha256=present_digest,
        )
    _keep_backup(target, present, present_digest)
    return False


def _keep_backup(target: Path, content: bytes, digest: str) -> None:
    """Keep somebody else's file under a name that Cablecast does not take for captions."""
    backup = target.with_name(f"{target.name}.{digest[:12]}.bak")
    if not backup.is_symlink() and not backup.exists():
        remove_leftovers(backup.parent, [backup.name])
        _write_in_one_step(backup, content, _ReadBackCheck(digest, _digest_of))
    elif _digest_of(backup) != digest:
        raise Conflict(f"{backup.name} is in the backup's place; a person has to look.", code="foreign_sidecar")


@dataclass(frozen=True, slots=True)
class _ReadBackCheck:
    """What was written must come back from the drive, before it replaces anything and after."""

    digest: str
    read_back: ReadBack

    def __call__(self, path: Path) -> None:
        if self.read_back(path) != self.digest:
            raise Temporary(
                f"{path.name} reads back different from what was written.", code="sidecar_differs", outside=True
            )


def _write_in_one_step(target: Path, content: bytes, check: _ReadBackCheck) -> None:
    fresh = temporary_beside(target)
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        check(fresh)
        fresh.replace(target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader]:
    """A file to read; whoever looked before may have seen another one."""
    try:
        with opened_regular(path) as file:
            yield file
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ELOOP, errno.EISDIR):
            raise _no_file(path) from error
        raise


def _no_file(path: Path) -> Conflict:
    return Conflict(
        f"{path.name} is no regular file, but a link, a folder or a pipe; a person has to look.", code="foreign_sidecar"
    )


def _digest_of(path: Path) -> str:
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _meaning(error: OSError, place: str) -> ArchivistError:
    """What to do about an error of the drive: only a person gives rights and names, everything else is waited for."""
    facts: dict[str, Any] = {"errno": error.errno}
    if error.errno == errno.EROFS:
        return Unusable(
            f"The drive of {place!r} is mounted read-only; mount it writable, or switch sidecars off for it.",
            code="mount_read_only",
            **facts,
        )
    if error.errno in PERMISSION:
        return Unusable(
            f"Archivist may not write beside {place!r}; give its account the right to.",
            code="mount_not_writable",
            **facts,
        )
    match fault_of(error):
        case Fault.GONE:
            return NotFound(f"{place!r} is not on its mount any more.", code=MISSING, **facts)
        case Fault.FILE:
            return Unusable(f"The drive cannot hold a file named after {place!r}.", code="bad_name", **facts)
        case Fault.SOMEBODY:
            said, code = f"Another program holds the sidecar of {place!r} ({error.strerror}).", "file_busy"
        case Fault.MACHINE if error.errno in (errno.ENOSPC, errno.EDQUOT):
            said, code = f"The drive of {place!r} is full.", "mount_full"
        case Fault.MACHINE:
            said, code = f"This machine is short of something: {error.strerror}.", "machine_short"
        case _:
            said, code = f"The drive of {place!r} does not answer: {error.strerror}.", "mount_unreachable"
    return Temporary(said, code=code, outside=True, **facts)
