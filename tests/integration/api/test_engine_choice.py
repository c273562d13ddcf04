"""Which speech engine, language and model a job gets: its own wish, else the city's, else the station's."""

from typing import Any

import pytest

from shared.db.models import City, Recording, Transcription
from tests.integration.api.conftest import Api, StartApi


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


async def _city_of(api: Api, recording: Any, settings: dict[str, Any]) -> None:
    async with api.work() as unit:
        city = City(slug="springfield", name="Springfield", settings=settings)
        unit.db.add(city)
        await unit.db.flush()
        (await unit.db.get_one(Recording, recording)).city_id = city.id


@pytest.mark.parametrize(
    ("wish", "of_city", "kept"),
    [
        ({"language": "pt-BR"}, {"language": "es"}, "pt"),
        ({}, {"language": "Spanish"}, "es"),
        ({"language": "auto"}, {}, "auto"),
        ({}, {}, "en"),
    ],
)
async def test_a_jobs_language_is_the_engines_own_code(
    api: Api, add_rows: Any, wish: dict[str, str], of_city: dict[str, str], kept: str
) -> None:
    rows = await add_rows()
    await _city_of(api, rows.recording, of_city)

    async with api.client("operator") as client:
        made = await client.post("/api/v1/transcriptions", json={"recording_id": str(rows.recording), **wish})

    assert (made.status_code, made.json()["language"]) == (202, kept)


@pytest.mark.parametrize(
    ("wish", "of_city"),
    [
        ({"language": "es", "model": "small.en"}, {}),
        ({"language": "es"}, {"model": "small.en"}),
        ({"model": "small.en"}, {"language": "es"}),
        ({"language": "es"}, {}),  # the station's model
        ({}, {"language": "es"}),
    ],
)
async def test_an_order_that_the_model_cannot_carry_out_is_refused(
    start_api: StartApi, add_rows: Any, wish: dict[str, str], of_city: dict[str, str]
) -> None:
    async with start_api(whisper_model="small.en") as api:
        rows = await add_rows()
        await _city_of(api, rows.recording, of_city)
        async with api.client("operator") as client:
            refused = await client.post("/api/v1/transcriptions", json={"recording_id": str(rows.recording), **wish})
            klingon = await client.post(
                "/api/v1/transcriptions", json={"recording_id": str(rows.recording), "language": "klingon"}
            )
            upload = await client.post(
                "/v1/audio/transcriptions", files={"file": ("a.wav", b"RIFF")}, data={"language": "es"}
            )

    assert (refused.status_code, refused.json()["code"]) == (422, "language_unsupported")
    assert refused.json()["detail"] == "small.en knows English only; use small for Spanish."
    assert (klingon.status_code, klingon.json()["code"]) == (422, "invalid_input")
    assert klingon.json()["detail"].startswith("body.language: 'klingon' is no language")
    assert not klingon.json()["detail"].endswith("..")
    error = upload.json()["error"]
    assert (upload.status_code, error["code"], error["param"]) == (400, "language_unsupported", "language")


async def test_a_city_is_told_at_once_that_the_stations_model_does_not_know_its_language(start_api: StartApi) -> None:
    city = {"slug": "springfield", "name": "Springfield"}
    async with start_api(whisper_model="small.en") as api, api.client("admin") as client:
        refused = await client.post("/api/v1/cities", json={**city, "settings": {"language": "es"}})
        made = await client.post("/api/v1/cities", json={**city, "settings": {"language": "es", "model": "small"}})
        changed = await client.patch(
            f"/api/v1/cities/{made.json()['id']}", json={"settings": {"language": "auto", "model": "large-v3"}}
        )
        unchanged = await client.patch(f"/api/v1/cities/{made.json()['id']}", json={"settings": {"language": "fr"}})

    assert (refused.status_code, refused.json()["code"]) == (422, "language_unsupported")
    assert (made.status_code, changed.status_code) == (201, 200)
    assert changed.json()["settings"]["language"] == "auto"
    assert unchanged.status_code == 422
