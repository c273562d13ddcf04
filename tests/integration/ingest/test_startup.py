"""The ingest service as its own process, on a real PostgreSQL and a real Redis, in real time."""

import asyncio
import json
import os
import signal
import socket
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import select, update

from shared.db.models import Mount, Recording, Transcription
from shared.db.session import Work

Media = Callable[[str], Path]


class Service:
    """``python -m services.ingest`` with short waits."""

    def __init__(self, database_url: str, redis_url: str, mounts: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._environment = os.environ | {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "FLEX_SERVERS": mounts,
            "SETTLE_SECONDS": "2",
            "SCAN_SECONDS": "0.3",
            "SWEEP_SECONDS": "0.3",
            "LEASE_SECONDS": "2",
            "METRICS_PORT": str(self.port),
        }
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.ingest", env=self._environment, stderr=asyncio.subprocess.DEVNULL
        )

    async def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()

    async def get(self, path: str) -> str:
        def fetch() -> str:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return str(answer.read().decode())

        return await asyncio.to_thread(fetch)


@pytest.fixture
def mount(tmp_path: Path) -> Path:
    path = tmp_path / "flex-1"
    path.mkdir()
    return path


@pytest.fixture
async def service(database_url: str, redis_url: str, mount: Path) -> AsyncIterator[Service]:
    service = Service(database_url, redis_url, f"north={mount}")
    await service.start()
    yield service
    await service.end(signal.SIGKILL)


async def until_status(work: Work, name: str, status: str, *, seconds: float = 30) -> Recording:
    async with asyncio.timeout(seconds):
        while True:
            async with work() as unit:
                row = await unit.db.scalar(select(Recording).where(Recording.file_name == name))
            if row is not None and row.status == status:
                return row
            await asyncio.sleep(0.1)


async def wishes(work: Work) -> list[str]:
    async with work() as unit:
        return list(await unit.db.scalars(select(Transcription.filename).order_by(Transcription.filename)))


async def test_a_recording_copied_slowly_is_waited_for_and_its_captions_are_wanted(
    service: Service, mount: Path, media: Media, work: Work
) -> None:
    content = media("meeting.mp4").read_bytes()
    with (mount / "meeting.mp4").open("wb") as file:
        for start in range(0, len(content), len(content) // 8):
            file.write(content[start : start + len(content) // 8])
            file.flush()
            await asyncio.sleep(0.5)
    written_at = asyncio.get_running_loop().time()

    recording = await until_status(work, "meeting.mp4", "valid")

    assert asyncio.get_running_loop().time() - written_at > 1.5
    assert recording.size_bytes == len(content)
    assert await wishes(work) == ["meeting.mp4"]
    metrics = await service.get("/metrics")
    assert "archivist_scan_seconds_count" in metrics
    assert "archivist_mount_up" not in metrics  # the station's facts are the API's to tell
    assert json.loads(await service.get("/health/live"))["status"] == "ok"


async def test_neither_sigkill_nor_an_emptied_redis_loses_or_doubles_a_recording(
    service: Service, mount: Path, media: Media, work: Work, redis_url: str
) -> None:
    (mount / "a.mp4").write_bytes(media("meeting.mp4").read_bytes())
    await until_status(work, "a.mp4", "settling")

    await service.end(signal.SIGKILL)
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    (mount / "b.mp3").write_bytes(media("meeting.mp3").read_bytes())
    await service.start()

    await until_status(work, "a.mp4", "valid")
    await until_status(work, "b.mp3", "valid")
    assert await wishes(work) == ["a.mp4", "b.mp3"]


async def test_it_stops_when_told_and_keeps_what_a_person_changed(service: Service, work: Work) -> None:
    async with asyncio.timeout(20):
        while not (mounts := await _mounts(work)) or mounts[0].status != "up":
            await asyncio.sleep(0.1)
    async with work() as unit:
        await unit.db.execute(update(Mount).values(settle_seconds=77, enabled=False))

    assert await service.end(signal.SIGTERM) == 0

    await service.start()
    await asyncio.sleep(2)
    (mount,) = await _mounts(work)
    assert (mount.name, mount.settle_seconds, mount.enabled) == ("north", 77, False)


async def _mounts(work: Work) -> list[Mount]:
    async with work() as unit:
        return list(await unit.db.scalars(select(Mount)))
