"""Tasks, which are work without a row of its own, and the schedules that start them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, Created, HasUuid, Leased, one_of
from shared.lifecycle import TaskStatus
from shared.task_kinds import SERVICES


class Schedule(Created, Base):
    """A task that is due by itself."""

    __tablename__ = "schedules"
    __table_args__ = (
        one_of("service", SERVICES),
        Index("ix_schedules_next", "next_at", postgresql_where=text("enabled")),
    )

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    service: Mapped[str] = mapped_column(String(20))
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    rule: Mapped[str] = mapped_column(String(200))
    """In the station's own time; see ``shared.wall_times``."""
    timezone: Mapped[str] = mapped_column(String(80))
    """The zone by which ``next_at`` was reckoned."""
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    next_at: Mapped[datetime | None]
    """None for a rule that is never due."""
    last_at: Mapped[datetime | None]
    """When it was last due."""


class Task(HasUuid, Created, Leased, Base):
    """One task, done by any worker of its service; its result is kept in its row."""

    __tablename__ = "tasks"
    __table_args__ = (
        one_of("service", SERVICES),
        one_of("status", TaskStatus),
        UniqueConstraint("schedule", "due_at"),
        Index("ix_tasks_ready", "service", "ready_at", "id", postgresql_where=text("status = 'pending'")),
        Index("ix_tasks_newest", text("created_at DESC"), text("id DESC")),
        Index("ix_tasks_ended", "ended_at"),
    )

    kind: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str | None]
    """What it is about, where that is one thing, such as a city or a recording."""
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    service: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20), server_default="pending")
    progress: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any] | None]
    schedule: Mapped[str | None] = mapped_column(ForeignKey("schedules.name", ondelete="SET NULL"))
    due_at: Mapped[datetime | None]
    """Together with the schedule it is unique: however many workers look, a run is started once."""
    requested_by: Mapped[str | None]
    """The person who started it."""
    ended_at: Mapped[datetime | None]
