"""What can go wrong, as one short tree.

    ArchivistError
    |-- NotFound       what was named is not here
    |-- Conflict       it is here, but not in a state that allows this
    |-- InvalidInput   the caller must change something before asking again
    |-- Forbidden      the caller may not do this
    |-- Temporary      the same request may succeed later; the work is kept and tried again
    |   |-- Killed     the process that worked was killed
    |   `-- RanShort   time or memory did not suffice, here and now
    `-- Unusable       this material can never work as it is; a person has to look

Raise the one that tells the caller what to do next. ``message`` is a sentence for a person (what happened, what to
do); ``code`` is stable and for programs (``mount_unreachable``); ``facts`` are values worth logging, never secrets or
transcript text.
"""

from typing import Any


class ArchivistError(Exception):
    """Base of every error that Archivist raises on purpose."""

    default_code = "error"

    def __init__(self, message: str, *, code: str | None = None, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.facts = facts


class NotFound(ArchivistError):
    """What was named is not here."""

    default_code = "not_found"


class Conflict(ArchivistError):
    """The thing exists, but its state does not allow what was asked."""

    default_code = "conflict"


class InvalidInput(ArchivistError):
    """The caller must change something before asking again."""

    default_code = "invalid_input"


class Forbidden(ArchivistError):
    """The caller is known, but may not do this."""

    default_code = "forbidden"


class Temporary(ArchivistError):
    """The same work may succeed later.

    ``retry_after_s`` says when it is worth trying. ``outside`` says that the cause lies outside the work (a mount that
    is away, a full disk, a server that is down): waiting for it does not count as an attempt, however long it takes.
    """

    default_code = "temporary"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retry_after_s: float | None = None,
        outside: bool = False,
        **facts: Any,
    ) -> None:
        super().__init__(message, code=code, **facts)
        self.retry_after_s = retry_after_s
        self.outside = outside


class Killed(Temporary):
    """A process of this work's own was killed, and nobody knows by whom; it counts as a death, not as an attempt."""

    default_code = "killed"


class RanShort(Temporary):
    """Time or memory did not suffice here: the machine's fault, unless other work succeeds where this never does."""

    default_code = "machine_short"

    def __init__(
        self, message: str, *, code: str | None = None, retry_after_s: float | None = None, **facts: Any
    ) -> None:
        super().__init__(message, code=code, retry_after_s=retry_after_s, outside=True, **facts)


class Unusable(ArchivistError):
    """This material can never work as it is; a person has to look."""

    default_code = "unusable"
