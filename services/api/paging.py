"""Which part of a list is shown: keyset pagination, as quick on the last page as on the first."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Paging:
    """Which rows a list shows: those after ``after`` in its order, newest first."""

    limit: int
    after: tuple[datetime, UUID] | None


def cursor_after(moment: datetime, row_id: UUID) -> str:
    """The opaque cursor that continues after this row."""
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), str(row_id)]).encode()).decode().rstrip("=")


def position_of(cursor: str) -> tuple[datetime, UUID]:
    """Where a cursor continues; raises InvalidInput for one that this server did not give out."""
    try:
        values: list[Any] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment, row_id = values
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(row_id)
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        raise InvalidInput("The cursor is not one this server gave out. Start from the first page.") from error
