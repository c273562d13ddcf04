"""Who may do what: users and API keys. What they did are events."""

from datetime import datetime

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
    __table_args__ = (Index("idx_api_keys_user_id", "user_id"), Index("idx_api_keys_active", "active"))

    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    key_hash: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None]
    permissions: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    expires_at: Mapped[datetime | None]
    last_used: Mapped[datetime | None]
    created_date: Mapped[datetime] = mapped_column(server_default=clock.now())
