"""Every place where the content lies has its sidecar, and no other: renamed, copied, replaced, touched recordings."""

import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from services.vod.file_calls import place_checked
from services.vod.gateways.drives import Drives
from shared.captions import write_scc
from shared.db.content_at_place import CHANGED, GONE
from shared.db.content_leaving import Leaving, leave_content
from shared.db.content_return import come_back, places_changed
from shared.db.models import CaptionVersion, Mount, Publication, Recording, Transcription, VodContent
from shared.media.identity import stamp_of
from tests.integration.vod.conftest import NAME, SAID, Desk
from tests.integration.vod.test_placing import OTHERS

NEW_NAME = "2101-1-Maplewood (corrected).mp4"


async def _known(desk: Desk, name: str = NAME, content: str = "aa") -> uuid.UUID:
    """As ingest leaves it: content and stamp of the file are in the ledger, and what was made of it names it."""
    stamp = stamp_of((desk.drive / name).stat())
    async with desk.work() as unit:
        recording = (await unit.db.scalars(select(Recording).where(Recording.relative_path == name))).one()
        recording.content = content
        recording.size_bytes, recording.mtime_ns = stamp.size_bytes, stamp.mtime_ns
        recording.ctime_ns, recording.inode = stamp.ctime_ns, stamp.inode
        for table in (Transcription, Publication):
            await unit.db.execute(update(table).where(table.recording_id == recording.id).values(content=content))
        return recording.id


async def _published(desk: Desk) -> uuid.UUID:
    desk.recorded()
    await desk.captioned()
    recording_id = await _known(desk)
    assert (await desk.walk(4)).status == "published"
    assert desk.sidecar.exists()
    return recording_id


async def _moved(desk: Desk, recording_id: uuid.UUID, name: str) -> None:
    """Renamed on the drive, and found by ingest."""
    (desk.drive / NAME).rename(desk.drive / name)
    async with desk.work() as unit:
        await unit.db.execute(update(Recording).values(relative_path=name, file_name=name))
    await _known(desk, name)
    async with desk.work() as unit:
        await places_changed(unit, recording_id)


async def _copied(desk: Desk, original: uuid.UUID, folder: Path, *, status: str = "up", name: str = "copy.mp4") -> Path:
    folder.mkdir(exist_ok=True)
    copy = Path(shutil.copy(desk.drive / NAME, folder / name))
    async with desk.work() as unit:
        mount = Mount(name=folder.name, path=str(folder), status=status)
        unit.db.add(mount)
        await unit.db.flush()
        place = {"relative_path": name, "file_name": name, "status": "valid", "content": "aa"}
        unit.db.add(Recording(mount_id=mount.id, duplicate_of=original, **place))
        await unit.db.flush()
        await places_changed(unit, original)
    return copy.with_suffix(".scc")


async def test_a_recording_renamed_after_publication_takes_its_sidecar_along(desk: Desk) -> None:
    recording_id = await _published(desk)
    placed = desk.sidecar.read_bytes()

    await _moved(desk, recording_id, NEW_NAME)
    row = await desk.walk(1)

    moved = (desk.drive / NEW_NAME).with_suffix(".scc")
    assert not desk.sidecar.exists()
    assert moved.read_bytes() == placed
    assert (row.status, row.places_due) == ("published", False)
    assert row.sidecar is not None and row.sidecar["path"] == moved.name
    assert row.places is not None and [one["path"] for one in row.places] == [moved.name]
    assert desk.vods_posted() == 1


@pytest.mark.parametrize(("steps", "reached"), [(1, "placed"), (2, "processing"), (4, "published")])
async def test_a_recording_that_gets_the_name_of_another_show_is_published_there(
    desk: Desk, steps: int, reached: str
) -> None:
    other = "2102-1-Maplewood Planning (20260914).mp4"
    desk.station.seed(shows=[{"id": 2102, "title": "Maplewood Planning", "eventDate": "2026-09-14T20:00:00"}])
    desk.recorded()
    await desk.captioned()
    recording_id = await _known(desk)
    assert (await desk.walk(steps)).status == reached

    await _moved(desk, recording_id, other)
    desk.station.index()
    row = await desk.walk(5)

    assert (row.status, row.show_id, row.linked_by) == ("published", 2102, "file name")
    assert (desk.drive / other).with_suffix(".scc").exists()
    assert not desk.sidecar.exists()
    async with desk.work() as unit:
        vods = (await unit.db.scalars(select(VodContent).order_by(VodContent.id))).all()
    assert {vod.vod_id: vod.status for vod in vods}[str(row.vod_id)] == "published"


