"""What is away: files, folders and whole mounts, and what is not concluded from it."""

import os
import shutil
from typing import Any

import pytest
from sqlalchemy import update

from services.ingest.gateways.tree import Found, Trouble
from shared.db.models import Mount, Transcription
from tests.integration.ingest.conftest import NAME, Station


async def test_a_file_that_vanishes_while_settling_is_missing_and_welcome_back(station: Station) -> None:
    path = await station.recorded()
    station.put(path.parent, "other.mp3", "meeting.mp3")
    await station.scan()
    path.rename(station.root / "away.mp4")
    await station.scan()
    assert not (await station.recordings())[NAME].present

    (station.root / "away.mp4").rename(path)
    await station.settle()

    recording = (await station.recordings())[NAME]
    assert (recording.status, recording.present) == ("valid", True)


async def test_a_recording_that_is_gone_is_marked_missing_by_the_next_whole_scan(station: Station) -> None:
    path = await station.recorded()
    station.put(path.parent, "other.mp3", "meeting.mp3")
    await station.settle()

    path.unlink()
    await station.pass_time(16 * 60)
    await station.scan()

    recordings = await station.recordings()
    assert (recordings[NAME].status, recordings[NAME].present) == ("valid", False)
    assert recordings["other.mp3"].present


async def test_a_recording_that_is_gone_is_missed_long_before_the_next_whole_scan(station: Station) -> None:
    path = await station.recorded("council/2026/a.mp4")
    root = path.parents[2]
    station.put(root, "council/2026/deeper/b.mp3", "meeting.mp3")
    station.put(root, "board/c.ogg", "meeting.ogg")
    station.put(root, "d.m4a", "meeting.m4a")
    await station.settle()
    await station.scan()  # names are relied upon after the folders have stood still

    path.unlink()
    shutil.rmtree(root / "board")
    await station.scan()
    present = {name: row.present for name, row in (await station.recordings()).items()}
    assert all(present.values()), "a file may have been renamed, and its new name has to settle first"
    for _ in range(9):
        await station.scan()

    present = {name: row.present for name, row in (await station.recordings()).items()}
    assert present == {
        "board/c.ogg": False,
        "council/2026/a.mp4": False,
        "council/2026/deeper/b.mp3": True,
        "d.m4a": True,
    }
    mount = await station.mount()
    assert (mount.facts["missed"], mount.facts["last_scan"]["is_whole"]) == ({}, False)


async def test_a_recording_that_was_renamed_is_known_by_its_new_name_before_its_old_one_is_missed(
    station: Station,
) -> None:
    path = await station.recorded("a.mp4")
    station.put(path.parent, "other.mp3", "meeting.mp3")
    await station.settle()
    await station.scan()
    async with station.work() as unit:
        await unit.db.execute(update(Transcription).values(status="processing", stage="slices"))

    path.rename(path.with_name("b.mp4"))
    for _ in range(12):
        await station.scan()
        await station.inspect()

    recordings = await station.recordings()
    assert sorted(recordings) == ["b.mp4", "other.mp3"]
    assert {row.status for row in await station.transcriptions()} == {"processing"}


async def test_what_lies_in_a_folder_that_cannot_be_listed_is_not_said_to_be_missing(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = await station.add_mount()
    odd = os.fsdecode(b"caf\xe9")
    station.put(folder, "shut/a.mp4")
    station.put(folder, "open/b.mp3", "meeting.mp3")
    station.put(folder, "open/c.ogg", "meeting.ogg")
    (folder / odd / "x").mkdir(parents=True)
    await station.settle()
    (folder / "open" / "b.mp3").unlink()
    scanner = station.mounts.scanner(str(folder))
    original = scanner.scan

    async def scan(record: Any, *, full: bool, complain: Any, miss: Any) -> Any:
        complain(Trouble("shut", "Input/output error"))
        complain(Trouble(odd, "Input/output error"))

        async def record_open(files: list[Found]) -> None:
            await record([file for file in files if file.path.startswith("open")])

        return await original(record_open, full=full, complain=complain, miss=miss)

    monkeypatch.setattr(scanner, "scan", scan)
    await station.pass_time(16 * 60)
    await station.scan()

    present = {path: row.present for path, row in (await station.recordings()).items()}
    assert present == {"shut/a.mp4": True, "open/b.mp3": False, "open/c.ogg": True}
    mount = await station.mount()
    assert (mount.status, mount.not_looked_at) == ("up", 2)
    assert mount.status_reason == "2 files or folders could not be looked at; the first: shut: Input/output error"
    assert mount.facts["troubles"][1]["path"] == "caf\\xe9"


@pytest.mark.parametrize("leaves", ["nothing", "an empty folder"])
@pytest.mark.parametrize("by", ["scan", "inspection"])
async def test_a_drive_that_is_away_under_one_look_takes_no_file_along(
    station: Station, monkeypatch: pytest.MonkeyPatch, leaves: str, by: str
) -> None:
    path = await station.recorded()
    folder, away = path.parent, station.root / "away"
    await station.scan()
    if by == "inspection":
        await station.scan_until_still()
    mount = station.mounts.scanner(str(folder)) if by == "scan" else station.mounts.reader(str(folder))
    original = mount.look
    looks = 0

    async def look(name: str, *, now: Any) -> Any:
        nonlocal looks
        looks += 1
        if looks > 1:
            return await original(name, now=now)
        folder.rename(away)
        if leaves == "an empty folder":
            folder.mkdir()
        try:
            return await original(name, now=now)
        finally:
            if leaves == "an empty folder":
                folder.rmdir()
            away.rename(folder)

    monkeypatch.setattr(mount, "look", look)
    await (station.scan() if by == "scan" else station.inspect())
    assert looks > 1
    assert (await station.recordings())[NAME].present
    await station.settle()

    row = (await station.recordings())[NAME]
    assert (row.status, row.present) == ("valid", True)


async def test_an_empty_mount_is_an_alarm_and_nothing_is_said_to_be_missing(station: Station) -> None:
    folder = (await station.recorded()).parent
    await station.settle()

    folder.rename(station.root / "away")
    folder.mkdir()
    await station.scan()
    mount = await station.mount()
    assert (mount.status, mount.facts["code"]) == ("down", "mount_empty")
    assert mount.status_reason is not None and "empty" in mount.status_reason
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


async def test_a_hung_mount_holds_up_no_other(station: Station) -> None:
    await station.add_mount("hung")
    folder = await station.add_mount("well")
    station.put(folder, NAME)
    station.mounts.scanner(str(station.root / "hung"))._launch = ["sleep", "60"]
    station.mounts.scanner(str(station.root / "hung"))._timeout_s = 0.3

    await station.settle()

    assert (await station.recordings())[NAME].status == "valid"
    hung = await station.mount("hung")
    assert (hung.status, hung.facts["code"]) == ("down", "no_answer_in_time")


async def test_an_inspection_waits_while_its_mount_is_down_and_loses_nothing(station: Station) -> None:
    await station.recorded()
    await station.scan_until_still()
    async with station.work() as unit:
        await unit.db.execute(update(Mount).values(status="down"))

    for _ in range(8):
        await station.inspect()
        await station.pass_time(400)
    waiting = (await station.recordings())[NAME]
    assert (waiting.status, waiting.error_code) == ("settling", "mount_down")

    await station.settle()

    assert (await station.recordings())[NAME].status == "valid"
