"""The API as a real server on a loopback port, with a PostgreSQL database and a Redis of its own."""

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn
from redis.asyncio import Redis
from sqlalchemy import func, select

from services.api.app import create_app
from services.api.session_tokens import Principal, issue
from services.transcriber.__main__ import build_deps, handlers
from shared.db.models import Event, Mount, Publication, Recording, Transcription, User
from shared.db.session import Work
from shared.jobs.worker import LaneWorker, LeaseTerms
from shared.passwords import hash_password
from shared.runtime import open_runtime
from shared.settings import Settings
from tests.integration.api.edited_captions import TEXTS, result

ROOT = Path(__file__).parents[3]
MODEL = ROOT / "demo" / "model"
SECONDS = 24
"""Length of the clip that is uploaded."""
SECRET = "a secret of the tests that is long enough"
PASSWORD = "correct horse battery staple"
_STORED = hash_password(PASSWORD)


class _Server(uvicorn.Server):
    """Runs inside the test's own loop and leaves the signals to pytest."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class Api:
    """A running API and what a test needs to talk to it and to look behind it."""

    url: str
    work: Work
    settings: Settings
    users: dict[str, int]
    app: Any

    def client(self, role: str | None = None, **headers: str) -> httpx.AsyncClient:
        """A caller with a session of this role; None for nobody."""
        if role is not None:
            headers["Authorization"] = f"Bearer {self.token(role)}"
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30)

    def token(self, role: str, lifetime: timedelta = timedelta(hours=1)) -> str:
        who = Principal(self.users[role], role, role)
        return issue(who, secret=SECRET, lifetime=lifetime, now=datetime.now(UTC))

    async def audit(self) -> list[tuple[str, str]]:
        """(actor, kind) of every event, in order."""
        async with self.work() as unit:
            rows = await unit.db.execute(select(Event.actor, Event.kind).order_by(Event.id))
            return [(actor, kind) for actor, kind in rows]


StartApi = Callable[..., AbstractAsyncContextManager[Api]]


@pytest.fixture
def start_api(database_url: str, redis_url: str, work: Work, tmp_path: Path) -> StartApi:
    """Start the API with these settings."""

    @asynccontextmanager
    async def start(**chosen: Any) -> AsyncIterator[Api]:
        async with Redis.from_url(redis_url) as redis:
            await redis.flushall()
        settings = Settings(
            **{
                "database_url": database_url,
                "redis_url": redis_url,
                "jwt_secret_key": SECRET,
                "default_output_path": tmp_path / "output",
                "upload_directory": tmp_path / "uploads",
                "api_rate_limit": 0,
                "log_level": "WARNING",
                **chosen,
            }
        )
        app = create_app(settings)
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, ws="none", timeout_graceful_shutdown=1
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve([listener]))
        while not server.started:
            assert not task.done(), task.exception()
            await asyncio.sleep(0.01)
        app.state.deps = _quick(app.state.deps)
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            yield Api(url, work, settings, await _users(work), app)
        finally:
            server.should_exit = True
            await task

    return start


def _quick(deps: Any) -> Any:
    return replace(deps, poll_s=0.05)


async def _users(work: Work) -> dict[str, int]:
    async with work() as unit:
        rows = [
            User(username=role, email=f"{role}@example.org", password_hash=_STORED, role=role)
            for role in ("user", "operator", "admin")
        ]
        gone = User(username="gone", email="gone@example.org", password_hash=_STORED, role="admin", active=False)
        unit.db.add_all([*rows, gone])
        await unit.db.flush()
        return {row.username: row.id for row in (*rows, gone)}


@pytest.fixture
async def api(start_api: StartApi) -> AsyncIterator[Api]:
    """A running API without a rate limit."""
    async with start_api() as running:
        yield running


@dataclass
class Rows:
    """One of everything, in the state a test wants."""

    mount: UUID
    recording: UUID
    transcription: UUID
    publication: UUID


@pytest.fixture
def add_rows(work: Work) -> Callable[..., Any]:
    """Put a recording with its transcription and publication into the database."""

    async def add(
        *,
        recording: str = "valid",
        transcription: str = "completed",
        publication: str = "needs_review",
        name: str = "meeting",
        **columns: Any,
    ) -> Rows:
        async with work() as unit:
            mount = Mount(name=f"m-{name}", path=f"/mnt/{name}")
            unit.db.add(mount)
            await unit.db.flush()
            file = Recording(mount_id=mount.id, relative_path=f"{name}.mp4", file_name=f"{name}.mp4", status=recording)
            unit.db.add(file)
            await unit.db.flush()
            row = Transcription(
                recording_id=file.id,
                filename=f"{name}.mp4",
                file_path=f"/mnt/{name}/{name}.mp4",
                status=transcription,
                **columns,
            )
            unit.db.add(row)
            await unit.db.flush()
            place = Publication(transcription_id=row.id, recording_id=file.id, caption_version=1, status=publication)
            unit.db.add(place)
            await unit.db.flush()
            return Rows(mount.id, file.id, row.id, place.id)

    return add


Transcriber = Callable[[Api], AbstractAsyncContextManager[LaneWorker]]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first seconds of the demonstration meeting, as a program would send them."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp3"
    media = next((ROOT / "demo" / "recording").glob("*.mp4"))
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(media),
        "-t",
        str(SECONDS),
        "-vn",
        "-ac",
        "1",
        "-b:a",
        "64k",
        str(path),
    ]
    subprocess.run(command, check=True)
    return path


@pytest.fixture
def transcriber(tmp_path: Path) -> Transcriber:
    """The transcriber's own worker with the demonstration model, on the API's database and Redis."""

    @asynccontextmanager
    async def start(api: Api) -> AsyncIterator[LaneWorker]:
        settings = Settings(
            database_url=api.settings.database_url,
            redis_url=api.settings.redis_url,
            whisper_model=str(MODEL),
            whisper_engine="faster-whisper",
            whisper_device="cpu",
            whisper_threads=1,
            transcriber_concurrency=1,
            temp_directory=tmp_path / "work",
            default_output_path=tmp_path / "output",
            log_level="WARNING",
        )
        async with open_runtime("transcriber", settings) as runtime, httpx.AsyncClient() as client:
            deps = build_deps(settings, runtime, client)
            worker = LaneWorker(
                handlers(deps),
                work=runtime.work,
                redis=runtime.redis,
                notifier=runtime.notifier,
                concurrency=2,
                terms=LeaseTerms(sweep_s=0.5),
            )
            task = asyncio.create_task(worker.run())
            try:
                yield worker
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
                await deps.speech.close()

    return start


async def left_of(api: Api, tmp_path: Path) -> dict[str, Any]:
    """What is there of uploads: rows and files."""
    async with api.work() as unit:
        rows = {
            model.__tablename__: await unit.db.scalar(select(func.count()).select_from(model))
            for model in (Recording, Transcription, Publication)
        }
    uploads = tmp_path / "uploads"
    return {
        **rows,
        "uploads": [path.name for path in uploads.rglob("*") if path.is_file()],
        "output": (tmp_path / "output").exists(),
    }


NOTHING = {"recordings": 0, "transcriptions": 0, "publications": 0, "uploads": [], "output": False}


@pytest.fixture
async def captions(work: Work, add_rows: Any) -> UUID:
    """Captions that the machine has made."""
    rows = await add_rows()
    await result(work, rows.transcription, *TEXTS)
    transcription: UUID = rows.transcription
    return transcription
