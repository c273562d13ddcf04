"""A try that failed is told once for each new cause, and for no lease that was lost."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from shared.db.event_log import tell_retry
from shared.db.leases import Lease, take
from shared.db.models import Event, Slice
from shared.errors import Temporary
from shared.lanes import Lane
from tests.integration.db.conftest import Ledger


async def _row_on(ledger: Ledger, lane: Lane, error_code: str | None = None) -> tuple[Lease, UUID | None]:
    """A row that a worker holds, and the transcription that it belongs to."""
    recording = await ledger.recording("a.mp4", status="settling" if lane is Lane.INSPECT else "valid")
    row: UUID | None = None
    if lane is not Lane.INSPECT:
        stage = {Lane.PLAN: "plan", Lane.SLICE: "slices"}.get(lane, "done")
        status = "completed" if lane is Lane.PUBLISH else "processing"
        row = await ledger.transcription(recording, status=status, stage=stage, error_code=error_code)
        if lane is Lane.PUBLISH:
            await ledger.publication(row, error_code=error_code)
        if lane is Lane.SLICE:
            piece = Slice(transcription_id=row, number=0, start_ms=0, end_ms=1, error_code=error_code)
            await ledger.add(piece)
    async with ledger.work() as unit:
        lease = await take(unit.db, lane, owner="w", lasting=timedelta(minutes=1))
    assert lease is not None
    return lease, row


async def _told(ledger: Ledger, lease: Lease, error: Temporary) -> list[Event]:
    async with ledger.work() as unit:
        await tell_retry(unit.db, lease, error, in_s=12.345)
    async with ledger.work() as unit:
        return list(await unit.db.scalars(select(Event).where(Event.kind == "work.retried")))


@pytest.mark.parametrize(
    ("lane", "subject", "actor"),
    [
        (Lane.INSPECT, "recording", "ingest"),
        (Lane.PLAN, "transcription", "transcriber"),
        (Lane.SLICE, "slice", "transcriber"),
        (Lane.PUBLISH, "publication", "vod"),
    ],
)
async def test_a_retry_is_told_with_its_cause_and_of_which_transcription_it_is(
    ledger: Ledger, lane: Lane, subject: str, actor: str
) -> None:
    lease, transcription = await _row_on(ledger, lane)

    (event,) = await _told(ledger, lease, Temporary("The engine fell.", code="engine_fell"))

    assert (event.subject_kind, event.subject_id, event.actor) == (subject, str(lease.row_id), actor)
    assert event.transcription_id == transcription
    assert event.facts == {
        "code": "engine_fell",
        "reason": "The engine fell.",
        "lane": str(lane),
        "in_s": 12.3,
        "attempt": 1,
    }


@pytest.mark.parametrize(
    ("before", "outside", "is_told"),
    [(None, True, True), ("disk_full", True, True), ("mount_down", True, False), ("mount_down", False, True)],
)
async def test_what_is_only_waited_for_is_told_when_its_cause_is_a_new_one(
    ledger: Ledger, before: str | None, outside: bool, is_told: bool
) -> None:
    lease, _ = await _row_on(ledger, Lane.PUBLISH, before)

    events = await _told(ledger, lease, Temporary("The mount is away.", code="mount_down", outside=outside))

    facts: dict[str, Any] = {"code": "mount_down", "reason": "The mount is away.", "lane": "vod.publish", "in_s": 12.3}
    if not outside:
        facts["attempt"] = 1
    assert [event.facts for event in events] == ([facts] if is_told else [])


async def test_nothing_is_told_for_a_lease_that_was_lost(ledger: Ledger) -> None:
    lease, _ = await _row_on(ledger, Lane.SLICE)

    assert await _told(ledger, Lease(lease.lane, lease.row_id, uuid4(), 1), Temporary("x")) == []
    assert await _told(ledger, Lease(lease.lane, uuid4(), lease.token, 1), Temporary("x")) == []
