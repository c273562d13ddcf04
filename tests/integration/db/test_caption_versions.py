"""The versions of captions: their numbers, which of them counts, and what a person's edits were made from."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, inspect

from shared.db.caption_history import (
    PersonsCaptions,
    StoredCaptions,
    add_version,
    count_again,
    current_version_id,
    hand_over_current,
    history_of,
    is_current,
    lineage,
    make_current,
    newest_number,
    newest_version_id,
    offered,
    operations_of,
    persons_captions,
    require_cues,
    stored,
    unwritten_edit,
    version_of,
    written_before,
)
from shared.db.models import CaptionVersion, Recording, Transcription, User
from shared.errors import Conflict, NotFound
from tests.integration.db.conftest import Ledger

FILES = {"scc": {"name": "a.scc", "sha256": "0" * 64, "size_bytes": 1}}
JANUARY, MARCH = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)


async def _captions(ledger: Ledger, name: str = "a.mp4", **values: Any) -> UUID:
    return await ledger.transcription(await ledger.recording(name), **values)


async def _version(ledger: Ledger, row: UUID, number: int, **values: Any) -> UUID:
    made = {"cue_list": {"cues": [number]}, "content": "of the meeting", **values}
    return (await ledger.add(CaptionVersion(transcription_id=row, number=number, **made))).id


async def _place_of(ledger: Ledger, row: UUID) -> UUID:
    return (await ledger.read(Transcription, row)).recording_id


async def _make_current(ledger: Ledger, recording: UUID, version: UUID | None) -> None:
    async with ledger.work() as unit:
        await make_current(unit.db, recording, version)


async def _current(ledger: Ledger, recording: UUID) -> UUID | None:
    async with ledger.work() as unit:
        return await current_version_id(unit.db, recording)


# Numbers.


async def test_versions_are_numbered_one_after_the_other_for_each_transcription(ledger: Ledger) -> None:
    mine, other = await _captions(ledger), await _captions(ledger, "b.mp4")
    await _version(ledger, other, 7)

    numbers = []
    async with ledger.work() as unit:
        row = await unit.db.get_one(Transcription, mine)
        for _ in range(3):
            made = await add_version(unit.db, row, parent=None, cue_list={}, is_proposal=True)
            numbers.append(made.number)

    assert numbers == [1, 2, 3]


@pytest.mark.parametrize("account", ["is there", "was removed", "nobody"])
async def test_a_version_says_what_it_is_of_and_by_whom_it_was_made(ledger: Ledger, account: str) -> None:
    user = await ledger.add(User(username="ana", email="a@b", password_hash="x", role="operator"))
    await ledger.add(User(username="ben", email="b@b", password_hash="x", role="operator"))
    row = await _captions(ledger, content="of a council")
    first = await _version(ledger, row, 1)
    if account == "was removed":
        async with ledger.work() as unit:
            await unit.db.execute(delete(User).where(User.id == user.id))

    async with ledger.work() as unit:
        made = await add_version(
            unit.db,
            await unit.db.get_one(Transcription, row),
            parent=first,
            user_id=None if account == "nobody" else user.id,
            source="edit",
            author="ana",
            cue_list={"cues": []},
        )

    found = await ledger.columns(
        CaptionVersion, made.id, "transcription_id", "content", "number", "parent_id", "user_id", "source", "author"
    )
    assert found == {
        "transcription_id": row,
        "content": "of a council",
        "number": 2,
        "parent_id": first,
        "user_id": user.id if account == "is there" else None,
        "source": "edit",
        "author": "ana",
    }


async def test_the_newest_is_the_last_that_is_no_proposal_and_what_is_offered_has_files(ledger: Ledger) -> None:
    row, other = await _captions(ledger), await _captions(ledger, "b.mp4")
    await _version(ledger, row, 1, files=FILES)
    await _version(ledger, row, 3, files=FILES)
    newest = await _version(ledger, row, 4)
    await _version(ledger, row, 2)
    await _version(ledger, row, 5, files=FILES, is_proposal=True)
    await _version(ledger, other, 9, files=FILES)
    none = await _captions(ledger, "c.mp4")
    await _version(ledger, none, 1, is_proposal=True)

    async with ledger.work() as unit:
        assert await newest_number(unit.db, row) == 4
        assert await newest_version_id(unit.db, row) == newest
        assert (await newest_number(unit.db, none), await newest_version_id(unit.db, none)) == (None, None)
        entries = await history_of(unit.db, offered(row))
    assert [entry.version.number for entry in entries] == [3, 1]


async def test_a_version_is_found_by_its_number_among_those_of_its_transcription(ledger: Ledger) -> None:
    row, other = await _captions(ledger), await _captions(ledger, "b.mp4")
    wanted = {number: await _version(ledger, row, number) for number in (1, 2)}
    await _version(ledger, other, 2)
    await _version(ledger, other, 3)

    async with ledger.work() as unit:
        assert {number: (await version_of(unit.db, row, number)).id for number in wanted} == wanted
        with pytest.raises(NotFound, match="There is no version 3"):
            await version_of(unit.db, row, 3)


# What counts.


async def test_one_version_counts_for_a_recording_until_another_does(ledger: Ledger) -> None:
    recording, other = await ledger.recording("a.mp4"), await ledger.recording("b.mp4")
    older, newer = await ledger.transcription(recording), await ledger.transcription(recording)
    first, second = await _version(ledger, older, 1), await _version(ledger, newer, 1)
    elsewhere = await _version(ledger, await ledger.transcription(other), 1)
    await _make_current(ledger, other, elsewhere)

    found = []
    for version in (first, second, None):
        await _make_current(ledger, recording, version)
        async with ledger.work() as unit:
            rows = [await unit.db.get_one(Transcription, one) for one in (older, newer)]
            counts = [await is_current(unit.db, row) for row in rows]
        found.append((await _current(ledger, recording), counts))

    assert found == [(first, [True, False]), (second, [False, True]), (None, [False, False])]
    assert await _current(ledger, other) == elsewhere


@pytest.mark.parametrize("heir_has_its_own", [True, False])
async def test_what_counts_goes_along_to_another_place_that_has_nothing_of_its_own(
    ledger: Ledger, heir_has_its_own: bool
) -> None:
    left, heir, stays = [await ledger.recording(name) for name in ("a.mp4", "heir.mp4", "stays.mp4")]
    row, kept = await ledger.transcription(left), await ledger.transcription(stays)
    counted, untouched = await _version(ledger, row, 1), await _version(ledger, kept, 1)
    own = await _version(ledger, await ledger.transcription(heir), 1)
    await _make_current(ledger, left, counted)
    await _make_current(ledger, stays, untouched)
    await _make_current(ledger, heir, own if heir_has_its_own else None)

    async with ledger.work() as unit:
        await hand_over_current(unit.db, {row: heir})

    assert await _current(ledger, left) is None
    assert await _current(ledger, heir) == (own if heir_has_its_own else counted)
    assert await _current(ledger, stays) == untouched


async def test_what_is_handed_to_the_place_where_it_counts_goes_on_counting_there(ledger: Ledger) -> None:
    row = await _captions(ledger)
    place, counted = await _place_of(ledger, row), await _version(ledger, row, 1)
    await _make_current(ledger, place, counted)

    async with ledger.work() as unit:
        await hand_over_current(unit.db, {row: place})

    assert await _current(ledger, place) == counted


@pytest.mark.parametrize(("of", "is_replaced"), [("of the meeting", False), (None, False), ("of another", True)])
async def test_content_that_is_back_counts_again_unless_captions_of_it_count_already(
    ledger: Ledger, of: str | None, is_replaced: bool
) -> None:
    recording = await ledger.recording("a.mp4")
    counted = await _version(ledger, await ledger.transcription(recording), 1, content=of)
    finished = await _version(ledger, await ledger.transcription(recording, completed_date=MARCH), 1)
    await _make_current(ledger, recording, counted)

    async with ledger.work() as unit:
        await count_again(unit.db, recording, "of the meeting")

    assert await _current(ledger, recording) == (finished if is_replaced else counted)


async def test_the_last_accepted_captions_of_content_that_is_back_count_again(ledger: Ledger) -> None:
    recording, other = await ledger.recording("a.mp4"), await ledger.recording("b.mp4")
    old = await ledger.transcription(recording, created_date=MARCH, completed_date=JANUARY)
    await _version(ledger, old, 9)
    # One of the original system, which wrote no date of completion.
    newest = await ledger.transcription(recording, created_date=datetime(2026, 2, 1, tzinfo=UTC), completed_date=None)
    await _version(ledger, newest, 1)
    wanted = await _version(ledger, newest, 2)
    await _version(ledger, newest, 3, is_proposal=True)
    await _version(ledger, newest, 4, content="of another")
    for status in ("needs_review", "failed", "cancelled", "processing"):
        unfinished = await ledger.transcription(recording, completed_date=MARCH, status=status)
        await _version(ledger, unfinished, 1)
    await _version(ledger, await ledger.transcription(other, completed_date=MARCH), 1)

    async with ledger.work() as unit:
        await count_again(unit.db, recording, "of the meeting")

    assert await _current(ledger, recording) == wanted
    assert await _current(ledger, other) is None


async def test_content_that_nothing_was_made_of_has_nothing_that_counts(ledger: Ledger) -> None:
    row = await _captions(ledger)
    place = await _place_of(ledger, row)
    await _version(ledger, row, 1, content="of another")

    async with ledger.work() as unit:
        await count_again(unit.db, place, "of the meeting")

    assert await _current(ledger, place) is None


# What a person has made.


async def _persons(ledger: Ledger, row: UUID) -> PersonsCaptions | None:
    async with ledger.work() as unit:
        return await persons_captions(unit.db, await unit.db.get_one(Transcription, row))


@pytest.mark.parametrize(
    ("source", "is_persons"), [("edit", True), ("upload", True), ("machine", False), ("naming", False)]
)
async def test_words_of_a_person_must_not_be_replaced_and_other_versions_may(
    ledger: Ledger, source: str, is_persons: bool
) -> None:
    row = await _captions(ledger)
    first = await _version(ledger, row, 1)
    second = await _version(ledger, row, 2, parent_id=first, source=source)

    found = await _persons(ledger, row)

    assert (found is not None) is is_persons
    if found is not None:
        assert found.current.id == second
        assert [found.base.id, *(one.id for one in found.edits)] == ([first, second] if source == "edit" else [second])


async def test_what_counts_for_the_recording_is_a_persons_too_whatever_a_new_transcription_has(ledger: Ledger) -> None:
    recording = await ledger.recording("a.mp4")
    edited, again = await ledger.transcription(recording), await ledger.transcription(recording)
    edit = await _version(ledger, edited, 1, source="edit")
    await _make_current(ledger, recording, edit)
    without_versions = await _persons(ledger, again)
    await _version(ledger, again, 1)
    with_one = await _persons(ledger, again)

    assert [found and found.current.id for found in (without_versions, with_one)] == [edit, edit]


@pytest.mark.parametrize(
    ("of", "row_of", "holds"),
    [
        ("of the meeting", "of the meeting", True),
        (None, "of the meeting", True),
        ("of the meeting", None, True),
        ("of another", "of the meeting", False),
    ],
)
async def test_a_persons_captions_of_other_content_hold_up_nothing(
    ledger: Ledger, of: str | None, row_of: str | None, holds: bool
) -> None:
    row = await _captions(ledger, content=row_of)
    await _version(ledger, row, 1, source="upload", content=of)

    assert (await _persons(ledger, row) is not None) is holds


async def test_nobody_has_made_anything_of_captions_without_a_version(ledger: Ledger) -> None:
    assert await _persons(ledger, await _captions(ledger)) is None


async def test_a_lineage_goes_back_through_edits_to_what_the_first_was_made_from(ledger: Ledger) -> None:
    row = await _captions(ledger)
    ids: list[UUID] = []
    for number, source in enumerate(("machine", "naming", "edit", "edit"), 1):
        values = {"source": source, "parent_id": ids[-1] if ids else None, "operations": {"operations": [number]}}
        ids.append(await _version(ledger, row, number, author="ana", cue_ids=["c1"], **values))
    await _version(ledger, row, 5, source="edit", parent_id=ids[0])  # beside it

    async with ledger.work() as unit:
        edits, naming, alone = [await lineage(unit.db, ids[at]) for at in (3, 1, 0)]

    assert [one.id for one in edits] == ids[1:]
    assert [[one.id for one in chain] for chain in (naming, alone)] == [[ids[1]], [ids[0]]]
    assert edits[-1] == StoredCaptions(
        id=ids[3],
        number=4,
        transcription_id=row,
        source="edit",
        author="ana",
        user_id=None,
        cue_list={"cues": [4]},
        cue_ids=["c1"],
        operations={"operations": [4]},
        is_proposal=False,
    )


@pytest.mark.parametrize(
    ("source", "files", "is_unwritten"),
    [("edit", {}, True), ("edit", FILES, False), ("machine", {}, False), ("upload", {}, False)],
)
async def test_the_newest_edit_waits_for_its_files(
    ledger: Ledger, source: str, files: dict[str, Any], is_unwritten: bool
) -> None:
    row = await _captions(ledger)
    await _version(ledger, row, 1, source="edit")
    newest = await _version(ledger, row, 2, source=source, files=files)
    await _version(ledger, row, 3, source="edit", is_proposal=True)

    async with ledger.work() as unit:
        found = await unwritten_edit(unit.db, row)

    assert (found.id if found else None) == (newest if is_unwritten else None)
    if found is not None:
        assert {"cue_list", "cue_ids", "operations"} <= inspect(found).unloaded


async def test_captions_without_a_version_wait_for_no_files(ledger: Ledger) -> None:
    row = await _captions(ledger)

    async with ledger.work() as unit:
        assert await unwritten_edit(unit.db, row) is None


async def test_the_nearest_ancestor_with_files_is_what_was_written_before(ledger: Ledger) -> None:
    row = await _captions(ledger)
    ids: list[UUID] = []
    for number, files in enumerate(({}, FILES, FILES, {}, {}), 1):
        ids.append(await _version(ledger, row, number, files=files, parent_id=ids[-1] if ids else None))

    async with ledger.work() as unit:
        found = [await written_before(unit.db, one) for one in ids]

    assert [one.id if one else None for one in found] == [None, None, ids[1], ids[2], ids[2]]
    assert found[-1] is not None and {"cue_list", "cue_ids", "operations"} <= inspect(found[-1]).unloaded


# What people are shown.


async def test_a_history_has_the_newest_first_and_names_the_parent_and_the_edits_of_each(ledger: Ledger) -> None:
    recording = await ledger.recording("a.mp4")
    old = await ledger.transcription(recording, created_date=JANUARY)
    new = await ledger.transcription(recording, created_date=MARCH)
    first = await _version(ledger, old, 1)
    second = await _version(ledger, old, 2, parent_id=first, operations={"operations": [1, 2, 3]})
    await _version(
        ledger, new, 1, parent_id=second
    )  # made from one of another transcription, whose number says nothing
    await _version(ledger, await _captions(ledger, "b.mp4"), 1)

    async with ledger.work() as unit:
        entries = await history_of(unit.db, Transcription.recording_id == recording)

    rows = [(entry.version.transcription_id, entry.version.number, entry.parent, entry.edits) for entry in entries]
    assert rows == [(new, 1, None, 0), (old, 2, 1, 3), (old, 1, None, 0)]
    assert all({"cue_list", "cue_ids", "operations"} <= inspect(entry.version).unloaded for entry in entries)


async def test_transcriptions_of_one_moment_are_not_mixed_in_a_history(ledger: Ledger) -> None:
    rows = sorted([await _captions(ledger, f"{name}.mp4", created_date=MARCH) for name in "abc"])
    for number in (1, 2):
        for row in rows:
            await _version(ledger, row, number)

    async with ledger.work() as unit:
        entries = await history_of(unit.db)

    assert [(entry.version.transcription_id, entry.version.number) for entry in entries] == [
        (row, number) for row in rows for number in (2, 1)
    ]


def test_cues_that_were_let_go_of_cannot_be_asked_for() -> None:
    require_cues(3, is_there=True)
    with pytest.raises(Conflict, match="version 3") as refused:
        require_cues(3, is_there=False)
    assert refused.value.code == "cues_forgotten"


def test_edits_made_one_from_the_other_are_one_document_and_nothing_else_is() -> None:
    def made(operations: dict[str, Any] | None) -> StoredCaptions:
        row = CaptionVersion(
            id=uuid4(), number=1, transcription_id=uuid4(), cue_list={}, source="edit", operations=operations
        )
        return stored(row)

    edits = [made({"operations": [{"do": 1}, {"do": 2}]}), made({"operations": [{"do": 3}]})]

    together = operations_of(edits)
    assert together == {"schema": "archivist.edits/1", "operations": [{"do": 1}, {"do": 2}, {"do": 3}]}
    assert operations_of([*edits, made(None)]) is None
    assert operations_of([]) == {"schema": "archivist.edits/1", "operations": []}


async def test_captions_nobody_has_edited_count_as_they_are(ledger: Ledger) -> None:
    row = await _captions(ledger)
    upload = await _version(ledger, row, 1, source="upload")

    found = await _persons(ledger, row)

    assert found is not None and (found.base.id, found.edits, found.current) == (upload, (), found.base)
    assert (await ledger.read(Recording, await _place_of(ledger, row))).current_caption_version_id is None
