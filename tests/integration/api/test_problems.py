"""Whatever is wrong with a request, the answer is a problem document; whatever is sent, the server does not stumble."""

import json
import re
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.api.conftest import Api

JSON = {"Content-Type": "application/json"}


def _is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    body = answer.json()
    return (
        answer.headers["content-type"] == "application/problem+json"
        and (answer.status_code, body["status"], body["code"]) == (status, status, code)
        and body["type"] == f"urn:archivist:error:{code}"
        and bool(body["title"])
        and bool(body["detail"])
        and body["request_id"] == answer.headers["x-request-id"]
    )


async def test_every_kind_of_mistake_is_a_problem_document(api: Api) -> None:
    async with api.client("admin") as client:
        cases = [
            (await client.get("/api/v1/nowhere"), 404, "not_found"),
            (await client.get("/nowhere"), 404, "not_found"),
            (await client.delete("/api/v1/cities"), 405, "method_not_allowed"),
            (await client.post("/api/v1/cities", content=b"{", headers=JSON), 422, "invalid_input"),
            (await client.post("/api/v1/cities", content=b"", headers=JSON), 422, "invalid_input"),
            (await client.post("/api/v1/cities", json=[]), 422, "invalid_input"),
            (await client.post("/api/v1/cities", content=b"a=b"), 422, "invalid_input"),
            (await client.get("/api/v1/cities?x=%00"), 422, "invalid_input"),
            (await client.get("/api/v1/cities/%00"), 422, "invalid_input"),
            (await client.get("/api/v1/mounts/%ff%fe"), 422, "invalid_input"),
        ]
        odd = [
            await client.post("/api/v1/cities", content=b"\xff\xfe", headers=JSON),
            await client.post("/api/v1/cities", content=b"[" * 100_000, headers=JSON),
            await client.post("/api/v1/cities", content=b"9" * 5000, headers=JSON),
        ]
    for answer, status, code in cases:
        assert _is_problem(answer, status, code), (answer.request.url, answer.text)
    for answer in odd:
        assert answer.status_code in (400, 422), answer.text
        assert _is_problem(answer, answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_moments_that_utc_has_no_date_for_are_refused(api: Api, add_rows: Any, moment: str) -> None:
    rows = await add_rows()
    async with api.client("admin") as client:
        answers = [
            await client.put(f"/api/v1/transcriptions/{rows.transcription}/due", json={"due_at": moment}),
            await client.post("/api/v1/transcriptions", json={"recording_id": str(rows.recording), "due_at": moment}),
            await client.post("/api/v1/api-keys", json={"name": "key", "permissions": ["read"], "expires_at": moment}),
        ]
    for answer in answers:
        assert _is_problem(answer, 422, "invalid_input"), answer.text
        assert "years 1 to 9999" in answer.json()["detail"]


@pytest.mark.parametrize("depth", [25, 900])
async def test_bodies_that_lie_too_deep_in_themselves_are_refused(api: Api, add_rows: Any, depth: int) -> None:
    rows = await add_rows()
    nested = b"[" * depth + b"]" * depth
    look = b'{"op": "set_look", "cue": "000001", "speaker": null, "placement": {}, "styles": ' + nested + b"}"
    async with api.client("admin", **JSON) as client:
        answers = [
            await client.post(
                f"/api/v1/transcriptions/{rows.transcription}/captions",
                content=b'{"parent": 1, "operations": [' + look + b"]}",
            ),
            await client.post("/api/v1/cities", content=b'{"slug": "a", "name": "A", "settings": ' + nested + b"}"),
        ]
    for answer in answers:
        assert _is_problem(answer, 422, "invalid_input"), answer.text
        assert "deep in one another" in answer.json()["detail"]


@pytest.mark.parametrize("says_how_long", [True, False])
async def test_a_body_that_is_too_large_is_refused(api: Api, says_how_long: bool) -> None:
    body = b'{"slug": "' + b"a" * 2_000_000 + b'"}'

    async def pieces() -> Any:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    async with api.client("admin", **JSON) as client:
        answer = await client.post("/api/v1/cities", content=body if says_how_long else pieces())

    assert _is_problem(answer, 413, "content_too_large")


async def test_a_request_keeps_the_identity_that_was_sent_if_it_is_harmless(api: Api) -> None:
    async with api.client() as client:
        kept = await client.get("/health/live", headers={"X-Request-Id": "abc-123.def_4"})
        made = await client.get("/health/live")
        refused = [
            (await client.get("/health/live", headers={"X-Request-Id": each})).headers["x-request-id"]
            for each in ("short", "with space in it", "x" * 65, "<script>alert(1)</script>")
        ]

    assert kept.headers["x-request-id"] == "abc-123.def_4"
    assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in (made.headers["x-request-id"], *refused))


