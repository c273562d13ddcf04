"""How a worker says that a row is not for it, though another worker may well do it."""

from collections.abc import Mapping
from typing import Any


class EngineMismatch(Exception):
    """This worker lacks what the row needs, and so it does for every row of the same ``kind``.

    The row is given back at once and no attempt is counted; for a while the worker claims no row of that kind.
    """

    def __init__(self, kind: str, message: str, *, code: str, **facts: Any) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.code = code
        self.facts: Mapping[str, Any] = facts
