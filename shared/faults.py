"""Whose fault an error is: the one classifier of all services, by exception, by errno and by a child's own report.

    gone      the name leads nowhere; only a second look tells whether the file or its mount went
    file      the file as it is (a link, a folder, a name too long): nothing changes that but a change of the file
    mount     what the file lies on does not answer properly: waited for, uncounted
    machine   memory, disk, processes or time are short here: waited for, uncounted
    somebody  a permission that is lacking, a lock that another program holds: waited for, uncounted
    unknown   nobody foresaw it: tried again a few times, and counted

That a file's *bytes* are wrong is never in this list: no errno says it. Whoever suspects it reads the file whole a
second time and asks again (``shared/storage/reading.py``).
"""

import errno
import os
import subprocess
from enum import StrEnum

from shared.errors import ArchivistError, NotFound, Temporary, Unusable


class Fault(StrEnum):
    """Whose it is."""

    GONE = "gone"
    FILE = "file"
    MOUNT = "mount"
    MACHINE = "machine"
    SOMEBODY = "somebody"
    UNKNOWN = "unknown"


PERMISSION = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
"""Somebody's, and nothing changes it but a person."""
_MEANINGS = {
    Fault.GONE: {errno.ENOENT, errno.ENOTDIR},
    Fault.FILE: {errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.ENAMETOOLONG, errno.EILSEQ, errno.EOVERFLOW},
    Fault.MOUNT: {
        errno.EIO, errno.ESTALE, errno.ENODEV, errno.ENOTCONN, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETDOWN,
        errno.ENETUNREACH, errno.ETIMEDOUT, errno.ECONNRESET, errno.ECONNREFUSED, errno.ECONNABORTED, errno.ESHUTDOWN,
        errno.EREMOTEIO, errno.ENOLINK, errno.ECOMM, errno.EPROTO, errno.ENOMEDIUM, errno.EUCLEAN, errno.EREMCHG,
        errno.EPIPE, errno.EINTR,
    },
    Fault.MACHINE: {errno.ENOMEM, errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.EFBIG},
    Fault.SOMEBODY: {
        *PERMISSION, errno.EBUSY, errno.EAGAIN, errno.ETXTBSY, errno.EDEADLK, errno.ENOLCK, errno.EKEYEXPIRED,
        errno.EKEYREVOKED, errno.EKEYREJECTED,
    },
}  # fmt: skip
_BY_NUMBER = {number: fault for fault, numbers in _MEANINGS.items() for number in numbers}


def fault_of(error: BaseException | int | None) -> Fault:
    """Whose fault an exception is, or an errno."""
    match error:
        case int():
            return _BY_NUMBER.get(error, Fault.UNKNOWN)
        case MemoryError() | subprocess.TimeoutExpired():
            return Fault.MACHINE
        case OSError(errno=int() as number):
            return _BY_NUMBER.get(number, Fault.UNKNOWN)
        case TimeoutError():
            return Fault.MACHINE
    return Fault.UNKNOWN


def errno_in(report: str) -> int | None:
    """The errno that a child told in the C library's words, for programs that have no better way (FFmpeg, reading).

    Only at the end of a line, where a library puts it; in the C locale, so that the words are always the same. Names
    of files come before that and may say what they like.
    """
    for line in report.splitlines():
        for number in _BY_NUMBER:
            if line.rstrip(" .\n").endswith(os.strerror(number)):
                return number
    return None


def waiting_error(number: int | None, reason: str = "") -> ArchivistError:
    """What the same means to whoever works on a recording that the ledger calls valid: it is waited for.

    Only the file as it is (a link, a folder) cannot be waited for.
    """
    if fault_of(number) is Fault.GONE:
        return Temporary(
            "The recording is not on its mount now. It is tried again when it is back.",
            code="recording_away",
            retry_after_s=30,
            outside=True,
        )
    error = reading_error(number, reason)
    if number in PERMISSION:
        return Temporary(error.message, code="recording_forbidden", outside=True)
    return error


def reading_error(number: int | None, reason: str = "") -> ArchivistError:
    """What an errno at opening or reading a recording means to whoever wanted to read it."""
    said = reason or (os.strerror(number) if number else "unknown reason")
    fault = fault_of(number)
    if fault is Fault.GONE:
        return NotFound("The file has gone.", code="file_gone")
    if fault is Fault.FILE:
        return Unusable(f"We cannot read this file: {said}.", code="unreadable")
    if number in PERMISSION:
        return Unusable(f"We cannot read this file: {said}. Give our user read permission.", code="unreadable")
    if fault is Fault.SOMEBODY:
        return Temporary(f"Another program holds this file ({said}).", code="file_busy", outside=True)
    if fault is Fault.MACHINE:
        return Temporary(f"This machine is short of something: {said}.", code="machine_short", outside=True)
    return Temporary(f"The mount does not answer properly: {said}.", code="mount_trouble", outside=fault is Fault.MOUNT)
