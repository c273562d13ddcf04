"""Cities and mounts on the wire."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, field_validator, model_validator

from services.api.schemas.common import Body, Shape
from shared.city import INVALID, CitySettings, stored_settings
from shared.errors import Unusable
from shared.meetings import EntryKind
from shared.rules.policy import ALIASES, PublishPolicy

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Term = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
Priority = Annotated[int, Field(ge=1, le=5, description="1 to 5; 5 is worked on first.")]
Policy = Annotated[
    PublishPolicy,
    BeforeValidator(lambda value: ALIASES.get(value, value) if isinstance(value, str) else value),
    WithJsonSchema(
        {
            "type": "string",
            "enum": [*PublishPolicy],
            "description": "auto: publish what passes the quality gate. review: a person releases each one. never: "
            "nothing is published. Deprecated: `off`, the word for `never` in earlier releases, is still taken.",
        }
    ),
]


class CityCreate(Body):
    """A new city."""

    slug: Slug = Field(description="Names the city's folder in the output tree.")
    name: Name
    title_words: list[Name] = Field(
        default=[], max_length=50, description="Words in a file name that mean this city, for drives shared by several."
    )
    publish_policy: Policy = PublishPolicy.AUTO
    write_sidecar: bool = Field(default=True, description="May the .scc be written beside the recording?")
    priority: Priority = 1
    settings: CitySettings = CitySettings()


class Change(Body):
    """Only what is named changes; null is no value of these columns, so naming it is a mistake."""

    nullable: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _no_nulls(self) -> Self:
        for name in sorted(self.model_fields_set - self.nullable):
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null; leave it out to keep it as it is")
        return self


class CityChange(Change):
    """Only what is named changes."""

    slug: Slug | None = Field(default=None, description="Folders of captions that are there already move to it.")
    name: Name | None = Field(default=None, description="Manifests of captions that are there already follow.")
    title_words: list[Name] | None = Field(default=None, max_length=50)
    publish_policy: Policy | None = None
    write_sidecar: bool | None = None
    priority: Priority | None = None
    settings: CitySettings | None = Field(default=None, description="Replaces all settings of the city.")


class VocabularyLesson(Body):
    """A person corrected a word: what stood there, and what it should be."""

    before: Term
    after: Term
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
    paused: bool = Field(description="Rests until a person resumes it; its city, recording or lane may rest too.")
    settings: CitySettings | dict[str, Any] = Field(
        union_mode="left_to_right",
        description="What differs from the station; where error_code is set, as it is stored.",
    )
    created_at: datetime
    error_code: Literal["city_settings_invalid"] | None = Field(
        default=None, description="Recordings of this city wait until its settings are put right."
    )
    error_message: str | None = Field(default=None, description="What is wrong with the settings.")

    @model_validator(mode="after")
    def _say_what_is_wrong(self) -> Self:
        if not isinstance(self.settings, CitySettings):
            try:
                stored_settings(self.name, self.settings)
            except Unusable as error:
                self.error_code, self.error_message = INVALID, error.message
        return self


class MountCreate(Body):
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
        path = value.rstrip("/")
        if not path.startswith("/") or {"..", "."} & set(path.split("/")) or "//" in path:
            raise ValueError("must be an absolute path below '/', without '.', '..' or empty parts")
        return path

    @field_validator("sentinel")
    @classmethod
    def _plain_name(cls, value: str | None) -> str | None:
        if value is not None and ("/" in value or value in {"", ".", ".."}):
            raise ValueError("must be the name of a file at the top of the mount")
        return value


class MountChange(Change):
    """Only what is named changes; a ``city_id`` of null means that the drive is no city's own."""

    nullable: ClassVar[frozenset[str]] = frozenset({"city_id"})

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
    not_looked_at: int = Field(description="Files and folders that the last look had to leave out; the mount is up.")
    seen_at: datetime | None
    scanned_at: datetime | None
    created_at: datetime
