"""Lists: every row once, in order, whatever is added meanwhile, and never a sort of everything."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text

from shared.db.models import Mount, Recording
from shared.db.session import Work
from tests.integration.api.conftest import Api

_OF_ITS_OWN = re.compile(r"\b(tasks|schedules|workers)\b")
"""What the service asks the database whenever it is due, whoever asks for a page meanwhile."""
T0 = datetime(2026, 11, 3, 12, tzinfo=UTC)


async def _walk(client: httpx.AsyncClient, path: str, **query: Any) -> list[str]:
    found, cursor = [], None
    while True:
        page = (await client.get(path, params={**query, **({"cursor": cursor} if cursor else {})})).json()
        found += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return found


async def _add_recordings(work: Work, moments: list[datetime]) -> None:
    async with work() as unit:
        mount = Mount(name="m", path="/mnt/m")
        unit.db.add(mount)
        await unit.db.flush()
        unit.db.add_all(
            Recording(
                mount_id=mount.id,
                relative_path=f"{number}.mp4",
                file_name=f"{number}.mp4",
                status="valid" if number % 2 else "rejected",
                recorded_at=moment,
            )
            for number, moment in enumerate(moments)
        )


async def test_pages_show_every_row_once_and_in_order_also_where_moments_are_equal(api: Api) -> None:
    await _add_recordings(api.work, [T0 + timedelta(hours=number // 3) for number in range(25)])
    async with api.client("user") as client:
        whole = await _walk(client, "/api/v1/recordings", limit=200)
        paged = await _walk(client, "/api/v1/recordings", limit=4)
        valid = await _walk(client, "/api/v1/recordings", limit=4, status="valid")
        exact = await client.get("/api/v1/recordings", params={"limit": 25})

    assert len(set(whole)) == 25
    assert paged == whole
    assert len(valid) == 12
    assert exact.json()["next"] is None


async def test_pages_stay_what_they_were_while_rows_are_added(api: Api) -> None:
    await _add_recordings(api.work, [T0 + timedelta(hours=number) for number in range(10)])
    async with api.client("user") as client:
        whole = await _walk(client, "/api/v1/recordings")
        first = (await client.get("/api/v1/recordings", params={"limit": 5})).json()
        async with api.work() as unit:
            mount = await unit.db.scalar(text("SELECT id FROM mounts"))
            for hours in (99, 3.5):  # a newer meeting, and one that is found late
                unit.db.add(
                    Recording(
                        mount_id=mount,
                        relative_path=f"late-{hours}",
                        file_name="late",
                        recorded_at=T0 + timedelta(hours=hours),
                    )
                )
        second = (await client.get("/api/v1/recordings", params={"limit": 50, "cursor": first["next"]})).json()

    shown = [one["id"] for one in (*first["items"], *second["items"])]
    assert [one for one in shown if one in whole] == whole
    assert len(shown) == 11


def _cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


ID = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "\u00e9",
        "%ff",
        "====",
        _cursor(),
        _cursor(1, 2),
        _cursor(T0.isoformat(), 7),
        _cursor(T0.isoformat(), "x"),
        _cursor("0001-01-01T00:00:00+14:00", ID),
        _cursor("9999-12-31T23:59:59-14:00", ID),
        _cursor(T0.isoformat(), ID, 3),
        _cursor({"a": 1}, ID),
        base64.urlsafe_b64encode(b"[" * 200).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        "a" * 301,
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/recordings", "/api/v1/transcriptions", "/api/v1/publications"])
async def test_a_broken_cursor_is_a_problem_and_no_accident(api: Api, path: str, cursor: str) -> None:
    async with api.client("user") as client:
        answer = await client.get(path, params={"cursor": cursor})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), answer.text


async def test_a_cursor_with_an_extreme_moment_is_only_an_empty_page(api: Api) -> None:
    async with api.client("user") as client:
        answers = [
            (await client.get("/api/v1/recordings", params={"cursor": _cursor(moment, ID)})).json()
            for moment in ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00")
        ]

    assert answers == [{"items": [], "next": None}] * 2


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 201}, {"limit": 10**30}, {"limit": "many"}, {"status": "x"}, {"city_id": "x"}]
)
async def test_a_question_that_makes_no_sense_is_refused(api: Api, query: dict[str, Any]) -> None:
    async with api.client("user") as client:
        answer = await client.get("/api/v1/transcriptions", params=query)

    assert answer.status_code == 422


async def test_recordings_are_found_by_their_exact_name(api: Api) -> None:
    await _add_recordings(api.work, [T0] * 5)
    async with api.client("user") as client:
        found = (await client.get("/api/v1/recordings", params={"file_name": "3.mp4"})).json()["items"]
        odd = (await client.get("/api/v1/recordings", params={"file_name": "3' OR '1'='1"})).json()["items"]
        nul = await client.get("/api/v1/recordings?file_name=a%00b")

    assert [one["file_name"] for one in found] == ["3.mp4"]
    assert odd == []
    assert (nul.status_code, nul.json()["code"]) == (422, "invalid_input")


_FILL = """
INSERT INTO cities (id, slug, name) VALUES ('00000000-0000-0000-0000-00000000000c', 'c', 'C');
INSERT INTO mounts (id, name, path) VALUES ('00000000-0000-0000-0000-00000000000a', 'a', '/a');
INSERT INTO recordings (mount_id, city_id, relative_path, file_name, status, recorded_at)
SELECT '00000000-0000-0000-0000-00000000000a',
       CASE WHEN n % 1000 = 0 THEN '00000000-0000-0000-0000-00000000000c'::uuid END,
       n::text, n::text, CASE WHEN n % 1000 = 0 THEN 'rejected' ELSE 'valid' END,
       now() - n * interval '1 minute'
