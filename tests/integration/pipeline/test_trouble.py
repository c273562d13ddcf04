"""What may happen to a transcription on its way, and that it costs at most the slice in hand."""

import asyncio
import contextlib
import json
import os
import resource
import shutil
import signal
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest

from services.api.session_tokens import Principal
from services.api.usecases.steer_transcription import cancel_transcription, retry_transcription
from services.transcriber.deps import TranscriberDeps
from services.transcriber.parts.decoded_sound import flac_of
from services.transcriber.usecases.end_transcription import end_slice
from services.transcriber.usecases.tidy_work_storage import tidy_work_storage
from services.transcriber.usecases.transcribe_slice import transcribe_slice
from shared.db.leases import Lease
from shared.db.models import Mount, Slice
from shared.jobs.worker import Handler, LaneWorker, LeaseTerms
from shared.lanes import Lane
from shared.lifecycle import SliceStatus, Stage, TranscriptionStatus
from tests.integration.pipeline.conftest import Workshop

WHO = Principal(name="ada", user_id=1, role="operator")


@asynccontextmanager
async def _slice_in_hand(worker: LaneWorker, deps: TranscriberDeps) -> AsyncIterator[tuple[asyncio.Task[bool], int]]:
    """A slice whose engine stands still in the middle of it, and the engine's process id."""
    async with deps.speech.engine() as engine:  # the pool has one engine, so this is the slice's
        await engine.start()
        pid = engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    task = asyncio.create_task(worker.work_one(Lane.SLICE))
    await asyncio.sleep(0.5)
    assert not task.done()
    try:
        yield task, pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
        await asyncio.wait([task])


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_cancelled_transcription_stops_within_seconds_and_a_retry_does_only_what_is_missing(
    workshop: Workshop, clip: Path
) -> None:
    made = await workshop.add(clip)
    deps = workshop.deps()
    worker = workshop.worker(deps)
    assert await worker.work_one(Lane.PLAN)
    assert await worker.work_one(Lane.SLICE)
    kept = {piece.number: piece.finished_at for piece in await workshop.slices(made) if piece.finished_at}

    async with _slice_in_hand(worker, deps) as (task, pid):
        started = monotonic()
        await cancel_transcription(made, WHO, work=workshop.work)
        await asyncio.wait_for(task, 15)
        took = monotonic() - started
    assert took < 10
    assert _is_gone(pid)
    assert (await workshop.row(made)).status == TranscriptionStatus.CANCELLED
    assert not await worker.work_one(Lane.SLICE)

    await retry_transcription(made, WHO, from_scratch=False, work=workshop.work)
    await workshop.finish(worker)

    assert (await workshop.row(made)).status == TranscriptionStatus.COMPLETED
    again = {piece.number: piece.finished_at for piece in await workshop.slices(made)}
    assert len(again) == 3
    assert {number: again[number] for number in kept} == kept != {}


async def test_the_word_of_a_person_who_cancels_at_the_last_moment_stands(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip)
    deps = workshop.deps()
    worker = workshop.worker(deps)
    await worker.work_one(Lane.PLAN)
    async with _slice_in_hand(worker, deps) as (task, pid):
        await cancel_transcription(made, WHO, work=workshop.work)
        os.kill(pid, signal.SIGCONT)  # the result arrives before anybody has noticed
        await task

    (piece,) = await workshop.slices(made)
    assert (piece.status, piece.result) == (SliceStatus.PENDING, None)
    assert (await workshop.row(made)).status == TranscriptionStatus.CANCELLED


async def test_an_engine_killed_in_the_middle_of_a_slice_costs_only_that_slice_and_no_word(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip)
    deps = workshop.deps()
    worker = workshop.worker(deps)
    await workshop.finish(worker)
    undisturbed = workshop.hashes(await workshop.row(made))
    await retry_transcription(made, WHO, from_scratch=True, work=workshop.work)
    await worker.work_one(Lane.PLAN)

    async with _slice_in_hand(worker, deps) as (task, pid):
        os.kill(pid, signal.SIGKILL)
        await task

    (piece,) = await workshop.slices(made)
    assert (piece.status, piece.attempt, piece.died_alone) == (SliceStatus.PENDING, 0, 1)
    assert piece.error_code == "engine_killed"
    await workshop.pass_time()
    await workshop.finish(worker)
    row = await workshop.row(made)
    assert row.status == TranscriptionStatus.COMPLETED
    assert workshop.hashes(row) == undisturbed


async def test_sound_that_is_gone_from_work_storage_is_decoded_again(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip)
    worker = workshop.worker()
    await worker.work_one(Lane.PLAN)
    shutil.rmtree(workshop.storage)

    await workshop.finish(worker)

    assert (await workshop.row(made)).status == TranscriptionStatus.COMPLETED


