"""Trouble on order: what a server, a proxy or a cable may do to an answer."""

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase


class FaultKind(StrEnum):
    """What happens to the answer."""

    DELAY = "delay"
    """It comes ``seconds`` (real ones) late."""
    DROP = "drop"
    """The connection breaks."""
    STATUS = "status"
    """It is an error with ``status`` and a plain text."""
    HTML = "html"
    """It is somebody else's page with status 200."""
    EMPTY = "empty"
    """It is 200 with nothing in it."""
    EXTRA_FIELDS = "extra_fields"
    """Every record has fields that a later version may bring."""
    WARNING = "warning"
    """It carries the header of a deprecated endpoint."""


@dataclass(slots=True)
class OrderedFault:
    """One kind of trouble for the requests that match it."""

    kind: FaultKind
    path: str = "*"
    """Shell pattern for the lower-case path."""
    method: str | None = None
    times: int | None = None
    """How many requests are still to be hit; None is all of them."""
    seconds: float = 0.0
    status: int = 500
    after_processing: bool = False
    """Let the request do its work and spoil only the answer, as a time-out on the way back does."""

    def hits(self, method: str, path: str) -> bool:
        """Whether this request is one of those."""
        return (self.method is None or self.method.upper() == method) and fnmatchcase(path, self.path.lower())


@dataclass(slots=True)
class FaultList:
    """The trouble that is ordered at the moment."""

    waiting: list[OrderedFault] = field(default_factory=list)

    def take(self, method: str, path: str) -> list[OrderedFault]:
        """The faults for this request; each use counts."""
        hit = [fault for fault in self.waiting if fault.hits(method, path)]
        for fault in hit:
            if fault.times is not None:
                fault.times -= 1
        self.waiting = [fault for fault in self.waiting if fault.times is None or fault.times > 0]
        return hit
