"""Health and metrics, also while Redis or PostgreSQL is away."""

import asyncio
import socket
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import make_url

from tests.integration.api.conftest import Api, StartApi


class Gate:
    """A door in front of a server that can be shut: connections end, new ones are refused."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return self._url.set(port=self.port).render_as_string(hide_password=False)

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)

    async def shut(self) -> None:
        assert self._server
        self._server.close()
        for line in list(self._lines):
            line.close()
        await asyncio.sleep(0.05)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", self._url.port)
        self._lines |= {writer, behind_writer}

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            try:
                while data := await source.read(65_536):
                    sink.write(data)
                    await sink.drain()
            except OSError:
                pass
            finally:
                sink.close()

        await asyncio.gather(pump(reader, behind_writer), pump(behind_reader, writer))
        self._lines -= {writer, behind_writer}


async def _ready(client: httpx.AsyncClient) -> tuple[int, dict[str, Any]]:
    answer = await client.get("/health/ready")
    return answer.status_code, answer.json()


async def test_all_is_well_when_everything_answers(api: Api, add_rows: Any) -> None:
    await add_rows(transcription="pending", duration_ms=60_000)
    async with api.client("user") as client:
        live = (await client.get("/health/live")).json()
        ready = await _ready(client)
        detailed = (await client.get("/api/v1/health")).json()

    assert live["status"] == "ok"
    assert ready == (200, {"status": "ok", "checks": {"database": True, "redis": True}})
    assert detailed["status"] == "ok"
    assert detailed["lanes"]["transcriber.plan"] == {
        "rows": 1,
        "media_seconds": 60.0,
        "oldest_seconds": detailed["lanes"]["transcriber.plan"]["oldest_seconds"],
    }
    assert detailed["recordings"] == {"valid": 1}
    assert detailed["transcriptions"] == {"pending": 1}
    assert [mount["name"] for mount in detailed["mounts"]] == ["m-meeting"]


async def test_detailed_health_is_for_those_who_may_read(api: Api) -> None:
    async with api.client() as client:
        answer = await client.get("/api/v1/health")

    assert answer.status_code == 401


async def test_without_redis_people_are_served_and_told(start_api: StartApi, redis_url: str, add_rows: Any) -> None:
    rows = await add_rows(transcription="failed")
    gate = Gate(redis_url)
    await gate.open()
    async with start_api(redis_url=gate.url, api_rate_limit=100) as api, api.client("operator") as client:
        assert (await _ready(client))[1]["checks"]["redis"] is True
        await gate.shut()
        without = await _ready(client)
        detailed = (await client.get("/api/v1/health")).json()
        retried = await client.post(f"/api/v1/transcriptions/{rows.transcription}/retry")
        await gate.open()
        again = await _ready(client)
        await gate.shut()

    assert without == (200, {"status": "degraded", "checks": {"database": True, "redis": False}})
    assert "Redis does not answer" in " ".join(detailed["warnings"])
    assert (retried.status_code, retried.json()["status"]) == (202, "pending")  # the sweep will find the row
    assert again[1]["checks"] == {"database": True, "redis": True}


async def test_without_postgres_every_answer_is_a_503_problem_and_passes(
    start_api: StartApi, database_url: str, add_rows: Any
) -> None:
    rows = await add_rows()
    gate = Gate(database_url)
    await gate.open()
    async with start_api(database_url=gate.url) as api, api.client("operator") as client:
        assert (await client.get("/api/v1/cities")).status_code == 200
        await gate.shut()
        away = [
            await client.get("/api/v1/cities"),
            await client.get("/api/v1/health"),
            await client.get(f"/api/v1/transcriptions/{rows.transcription}"),
            await client.post(f"/api/v1/publications/{rows.publication}/retry"),
            await client.post("/api/v1/auth/token", data={"username": "user", "password": "x"}),
            await client.get("/api/v1/cities", headers={"X-API-Key": "ark_x"}),
        ]
        live = await client.get("/health/live")
        ready = await _ready(client)
        await gate.open()
        back = await client.get("/api/v1/cities")
        await gate.shut()

    assert [(each.status_code, each.json()["code"]) for each in away] == [(503, "database_unreachable")] * 6
    assert {each.headers["retry-after"] for each in away} == {"5"}
    assert {each.headers["content-type"] for each in away} == {"application/problem+json"}
    assert live.status_code == 200
    assert ready == (503, {"status": "unavailable", "checks": {"database": False, "redis": True}})
    assert back.status_code == 200


@pytest.mark.timeout(60)
async def test_a_server_that_takes_connections_and_never_answers_does_not_hang_readiness(start_api: StartApi) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        async with start_api(database_url=f"postgresql://a:b@127.0.0.1:{port}/c") as api, api.client() as client:
            loop = asyncio.get_running_loop()
            started = loop.time()
            status, body = await _ready(client)
            waited = loop.time() - started

    assert (status, body["checks"]["database"]) == (503, False)
    assert waited < 6


async def test_metrics_count_requests_by_route_and_never_by_address(api: Api, add_rows: Any) -> None:
    rows = await add_rows()
    async with api.client("user") as client:
        await client.get(f"/api/v1/transcriptions/{rows.transcription}")
        await client.get("/api/v1/nothing/here")
        await client.request("PROPFIND", "/api/v1/cities")
        exported = await client.get("/metrics")

    wanted = (
        'archivist_http_requests_total{method="GET",route="/api/v1/transcriptions/{transcription_id}",status="200"}'
    )
    assert wanted in exported.text
    assert 'method="PROPFIND"' not in exported.text
    assert str(rows.transcription) not in exported.text
    assert "nothing/here" not in exported.text
    assert exported.headers["content-type"].startswith("text/plain")