async def test_a_slice_that_alone_never_gets_done_in_time_ends_its_transcription_with_a_reason_and_no_other(
    workshop: Workshop, short_clip: Path
) -> None:
    deps = workshop.deps()
    poisoned = await workshop.add(short_clip, "poisoned.mp4", priority=2)

    async def transcribe(lease: Lease) -> None:
        async with workshop.work() as unit:
            is_poisoned = (await unit.db.get_one(Slice, lease.row_id)).transcription_id == poisoned
        await transcribe_slice(lease, replace(deps, slice_timeout_s=0.001) if is_poisoned else deps)

    worker = workshop.worker(
        deps, terms=LeaseTerms(max_attempts=2), otherwise={Lane.SLICE: Handler(transcribe, end_slice)}
    )
    await worker.work_one(Lane.PLAN)
    for _ in range(4):  # nothing else is finished meanwhile: the machine may be too busy for anything
        assert await worker.work_one(Lane.SLICE)
        await workshop.pass_time()
    waiting = (await workshop.slices(poisoned))[0]
    healthy = [await workshop.add(short_clip, f"healthy-{number}.mp4", priority=5) for number in range(2)]
    for _ in healthy:
        await worker.work_one(Lane.PLAN)
        assert await worker.work_one(Lane.SLICE)
        assert await worker.work_one(Lane.SLICE)
        await workshop.pass_time()
    await workshop.finish(worker)

    assert (waiting.status, waiting.attempt, waiting.error_code) == (SliceStatus.PENDING, 0, "engine_timeout")
    row = await workshop.row(poisoned)
    assert row.status == TranscriptionStatus.FAILED
    assert row.error_message is not None and row.error_message.startswith("Slice 1: ")
    assert row.completed_date is not None
    assert (await workshop.slices(poisoned))[0].status == SliceStatus.FAILED
    assert [(await workshop.row(each)).status for each in healthy] == [TranscriptionStatus.COMPLETED] * 2


async def test_sound_that_was_spoilt_in_work_storage_is_decoded_again(workshop: Workshop, short_clip: Path) -> None:
    """What cannot be read back there says nothing about the recording, and is not counted against it."""
    made = await workshop.add(short_clip)
    deps = workshop.deps()
    worker = workshop.worker(deps, terms=LeaseTerms(max_attempts=1))
    await worker.work_one(Lane.PLAN)
    flac_of(deps.work_root, made).write_bytes(b"no sound at all")
    assert await worker.work_one(Lane.SLICE)
    assert (await workshop.slices(made))[0].error_code == "work_storage_unreadable"
    await workshop.pass_time()

    await workshop.finish(worker)

    assert (await workshop.row(made)).status == TranscriptionStatus.COMPLETED


@pytest.mark.parametrize("how", ["the mount is empty", "ingest says that the mount is down"])
async def test_a_recording_that_is_away_is_waited_for_however_long_it_takes(
    workshop: Workshop, short_clip: Path, how: str
) -> None:
    made = await workshop.add(short_clip)
    worker = workshop.worker(terms=LeaseTerms(max_attempts=2))
    aside = workshop.mount.with_name("elsewhere")
    if how == "the mount is empty":
        workshop.mount.rename(aside)
        workshop.mount.mkdir()
    else:
        await _set_mount(workshop, "down")

    for _ in range(4):
        assert await worker.work_one(Lane.PLAN)
        await workshop.pass_time()

    row = await workshop.row(made)
    assert (row.status, row.stage, row.attempt) == (TranscriptionStatus.PROCESSING, Stage.PLAN, 0)
    assert row.error_code == "recording_away"
    if aside.exists():
        workshop.mount.rmdir()
        aside.rename(workshop.mount)
    await _set_mount(workshop, "up")
    assert await worker.work_one(Lane.PLAN)
    row = await workshop.row(made)
    assert (row.stage, row.error_code) == (Stage.SLICES, None)


async def test_full_storage_is_waited_for_and_nothing_is_lost(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip)
    worker = workshop.worker(terms=LeaseTerms(max_attempts=1))
    with _no_file_larger_than(2_000):
        await worker.work_one(Lane.PLAN)
    full = await workshop.row(made)
    await workshop.pass_time()
    await worker.work_one(Lane.PLAN)
    await worker.work_one(Lane.SLICE)
    with _no_file_larger_than(100):
        await worker.work_one(Lane.FINISH)
    fuller = await workshop.row(made)
    await workshop.pass_time()
    await workshop.finish(worker)

    assert (full.status, full.error_code, full.attempt) == ("processing", "work_storage_unwritable", 0)
    assert (fuller.status, fuller.error_code, fuller.attempt) == ("processing", "storage_full", 0)
    row = await workshop.row(made)
    assert (row.status, row.error_code) == (TranscriptionStatus.COMPLETED, None)
    assert not list(workshop.output.rglob("*.tmp"))
    manifest = json.loads((Path(str(row.metadata_file_path)).parent / "manifest.json").read_text())
    assert manifest["files"]["scc"]["size_bytes"] == Path(str(row.scc_file_path)).stat().st_size


async def test_sound_of_transcriptions_that_have_ended_is_taken_away_and_nothing_else(
    workshop: Workshop, short_clip: Path
) -> None:
    made, other = await workshop.add(short_clip, "a.mp4"), await workshop.add(short_clip, "b.mp4")
    deps = workshop.deps()
    worker = workshop.worker(deps)
    await worker.work_one(Lane.PLAN)
    await worker.work_one(Lane.PLAN)
    stranger, nobodys = workshop.storage / "copies", workshop.storage / str(uuid.uuid4())
    stranger.mkdir()
    nobodys.mkdir()
    await cancel_transcription(made, WHO, work=workshop.work)

    removed = await tidy_work_storage(deps)

    assert removed == 2
    assert sorted(path.name for path in workshop.storage.iterdir()) == sorted([str(other), "copies"])


async def _set_mount(workshop: Workshop, status: str) -> None:
    async with workshop.work() as unit:
        mount = await unit.db.get_one(Mount, (await workshop.mount_id()))
        mount.status = status


@contextmanager
def _no_file_larger_than(size: int) -> Iterator[None]:
    """What a full disk does to a writer, without filling one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