@pytest.mark.parametrize(
    ("name", "status"), [(NEW_NAME, "published"), ("9999-1-Maplewood (corrected).mp4", "needs_review")]
)
async def test_a_recording_renamed_between_placing_and_writing_that_down_leaves_no_sidecar_behind(
    desk: Desk, name: str, status: str
) -> None:
    desk.recorded()
    await desk.captioned()
    recording_id = await _known(desk)

    class RenamedJustThen:
        """The recording gets another name, and the worker loses its lease, right after the sidecar was written."""

        async def run(self, function: Callable[..., Any], *arguments: Any, **limits: Any) -> Any:
            done = await desk.deps.compute.run(function, *arguments, **limits)
            if function is place_checked:
                await _moved(desk, recording_id, name)
            return done

    await desk.walk(1, replace(desk.deps, drives=Drives(RenamedJustThen(), timeout_s=20)))
    assert desk.sidecar.exists()
    desk.station.index()
    row = await desk.walk(5)

    assert not desk.sidecar.exists()
    assert row.status == status
    assert (desk.drive / name).with_suffix(".scc").exists() == (status == "published")


async def test_a_show_that_a_person_chose_stays_whatever_the_name_says_later(desk: Desk) -> None:
    recording_id = await _published(desk)
    async with desk.work() as unit:
        await unit.db.execute(update(Publication).values(linked_by="admin"))

    await _moved(desk, recording_id, "2102-1-Maplewood Planning (20260914).mp4")
    row = await desk.walk(2)

    assert (row.status, row.show_id, row.linked_by) == ("published", 2101, "admin")


async def test_an_old_sidecar_that_somebody_has_edited_stays(desk: Desk) -> None:
    recording_id = await _published(desk)
    desk.sidecar.write_text(write_scc(OTHERS).text)

    await _moved(desk, recording_id, NEW_NAME)
    await desk.walk(1)

    assert desk.sidecar.read_text() == write_scc(OTHERS).text
    assert (desk.drive / NEW_NAME).with_suffix(".scc").exists()


async def test_a_copy_on_another_drive_gets_the_sidecar_too(desk: Desk, tmp_path: Path) -> None:
    recording_id = await _published(desk)

    sidecar = await _copied(desk, recording_id, tmp_path / "flex-2")
    row = await desk.walk(1)

    assert sidecar.read_bytes() == desk.sidecar.read_bytes()
    assert (row.status, row.places_due) == ("published", False)
    assert row.places is not None and len(row.places) == 2


async def test_a_copy_on_a_drive_that_is_away_gets_its_sidecar_when_that_is_back(desk: Desk, tmp_path: Path) -> None:
    recording_id = await _published(desk)

    sidecar = await _copied(desk, recording_id, tmp_path / "flex-2", status="down")
    row = await desk.walk(1)
    assert not sidecar.exists()
    assert (row.status, row.places_due) == ("published", True)
    async with desk.work() as unit:
        await unit.db.execute(update(Mount).values(status="up"))
    row = await desk.walk(1)

    assert sidecar.exists()
    assert not row.places_due


async def test_the_copy_gets_its_sidecar_while_the_original_is_away(desk: Desk, tmp_path: Path) -> None:
    desk.recorded()
    await desk.captioned()
    recording_id = await _known(desk)
    sidecar = await _copied(desk, recording_id, tmp_path / "flex-2")
    async with desk.work() as unit:
        await unit.db.execute(update(Mount).where(Mount.name == "flex-1").values(status="down"))

    row = await desk.walk(1)

    assert sidecar.exists()
    assert not desk.sidecar.exists()
    assert row.places_due


async def test_captions_of_somebody_else_beside_a_copy_stay_and_are_told(desk: Desk, tmp_path: Path) -> None:
    recording_id = await _published(desk)
    sidecar = await _copied(desk, recording_id, tmp_path / "flex-2")
    sidecar.write_text(write_scc(OTHERS).text)

    row = await desk.walk(1)

    assert sidecar.read_text() == write_scc(OTHERS).text
    assert (row.status, row.error_code, row.places_due) == ("published", "foreign_sidecar", False)


@pytest.mark.parametrize("because", [CHANGED, GONE])
async def test_ours_is_taken_away_where_other_content_lies_and_left_where_a_file_is_only_gone(
    desk: Desk, because: object
) -> None:
    recording_id = await _published(desk)

    async with desk.work() as unit:
        await leave_content(unit, [Leaving(recording_id, because)])  # type: ignore[arg-type]
    row = await desk.walk(1)

    assert desk.sidecar.exists() == (because is GONE)
    assert (row.status, row.places_due) == ("published" if because is GONE else "removed", False)