@pytest.mark.parametrize("path", ["/api/v1/cities", "/api/v1/nowhere", "/health/live", "/v1/audio/transcriptions"])
async def test_browsers_are_told_to_be_careful(api: Api, path: str) -> None:
    async with api.client() as client:
        headers = (await client.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers
    if path != "/health/live":
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]


async def test_what_nobody_foresaw_is_a_problem_without_its_insides(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def explode(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("secret insides")

    monkeypatch.setattr("services.api.routes.api_keys.list_keys", explode)
    async with api.client("admin") as client:
        answer = await client.get("/api/v1/api-keys")
        counted = (await client.get("/metrics")).text

    assert _is_problem(answer, 500, "unforeseen")
    assert "secret insides" not in answer.text
    assert 'route="/api/v1/api-keys",status="500"' in counted


async def test_below_v1_even_the_server_s_own_refusals_have_openais_shape(api: Api) -> None:
    async with api.client("admin") as client:
        answers = [await client.get("/v1/embeddings"), await client.get("/v1/audio/transcriptions")]

    assert [each.status_code for each in answers] == [404, 405]
    for each in answers:
        assert sorted(each.json()["error"]) == ["code", "message", "param", "type"]


# Anything that JSON can hold, and what databases and file systems trip over more often than chance would send it.
_NASTY = st.sampled_from(
    ["\0", "\ud800", "a\0b", "'; DROP TABLE users; --", "../../etc/passwd", "\u202e", "💩", "", " ", "NaN", "x" * 3000]
)
_NUMBERS = st.sampled_from([0, -1, 2**31, 2**63, 2**64, 10**400, 1e308, -0.0]) | st.integers() | st.floats()
_ANY = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _NASTY | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NASTY | st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


async def test_no_input_makes_any_operation_stumble(api: Api, add_rows: Any) -> None:
    """Every operation of the document with parameters and bodies that are nearly right, wrong, and absurd."""
    rows = await add_rows(transcription="needs_review", publication="needs_review")
    ids = {"transcription_id": rows.transcription, "publication_id": rows.publication, "mount_id": rows.mount}
    document = api.app.openapi()
    stumbled: list[Any] = []
    requests = _plans(document, {name: str(value) for name, value in ids.items()})
    async with api.client("admin") as client:
        for method, path, query, body in requests:
            content = None if body is None else json.dumps(body).encode()
            answer = await client.request(method, path, params=query, content=content, headers=JSON)
            if answer.status_code >= 500 and answer.json().get("code") != "file_changed":
                stumbled.append((method, path, query, body, answer.text))

    assert len(requests) > 300
    assert stumbled == []


def _plans(document: dict[str, Any], ids: dict[str, str]) -> list[tuple[str, str, dict[str, Any], Any]]:
    """A few hundred requests, the same in every run."""
    drawn: list[tuple[str, str, dict[str, Any], Any]] = []
    operations = [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if not path.endswith("/events") and path != "/v1/audio/transcriptions"
    ]

    @settings(max_examples=14, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        for method, path, operation in operations:
            names = re.findall(r"{(\w+)}", path)
            known = {name: ids.get(name, "00000000-0000-0000-0000-000000000000") for name in names}
            known["format"] = "scc"
            known["key_id"] = str(data.draw(st.sampled_from([1, 0, -1, 2**63, 2**70])))
            asked = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
            text = (_NASTY | st.text(max_size=30)).filter(lambda one: "\ud800" not in one)
            query = {name: data.draw(text) for name in asked if data.draw(st.booleans())}
            body = data.draw(_body(document, operation)) if "requestBody" in operation else None
            drawn.append((method.upper(), path.format(**known), query, body))

    draw()
    return drawn


def _body(document: dict[str, Any], operation: dict[str, Any]) -> st.SearchStrategy[Any]:
    """An object with the right names and any values, or anything at all."""
    schema = next(iter(operation["requestBody"]["content"].values()))["schema"]
    named = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
    fields = named.get("properties", {})
    right = {"slug": st.from_regex(r"[a-z]{1,8}", fullmatch=True), "name": st.text(min_size=1, max_size=9)}
    values = {name: right.get(name, _ANY) | _ANY for name in fields}
    return st.fixed_dictionaries({}, optional=values) | _ANY
