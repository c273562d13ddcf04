"""For each test a Cablecast server, the simulator on a real port with a drive of its own, and our VOD service."""

import hashlib
import json
import shutil
import subprocess
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest
from arq.connections import ArqRedis
from sqlalchemy import func, select, update

from demo.cablecast.config import SimulatorConfig
from demo.cablecast.running import RunningStation, running
from services.vod.deps import VodDeps
from services.vod.gateways.cablecast import HttpCablecast, open_cablecast
from services.vod.gateways.drives import Drives
from services.vod.parts.settle_publication import end_publication
from services.vod.usecases.publish_recording import publish_recording
from shared.captions import Cue, SccOptions, write_cue_list, write_scc
from shared.compute import ComputeProcesses
from shared.db.models import CaptionVersion, City, Mount, Publication, Recording, Transcription
from shared.db.publishing_decision import want_publication
from shared.db.session import Work
from shared.jobs.worker import Handler, LaneWorker, LeaseTerms
from shared.lanes import Lane
from shared.notify import MemoryNotifier
from shared.rules.policy import PublishPolicy

NAME = "2101-1-Maplewood City Council (20260914).mp4"
_SENTENCES = ("Good evening.", "The meeting will come to order.", "Please call the roll.", "All in favor say aye.")
SAID = [Cue(Fraction(7 * n + 1), Fraction(7 * n + 4), (text,)) for n, text in enumerate(_SENTENCES)]
"""Captions of the thirty seconds of a recording."""

SHOW = {"id": 2101, "title": "Maplewood City Council", "eventDate": "2026-09-14T18:30:00", "channel": 5}

