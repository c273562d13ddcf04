"""Processes, as the API shows them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from services.api.schemas.common import Shape


class WorkerOut(Shape):
    """One process of a service."""

    id: UUID
    service: Literal["api", "ingest", "transcriber", "vod"]
    owner: str = Field(description="`host:pid`, as in `lease_owner` of the rows in its hands.")
    host: str
    version: str
    engine: str | None
    model: str | None
    device: str | None
    slots: int = Field(description="Rows that it works on at once, at most.")
    free_bytes: int | None = Field(description="Room where it writes; null for one that writes nowhere of its own.")
    waits_for: str | None = Field(description="The setting without which it does no work.")
    started_at: datetime
    beat_at: datetime = Field(description="When it was last heard.")
    stopped_at: datetime | None = Field(description="When it ended as it was told to.")
    is_alive: bool = Field(description="Heard within thirty seconds and three of its sweeps, and not stopped.")

    @classmethod
    def shown(cls, row: Any, is_alive: bool) -> "WorkerOut":
        """From the row, and what the database's clock says of it."""
        columns = {name: getattr(row, name) for name in cls.model_fields if name != "is_alive"}
        return cls(**columns, is_alive=is_alive)
