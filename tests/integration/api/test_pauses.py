"""People pause and resume work, it is said in lists, and told."""

from typing import Any
from uuid import uuid4

import pytest

from shared.db.models import City
from tests.integration.api.conftest import Api


async def test_a_row_is_paused_and_resumed_once_each_and_says_so(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="pending")
    async with api.work() as unit:
        city = City(slug="c", name="C")
        unit.db.add(city)
        await unit.db.flush()
    things = {
        "transcriptions": rows.transcription,
        "publications": rows.publication,
        "recordings": rows.recording,
        "cities": city.id,
    }
    async with api.client("operator") as client:
        for kind, row_id in things.items():
            for action, paused in (("pause", True), ("pause", True), ("resume", False)):
                answer = await client.post(f"/api/v1/{kind}/{row_id}/{action}")
                listed = (await client.get(f"/api/v1/{kind}")).json()["items"]
                assert (answer.status_code, answer.json()["paused"]) == (200, paused)
                assert [one["paused"] for one in listed if one["id"] == str(row_id)] == [paused]
            assert (await client.post(f"/api/v1/{kind}/{uuid4()}/pause")).status_code == 404

    told = [("operator", "work.paused"), ("operator", "work.resumed")]
    assert await api.audit() == told * len(things)


async def test_a_lane_is_paused_by_an_operator_and_shown(api: Api) -> None:
    async with api.client("user") as client:
        refused = await client.post("/api/v1/lanes/vod.publish/pause")
    async with api.client("operator") as client:
        assert (await client.post("/api/v1/lanes/vod.publish/pause")).status_code == 204
        shown = {one["lane"]: one for one in (await client.get("/api/v1/lanes")).json()["items"]}
        assert (await client.post("/api/v1/lanes/vod.publish/resume")).status_code == 204
        after = {one["lane"]: one["paused"] for one in (await client.get("/api/v1/lanes")).json()["items"]}
        unknown = await client.post("/api/v1/lanes/vod.dance/pause")

    assert refused.status_code == 403 and unknown.status_code == 422
    assert shown["vod.publish"]["paused"] and shown["vod.publish"]["paused_by"] == "operator"
    assert not any(after.values())


@pytest.mark.parametrize("when", ["2026-12-01T10:00:00-06:00", None])
async def test_a_person_says_when_captions_are_needed(api: Api, add_rows: Any, when: str | None) -> None:
    rows = await add_rows(transcription="pending")
    async with api.client("operator") as client:
        path = f"/api/v1/transcriptions/{rows.transcription}/due"
        answer = await client.put(path, json={"due_at": when})
        wrong = [await client.put(path, json=each) for each in ({}, {"due_at": "soon"}, {"due_at": "2026-12-01T10:00"})]

    assert answer.json()["due_at"] == ("2026-12-01T16:00:00Z" if when else None)
    assert [each.status_code for each in wrong] == [422, 422, 422]
