"""Who may do what, and who did what: users, API keys, the audit trail and the system log."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import clock
from shared.db.base import Base, HasSerial, one_of

ROLES = ("admin", "operator", "user")


class User(HasSerial, Base):
    """A person who may log in; columns of the original system."""

    __tablename__ = "users"
    __table_args__ = (one_of("role", ROLES, "role"),)

    username: Mapped[str] = mapped_column(String(80), unique=True)
    email: Mapped[str] = mapped_column(String(120), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(20), server_default="user")
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_date: Mapped[datetime] = mapped_column(server_default=clock.now())
    last_login: Mapped[datetime | None]


class ApiKey(HasSerial, Base):
    """A key for a program; only its hash is kept. Columns of the original system."""

    __tablename__ = "api_keys"

    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    key_hash: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None]
    permissions: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    expires_at: Mapped[datetime | None]
    last_used: Mapped[datetime | None]
    created_date: Mapped[datetime] = mapped_column(server_default=clock.now())


class SystemLog(HasSerial, Base):
    """What the operators of the original system read in its log page; columns kept."""

    __tablename__ = "system_logs"
    __table_args__ = (
        Index("idx_system_logs_level", "level"),
        Index("idx_system_logs_component", "component"),
        Index("idx_system_logs_created_date", "created_date"),
    )

    level: Mapped[str] = mapped_column(String(20))
    message: Mapped[str]
    component: Mapped[str | None] = mapped_column(String(50))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    transcription_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("transcriptions.id", ondelete="SET NULL"))
    facts: Mapped[dict[str, Any] | None] = mapped_column("metadata")  # the attribute name is SQLAlchemy's own
    created_date: Mapped[datetime] = mapped_column(server_default=clock.now())


class AuditEvent(HasSerial, Base):
    """Something a person or a service did that others may want to know later; rows are only ever added."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_subject", "subject_kind", "subject_id", text("id DESC")),)

    at: Mapped[datetime] = mapped_column(server_default=clock.now())
    actor: Mapped[str]
    """A user's name, or the service."""
    action: Mapped[str] = mapped_column(String(80))
    """Past tense: ``transcription.cancelled``."""
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
