"""Real media files, made once by ffmpeg: one of every kind we accept, and the ways in which they go wrong."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from arq.connections import ArqRedis
from sqlalchemy import select, update

from services.ingest.deps import Deps, StationChoices
from services.ingest.gateways.ffprobe import FfprobeInspector
from services.ingest.gateways.mount_client import Mounts
from services.ingest.lane_jobs import handlers
from shared.compute import Compute, ComputeProcesses
from shared.db.models import Mount, Recording, Transcription
from shared.db.session import Work
from shared.jobs.worker import LaneWorker, LeaseTerms
from shared.lanes import Lane
from shared.notify import MemoryNotifier

PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=30000/1001:duration=12"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=440:duration=12"]
SILENCE = ["-f", "lavfi", "-i", "anullsrc=channel_layout=mono:sample_rate=44100:duration=12"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]

NAME = "14321-1-Grant City Council (20261103).mp4"

RECIPES: dict[str, list[str]] = {
    "meeting.mp4": [*PICTURE, *TONE, *H264, "-timecode", "01:00:00;00"],
    "meeting.mov": [*PICTURE, *TONE, *H264],
    "meeting.mkv": [*PICTURE, *TONE, *H264],
    "meeting.avi": [*PICTURE, *TONE, "-c:v", "mpeg4", "-c:a", "libmp3lame"],
    "meeting.wmv": [*PICTURE, *TONE, "-c:v", "wmv2", "-c:a", "wmav2"],
    "meeting.ts": [*PICTURE, *TONE, "-c:v", "mpeg2video", "-c:a", "mp2"],
    "meeting.mpg": [*PICTURE, *TONE, "-c:v", "mpeg2video", "-c:a", "mp2"],
    "meeting.mp3": TONE,
    "meeting.wav": TONE,
    "meeting.flac": TONE,
    "meeting.m4a": [*TONE, "-c:a", "aac"],
    "meeting.ogg": [*TONE, "-c:a", "libvorbis"],
    "faststart.mp4": [*PICTURE, *TONE, *H264, "-movflags", "+faststart"],
    "silent.mp4": [*PICTURE, *SILENCE, *H264],
    "picture-only.mp4": [*PICTURE, "-c:v", "libx264", "-preset", "ultrafast"],
    "second-track.mkv": [*PICTURE, *SILENCE, *TONE, "-map", "0", "-map", "1", "-map", "2", *H264],
    "short-sound.mp4": [*PICTURE, "-f", "lavfi", "-i", "sine=duration=1.5", *H264],
}


Media = Callable[[str], Path]


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    """Give the file of this name from ``RECIPES``, made on first use; read it, never change it."""
    folder = tmp_path_factory.mktemp("media")

    def make(name: str) -> Path:
        path = folder / name
        if not path.exists():
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *RECIPES[name], str(path)], check=True, timeout=60)
        return path

    return make


@pytest.fixture
def truncated(media: Media, tmp_path: Path) -> Callable[..., Path]:
    """Give a copy of a file that was cut off."""

    def cut(name: str, keep: float = 0.6) -> Path:
        whole = media(name).read_bytes()
        path = tmp_path / f"cut-{name}"
        path.write_bytes(whole[: int(len(whole) * keep)])
        return path

    return cut


class Station:
    """Ingest with a real database, real helper processes and real media; only the time is ours."""

    def __init__(self, work: Work, notifier: MemoryNotifier, root: Path, media: Media, compute: Compute) -> None:
        self.work = work
        self.notifier = notifier
        self.root = root
        self._media = media
        self.time = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
        self.mounts = Mounts(timeout_s=5)
        self.deps = Deps(
            work=work,
            mounts=self.mounts,
            inspector=FfprobeInspector(timeout_s=20),
            compute=compute,
            now=lambda: self.time,
            choices=StationChoices(),
        )
        self._worker = LaneWorker(
            handlers(self.deps),
            work=work,
            redis=cast("ArqRedis", None),  # rows are asked for directly: no queue is listened to
            notifier=notifier,
            concurrency=4,
            terms=LeaseTerms(),
        )

    async def add_mount(self, name: str = "flex-1", **values: Any) -> Path:
        path = self.root / name
        path.mkdir()
        async with self.work() as unit:
            unit.db.add(Mount(name=name, path=str(path), **values))
        return path

    def put(self, folder: Path, name: str, source: str = "meeting.mp4") -> Path:
        """A file of ``RECIPES`` under another name."""
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._media(source), path)
        return path

    async def recorded(self, name: str = NAME, source: str = "meeting.mp4") -> Path:
        """A recording on a mount that has nothing else."""
        return self.put(await self.add_mount(), name, source)

    async def pass_time(self, seconds: float) -> None:
        """Ours and the database's: what is due later comes nearer."""
        span = timedelta(seconds=seconds)
        self.time += span
        async with self.work() as unit:
            for table in (Mount, Recording):
                await unit.db.execute(update(table).values(ready_at=table.ready_at - span))

    async def scan(self) -> None:
        """Let the next scan of every mount be due, and do it."""
        await self.pass_time(46)
        while await self._worker.work_one(Lane.SCAN):
            pass

    async def inspect(self) -> None:
        while await self._worker.work_one(Lane.INSPECT):
            pass

    async def scan_until_still(self) -> None:
        """As often as it takes for what is there to have settled."""
        for _ in range(4):
            await self.scan()

    async def settle(self) -> None:
        """Scan until what is there has settled, and inspect it."""
        await self.scan_until_still()
        await self.inspect()

    async def recordings(self) -> dict[str, Recording]:
        async with self.work() as unit:
            rows = await unit.db.scalars(select(Recording).order_by(Recording.relative_path))
        return {row.relative_path: row for row in rows.all()}

    async def transcriptions(self) -> list[Transcription]:
        async with self.work() as unit:
            rows = await unit.db.scalars(select(Transcription).order_by(Transcription.created_date, Transcription.id))
        return list(rows.all())

    async def mount(self, name: str = "flex-1") -> Mount:
        async with self.work() as unit:
            return (await unit.db.scalars(select(Mount).where(Mount.name == name))).one()


@pytest.fixture
async def station(
    work: Work, notifier: MemoryNotifier, tmp_path: Path, media: Media, compute: ComputeProcesses
) -> AsyncIterator[Station]:
    station = Station(work, notifier, tmp_path, media, compute)
    yield station
    await station.mounts.close()
