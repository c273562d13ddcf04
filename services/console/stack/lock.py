"""One stack per data folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.errors import Conflict


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold a data folder; raises `Conflict` where another process does. The kernel lets go when we die."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"Another archivist is running on {folder}; end it first.", code="already_running"
            ) from error
        yield
