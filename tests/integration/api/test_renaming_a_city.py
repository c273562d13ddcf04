"""A city gets another slug or name: its finished captions are owed the move, and slugs stay unique."""

from typing import Any

from sqlalchemy import select, update

from shared.db.models import CaptionVersion, City, Recording, Transcription
from tests.integration.api.conftest import Api


async def test_who_renames_a_city_owes_its_captions_their_place(api: Api, add_rows: Any) -> None:
    rows = await add_rows(stage="done", output_directory="/output/c/2026/09/a")
    async with api.work() as unit:
        city, other = City(slug="c", name="C"), City(slug="d", name="D")
        version = CaptionVersion(transcription_id=rows.transcription, number=1, cue_list={})
        unit.db.add_all([city, other, version])
        await unit.db.flush()
        await unit.db.execute(update(Transcription).values(city_id=city.id))
        await unit.db.execute(update(Recording).values(city_id=city.id, current_caption_version_id=version.id))
    path = f"/api/v1/cities/{city.id}"
    async with api.client("admin") as client:
        taken = await client.patch(path, json={"slug": "d"})
        reserved = await client.patch(path, json={"slug": "station"})
        priority = await client.patch(path, json={"priority": 2})
        async with api.work() as unit:
            before = await unit.db.scalar(select(Transcription.links_due))
        renamed = await client.patch(path, json={"slug": "e", "name": "E"})

    assert [(one.status_code, one.json()["code"]) for one in (taken, reserved)] == [
        (409, "slug_taken"),
        (422, "slug_reserved"),
    ]
    assert (priority.status_code, before) == (200, False)
    assert (renamed.status_code, renamed.json()["slug"], renamed.json()["name"]) == (200, "e", "E")
    async with api.work() as unit:
        assert await unit.db.scalar(select(Transcription.links_due)) is True