async def test_ours_is_taken_away_later_where_only_the_empty_mount_point_is_left_for_a_moment(
    desk: Desk, tmp_path: Path
) -> None:
    recording_id = await _published(desk)
    async with desk.work() as unit:
        await leave_content(unit, [Leaving(recording_id, CHANGED)])
    aside = desk.drive.rename(tmp_path / "aside")
    desk.drive.mkdir()

    row = await desk.walk(1)
    assert (row.status, row.places_due) == ("removed", True)
    desk.drive.rmdir()
    aside.rename(desk.drive)
    assert desk.sidecar.exists()
    row = await desk.walk(1)

    assert not desk.sidecar.exists()
    assert (row.places, row.places_due) == (None, False)


async def test_ours_is_taken_away_beside_a_copy_that_was_replaced_though_the_original_is_gone(
    desk: Desk, tmp_path: Path
) -> None:
    recording_id = await _published(desk)
    sidecar = await _copied(desk, recording_id, tmp_path / "flex-2")
    await desk.walk(1)
    assert sidecar.exists()
    (desk.drive / NAME).unlink()
    async with desk.work() as unit:
        copy = (await unit.db.scalars(select(Recording.id).where(Recording.duplicate_of == recording_id))).one()
        await leave_content(unit, [Leaving(copy, CHANGED)])
    async with desk.work() as unit:
        await leave_content(unit, [Leaving(recording_id, GONE)])

    row = await desk.walk(1)

    assert not sidecar.exists()
    assert (row.status, row.error_code, row.places_due) == ("published", "recording_missing", False)
    assert row.places is not None and [one["path"] for one in row.places] == [desk.sidecar.name]


async def test_captions_approved_while_their_recording_is_gone_are_published_when_it_is_back_by_another_name(
    desk: Desk,
) -> None:
    media = desk.recorded()
    await desk.captioned()
    recording_id = await _known(desk)
    media.rename(desk.drive / NEW_NAME)
    async with desk.work() as unit:
        await unit.db.execute(update(Recording).values(present=False))
    row = await desk.walk(1)
    assert (row.status, row.reason_code) == ("needs_review", "recording_missing")

    async with desk.work() as unit:
        await unit.db.execute(update(Recording).values(relative_path=NEW_NAME, file_name=NEW_NAME, present=True))
    await _known(desk, NEW_NAME)
    async with desk.work() as unit:
        await come_back(unit, recording_id, "aa")
    row = await desk.walk(5)

    assert (row.status, row.reason_code) == ("published", None)
    assert (desk.drive / NEW_NAME).with_suffix(".scc").exists()
    assert not desk.sidecar.exists()


async def test_nothing_is_placed_beside_a_file_that_was_swapped(desk: Desk) -> None:
    desk.recorded()
    await desk.captioned()
    await _known(desk)
    Path(shutil.copy(desk.drive / NAME, desk.drive / ".new")).replace(desk.drive / NAME)

    row = await desk.walk(2)

    assert not desk.sidecar.exists()
    assert (row.status, row.error_code) == ("linked", "recording_in_doubt")
    async with desk.work() as unit:
        assert await unit.db.scalar(select(Recording.status)) == "settling"


async def test_nothing_is_called_published_while_the_recording_is_in_doubt(desk: Desk) -> None:
    desk.recorded()
    await desk.captioned()
    await _known(desk)
    assert (await desk.walk(2)).status == "processing"
    (desk.drive / NAME).chmod(0o600)

    row = await desk.walk(3)

    assert (row.status, row.error_code) == ("processing", "recording_in_doubt")


async def test_a_place_that_becomes_a_copy_gets_the_captions_of_the_original(desk: Desk) -> None:
    desk.recorded()
    await desk.captioned()
    mine = await _known(desk)
    deps = replace(desk.deps, cablecast=None)
    await desk.walk(1, deps)
    before = desk.sidecar.read_bytes()
    other = NAME.replace("-1-", "-2-")
    desk.recorded(other)
    theirs = await desk.captioned([*SAID[:2]], name=other)
    original = await _known(desk, other, content="cc")
    assert (await desk.walk(1, deps)).status == "done"

    async with desk.work() as unit:
        await leave_content(unit, [Leaving(mine, CHANGED)])
    async with desk.work() as unit:
        await unit.db.execute(update(Recording).where(Recording.id == mine).values(content="cc", duplicate_of=original))
        await places_changed(unit, original)
    await desk.walk(2, deps)

    assert desk.sidecar.read_bytes() != before
    assert desk.sidecar.read_bytes() == (desk.drive / other).with_suffix(".scc").read_bytes()
    row = await desk.publication_of(theirs)
    assert row.places is not None and len(row.places) == 2
    async with desk.work() as unit:
        assert len((await unit.db.scalars(select(CaptionVersion))).all()) == 2
