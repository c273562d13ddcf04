"""What becomes of captions and publications when content leaves its place, is inherited, or comes back."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from shared.db.content import (
    CHANGED,
    GONE,
    INVENTS_INODES,
    UNDER_WAY,
    Departure,
    Leaving,
    accepted_stamp,
    come_back,
    has_live_transcription,
    has_places,
    leave_content,
    look_again,
    places_changed,
    require_content,
    start_over,
    telling_doubt,
)
from shared.db.models import Event, Mount, Publication, Recording, Slice, Transcription, VodContent
from shared.errors import Conflict, Temporary
from shared.lanes import Lane
from shared.lifecycle import PublicationStatus
from shared.media.identity import Stamp
from shared.speakers import Naming, Speakers
from tests.integration.db.conftest import ENDED, FREE, HELD, LATER, Ledger

BOTH = pytest.mark.parametrize("because", [CHANGED, GONE], ids=lambda one: one.code)
SIDECAR = {"path": "a.scc"}


async def _leave(ledger: Ledger, *leaving: Leaving) -> None:
    async with ledger.work() as unit:
        await leave_content(unit, leaving)


async def _told(ledger: Ledger) -> list[tuple[str, str, str, str, Any]]:
    async with ledger.work() as unit:
        rows = await unit.db.scalars(select(Event).where(Event.subject_kind != "recording").order_by(Event.id))
        return [(row.actor, row.kind, row.subject_kind, row.subject_id, row.facts) for row in rows]


async def _where(ledger: Ledger, *transcriptions: UUID) -> list[UUID]:
    return [(await ledger.read(Transcription, one)).recording_id for one in transcriptions]


# The place that is left.


async def test_a_replaced_recording_is_of_unknown_content_and_its_copies_stand_alone(ledger: Ledger) -> None:
    first = await ledger.recording("first.mp4")
    left = await ledger.recording("a.mp4", duplicate_of=first)
    copy = await ledger.recording("copy.mp4", duplicate_of=left, present=False)
    untouched = await ledger.recording("untouched.mp4", duplicate_of=first)

    await _leave(ledger, Leaving(left, CHANGED))

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

    await _leave(ledger, Leaving(left, GONE))

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

    await _leave(
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

    await _leave(ledger)
    await _leave(ledger, Leaving(uuid4(), CHANGED))

    assert (await ledger.read(Recording, kept)).content == "of the meeting"
    assert await _told(ledger) == []


# Captions of it.


@BOTH
async def test_the_slices_of_work_that_ends_are_held_by_nobody(ledger: Ledger, because: Departure) -> None:
    left = await ledger.recording("a.mp4")
    active = await ledger.transcription(left, status="processing", stage="slices")
    async with ledger.work() as unit:
        piece = Slice(transcription_id=active, number=0, start_ms=0, end_ms=1, **HELD)
        unit.db.add(piece)
        await unit.db.flush()

    await _leave(ledger, Leaving(left, because))

    assert await ledger.columns(Slice, piece.id, "status", *FREE) == {"status": "pending", **FREE}


@BOTH
@pytest.mark.parametrize("status", ["pending", "processing"])
async def test_work_in_hand_ends_with_the_reason(ledger: Ledger, because: Departure, status: str) -> None:
    left = await ledger.recording("a.mp4")
    active = await ledger.transcription(left, status=status, stage="plan", **HELD)

    await _leave(ledger, Leaving(left, because))

    row = await ledger.columns(Transcription, active, "status", "error_code", "error_message", *FREE)
    assert row == {"status": "cancelled", "error_code": because.code, "error_message": because.reason, **FREE}
    assert await _told(ledger) == [
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

    await _leave(ledger, Leaving(left, because))

    row = await ledger.columns(Transcription, finished, "status", "error_code", "recording_id")
    assert row == {"status": status, "error_code": None, "recording_id": left}
    assert await _told(ledger) == []


@pytest.mark.parametrize(("because", "status"), [(CHANGED, "cancelled"), (GONE, "needs_review")])
async def test_nobody_is_asked_to_review_captions_of_what_was_replaced(
    ledger: Ledger, because: Departure, status: str
) -> None:
    left = await ledger.recording("a.mp4")
    waiting = await ledger.transcription(left, status="needs_review", **HELD)

    await _leave(ledger, Leaving(left, because))

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

    await _leave(ledger, Leaving(left, because))

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

    await _leave(ledger, Leaving(left, CHANGED))

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

    await _leave(ledger, Leaving(left, because))

    row = await ledger.columns(Publication, made, "status", "reason_code", "reason", "places_due", "attempt", *FREE)
    ended = {"status": "removed", "reason_code": because.code, "reason": because.reason}
    assert row == {**ended, "places_due": False, "attempt": 2, **FREE}
    assert await _told(ledger) == [
        ("ingest", "publication.removed", "publication", str(made), {"code": because.code, "reason": because.reason})
    ]
    assert ledger.notifier.notified[Lane.PUBLISH] == 0


@pytest.mark.parametrize("status", ["published", "done", "needs_review", "failed"])
async def test_what_was_published_stays_while_the_recording_is_away_and_ends_once_it_is_another(
    ledger: Ledger, status: str
) -> None:
    left = await ledger.recording("a.mp4")
    made = await ledger.publication(await ledger.transcription(left), status=status, **HELD)

    await _leave(ledger, Leaving(left, GONE))
    row = await ledger.columns(Publication, made, "status", "reason_code", "places_due", *HELD)
    assert row == {"status": status, "reason_code": None, "places_due": False, **HELD}

    await _leave(ledger, Leaving(left, CHANGED))
    row = await ledger.columns(Publication, made, "status", "reason_code", "places_due", *FREE)
    assert row == {"status": "removed", "reason_code": CHANGED.code, "places_due": False, **FREE}


async def test_what_a_person_removed_keeps_its_own_reason(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    removed = {"status": "removed", "reason_code": "removed_by_a_person", "sidecar": SIDECAR}
    made = await ledger.publication(await ledger.transcription(left), **removed)

    await _leave(ledger, Leaving(left, CHANGED))

    row = await ledger.columns(Publication, made, "status", "reason_code", "places_due")
    assert row == {"status": "removed", "reason_code": "removed_by_a_person", "places_due": False}


@pytest.mark.parametrize("lies", [{"sidecar": SIDECAR}, {"places": [SIDECAR]}])
async def test_a_sidecar_beside_other_content_is_taken_away_at_once(ledger: Ledger, lies: dict[str, Any]) -> None:
    left = await ledger.recording("a.mp4")
    values = {"status": "published", "attempt": 3, "ready_at": LATER, **lies, **HELD}
    made = await ledger.publication(await ledger.transcription(left), **values)

    await _leave(ledger, Leaving(left, CHANGED))

    row = await ledger.columns(Publication, made, "status", "places_due", "attempt", *FREE)
    assert row == {"status": "removed", "places_due": True, "attempt": 0, **FREE}
    assert await ledger.is_ready(Publication, made)
    assert ledger.notifier.notified[Lane.PUBLISH] == 1


async def test_a_sidecar_beside_nothing_lies_where_it_lies(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    made = await ledger.publication(await ledger.transcription(left), status="processing", sidecar=SIDECAR)

    await _leave(ledger, Leaving(left, GONE))

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

    await _leave(ledger, Leaving(left, CHANGED))

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

    await _leave(ledger, Leaving(copy, CHANGED))

    row = await ledger.columns(Publication, made, "status", "places_due", "attempt")
    is_due = status == "published"
    assert row == {"status": status, "places_due": is_due, "attempt": 0 if is_due else 3}


# Who inherits.


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

    await _leave(ledger, Leaving(left, because))

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

    await _leave(ledger, Leaving(left, CHANGED))

    row = await ledger.columns(Publication, made, "recording_id", "status", "places_due", "attempt")
    assert row == {"recording_id": heir, "status": "needs_review", "places_due": False, "attempt": 3}


async def test_captions_of_other_content_are_not_inherited(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    heir = await ledger.recording("heir.mp4", duplicate_of=left)
    finished = await ledger.transcription(left, content="of something before")
    active = await ledger.transcription(left, content="of something before", status="pending", stage="plan")

    await _leave(ledger, Leaving(left, CHANGED))

    assert await _where(ledger, finished, active) == [left, left]
    assert [(await ledger.read(Transcription, one)).status for one in (finished, active)] == ["completed", "cancelled"]
    place = await ledger.columns(Recording, heir, "status", "settled_at", "duplicate_of")
    assert place == {"status": "settling", "settled_at": None, "duplicate_of": None}, "it is to get captions of its own"


async def test_an_heir_that_is_being_captioned_already_needs_no_second_worker(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    heir = await ledger.recording("heir.mp4", duplicate_of=left)
    own = await ledger.transcription(heir, status="pending", stage="plan")
    active = await ledger.transcription(left, status="processing", stage="slices")
    finished = await ledger.transcription(left)

    await _leave(ledger, Leaving(left, CHANGED))

    assert await _where(ledger, own, active, finished) == [heir, left, heir]
    assert (await ledger.read(Transcription, active)).status == "cancelled"
    assert (await ledger.read(Transcription, own)).status == "pending"


async def test_an_heir_with_finished_captions_of_its_own_inherits_work_in_hand(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    heir = await ledger.recording("heir.mp4", duplicate_of=left)
    await ledger.transcription(heir)
    active = await ledger.transcription(left, status="processing", stage="slices")

    await _leave(ledger, Leaving(left, CHANGED))

    assert await _where(ledger, active) == [heir]
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

    await _leave(ledger, Leaving(left, GONE))

    assert await _where(ledger, captions) == [heir]


async def test_of_copies_of_one_moment_always_the_same_inherits(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    for number in (3, 1, 2):
        await ledger.recording(f"{number}.mp4", id=UUID(int=number), duplicate_of=left, created_at=ENDED)
    captions = await ledger.transcription(left)

    await _leave(ledger, Leaving(left, GONE))

    assert await _where(ledger, captions) == [UUID(int=1)]


async def test_a_copy_inherits_where_only_mounts_that_are_down_have_one(ledger: Ledger) -> None:
    down = await ledger.mount("flex-2", status="down")
    left = await ledger.recording("a.mp4")
    heir = await ledger.recording("down.mp4", down, duplicate_of=left)
    captions = await ledger.transcription(left)

    await _leave(ledger, Leaving(left, GONE))

    assert await _where(ledger, captions) == [heir]


@pytest.mark.parametrize("unfit", [{"status": "settling"}, {"status": "rejected"}, {"present": False}])
async def test_a_copy_that_is_away_or_undecided_inherits_nothing(ledger: Ledger, unfit: dict[str, Any]) -> None:
    left = await ledger.recording("a.mp4")
    copy = await ledger.recording("copy.mp4", duplicate_of=left, **unfit)
    captions = await ledger.transcription(left)

    await _leave(ledger, Leaving(left, GONE))

    assert await _where(ledger, captions) == [left]
    assert (await ledger.read(Recording, copy)).duplicate_of == left


async def test_a_copy_that_leaves_at_the_same_time_inherits_nothing(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    copy = await ledger.recording("copy.mp4", duplicate_of=left)
    captions = await ledger.transcription(left, status="pending", stage="plan")

    await _leave(ledger, Leaving(copy, GONE), Leaving(left, GONE))

    assert await _where(ledger, captions) == [left]
    assert (await ledger.read(Transcription, captions)).error_code == GONE.code
    assert [(await ledger.read(Recording, one)).present for one in (left, copy)] == [False, False]


async def test_the_place_that_is_known_to_have_it_now_inherits_before_any_copy(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    copy = await ledger.recording("copy.mp4", duplicate_of=left)
    moved = await ledger.recording("moved.mp4", status="settling")
    captions = await ledger.transcription(left)

    await _leave(ledger, Leaving(left, GONE, heir=moved))

    assert await _where(ledger, captions) == [moved]
    assert (await ledger.read(Recording, copy)).duplicate_of == moved


async def test_each_of_several_places_leaves_for_its_own_reason_and_to_its_own_heir(ledger: Ledger) -> None:
    one, two = await ledger.recording("one.mp4"), await ledger.recording("two.mp4", content="of another")
    heir = await ledger.recording("heir.mp4", duplicate_of=two, content="of another")
    active = await ledger.transcription(one, status="pending", stage="plan")
    inherited = await ledger.transcription(two, content="of another")
    ended = await ledger.publication(await ledger.transcription(one), status="pending")
    goes_on = await ledger.publication(inherited, status="pending")

    await _leave(ledger, Leaving(two, CHANGED), Leaving(one, GONE))

    assert (await ledger.read(Transcription, active)).error_code == GONE.code
    assert (await ledger.read(Recording, one)).content == "of the meeting"
    assert (await ledger.read(Recording, two)).content is None
    assert await _where(ledger, inherited) == [heir]
    assert [(await ledger.read(Publication, row)).status for row in (ended, goes_on)] == ["removed", "pending"]
    assert (await ledger.read(Publication, goes_on)).recording_id == heir


async def test_whoever_has_only_captions_that_ended_as_content_left_is_looked_at_again(ledger: Ledger) -> None:
    left = await ledger.recording("a.mp4")
    heir = await ledger.recording("heir.mp4", duplicate_of=left, reason_code="x", reason="y", looks=[1], seen_at=ENDED)
    await ledger.transcription(heir, status="cancelled", error_code=GONE.code)

    await _leave(ledger, Leaving(left, CHANGED))

    row = await ledger.columns(Recording, heir, "status", "settled_at", "present", "looks", "reason_code", "reason")
    nothing: dict[str, Any] = {"settled_at": None, "looks": [], "reason_code": None, "reason": None}
    assert row == {"status": "settling", "present": True, **nothing}
    assert (await ledger.read(Recording, heir)).seen_at > ENDED


# Looking again.


@pytest.mark.parametrize("status", ["valid", "rejected", "settling", "seen"])
@pytest.mark.parametrize("if_valid", [True, False])
async def test_what_is_looked_at_already_may_be_left_alone(ledger: Ledger, status: str, if_valid: bool) -> None:
    touched = await ledger.recording("a.mp4", status=status, present=False)
    other = await ledger.recording("b.mp4")

    async with ledger.work() as unit:
        await look_again(unit.db, touched, if_valid=if_valid)

    row = await ledger.read(Recording, touched)
    is_meant = status == "valid" or not if_valid
    assert (row.status, row.settled_at, row.present) == (
        ("settling", None, True) if is_meant else (status, ENDED, False)
    )
    assert (await ledger.read(Recording, other)).status == "valid"


@pytest.mark.parametrize(("code", "status"), [("recording_in_doubt", "settling"), ("mount_unreachable", "valid")])
async def test_a_step_that_finds_a_file_touched_has_it_looked_at(ledger: Ledger, code: str, status: str) -> None:
    touched = await ledger.recording("a.mp4")

    with pytest.raises(Temporary):
        async with telling_doubt(ledger.work, touched):
            raise Temporary("later", code=code)

    assert (await ledger.read(Recording, touched)).status == status


async def test_a_step_that_finds_a_file_touched_leaves_one_alone_that_is_looked_at(ledger: Ledger) -> None:
    touched = await ledger.recording("a.mp4", status="settling")

    with pytest.raises(Temporary):
        async with telling_doubt(ledger.work, touched):
            raise Temporary("later", code="recording_in_doubt")

    assert (await ledger.read(Recording, touched)).settled_at == ENDED


# Places that change.


@pytest.mark.parametrize("status", [*PublicationStatus])
@pytest.mark.parametrize("sidecar", [None, SIDECAR])
async def test_a_new_place_gets_the_sidecar_of_whatever_stands(
    ledger: Ledger, status: PublicationStatus, sidecar: dict[str, Any] | None
) -> None:
    place, other = await ledger.recording("a.mp4"), await ledger.recording("b.mp4")
    values = {"status": status, "sidecar": sidecar, "attempt": 3, "ready_at": LATER, **HELD}
    made = await ledger.publication(await ledger.transcription(place), **values)
    elsewhere = await ledger.publication(await ledger.transcription(other), **values)
    stands = status not in {"needs_review", "failed", "removed"} or (status != "removed" and sidecar is not None)

    async with ledger.work() as unit:
        await places_changed(unit, place)

    row = await ledger.read(Publication, made)
    assert has_places(row) is stands
    seen = await ledger.columns(Publication, made, "places_due", "attempt", *HELD)
    assert seen == {"places_due": stands, "attempt": 0 if stands else 3, **(FREE if stands else HELD)}
    assert await ledger.is_ready(Publication, made) is stands
    assert ledger.notifier.notified[Lane.PUBLISH] == (1 if stands else 0)
    assert not (await ledger.read(Publication, elsewhere)).places_due


# Coming back.


async def _come_back(ledger: Ledger, place: UUID) -> None:
    async with ledger.work() as unit:
        await come_back(unit, place, "of the meeting")


@BOTH
async def test_captions_whose_content_is_back_go_on(ledger: Ledger, because: Departure) -> None:
    place = await ledger.recording("a.mp4")
    ended = {"status": "cancelled", "error_code": because.code, "error_message": "x", "stage": "slices"}
    first = await ledger.transcription(place, created_date=ENDED, **ended)
    last = await ledger.transcription(place, created_date=ENDED + timedelta(days=1), progress=40, attempt=2, **ended)

    await _come_back(ledger, place)

    names = ("status", "stage", "progress", "attempt", "error_code", "error_message")
    row = await ledger.columns(Transcription, last, *names)
    fresh = {"status": "pending", "stage": "plan", "progress": 0, "attempt": 0}
    assert row == {**fresh, "error_code": None, "error_message": None}
    assert (await ledger.read(Transcription, first)).status == "cancelled"
    assert ledger.notifier.notified == {Lane.PLAN: 1}


@pytest.mark.parametrize(
    "ended",
    [
        {"error_code": "cancelled_by_a_person"},
        {"error_code": None},
        {"error_code": GONE.code, "status": "failed"},
        {"error_code": GONE.code, "content": "of something else"},
        {"error_code": GONE.code, "content": None},
    ],
)
async def test_captions_that_ended_for_another_reason_or_of_something_else_stay_ended(
    ledger: Ledger, ended: dict[str, Any]
) -> None:
    place = await ledger.recording("a.mp4")
    row_id = await ledger.transcription(place, **{"status": "cancelled", **ended})

    await _come_back(ledger, place)

    assert (await ledger.read(Transcription, row_id)).status == ended.get("status", "cancelled")
    assert ledger.notifier.notified[Lane.PLAN] == 0


@pytest.mark.parametrize(("content", "goes_on"), [("of the meeting", False), (None, False), ("of another", True)])
async def test_captions_do_not_go_on_beside_newer_ones_of_the_same_content(
    ledger: Ledger, content: str | None, goes_on: bool
) -> None:
    place = await ledger.recording("a.mp4")
    ended = await ledger.transcription(place, status="cancelled", stage="slices", error_code=GONE.code)
    await ledger.transcription(place, content=content)

    await _come_back(ledger, place)

    assert (await ledger.read(Transcription, ended)).status == ("pending" if goes_on else "cancelled")


@BOTH
async def test_captions_that_waited_for_a_review_wait_for_it_again(ledger: Ledger, because: Departure) -> None:
    place = await ledger.recording("a.mp4")
    ended = {"status": "cancelled", "stage": "done", "error_code": because.code, "error_message": "x"}
    waited = await ledger.transcription(place, progress=100, **ended)

    await _come_back(ledger, place)

    row = await ledger.columns(Transcription, waited, "status", "stage", "progress", "error_code", "error_message")
    kept = {"status": "needs_review", "stage": "done", "progress": 100}
    assert row == {**kept, "error_code": None, "error_message": None}
    assert ledger.notifier.notified[Lane.PLAN] == 0


@BOTH
async def test_the_last_publication_that_ended_as_the_content_left_goes_on(ledger: Ledger, because: Departure) -> None:
    place = await ledger.recording("a.mp4")
    ended = {"status": "removed", "reason_code": because.code, "reason": "x", "places_due": True}
    first = await ledger.publication(await ledger.transcription(place), created_at=ENDED, **ended)
    later = {"created_at": ENDED + timedelta(days=1), "attempt": 3, "ready_at": LATER}
    last = await ledger.publication(await ledger.transcription(place), **later, **ended)

    await _come_back(ledger, place)

    names = ("status", "reason_code", "reason", "attempt", "places_due")
    row = await ledger.columns(Publication, last, *names)
    assert row == {"status": "pending", "reason_code": None, "reason": None, "attempt": 0, "places_due": False}
    assert await ledger.is_ready(Publication, last)
    assert (await ledger.read(Publication, first)).status == "removed"
    assert ledger.notifier.notified == {Lane.PUBLISH: 1}


@pytest.mark.parametrize(
    ("captions", "publication"),
    [
        ({}, {"reason_code": "removed_by_a_person"}),
        ({}, {"reason_code": None}),
        ({}, {"status": "failed"}),
        ({"status": "needs_review"}, {}),
        ({"content": "of something else"}, {}),
    ],
)
async def test_other_publications_stay_what_they_are(
    ledger: Ledger, captions: dict[str, Any], publication: dict[str, Any]
) -> None:
    place = await ledger.recording("a.mp4")
    values = {"status": "removed", "reason_code": GONE.code, **publication}
    made = await ledger.publication(await ledger.transcription(place, **captions), **values)

    await _come_back(ledger, place)

    row = await ledger.columns(Publication, made, "status", "reason_code")
    assert row == {"status": values["status"], "reason_code": values["reason_code"]}
    assert ledger.notifier.notified[Lane.PUBLISH] == 0


async def test_content_that_comes_back_here_starts_nothing_elsewhere(ledger: Ledger) -> None:
    place, other = await ledger.recording("a.mp4"), await ledger.recording("b.mp4")
    ended = await ledger.transcription(other, status="cancelled", error_code=GONE.code)
    captions = await ledger.transcription(other)
    made = await ledger.publication(captions, status="removed", reason_code=GONE.code)

    await _come_back(ledger, place)

    assert (await ledger.read(Transcription, ended)).status == "cancelled"
    assert (await ledger.read(Publication, made)).status == "removed"


# Starting over.


@pytest.mark.parametrize("from_scratch", [True, False])
async def test_finished_slices_are_kept_unless_all_is_to_be_made_again(ledger: Ledger, from_scratch: bool) -> None:
    ended = {
        "status": "failed",
        "progress": 40,
        "attempt": 3,
        "ready_at": LATER,
        "second_decode": True,
        "error_code": "x",
        "error_message": "y",
        "completed_date": ENDED,
        **HELD,
    }
    place = await ledger.recording("a.mp4")
    row_id = await ledger.transcription(place, **ended)
    other = await ledger.transcription(place)
    pieces = {}
    for number, status in enumerate(("done", "failed", "pending")):
        values = {"result": {"words": []}, "first_decode": {"because": "x"}, "progress_ms": 7, "attempt": 2}
        piece = Slice(
            transcription_id=row_id,
            number=number,
            start_ms=number,
            end_ms=number + 1,
            status=status,
            ready_at=LATER,
            **values,
            **HELD,
        )
        pieces[status] = (await ledger.add(piece)).id
    foreign = await ledger.add(Slice(transcription_id=other, number=0, start_ms=0, end_ms=1, status="failed"))

    async with ledger.work() as unit:
        await start_over(unit.db, await unit.db.get_one(Transcription, row_id), from_scratch=from_scratch)

    names = ("status", "stage", "progress", "attempt", "second_decode", "error_code", "error_message", "completed_date")
    row = await ledger.columns(Transcription, row_id, *names, *FREE)
    assert row == {
        "status": "pending",
        "stage": "plan",
        "progress": 0,
        "attempt": 0,
        "second_decode": not from_scratch,
        "error_code": None,
        "error_message": None,
        "completed_date": None,
        **FREE,
    }
    assert await ledger.is_ready(Transcription, row_id)
    again = {"status": "pending", "result": None, "progress_ms": 0, "attempt": 0, **FREE}
    for status, piece_id in pieces.items():
        seen = await ledger.columns(Slice, piece_id, *again, "first_decode")
        if status == "done" and not from_scratch:
            assert (seen["status"], seen["result"], seen["first_decode"]) == ("done", {"words": []}, {"because": "x"})
        else:
            assert seen == {**again, "first_decode": None if from_scratch else {"because": "x"}}
            assert await ledger.is_ready(Slice, piece_id)
    assert (await ledger.read(Slice, foreign.id)).status == "failed"


# Asking.


@pytest.mark.parametrize(
    ("values", "is_live"),
    [
        ({}, True),
        ({"status": "pending"}, True),
        ({"status": "cancelled"}, True),
        ({"status": "cancelled", "error_code": "cancelled_by_a_person"}, True),
        ({"status": "cancelled", "error_code": GONE.code}, False),
        ({"status": "cancelled", "error_code": CHANGED.code}, False),
        ({"status": "failed", "error_code": CHANGED.code}, True),
    ],
)
async def test_captions_were_wanted_here_unless_they_ended_as_the_content_left(
    ledger: Ledger, values: dict[str, Any], is_live: bool
) -> None:
    place, other = await ledger.recording("a.mp4"), await ledger.recording("b.mp4")
    await ledger.transcription(place, **values)

    async with ledger.work() as unit:
        assert await has_live_transcription(unit.db, place) is is_live
        assert await has_live_transcription(unit.db, place, "of the meeting") is is_live
        assert await has_live_transcription(unit.db, place, "of another") is False
        assert await has_live_transcription(unit.db, other) is False


async def test_nothing_is_written_for_a_recording_that_is_another_or_may_be(ledger: Ledger) -> None:
    place = await ledger.recording("a.mp4")
    doubted = await ledger.recording("doubted.mp4", status="settling")

    async with ledger.work() as unit:
        await require_content(unit.db, place, "of the meeting")
        await require_content(unit.db, place, None)
        with pytest.raises(Conflict) as changed:
            await require_content(unit.db, place, "of another")
        with pytest.raises(Conflict):
            await require_content(unit.db, doubted, "of another")
        for content in (None, "of the meeting"):
            with pytest.raises(Temporary, match=r"doubted\.mp4"):
                await require_content(unit.db, doubted, content)
    assert changed.value.code == CHANGED.code


async def test_a_stamp_has_no_inode_where_the_file_system_invents_them(ledger: Ledger) -> None:
    facts: dict[str, Any] = {"size_bytes": 1, "mtime_ns": 2, "ctime_ns": 3, "inode": 4}
    row = await ledger.read(Recording, await ledger.recording("a.mp4", **facts))
    unstamped = await ledger.read(Recording, await ledger.recording("b.mp4"))
    mount = await ledger.read(Mount, row.mount_id)
    inventive = await ledger.read(Mount, await ledger.mount("flex-2", facts={INVENTS_INODES: True}))

    assert accepted_stamp(row, mount) == Stamp(1, 2, 3, 4)
    assert accepted_stamp(row, inventive) == Stamp(1, 2, 3, None)
    assert accepted_stamp(unstamped, mount) is None
