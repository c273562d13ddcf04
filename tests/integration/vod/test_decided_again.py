"""A link says whose meeting it is: city, priority and publish policy follow, except what a person has set."""

import pytest
from sqlalchemy import update

from services.api.session_tokens import Principal
from services.api.usecases.steer_publication import retry_publication
from shared.db.models import City, Publication, Recording, Transcription
from tests.integration.vod.conftest import Desk

NAME = "2101-1-City Council (20260914).mp4"
"""Says the show, and no city; the show is Maplewood's."""


async def _desk(desk: Desk, policy: str) -> City:
    """A recording that was taken for Oakdale's, and whose show is Maplewood's."""
    async with desk.work() as unit:
        maplewood = City(slug="m", name="Maplewood", title_words=["Maplewood"], priority=4, publish_policy=policy)
        maplewood.settings = {"output_format": "vtt"}
        unit.db.add(maplewood)
    desk.recorded(NAME)
    await desk.captioned(name=NAME, city=City(slug="o", name="Oakdale", title_words=["Oakdale"]))
    return maplewood


async def _rows(desk: Desk) -> tuple[Recording, Transcription, Publication]:
    row = await desk.newest()
    async with desk.work() as unit:
        return (
            await unit.db.get_one(Recording, row.recording_id),
            await unit.db.get_one(Transcription, row.transcription_id),
            row,
        )


@pytest.mark.parametrize(
    ("policy", "status", "code"),
    [
        ("auto", "published", None),
        ("review", "needs_review", "waits_for_release"),
        ("never", "removed", "policy_never"),
    ],
)
async def test_the_city_of_the_show_takes_over_with_its_priority_and_policy(
    desk: Desk, policy: str, status: str, code: str | None
) -> None:
    maplewood = await _desk(desk, policy)

    row = await desk.walk(6)

    recording, transcription, row = await _rows(desk)
    assert {recording.city_id, transcription.city_id, row.city_id} == {maplewood.id}
    assert (recording.priority, transcription.priority, row.priority) == (4, 4, 4)
    assert transcription.output_format == "vtt"
    assert transcription.links_due  # the transcriber moves its folder
    assert recording.decision is not None and recording.decision["city"]["because"] == (
        "the show's title has 'Maplewood'"
    )
    assert (row.status, row.reason_code) == (status, code)
    assert (desk.drive / NAME).with_suffix(".scc").exists() is (policy == "auto")


async def test_a_person_s_priority_and_word_stand(desk: Desk) -> None:
    await _desk(desk, "never")
    async with desk.work() as unit:
        await unit.db.execute(update(Transcription).values(priority=2, set_by_person=["priority", "output_format"]))
    row = await desk.walk(2)
    assert row.status == "removed"

    await retry_publication(row.id, Principal(1, "ada", "operator"), work=desk.work)
    row = await desk.walk(6)

    assert row.status == "published"
    transcription = (await _rows(desk))[1]
    assert (transcription.priority, transcription.output_format) == (2, "scc")
