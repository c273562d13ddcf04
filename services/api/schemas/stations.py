"""Cities and mounts on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, field_validator

from services.api.schemas.common import Shape
from shared.city import CitySettings
from shared.meetings import EntryKind

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Priority = Annotated[int, Field(ge=1, le=5, description="1 to 5; 5 is worked on first.")]
Policy = Literal["auto", "review", "off"]


class CityCreate(BaseModel):
    """A new city."""

    slug: Slug = Field(description="Names the city's folder in the output tree; it cannot be changed later.")
    name: Name
    title_words: list[Name] = Field(
        default=[], max_length=50, description="Words in a file name that mean this city, for drives shared by several."
    )
    publish_policy: Policy = Field(
        default="auto",
        description="auto: publish what passes the quality gate. review: a person releases each one. off: never.",
    )
    write_sidecar: bool = Field(default=True, description="May the .scc be written beside the recording?")
    priority: Priority = 1
    settings: CitySettings = CitySettings()


class CityChange(BaseModel):
    """Only what is named changes."""

    name: Name | None = None
    title_words: list[Name] | None = Field(default=None, max_length=50)
    publish_policy: Policy | None = None
    write_sidecar: bool | None = None
    priority: Priority | None = None
    settings: CitySettings | None = Field(default=None, description="Replaces all settings of the city.")


class VocabularyLesson(BaseModel):
    """A person corrected a word: what stood there, and what it should be."""

    before: Name
    after: Name
    kind: EntryKind = EntryKind.OTHER


class CityOut(Shape):
    """A member city or other body."""

    id: UUID
    slug: str
    name: str
    title_words: list[str]
    publish_policy: Policy
    write_sidecar: bool
    priority: int
    settings: CitySettings
    created_at: datetime


class MountCreate(BaseModel):
    """A folder to watch."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
    path: Annotated[str, StringConstraints(min_length=2, max_length=1000)] = Field(
        description="Absolute path as the services see it."
    )
    city_id: UUID | None = Field(default=None, description="The city of recordings that name no other.")
    enabled: bool = True
    settle_seconds: float = Field(
        default=90, gt=0, le=86400, description="How long a file must look the same; above the NFS attribute cache."
    )
    scan_seconds: float = Field(default=30, gt=0, le=86400)
    sentinel: str | None = Field(
        default=None, max_length=200, description="A file that is always there: without it the mount counts as away."
    )

    @field_validator("path")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if not value.startswith("/") or ".." in value.split("/") or "\0" in value:
            raise ValueError("must be an absolute path without '..'")
        return value.rstrip("/") or "/"

    @field_validator("sentinel")
    @classmethod
    def _plain_name(cls, value: str | None) -> str | None:
        if value is not None and ("/" in value or value in {"", ".", ".."}):
            raise ValueError("must be the name of a file at the top of the mount")
        return value


class MountChange(BaseModel):
    """Only what is named changes."""

    city_id: UUID | None = None
    enabled: bool | None = None
    settle_seconds: float | None = Field(default=None, gt=0, le=86400)
    scan_seconds: float | None = Field(default=None, gt=0, le=86400)


class MountOut(Shape):
    """A folder on which recordings appear."""

    id: UUID
    name: str
    path: str
    city_id: UUID | None
    enabled: bool
    settle_seconds: float
    scan_seconds: float
    sentinel: str | None
    status: Literal["unknown", "up", "down"]
    status_reason: str | None
    seen_at: datetime | None
    scanned_at: datetime | None
    created_at: datetime
