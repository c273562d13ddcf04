"""Publications with a real database against the simulated station: every way they may go, and none of them twice."""

import asyncio
import hashlib
import json
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest
from arq.connections import ArqRedis
from sqlalchemy import func, select, text, update

from demo.cablecast.running import RunningStation
from services.api.tokens import Principal
from services.api.usecases.steer_publication import link_publication, remove_publication, retry_publication
from services.vod.deps import VodDeps
from services.vod.gateways.cablecast import HttpCablecast
from services.vod.usecases.publish_recording import publish_recording
from services.vod.usecases.settle_publication import end_publication
from shared.captions import Cue, SccOptions, write_cue_list, write_scc
from shared.db.models import (
    CablecastShow,
    CaptionVersion,
    City,
    Mount,
    Publication,
    Recording,
    Transcription,
    VodContent,
)
from shared.db.publications import want_publication
from shared.db.session import Work
from shared.jobs.doorbell import MemoryDoorbell
from shared.jobs.lanes import Lane
from shared.jobs.worker import Handler, LaneWorker, Terms

NAME = "2101-1-Maplewood City Council (20260914).mp4"
WHO = Principal(name="ada", user_id=1, role="operator")
OTHERS = [Cue(Fraction(2), Fraction(4), ("Somebody else made this.",))]
Record = Callable[..., Path]


