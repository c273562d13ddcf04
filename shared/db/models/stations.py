"""Cities, and the mounts their recordings lie on. A mount is not a city: one drive may hold several, or any."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import clock
from shared.db.base import Base, Created, HasUuid, Leased, one_of
from shared.rules.policy import ALIASES, PublishPolicy
from shared.sources import SOURCES, Source, SourceKind, kinds_that

MOUNT_STATUSES = ("unknown", "up", "down")
PUBLISH_POLICIES = (*PublishPolicy, *ALIASES)
"""An instance of the release before may still write ``off`` while this one is being started."""


class City(HasUuid, Created, Base):
    """A member city, school board or other body whose meetings are recorded."""

    __tablename__ = "cities"
    __table_args__ = (one_of("publish_policy", PUBLISH_POLICIES),)

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    title_words: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    """Words of a file name or show title that mean this city; they win over the mount's default."""
    publish_policy: Mapped[str] = mapped_column(String(20), server_default="auto")
    write_sidecar: Mapped[bool] = mapped_column(server_default=text("true"))
    priority: Mapped[int] = mapped_column(server_default=text("1"))
    paused: Mapped[bool] = mapped_column(server_default=text("false"))
    """Rests until a person says otherwise; see ``shared.db.paused_work``."""
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """Choices that differ from the station's: language, model, engine, caption_profile, quality_threshold, ..."""


class Voice(HasUuid, Created, Base):
    """A voice that somebody of a city has named, to be proposed when it is heard again."""

    __tablename__ = "voices"
    __table_args__ = (UniqueConstraint("city_id", "model", "name"),)

    city_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cities.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    model: Mapped[str]
    """The diarization model; embeddings of different models cannot be compared."""
    embedding: Mapped[list[Any]]
    samples: Mapped[int] = mapped_column(server_default=text("1"))
    confirmed_by: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(server_default=clock.now())


class Mount(HasUuid, Created, Leased, Base):
    """A folder on which recordings appear; its lease belongs to the scan (lane ``ingest.scan``)."""

    __tablename__ = "mounts"
    __table_args__ = (
        one_of("status", MOUNT_STATUSES),
        one_of("kind", SourceKind),
        CheckConstraint("settle_seconds > 0 AND scan_seconds > 0", name="times_positive"),
        Index("ix_mounts_ready", "ready_at", "id", postgresql_where=text("enabled")),
    )

    city_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cities.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(80), unique=True)
    path: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(20), server_default="folder")
    """Read by ``source`` alone: code asks what a source can, never which it is."""
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    settle_seconds: Mapped[float] = mapped_column(server_default=text("90"))
    """How long a file must look the same before it counts as complete; above the NFS attribute cache."""
    scan_seconds: Mapped[float] = mapped_column(server_default=text("30"))
    sentinel: Mapped[str | None]
    """Name of a file that must be there, so that an empty mount point is not taken for an empty drive."""
    status: Mapped[str] = mapped_column(String(20), server_default="unknown")
    status_reason: Mapped[str | None]
    seen_at: Mapped[datetime | None]
    """When the mount last answered."""
    scanned_at: Mapped[datetime | None]
    """When it was last looked at whole."""
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))

    @property
    def source(self) -> Source:
        """What can be done with it and its recordings."""
        return SOURCES[SourceKind(self.kind)]

    @classmethod
    def that(cls, capability: str) -> ColumnElement[bool]:
        """The mounts whose source has a capability, for a statement."""
        return cls.kind.in_(kinds_that(capability))

    @property
    def not_looked_at(self) -> int:
        """Files and folders that the last look had to leave out."""
        return int(self.facts.get("not_looked_at", 0))
