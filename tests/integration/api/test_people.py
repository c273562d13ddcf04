"""Who gets in, and how far."""

import asyncio
import hashlib
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import func, select, update

from shared.db.models import ApiKey, CaptionVersion, User
from shared.passwords import verify_password
from tests.integration.api.conftest import PASSWORD, Api, StartApi


async def _log_in(client: httpx.AsyncClient, name: str, password: str) -> httpx.Response:
    return await client.post("/api/v1/auth/token", data={"username": name, "password": password})


async def test_the_right_password_opens_a_session(api: Api) -> None:
    async with api.client() as client:
        token = (await _log_in(client, "operator", PASSWORD)).json()
        client.headers["Authorization"] = f"Bearer {token['access_token']}"
        me = (await client.get("/api/v1/auth/me")).json()

    assert (token["token_type"], token["expires_in"]) == ("bearer", 3600)
    assert me == {"username": "operator", "role": "operator"}
    assert await api.audit() == [("operator", "user.logged_in")]


async def test_whatever_is_wrong_with_a_login_the_answer_is_the_same(api: Api) -> None:
    attempts = [("operator", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("OPERATOR", PASSWORD)]
    async with api.client() as client:
        answers = [await _log_in(client, *attempt) for attempt in attempts]

    sentences = {(each.status_code, each.json()["code"], each.json()["detail"]) for each in answers}
    assert sentences == {(401, "bad_credentials", "The name or the password is wrong.")}
    assert await api.audit() == []


async def test_an_unknown_name_takes_as_long_as_a_wrong_password(api: Api) -> None:
    async def seconds(name: str) -> float:
        started = time.perf_counter()
        await _log_in(client, name, "wrong")
        return time.perf_counter() - started

    async with api.client() as client:
        await seconds("operator")
        known = min([await seconds("operator") for _ in range(3)])
        unknown = min([await seconds("nobody") for _ in range(3)])

    assert unknown > known / 3  # without the decoy hash it would be a hundredth


async def test_an_eleventh_login_within_a_minute_has_to_wait(api: Api) -> None:
    async with api.client() as client:
        answers = [await _log_in(client, "nobody", "x") for _ in range(11)]

    assert [each.status_code for each in answers] == [401] * 10 + [429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert answers[-1].headers["retry-after"] == "60"


async def test_forty_logins_do_not_hold_those_up_who_read_files(
    api: Api, add_rows: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = await add_rows(output_directory=str(tmp_path / "output" / "m"))
    content = b"Scenarist_SCC V1.0\n"
    (tmp_path / "output" / "m").mkdir(parents=True)
    (tmp_path / "output" / "m" / "a.scc").write_bytes(content)
    entry = {"name": "a.scc", "sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
    async with api.work() as unit:
        unit.db.add(CaptionVersion(transcription_id=rows.transcription, number=1, cue_list={}, files={"scc": entry}))
    api.app.state.deps = replace(api.app.state.deps, limiter=None)
    may_go_on = threading.Event()

    def slowly(stored: str | None, password: str) -> bool:
        may_go_on.wait(60)
        return verify_password(stored, password)

    monkeypatch.setattr("shared.passwords.verify_password", slowly)
    async with api.client() as client, api.client("user") as reader:
        logins = [asyncio.create_task(_log_in(client, "nobody", "x")) for _ in range(40)]
        try:
            async with asyncio.timeout(60):
                while not any(login.done() for login in logins):  # all of them have asked when one is refused
                    await asyncio.sleep(0.01)
            downloads = [
                await reader.get(f"/api/v1/transcriptions/{rows.transcription}/captions.scc") for _ in range(3)
            ]
            ended = [login for login in logins if login.done()]
        finally:
            may_go_on.set()
        answers = await asyncio.gather(*logins)

    assert [download.content for download in downloads] == [content] * 3
    assert {login.result().json()["code"] for login in ended} == {"busy"}
    assert {answer.status_code for answer in answers} == {401, 503}
    assert sum(answer.status_code == 503 for answer in answers) == 6  # two are served, thirty-two may wait


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-4] + "AAAA",
        lambda token: ".".join(["eyJhbGciOiJub25lIn0", token.split(".")[1], ""]),
        lambda token: token.split(".")[1],
        lambda _: "ark_nobody-has-this-key",
        lambda _: "\u00e9" * 5,
        lambda _: "x",
    ],
    ids=["signature", "algorithm none", "not a token", "unknown key", "not ascii", "one letter"],
)
async def test_a_token_that_is_not_ours_opens_nothing(api: Api, spoil: Any) -> None:
    spoilt = spoil(api.token("admin"))
    async with api.client() as client:
        answer = await client.get("/api/v1/cities", headers=[(b"authorization", b"Bearer " + spoilt.encode())])

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/api/v1/captions/check", "/v1/audio/transcriptions"])
@pytest.mark.parametrize("credentials", ["", "Authorization: Bearer ark_wrong\r\n"])
async def test_a_stranger_is_refused_before_the_upload_is_taken_in(api: Api, path: str, credentials: str) -> None:
    address = urlsplit(api.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    # The head of a request whose body is announced and never comes.
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\n{credentials}Content-Length: 10000000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode()
    )
    try:
        answer = await asyncio.wait_for(reader.readline(), 10)
    finally:
        writer.close()
        await writer.wait_closed()

    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_session_runs_out(api: Api) -> None:
    async with api.client() as client:
        answer = await client.get(
            "/api/v1/cities", headers={"Authorization": f"Bearer {api.token('admin', timedelta(seconds=-1))}"}
        )

    assert (answer.status_code, answer.json()["code"]) == (401, "session_expired")


CITY = {"slug": "springfield", "name": "Springfield"}


async def test_users_read_operators_steer_and_admins_set_up(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="pending")
    reading = ("GET", f"/api/v1/transcriptions/{rows.transcription}", None)
    steering = ("PUT", f"/api/v1/transcriptions/{rows.transcription}/priority", {"priority": 4})
    setting_up = ("POST", "/api/v1/cities", CITY)

    async def may(role: str | None) -> list[int]:
        async with api.client(role) as client:
            return [
                (await client.request(method, path, json=body)).status_code
                for method, path, body in (reading, steering, setting_up)
            ]

    assert await may(None) == [401, 401, 401]
    assert await may("user") == [200, 403, 403]
    assert await may("operator") == [200, 200, 403]
    assert await may("admin") == [200, 200, 201]


async def _make_key(api: Api, **wish: Any) -> dict[str, Any]:
    async with api.client("admin") as client:
        answer = await client.post("/api/v1/api-keys", json={"name": "robot", "permissions": ["read"], **wish})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_key_is_shown_once_and_kept_as_a_hash(api: Api) -> None:
    made = await _make_key(api, description="for the minutes")
    async with api.client("admin") as client:
        listed = (await client.get("/api/v1/api-keys")).json()["items"]
    async with api.work() as unit:
        row = (await unit.db.scalars(select(ApiKey))).one()

    assert made["key"].startswith("ark_")
    assert [one["name"] for one in listed] == ["robot"]
    assert made["key"] not in str(listed)
    assert len(row.key_hash) == 64
    assert made["key"] not in row.key_hash
    assert await api.audit() == [("admin", "api_key.created")]


@pytest.mark.parametrize("way", ["bearer", "header"])
async def test_a_key_opens_what_its_permissions_name(api: Api, add_rows: Any, way: str) -> None:
    rows = await add_rows(transcription="pending")

    async def may(*permissions: str) -> list[int]:
        key = (await _make_key(api, permissions=permissions))["key"]
        headers = {"X-API-Key": key} if way == "header" else {"Authorization": f"Bearer {key}"}
        async with api.client(**headers) as client:
            return [
                (await client.get("/api/v1/cities")).status_code,
                (await client.post(f"/api/v1/transcriptions/{rows.transcription}/cancel")).status_code,
                (await client.post("/api/v1/cities", json=CITY)).status_code,
                (await client.post("/api/v1/api-keys", json={"name": "x", "permissions": ["read"]})).status_code,
                (await client.post("/v1/audio/transcriptions", content=b"")).status_code,
            ]

    assert await may("read") == [200, 403, 403, 403, 403]
    assert await may("transcribe") == [403, 403, 403, 403, 400]
    assert await may("write") == [200, 200, 403, 403, 403]


async def test_what_a_key_does_is_in_the_audit_trail_under_its_name(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="pending")
    key = (await _make_key(api, permissions=["write"]))["key"]
    async with api.client(**{"X-API-Key": key}) as client:
        await client.post(f"/api/v1/transcriptions/{rows.transcription}/cancel")

    assert (await api.audit())[-1] == ("admin (key robot)", "transcription.cancelled")


async def test_a_revoked_key_opens_nothing_from_the_next_request_on(api: Api) -> None:
    made = await _make_key(api)
    async with api.client("admin") as client, api.client(**{"X-API-Key": made["key"]}) as robot:
        before = await robot.get("/api/v1/cities")
        revoked = await client.delete(f"/api/v1/api-keys/{made['id']}")
        after = await robot.get("/api/v1/cities")
        unknown = await client.delete("/api/v1/api-keys/999999")
        again = await client.delete(f"/api/v1/api-keys/{made['id']}")

    assert [before.status_code, revoked.status_code, after.status_code] == [200, 204, 401]
    assert (unknown.status_code, again.status_code) == (404, 204)
    assert after.json()["code"] == "invalid_api_key"
    assert [action for _, action in await api.audit()] == ["api_key.created", "api_key.revoked"]


async def test_a_key_ends_with_its_date_and_with_its_owner(api: Api) -> None:
    expired, orphan = await _make_key(api, name="expired"), await _make_key(api, name="orphan")

    async def opens(made: dict[str, Any]) -> int:
        async with api.client(**{"X-API-Key": made["key"]}) as client:
            return (await client.get("/api/v1/cities")).status_code

    assert [await opens(expired), await opens(orphan)] == [200, 200]
    async with api.work() as unit:
        await unit.db.execute(
            update(ApiKey).where(ApiKey.id == expired["id"]).values(expires_at=func.now() - timedelta(seconds=1))
        )
    assert [await opens(expired), await opens(orphan)] == [401, 200]
    async with api.work() as unit:
        await unit.db.execute(update(User).where(User.username == "admin").values(active=False))
    assert await opens(orphan) == 401


async def test_a_key_never_may_more_than_its_owner(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="pending")
    key = (await _make_key(api, permissions=["read", "write", "transcribe"]))["key"]
    async with api.work() as unit:
        await unit.db.execute(update(User).where(User.username == "admin").values(role="user"))
    async with api.client(**{"X-API-Key": key}) as client:
        answers = [
            (await client.get("/api/v1/cities")).status_code,
            (await client.post(f"/api/v1/transcriptions/{rows.transcription}/cancel")).status_code,
            (await client.post("/v1/audio/transcriptions", content=b"")).status_code,
        ]

    assert answers == [200, 403, 403]


async def test_the_use_of_a_key_is_noted_once_a_minute(api: Api) -> None:
    made = await _make_key(api)

    async def last_used() -> Any:
        async with api.work() as unit:
            return await unit.db.scalar(select(ApiKey.last_used).where(ApiKey.id == made["id"]))

    async with api.client(**{"X-API-Key": made["key"]}) as client:
        unused = await last_used()
        await client.get("/api/v1/cities")
        first = await last_used()
        await client.get("/api/v1/cities")
        second = await last_used()

    assert unused is None
    assert first is not None
    assert second == first


@pytest.mark.parametrize(
    "wish",
    [
        {"permissions": []},
        {"permissions": ["admin"]},
        {"permissions": ["read"], "expires_at": "2001-01-01T00:00:00Z"},
        {"permissions": ["read"], "expires_at": "2099-01-01T00:00:00"},
        {"permissions": ["read"], "name": " "},
    ],
)
async def test_a_key_that_makes_no_sense_is_not_made(api: Api, wish: dict[str, Any]) -> None:
    async with api.client("admin") as client:
        answer = await client.post("/api/v1/api-keys", json={"name": "robot", **wish})

    assert answer.status_code == 422


async def test_requests_above_the_limit_have_to_wait_and_health_is_not_counted(start_api: StartApi) -> None:
    async with start_api(api_rate_limit=5) as api, api.client("user") as client:
        answers = [(await client.get("/api/v1/cities")).status_code for _ in range(7)]
        live = (await client.get("/health/live")).status_code
        upload = await client.post("/v1/audio/transcriptions", content=b"")

    assert answers == [200] * 5 + [429] * 2
    assert live == 200
    assert (upload.status_code, upload.json()["error"]["type"]) == (429, "rate_limit_error")
