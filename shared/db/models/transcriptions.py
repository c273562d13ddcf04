"""Speech work: a transcription, its slices, and every version of the captions that came of it."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import clock
from shared.db.base import Base, Created, HasUuid, Leased, one_of
from shared.lifecycle import SliceStatus, Stage, TranscriptionStatus, VodStatus
from shared.rules.output import OutputFormat


class Transcription(HasUuid, Leased, Base):
    """Captions being made for one recording.

    The first block of columns is the original system's, names kept. The lease belongs to the stages ``plan`` and
    ``finish`` (lanes ``transcriber.plan`` and ``transcriber.finish``); in between the slices carry their own.
    """

    __tablename__ = "transcriptions"
    __table_args__ = (
        one_of("status", TranscriptionStatus, "status"),
        one_of("stage", Stage),
        one_of("vod_status", VodStatus, "vod_status"),
        one_of("output_format", OutputFormat),
        CheckConstraint("priority BETWEEN 1 AND 5", name="priority"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        Index("idx_transcriptions_status", "status", text("created_date DESC"), text("id DESC")),
        Index("idx_transcriptions_user_id", "user_id"),
        Index("idx_transcriptions_created_date", text("created_date DESC"), text("id DESC")),
        Index("idx_transcriptions_vod_status", "vod_status"),
        Index("ix_transcriptions_recording", "recording_id", text("created_date DESC"), text("id DESC")),
        Index("ix_transcriptions_city", "city_id", text("created_date DESC"), text("id DESC")),
        Index(
            "uq_transcriptions_active_recording",
            "recording_id",
            unique=True,
            postgresql_where=text("status IN ('pending', 'processing')"),
        ),
        Index(
            "ix_transcriptions_ready",
            "stage",
            text("priority DESC"),
            text("recorded_at DESC"),
            postgresql_where=text("status IN ('pending', 'processing')"),
        ),
        Index(
            "ix_transcriptions_city_ready",
            "stage",
            "city_id",
            text("priority DESC"),
            text("recorded_at DESC"),
            "id",
            postgresql_where=text("status IN ('pending', 'processing')"),
        ),
        Index(
            "ix_transcriptions_finish",
            text("priority DESC"),
            text("recorded_at DESC"),
            "id",
            postgresql_where=text(
                "(status = 'processing' AND stage = 'finish') OR (status = 'completed' AND links_due)"
            ),
        ),
        Index("ix_transcriptions_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_transcriptions_paused", "id", postgresql_where=text("paused")),
        Index("ix_transcriptions_links_due", "ready_at", postgresql_where=text("links_due")),
    )

    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    filename: Mapped[str]
    file_path: Mapped[str]
    file_size: Mapped[int | None] = mapped_column(BigInteger)
    duration: Mapped[int | None]
    """Whole seconds, as the original had it."""
    status: Mapped[str] = mapped_column(String(20), server_default="pending")
    progress: Mapped[int] = mapped_column(server_default=text("0"))
    language: Mapped[str] = mapped_column(String(10), server_default="en")
    model: Mapped[str | None]
    output_format: Mapped[str] = mapped_column(String(10), server_default="scc")
    """The caption file that its ``/output`` answers with; every format is written."""
    include_summary: Mapped[bool] = mapped_column(server_default=text("true"))
    priority: Mapped[int] = mapped_column(server_default=text("1"))
    """1 to 5; 5 is worked on first."""
    paused: Mapped[bool] = mapped_column(server_default=text("false"))
    """Rests until a person says otherwise; see ``shared.db.paused_work``."""
    due_at: Mapped[datetime | None]
    """When its captions are needed, such as when the show airs: before newest first from two days before."""
    created_date: Mapped[datetime] = mapped_column(server_default=clock.now())
    started_date: Mapped[datetime | None]
    completed_date: Mapped[datetime | None]
    scc_file_path: Mapped[str | None]
    summary_file_path: Mapped[str | None]
    metadata_file_path: Mapped[str | None]
    processing_time: Mapped[int | None]
    """Seconds from start to completion."""
    vod_id: Mapped[str | None] = mapped_column(String(100))
    vod_url: Mapped[str | None]
    vod_status: Mapped[str | None] = mapped_column(String(20))

    recording_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recordings.id", ondelete="RESTRICT"))
    content: Mapped[str | None]
    """What it is made of, as ``recordings.content`` names it; null where that was not known."""
    city_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cities.id", ondelete="SET NULL"))
    stage: Mapped[str] = mapped_column(String(20), server_default="plan")
    recorded_at: Mapped[datetime] = mapped_column(server_default=clock.now())
    duration_ms: Mapped[int | None] = mapped_column(BigInteger)
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """What the job was asked for beyond the columns above: engine, vocabulary, thresholds, ..."""
    set_by_person: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    """Columns that a person has set, which rules leave alone."""
    plan: Mapped[dict[str, Any] | None]
    """Facts of the plan stage: audio statistics, speech spans, sounds, offsets. Empty once it was let go of, with the
    words of the slices: see ``shared.db.growth``."""
    wanted_engine: Mapped[dict[str, Any] | None]
    """Engine and model that every slice is decoded with, by content: see the transcriber's ``settle_engine``."""
    engine: Mapped[dict[str, Any] | None]
    quality: Mapped[dict[str, Any] | None]
    quality_score: Mapped[float | None]
    review_reasons: Mapped[list[Any] | None]
    """Why a person should look, from the last captions that needs it: see ``shared.quality.review``."""
    enrichment: Mapped[dict[str, Any] | None]
    speakers: Mapped[dict[str, Any] | None]
    """Who spoke, see ``shared.speaker_cast``; null where nobody asked for it."""
    output_directory: Mapped[str | None]
    second_decode: Mapped[bool] = mapped_column(server_default=text("false"))
    """True once a failed quality gate has sent slices back to the careful decoder."""
    standing: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    """What stood before a retry, for a retry that ends early: see ``shared.db.standing``. Not loaded: megabytes."""
    links_due: Mapped[bool] = mapped_column(server_default=text("false"))
    """The files that people find in the output tree are still to be made the newest version's."""


