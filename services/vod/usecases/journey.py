"""The values that travel with a publication from step to step."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.vod.gateways.cablecast_models import Show
from services.vod.naming import NameFacts
from shared.db.models import Publication
from shared.lifecycle import PublicationStatus


@dataclass(slots=True)
class Journey:
    """A publication on its way, with everything the steps look at; steps change ``status`` and what they learned."""

    publication: Publication
    recording_name: str
    relative_path: str
    mount_root: Path
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
    mount_is_down: bool
    is_present: bool
    """Whether the recording was on its mount when that was last looked at whole."""
    is_asked_for: bool
    """Whether a person has said that this publication shall go on."""
    now: datetime
    show: Show | None = None
    """The show as the server described it on this walk."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Where a walk ended: at rest, or waiting to be walked on after ``ready_in``."""

    status: PublicationStatus
    ready_in: timedelta = timedelta()
    code: str | None = None
    reason: str | None = None
