"""Recordings on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.api.schemas.common import Shape
from shared.lifecycle import RecordingStatus


class RecordingOut(Shape):
    """A file on a mount and the one state it is in."""

    id: UUID
    mount_id: UUID
    city_id: UUID | None
    relative_path: str
    file_name: str
    size_bytes: int
    status: RecordingStatus
    reason_code: str | None
    reason: str | None
    present: bool
    paused: bool = Field(description="Rests until a person resumes it; its city, recording or lane may rest too.")
    duplicate_of: UUID | None
    has_captions: bool
    duration_ms: int | None
    recorded_at: datetime
    seen_at: datetime
    settled_at: datetime | None
    created_at: datetime


class RecordingDetail(RecordingOut):
    """With what ffprobe said and the last looks at the file."""

    facts: dict[str, Any]
    looks: list[Any]
    decision: dict[str, Any] | None = Field(
        description="City, priority, language and so on: for each the value, the rule that chose it, and why."
    )
    identity: str | None
    content: str | None = Field(
        description="SHA-256 of the whole file; null where nobody wanted captions and nothing resembles it."
    )
