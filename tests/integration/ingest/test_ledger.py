"""From a file on a mount to a wish for captions: scans and inspections on a real database."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from services.ingest.gateways.tree import Found, Trouble
from shared.db.models import AuditEvent, City, Mount, Recording, Transcription
from shared.jobs.lanes import Lane

if TYPE_CHECKING:
    Station = Any

Media = Callable[[str], Path]

NAME = "14321-1-Grant City Council (20261103).mp4"

# A sidecar by hand: one pop-on caption "HI" and its erasure, odd parity as CEA-608 wants it.
SIDECAR = (
    "Scenarist_SCC V1.0\n\n"
    "00:00:01;00\t94ae 94ae 9420 9420 9470 9470 c849 942c 942c 942f 942f\n\n"
    "00:00:03;00\t942c 942c\n"
)


def put(media: Media, folder: Path, name: str, source: str = "meeting.mp4") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(media(source), path)
    return path


async def test_a_complete_recording_is_valid_and_its_captions_are_wanted(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    put(media, folder, NAME)

    await station.settle()

    (recording,) = (await station.recordings()).values()
    assert recording.status == "valid"
    assert abs(recording.duration_ms - 12_000) < 120
    assert recording.recorded_at.isoformat() == "2026-11-03T12:00:00+00:00"
    assert recording.facts["container"] == "mp4"
    assert recording.facts["video"][0]["frame_rate"] == "30000/1001"
    (wish,) = await station.transcriptions()
    assert wish.recording_id == recording.id
    assert (wish.status, wish.stage, wish.language) == ("pending", "plan", "en")
    assert wish.file_path == str(folder / NAME)
    assert station.doorbell.rung[Lane.PLAN] == 1


async def test_nothing_is_inspected_before_the_window_has_passed(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    put(media, folder, NAME)

    await station.scan()
    await station.scan()
    await station.inspect()

    (recording,) = (await station.recordings()).values()
    assert recording.status == "settling"
    assert recording.settled_at is None
    assert await station.transcriptions() == []


async def test_a_file_that_grows_slowly_is_waited_for(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    content = media("meeting.mp4").read_bytes()
    path = folder / NAME
    for part in range(5):
        with path.open("ab") as file:
            file.write(content[len(content) * part // 5 : len(content) * (part + 1) // 5])
        await station.scan()
        await station.scan()
        await station.inspect()
        assert await station.transcriptions() == []

    await station.settle()

    (recording,) = (await station.recordings()).values()
    assert recording.status == "valid"
    assert len(recording.looks) > 1
    assert len(await station.transcriptions()) == 1


async def test_a_city_is_known_by_the_words_in_the_name(station: "Station", media: Media) -> None:
    async with station.work() as unit:
        grant = City(slug="grant", name="Grant", title_words=["Grant"], priority=4, settings={"language": "es"})
        oakdale = City(slug="oakdale", name="Oakdale", title_words=["Oakdale"])
        unit.db.add_all([grant, oakdale])
    folder = await station.add_mount(city_id=oakdale.id)
    put(media, folder, NAME)
    put(media, folder, "Planning.mp3", "meeting.mp3")

    await station.settle()

    recordings = await station.recordings()
    assert recordings[NAME].city_id == grant.id
    assert recordings["Planning.mp3"].city_id == oakdale.id
    wishes = {wish.filename: wish for wish in await station.transcriptions()}
    assert (wishes[NAME].language, wishes[NAME].priority, wishes[NAME].city_id) == ("es", 4, grant.id)
    assert (wishes["Planning.mp3"].language, wishes["Planning.mp3"].priority) == ("en", 1)


async def test_bad_files_are_rejected_with_reasons_and_later_files_still_processed(
    station: "Station", media: Media
) -> None:
    folder = await station.add_mount()
    (folder / "a-text.mp4").write_text("Agenda\n" * 1000)
    (folder / "b-noise.mp4").write_bytes(b"\x9c\xff" * 30_000)
    put(media, folder, "c-silent.mp4", "silent.mp4")
    put(media, folder, "d-picture.mp4", "picture-only.mp4")
    put(media, folder, "e-good.mp4")
    Path(os.fsdecode(os.fsencode(folder) + b"/f-caf\xe9.mp4")).write_bytes(b"x")

    await station.settle()

    found = {path: (row.status, row.reason_code) for path, row in (await station.recordings()).items()}
    assert found == {
        "a-text.mp4": ("rejected", "not_media"),
        "b-noise.mp4": ("rejected", "unreadable_header"),
        "c-silent.mp4": ("rejected", "silent"),
        "d-picture.mp4": ("rejected", "no_audio"),
        "e-good.mp4": ("valid", None),
        "f-caf\\xe9.mp4": ("rejected", "name_not_utf8"),
    }
    assert all(row.reason for row in (await station.recordings()).values() if row.status == "rejected")
    assert [wish.filename for wish in await station.transcriptions()] == ["e-good.mp4"]


async def test_a_rejected_file_is_looked_at_again_when_it_changes(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    path = put(media, folder, NAME, "silent.mp4")
    await station.settle()
    assert (await station.recordings())[NAME].status == "rejected"

    path.write_bytes(media("meeting.mp4").read_bytes())  # in place: the folder's time does not move
    await station.scan()
    assert (await station.recordings())[NAME].status == "settling"
    await station.settle()

    assert (await station.recordings())[NAME].status == "valid"
    assert len(await station.transcriptions()) == 1


async def test_a_rejected_file_that_stays_as_it_is_stays_rejected(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    put(media, folder, NAME, "silent.mp4")
    await station.settle()
    first = (await station.recordings())[NAME]

    await station.settle()

    again = (await station.recordings())[NAME]
    assert (again.status, again.settled_at) == ("rejected", first.settled_at)


async def test_an_unfinished_file_waits_visibly_and_is_rejected_after_the_grace(
    station: "Station", media: Media
) -> None:
    folder = await station.add_mount()
    content = media("meeting.mp4").read_bytes()
    (folder / NAME).write_bytes(content[: len(content) // 2])

    await station.settle()
    waiting = (await station.recordings())[NAME]
    assert (waiting.status, waiting.reason_code) == ("settling", "index_missing")

    await station.pass_time(31 * 60)
    await station.inspect()

    given_up = (await station.recordings())[NAME]
    assert (given_up.status, given_up.reason_code) == ("rejected", "index_missing")
    assert "has not changed for" in given_up.reason


async def test_an_unfinished_file_that_is_finished_in_time_is_valid(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    content = media("meeting.mp4").read_bytes()
    path = folder / NAME
    path.write_bytes(content[: len(content) // 2])
    await station.settle()

    path.write_bytes(content)
    await station.pass_time(60)
    await station.inspect()
    assert (await station.recordings())[NAME].settled_at is None
    await station.settle()

    assert (await station.recordings())[NAME].status == "valid"
    assert (await station.recordings())[NAME].reason is None


async def test_a_valid_file_that_is_replaced_is_transcribed_anew_and_the_old_work_is_cancelled(
    station: "Station", media: Media
) -> None:
    folder = await station.add_mount()
    path = put(media, folder, NAME)
    await station.settle()

    put(media, folder, ".new", "faststart.mp4").replace(path)
    await station.settle()
    await station.settle()

    old, new = sorted(await station.transcriptions(), key=lambda wish: wish.status)
    assert (old.status, old.error_code, new.status) == ("cancelled", "recording_changed", "pending")
    assert old.recording_id == new.recording_id


async def test_a_touched_file_is_not_transcribed_twice(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    path = put(media, folder, NAME)
    await station.settle()

    os.utime(path, (1, 1))
    await station.pass_time(16 * 60)  # the next whole scan is due
    await station.scan()
    assert (await station.recordings())[NAME].status == "settling"
    await station.settle()

    assert (await station.recordings())[NAME].status == "valid"
    assert len(await station.transcriptions()) == 1


async def test_a_copy_is_recorded_as_a_duplicate_and_not_transcribed(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    put(media, folder, "a.mp4")
    await station.settle()

    put(media, folder, "spare/b.mp4")
    await station.settle()

    recordings = await station.recordings()
    assert recordings["spare/b.mp4"].status == "valid"
    assert recordings["spare/b.mp4"].duplicate_of == recordings["a.mp4"].id
    assert len(await station.transcriptions()) == 1


async def test_two_copies_that_settle_at_once_are_transcribed_once(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    put(media, folder, "a.mp4")
    put(media, folder, "b.mp4")
    for _ in range(4):
        await station.scan()

    await asyncio.gather(station.inspect(), station.inspect())

    recordings = await station.recordings()
    assert {row.status for row in recordings.values()} == {"valid"}
    assert sum(row.duplicate_of is None for row in recordings.values()) == 1
    assert len(await station.transcriptions()) == 1


@pytest.mark.parametrize("target", ["flex-1", "flex-2"])
async def test_a_moved_recording_stays_the_same_recording(station: "Station", media: Media, target: str) -> None:
    folder = await station.add_mount()
    await station.add_mount("flex-2")
    put(media, folder, "other.mp3", "meeting.mp3")
    path = put(media, folder, "a.mp4")
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
        assert (await unit.db.scalars(select(AuditEvent.action))).all() == ["recording.moved"]


async def test_a_copy_of_a_recording_whose_mount_went_away_is_a_duplicate_and_no_move(
    station: "Station", media: Media
) -> None:
    folder = await station.add_mount()
    spare = await station.add_mount("flex-5")
    put(media, folder, "a.mp4")
    await station.settle()
    put(media, spare, "b.mp4")
    for _ in range(4):
        await station.scan()

    folder.rename(station.root / "unmounted")  # after the last scan, so that nobody has noticed yet
    folder.mkdir()
    await station.inspect()

    recordings = await station.recordings()
    assert recordings["b.mp4"].duplicate_of == recordings["a.mp4"].id
    assert len(await station.transcriptions()) == 1


async def test_a_recording_with_captions_of_others_is_left_alone(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    put(media, folder, NAME)
    (folder / NAME).with_suffix(".scc").write_text(SIDECAR)

    await station.settle()

    recording = (await station.recordings())[NAME]
    assert (recording.status, recording.has_captions) == ("valid", True)
    assert await station.transcriptions() == []


@pytest.mark.parametrize(
    "sidecar", ["", "Scenarist_SCC V1.0\n", "not captions at all", SIDECAR.replace("c849", "zzzz")]
)
async def test_a_broken_sidecar_does_not_count_as_captions(station: "Station", media: Media, sidecar: str) -> None:
    folder = await station.add_mount()
    put(media, folder, NAME)
    (folder / NAME).with_suffix(".scc").write_text(sidecar)

    await station.settle()

    assert not (await station.recordings())[NAME].has_captions
    assert len(await station.transcriptions()) == 1


async def test_a_file_that_vanishes_while_settling_is_missing_and_welcome_back(
    station: "Station", media: Media
) -> None:
    folder = await station.add_mount()
    path = put(media, folder, NAME)
    put(media, folder, "other.mp3", "meeting.mp3")
    await station.scan()
    path.rename(station.root / "away.mp4")
    await station.scan()
    assert not (await station.recordings())[NAME].present

    (station.root / "away.mp4").rename(path)
    await station.settle()

    recording = (await station.recordings())[NAME]
    assert (recording.status, recording.present) == ("valid", True)


async def test_an_empty_mount_is_an_alarm_and_nothing_is_said_to_be_missing(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    put(media, folder, NAME)
    await station.settle()

    folder.rename(station.root / "away")
    folder.mkdir()
    await station.scan()
    mount = await station.mount()
    assert (mount.status, mount.facts["code"]) == ("down", "mount_empty")
    assert "empty" in mount.status_reason
    assert (await station.recordings())[NAME].present

    folder.rmdir()
    await station.scan()
    assert (await station.mount()).facts["code"] == "mount_missing"

    (station.root / "away").rename(folder)
    await station.scan()
    mount = await station.mount()
    assert (mount.status, mount.status_reason) == ("up", None)
    assert (await station.recordings())[NAME].status == "valid"
    assert len(await station.transcriptions()) == 1


async def test_a_hung_mount_holds_up_no_other(station: "Station", media: Media) -> None:
    await station.add_mount("hung")
    folder = await station.add_mount("well")
    put(media, folder, NAME)
    station.mounts.scanner(str(station.root / "hung"))._launch = ["sleep", "60"]
    station.mounts.scanner(str(station.root / "hung"))._timeout_s = 0.3

    await station.settle()

    assert (await station.recordings())[NAME].status == "valid"
    hung = await station.mount("hung")
    assert (hung.status, hung.facts["code"]) == ("down", "no_answer_in_time")


async def test_an_inspection_waits_while_its_mount_is_down_and_loses_nothing(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    put(media, folder, NAME)
    for _ in range(4):
        await station.scan()
    async with station.work() as unit:
        await unit.db.execute(update(Mount).values(status="down"))

    for _ in range(8):
        await station.inspect()
        await station.pass_time(400)
    waiting = (await station.recordings())[NAME]
    assert (waiting.status, waiting.error_code) == ("settling", "mount_down")

    await station.settle()

    assert (await station.recordings())[NAME].status == "valid"


async def test_a_recording_that_is_gone_is_marked_missing_by_the_next_whole_scan(
    station: "Station", media: Media
) -> None:
    folder = await station.add_mount()
    path = put(media, folder, NAME)
    put(media, folder, "other.mp3", "meeting.mp3")
    await station.settle()

    path.unlink()
    await station.pass_time(16 * 60)
    await station.scan()

    recordings = await station.recordings()
    assert (recordings[NAME].status, recordings[NAME].present) == ("valid", False)
    assert recordings["other.mp3"].present


async def test_what_lies_in_a_folder_that_cannot_be_listed_is_not_said_to_be_missing(
    station: "Station", media: Media
) -> None:
    folder = await station.add_mount()
    odd = os.fsdecode(b"caf\xe9")
    put(media, folder, "shut/a.mp4")
    put(media, folder, "open/b.mp3", "meeting.mp3")
    put(media, folder, "open/c.ogg", "meeting.ogg")
    (folder / odd / "x").mkdir(parents=True)
    await station.settle()
    (folder / "open" / "b.mp3").unlink()
    scanner = station.mounts.scanner(str(folder))
    original = scanner.scan

    async def scan(record: Any, *, full: bool, complain: Any) -> Any:
        complain(Trouble("shut", "Input/output error"))
        complain(Trouble(odd, "Input/output error"))

        async def record_open(files: list[Found]) -> None:
            await record([file for file in files if file.path.startswith("open")])

        return await original(record_open, full=full, complain=complain)

    scanner.scan = scan
    await station.pass_time(16 * 60)
    await station.scan()

    present = {path: row.present for path, row in (await station.recordings()).items()}
    assert present == {"shut/a.mp4": True, "open/b.mp3": False, "open/c.ogg": True}
    mount = await station.mount()
    assert (mount.status, mount.status_reason) == ("up", "Input/output error")
    assert mount.facts["troubles"][1]["path"] == "caf\\xe9"


async def test_ledger_and_wish_are_there_together_or_not_at_all(station: "Station", media: Media) -> None:
    folder = await station.add_mount()
    put(media, folder, NAME)
    for _ in range(4):
        await station.scan()
    recording = (await station.recordings())[NAME]
    async with station.work() as unit:  # the insert will fail: the city's language does not fit its column
        unit.db.add(City(slug="grant", name="Grant", title_words=["Grant"], settings={"language": "x" * 11}))

    await station.inspect()
    failed = (await station.recordings())[NAME]
    assert (failed.status, failed.id) == ("settling", recording.id)
    assert await station.transcriptions() == []

    async with station.work() as unit:
        await unit.db.execute(update(City).values(settings={}))
    await station.pass_time(400)
    await station.inspect()

    assert (await station.recordings())[NAME].status == "valid"
    assert len(await station.transcriptions()) == 1
    async with station.work() as unit:
        assert (await unit.db.scalars(select(Transcription.recording_id))).all() == [recording.id]
        assert (await unit.db.scalars(select(Recording.identity))).one() is not None
