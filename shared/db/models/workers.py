"""The processes that work on rows: which there are, and what they went through."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import clock
from shared.db.base import Base, HasSerial, one_of

SERVICES = ("api", "ingest", "transcriber", "vod")


class Worker(Base):
    """One process of a service, written by itself with each of its sweeps."""

    __tablename__ = "workers"
    __table_args__ = (one_of("service", SERVICES),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Made by the process, which writes its row again if it is gone."""
    service: Mapped[str] = mapped_column(String(20))
    owner: Mapped[str]
    """``host:pid``, as it stands in ``lease_owner`` of the rows in its hands."""
    host: Mapped[str]
    version: Mapped[str]
    engine: Mapped[str | None]
    model: Mapped[str | None]
    device: Mapped[str | None]
    slots: Mapped[int]
    """Rows that it works on at once, at most."""
    free_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """Room where the process writes; None for one that writes nowhere."""
    waits_for: Mapped[str | None]
    """The setting without which it does no work."""
    beat_seconds: Mapped[float]
    """How often it means to write."""
    started_at: Mapped[datetime] = mapped_column(server_default=clock.now())
    beat_at: Mapped[datetime] = mapped_column(server_default=clock.now())
    stopped_at: Mapped[datetime | None]
    """When it ended as it was told to."""


class CityTurn(Base):
    """How much media time was taken of a city on a lane; see ``shared.db.turns``."""

    __tablename__ = "city_turns"

    lane: Mapped[str] = mapped_column(primary_key=True)
    city_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Zeros for recordings of no city, so it refers to nothing."""
    began_ms: Mapped[int] = mapped_column(BigInteger)
    ends_ms: Mapped[int] = mapped_column(BigInteger)


class PausedLane(Base):
    """A lane on which nothing is taken until a person says otherwise."""

    __tablename__ = "paused_lanes"

    lane: Mapped[str] = mapped_column(primary_key=True)
    paused_by: Mapped[str]
    paused_at: Mapped[datetime] = mapped_column(server_default=clock.now())


class RandomDeath(HasSerial, Base):
    """Processes died over a row that was then finished: so it was not the row that killed them."""

    __tablename__ = "random_deaths"

    row_id: Mapped[uuid.UUID]
    deaths: Mapped[int]
    proven_at: Mapped[datetime] = mapped_column(server_default=clock.now(), index=True)
