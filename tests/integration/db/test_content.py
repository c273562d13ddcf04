"""What becomes of a place, its captions and its publications when the content leaves it."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from shared.db.content_at_place import CHANGED, GONE, UNDER_WAY, Departure
from shared.db.content_leaving import Leaving
from shared.db.models import Publication, Recording, Slice, Transcription, VodContent
from shared.lanes import Lane
from shared.lifecycle import PublicationStatus
from shared.speaker_cast import Naming, Speakers
from tests.integration.db.conftest import ENDED, FREE, HELD, LATER, Ledger
from tests.integration.db.leaving import BOTH, SIDECAR, leave, told

# The place that is left.


async def test_a_replaced_recording_is_of_unknown_content_and_its_copies_stand_alone(ledger: Ledger) -> None:
    first = await ledger.recording("first.mp4")
    left = await ledger.recording("a.mp4", duplicate_of=first)
    copy = await ledger.recording("copy.mp4", duplicate_of=left, present=False)
    untouched = await ledger.recording("untouched.mp4", duplicate_of=first)

    await leave(ledger, Leaving(left, CHANGED))

    place = await ledger.columns(Recording, left, "content", "identity", "duplicate_of", "present", "settled_at")
    assert place == {"content": None, "identity": None, "duplicate_of": None, "present": True, "settled_at": ENDED}
    assert (await ledger.read(Recording, copy)).duplicate_of is None
    assert (await ledger.read(Recording, untouched)).duplicate_of == first


@pytest.mark.parametrize("is_valid", [True, False])
async def test_a_recording_that_is_gone_is_remembered_and_settles_again_if_it_had_not_been_accepted(
    ledger: Ledger, is_valid: bool
) -> None:
    left = await ledger.recording("a.mp4", status="valid" if is_valid else "settling")
    copy = await ledger.recording("copy.mp4", duplicate_of=left, present=False)

    await leave(ledger, Leaving(left, GONE))

    place = await ledger.columns(Recording, left, "content", "identity", "present", "settled_at")
    settled_at = ENDED if is_valid else None
    assert place == {"content": "of the meeting", "identity": "samples", "present": False, "settled_at": settled_at}
    assert (await ledger.read(Recording, copy)).duplicate_of == left


@BOTH
async def test_a_recording_found_at_another_place_has_not_left_where_it_was_looked_for(
    ledger: Ledger, because: Departure
) -> None:
    moved = await ledger.recording("new.mp4")
    left = await ledger.recording("old.mp4")
    carried = await ledger.recording("carried.mp4")  # to another drive, under the same name
    mount = (await ledger.read(Recording, left)).mount_id

    await leave(
        ledger,
        Leaving(moved, because, looked_for=(mount, "meetings/a.mp4")),
        Leaving(carried, because, looked_for=(uuid4(), "meetings/carried.mp4")),
        Leaving(left, because, looked_for=(mount, "meetings/old.mp4")),
    )

    for stays in (moved, carried):
        row = await ledger.read(Recording, stays)
        assert (row.present, row.content) == (True, "of the meeting")
    gone = await ledger.read(Recording, left)
    assert (gone.present, gone.content) == ((True, None) if because is CHANGED else (False, "of the meeting"))


async def test_nothing_and_what_is_not_known_leaves_nothing_behind(ledger: Ledger) -> None:
    kept = await ledger.recording("a.mp4")

    await leave(ledger)
    await leave(ledger, Leaving(uuid4(), CHANGED))

    assert (await ledger.read(Recording, kept)).content == "of the meeting"
    assert await told(ledger) == []


# Captions of it.


@BOTH
async def test_the_slices_of_work_that_ends_are_held_by_nobody(ledger: Ledger, because: Departure) -> None:
    left = await ledger.recording("a.mp4")
    stays = await ledger.recording("b.mp4")
    pieces = []
    for place in (left, stays):
        active = await ledger.transcription(place, status="processing", stage="slices")
        pieces.append(await ledger.add(Slice(transcription_id=active, number=0, start_ms=0, end_ms=1, **HELD)))

    await leave(ledger, Leaving(left, because))

    found = [await ledger.columns(Slice, piece.id, "status", *FREE) for piece in pieces]
    assert found == [{"status": "pending", **FREE}, {"status": "pending", **HELD}]


@BOTH
@pytest.mark.parametrize("status", ["pending", "processing"])
async def test_work_in_hand_ends_with_the_reason(ledger: Ledger, because: Departure, status: str) -> None:
    left = await ledger.recording("a.mp4")
    active = await ledger.transcription(left, status=status, stage="plan", **HELD)

    await leave(ledger, Leaving(left, because))

    row = await ledger.columns(Transcription, active, "status", "error_code", "error_message", *FREE)
    assert row == {"status": "cancelled", "error_code": because.code, "error_message": because.reason, **FREE}
    assert await told(ledger) == [
        (
            "ingest",
            "transcription.ended",
            "transcription",
            str(active),
            {"code": because.code, "reason": because.reason},
        )
    ]


@BOTH
@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
async def test_captions_that_have_ended_stay_what_they_were(ledger: Ledger, because: Departure, status: str) -> None:
    left = await ledger.recording("a.mp4")
    finished = await ledger.transcription(left, status=status)

    await leave(ledger, Leaving(left, because))

    row = await ledger.columns(Transcription, finished, "status", "error_code", "recording_id")
    assert row == {"status": status, "error_code": None, "recording_id": left}
    assert await told(ledger) == []


@pytest.mark.parametrize(("because", "status"), [(CHANGED, "cancelled"), (GONE, "needs_review")])
async def test_nobody_is_asked_to_review_captions_of_what_was_replaced(
    ledger: Ledger, because: Departure, status: str
) -> None:
    left = await ledger.recording("a.mp4")
    waiting = await ledger.transcription(left, status="needs_review", **HELD)

    await leave(ledger, Leaving(left, because))

    row = await ledger.columns(Transcription, waiting, "status", "stage", "error_code", *FREE)
    if because is CHANGED:
        assert row == {"status": status, "stage": "done", "error_code": because.code, **FREE}
    else:
        assert row == {"status": status, "stage": "done", "error_code": None, **HELD}


@pytest.mark.parametrize(
    ("before", "because", "status"),
    [
        ("completed", CHANGED, "completed"),
        ("completed", GONE, "completed"),
        ("needs_review", GONE, "needs_review"),
        ("needs_review", CHANGED, "cancelled"),
    ],
)
async def test_captions_that_were_only_to_get_a_name_are_finished_as_they_were(
    ledger: Ledger, before: str, because: Departure, status: str
) -> None:
    left = await ledger.recording("a.mp4")
    speakers = Speakers(model="m", naming=Naming(by="ada", status=before))
    named = await ledger.transcription(left, status="processing", stage="finish", speakers=speakers.model_dump())

    await leave(ledger, Leaving(left, because))

    row = await ledger.read(Transcription, named)
    assert (row.status, row.stage, row.error_code) == (status, "done", because.code)
    assert Speakers.model_validate(row.speakers) == Speakers(model="m")


async def test_a_retry_ends_in_what_stood_before_it(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    stood: dict[str, Any] = {
        "status": "completed",
        "completed_date": None,
        "started_date": None,
        "slices": [],
        "before": None,
    }
    retried = await ledger.transcription(left, status="processing", stage="slices", standing=stood, **HELD)

    await leave(ledger, Leaving(left, CHANGED))

    row = await ledger.read(Transcription, retried)
    assert (row.status, row.stage, row.error_code) == ("completed", "done", CHANGED.code)


# Publications of it.


@BOTH
@pytest.mark.parametrize("status", UNDER_WAY)
async def test_a_publication_under_way_ends_with_the_reason(
    ledger: Ledger, because: Departure, status: PublicationStatus
) -> None:
    left = await ledger.recording("a.mp4")
    made = await ledger.publication(await ledger.transcription(left), status=status, attempt=2, ready_at=LATER, **HELD)

    await leave(ledger, Leaving(left, because))

    row = await ledger.columns(Publication, made, "status", "reason_code", "reason", "places_due", "attempt", *FREE)
    ended = {"status": "removed", "reason_code": because.code, "reason": because.reason}
    assert row == {**ended, "places_due": False, "attempt": 2, **FREE}
    assert await told(ledger) == [
        ("ingest", "publication.removed", "publication", str(made), {"code": because.code, "reason": because.reason})
    ]
    assert ledger.notifier.notified[Lane.PUBLISH] == 0


@pytest.mark.parametrize("status", ["published", "done", "needs_review", "failed"])
async def test_what_was_published_stays_while_the_recording_is_away_and_ends_once_it_is_another(
    ledger: Ledger, status: str
) -> None:
    left = await ledger.recording("a.mp4")
    made = await ledger.publication(await ledger.transcription(left), status=status, **HELD)

    await leave(ledger, Leaving(left, GONE))
    row = await ledger.columns(Publication, made, "status", "reason_code", "places_due", *HELD)
    assert row == {"status": status, "reason_code": None, "places_due": False, **HELD}

    await leave(ledger, Leaving(left, CHANGED))
    row = await ledger.columns(Publication, made, "status", "reason_code", "places_due", *FREE)
    assert row == {"status": "removed", "reason_code": CHANGED.code, "places_due": False, **FREE}


async def test_what_a_person_removed_keeps_its_own_reason(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    removed = {"status": "removed", "reason_code": "removed_by_a_person", "sidecar": SIDECAR}
    made = await ledger.publication(await ledger.transcription(left), **removed)

    await leave(ledger, Leaving(left, CHANGED))

    row = await ledger.columns(Publication, made, "status", "reason_code", "places_due")
    assert row == {"status": "removed", "reason_code": "removed_by_a_person", "places_due": False}


@pytest.mark.parametrize("lies", [{"sidecar": SIDECAR}, {"places": [SIDECAR]}])
async def test_a_sidecar_beside_other_content_is_taken_away_at_once(ledger: Ledger, lies: dict[str, Any]) -> None:
    left = await ledger.recording("a.mp4")
    values = {"status": "published", "attempt": 3, "ready_at": LATER, **lies, **HELD}
    made = await ledger.publication(await ledger.transcription(left), **values)

    await leave(ledger, Leaving(left, CHANGED))

    row = await ledger.columns(Publication, made, "status", "places_due", "attempt", *FREE)
    assert row == {"status": "removed", "places_due": True, "attempt": 0, **FREE}
    assert await ledger.is_ready(Publication, made)
    assert ledger.notifier.notified[Lane.PUBLISH] == 1


async def test_a_sidecar_beside_nothing_lies_where_it_lies(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    made = await ledger.publication(await ledger.transcription(left), status="processing", sidecar=SIDECAR)

    await leave(ledger, Leaving(left, GONE))

    row = await ledger.columns(Publication, made, "status", "places_due")
    assert row == {"status": "removed", "places_due": False}
    assert ledger.notifier.notified[Lane.PUBLISH] == 0


async def test_the_columns_of_the_original_system_say_that_a_vod_was_removed(ledger: Ledger) -> None:
    left, other = await ledger.recording("a.mp4"), await ledger.recording("b.mp4")
    begun = await ledger.transcription(left, vod_status="published")
    not_begun = await ledger.transcription(left)
    elsewhere = await ledger.transcription(other, vod_status="published")
    for number, one in enumerate((begun, not_begun, elsewhere)):
        await ledger.publication(one, status="published")
        await ledger.add(VodContent(transcription_id=one, vod_id=str(number), title="t", status="published"))

    await leave(ledger, Leaving(left, CHANGED))

    assert [(await ledger.read(Transcription, one)).vod_status for one in (begun, not_begun, elsewhere)] == [
        "removed",
        None,
        "published",
    ]
    async with ledger.work() as unit:
        told = list(await unit.db.scalars(select(VodContent.status).order_by(VodContent.vod_id)))
    assert told == ["removed", "removed", "published"]


@pytest.mark.parametrize("status", ["published", "removed"])
async def test_a_copy_that_is_replaced_has_the_sidecars_of_its_original_looked_at(ledger: Ledger, status: str) -> None:
    original = await ledger.recording("a.mp4")
    copy = await ledger.recording("copy.mp4", duplicate_of=original)
    made = await ledger.publication(await ledger.transcription(original), status=status, attempt=3, **HELD)

    await leave(ledger, Leaving(copy, CHANGED))

    row = await ledger.columns(Publication, made, "status", "places_due", "attempt")
    is_due = status == "published"
    assert row == {"status": status, "places_due": is_due, "attempt": 0 if is_due else 3}
