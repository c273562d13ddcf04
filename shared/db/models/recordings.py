"""The ledger: every file ever seen on a mount, with the one state it is in."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import clock
from shared.db.base import Base, Created, HasUuid, Leased, one_of
from shared.lifecycle import RecordingStatus

_TO_INSPECT = "status = 'settling' AND settled_at IS NOT NULL"


class Recording(HasUuid, Created, Leased, Base):
    """One file; its lease belongs to the inspection (lane ``ingest.inspect``)."""

    __tablename__ = "recordings"
    __table_args__ = (
        UniqueConstraint("mount_id", "relative_path"),
        one_of("status", RecordingStatus),
        Index("ix_recordings_identity", "identity"),
        Index("ix_recordings_content", "content"),
        Index("ix_recordings_duplicates", "duplicate_of", postgresql_where=text("duplicate_of IS NOT NULL")),
        Index("ix_recordings_inspect", "ready_at", "id", postgresql_where=text(_TO_INSPECT)),
        Index(
            "ix_recordings_inspect_best",
            text("priority DESC"),
            text("recorded_at DESC"),
            "id",
            postgresql_where=text(_TO_INSPECT),
        ),
        Index("ix_recordings_newest", text("recorded_at DESC"), text("id DESC")),
        # One for each filter of the list, so that a page costs the same whatever is asked and however many there are.
        Index("ix_recordings_status_newest", "status", text("recorded_at DESC"), text("id DESC")),
        Index("ix_recordings_mount_newest", "mount_id", text("recorded_at DESC"), text("id DESC")),
        Index("ix_recordings_city_newest", "city_id", text("recorded_at DESC"), text("id DESC")),
        Index("ix_recordings_file_name_newest", "file_name", text("recorded_at DESC"), text("id DESC")),
        Index("ix_recordings_paused", "id", postgresql_where=text("paused")),
        Index(
            "ix_recordings_current_caption_version",
            "current_caption_version_id",
            postgresql_where=text("current_caption_version_id IS NOT NULL"),
        ),
        Index("ix_recordings_unsettled", "mount_id", postgresql_where=text("status IN ('seen', 'settling')")),
    )

    mount_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mounts.id", ondelete="RESTRICT"))
    city_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cities.id", ondelete="SET NULL"))
    relative_path: Mapped[str]
    """Path below the mount; with the mount's path it names the file on any worker."""
    file_name: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    mtime_ns: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    ctime_ns: Mapped[int | None] = mapped_column(BigInteger)
    """With size, time and inode the stamp of the content that was accepted (``shared.media.identity``); null before."""
    inode: Mapped[int | None] = mapped_column(BigInteger)
    looks: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    """Sizes and times of the last looks, from which completeness is judged."""
    identity: Mapped[str | None]
    """Size and hash of the first, middle and last MiB: equal samples suggest equal content."""
    content: Mapped[str | None]
    """SHA-256 of the whole file: what the file at this place is, or was when it was last there. Null once it is known
    to have become something else, and where nothing was made of it nor resembles it."""
    duplicate_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recordings.id", ondelete="SET NULL"))
    status: Mapped[str] = mapped_column(String(20), server_default="seen")
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    present: Mapped[bool] = mapped_column(server_default=text("true"))
    """False while the last whole scan of a mount that answers did not find the file; never a deletion."""
    seen_at: Mapped[datetime] = mapped_column(server_default=clock.now())
    settled_at: Mapped[datetime | None]
    """When the file had been quiet for long enough; None while it is still settling."""
    recorded_at: Mapped[datetime] = mapped_column(server_default=clock.now())
    """The meeting's date from the file name, else the file's own time: newest first is by this."""
    duration_ms: Mapped[int | None] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """What ffprobe said, as ``shared.media.probe`` reads it."""
    decision: Mapped[dict[str, Any] | None]
    """What the rules decided and why, field by field: see ``shared.rules``; null before it was accepted."""
    paused: Mapped[bool] = mapped_column(server_default=text("false"))
    """Rests until a person says otherwise; see ``shared.db.paused_work``."""
    priority: Mapped[int] = mapped_column(server_default=text("1"))
    has_captions: Mapped[bool] = mapped_column(server_default=text("false"))
    """A valid sidecar that Archivist did not write lay beside the file when it was inspected."""
    current_caption_version_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("caption_versions.id", ondelete="SET NULL", use_alter=True)
    )
    """The captions that count, among all versions of all transcriptions of it: the last that were accepted."""
