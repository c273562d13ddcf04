"""The transcriber with a real database, real ffmpeg and the demonstration speech model; only the time is ours."""

import asyncio
import hashlib
import shutil
import subprocess
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from arq.connections import ArqRedis
from sqlalchemy import func, select, update
from sqlalchemy.orm import undefer

from services.ingest.gateways.ffprobe import FfprobeInspector
from services.ingest.verdicts import Valid
from services.transcriber.__main__ import handlers
from services.transcriber.composing.compose import CaptionChoices
from services.transcriber.decoding.plan import SliceOptions
from services.transcriber.deps import TranscriberDeps
from services.transcriber.engines.pool import SpeechPool
from services.transcriber.engines.values import EngineSpec
from shared.db.models import CaptionVersion, City, Mount, Publication, Recording, Slice, Transcription
from shared.db.session import Work
from shared.jobs.worker import Handler, LaneWorker, LeaseTerms
from shared.lanes import Lane, lanes_of
from shared.media.probe import facts_as_json
from shared.notify import MemoryNotifier

ROOT = Path(__file__).parents[3]
MODEL = EngineSpec(engine="faster-whisper", model=str(ROOT / "demo" / "model"), device="cpu", batch_size=8, threads=1)


@pytest.fixture(scope="session")
def make_media(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Sequence[str]], Path]:
    """Make a media file with these arguments of ffmpeg, once."""
    folder = tmp_path_factory.mktemp("pipeline-media")

    def make(name: str, arguments: Sequence[str]) -> Path:
        path = folder / name
        if not path.exists():
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *arguments, str(path)], check=True, timeout=60)
        return path

    return make


@pytest.fixture(scope="session")
def clip(make_media: Callable[[str, Sequence[str]], Path]) -> Path:
    """The first 77 seconds of the demonstration meeting: the roll call, the minutes, and item seven."""
    whole = next((ROOT / "demo" / "recording").glob("*.mp4"))
    return make_media("clip.mp4", ["-i", str(whole), "-t", "77", "-c", "copy"])


@pytest.fixture(scope="session")
def short_clip(make_media: Callable[[str, Sequence[str]], Path]) -> Path:
    """The first twenty seconds."""
    whole = next((ROOT / "demo" / "recording").glob("*.mp4"))
    return make_media("short.mp4", ["-i", str(whole), "-t", "20", "-c", "copy"])


