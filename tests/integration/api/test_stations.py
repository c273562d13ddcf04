"""Cities and mounts: made, changed, and refused when they make no sense."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from shared.db.models import City, Mount, Recording, Transcription
from shared.mount_folders import Folder
from tests.integration.api.conftest import Api

CITY = {"slug": "springfield", "name": "Springfield"}
MOUNT = {"name": "flex-1", "path": "/mnt/flex-1"}


async def test_a_city_is_made_read_listed_and_changed(api: Api) -> None:
    async with api.client("admin") as client:
        made = await client.post("/api/v1/cities", json={**CITY, "settings": {"language": "es"}})
        city = made.json()
        read = await client.get(f"/api/v1/cities/{city['id']}")
        changed = await client.patch(f"/api/v1/cities/{city['id']}", json={"publish_policy": "review"})
        listed = await client.get("/api/v1/cities")

    assert made.status_code == 201
    assert read.json() == city
    assert changed.json() == {**city, "publish_policy": "review"}
    assert listed.json() == {"items": [changed.json()], "next": None}
    assert await api.audit() == [("admin", "city.created"), ("admin", "city.changed")]


async def test_the_earlier_word_for_publishing_nothing_is_taken_and_never_given_out(api: Api) -> None:
    async with api.client("admin") as client:
        made = await client.post("/api/v1/cities", json={**CITY, "publish_policy": "off"})
        async with api.work() as unit:
            stored = await unit.db.scalar(select(City.publish_policy))
            unit.db.add(City(slug="other", name="Other", publish_policy="off"))  # as the release before writes it
        listed = await client.get("/api/v1/cities")
        document = (await client.get("/api/v1/openapi.json")).json()

    policies = [one["publish_policy"] for one in listed.json()["items"]]
    said = document["components"]["schemas"]["CityCreate"]["properties"]["publish_policy"]
    assert made.status_code == 201
    assert (stored, policies) == ("never", ["never", "never"])
    assert said["enum"] == ["auto", "review", "never"] and "Deprecated: `off`" in said["description"]


async def test_a_slug_is_taken_once(api: Api) -> None:
    async with api.client("admin") as client:
        await client.post("/api/v1/cities", json=CITY)
        again = await client.post("/api/v1/cities", json=CITY)

    assert (again.status_code, again.json()["code"]) == (409, "slug_taken")


async def test_the_folder_of_recordings_of_no_city_is_no_slug(api: Api) -> None:
    async with api.client("admin") as client:
        answer = await client.post("/api/v1/cities", json={**CITY, "slug": "station"})
        cities = (await client.get("/api/v1/cities")).json()["items"]

    assert (answer.status_code, answer.json()["code"]) == (422, "slug_reserved")
    assert "recordings of no city" in answer.json()["detail"] and cities == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Spring Field"},
        {"slug": "../etc"},
        {"slug": "a" * 81},
        {"name": ""},
        {"name": "   "},
        {"name": "a\0b"},
        {"name": "a\x1b[2Jb"},
        {"name": "\ud800"},
        {"title_words": ["\0"]},
        {"priority": 6},
        {"priority": 10**30},
        {"publish_policy": "sometimes"},
        {"settings": {"language": "klingon"}},
        {"settings": {"language": "es", "model": "small.en"}},
        {"settings": {"quality": {"coverage_good": 0.1}}},
        {"settings": {"vocabulary": [{"text": "one two three four five six seven eight nine"}]}},
        {"settings": {"unknown": 1}},
        {"settings": {"quality_threshold": 2}},
        {"settings": {"vocabulary": [{"text": "a\0b"}]}},
        {"nmae": "typing mistake"},
    ],
    ids=str,
)
async def test_a_city_that_makes_no_sense_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    async with api.client("admin", **{"Content-Type": "application/json"}) as client:
        answer = await client.post("/api/v1/cities", content=json.dumps({**CITY, **wrong}))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"]


async def test_what_a_city_chooses_is_kept_as_the_pipeline_wants_it(api: Api) -> None:
    vocabulary = [{"text": "Maplewood Parks Recreation and Open Space Board", "kind": "body"}]
    chosen = {"language": "Spanish", "quality_threshold": 0.3, "quality": {"snr_good_db": 12.0, "onset_good_ms": 900.0}}
    async with api.client("admin") as client:
        made = await client.post("/api/v1/cities", json={**CITY, "settings": {**chosen, "vocabulary": vocabulary}})
        settings = made.json()["settings"]

    assert (settings["language"], settings["quality_threshold"]) == ("es", 0.3)
    assert settings["quality"] == {"snr_good_db": 12.0, "onset_good_ms": 900}
    assert settings["vocabulary"][0]["text"] == vocabulary[0]["text"]


async def test_names_may_be_in_any_script(api: Api) -> None:
    name = "Sân José 🏛 Ἀθῆναι שלום"
    async with api.client("admin") as client:
        made = await client.post("/api/v1/cities", json={**CITY, "name": name, "title_words": [name]})

    assert (made.json()["name"], made.json()["title_words"]) == (name, [name])


@pytest.mark.parametrize("field", ["name", "title_words", "publish_policy", "write_sidecar", "priority", "settings"])
async def test_null_is_no_value_of_a_city(api: Api, field: str) -> None:
    async with api.client("admin") as client:
        city = (await client.post("/api/v1/cities", json=CITY)).json()
        answer = await client.patch(f"/api/v1/cities/{city['id']}", json={field: None})

    assert answer.status_code == 422
    assert f"{field} cannot be null" in answer.json()["detail"]


async def test_a_city_learns_a_name_from_a_correction(api: Api) -> None:
    async with api.client("admin") as client:
        city = (await client.post("/api/v1/cities", json=CITY)).json()
    path = f"/api/v1/cities/{city['id']}/vocabulary"
    async with api.client("operator") as client:
        taught = await client.post(path, json={"before": "Zeplin", "after": "Zeppelin", "kind": "street"})
        nothing = await client.post(path, json={"before": "same", "after": "same"})
        long = await client.post(path, json={"before": "x", "after": "y" * 150})
        for number in range(20):
            await client.post(path, json={"before": f"Zep{number}lin", "after": "Zeppelin"})
        full = await client.post(path, json={"before": "Zepelyn", "after": "Zeppelin"})
        wordy = await client.post(path, json={"before": "Zep", "after": "one two three four five six seven eight nine"})

    assert taught.status_code == 200, taught.text
    assert taught.json()["settings"]["vocabulary"][0]["text"] == "Zeppelin"
    assert (nothing.status_code, nothing.json()["code"]) == (422, "nothing_to_learn")
    assert long.status_code == 422
    assert (wordy.status_code, wordy.json()["code"]) == (422, "bad_vocabulary")
    assert (full.status_code, full.json()["code"]) == (409, "vocabulary_full")
    assert ("operator", "city.taught") in await api.audit()


async def test_a_mount_is_made_read_changed_and_looked_at(api: Api) -> None:
    async with api.client("admin") as client:
        city = (await client.post("/api/v1/cities", json=CITY)).json()["id"]
        made = await client.post("/api/v1/mounts", json={**MOUNT, "city_id": city, "sentinel": ".here"})
        path = f"/api/v1/mounts/{made.json()['id']}"
        changed = await client.patch(path, json={"city_id": None, "settle_seconds": 5})
        read = await client.get(path)
        looked = await client.post(f"{path}/scan")
        listed = (await client.get("/api/v1/mounts")).json()["items"]

    assert made.status_code == 201
    assert (made.json()["status"], made.json()["city_id"]) == ("unknown", city)
    assert (changed.json()["city_id"], changed.json()["settle_seconds"]) == (None, 5)
    assert read.json() == changed.json()
    assert read.json()["not_looked_at"] == 0
    assert looked.status_code == 202
    assert [one["name"] for one in listed] == ["flex-1"]
    assert [action for _, action in await api.audit()] == [
        "city.created",
        "mount.created",
        "mount.changed",
        "mount.scan_requested",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "mnt/flex"},
        {"path": "/mnt/../etc"},
        {"path": "/mnt/./flex"},
        {"path": "/mnt//flex"},
        {"path": "/"},
        {"path": "//"},
        {"path": "/mnt/a\0b"},
        {"path": "/" + "a" * 2000},
        {"name": "with space"},
        {"name": ".uploads"},
        {"sentinel": "a/b"},
        {"sentinel": ".."},
        {"settle_seconds": 0},
        {"settle_seconds": -1},
        {"settle_seconds": 1e300},
        {"scan_seconds": "soon"},
        {"city_id": "not an id"},
        {"enabled": "perhaps"},
    ],
    ids=str,
)
async def test_a_mount_that_makes_no_sense_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    async with api.client("admin") as client:
        answer = await client.post("/api/v1/mounts", json={**MOUNT, **wrong})
        listed = (await client.get("/api/v1/mounts")).json()["items"]

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert listed == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
async def test_numbers_that_are_none_are_refused(api: Api, number: str) -> None:
    body = f'{{"name": "m", "path": "/mnt/m", "settle_seconds": {number}}}'
    async with api.client("admin", **{"Content-Type": "application/json"}) as client:
        answer = await client.post("/api/v1/mounts", content=body)

    assert answer.status_code == 422


async def test_a_mount_needs_a_free_name_and_path_and_a_city_that_exists(api: Api) -> None:
    async with api.client("admin") as client:
        made = (await client.post("/api/v1/mounts", json=MOUNT)).json()
        same_name = await client.post("/api/v1/mounts", json={**MOUNT, "path": "/mnt/other"})
        same_path = await client.post("/api/v1/mounts", json={**MOUNT, "name": "other", "path": "/mnt/flex-1/"})
        no_city = await client.post("/api/v1/mounts", json={"name": "o", "path": "/mnt/o", "city_id": str(uuid4())})
        to_no_city = await client.patch(f"/api/v1/mounts/{made['id']}", json={"city_id": str(uuid4())})
        null = await client.patch(f"/api/v1/mounts/{made['id']}", json={"enabled": None})

    assert [same_name.status_code, same_path.status_code] == [409, 409]
    assert (no_city.status_code, no_city.json()["code"]) == (422, "no_such_city")
    assert (to_no_city.status_code, to_no_city.json()["code"]) == (422, "no_such_city")
    assert null.status_code == 422


async def test_a_folder_whose_recordings_are_watched_already_is_refused(api: Api) -> None:
    real = Folder("/srv/real", "boot 8 2", ("boot 8:1", "/srv/real"))
    async with api.client("admin") as client:
        await client.post("/api/v1/mounts", json=MOUNT)
        linked = (await client.post("/api/v1/mounts", json={"name": "linked", "path": "/mnt/link"})).json()
        async with api.work() as unit:
            (await unit.db.get_one(Mount, UUID(linked["id"]))).facts = {"folder": real.as_json()}
        paths = ["/mnt/flex-1/inner", "/mnt", "/srv/real", "/srv/real/2026"]
        refused = [await client.post("/api/v1/mounts", json={"name": "o", "path": path}) for path in paths]
        beside = await client.post("/api/v1/mounts", json={"name": "o", "path": "/mnt/flex-11"})

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(409, "mount_overlaps")] * 4
    assert refused[0].json()["detail"] == (
        "/mnt/flex-1/inner lies inside the folder of the mount flex-1 (/mnt/flex-1): recordings there would be seen "
        "twice. Name another folder, or remove that mount first."
    )
    assert "(/mnt/link, which is /srv/real)" in refused[2].json()["detail"]
    assert beside.status_code == 201


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/cities/{}"),
        ("PATCH", "/api/v1/cities/{}"),
        ("GET", "/api/v1/mounts/{}"),
        ("PATCH", "/api/v1/mounts/{}"),
        ("POST", "/api/v1/mounts/{}/scan"),
    ],
)
async def test_what_is_not_there_is_not_found(api: Api, method: str, path: str) -> None:
    async with api.client("admin") as client:
        answer = await client.request(method, path.format(uuid4()), json={})
        malformed = await client.request(method, path.format("x"), json={})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert malformed.status_code == 422


UNUSABLE: tuple[dict[str, Any], ...] = (
    {"language": "xx"},
    {"quality_threshold": 7},
    {"quality": {"snr_good_db": "loud"}},
    {"quality": {"fail_score": 0.99}},
    {"no_such_choice": 1},
    {"language": None, "vocabulary": [{"text": ""}]},
)


@pytest.mark.parametrize("stored", UNUSABLE, ids=str)
async def test_a_city_whose_stored_settings_mean_nothing_any_more_is_shown_with_what_is_wrong(
    api: Api, add_rows: Any, stored: dict[str, Any]
) -> None:
    rows = await add_rows()
    async with api.work() as unit:
        unit.db.add(City(slug="fine", name="Fine"))
        city = City(slug="maplewood", name="Maplewood", settings=stored)
        unit.db.add(city)
        await unit.db.flush()
        (await unit.db.get_one(Recording, rows.recording)).city_id = city.id
    path = f"/api/v1/cities/{city.id}"
    async with api.client("admin") as client:
        listed = await client.get("/api/v1/cities")
        read = await client.get(path)
        health = (await client.get("/api/v1/health")).json()
        renamed = await client.patch(path, json={"priority": 3})
        refused = [
            await client.post(f"{path}/vocabulary", json={"before": "mapel", "after": "Maplewood"}),
            await client.post("/api/v1/transcriptions", json={"recording_id": str(rows.recording)}),
        ]
        mended = await client.patch(path, json={"settings": {"language": "es"}})

    assert listed.status_code == 200
    assert [(one["name"], one["error_code"]) for one in listed.json()["items"]] == [
        ("Fine", None),
        ("Maplewood", "city_settings_invalid"),
    ]
    shown = read.json()
    assert (read.status_code, shown["settings"]) == (200, stored)
    assert shown["error_message"].startswith("The settings of Maplewood cannot be used: ")
    assert shown["error_message"].endswith(". Put the city's settings right.")
    assert shown["error_message"] in health["warnings"]
    assert (renamed.status_code, renamed.json()["priority"]) == (200, 3)
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (422, "city_settings_invalid")
        assert answer.json()["detail"] == shown["error_message"]
    assert (mended.status_code, mended.json()["error_code"], mended.json()["settings"]["language"]) == (200, None, "es")


async def test_a_mount_is_removed_its_recordings_stay_and_making_it_again_brings_them_back(api: Api) -> None:
    async with api.client("admin") as client:
        made = (await client.post("/api/v1/mounts", json=MOUNT)).json()
        path = f"/api/v1/mounts/{made['id']}"
        async with api.work() as unit:
            unit.db.add(
                Recording(mount_id=made["id"], relative_path="a.mp4", file_name="a.mp4", size_bytes=1, mtime_ns=1)
            )
        removed = await client.delete(path)
        gone, listed = await client.get(path), (await client.get("/api/v1/mounts")).json()["items"]
        health = (await client.get("/api/v1/health")).json()["mounts"]
        recordings = (await client.get("/api/v1/recordings")).json()["items"]
        other = await client.post("/api/v1/mounts", json={**MOUNT, "path": "/mnt/another"})
        again = await client.post("/api/v1/mounts", json={**MOUNT, "name": "flex-1b"})

    assert (removed.status_code, gone.status_code, listed, health) == (204, 404, [], [])
    assert [each["file_name"] for each in recordings] == ["a.mp4"]
    assert other.status_code == 201
    assert (again.status_code, again.json()["id"], again.json()["enabled"]) == (201, made["id"], True)
    assert ("admin", "mount.removed") in await api.audit()


async def test_a_mount_whose_recordings_wait_for_captions_is_not_removed(api: Api) -> None:
    async with api.client("admin") as client:
        made = (await client.post("/api/v1/mounts", json=MOUNT)).json()
        async with api.work() as unit:
            found = Recording(
                mount_id=made["id"], relative_path="a.mp4", file_name="a.mp4", size_bytes=1, mtime_ns=1, status="valid"
            )
            unit.db.add(found)
            await unit.db.flush()
            unit.db.add(Transcription(recording_id=found.id, filename="a.mp4", file_path="/mnt/flex-1/a.mp4"))
        refused = await client.delete(f"/api/v1/mounts/{made['id']}")
    async with api.client("operator") as client:
        forbidden = await client.delete(f"/api/v1/mounts/{made['id']}")

    assert (refused.status_code, refused.json()["code"]) == (409, "mount_busy")
    assert forbidden.status_code == 403
