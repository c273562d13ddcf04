"""Where a recording comes from, and what follows from that.

Nobody asks which kind of source it is, only what it can: a new kind is a line of this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class SourceKind(StrEnum):
    """The kinds, as ``mounts.kind`` has them."""

    FOLDER = "folder"
    """A drive that a recorder fills."""
    UPLOADS = "uploads"
    """Short sound whose sender waits for the text."""
    REMOVED = "removed"
    """A folder that a person does not want watched any more: its recordings keep their history, and making it again
    brings them back."""
    RECEIVED = "received"
    """What people send to the station to be captioned and kept."""
    DOWNLOADED = "downloaded"
    """What was fetched from Cablecast."""
    LIVE = "live"
    """A stream that is recorded while it is captioned."""


@dataclass(frozen=True, slots=True)
class Source:
    """What can be done with a source and its recordings."""

    scans: bool = False
    """New files are looked for in it, and people see it among the mounts."""
    sidecar: bool = False
    """Captions may be written beside a recording."""
    publishes: bool = False
    """Captions may go to viewers."""
    keeps: bool = False
    """Its recordings stay in the ledger, with their captions in the station's output tree; else both are forgotten
    when they have been answered."""
    resembles: bool = False
    """What lies here may be the same as what lies elsewhere: moved, or a duplicate."""
    streams: bool = False
    """A recording grows while it is worked on."""


SOURCES: Final[Mapping[SourceKind, Source]] = MappingProxyType(
    {
        SourceKind.FOLDER: Source(scans=True, sidecar=True, publishes=True, keeps=True, resembles=True),
        SourceKind.UPLOADS: Source(),
        SourceKind.REMOVED: Source(publishes=True, keeps=True),
        SourceKind.RECEIVED: Source(publishes=True, keeps=True, resembles=True),
        SourceKind.DOWNLOADED: Source(publishes=True, keeps=True, resembles=True),
        SourceKind.LIVE: Source(publishes=True, keeps=True, resembles=True, streams=True),
    }
)


def kinds_that(capability: str) -> tuple[SourceKind, ...]:
    """The kinds that have a capability, for a statement about many mounts."""
    if capability not in {each.name for each in fields(Source)}:
        raise ValueError(f"There is no capability {capability!r}.")
    return tuple(kind for kind, source in SOURCES.items() if getattr(source, capability))
