"""Tasks and schedules, as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.api.schemas.common import Body, Shape
from services.api.schemas.stations import Change

Service = Literal["api", "ingest", "transcriber", "vod"]
TaskName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,79}$")]


class TaskOut(Shape):
    """Work that has no row of its own."""

    id: UUID
    kind: str
    subject: str | None
    service: Service = Field(description="Whose workers do it.")
    status: Literal["pending", "done", "failed", "cancelled"]
    payload: dict[str, Any]
    progress: dict[str, Any] | None
    result: dict[str, Any] | None
    schedule: str | None = Field(description="The schedule that started it.")
    due_at: datetime | None
    requested_by: str | None = Field(description="The person who started it.")
    attempt: int
    lease_owner: str | None = Field(description="The worker that has it in hand.")
    error_code: str | None
    error_message: str | None
    created_at: datetime
    ready_at: datetime
    ended_at: datetime | None


class TaskStart(Body):
    """What to start."""

    name: TaskName = Field(description="A kind of task, or a schedule, which is then not waited for.")


class ScheduleOut(Shape):
    """A task that is due by itself."""

    name: str
    kind: str
    service: Service
    rule: str = Field(description="Minute, hour, day of the month, month, day of the week; in the station's own time.")
    timezone: str
    enabled: bool
    next_at: datetime | None
    last_at: datetime | None = Field(description="When it was last due.")


class ScheduleChange(Change):
    """Only what is named changes. What was missed while it was off is not made up."""

    enabled: bool | None = None
    rule: Annotated[str, StringConstraints(min_length=9, max_length=200)] | None = None
