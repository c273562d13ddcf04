"""Which recordings a person means, and where their captions go; nobody's captions are ever written over another's."""

import contextlib
import errno
import fcntl
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.console.progress_display import printable
from services.transcriber.single import owner_of, written_name
from shared.errors import ArchivistError, Conflict, InvalidInput, NotFound, Temporary, Unusable
from shared.storage.files import opened_regular, safe_name

STANDARD_INPUT = "-"
DEFAULT_FOLDER = Path("captions")
_INPUT_NAME = "standard input"
_INPUT_FOLDER = ".input-"


@dataclass(frozen=True, slots=True)
class NamedFile:
    """One file that was named, and its captions' folder."""

    typed: str
    folder: Path
    media: Path
    """Where it can be read."""
    trouble: ArchivistError | None = None
    """Why nothing can be done with it."""

    @property
    def name(self) -> str:
        """As it was typed, fit to be shown."""
        return _INPUT_NAME if self.typed == STANDARD_INPUT else printable(self.typed)


def find_recordings(typed: Sequence[str], out: Path | None, *, stdin: Callable[[], Path]) -> list[NamedFile]:
    """Each file once, in the order they were named; ``stdin`` gives a file with what came from there.

    One file's captions go into ``out`` itself. Several files get a folder each in ``out``, as every file does in
    ``captions/`` when it is None: named after the recording, with a number where that name belongs to another one.
    """
    found: dict[str, NamedFile] = {}
    taken: set[str] = set()
    chosen = out if len({os.path.realpath(one) for one in typed}) == 1 else None
    for one in typed:
        key = os.path.realpath(one) if one != STANDARD_INPUT else one
        if key not in found:
            folder = chosen or _folder_in(out or DEFAULT_FOLDER, one, taken)
            taken.add(str(folder).casefold())
            found[key] = _recording(one, folder, stdin)
    return list(found.values())


def _recording(typed: str, folder: Path, stdin: Callable[[], Path]) -> NamedFile:
    media = Path(typed).absolute()
    try:
        _refuse_folder(typed, folder)
        if typed == STANDARD_INPUT:
            media = stdin()
        else:
            _look_at(media)
            if Path(os.path.realpath(folder)) == Path(os.path.realpath(media)).parent:
                raise InvalidInput(
                    "Choose another folder than the recording's own with --out: nothing is written beside it.",
                    code="recordings_own_folder",
                )
    except ArchivistError as error:
        return NamedFile(typed, folder, media, error)
    return NamedFile(typed, folder, media)


def _folder_in(base: Path, typed: str, taken: set[str]) -> Path:
    name = _INPUT_NAME if typed == STANDARD_INPUT else safe_name(Path(typed).stem)
    number = 1
    while True:
        folder = base / (name if number == 1 else f"{name} {number}")
        if str(folder).casefold() not in taken and _is_free_for(typed, folder):
            return folder
        number += 1


def _is_free_for(typed: str, folder: Path) -> bool:
    owner = owner_of(folder)
    return owner is None or os.path.normpath(owner) == os.path.normpath(written_name(str(Path(typed).absolute())))


def _refuse_folder(typed: str, folder: Path) -> None:
    if written_name(str(folder.absolute())) != str(folder.absolute()):
        raise InvalidInput("The name of the folder for the captions is not UTF-8; choose another.", code="bad_out")
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(each))
    if not there.is_dir():
        raise _unwritable(folder, errno.ENOTDIR)
    if not os.access(there, os.W_OK | os.X_OK):
        raise _unwritable(folder, errno.EACCES)
    if not _is_free_for(typed, folder) and not _was_standard_input(typed, folder):
        raise Conflict(
            f"{printable(str(folder))} holds the captions of {printable(owner_of(folder) or '')}. Choose another folder"
            " with --out, or name all recordings in one command: each then gets a folder of its own.",
            code="folder_taken",
        )


def _was_standard_input(typed: str, folder: Path) -> bool:
    """Whoever sends one recording after the other into a folder of their choice wants the last one there."""
    owner = Path(owner_of(folder) or "")
    return typed == STANDARD_INPUT and owner.parent.name.startswith(_INPUT_FOLDER)


def _look_at(file: Path) -> None:
    """Raise what is wrong with a file before ffmpeg is asked; a pipe would keep that waiting for ever."""
    try:
        mode = file.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InvalidInput("This is a folder: name the recordings in it.", code="not_a_file")
        if not stat.S_ISREG(mode):
            raise InvalidInput(
                "This is a pipe or a device, not a file: send what comes out of it into standard input, named -.",
                code="not_a_file",
            )
        with opened_regular(file, through_links=True):
            pass
    except FileNotFoundError as error:
        raise NotFound("There is no such file.", code="file_not_found") from error
    except OSError as error:
        raise Unusable(f"The file cannot be read ({error.strerror}).", code="file_unreadable") from error


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make the folder, and keep other transcriptions out of it; the kernel lets go when we die.

    What was made is taken away again if nothing is put into it.
    """
    with _made(folder):
        descriptor = _open(folder)
        try:
            _lock(descriptor, folder)
            yield
        finally:
            os.close(descriptor)


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Take away again what somebody made of ``folder`` and left empty."""
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            for each in (folder / ".work", *made):
                if each.exists():
                    each.rmdir()


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Conflict(
            f"Another transcription is writing into {printable(str(folder))}. Wait for its end.", code="folder_in_use"
        ) from error
    except OSError:
        pass  # A file system without locks: nobody can be kept out.


def _open(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Whether it can be written is better known before hours of work than after them.
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            file.write(b"\0")
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _unwritable(folder, error.errno or errno.EIO) from error


def _unwritable(folder: Path, number: int) -> Unusable:
    return Unusable(
        f"{printable(str(folder))} cannot be written ({os.strerror(number)}). Choose another folder with --out.",
        code="out_unwritable",
    )


@contextmanager
def standard_input(base: Path) -> Iterator[Callable[[], Path]]:
    """Gives what keeps standard input in a file below ``base``, which is gone when the block is left."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(_made(base))

        def keep() -> Path:
            if sys.stdin.isatty():
                raise InvalidInput("Standard input is a terminal: send a recording into it.", code="no_input")
            try:
                base.mkdir(parents=True, exist_ok=True)
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=_INPUT_FOLDER, dir=base))
                file = Path(folder).absolute() / _INPUT_NAME
                with file.open("xb") as target:
                    shutil.copyfileobj(sys.stdin.buffer, target)
            except OSError as error:
                raise Temporary(
                    f"Standard input cannot be kept in {printable(str(base))} ({error.strerror}). Free some space"
                    " there, or choose another folder with --out.",
                    code="out_unwritable",
                ) from error
            if file.stat().st_size == 0:
                raise InvalidInput("Standard input is empty.", code="no_input")
            return file

        yield keep
