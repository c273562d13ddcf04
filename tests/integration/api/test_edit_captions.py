"""Edits of captions by two people who do not wait for each other: no version is replaced, no edit vanishes."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.api.usecases.edit_captions import CaptionEdits, Outdated, edit_captions
from shared.captions.edits_json import edits_to_json
from shared.captions.operations import Delete, SetText
from shared.compute import ComputeHere
from shared.db.caption_history import BY_PERSONS, lineage, newest_version_id, operations_of, persons_captions
from shared.db.leases import take
from shared.db.models import CaptionVersion, Recording, Transcription
from shared.db.session import Work
from shared.errors import Conflict, InvalidInput, NotFound
from shared.lanes import Lane
from shared.speaker_cast import NAME_ONLY_PROPOSED, Naming
from tests.integration.api.conftest import Api
from tests.integration.api.edited_captions import (
    ANA,
    BEN,
    TEXTS,
    another,
    edited,
    history,
    posted,
    result,
    texts,
)


async def test_an_edit_is_a_version_that_counts_and_knows_what_it_was_made_from(work: Work, captions: UUID) -> None:
    one = await edited(work, captions, 1, SetText("000001", 1, ("meating",), ("meeting",)))
    two = await edited(work, captions, 2, Delete("000002"))

    assert isinstance(one, CaptionVersion) and isinstance(two, CaptionVersion)
    assert texts(one.cue_list)[0] == "The meeting is called to order."
    assert (two.number, two.source, two.author, two.parent_id, two.cue_ids) == (
        3, "edit", "ana", one.id, ["000001", "000003"],
    )  # fmt: skip
    async with work() as unit:
        assert await unit.db.scalar(select(Recording.current_caption_version_id)) == two.id
        base, *edits = await lineage(unit.db, two.id)
    assert base.number == 1 and operations_of(edits) == edits_to_json(
        [SetText("000001", 1, ("meating",), ("meeting",)), Delete("000002")]
    )


async def test_who_edits_what_somebody_has_edited_meanwhile_gets_both_edits_as_a_proposal(
    work: Work, captions: UUID
) -> None:
    await edited(work, captions, 1, SetText("000001", 1, ("meating",), ("meeting",)), who=BEN)
    mine = [SetText("000003", 4, ("Stret",), ("Street",)), SetText("000001", 1, ("meating",), ("session",))]

    outdated = await edited(work, captions, 1, *mine)

    assert isinstance(outdated, Outdated) and outdated.newest == 2
    assert texts(outdated.proposal.captions.cue_list) == [
        "The meeting is called to order.", TEXTS[1], "First item is Main Street paving.",
    ]  # fmt: skip
    assert [one["code"] for one in outdated.proposal.left_out] == ["words_changed"]
    assert [one.number for one in await history(work, captions)] == [1, 2]
    async with work() as unit:
        newest = await newest_version_id(unit.db, captions)
        assert newest is not None
    again = CaptionEdits(2, outdated.proposal.edits)
    done = await edit_captions(captions, again, ANA, work=work, compute=ComputeHere())
    assert isinstance(done, CaptionVersion) and done.cue_list == outdated.proposal.captions.cue_list


async def test_who_edits_a_proposal_has_decided_for_it(work: Work, captions: UUID) -> None:
    await edited(work, captions, 1, SetText("000001", 1, ("meating",), ("meeting",)))
    await result(work, captions, "Good evening.", *TEXTS)
    assert [(one.number, one.is_proposal) for one in await history(work, captions)] == [
        (1, False), (2, False), (3, True), (4, True),
    ]  # fmt: skip

    done = await edited(work, captions, 4, SetText("000001", 0, ("Good",), ("Fine",)))

    assert isinstance(done, CaptionVersion)
    assert texts(done.cue_list)[:2] == ["Fine evening.", "The meeting is called to order."]
    async with work() as unit:
        assert await unit.db.scalar(select(Recording.current_caption_version_id)) == done.id


async def test_what_cannot_be_is_refused_and_nothing_is_written(work: Work, captions: UUID, add_rows: Any) -> None:
    busy = await add_rows(transcription="processing", name="busy")

    with pytest.raises(NotFound):
        await edited(work, captions, 7, Delete("000001"))
    with pytest.raises(InvalidInput) as words:
        await edited(work, captions, 1, SetText("000001", 0, ("Nobody",), ("x",)))
    with pytest.raises(InvalidInput) as empty:
        await edited(work, captions, 1, SetText("000002", 0, ("We", "have", "a", "quorum."), ()))
    with pytest.raises(Conflict) as unfinished:
        await edited(work, busy.transcription, 1, Delete("000001"))

    assert (words.value.code, empty.value.code) == ("edit_words_differ", "edit_empty_cue")
    assert unfinished.value.code == "not_finished"
    assert len(await history(work, captions)) == 1


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_a_persons_version_is_never_replaced(work: Work, captions: UUID, seed: int) -> None:
    chance = random.Random(seed)
    written: dict[int, dict[str, Any]] = {}
    for step in range(12):
        versions = await history(work, captions)
        if chance.random() < 0.5:
            heard = [chance.choice([text, text, text + " Thank you.", f"Heard {step}."]) for text in TEXTS]
            await result(work, captions, *heard, is_accepted=chance.random() < 0.8)
        else:
            base = chance.choice(versions)
            ids = base.cue_ids or [f"{n + 1:06}" for n in range(len(base.cue_list["cues"]))]
            made = await edited(work, captions, base.number, SetText(ids[0], 0, (), (f"Edit-{step}",)))
            if isinstance(made, CaptionVersion):
                written[made.number] = made.cue_list

        versions = await history(work, captions)
        assert [one.number for one in versions] == list(range(1, len(versions) + 1))
        assert {one.number: one.cue_list for one in versions if one.number in written} == written
        async with work() as unit:
            current = await unit.db.scalar(select(Recording.current_caption_version_id))
            row = await unit.db.get_one(Transcription, captions)
            persons = await persons_captions(unit.db, row)
        counting = next(one for one in versions if one.id == current)
        assert not counting.is_proposal
        if written:
            assert counting.source in BY_PERSONS and counting.number == max(written)
            assert persons is not None and persons.current.id == current
        assert all(one.is_proposal for one in versions if written and one.number > max(written))


async def test_the_history_says_who_made_what_of_what(api: Api, work: Work, captions: UUID) -> None:
    await edited(work, captions, 1, SetText("000001", 1, ("meating",), ("meeting",)))
    await result(work, captions, "Nobody says any of this.")

    async with api.client("user") as client:
        listed = (await client.get(f"/api/v1/transcriptions/{captions}/captions")).json()["items"]

    keys = ("number", "source", "parent", "author", "is_current", "is_proposal", "edits")
    assert [tuple(one[key] for key in keys) for one in listed] == [
        (4, "edit", 3, "ana", False, True, 0),
        (3, "machine", 2, None, False, True, 0),
        (2, "edit", 1, "ana", True, False, 1),
        (1, "machine", None, None, False, False, 0),
    ]
    assert [one["code"] for one in listed[0]["left_out"]] == ["words_changed"]
    assert listed[0]["left_out"][0]["operation"]["new"] == ["meeting"]


async def test_a_program_reads_cues_edits_them_and_sees_what_has_changed(api: Api, work: Work, captions: UUID) -> None:
    path = f"/api/v1/transcriptions/{captions}/captions"
    async with api.client("operator") as client:
        before = (await client.get(f"{path}/1")).json()
        edit = SetText("000001", 1, ("meating",), ("meeting",))
        made = await posted(client, captions, 1, edit, Delete("000002"), note="A typo")
        after = (await client.get(f"{path}/2")).json()
        told = (await client.get(f"{path}/2/difference", params={"since": 1})).json()
        back = (await client.get(f"{path}/1/difference", params={"since": 2})).json()

    assert [cue["id"] for cue in before["cues"]] == ["000001", "000002", "000003"]
    assert before["cues"][0]["rows"] == [TEXTS[0]] and before["cues"][1]["start"] == 2000
    assert made.status_code == 201 and made.headers["Location"] == f"{path}/2"
    assert {name: made.json()[name] for name in ("number", "parent", "author", "note", "is_current", "edits")} == {
        "number": 2, "parent": 1, "author": "operator", "note": "A typo", "is_current": True, "edits": 2,
    }  # fmt: skip
    assert [cue["id"] for cue in after["cues"]] == ["000001", "000003"]
    assert sorted(told["operations"], key=str) == sorted(edits_to_json([edit, Delete("000002")])["operations"], key=str)
    assert [(one["cue"], one["after"] and one["after"]["rows"]) for one in told["changes"]] == [
        ("000001", ["The meeting is called to order."]),
        ("000002", None),
    ]
    assert {one["op"] for one in back["operations"]} == {"set_text", "insert"}


async def test_an_edit_wakes_the_transcriber_which_alone_can_write_files(api: Api, work: Work, captions: UUID) -> None:
    async with api.client("operator") as client:
        await posted(client, captions, 1, Delete("000002"))

    async with work() as unit:
        row = await unit.db.get_one(Transcription, captions)
        lease = await take(unit.db, Lane.FINISH, owner="w", lasting=timedelta(minutes=1))
    assert row.links_due and lease is not None and lease.row_id == captions


async def test_who_edits_an_older_version_is_told_how_to_edit_the_newest(api: Api, work: Work, captions: UUID) -> None:
    await edited(work, captions, 1, SetText("000001", 1, ("meating",), ("meeting",)), who=BEN)
    street = SetText("000003", 4, ("Stret",), ("Street",))

    async with api.client("operator") as client:
        refused = await posted(client, captions, 1, street)
        clean = await posted(client, captions, 1, street, merge=True)
        mixed = await posted(client, captions, 1, SetText("000001", 1, ("meating",), ("session",)), merge=True)

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "captions_outdated")
    assert problem["outdated"] == {
        "newest": 2, "operations": edits_to_json([street])["operations"], "left_out": [],
    }  # fmt: skip
    assert clean.status_code == 201 and (clean.json()["number"], clean.json()["parent"]) == (3, 2)
    assert mixed.status_code == 409
    assert [one["code"] for one in mixed.json()["outdated"]["left_out"]] == ["words_changed"]
    assert texts((await history(work, captions))[-1].cue_list) == [
        "The meeting is called to order.", TEXTS[1], "First item is Main Street paving.",
    ]  # fmt: skip


async def test_a_proposal_is_accepted_as_it_is_and_nothing_else_is_edited_by_nothing(
    api: Api, work: Work, captions: UUID
) -> None:
    await edited(work, captions, 1, SetText("000001", 1, ("meating",), ("meeting",)))
    await result(work, captions, "Good evening.", *TEXTS)

    async with api.client("operator") as client:
        refused = await posted(client, captions, 2)
        accepted = await posted(client, captions, 4)

    assert (refused.status_code, refused.json()["code"]) == (422, "no_edits")
    assert accepted.status_code == 201 and accepted.json()["is_current"]
    assert texts((await history(work, captions))[-1].cue_list)[0] == "Good evening."


async def test_a_version_whose_cues_were_let_go_of_says_so(api: Api, work: Work, captions: UUID) -> None:
    await edited(work, captions, 1, Delete("000002"))
    async with work() as unit:
        await unit.db.execute(update(CaptionVersion).where(CaptionVersion.number == 1).values(cue_list={}))

    path = f"/api/v1/transcriptions/{captions}/captions"
    async with api.client("operator") as client:
        answers = [
            await client.get(f"{path}/1"),
            await client.get(f"{path}/2/difference", params={"since": 1}),
            await posted(client, captions, 1, Delete("000003")),
        ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "cues_forgotten")] * 3


NAMED = [">> MAYOR REED: The meating is called to order.", *TEXTS[1:]]
NAMING = Naming(by="cy", status="completed")


async def test_a_name_is_carried_over_onto_captions_that_a_person_has_edited(work: Work, captions: UUID) -> None:
    await edited(work, captions, 1, SetText("000003", 4, ("Stret",), ("Street",)))

    before = await result(work, captions, *NAMED, naming=NAMING)

    assert before.only_proposes is None
    *_, naming, counting = await history(work, captions)
    assert (naming.source, naming.author, naming.is_proposal) == ("naming", "cy", True)
    assert (counting.source, counting.author, counting.parent_id, counting.is_proposal, counting.files) == (
        "edit", "ana", naming.id, False, {},
    )  # fmt: skip
    assert texts(counting.cue_list) == [NAMED[0], TEXTS[1], "First item is Main Street paving."]
    async with work() as unit:
        assert await unit.db.scalar(select(Recording.current_caption_version_id)) == counting.id
    await result(work, captions, "Good evening.", *NAMED)  # what counts is a person's still
    assert "Street" in texts((await history(work, captions))[-1].cue_list)[-1]
    async with work() as unit:
        assert await unit.db.scalar(select(Recording.current_caption_version_id)) == counting.id


async def test_a_name_is_carried_over_onto_a_proposal_that_was_accepted_as_it_was(work: Work, captions: UUID) -> None:
    await edited(work, captions, 1, Delete("000002"))
    await result(work, captions, "Good evening.", *TEXTS)
    await edited(work, captions, 3)

    before = await result(work, captions, "Good evening.", *NAMED, naming=NAMING)

    assert before.only_proposes is None
    assert texts((await history(work, captions))[-1].cue_list) == ["Good evening.", *NAMED]


async def test_a_name_that_would_cost_an_edit_is_only_proposed_and_says_so(
    api: Api, work: Work, captions: UUID
) -> None:
    made = await edited(work, captions, 1, SetText("000001", 1, ("meating",), ("meeting",)))
    assert isinstance(made, CaptionVersion)

    before = await result(work, captions, "Nobody says any of this.", *TEXTS[1:], naming=NAMING)

    said = before.only_proposes
    assert said is not None and said.startswith("1 of the edits by ana finds no place in captions with the name")
    async with work() as unit:
        assert await unit.db.scalar(select(Recording.current_caption_version_id)) == made.id
        told = {"error_code": NAME_ONLY_PROPOSED, "error_message": said}
        await unit.db.execute(update(Transcription).values(**told))
    assert [one.is_proposal for one in await history(work, captions)] == [False, False, True, True]
    async with api.client("operator") as client:
        speakers = f"/api/v1/transcriptions/{captions}/speakers"
        shown = (await client.get(speakers)).json()
        await posted(client, captions, 4)
        after = (await client.get(speakers)).json()
    assert shown["name_only_proposed"] == said and "name_only_proposed" not in after


async def test_a_name_does_not_take_the_place_of_a_file_that_a_person_has_sent(work: Work, captions: UUID) -> None:
    async with work() as unit:
        await unit.db.execute(update(CaptionVersion).values(source="upload", author="ana"))

    before = await result(work, captions, *NAMED, naming=NAMING)

    assert before.only_proposes is not None and "a file that ana has sent" in before.only_proposes
    assert [one.is_proposal for one in await history(work, captions)] == [False, True]


async def test_an_edit_that_leaves_no_cue_is_refused(api: Api, work: Work, captions: UUID) -> None:
    await edited(work, captions, 1, SetText("000001", 1, ("meating",), ("meeting",)))
    await result(work, captions)

    async with api.client("operator") as client:
        all_gone = await posted(client, captions, 2, Delete("000001"), Delete("000002"), Delete("000003"))
        nothing_heard = await posted(client, captions, 3)
        one_left = await posted(client, captions, 2, Delete("000001"), Delete("000002"))

    for refused in (all_gone, nothing_heard):
        assert (refused.status_code, refused.json()["code"]) == (422, "edit_no_cues_left")
        assert "empty captions" in refused.json()["detail"]
    assert one_left.status_code == 201
    assert [one.number for one in await history(work, captions)] == [1, 2, 3, 4, 5]


async def test_all_captions_of_a_recording_are_listed_and_compared(
    api: Api, work: Work, captions: UUID, add_rows: Any
) -> None:
    async with work() as unit:
        recording = (await unit.db.get_one(Transcription, captions)).recording_id
    other = await another(work, captions)
    await result(work, other, "The meeting is called to order.", *TEXTS[1:])
    stranger = (await add_rows(name="stranger")).transcription
    await result(work, stranger, *TEXTS)

    async with api.client("user") as client:
        listed = (await client.get(f"/api/v1/recordings/{recording}/captions")).json()["items"]
        path = f"/api/v1/transcriptions/{other}/captions/1/difference"
        told = (await client.get(path, params={"since": 1, "of": str(captions)})).json()
        wrong = await client.get(path, params={"since": 1, "of": str(stranger)})
        unknown = await client.get(f"/api/v1/recordings/{UUID(int=7)}/captions")
        absent = await client.get(f"/api/v1/transcriptions/{other}/captions/9")
        forbidden = await posted(client, captions, 1, Delete("000002"))

    assert [(one["transcription_id"], one["number"], one["is_current"]) for one in listed] == [
        (str(other), 1, True),
        (str(captions), 1, False),
    ]
    assert [one["new"] for one in told["operations"]] == [["meeting"]]
    assert (wrong.status_code, wrong.json()["code"]) == (422, "other_recording")
    assert (unknown.status_code, absent.status_code, forbidden.status_code) == (404, 404, 403)
