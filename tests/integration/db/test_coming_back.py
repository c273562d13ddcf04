"""What goes on when content is back, what is looked at again, and what has to hold before anything is written."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.db.content_at_place import (
    CHANGED,
    GONE,
    INVENTS_INODES,
    Departure,
    accepted_stamp,
    has_live_transcription,
    has_places,
    look_again,
    require_content,
    telling_doubt,
)
from shared.db.content_return import come_back, look_at_places_again, places_changed, start_over
from shared.db.models import Mount, Publication, Recording, Slice, Transcription
from shared.errors import Conflict, Temporary
from shared.lanes import Lane
from shared.lifecycle import PublicationStatus
from shared.media.identity import Stamp
from tests.integration.db.conftest import ENDED, FREE, HELD, LATER, Ledger
from tests.integration.db.leaving import BOTH, SIDECAR

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


async def test_what_waits_for_a_place_is_looked_at_when_a_mount_is_back(ledger: Ledger) -> None:
    waits, is_placed, is_held = [
        await ledger.publication(await ledger.transcription(await ledger.recording(name)), ready_at=LATER, **values)
        for name, values in {
            "a.mp4": {"places_due": True},
            "b.mp4": {"places_due": False},
            "c.mp4": {"places_due": True, **HELD},
        }.items()
    ]

    async with ledger.work() as unit:
        await look_at_places_again(unit)

    assert await ledger.is_ready(Publication, waits)
    assert [await ledger.is_ready(Publication, other) for other in (is_placed, is_held)] == [False, False]
    assert ledger.notifier.notified[Lane.PUBLISH] == 1


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
