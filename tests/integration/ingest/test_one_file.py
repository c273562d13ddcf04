"""Whatever is wrong with one file costs that file alone: it is shown with its reason, and the scan goes on."""

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import insert

from services.ingest import ledger_queries
from shared.db.models import Mount, Recording
from shared.db.session import Work
from shared.db.station_facts import station_facts
from tests.integration.ingest.conftest import NAME, Media, Station

OTHER = "14322-1-Grant City Council (20251103).mp4"


@contextmanager
def held(path: Path) -> Iterator[None]:
    """A write lease: whoever opens the file without waiting is told to come again (fcntl(2), F_SETLEASE)."""
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)  # the kernel asks the holder to let go
    file = os.open(path, os.O_RDWR)
    try:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        yield
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    finally:
        os.close(file)
        signal.signal(signal.SIGIO, before)


async def test_a_file_that_another_program_holds_waits_and_the_others_go_on(station: Station) -> None:
    path = await station.recorded()
    station.put(path.parent, OTHER, "meeting.mp3")
    with held(path):
        await station.settle()

        recordings, mount = await station.recordings(), await station.mount()
        assert recordings[OTHER].status == "valid"
        assert (recordings[NAME].status, recordings[NAME].reason_code) == ("seen", "file_busy")
        assert "Another program holds this file" in (recordings[NAME].reason or "")
        assert (mount.status, mount.not_looked_at) == ("up", 1)
        assert NAME in (mount.status_reason or "")

    await station.settle()

    recording, mount = (await station.recordings())[NAME], await station.mount()
    assert (recording.status, recording.reason) == ("valid", None)
    assert (mount.not_looked_at, mount.status_reason) == (0, None)


@pytest.fixture
async def memory(station: Station, media: Media) -> AsyncIterator[Path]:
    """A folder in memory: other file systems hold no times beyond some year."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    async with station.work() as unit:
        unit.db.add(Mount(name="memory", path=str(folder)))
    yield folder
    shutil.rmtree(folder)


async def test_a_time_that_no_64_bits_of_nanoseconds_hold_hinders_nobody(station: Station, memory: Path) -> None:
    for number, (name, year) in enumerate({NAME: 1601, OTHER: 2400, "plain.mp3": 2026}.items()):
        path = station.put(memory, name, ("meeting.mp4", "meeting.mov", "meeting.mp3")[number])
        seconds = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
        os.utime(path, ns=(seconds * 10**9, seconds * 10**9))

    await station.settle()

    recordings = await station.recordings()
    assert {path: row.status for path, row in recordings.items()} == dict.fromkeys((NAME, OTHER, "plain.mp3"), "valid")
    assert (await station.mount("memory")).not_looked_at == 0


async def test_a_path_whose_escaped_form_is_too_long_is_shown_and_the_scan_goes_on(station: Station) -> None:
    path = await station.recorded()
    folder = path.parent
    chosen = Random(7)  # names that do not shrink when PostgreSQL packs them
    for _ in range(7):
        folder /= os.fsdecode(bytes(chosen.randrange(0x80, 0x100) for _ in range(240)))
    station.put(folder, "one.mp3", "meeting.mp3")
    station.put(folder, "two.mp3", "meeting.mp3")

    await station.settle()

    recordings = await station.recordings()
    assert recordings.pop(NAME).status == "valid"
    assert sorted(row.file_name for row in recordings.values()) == ["one.mp3", "two.mp3"]
    assert {(row.status, row.reason_code) for row in recordings.values()} == {("rejected", "name_not_utf8")}


async def test_rejected_files_of_today_do_not_starve_a_recording_of_last_year(station: Station) -> None:
    folder = await station.add_mount()
    await station.scan()
    today = datetime(2026, 11, 20, tzinfo=UTC)
    rows = []
    for number in range(1200):
        path = folder / f"junk {number:04}.mp4"
        path.write_text("no film\n")
        facts = path.stat()
        look = {"size_bytes": facts.st_size, "mtime_ns": facts.st_mtime_ns, "looks": 4}
        times = {"since": today.isoformat(), "until": today.isoformat()}
        row = {"relative_path": path.name, "file_name": path.name, "size_bytes": facts.st_size}
        row |= {"mtime_ns": facts.st_mtime_ns, "recorded_at": today, "status": "rejected", "reason_code": "not_media"}
        rows.append(row | {"settled_at": datetime.now(UTC), "looks": [look | times]})
    async with station.work() as unit:
        mount_id = (await station.mount()).id
        await unit.db.execute(insert(Recording), [row | {"mount_id": mount_id} for row in rows])
    station.put(folder, OTHER)

    await station.settle()

    assert (await station.recordings())[OTHER].status == "valid"


async def test_every_unsettled_file_has_its_turn_however_many_newer_ones_never_settle(
    station: Station, work: Work
) -> None:
    await station.add_mount()
    mount_id = (await station.mount()).id
    today = datetime(2026, 11, 20, tzinfo=UTC)
    names = [f"{number}.mp4" for number in range(1800)]
    async with work() as unit:
        await unit.db.execute(
            insert(Recording),
            [
                {"mount_id": mount_id, "relative_path": name, "file_name": name, "recorded_at": today - timedelta(age)}
                for age, name in enumerate(names)
            ],
        )
    seen: set[str] = set()
    turn = ledger_queries.LookTurn()
    for _ in range(4):
        async with work() as unit:
            rows, turn = await ledger_queries.watch_list(unit.db, mount_id, turn)
        assert len(rows) <= 1000
        assert {names[0], names[499]} <= {row.relative_path for row in rows}
        seen |= {row.relative_path for row in rows}

    assert seen == set(names)


async def test_the_longest_wait_is_measured_from_the_last_change(station: Station, work: Work) -> None:
    await station.add_mount()
    mount_id = (await station.mount()).id
    now = datetime.now(UTC)
    look = {"size_bytes": 1, "mtime_ns": 1, "looks": 1, "since": (now - timedelta(minutes=5)).isoformat()}
    async with work() as unit:
        # A recording that has been growing for a day, and one that nobody could look at for an hour.
        long_ago, hour_ago = now - timedelta(days=1), now - timedelta(hours=1)
        for name, seen_at, looks in (("grows.mp4", long_ago, [look]), ("waits.mp4", hour_ago, [])):
            unit.db.add(Recording(mount_id=mount_id, relative_path=name, file_name=name, seen_at=seen_at, looks=looks))
    async with work() as unit:
        [mount] = (await station_facts(unit.db)).mounts

    assert mount.name == "flex-1"
    assert 3590 < mount.oldest_unsettled_s < 3900
