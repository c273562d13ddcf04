"""One answer for all services to whose fault an error is."""

import errno
import os
import subprocess

import pytest

from shared.errors import NotFound, Temporary, Unusable
from shared.faults import Fault, errno_in, fault_of, reading_error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (FileNotFoundError(errno.ENOENT, "gone"), Fault.GONE),
        (OSError(errno.ESTALE, "stale"), Fault.MOUNT),
        (OSError(errno.EIO, "input/output"), Fault.MOUNT),
        (TimeoutError(errno.ETIMEDOUT, "a server"), Fault.MOUNT),
        (TimeoutError(), Fault.MACHINE),
        (subprocess.TimeoutExpired("ffprobe", 1), Fault.MACHINE),
        (MemoryError(), Fault.MACHINE),
        (OSError(errno.ENOSPC, "full"), Fault.MACHINE),
        (PermissionError(errno.EACCES, "no"), Fault.SOMEBODY),
        (BlockingIOError(errno.EAGAIN, "a lease"), Fault.SOMEBODY),
        (OSError(errno.EBUSY, "busy"), Fault.SOMEBODY),
        (OSError(errno.ENAMETOOLONG, "long"), Fault.FILE),
        (OSError("without a number"), Fault.UNKNOWN),
        (ZeroDivisionError(), Fault.UNKNOWN),
        (errno.EUCLEAN, Fault.MOUNT),
        (99_999, Fault.UNKNOWN),
        (None, Fault.UNKNOWN),
    ],
)
def test_whose_fault_an_error_is_stands_in_its_type_and_number(error: BaseException | int | None, fault: Fault) -> None:
    assert fault_of(error) is fault


def test_what_a_child_says_in_the_words_of_the_c_library_is_read_as_a_number() -> None:
    assert errno_in("[mov @ 0x55] stream 0\nfile:/mnt/a.mp4: Stale file handle\n") == errno.ESTALE
    assert errno_in("Error during demuxing: Input/output error") == errno.EIO


def test_a_file_named_like_an_error_is_none() -> None:
    assert errno_in("file:/mnt/Input/output error.mp4: Invalid data found when processing input") is None
    assert errno_in("") is None


@pytest.mark.parametrize(
    ("number", "kind", "outside"),
    [
        (errno.ENOENT, NotFound, None),
        (errno.EACCES, Unusable, None),
        (errno.ELOOP, Unusable, None),
        (errno.EAGAIN, Temporary, True),
        (errno.EIO, Temporary, True),
        (errno.EMFILE, Temporary, True),
        (errno.EDOM, Temporary, False),
    ],
)
def test_only_what_nobody_foresaw_is_counted(number: int, kind: type[Exception], outside: bool | None) -> None:
    error = reading_error(number, os.strerror(number))

    assert isinstance(error, kind)
    assert getattr(error, "outside", None) is outside