class Workshop:
    """One mount, one output tree, one work storage, and as many workers as a test likes."""

    def __init__(self, work: Work, notifier: MemoryNotifier, root: Path) -> None:
        self.work = work
        self.notifier = notifier
        self.mount = root / "mount"
        self.output = root / "output"
        self.storage = root / "work"
        self.mount.mkdir()
        self._open = AsyncExitStack()
        self._slices = SliceOptions(target_ms=25_000, max_ms=37_500)

    async def close(self) -> None:
        await self._open.aclose()

    def deps(self, spec: EngineSpec = MODEL, *, recycle_after: int = 50, **changes: Any) -> TranscriberDeps:
        speech = SpeechPool(spec, 1, recycle_after=recycle_after)
        self._open.push_async_callback(speech.close)
        deps = TranscriberDeps(
            work=self.work,
            speech=speech,
            work_root=self.storage,
            output_root=self.output,
            slices=self._slices,
            slice_timeout_s=120,
            choices=CaptionChoices(),
        )
        return replace(deps, **changes)

    def worker(
        self,
        deps: TranscriberDeps | None = None,
        *,
        terms: LeaseTerms | None = None,
        otherwise: Mapping[Lane, Handler] | None = None,
    ) -> LaneWorker:
        deps = deps or self.deps()
        return LaneWorker(
            {**handlers(deps), **(otherwise or {})},
            work=self.work,
            redis=cast("ArqRedis", None),  # rows are asked for directly: no queue is listened to
            notifier=self.notifier,
            concurrency=4,
            terms=terms or LeaseTerms(),
        )

    async def add(self, media: Path, name: str = "", *, city: City | None = None, **values: Any) -> uuid.UUID:
        """A recording on the mount that ingest has found valid, and the wish for its captions."""
        path = Path(shutil.copy(media, self.mount / (name or media.name)))
        verdict = await FfprobeInspector().inspect(str(path), path.stat().st_size)
        assert isinstance(verdict, Valid)
        async with self.work() as unit:
            mount = await unit.db.scalar(select(Mount))
            if mount is None:
                mount = Mount(name="flex-1", path=str(self.mount), status="up")
                unit.db.add(mount)
            if city is not None:
                unit.db.add(city)
            await unit.db.flush()
            known = {"city_id": city.id if city else None, "recorded_at": datetime(2026, 9, 14, 18, 30, tzinfo=UTC)}
            recording = Recording(
                mount_id=mount.id,
                relative_path=path.name,
                file_name=path.name,
                status="valid",
                size_bytes=path.stat().st_size,
                duration_ms=verdict.facts.duration_ms,
                facts=facts_as_json(verdict.facts),
                **known,
            )
            unit.db.add(recording)
            await unit.db.flush()
            row = Transcription(
                recording_id=recording.id,
                filename=path.name,
                file_path=str(path),
                duration_ms=recording.duration_ms,
                **known,
                **values,
            )
            unit.db.add(row)
            await unit.db.flush()
            return row.id

    async def copy_elsewhere(self, media: Path, *, content: str, status: str = "down") -> None:
        """The same content on another mount; the mount of the first has this ``status`` from now on."""
        folder = self.mount.with_name("flex-2")
        folder.mkdir()
        shutil.copy(media, folder / "copy.mp4")
        async with self.work() as unit:
            original = (await unit.db.scalars(select(Recording))).one()
            await unit.db.execute(update(Mount).values(status=status))
            mount = Mount(name="flex-2", path=str(folder), status="up")
            unit.db.add(mount)
            await unit.db.flush()
            copy = {"relative_path": "copy.mp4", "file_name": "copy.mp4", "status": "valid", "content": content}
            unit.db.add(Recording(mount_id=mount.id, duplicate_of=original.id, **copy))

    async def row(self, transcription_id: uuid.UUID) -> Transcription:
        async with self.work() as unit:
            return await unit.db.get_one(Transcription, transcription_id, options=[undefer(Transcription.standing)])

    async def slices(self, transcription_id: uuid.UUID) -> list[Slice]:
        async with self.work() as unit:
            rows = await unit.db.scalars(
                select(Slice).where(Slice.transcription_id == transcription_id).order_by(Slice.number)
            )
            return list(rows.all())

    async def versions(self, transcription_id: uuid.UUID) -> list[CaptionVersion]:
        async with self.work() as unit:
            rows = await unit.db.scalars(
                select(CaptionVersion)
                .where(CaptionVersion.transcription_id == transcription_id)
                .order_by(CaptionVersion.number)
            )
            return list(rows.all())

    async def publications(self) -> list[Publication]:
        async with self.work() as unit:
            return list((await unit.db.scalars(select(Publication))).all())

    async def mount_id(self) -> uuid.UUID:
        async with self.work() as unit:
            return (await unit.db.scalars(select(Mount.id))).one()

    async def pass_time(self) -> None:
        """Whatever waits for a while has waited long enough."""
        async with self.work() as unit:
            for table in (Transcription, Slice):
                await unit.db.execute(update(table).values(ready_at=func.now() - timedelta(seconds=1)))

    async def finish(self, *workers: LaneWorker) -> None:
        """Let the workers go on until none of them finds anything ready."""
        while any(await asyncio.gather(*(_one(worker) for worker in workers))):
            pass

    def hashes(self, row: Transcription) -> dict[str, str]:
        """SHA-256 of every output file but the manifest, which knows where the work was done."""
        assert row.metadata_file_path is not None
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(Path(row.metadata_file_path).parent.iterdir())
            if path.is_file() and path.name not in ("manifest.json", ".recording")
        }


async def _one(worker: LaneWorker) -> bool:
    for lane in lanes_of("transcriber"):
        if await worker.work_one(lane):
            return True
    return False


@pytest.fixture
async def workshop(work: Work, notifier: MemoryNotifier, tmp_path: Path) -> AsyncIterator[Workshop]:
    """A transcriber's surroundings, empty."""
    workshop = Workshop(work, notifier, tmp_path)
    yield workshop
    await workshop.close()
