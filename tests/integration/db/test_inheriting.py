"""Which place inherits the captions and publications of content that leaves another."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.db.content_at_place import CHANGED, GONE, Departure
from shared.db.content_leaving import Leaving
from shared.db.models import Publication, Recording, Transcription
from shared.lanes import Lane
from tests.integration.db.conftest import ENDED, FREE, HELD, LATER, Ledger
from tests.integration.db.leaving import BOTH, leave, where


@BOTH
async def test_a_copy_inherits_captions_finished_or_under_way_with_their_publications(
    ledger: Ledger, because: Departure
) -> None:
    left = await ledger.recording("a.mp4")
    heir = await ledger.recording("heir.mp4", duplicate_of=left)
    other = await ledger.recording("other.mp4", duplicate_of=left)
    active = await ledger.transcription(left, status="processing", stage="slices", **HELD)
    finished = await ledger.transcription(left, content=None)
    values = {"status": "published", "attempt": 3, "ready_at": LATER, **HELD}
    made = await ledger.publication(finished, **values)

    await leave(ledger, Leaving(left, because))

    for row_id in (active, finished):
        row = await ledger.columns(Transcription, row_id, "recording_id", "filename", "file_path", "error_code")
        place = {"filename": "heir.mp4", "file_path": "/mnt/flex-1/meetings/heir.mp4", "error_code": None}
        assert row == {"recording_id": heir, **place}
    kept = await ledger.columns(Transcription, active, "status", *HELD)
    assert kept == {"status": "processing", **HELD}, "whoever works on it works on"
    published = await ledger.columns(Publication, made, "recording_id", "status", "places_due", "attempt", *FREE)
    assert published == {"recording_id": heir, "status": "published", "places_due": True, "attempt": 0, **FREE}
    assert await ledger.is_ready(Publication, made)
    assert ledger.notifier.notified[Lane.PUBLISH] == 1
    assert (await ledger.read(Recording, heir)).duplicate_of is None
    assert (await ledger.read(Recording, other)).duplicate_of == heir
    assert (await ledger.read(Recording, heir)).status == "valid", "its captions are being made: nothing to look at"


async def test_a_publication_without_a_place_goes_with_its_captions_and_nobody_has_to_look(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    heir = await ledger.recording("heir.mp4", duplicate_of=left)
    made = await ledger.publication(await ledger.transcription(left), status="needs_review", attempt=3)

    await leave(ledger, Leaving(left, CHANGED))

    row = await ledger.columns(Publication, made, "recording_id", "status", "places_due", "attempt")
    assert row == {"recording_id": heir, "status": "needs_review", "places_due": False, "attempt": 3}


async def test_captions_of_other_content_are_not_inherited(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    heir = await ledger.recording("heir.mp4", duplicate_of=left)
    finished = await ledger.transcription(left, content="of something before")
    active = await ledger.transcription(left, content="of something before", status="pending", stage="plan")

    await leave(ledger, Leaving(left, CHANGED))

    assert await where(ledger, finished, active) == [left, left]
    assert [(await ledger.read(Transcription, one)).status for one in (finished, active)] == ["completed", "cancelled"]
    place = await ledger.columns(Recording, heir, "status", "settled_at", "duplicate_of")
    assert place == {"status": "settling", "settled_at": None, "duplicate_of": None}, "it is to get captions of its own"


async def test_an_heir_that_is_being_captioned_already_needs_no_second_worker(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    heir = await ledger.recording("heir.mp4", duplicate_of=left)
    own = await ledger.transcription(heir, status="pending", stage="plan")
    active = await ledger.transcription(left, status="processing", stage="slices")
    finished = await ledger.transcription(left)

    await leave(ledger, Leaving(left, CHANGED))

    assert await where(ledger, own, active, finished) == [heir, left, heir]
    assert (await ledger.read(Transcription, active)).status == "cancelled"
    assert (await ledger.read(Transcription, own)).status == "pending"


async def test_an_heir_with_finished_captions_of_its_own_inherits_work_in_hand(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    heir = await ledger.recording("heir.mp4", duplicate_of=left)
    await ledger.transcription(heir)
    active = await ledger.transcription(left, status="processing", stage="slices")

    await leave(ledger, Leaving(left, CHANGED))

    assert await where(ledger, active) == [heir]
    assert (await ledger.read(Transcription, active)).status == "processing"


async def test_the_oldest_copy_on_a_mount_that_answers_inherits(ledger: Ledger) -> None:
    down = await ledger.mount("flex-2", status="down")
    left = await ledger.recording("a.mp4")
    day = timedelta(days=1)
    await ledger.recording("down.mp4", down, duplicate_of=left, created_at=ENDED)
    await ledger.recording("young.mp4", duplicate_of=left, created_at=ENDED + 3 * day)
    heir = await ledger.recording("old.mp4", duplicate_of=left, created_at=ENDED + 2 * day)
    await ledger.recording("younger.mp4", duplicate_of=left, created_at=ENDED + 4 * day)
    captions = await ledger.transcription(left)

    await leave(ledger, Leaving(left, GONE))

    assert await where(ledger, captions) == [heir]


async def test_of_copies_of_one_moment_always_the_same_inherits(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    for number in (3, 1, 2):
        await ledger.recording(f"{number}.mp4", id=UUID(int=number), duplicate_of=left, created_at=ENDED)
    captions = await ledger.transcription(left)

    await leave(ledger, Leaving(left, GONE))

    assert await where(ledger, captions) == [UUID(int=1)]


async def test_a_copy_inherits_where_only_mounts_that_are_down_have_one(ledger: Ledger) -> None:
    down = await ledger.mount("flex-2", status="down")
    left = await ledger.recording("a.mp4")
    heir = await ledger.recording("down.mp4", down, duplicate_of=left)
    captions = await ledger.transcription(left)

    await leave(ledger, Leaving(left, GONE))

    assert await where(ledger, captions) == [heir]


@pytest.mark.parametrize("unfit", [{"status": "settling"}, {"status": "rejected"}, {"present": False}])
async def test_a_copy_that_is_away_or_undecided_inherits_nothing(ledger: Ledger, unfit: dict[str, Any]) -> None:
    left = await ledger.recording("a.mp4")
    copy = await ledger.recording("copy.mp4", duplicate_of=left, **unfit)
    captions = await ledger.transcription(left)

    await leave(ledger, Leaving(left, GONE))

    assert await where(ledger, captions) == [left]
    assert (await ledger.read(Recording, copy)).duplicate_of == left


async def test_a_copy_that_leaves_at_the_same_time_inherits_nothing(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    copy = await ledger.recording("copy.mp4", duplicate_of=left)
    captions = await ledger.transcription(left, status="pending", stage="plan")

    await leave(ledger, Leaving(copy, GONE), Leaving(left, GONE))

    assert await where(ledger, captions) == [left]
    assert (await ledger.read(Transcription, captions)).error_code == GONE.code
    assert [(await ledger.read(Recording, one)).present for one in (left, copy)] == [False, False]


async def test_the_place_that_is_known_to_have_it_now_inherits_before_any_copy(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    copy = await ledger.recording("copy.mp4", duplicate_of=left)
    moved = await ledger.recording("moved.mp4", status="settling")
    captions = await ledger.transcription(left)

    await leave(ledger, Leaving(left, GONE, heir=moved))

    assert await where(ledger, captions) == [moved]
    assert (await ledger.read(Recording, copy)).duplicate_of == moved


async def test_each_of_several_places_leaves_for_its_own_reason_and_to_its_own_heir(ledger: Ledger) -> None:
    one, two = await ledger.recording("one.mp4"), await ledger.recording("two.mp4", content="of another")
    heir = await ledger.recording("heir.mp4", duplicate_of=two, content="of another")
    active = await ledger.transcription(one, status="pending", stage="plan")
    inherited = await ledger.transcription(two, content="of another")
    ended = await ledger.publication(await ledger.transcription(one), status="pending")
    goes_on = await ledger.publication(inherited, status="pending")

    await leave(ledger, Leaving(two, CHANGED), Leaving(one, GONE))

    assert (await ledger.read(Transcription, active)).error_code == GONE.code
    assert (await ledger.read(Recording, one)).content == "of the meeting"
    assert (await ledger.read(Recording, two)).content is None
    assert await where(ledger, inherited) == [heir]
    assert [(await ledger.read(Publication, row)).status for row in (ended, goes_on)] == ["removed", "pending"]
    assert (await ledger.read(Publication, goes_on)).recording_id == heir


async def test_whoever_has_only_captions_that_ended_as_content_left_is_looked_at_again(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    heir = await ledger.recording("heir.mp4", duplicate_of=left, reason_code="x", reason="y", looks=[1], seen_at=ENDED)
    await ledger.transcription(heir, status="cancelled", error_code=GONE.code)

    await leave(ledger, Leaving(left, CHANGED))

    row = await ledger.columns(Recording, heir, "status", "settled_at", "present", "looks", "reason_code", "reason")
    nothing: dict[str, Any] = {"settled_at": None, "looks": [], "reason_code": None, "reason": None}
    assert row == {"status": "settling", "present": True, **nothing}
    assert (await ledger.read(Recording, heir)).seen_at > ENDED
