"""The declarative base: constraint names, column types and the columns that make a row a job."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, MetaData, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db import clock

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of Archivist."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(none_as_null=True),
        list[Any]: JSONB(none_as_null=True),
        uuid.UUID: UUID(as_uuid=True),
        str: Text,
    }


def one_of(column: str, values: Iterable[StrEnum] | Iterable[str], name: str | None = None) -> CheckConstraint:
    """A check constraint that lets only the named states in."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name or f"{column}_known")


class HasUuid:
    """A primary key that may be shown to the world."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))


class HasSerial:
    """A primary key that counts up, as the original system's tables have it."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)


class Created:
    """When the row came to be."""

    created_at: Mapped[datetime] = mapped_column(server_default=clock.now())


class Leased:
    """The columns that turn a row into a job.

    A worker owns the row while ``lease_token`` is its own and ``lease_expires_at`` lies ahead; every write of a result
    is guarded by the token, so a worker that comes back late spoils nothing. All times are the database's.
    """

    ready_at: Mapped[datetime] = mapped_column(server_default=clock.now())
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    """Tries that told an error, and the one in hand; deaths of processes are counted apart."""
    waits: Mapped[int] = mapped_column(server_default=text("0"))
    """How often in a row the work was given back because of something outside it; the pauses grow by this."""
    died_alone: Mapped[int] = mapped_column(server_default=text("0"))
    """How often in a row a process died that had nothing else in hand: what makes a row poison."""
    ran_short: Mapped[int] = mapped_column(server_default=text("0"))
    """0 until it runs out of time or memory; then 1, and one more for each time that it did so alone although other
    work had been finished there since."""
    alone: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether the process that holds the lease has held nothing else since."""
    lease_token: Mapped[uuid.UUID | None]
    lease_owner: Mapped[str | None]
    lease_expires_at: Mapped[datetime | None]
    progress_at: Mapped[datetime | None]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
