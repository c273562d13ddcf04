"""Whatever a caller sends or asks for, the loop of the API goes on turning: each route with its worst allowed input."""

import hashlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import insert

from services.api.observe import MAX_BODY_BYTES
from services.api.routes import pages
from shared.captions.encoding import MAX_BYTES
from shared.db.models import CaptionVersion, City, Mount, Publication, Recording, Slice, Transcription
from tests.integration.api.conftest import Api
from tests.loop_watch import watched

HOURS = 8
CITIES = 40
ROWS = 250


@dataclass
class Caller:
    """An administrator before a station that has been filled to the brim."""

    client: httpx.AsyncClient
    city: uuid.UUID
    mount: uuid.UUID
    recording: uuid.UUID
    transcription: uuid.UUID
    publication: uuid.UUID

    async def get(self, path: str) -> list[httpx.Response]:
        return [await self.client.get(path.format(**vars(self)))]

    async def send(self, method: str, path: str, **more: Any) -> list[httpx.Response]:
        return [await self.client.request(method, path.format(**vars(self)), **more)]

    async def junk(self, method: str, path: str) -> list[httpx.Response]:
        """Bodies as long as they may be, which cost as much as they can before they are refused."""
        json_type = {"content-type": "application/json"}
        return [
            (await self.send(method, path, content=body, headers=json_type))[0]
            for body in (
                _filled(b'{"0":0', lambda n: b',"%d":0' % n, b"}"),
                _filled(b'{"settings":{"0":0', lambda n: b',"%d":0' % n, b"}}"),
                _filled(b'{"settings":{"vocabulary":[0', lambda _: b",0", b"]}}"),
                _filled(b'{"settings":{"vocabulary":[{"text":"a"', lambda n: b',"%d":0' % n, b"}]}}"),
                b"[" * (MAX_BODY_BYTES - 1),
                b'{"name":"' + b"\\u0041" * (MAX_BODY_BYTES // 6 - 10) + b'"}',
            )
        ]


def _filled(begin: bytes, part: Callable[[int], bytes], end: bytes) -> bytes:
    parts, size = [begin], len(begin) + len(end)
    for number in range(1, MAX_BODY_BYTES):
        piece = part(number)
        size += len(piece)
        if size > MAX_BODY_BYTES:
            break
        parts.append(piece)
    return b"".join((*parts, end))


def _vocabulary(entries: int) -> list[dict[str, Any]]:
    return [
        {"text": f"Alderman Number {n}", "heard_as": [f"all the man {n} {k} {'and so on ' * 5}" for k in range(5)]}
        for n in range(entries)
    ]


async def _log_in(caller: Caller) -> list[httpx.Response]:
    form = {"content-type": "application/x-www-form-urlencoded"}
    bodies = (b"a&" * (MAX_BODY_BYTES // 2), b"username=a&password=" + b"%41" * (MAX_BODY_BYTES // 3 - 10))
    return [await caller.client.post("/api/v1/auth/token", content=body, headers=form) for body in bodies]


async def _create_city(caller: Caller) -> list[httpx.Response]:
    body = {"slug": "new", "name": "New", "settings": {"vocabulary": _vocabulary(2000)}}
    fits = {**body, "settings": {"vocabulary": _vocabulary(1900)}}
    sent = [await caller.client.post("/api/v1/cities", json=one) for one in (body, fits)]
    return [*sent, *await caller.junk("POST", "/api/v1/cities")]


async def _change_city(caller: Caller) -> list[httpx.Response]:
    changed = {"settings": {"vocabulary": _vocabulary(1900)}}
    path = f"/api/v1/cities/{caller.city}"
    return [await caller.client.patch(path, json=changed), *await caller.junk("PATCH", path)]


async def _check(caller: Caller) -> list[httpx.Response]:
    label = "00:00:00:00\tT0S80t80s80w80y80\n"  # MCC: each byte of it has to be looked at
    files = {
        "a.mcc": "File Format=MacCaption_MCC V1.0\n\n" + label * ((MAX_BYTES - 100) // len(label)),
        "a.vtt": "WEBVTT\n\n" + "<a" * 2**20,
        "a.srt": "00:00:01,000 --> 00:00:02,000\n" + "-" * 2**20,
        "a.json": "[" * 2**20,
    }
    return [
        await caller.client.post("/api/v1/captions/check", files={"file": (name, text.encode())})
        for name, text in files.items()
    ]


async def _upload(caller: Caller) -> list[httpx.Response]:
    """More of everything than is taken, in forms that are slow to read."""
    noise = b"\r\n--" * 2**20
    forms: list[dict[str, Any]] = [
        {"files": {"file": ("a.wav", noise)}, "data": {"language": "Klingon"}},
        {"files": {"file": ("a.wav", b"x")}, "data": {"prompt": "a," * 30_000, "language": "Klingon"}},
    ]
    return [await caller.client.post("/v1/audio/transcriptions", **form) for form in forms]


async def _edit(caller: Caller) -> list[httpx.Response]:
    """All that one request may ask of all cues, and the answer to who has overlooked a newer version."""
    path = f"{_ONE}/captions".format(**vars(caller))
    operations = [
        {"op": "set_text", "cue": f"{n:06}", "first": 0, "old": ["Aye"], "new": ["Nay"]} for n in range(1, 2401)
    ]
    sent = [await caller.client.post(path, json={"parent": parent, "operations": operations}) for parent in (30, 1)]
    assert [one.status_code for one in sent] == [201, 409], sent[0].text[:600]
    return [*sent, *await caller.junk("POST", path)]


def _get(path: str) -> Callable[[Caller], Awaitable[list[httpx.Response]]]:
    return lambda caller: caller.get(path)


def _post(path: str, method: str = "POST") -> Callable[[Caller], Awaitable[list[httpx.Response]]]:
    return lambda caller: caller.send(method, path)


def _junk(path: str, method: str = "POST") -> Callable[[Caller], Awaitable[list[httpx.Response]]]:
    return lambda caller: caller.junk(method, path)


_API = "/api/v1"
_ONE = f"{_API}/transcriptions/{{transcription}}"
WORST: dict[str, Callable[[Caller], Awaitable[list[httpx.Response]]]] = {
    "logIn": _log_in,
    "whoAmI": _get(f"{_API}/auth/me"),
    "listApiKeys": _get(f"{_API}/api-keys"),
    "createApiKey": _junk(f"{_API}/api-keys"),
    "revokeApiKey": _post(f"{_API}/api-keys/1", "DELETE"),
    "listCities": _get(f"{_API}/cities"),
    "createCity": _create_city,
    "readCity": _get(f"{_API}/cities/{{city}}"),
    "changeCity": _change_city,
    "teachCity": lambda caller: caller.send(
        "POST", f"{_API}/cities/{{city}}/vocabulary", json={"before": "a" * 80, "after": "Alderman Number 7"}
    ),
    "listMounts": _get(f"{_API}/mounts"),
    "createMount": _junk(f"{_API}/mounts"),
    "readMount": _get(f"{_API}/mounts/{{mount}}"),
    "changeMount": _junk(f"{_API}/mounts/{{mount}}", "PATCH"),
    "scanMount": _post(f"{_API}/mounts/{{mount}}/scan"),
    "removeMount": _post(f"{_API}/mounts/{{mount}}", "DELETE"),
    "listRecordings": _get(f"{_API}/recordings?limit=200"),
    "readRecording": _get(f"{_API}/recordings/{{recording}}"),
    "listTranscriptions": _get(f"{_API}/transcriptions?limit=200"),
    "requestTranscription": _junk(f"{_API}/transcriptions"),
    "readTranscription": _get(_ONE),
    "followTranscription": _get(f"{_ONE}/events"),
    "editCaptions": _edit,  # before they are made again, for only what is finished can be edited
    "cancelTranscription": _post(f"{_ONE}/cancel"),
    "retryTranscription": _post(f"{_ONE}/retry?from_scratch=true"),
    "prioritiseTranscription": _junk(f"{_ONE}/priority", "PUT"),
    "approveTranscription": _post(f"{_ONE}/approve"),
    "listSpeakers": _get(f"{_ONE}/speakers"),
    "nameSpeaker": lambda caller: caller.send("PUT", f"{_ONE}/speakers/S7", json={"name": "Ada"}),
    "listCaptionVersions": _get(f"{_ONE}/captions"),
    "listCaptionsOfRecording": _get(f"{_API}/recordings/{{recording}}/captions"),
    "readCaptionVersion": _get(f"{_ONE}/captions/1"),
    "compareCaptionVersions": _get(f"{_ONE}/captions/2/difference?since=1"),
    "downloadCaptions": _get(f"{_ONE}/captions.words"),
    "downloadOutput": _get(f"{_ONE}/output"),
    "checkCaptions": _check,
    "listPublications": _get(f"{_API}/publications?limit=200"),
    "readPublication": _get(f"{_API}/publications/{{publication}}"),
    "linkPublication": _junk(f"{_API}/publications/{{publication}}/link"),
    "retryPublication": _post(f"{_API}/publications/{{publication}}/retry"),
    "removePublication": _post(f"{_API}/publications/{{publication}}/remove"),
    "dateTranscription": _junk(f"{_ONE}/due", "PUT"),
    "listLanes": _get(f"{_API}/lanes"),
    "pauseLane": _post(f"{_API}/lanes/vod.publish/pause"),
    "resumeLane": _post(f"{_API}/lanes/vod.publish/resume"),
    "pauseCity": _post(f"{_API}/cities/{{city}}/pause"),
    "resumeCity": _post(f"{_API}/cities/{{city}}/resume"),
    "pauseRecording": _post(f"{_API}/recordings/{{recording}}/pause"),
    "resumeRecording": _post(f"{_API}/recordings/{{recording}}/resume"),
    "pauseTranscription": _post(f"{_ONE}/pause"),
    "resumeTranscription": _post(f"{_ONE}/resume"),
    "pausePublication": _post(f"{_API}/publications/{{publication}}/pause"),
    "resumePublication": _post(f"{_API}/publications/{{publication}}/resume"),
    "listTasks": _get(f"{_API}/tasks?limit=200"),
    "startTask": _junk(f"{_API}/tasks"),
    "readTask": _get(f"{_API}/tasks/{uuid.UUID(int=0)}"),
    "cancelTask": _post(f"{_API}/tasks/{uuid.UUID(int=0)}/cancel"),
    "listSchedules": _get(f"{_API}/schedules"),
    "changeSchedule": _junk(f"{_API}/schedules/forget-uploads", "PATCH"),
    "listWorkers": _get(f"{_API}/workers"),
    "transcribeUpload": _upload,
    "listModels": _get("/v1/models"),
    "getModel": _get("/v1/models/" + "a/" * 2000),
    "isLive": _get("/health/live"),
    "isReady": _get("/health/ready"),
    "detailedHealth": _get(f"{_API}/health"),
    "metrics": _get("/metrics"),
    "openapi": _get(f"{_API}/openapi.json"),
    "first_page": _get("/"),
    "documentation": _get("/docs"),
    "start": _get("/docs/start.js"),
    "asset": _get("/docs/swagger-ui-bundle.js"),
}


def test_every_route_has_its_worst_input(api: Api) -> None:
    described = {
        operation["operationId"] for path in api.app.openapi()["paths"].values() for operation in path.values()
    }
    undescribed = {route.name for route in pages.router.routes if isinstance(route, APIRoute)} | {"openapi"}

    assert set(WORST) == described | undescribed


@pytest.fixture
async def caller(api: Api, add_rows: Any, tmp_path: Path) -> AsyncIterator[Caller]:
    """A full station: many cities with all that they may teach, and a meeting of many hours."""
    length = HOURS * 3_600_000
    turns = [[start, start + 2900, f"S{start // 3000 % 60}"] for start in range(0, length, 3000)]
    cast = [{"label": f"S{n}", "speech_ms": 1, "first_ms": n, "voice": [0.123456] * 256} for n in range(60)]
    report = {"checks": [{"name": f"c{n}", "reasons": [{"at_ms": n, "says": "x" * 200}]} for n in range(1000)]}
    rows = await add_rows(
        plan={"speech": [turn[:2] for turn in turns], "sounds": []},
        speakers={"model": "m", "turns": turns, "speakers": cast},
        quality=report,
        enrichment={"sentences": [{"text": "and so it goes on " * 5, "at_ms": n} for n in range(HOURS * 300)]},
        output_directory=str(tmp_path / "output"),
    )
    words = json.dumps([{"text": "motion", "start_ms": n, "confidence": 0.98} for n in range(HOURS * 10_000)]).encode()
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "words.json").write_bytes(words)
    entry = {"name": "words.json", "sha256": hashlib.sha256(words).hexdigest(), "size_bytes": len(words)}
    async with api.work() as unit:
        settings = {"vocabulary": _vocabulary(1900)}
        cities = [City(slug=f"c{n}", name=f"City {n}", settings=settings) for n in range(CITIES)]
        unit.db.add_all(cities)
        await unit.db.execute(insert(Mount), [{"name": f"n{n}", "path": f"/mnt/n{n}"} for n in range(ROWS)])
        for n in range(30):
            said = [{"text": "Aye", "start": at, "end": at + 1, "speaker": None} for at in range(HOURS * 1000)]
            cues = {"start_tc": "00:00:00;00", "drop_frame": True, "cues": said}
            unit.db.add(
                CaptionVersion(transcription_id=rows.transcription, number=n + 1, cue_list=cues, files={"words": entry})
            )
        for n in range(HOURS * 6):
            piece = Slice(transcription_id=rows.transcription, number=n, start_ms=n, end_ms=n + 1, result=report)
            unit.db.add(piece)
        for n in range(ROWS):
            name = f"{n}{'x' * 180}.mp4"
            file = Recording(mount_id=rows.mount, relative_path=name, file_name=name, status="valid")
            unit.db.add(file)
            await unit.db.flush()
            row = Transcription(recording_id=file.id, filename=name, file_path=name, status="completed")
            unit.db.add(row)
            await unit.db.flush()
            unit.db.add(
                Publication(
                    transcription_id=row.id,
                    recording_id=file.id,
                    caption_version=1,
                    suggestions=[{"show_id": n, "title": "x" * 200, "reasons": ["y" * 100]} for n in range(30)],
                    evidence={"reason": "x" * 500},
                )
            )
        await unit.db.flush()
        city = cities[0].id
    api.app.state.deps = replace(api.app.state.deps, limiter=None)
    api.app.openapi()  # as the entry point does
    async with api.client("admin") as client:
        client.timeout = httpx.Timeout(120)
        yield Caller(client, city, rows.mount, rows.recording, rows.transcription, rows.publication)


async def test_the_loop_goes_on_turning(caller: Caller) -> None:
    """One full station for all of them; what is too slow is told together."""
    slow, wrong = [], []
    for name, ask in WORST.items():
        try:
            with watched():
                answers = await ask(caller)
        except AssertionError as error:
            slow.append(f"{name}: {error}")
            continue
        wrong += [
            f"{name}: {answer.status_code} {answer.text[:200]}" for answer in answers if answer.status_code >= 500
        ]
        wrong += [f"{name}: {len(answer.content)} bytes" for answer in answers if len(answer.content) > 2**20 * CITIES]

    assert not slow, "\n".join(slow)
    assert not wrong, "\n".join(wrong)
