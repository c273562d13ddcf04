"""From the drive to the sidecar with ingest, transcriber and VOD service: captions are of what lies under a name."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from arq.connections import ArqRedis
from sqlalchemy import select

from services.vod.deps import VodDeps
from services.vod.gateways.drives import Drives
from services.vod.parts.settle_publication import end_publication
from services.vod.usecases.publish_recording import publish_recording
from shared.compute import ComputeProcesses
from shared.db.models import City, Mount, Publication
from shared.jobs.worker import Handler, LaneWorker, LeaseTerms
from shared.lanes import Lane
from tests.integration.ingest.conftest import Station
from tests.integration.pipeline.conftest import Workshop
from tests.integration.pipeline.test_crossing import CITY


class Whole:
    """All three services at one drive."""

    def __init__(self, workshop: Workshop, compute: ComputeProcesses) -> None:
        self.drive, self.work, self.workshop = workshop.mount, workshop.work, workshop
        self.ingest = Station(workshop.work, workshop.notifier, self.drive, _no_media, compute)
        self.transcriber = workshop.worker()
        deps = VodDeps(
            work=workshop.work,
            cablecast=None,
            output_root=workshop.output,
            compute=compute,
            drives=Drives(compute, timeout_s=20),
            poll=timedelta(seconds=60),
            patience=timedelta(hours=4),
            publishes=True,
        )
        self.vod = LaneWorker(
            {Lane.PUBLISH: Handler(lambda lease: publish_recording(lease, deps), end_publication, gives_up=False)},
            work=workshop.work,
            redis=cast("ArqRedis", None),
            notifier=workshop.notifier,
            concurrency=1,
            terms=LeaseTerms(),
        )

    async def begin(self) -> None:
        async with self.work() as unit:
            city = City(**CITY)
            unit.db.add(city)
            await unit.db.flush()
            unit.db.add(Mount(name="flex-1", path=str(self.drive), status="up", city_id=city.id))
        await self.ingest.settle()

    def put(self, media: Path, name: str) -> None:
        """As a careful program does it: under another name first."""
        shutil.copy(media, self.drive / ".y.tmp")
        (self.drive / ".y.tmp").replace(self.drive / name)

    async def look(self) -> None:
        """The next whole scan, and what follows from it."""
        await self.ingest.pass_time(16 * 60)
        await self.ingest.settle()

    async def finish(self) -> None:
        await self.workshop.finish(self.transcriber)
        while await self.vod.work_one(Lane.PUBLISH):
            pass

    def sidecar(self, name: str) -> bytes | None:
        path = (self.drive / name).with_suffix(".scc")
        return path.read_bytes() if path.exists() else None

    async def publications(self) -> dict[str, str]:
        async with self.work() as unit:
            rows = await unit.db.scalars(select(Publication))
            return {str(row.content): row.status for row in rows}


def _no_media(_: str) -> Path:
    raise AssertionError("these tests bring their own")


@pytest.fixture
async def whole(workshop: Workshop, compute: ComputeProcesses) -> AsyncIterator[Whole]:
    whole = Whole(workshop, compute)
    yield whole
    await whole.ingest.mounts.close()


async def test_a_recording_swapped_for_a_known_one_in_the_middle_of_its_slices_gets_that_ones_captions(
    whole: Whole, clip: Path, short_clip: Path
) -> None:
    whole.put(clip, "a.mp4")
    whole.put(short_clip, "c.mp4")
    await whole.begin()
    before = (await whole.ingest.recordings())["a.mp4"].content
    while await whole.transcriber.work_one(Lane.PLAN):
        pass
    assert await whole.transcriber.work_one(Lane.SLICE)

    whole.put(short_clip, "a.mp4")
    await whole.look()
    await whole.finish()

    rows = await whole.ingest.recordings()
    assert rows["a.mp4"].duplicate_of == rows["c.mp4"].id
    assert whole.sidecar("a.mp4") == whole.sidecar("c.mp4") is not None
    assert await whole.publications() == {str(rows["c.mp4"].content): "done"}
    assert before not in await whole.publications()


async def test_swaps_deletions_and_renames_end_with_captions_of_what_lies_there(
    whole: Whole, clip: Path, short_clip: Path
) -> None:
    whole.put(clip, "a.mp4")
    whole.put(short_clip, "b.mp4")
    await whole.begin()
    await whole.finish()
    of_clip, of_short = whole.sidecar("a.mp4"), whole.sidecar("b.mp4")
    assert of_clip and of_short and of_clip != of_short

    (whole.drive / "a.mp4").rename(whole.drive / "renamed.mp4")
    whole.put(short_clip, "copy.mp4")
    await whole.look()
    await whole.finish()
    assert (whole.sidecar("renamed.mp4"), whole.sidecar("a.mp4"), whole.sidecar("copy.mp4")) == (
        of_clip,
        None,
        of_short,
    )

    (whole.drive / "b.mp4").unlink()
    (whole.drive / "renamed.mp4").write_bytes(b"garbage" * 5000)
    await whole.look()
    await whole.finish()
    assert (whole.sidecar("renamed.mp4"), whole.sidecar("copy.mp4")) == (None, of_short)
    rows = await whole.ingest.recordings()
    assert rows["copy.mp4"].duplicate_of is None
    assert await whole.publications() == {str(rows["copy.mp4"].content): "done", **_ended(await whole.publications())}

    whole.put(clip, "renamed.mp4")
    await whole.look()
    await whole.finish()
    assert whole.sidecar("renamed.mp4") == of_clip


def _ended(publications: dict[str, str]) -> dict[str, str]:
    return {content: status for content, status in publications.items() if status == "removed"}


async def test_twins_with_equal_samples_get_captions_each(whole: Whole, short_clip: Path, tmp_path: Path) -> None:
    names = ("a.wav", "b.wav")
    for name, start in zip(names, (0, 4), strict=True):
        await _silent_where_samples_are_taken(short_clip, tmp_path / name, start)
        shutil.move(tmp_path / name, whole.drive / name)
    await whole.begin()
    rows = await whole.ingest.recordings()
    assert rows["a.wav"].identity == rows["b.wav"].identity

    await whole.finish()

    assert rows["a.wav"].content != rows["b.wav"].content
    async with whole.work() as unit:
        assert len((await unit.db.scalars(select(Publication))).all()) <= 2
    assert len(await whole.ingest.transcriptions()) == 2
    assert all(row.status in ("completed", "needs_review") for row in await whole.ingest.transcriptions())


async def _silent_where_samples_are_taken(media: Path, to: Path, start: int) -> None:
    quiet, speech = "anullsrc=r=44100:cl=mono:d=13", f"atrim={start}:{start + 14},asetpts=PTS-STARTPTS,aresample=44100"
    graph = (
        f"[0:a]aformat=channel_layouts=mono,asplit[x][y];[x]{speech}[s];[y]{speech}[t];"
        f"{quiet}[p];{quiet}[q];{quiet}[r];[p][s][q][t][r]concat=n=5:v=0:a=1"
    )
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(media), "-filter_complex", graph, "-c:a", "pcm_s16le"]
    process = await asyncio.create_subprocess_exec(*command, "-fflags", "+bitexact", str(to))
    assert await process.wait() == 0
