"""The files that people find: they change only when a result stands, and only while the recording is what it was."""

import shutil
from pathlib import Path

from sqlalchemy import select, update

from services.api.usecases.steer_transcription import (
    approve_transcription,
    cancel_transcription,
    retry_transcription,
)
from services.transcriber.usecases.end_transcription import end_transcription
from services.transcriber.usecases.finish_transcription import finish_transcription
from shared.db.models import City, Recording, Transcription
from shared.errors import Unusable
from shared.lanes import Lane
from shared.media.identity import stamp_of
from shared.rules.policy import PublishPolicy
from tests.integration.pipeline.conftest import Workshop
from tests.integration.pipeline.test_crossing import CITY, WHO, _leased


def _found(row: Transcription) -> dict[str, int]:
    folder = Path(str(row.output_directory))
    return {path.name: path.stat().st_ino for path in folder.iterdir() if path.is_file() and path.name[0] != "."}


async def _stamped(workshop: Workshop, media: Path) -> None:
    """As ingest leaves it: the ledger knows how the file looked when it was accepted."""
    stamp = stamp_of((workshop.mount / media.name).stat())
    values = {"mtime_ns": stamp.mtime_ns, "ctime_ns": stamp.ctime_ns, "inode": stamp.inode, "content": "aa"}
    async with workshop.work() as unit:
        await unit.db.execute(update(Recording).values(**values))
        await unit.db.execute(update(Transcription).values(content="aa"))


async def test_a_retry_that_is_cancelled_at_its_very_end_changes_no_file(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip, city=City(**CITY))
    worker = workshop.worker()
    await workshop.finish(worker)
    before = _found(await workshop.row(made))
    await retry_transcription(made, WHO, from_scratch=True, work=workshop.work)
    while await worker.work_one(Lane.PLAN) or await worker.work_one(Lane.SLICE):
        pass
    lease = await _leased(workshop.work, Lane.FINISH)

    await cancel_transcription(made, WHO, work=workshop.work)
    await finish_transcription(lease, workshop.deps())

    row = await workshop.row(made)
    assert before and _found(row) == before
    assert (row.status, row.progress, row.standing) == ("completed", 100, None)
    assert len(await workshop.versions(made)) == 1


async def test_captions_that_need_review_are_found_when_a_person_has_approved_them(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip, city=City(**{**CITY, "settings": {"quality_threshold": 1.0}}))
    worker = workshop.worker()
    await workshop.finish(worker)
    row = await workshop.row(made)
    assert row.status == "needs_review"
    assert row.review_reasons and all(reason["code"] and reason["text"] for reason in row.review_reasons)
    assert _found(row) == {}
    assert "/versions/" in str(row.scc_file_path)
    assert Path(str(row.scc_file_path)).exists()

    await approve_transcription(made, WHO, work=workshop.work, station=PublishPolicy.AUTO)
    await workshop.finish(worker)

    row = await workshop.row(made)
    assert f"{short_clip.stem}.scc" in _found(row)
    assert row.scc_file_path == str(Path(str(row.output_directory)) / f"{short_clip.stem}.scc")
    assert (row.status, row.links_due, row.lease_token) == ("completed", False, None)


async def test_links_wait_while_a_touched_recording_is_looked_at_again(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip, city=City(**CITY))
    await _stamped(workshop, short_clip)
    worker = workshop.worker()
    while await worker.work_one(Lane.PLAN) or await worker.work_one(Lane.SLICE):
        pass

    (workshop.mount / short_clip.name).chmod(0o600)
    await worker.work_one(Lane.FINISH)

    row = await workshop.row(made)
    assert (row.status, row.links_due, _found(row)) == ("completed", True, {})
    async with workshop.work() as unit:
        recording = await unit.db.get_one(Recording, row.recording_id)
        assert recording.status == "settling"
    await _stamped(workshop, short_clip)
    async with workshop.work() as unit:
        await unit.db.execute(update(Recording).values(status="valid"))
    await workshop.pass_time()
    await workshop.finish(worker)
    assert _found(await workshop.row(made)) != {}


async def test_sound_is_not_taken_from_a_file_that_was_swapped(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip)
    await _stamped(workshop, short_clip)
    another = shutil.copy(short_clip, workshop.mount / ".another")
    Path(another).replace(workshop.mount / short_clip.name)

    await workshop.worker().work_one(Lane.PLAN)

    row = await workshop.row(made)
    assert (row.status, row.error_code, row.attempt) == ("processing", "recording_in_doubt", 0)
    assert await workshop.slices(made) == []


async def test_a_recording_whose_mount_is_away_is_read_where_a_copy_lies(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip, city=City(**CITY))
    await _stamped(workshop, short_clip)
    await workshop.copy_elsewhere(short_clip, content="aa")
    (workshop.mount / short_clip.name).unlink()

    await workshop.finish(workshop.worker())

    assert (await workshop.row(made)).status == "completed"


async def test_a_recording_that_cannot_be_read_where_it_lies_is_read_where_a_copy_lies(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip, city=City(**CITY), include_summary=False)
    await _stamped(workshop, short_clip)
    await workshop.copy_elsewhere(short_clip, content="aa", status="up")
    (workshop.mount / short_clip.name).write_bytes(b"what a broken drive gives")
    async with workshop.work() as unit:
        await unit.db.execute(update(Recording).values(ctime_ns=None))  # it says that nothing has changed

    await workshop.finish(workshop.worker())

    assert (await workshop.row(made)).status == "failed"
    async with workshop.work() as unit:
        (second,) = (await unit.db.scalars(select(Transcription).where(Transcription.id != made))).all()
        places = {row.file_name: row for row in await unit.db.scalars(select(Recording))}
    assert (second.status, second.filename, second.include_summary) == ("completed", "copy.mp4", False)
    assert places[short_clip.name].duplicate_of == places["copy.mp4"].id
    assert places["copy.mp4"].duplicate_of is None


async def test_a_retry_that_fails_leaves_finished_captions_as_they_were_and_says_why(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip, city=City(**CITY))
    await workshop.finish(workshop.worker())
    before = await workshop.row(made)
    await retry_transcription(made, WHO, from_scratch=True, work=workshop.work)
    lease = await _leased(workshop.work, Lane.PLAN)

    async with workshop.work() as unit:
        await end_transcription(unit.db, lease, Unusable("The drive gave nonsense.", code="media_unreadable"))

    row = await workshop.row(made)
    assert (row.status, row.stage, row.progress, row.lease_token) == ("completed", "done", 100, None)
    assert (row.completed_date, row.plan) == (before.completed_date, before.plan)
    assert row.error_code == "media_unreadable"
    assert [piece.status for piece in await workshop.slices(made)] == ["done"]
