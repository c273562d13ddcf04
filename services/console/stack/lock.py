"""One stack per data folder, and what it leaves there for the other commands: where its servers answer."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from shared.errors import Conflict

_NOTE = "running.json"


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold a data folder; raises `Conflict` where another process or user does. The kernel lets go when we die."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except PermissionError as error:
        raise Conflict(
            f"{folder} belongs to another user: run this as that one, or give it back with chown -R.",
            code="not_your_stack",
        ) from error
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"Another archivist is running on {folder}; end it first.", code="already_running"
            ) from error
        yield


@dataclass(frozen=True)
class Addresses:
    """Where a running stack answers. The addresses of the servers hold their passwords."""

    database_url: str
    redis_url: str
    api_url: str


@contextmanager
def findable(folder: Path, addresses: Addresses) -> Iterator[None]:
    """Let other commands find the stack whose folder we hold, for as long as it runs."""
    note = folder / _NOTE
    note.unlink(missing_ok=True)  # left by a power cut, perhaps with other rights
    with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(addresses), file)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def running_on(folder: Path) -> Addresses | None:
    """The stack that runs on this folder now, None when none does. Raises `Conflict` when it is somebody else's."""
    try:
        told = json.loads((folder / _NOTE).read_text())
        with (folder / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return Addresses(**told)
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise Conflict(
            f"The stack on {folder} was started by another user; ask as that one.", code="not_your_stack"
        ) from error
    return None  # nobody holds the folder: the note is a power cut's
