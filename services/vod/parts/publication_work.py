"""The values that travel with a publication from step to step."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from services.vod.gateways.cablecast import ShowDetail
from services.vod.gateways.cablecast_models import Show
from services.vod.recording_name import NameFacts
from shared.db.models import Publication
from shared.errors import ArchivistError
from shared.lifecycle import PublicationStatus
from shared.media.identity import Stamp
from shared.storage.mount_health import Expectation

BY_NAME = "file name"
"""Who linked a publication, where no person did."""


@dataclass(frozen=True, slots=True)
class SidecarPlace:
    """Where the content of the captions lies: the recording itself first, then its copies."""

    recording_id: UUID
    mount_id: UUID
    mount_root: Path
    relative_path: str
    mount_is_down: bool
    is_present: bool
    """Whether the recording was on its mount when that was last looked at whole."""
    is_own: bool
    """Of the recording that the publication is of."""
    may_write: bool
    accepted: Stamp | None
    """How the file looked when its content was accepted."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A sidecar of ours, as it was placed."""

    facts: dict[str, Any]
    mount_root: Path
    mount_is_down: bool
    expected: Expectation
    """What is there while the mount is well."""
    is_stale: bool
    """The content lies there no more, under that name or at all."""


@dataclass(slots=True)
class PublicationWork:
    """A publication on its way, with everything the steps look at; steps change ``status`` and what they learned."""

    publication: Publication
    recording_name: str
    places: tuple[SidecarPlace, ...]
    recorded: tuple[Recorded, ...]
    is_overtaken: bool
    """Other captions of the recording were published later."""
    duration_ms: int | None
    recorded_at: datetime
    names: NameFacts
    may_write_sidecar: bool
    scc_file: Path
    scc_sha256: str
    cue_list: dict[str, Any]
    language: str
    """Whisper's code of what is spoken, and so of the captions."""
    ours: frozenset[str]
    """SHA-256 of every SCC that was ever made of this recording."""
    is_asked_for: bool
    """Whether a person has said that this publication shall go on."""
    now: datetime
    is_away_unannounced: bool = False
    """A place could not be reached, and its mount is not known to be down: that passes, or ingest finds out."""
    refused: ArchivistError | None = None
    """Why a copy of the recording has no sidecar, for a person."""
    show: Show | None = None
    """The show as the server described it on this walk."""
    answer: dict[str, Any] | None = None
    """The same, word for word."""

    def saw(self, detail: ShowDetail) -> None:
        """Keep what the server said of the show."""
        self.show, self.answer = detail.show, detail.answer

    @property
    def names_another_show(self) -> bool:
        """Whether a name linked it, and the recording's name says another show by now."""
        row = self.publication
        return row.linked_by == BY_NAME and self.names.show_id not in (None, row.show_id)


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """Where a walk ended: at rest, or waiting to be walked on after ``ready_in``."""

    status: PublicationStatus
    ready_in: timedelta = timedelta()
    code: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        """Nobody is asked to look without being told why."""
        if self.status == PublicationStatus.NEEDS_REVIEW and not (self.code and self.reason):
            raise ValueError("A publication that needs review needs a code and a sentence.")
