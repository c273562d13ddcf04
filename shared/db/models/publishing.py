"""Cablecast as we know it: its shows, its VODs, and what has been proved about each publication."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import clock
from shared.db.base import Base, Created, HasSerial, HasUuid, Leased, one_of
from shared.lifecycle import PublicationStatus, VodStatus


class CablecastShow(HasSerial, Base):
    """A show as the server last described it; columns of the original system, then ours."""

    __tablename__ = "cablecast_shows"
    __table_args__ = (Index("idx_cablecast_shows_title", "title"),)

    cablecast_id: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str]
    description: Mapped[str | None]
    category: Mapped[str | None]
    producer: Mapped[str | None]
    runtime: Mapped[int | None]
    created_date: Mapped[datetime | None]
    updated_date: Mapped[datetime] = mapped_column(server_default=clock.now())
    location_id: Mapped[int | None]
    event_date: Mapped[datetime | None]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """What we read of it."""
    answer: Mapped[dict[str, Any] | None]
    """What the server said of it, word for word; null where that was not kept yet."""


class VodContent(HasSerial, Base):
    """A VOD of a show that carries our captions; columns of the original system."""

    __tablename__ = "vod_content"
    __table_args__ = (
        one_of("status", VodStatus, "vod_status"),
        Index("idx_vod_content_transcription_id", "transcription_id"),
        Index("idx_vod_content_status", "status"),
    )

    transcription_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("transcriptions.id", ondelete="SET NULL"))
    cablecast_show_id: Mapped[int | None] = mapped_column(ForeignKey("cablecast_shows.id", ondelete="SET NULL"))
    vod_id: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str]
    description: Mapped[str | None]
    url: Mapped[str | None]
    thumbnail_url: Mapped[str | None]
    duration: Mapped[int | None]
    quality: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(20), server_default="processing")
    published_date: Mapped[datetime | None]
    created_date: Mapped[datetime] = mapped_column(server_default=clock.now())


_TO_DO = "status IN ('pending', 'linked', 'placed', 'processing') OR places_due"


class Publication(HasUuid, Created, Leased, Base):
    """The way of one transcription's captions to viewers, step by step, with the proof (lane ``vod.publish``)."""

    __tablename__ = "publications"
    __table_args__ = (
        one_of("status", PublicationStatus),
        Index("ix_publications_newest", text("created_at DESC"), text("id DESC")),
        Index("ix_publications_status_newest", "status", text("created_at DESC"), text("id DESC")),
        Index("ix_publications_ready", "ready_at", "id", postgresql_where=text(_TO_DO)),
        Index(
            "ix_publications_best",
            text("priority DESC"),
            text("recorded_at DESC"),
            "id",
            postgresql_where=text(_TO_DO),
        ),
        Index("ix_publications_places_due", "ready_at", postgresql_where=text("places_due")),
    )

    transcription_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("transcriptions.id", ondelete="CASCADE"), unique=True
    )
    recording_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recordings.id", ondelete="RESTRICT"))
    city_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cities.id", ondelete="SET NULL"))
    caption_version: Mapped[int]
    """Number of the caption version that is being published."""
    content: Mapped[str | None]
    """What the captions were made of, as ``recordings.content`` names it; null where that was not known."""
    status: Mapped[str] = mapped_column(String(20), server_default="pending")
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    show_id: Mapped[int | None]
    """The show's id on the Cablecast server."""
    linked_by: Mapped[str | None]
    """``file name`` or the name of the person who decided."""
    vod_id: Mapped[int | None]
    vod_created: Mapped[bool] = mapped_column(server_default=text("false"))
    sidecar: Mapped[dict[str, Any] | None]
    places: Mapped[list[Any] | None]
    """Every place where its sidecar lies or was about to: recording, mount, path, SHA-256.

    ``sidecar`` is the recording's own, once it lies there.
    """
    places_due: Mapped[bool] = mapped_column(server_default=text("false"))
    """The places have changed: a sidecar is to be placed at a new one, or ours taken away from an old one."""
    suggestions: Mapped[list[Any] | None]
    evidence: Mapped[dict[str, Any] | None]
    """What the server itself answered when the publication was verified."""
    priority: Mapped[int] = mapped_column(server_default=text("1"))
    paused: Mapped[bool] = mapped_column(server_default=text("false"))
    """Rests until a person says otherwise; see ``shared.db.paused_work``."""
    recorded_at: Mapped[datetime] = mapped_column(server_default=clock.now())
    vod_started_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
