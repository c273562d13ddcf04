"""Edits of captions whose place others have taken, of the same recording or of another file there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from shared.captions.operations import Delete, SetText
from shared.db import clock
from shared.db.models import CaptionVersion, Recording, Transcription
from shared.db.session import Unit, Work
from shared.errors import Conflict
from tests.integration.api.conftest import Api
from tests.integration.api.edited_captions import BEN, TEXTS, another, edited, history, posted, result


async def test_an_edit_of_captions_that_others_have_taken_the_place_of_is_refused_and_says_which(
    api: Api, work: Work, captions: UUID
) -> None:
    newer = await another(work, captions)
    await result(work, newer, *TEXTS)
    made = await edited(work, newer, 1, SetText("000001", 1, ("meating",), ("meeting",)), who=BEN)
    assert isinstance(made, CaptionVersion)

    async with api.client("operator") as client:
        refused = [
            await posted(client, captions, 1, Delete("000002")),
            await posted(client, captions, 1, Delete("000002"), merge=True),
        ]
        kept = await posted(client, newer, 2, Delete("000002"))

    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (409, "superseded")
        assert str(newer) in answer.json()["detail"] and "ben" in answer.json()["detail"]
    assert kept.status_code == 201
    assert [one.number for one in await history(work, captions)] == [1]
    async with work() as unit:
        row = await unit.db.get_one(Transcription, captions)
    assert not row.links_due


async def test_an_edit_that_crosses_with_captions_of_another_transcription_is_refused(
    work: Work, captions: UUID
) -> None:
    newer = await another(work, captions)
    opened = 0

    @asynccontextmanager
    async def crossing() -> AsyncIterator[Unit]:
        nonlocal opened
        opened += 1
        if opened == 2:  # the edit has been worked out, and is about to be written
            await result(work, newer, *TEXTS)
        async with work() as unit:
            yield unit

    with pytest.raises(Conflict) as refused:
        await edited(crossing, captions, 1, Delete("000002"))

    assert refused.value.code == "superseded"
    assert [one.number for one in await history(work, captions)] == [1]


async def test_a_proposal_of_another_transcription_takes_the_place_of_what_it_was_made_beside_and_of_nothing_later(
    work: Work, captions: UUID
) -> None:
    await edited(work, captions, 1, SetText("000001", 1, ("meating",), ("meeting",)))
    newer = await another(work, captions)
    await result(work, newer, "Good evening.", *TEXTS)
    assert [one.is_proposal for one in await history(work, newer)] == [True, True]
    await edited(work, captions, 2, Delete("000003"), who=BEN)
    with pytest.raises(Conflict, match="made by ben"):
        await edited(work, newer, 2)

    await result(work, newer, "Good evening.", *TEXTS)
    accepted = await edited(work, newer, 4)

    assert isinstance(accepted, CaptionVersion)
    async with work() as unit:
        assert await unit.db.scalar(select(Recording.current_caption_version_id)) == accepted.id


async def test_what_waits_for_its_review_is_corrected_before_it_takes_the_place_of_older_captions(
    work: Work, captions: UUID
) -> None:
    waiting = await another(work, captions, status="needs_review")
    await result(work, waiting, *TEXTS, is_accepted=False)

    assert isinstance(await edited(work, waiting, 1, Delete("000002")), CaptionVersion)

    async with work() as unit:
        await unit.db.execute(
            update(Transcription)
            .where(Transcription.id == waiting)
            .values(completed_date=clock.now() - timedelta(days=1))
        )
    with pytest.raises(Conflict, match="count for this recording"):
        await edited(work, waiting, 2, Delete("000003"))


async def test_captions_of_a_file_that_was_replaced_are_not_edited(work: Work, captions: UUID) -> None:
    async with work() as unit:
        await unit.db.execute(update(Transcription).values(content="a" * 64))
        await unit.db.execute(update(Recording).values(content="b" * 64, current_caption_version_id=None))

    with pytest.raises(Conflict) as refused:
        await edited(work, captions, 1, Delete("000002"))

    assert refused.value.code == "recording_changed"
    async with work() as unit:
        assert (await unit.db.scalars(select(Recording.current_caption_version_id))).all() == [None]