FROM generate_series(1, 40000) AS n;
INSERT INTO transcriptions (recording_id, city_id, filename, file_path, status, created_date)
SELECT id, city_id, file_name, file_name, CASE WHEN status = 'rejected' THEN 'failed' ELSE 'completed' END, recorded_at
FROM recordings;
INSERT INTO publications (transcription_id, recording_id, caption_version, status, created_at)
SELECT id, recording_id, 1, CASE WHEN status = 'failed' THEN 'needs_review' ELSE 'published' END, created_date
FROM transcriptions;
ANALYZE cities, mounts, recordings, transcriptions, publications
"""


async def test_no_page_of_many_rows_is_found_by_sorting_or_reading_them_all(api: Api) -> None:
    async with api.work() as unit:
        for statement in _FILL.split(";"):
            await unit.db.execute(text(statement))
    city = "00000000-0000-0000-0000-00000000000c"
    asked = [
        ("/api/v1/recordings", {}),
        ("/api/v1/recordings", {"status": "rejected"}),
        ("/api/v1/recordings", {"city_id": city}),
        ("/api/v1/recordings", {"mount_id": "00000000-0000-0000-0000-00000000000a"}),
        ("/api/v1/recordings", {"file_name": "77"}),
        ("/api/v1/transcriptions", {}),
        ("/api/v1/transcriptions", {"status": "failed"}),
        ("/api/v1/transcriptions", {"city_id": city}),
        ("/api/v1/publications", {}),
        ("/api/v1/publications", {"status": "needs_review"}),
    ]
    for path, query in asked:
        for statement, parameters in await _statements_of_second_page(api, path, query):
            plan = await _explain(api, statement, parameters)
            nodes = list(_nodes(plan))
            kinds = {node["Node Type"] for node in nodes}
            rows = sum(node["Actual Rows"] + node.get("Rows Removed by Filter", 0) for node in nodes)
            assert kinds <= {"Limit", "Index Scan", "Incremental Sort"}, (path, query, kinds)
            assert rows <= 200, (path, query, rows)


async def _statements_of_second_page(api: Api, path: str, query: dict[str, str]) -> list[tuple[str, Any]]:
    """What the API asks the database for the page in the middle: with a cursor and a filter."""
    engine = api.app.state.deps.runtime.engine.sync_engine
    seen: list[tuple[str, Any]] = []

    def remember(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
        if not _OF_ITS_OWN.search(statement):
            seen.append((statement, parameters))

    async with api.client("user") as client:
        first = (await client.get(path, params={**query, "limit": 20})).json()
        event.listen(engine, "before_cursor_execute", remember)
        try:
            cursor = {"cursor": first["next"]} if first["next"] else {}
            answer = await client.get(path, params={**query, **cursor, "limit": 20})
        finally:
            event.remove(engine, "before_cursor_execute", remember)
    assert answer.status_code == 200
    assert len(seen) == 1, "a page is one question to the database"
    return seen


async def _explain(api: Api, statement: str, parameters: Any) -> Any:
    async with api.work() as unit:
        connection = await unit.db.connection()
        found = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        plan = found.scalar_one()
    return (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]


def _nodes(plan: Any) -> Any:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


async def test_lists_leave_the_large_columns_where_they_are(api: Api, add_rows: Any) -> None:
    await add_rows(plan={"speech": []}, quality={"score": 1}, enrichment={"summary": ""})
    for path in ("/api/v1/transcriptions", "/api/v1/recordings", "/api/v1/publications"):
        [(statement, _)] = await _statements_of_second_page(api, path, {})
        columns = statement.partition("FROM")[0]
        assert not {"plan", "enrichment", "quality ", "looks", "lease_token"} & set(
            columns.replace(",", " ").split(".")
        )
        assert ".plan" not in columns
        assert ".enrichment" not in columns
