"""Which speech engine a job gets: its own wish, else the city's, else the station's."""

from typing import Any

import pytest

from shared.db.models import City, Recording, Transcription
from tests.integration.api.conftest import Api


@pytest.mark.parametrize(
    ("wish", "of_city", "kept"),
    [
        ("whisperx", "faster-whisper", {"engine": "whisperx"}),
        (None, "faster-whisper", {"engine": "faster-whisper"}),
        (None, None, {}),
    ],
)
async def test_a_jobs_wish_goes_before_the_citys(
    api: Api, add_rows: Any, wish: str | None, of_city: str | None, kept: dict[str, str]
) -> None:
    rows = await add_rows()
    async with api.work() as unit:
        city = City(slug="springfield", name="Springfield", settings={"engine": of_city} if of_city else {})
        unit.db.add(city)
        await unit.db.flush()
        (await unit.db.get_one(Recording, rows.recording)).city_id = city.id
    body = {"recording_id": str(rows.recording), **({"engine": wish} if wish else {})}

    async with api.client("operator") as client:
        made = await client.post("/api/v1/transcriptions", json=body)
        refused = await client.post("/api/v1/transcriptions", json={**body, "engine": "kaldi"})

    assert made.status_code == 202
    assert refused.status_code == 422
    async with api.work() as unit:
        assert (await unit.db.get_one(Transcription, made.json()["id"])).settings == kept