Record = Callable[..., Path]
"""Puts a recording onto the drive."""


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty seconds of picture and sound."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=30"]
    sound = ["-f", "lavfi", "-i", "sine=duration=30:sample_rate=16000"]
    command = ["ffmpeg", "-loglevel", "error", *picture, *sound, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """The station's content drive."""
    folder = tmp_path / "drive"
    folder.mkdir()
    return folder


@pytest.fixture
def record(drive: Path, clip: Path) -> Record:
    """Puts a recording of thirty seconds onto the drive."""

    def copy(name: str = NAME) -> Path:
        return Path(shutil.copy(clip, drive / name))

    return copy


@pytest.fixture
def station(drive: Path) -> Iterator[RunningStation]:
    """A running station with one show and nothing on its drive; its clock moves only when it is told to."""
    config = SimulatorConfig((drive,), "archivist", "a password: with colon", seed={"shows": [SHOW]}, scan_every_s=3600)
    with running(config) as answering:
        yield answering


@pytest.fixture
async def cablecast(station: RunningStation) -> AsyncIterator[HttpCablecast]:
    """A client of that station, with credentials."""
    client = open_cablecast(
        f"{station.url}/CablecastAPI/v1/", "archivist", "a password: with colon", pause=timedelta(milliseconds=1)
    )
    yield client
    await client.aclose()


@pytest.fixture
def cues() -> list[Cue]:
    """What is said in the thirty seconds."""
    return list(SAID)


class Desk:
    """The VOD service at one station; time passes only when a test says so."""

    def __init__(self, deps: VodDeps, notifier: MemoryNotifier, station: RunningStation, record: Record) -> None:
        self.work, self.deps, self.output = deps.work, deps, deps.output_root
        self.station = station
        self.drive = station.config.content_drives[0]
        self.record = record
        self._notifier = notifier

    @property
    def sidecar(self) -> Path:
        return (self.drive / NAME).with_suffix(".scc")

    def recorded(self, name: str = NAME) -> Path:
        """A recording that the station has seen on its drive."""
        path = self.record(name)
        self.station.index()
        return path

    async def captioned(
        self, cues: Sequence[Cue] = SAID, *, name: str = NAME, city: City | None = None, **policy: Any
    ) -> uuid.UUID:
        """A finished transcription of a recording on the drive, as the transcriber leaves it, and its publication."""
        async with self.work() as unit:
            mount = await unit.db.scalar(select(Mount)) or Mount(name="flex-1", path=str(self.drive), status="up")
            unit.db.add(mount)
            if city is not None:
                unit.db.add(city)
            await unit.db.flush()
            recording = await unit.db.scalar(select(Recording).where(Recording.relative_path == name))
            if recording is None:
                recording = Recording(
                    mount_id=mount.id,
                    relative_path=name,
                    file_name=name,
                    status="valid",
                    duration_ms=30_000,
                    recorded_at=datetime(2026, 9, 14, 18, 30, tzinfo=UTC),
                )
                unit.db.add(recording)
                await unit.db.flush()
            made = uuid.uuid4()
            scc = write_scc(cues, SccOptions())
            content = scc.text.encode()
            file = self.output / str(made) / f"{Path(name).stem}.scc"
            file.parent.mkdir(parents=True)
            file.write_bytes(content)
            row = Transcription(
                id=made,
                recording_id=recording.id,
                city_id=city.id if city else None,
                filename=name,
                file_path=str(self.drive / name),
                status="completed",
                stage="done",
                output_directory=str(file.parent),
            )
            unit.db.add(row)
            await unit.db.flush()
            unit.db.add(
                CaptionVersion(
                    transcription_id=made,
                    number=1,
                    cue_list=json.loads(write_cue_list(scc.cues)),
                    files={"scc": {"name": file.name, "sha256": hashlib.sha256(content).hexdigest()}},
                )
            )
            await unit.db.flush()
            await want_publication(unit.db, row, **{"station": PublishPolicy.AUTO, **policy})
        return made

    async def walk(self, steps: int = 1, deps: VodDeps | None = None) -> Publication:
        """Let the worker take the publication up this often, a good minute apart; answers its last state."""
        deps = deps or self.deps
        worker = LaneWorker(
            {Lane.PUBLISH: Handler(lambda lease: publish_recording(lease, deps), end_publication, gives_up=False)},
            work=self.work,
            redis=cast("ArqRedis", None),
            notifier=self._notifier,
            concurrency=1,
            terms=LeaseTerms(max_attempts=2),
        )
        for _ in range(steps):
            await worker.work_one(Lane.PUBLISH)
            await self.pass_time(timedelta(seconds=61))
            self.station.index()
        return await self.newest()

    async def pass_time(self, span: timedelta) -> None:
        self.station.advance(span.total_seconds())
        async with self.work() as unit:
            await unit.db.execute(
                update(Publication).values(
                    ready_at=func.now() - timedelta(seconds=1), vod_started_at=Publication.vod_started_at - span
                )
            )

    async def newest(self) -> Publication:
        async with self.work() as unit:
            rows = await unit.db.scalars(select(Publication).order_by(Publication.created_at.desc()).limit(1))
            return rows.one()

    async def publication_of(self, transcription_id: uuid.UUID) -> Publication:
        async with self.work() as unit:
            rows = await unit.db.scalars(select(Publication).where(Publication.transcription_id == transcription_id))
            return rows.one()

    def vods_posted(self) -> int:
        return sum(method == "POST" and path.endswith("/vods") for method, path in self.station.requests())


@pytest.fixture
def desk(
    work: Work,
    notifier: MemoryNotifier,
    station: RunningStation,
    cablecast: HttpCablecast,
    record: Record,
    tmp_path: Path,
    compute: ComputeProcesses,
) -> Desk:
    deps = VodDeps(
        work=work,
        cablecast=cablecast,
        output_root=tmp_path / "output",
        compute=compute,
        drives=Drives(compute, timeout_s=20),
        poll=timedelta(seconds=60),
        patience=timedelta(hours=4),
        publishes=True,
    )
    return Desk(deps, notifier, station, record)
