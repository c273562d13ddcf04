"""One recording stays one, however often it is replaced, touched, copied or moved."""

import asyncio
import os

import pytest
from sqlalchemy import select

from shared.db.models import Event
from tests.integration.ingest.conftest import NAME, Station


async def test_a_valid_file_that_is_replaced_is_transcribed_anew_and_the_old_work_is_cancelled(
    station: Station,
) -> None:
    path = await station.recorded()
    await station.settle()

    station.put(path.parent, ".new", "faststart.mp4").replace(path)
    await station.settle()
    await station.settle()

    old, new = sorted(await station.transcriptions(), key=lambda wish: wish.status)
    assert (old.status, old.error_code, new.status) == ("cancelled", "recording_changed", "pending")
    assert old.recording_id == new.recording_id


async def test_a_touched_file_is_not_transcribed_twice(station: Station) -> None:
    path = await station.recorded()
    await station.settle()

    os.utime(path, (1, 1))
    await station.pass_time(16 * 60)  # the next whole scan is due
    await station.scan()
    assert (await station.recordings())[NAME].status == "settling"
    await station.settle()

    assert (await station.recordings())[NAME].status == "valid"
    assert len(await station.transcriptions()) == 1


async def test_a_copy_is_recorded_as_a_duplicate_and_not_transcribed(station: Station) -> None:
    folder = await station.add_mount()
    station.put(folder, "a.mp4")
    await station.settle()

    station.put(folder, "spare/b.mp4")
    await station.settle()

    recordings = await station.recordings()
    assert recordings["spare/b.mp4"].status == "valid"
    assert recordings["spare/b.mp4"].duplicate_of == recordings["a.mp4"].id
    assert len(await station.transcriptions()) == 1


async def test_two_copies_that_settle_at_once_are_transcribed_once(station: Station) -> None:
    folder = await station.add_mount()
    station.put(folder, "a.mp4")
    station.put(folder, "b.mp4")
    await station.scan_until_still()

    await asyncio.gather(station.inspect(), station.inspect())

    recordings = await station.recordings()
    assert {row.status for row in recordings.values()} == {"valid"}
    assert sum(row.duplicate_of is None for row in recordings.values()) == 1
    assert len(await station.transcriptions()) == 1


@pytest.mark.parametrize("target", ["flex-1", "flex-2"])
async def test_a_moved_recording_stays_the_same_recording(station: Station, target: str) -> None:
    folder = await station.add_mount()
    await station.add_mount("flex-2")
    station.put(folder, "other.mp3", "meeting.mp3")
    path = station.put(folder, "a.mp4")
    await station.settle()
    before = (await station.recordings())["a.mp4"]

    path.rename(station.root / target / NAME)
    await station.settle()

    recordings = await station.recordings()
    assert set(recordings) == {NAME, "other.mp3"}
    after = recordings[NAME]
    assert after.id == before.id
    assert after.mount_id == (await station.mount(target)).id
    assert after.present
    (wish,) = [wish for wish in await station.transcriptions() if wish.recording_id == after.id]
    assert wish.file_path == str(station.root / target / NAME)
    async with station.work() as unit:
        assert (await unit.db.scalars(select(Event.kind).where(Event.kind == "recording.moved"))).all() == [
            "recording.moved"
        ]


@pytest.mark.parametrize("is_missed", [True, False])
async def test_of_several_places_that_have_gone_the_one_that_was_renamed_is_known_again(
    station: Station, is_missed: bool
) -> None:
    folder = await station.add_mount()
    station.put(folder, "other.mp3", "meeting.mp3")
    original = station.put(folder, "a.mp4")
    await station.settle()
    copy = station.put(folder, "b.mp4")
    await station.settle()
    before = (await station.recordings())["b.mp4"]

    original.unlink()
    if is_missed:
        await station.pass_time(16 * 60)
        await station.settle()
        assert (await station.recordings())["b.mp4"].duplicate_of is None
    copy.rename(copy.with_name(NAME))
    await station.settle()
    assert (await station.recordings())[NAME].id == before.id
    await station.pass_time(16 * 60)
    await station.settle()

    recordings = await station.recordings()
    assert set(recordings) == {"a.mp4", NAME, "other.mp3"}
    assert not recordings["a.mp4"].present
    assert {wish.recording_id for wish in await station.transcriptions()} <= {
        before.id,
        recordings["other.mp3"].id,
    }


async def test_a_copy_of_a_recording_whose_mount_went_away_is_a_duplicate_and_no_move(station: Station) -> None:
    folder = await station.add_mount()
    spare = await station.add_mount("flex-5")
    station.put(folder, "a.mp4")
    await station.settle()
    station.put(spare, "b.mp4")
    await station.scan_until_still()

    folder.rename(station.root / "unmounted")  # after the last scan, so that nobody has noticed yet
    folder.mkdir()
    await station.inspect()

    recordings = await station.recordings()
    assert recordings["b.mp4"].duplicate_of == recordings["a.mp4"].id
    assert len(await station.transcriptions()) == 1
