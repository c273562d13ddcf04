"""Where a changed copy of a recording may be written, and how it gets there whole or not at all."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from shared.errors import Conflict, InvalidInput, NotFound, Temporary
from shared.storage.files import put_in_place


@contextmanager
def copy_of(source: Path, out: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A temporary path beside ``out`` to write to; it becomes ``out`` when the block ends well and vanishes when not.

    Copies never go into the recording's own folder: a playout server watching it would take the copy
    for a recording.
    Raises NotFound, InvalidInput or Conflict before anything is written, Temporary when the disk is full.
    """
    _refuse_unfit(source, out, overwrite=overwrite)
    temporary = out.with_name(f".{uuid4().hex}.partial")
    try:
        yield temporary
        put_in_place(temporary, out)
    except OSError as problem:
        if problem.errno == errno.ENOSPC:
            raise Temporary(
                f"The disk of {out.parent} is full; free space and start again.", code="disk_full"
            ) from problem
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _refuse_unfit(source: Path, out: Path, *, overwrite: bool) -> None:
    if not source.is_file():
        raise NotFound(f"There is no video {source}.", code="video_not_found")
    if not out.parent.is_dir():
        raise InvalidInput(f"The folder {out.parent} does not exist; make it first.", code="output_folder_missing")
    if out.parent.samefile(source.resolve().parent) or out.parent.samefile(source.parent):
        raise InvalidInput(
            f"A copy must not lie in the recording's own folder {out.parent}; name another folder.",
            code="output_beside_source",
        )
    if out.exists() and (out.samefile(source) or not overwrite):
        raise Conflict(f"{out} is already there; name another file or ask to overwrite it.", code="output_exists")


def all_after_end() -> InvalidInput:
    """What is said of captions that no picture of the video would show."""
    return InvalidInput(
        "All captions are due after the end of the video, so its first picture has another label; "
        "look at the first label of the caption file.",
        code="captions_after_end",
    )
