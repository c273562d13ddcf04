"""Whether finished captions go to Cablecast, and which of several captions of one recording do."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.event_log import was_told
from shared.db.models import CablecastShow, CaptionVersion, City, Event, Publication, Transcription
from shared.db.publishing_decision import renew_publication, scheduled_ms, want_publication
from shared.event_kinds import Happened
from shared.rules import PublishPolicy
from tests.integration.db.conftest import ENDED, FREE, HELD, LATER, Ledger

FILES = {"scc": {"name": "a.scc", "sha256": "0" * 64, "size_bytes": 1}}
"""Only what has been written is published."""


async def _captions(ledger: Ledger, policy: str | None = None, *, kind: str = "folder", versions: int = 0) -> UUID:
    city = await ledger.add(City(slug="m", name="M", publish_policy=policy)) if policy else None
    recording = await ledger.recording("a.mp4", await ledger.mount(kind=kind))
    values = {"city_id": city.id if city else None, "priority": 4, "recorded_at": ENDED}
    row_id = await ledger.transcription(recording, **values)
    for number in range(1, versions + 1):
        await ledger.add(CaptionVersion(transcription_id=row_id, number=number, cue_list={}, files=FILES))
    return row_id


async def _want(ledger: Ledger, captions: UUID, *, released: bool = False) -> bool:
    async with ledger.work() as unit:
        return await want_publication(
            unit.db, await unit.db.get_one(Transcription, captions), station=PublishPolicy.AUTO, released=released
        )


async def _renewed(db: AsyncSession, captions: UUID) -> bool:
    return await renew_publication(db, await db.get_one(Transcription, captions), station=PublishPolicy.AUTO)


async def _publication(ledger: Ledger, captions: UUID) -> Publication | None:
    async with ledger.work() as unit:
        return await unit.db.scalar(select(Publication).where(Publication.transcription_id == captions))


@pytest.mark.parametrize("released", [False, True])
@pytest.mark.parametrize(
    ("policy", "status"),
    [(None, "pending"), ("auto", "pending"), ("review", "needs_review"), ("never", None), ("off", None)],
)
async def test_the_citys_policy_decides_until_a_person_has(
    ledger: Ledger, policy: str | None, status: str | None, released: bool
) -> None:
    captions = await _captions(ledger, policy)
    status = "pending" if released else status

    assert await _want(ledger, captions, released=released) is (status == "pending")

    row = await _publication(ledger, captions)
    assert (row.status if row else None) == status
    if row is not None:
        waits = status == "needs_review"
        reason = ("waits_for_release", "A person is to release each publication.") if waits else (None, None)
        assert (row.reason_code, row.reason) == reason
        assert (row.priority, row.recorded_at, row.content) == (4, ENDED, "of the meeting")
        captioned = await ledger.read(Transcription, captions)
        assert (row.recording_id, row.city_id) == (captioned.recording_id, captioned.city_id)


async def test_what_was_uploaded_to_be_transcribed_is_never_published(ledger: Ledger) -> None:
    captions = await _captions(ledger, kind="uploads")

    assert not await _want(ledger, captions, released=True)

    assert await _publication(ledger, captions) is None


@pytest.mark.parametrize(("versions", "published"), [(0, 1), (1, 1), (3, 3)])
async def test_the_newest_version_is_published(ledger: Ledger, versions: int, published: int) -> None:
    captions = await _captions(ledger, versions=versions)
    other = await ledger.transcription(await ledger.recording("b.mp4"))
    await ledger.add(CaptionVersion(transcription_id=other, number=9, cue_list={}, files=FILES))

    await _want(ledger, captions)

    row = await _publication(ledger, captions)
    assert row is not None and row.caption_version == published


async def test_a_publication_that_is_wanted_again_starts_again(ledger: Ledger) -> None:
    captions = await _captions(ledger, versions=2)
    earlier: dict[str, Any] = {
        "status": "failed",
        "content": "of something before",
        "reason_code": "x",
        "reason": "y",
        "attempt": 3,
        "ready_at": LATER,
        "verified_at": ENDED,
        "error_code": "z",
        "error_message": "z",
        "show_id": 2101,
        **HELD,
    }
    made = await ledger.publication(captions, **earlier)

    assert await _want(ledger, captions)

    row = await ledger.columns(Publication, made, *earlier, "caption_version")
    del row["ready_at"], row["lease_owner"]
    nothing = dict.fromkeys(("reason_code", "reason", "verified_at", "error_code", "error_message"))
    assert row == {
        "status": "pending",
        "content": "of the meeting",
        "attempt": 0,
        "show_id": 2101,
        "caption_version": 2,
        "lease_token": None,
        "lease_expires_at": None,
        **nothing,
    }
    assert await ledger.is_ready(Publication, made)


@pytest.mark.parametrize(
    ("status", "is_stopped"),
    [
        ("pending", True),
        ("linked", True),
        ("placed", True),
        ("processing", True),
        ("needs_review", True),
        ("failed", True),
        ("published", False),
        ("done", False),
        ("removed", False),
    ],
)
async def test_what_is_under_way_with_other_captions_of_the_recording_is_stopped(
    ledger: Ledger, status: str, is_stopped: bool
) -> None:
    captions = await _captions(ledger)
    recording = (await ledger.read(Transcription, captions)).recording_id
    before = {"status": status, "reason_code": "x", **HELD}
    older = await ledger.publication(await ledger.transcription(recording), **before)
    elsewhere = await ledger.publication(await ledger.transcription(await ledger.recording("b.mp4")), **before)

    await _want(ledger, captions)

    row = await ledger.columns(Publication, older, "status", "reason_code", "reason", *HELD)
    instead = "Other captions of the same recording are published instead."
    stopped = {"status": "removed", "reason_code": "superseded", "reason": instead, **FREE}
    assert row == (stopped if is_stopped else {**before, "reason": None})
    async with ledger.work() as unit:
        told = (await unit.db.scalars(select(Event).where(was_told(Happened.PUBLICATION_REMOVED, older)))).all()
    assert [(one.actor, one.facts) for one in told] == [("transcriber", {"code": "superseded"})] * is_stopped
    assert (await ledger.read(Publication, elsewhere)).status == status
    mine = await _publication(ledger, captions)
    assert mine is not None and mine.status == "pending"


@pytest.mark.parametrize("status", [None, "published", "needs_review"])
async def test_captions_written_again_with_a_name_are_published_again(ledger: Ledger, status: str | None) -> None:
    captions = await _captions(ledger, versions=2)
    if status is not None:
        await ledger.publication(captions, status=status)

    async with ledger.work() as unit:
        assert await _renewed(unit.db, captions)

    row = await _publication(ledger, captions)
    assert row is not None and (row.status, row.caption_version) == ("pending", 2)


async def test_a_name_does_not_bring_back_what_was_removed(ledger: Ledger) -> None:
    captions = await _captions(ledger, versions=2)
    await ledger.publication(captions, status="removed")
    other = await ledger.transcription(await ledger.recording("b.mp4"))
    await ledger.publication(other, status="published")

    async with ledger.work() as unit:
        assert not await _renewed(unit.db, captions)

    row = await _publication(ledger, captions)
    assert row is not None and (row.status, row.caption_version) == ("removed", 2)


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ({"runtime": 3600}, 3_600_000),
        ({"runtime": 3600, "facts": {"reel_ids": [1]}}, 3_600_000),
        ({"runtime": 3600, "facts": {"reel_ids": None}}, 3_600_000),
        ({"runtime": 3600, "facts": {"reel_ids": [1, 2]}}, None),
        ({"runtime": 0}, None),
        ({"runtime": None}, None),
    ],
)
async def test_the_run_length_is_that_of_the_show_that_was_linked(
    ledger: Ledger, show: dict[str, Any], expected: int | None
) -> None:
    captions = await _captions(ledger)
    recording, other = (await ledger.read(Transcription, captions)).recording_id, await ledger.recording("b.mp4")
    await ledger.add(CablecastShow(cablecast_id=7, title="of another", runtime=60))
    await ledger.add(CablecastShow(cablecast_id=2101, title="t", **show))
    await ledger.publication(captions, show_id=2101)
    await ledger.publication(await ledger.transcription(other), show_id=7)
    unlinked = await ledger.recording("c.mp4")

    async with ledger.work() as unit:
        assert await scheduled_ms(unit.db, recording) == expected
        assert await scheduled_ms(unit.db, other) == 60_000
        assert await scheduled_ms(unit.db, unlinked) is None


async def test_the_last_link_says_the_run_length(ledger: Ledger) -> None:
    recording = await ledger.recording("a.mp4")
    for number in (1, 2, 3):
        await ledger.add(CablecastShow(cablecast_id=number, title="t", runtime=number))
    for number, at in ((1, ENDED), (3, LATER), (2, ENDED)):
        await ledger.publication(await ledger.transcription(recording), show_id=number, created_at=at)

    async with ledger.work() as unit:
        assert await scheduled_ms(unit.db, recording) == 3000


async def test_of_links_of_one_moment_the_same_always_counts(ledger: Ledger) -> None:
    recording = await ledger.recording("a.mp4")
    for number in (2, 3, 1):
        await ledger.add(CablecastShow(cablecast_id=number, title="t", runtime=number))
        values = {"id": UUID(int=number), "show_id": number, "created_at": ENDED}
        await ledger.publication(await ledger.transcription(recording), **values)

    async with ledger.work() as unit:
        assert await scheduled_ms(unit.db, recording) == 3000