class Desk:
    """The VOD service at one station; time passes only when a test says so."""

    def __init__(
        self, work: Work, doorbell: MemoryDoorbell, station: RunningStation, cablecast: HttpCablecast, root: Path
    ) -> None:
        self.work = work
        self.station = station
        self.drive = station.config.content_drives[0]
        self.output = root / "output"
        self._doorbell = doorbell
        self.deps = VodDeps(
            work=work,
            cablecast=cablecast,
            output_root=self.output,
            poll=timedelta(seconds=60),
            patience=timedelta(hours=4),
            creates_vods=True,
        )

    @property
    def sidecar(self) -> Path:
        return (self.drive / NAME).with_suffix(".scc")

    async def captioned(
        self, cues: Sequence[Cue], *, name: str = NAME, city: City | None = None, **policy: Any
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
            await want_publication(unit.db, row, **policy)
        return made

    async def walk(self, steps: int = 1, deps: VodDeps | None = None) -> Publication:
        """Let the worker take the publication up this often, a good minute apart; answers its last state."""
        deps = deps or self.deps
        worker = LaneWorker(
            {Lane.PUBLISH: Handler(lambda lease: publish_recording(lease, deps), end_publication, gives_up=False)},
            work=self.work,
            redis=cast("ArqRedis", None),
            doorbell=self._doorbell,
            concurrency=1,
            terms=Terms(max_attempts=2),
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
async def desk(
    work: Work, doorbell: MemoryDoorbell, station: RunningStation, cablecast: HttpCablecast, tmp_path: Path
) -> AsyncIterator[Desk]:
    yield Desk(work, doorbell, station, cablecast, tmp_path)


async def test_a_recording_named_after_its_show_is_published_once_and_proven(
    desk: Desk, record: Record, cues: list[Cue]
) -> None:
    media = record()
    before = media.read_bytes()
    desk.station.index()
    made = await desk.captioned(cues)

    row = await desk.walk(4)

    assert (row.status, row.show_id, row.linked_by, row.vod_created) == ("published", 2101, "file name", True)
    assert row.evidence is not None and row.evidence["share"] == 1.0
    assert row.verified_at is not None
    assert desk.sidecar.read_bytes() == next(desk.output.rglob("*.scc")).read_bytes()
    assert media.read_bytes() == before
    assert desk.vods_posted() == 1
    async with desk.work() as unit:
        show = (await unit.db.scalars(select(CablecastShow))).one()
        vod = (await unit.db.scalars(select(VodContent))).one()
        transcription = await unit.db.get_one(Transcription, made)
    assert (show.cablecast_id, show.title) == (2101, "Maplewood City Council")
    assert (vod.vod_id, vod.status, vod.cablecast_show_id) == (str(row.vod_id), "published", show.id)
    assert (transcription.vod_id, transcription.vod_status) == (str(row.vod_id), "published")
    assert transcription.vod_url == vod.url is not None

    await retry_publication(row.id, WHO, work=desk.work)
    again = await desk.walk(1)
    assert again.status == "published"
    assert desk.vods_posted() == 1


async def test_a_vod_older_than_the_sidecar_goes_to_a_person_with_the_reason(
    desk: Desk, record: Record, cues: list[Cue], cablecast: HttpCablecast
) -> None:
    record()
    desk.station.index()
    vod = (await cablecast.create_vod(2101, 1)).vod
    desk.station.advance(120)
    await desk.captioned(cues)

    await desk.walk(2)
    await desk.pass_time(timedelta(minutes=11))
    row = await desk.walk(1)

    assert (row.status, row.reason_code, row.vod_id, row.vod_created) == (
        "needs_review",
        "captions_not_visible",
        vod.id,
        False,
    )
    assert row.reason is not None and "older than the sidecar" in row.reason
    desk.station.transcode_again(vod.id)
    await retry_publication(row.id, WHO, work=desk.work)
    row = await desk.walk(3)
    assert row.status == "published"
    assert desk.vods_posted() == 1  # the one this test made itself


async def test_an_uncertain_link_waits_for_a_person_who_chooses_among_suggestions(
    desk: Desk, record: Record, cues: list[Cue]
) -> None:
    name = "Maplewood City Council 09142026.mp4"
    record(name)
    record()
    desk.station.index()
    await desk.captioned(cues, name=name)

    row = await desk.walk(1)
    assert (row.status, row.reason_code) == ("needs_review", "needs_linking")
    assert row.suggestions is not None and row.suggestions[0]["show_id"] == 2101
    assert not (desk.drive / name).with_suffix(".scc").exists()

    await link_publication(row.id, 2101, WHO, work=desk.work)
    row = await desk.walk(1)
    assert (row.show_id, row.linked_by) == (2101, "ada")
    assert (desk.drive / name).with_suffix(".scc").exists()


async def test_the_citys_policy_decides_whether_a_publication_begins(
    desk: Desk, record: Record, cues: list[Cue]
) -> None:
    record()
    await desk.captioned(cues, city=City(slug="off", name="Off", publish_policy="off"))
    async with desk.work() as unit:
        assert (await unit.db.scalars(select(Publication))).all() == []

    await desk.captioned(cues, city=City(slug="review", name="Review", publish_policy="review"))
    row = await desk.walk(1)

    assert (row.status, row.reason_code) == ("needs_review", "waits_for_release")
    assert not desk.sidecar.exists()


async def test_a_city_that_forbids_sidecars_gets_none_and_no_vod_without_captions(
    desk: Desk, record: Record, cues: list[Cue]
) -> None:
    record()
    desk.station.index()
    await desk.captioned(cues, city=City(slug="private", name="Private", write_sidecar=False))

    row = await desk.walk(1)

    assert (row.status, row.reason_code) == ("needs_review", "sidecar_not_allowed")
    assert sorted(path.name for path in desk.drive.iterdir()) == [NAME]
    assert desk.vods_posted() == 0


async def test_captions_of_somebody_else_stay_and_a_person_is_asked(
    desk: Desk, record: Record, cues: list[Cue]
) -> None:
    record()
    desk.station.index()
    theirs = write_scc(OTHERS).text
    desk.sidecar.write_text(theirs)
    await desk.captioned(cues)

    row = await desk.walk(1)

    assert (row.status, row.reason_code) == ("needs_review", "foreign_sidecar")
    assert desk.sidecar.read_text() == theirs
    assert desk.vods_posted() == 0


async def test_a_broken_sidecar_of_somebody_else_is_replaced_and_kept_aside(
    desk: Desk, record: Record, cues: list[Cue]
) -> None:
    record()
    desk.station.index()
    desk.sidecar.write_text("this is no caption file")
    await desk.captioned(cues)

    row = await desk.walk(4)

    assert row.status == "published"
    (backup,) = desk.drive.glob("*.bak")
    assert backup.read_text() == "this is no caption file"


async def test_a_cablecast_that_is_down_is_waited_for_and_what_was_done_is_kept(
    desk: Desk, record: Record, cues: list[Cue]
) -> None:
    record()
    desk.station.index()
    await desk.captioned(cues)
    desk.station.fault("status", "/cablecastapi/*", status=503, times=24)

    down = await desk.walk(8)  # far more often than any limit of attempts
    assert (down.status, down.error_code) == ("pending", "cablecast_unavailable")

    row = await desk.walk(5)
    assert (row.status, row.error_code, row.attempt) == ("published", None, 0)
    assert desk.vods_posted() == 1


async def test_steps_that_are_done_are_kept_when_the_next_one_fails(
    desk: Desk, record: Record, cues: list[Cue]
) -> None:
    record()
    desk.station.index()
    await desk.captioned(cues)
    desk.station.fault("status", "/cablecastapi/v1/assets/*", status=500, times=1)

    row = await desk.walk(1)

    assert (row.status, row.show_id, row.error_code) == ("placed", 2101, "cablecast_unavailable")
    assert row.sidecar is not None and row.sidecar["sha256"] == hashlib.sha256(desk.sidecar.read_bytes()).hexdigest()


async def test_a_lost_answer_to_the_making_of_a_vod_makes_no_second_one(
    desk: Desk, record: Record, cues: list[Cue], cablecast: HttpCablecast
) -> None:
    record()
    desk.station.index()
    await desk.captioned(cues)
    desk.station.fault("drop", "/cablecastapi/v1/vods", method="POST", times=1, after_processing=True)

    row = await desk.walk(4)

    assert (row.status, row.vod_created) == ("published", True)
    assert len((await cablecast.get_show(2101)).vods) == 1


async def test_a_vod_that_cablecast_gives_up_fails_with_its_words(desk: Desk, record: Record, cues: list[Cue]) -> None:
    record()
    desk.station.index()
    made = await desk.captioned(cues)
    desk.station.fail_next_transcode("permanentFailure", "The codec is unknown.")

    row = await desk.walk(4)

    assert (row.status, row.reason_code) == ("failed", "vod_failed")
    assert row.reason is not None and "The codec is unknown." in row.reason
    async with desk.work() as unit:
        assert (await unit.db.get_one(Transcription, made)).vod_status == "failed"


async def test_a_later_transcription_replaces_our_own_sidecar_and_ends_the_older_publication(
    desk: Desk, record: Record, cues: list[Cue]
) -> None:
    record()
    desk.station.index()
    first = await desk.captioned(cues)
    await desk.walk(1)
    older = desk.sidecar.read_bytes()
    assert (await desk.publication_of(first)).status == "placed"

    better = [replace(cues[0], rows=("Good evening, all.",)), *cues[1:]]
    second = await desk.captioned(better)
    await desk.walk(4)

    assert desk.sidecar.read_bytes() != older
    assert not list(desk.drive.glob("*.bak"))
    assert (await desk.publication_of(second)).status == "published"
    superseded = await desk.publication_of(first)
    assert (superseded.status, superseded.reason_code) == ("removed", "superseded")
    assert desk.vods_posted() == 1


async def test_a_worker_killed_between_placing_and_noting_it_does_not_make_our_file_a_strangers(
    desk: Desk, record: Record, cues: list[Cue], database_url: str, redis_url: str
) -> None:
    record()
    desk.station.index()
    first = await desk.captioned(cues)
    async with desk.work() as unit:
        await unit.db.execute(update(Publication).values(status="linked", show_id=2101, linked_by="file name"))
    environment = {
        **os.environ,
        "DATABASE_URL": database_url.replace("+asyncpg", ""),
        "REDIS_URL": redis_url,
        "CABLECAST_API_URL": desk.station.url,
        "CABLECAST_USERNAME": "archivist",
        "CABLECAST_PASSWORD": "a password: with colon",
        "SWEEP_SECONDS": "0.2",
    }
    async with desk.work() as unit:
        # Whoever wants to note that the captions are placed has to wait for us.
        await unit.db.execute(text("LOCK TABLE audit_events IN EXCLUSIVE MODE"))
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.vod", env=environment, stdout=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(30):
            while not desk.sidecar.exists():
                assert worker.returncode is None
                await asyncio.sleep(0.05)
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
    interrupted = await desk.publication_of(first)
    assert (interrupted.status, interrupted.sidecar) == ("linked", None)

    better = [replace(cues[0], rows=("Good evening, all.",)), *cues[1:]]
    second = await desk.captioned(better)
    await desk.walk(4)

    assert (await desk.publication_of(second)).status == "published"
    assert not list(desk.drive.glob("*.bak"))


async def test_a_station_without_cablecast_gets_its_sidecar(desk: Desk, record: Record, cues: list[Cue]) -> None:
    record()
    await desk.captioned(cues)

    row = await desk.walk(1, replace(desk.deps, cablecast=None))

    assert (row.status, row.reason_code) == ("needs_review", "cablecast_not_configured")
    assert desk.sidecar.exists()


async def test_captions_changed_in_the_output_tree_are_not_published(
    desk: Desk, record: Record, cues: list[Cue]
) -> None:
    record()
    desk.station.index()
    await desk.captioned(cues)
    next(desk.output.rglob("*.scc")).write_text(write_scc(OTHERS).text)

    row = await desk.walk(1)

    assert (row.status, row.reason_code) == ("needs_review", "captions_changed")
    assert not desk.sidecar.exists()


async def test_a_recording_away_with_its_mount_is_waited_for_and_one_that_is_lost_is_a_persons_matter(
    desk: Desk, record: Record, cues: list[Cue]
) -> None:
    media = record()
    desk.station.index()
    await desk.captioned(cues)
    aside = media.rename(desk.output / "aside.mp4")

    away = await desk.walk(1)
    assert (away.status, away.error_code) == ("linked", "recording_away")

    async with desk.work() as unit:
        await unit.db.execute(update(Recording).values(present=False))
    lost = await desk.walk(1)
    assert (lost.status, lost.reason_code) == ("needs_review", "recording_missing")

    aside.rename(media)
    await retry_publication(lost.id, WHO, work=desk.work)
    assert (await desk.walk(4)).status == "published"


async def test_a_publication_that_a_person_removes_meanwhile_stays_removed(
    desk: Desk, record: Record, cues: list[Cue]
) -> None:
    record()
    desk.station.index()
    await desk.captioned(cues)
    desk.station.fault("delay", "/cablecastapi/v1/shows/*", seconds=1.0, times=1)
    walking = asyncio.create_task(desk.walk(1))
    await asyncio.sleep(0.4)

    await remove_publication((await desk.newest()).id, WHO, work=desk.work)
    await walking

    assert (await desk.newest()).status == "removed"
    assert not desk.sidecar.exists()
    assert desk.vods_posted() == 0