class Slice(HasUuid, Leased, Base):
    """About ten minutes of one recording; ``result`` is the committed checkpoint (lane ``transcriber.slice``)."""

    __tablename__ = "slices"
    __table_args__ = (
        UniqueConstraint("transcription_id", "number"),
        one_of("status", SliceStatus),
        CheckConstraint("end_ms > start_ms", name="forwards"),
        Index("ix_slices_ready", "transcription_id", "number", postgresql_where=text("status = 'pending'")),
    )

    transcription_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("transcriptions.id", ondelete="CASCADE"))
    number: Mapped[int]
    start_ms: Mapped[int] = mapped_column(BigInteger)
    end_ms: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(20), server_default="pending")
    progress_ms: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    result: Mapped[dict[str, Any] | None]
    first_decode: Mapped[dict[str, Any] | None]
    """Set when the quality gate has sent the slice back: ``result`` as it was then, ``because``, and why it ``failed``
    if no second result could be had. The better result is chosen anew whenever captions are written."""
    work_seconds: Mapped[float | None]
    finished_at: Mapped[datetime | None]


class CaptionVersion(HasUuid, Created, Base):
    """One version of a transcription's captions; none is ever changed, and a person's never replaced by a machine's.

    Which one counts says ``recordings.current_caption_version_id``; how the rows hang together,
    ``shared.db.caption_history``.
    """

    __tablename__ = "caption_versions"
    __table_args__ = (
        UniqueConstraint("transcription_id", "number"),
        # ``person`` is what an earlier release calls a naming.
        one_of("source", ("machine", "edit", "naming", "upload", "live", "person")),
        Index("ix_caption_versions_parent", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
    )

    transcription_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("transcriptions.id", ondelete="CASCADE"))
    number: Mapped[int]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("caption_versions.id", ondelete="SET NULL"))
    """The version that it was made from; for a machine's result, the one that it would take the place of."""
    content: Mapped[str | None]
    """What it was made of, as ``recordings.content`` names it; null where that was not known."""
    source: Mapped[str] = mapped_column(String(20), server_default="machine")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    author: Mapped[str | None]
    """The name of who made it, which outlives the account; null for the machine."""
    note: Mapped[str | None]
    """What the author says about it."""
    is_proposal: Mapped[bool] = mapped_column(server_default=text("false"))
    """Made beside a person's captions, which go on counting until somebody decides otherwise."""
    cue_list: Mapped[dict[str, Any]]
    """The JSON cue list from which every format of this version is written; empty once it was let go of."""
    cue_ids: Mapped[list[Any] | None]
    """The ids of its cues, in order, where they are not their numbers: an id stays with its cue through edits."""
    operations: Mapped[dict[str, Any] | None]
    """How it was made of its parent, if a person did that: ``shared.captions.edits_json``."""
    left_out: Mapped[list[Any] | None]
    """Edits of a person that found no place in this proposal, each with its ``code`` and ``message``."""
    files: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """Name of a format to its path and SHA-256 in the output tree; empty until they are written."""
