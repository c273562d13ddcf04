"""What ingest tells: each thing once, when it happens, with the row that says the same."""

import shutil

from sqlalchemy import select, update

from shared.db.models import Event, Mount
from tests.integration.ingest.conftest import NAME, Station


async def _told(station: Station) -> list[str]:
    async with station.work() as unit:
        return list(await unit.db.scalars(select(Event.kind).order_by(Event.id)))


async def test_a_recording_is_told_when_it_is_seen_and_when_its_captions_are_wanted(station: Station) -> None:
    await station.recorded()
    await station.scan()
    seen = await _told(station)
    await station.settle()
    await station.settle()

    (row,) = await station.transcriptions()
    async with station.work() as unit:
        *_, valid, wanted = (await unit.db.scalars(select(Event).order_by(Event.id))).all()
    assert seen == ["recording.seen", "mount.up"]
    assert await _told(station) == [*seen, "recording.valid", "transcription.requested"]
    assert (valid.subject_id, valid.facts["duration_ms"]) == (str(row.recording_id), row.duration_ms)
    assert (wanted.transcription_id, wanted.actor) == (row.id, "ingest")


async def test_a_file_that_is_no_recording_is_told_once_with_its_reason(station: Station) -> None:
    folder = await station.add_mount()
    (folder / "broken.mp4").write_bytes(b"no video" * 4000)
    await station.settle()
    await station.settle()

    assert (await _told(station)).count("recording.rejected") == 1
    async with station.work() as unit:
        told = (await unit.db.scalars(select(Event).where(Event.kind == "recording.rejected"))).one()
    row = (await station.recordings())["broken.mp4"]
    assert (told.facts, told.level) == ({"code": row.reason_code, "reason": row.reason}, "warning")


async def test_a_recording_that_goes_and_one_that_becomes_another_are_told(station: Station) -> None:
    folder = await station.add_mount()
    station.put(folder, NAME)
    other = station.put(folder, "other.mp3", "meeting.mp3")
    await station.settle()
    before = len(await _told(station))

    other.unlink()
    station.put(folder, NAME, "meeting.mp3")
    async with station.work() as unit:
        await unit.db.execute(update(Mount).values(scanned_at=None))
    await station.settle()

    told = (await _told(station))[before:]
    assert told.count("recording.gone") == told.count("recording.changed") == 1
    assert told.count("transcription.ended") == 2


async def test_a_mount_is_told_to_be_down_and_up_again_and_not_at_each_look(station: Station) -> None:
    folder = await station.add_mount()
    station.put(folder, NAME)
    await station.scan()
    await station.scan()
    away = folder.rename(folder.with_name("away"))
    await station.scan()
    await station.scan()
    shutil.move(away, folder)
    await station.scan()

    async with station.work() as unit:
        rows = (await unit.db.scalars(select(Event).where(Event.subject_kind == "mount").order_by(Event.id))).all()
    assert [row.kind for row in rows] == ["mount.up", "mount.down", "mount.up"]
    assert [row.before for row in rows] == [{"status": one} for one in ("unknown", "up", "down")]
    assert rows[1].facts["code"]
