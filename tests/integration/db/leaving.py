"""Content that leaves its place, and what is told of it then."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from shared.db.content_at_place import CHANGED, GONE
from shared.db.content_leaving import Leaving, leave_content
from shared.db.models import Event, Transcription
from tests.integration.db.conftest import Ledger

BOTH = pytest.mark.parametrize("because", [CHANGED, GONE], ids=lambda one: one.code)
SIDECAR = {"path": "a.scc"}


async def leave(ledger: Ledger, *leaving: Leaving) -> None:
    async with ledger.work() as unit:
        await leave_content(unit, leaving)


async def told(ledger: Ledger) -> list[tuple[str, str, str, str, Any]]:
    async with ledger.work() as unit:
        rows = await unit.db.scalars(select(Event).where(Event.subject_kind != "recording").order_by(Event.id))
        return [(row.actor, row.kind, row.subject_kind, row.subject_id, row.facts) for row in rows]


async def where(ledger: Ledger, *transcriptions: UUID) -> list[UUID]:
    return [(await ledger.read(Transcription, one)).recording_id for one in transcriptions]
