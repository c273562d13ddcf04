"""API keys on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from services.api.key_hashing import Permission
from services.api.schemas.common import Body, Moment, Shape


class ApiKeyCreate(Body):
    """A key for one program, with as few permissions as it needs."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)] = Field(
        examples=["minutes robot"]
    )
    description: Annotated[str, StringConstraints(max_length=1000)] | None = None
    permissions: list[Permission] = Field(
        min_length=1,
        max_length=3,
        description=(
            "read: see everything. write: also what an operator may do. transcribe: send sound to"
            " `/v1/audio/transcriptions`. A key never may more than its owner."
        ),
    )
    expires_at: Moment | None = Field(default=None, description="Never, when left out.")


class ApiKeyOut(Shape):
    """A key without its secret."""

    id: int
    name: str
    description: str | None
    permissions: list[Permission] | None
    active: bool
    expires_at: datetime | None
    last_used: datetime | None = Field(description="To the minute.")
    created_date: datetime


class ApiKeyCreated(ApiKeyOut):
    """The one time the key itself is shown."""

    key: str = Field(description="Keep it now: only its hash is stored.", examples=["ark_..."])
