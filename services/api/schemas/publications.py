"""Publications on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.api.schemas.common import Body, Shape
from shared.lifecycle import PublicationStatus


class LinkDecision(Body):
    """A person says which show the recording belongs to."""

    show_id: int = Field(gt=0, le=2**31 - 1, description="The show's id on the Cablecast server.")


class PublicationOut(Shape):
    """The way of captions to viewers."""

    id: UUID
    transcription_id: UUID
    recording_id: UUID
    city_id: UUID | None
    caption_version: int
    paused: bool = Field(description="Rests until a person resumes it; its city, recording or lane may rest too.")
    status: PublicationStatus
    reason_code: str | None = Field(
        description="Why it stands where it stands, such as needs_linking, removed_by_person or superseded."
    )
    reason: str | None = Field(description="The same as a sentence, with what can be done.")
    show_id: int | None
    linked_by: str | None
    vod_id: int | None
    vod_created: bool
    content: str | None = Field(description="SHA-256 of the recording that the captions are of; null if not known.")
    sidecar: dict[str, Any] | None
    places: list[Any] | None = Field(
        description="Every place where the sidecar lies: beside the recording and beside copies of it."
    )
    suggestions: list[Any] | None
    evidence: dict[str, Any] | None = Field(description="What the server itself answered when this was verified.")
    created_at: datetime
    verified_at: datetime | None
    error_code: str | None
    error_message: str | None
