"""What happened: one table that is only ever added to, and that everything which tells of the past reads."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import clock
from shared.db.base import Base, HasSerial, one_of
from shared.event_kinds import Level


class Event(HasSerial, Base):
    """One row of the past, written in the transaction of the change. ``shared.event_kinds`` lists the kinds.

    No foreign keys: what happened stays true when the row that it happened to is gone. The database refuses to change
    or delete a row, but in ``forget_events()``. Ids grow in the order in which they are drawn; readers that follow
    along use ``shared.db.event_log.follow``, which never skips a row that is committed late.
    """

    __tablename__ = "events"
    __table_args__ = (
        one_of("level", Level),
        Index("ix_events_subject", "subject_kind", "subject_id", text("id DESC")),
        Index(
            "ix_events_transcription", "transcription_id", "id", postgresql_where=text("transcription_id IS NOT NULL")
        ),
        Index("ix_events_kind", "kind", "at"),
    )

    at: Mapped[datetime] = mapped_column(server_default=clock.now())
    actor: Mapped[str]
    """A user's name, or the service."""
    kind: Mapped[str] = mapped_column(String(80))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    level: Mapped[str] = mapped_column(String(10), server_default="info")
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    """The person, or whose key it was; null where a service acted."""
    transcription_id: Mapped[uuid.UUID | None]
    """What it belongs to, where that is a transcription: its slices and publication are found with it."""
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
