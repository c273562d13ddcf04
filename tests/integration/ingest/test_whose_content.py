"""Whose content it is: what resembles is not the same, what was replaced ends, and what lies elsewhere goes on."""

import hashlib
import math
import os
import struct
import wave
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from shared.captions import SccOptions, write_scc
from shared.db.content_at_place import look_again
from shared.db.leases import take
from shared.db.models import CaptionVersion, Mount, Publication, Recording, Transcription
from shared.lanes import Lane
from shared.lifecycle import Stage
from tests.integration.ingest.conftest import Station
from tests.integration.vod.conftest import SAID

_RATE = 16_000
_SILENT_BYTES = 1_200_000


def with_silent_samples(path: Path, pitch_hz: int) -> Path:
    """Sound with digital silence wherever samples are taken: two of these differ in pitch and in nothing else."""
    silence = bytes(_SILENT_BYTES)
    tone = b"".join(struct.pack("<h", round(12_000 * math.sin(i * pitch_hz / _RATE * 6.2832))) for i in range(_RATE))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(silence + tone * 10 + silence + tone * 10 + silence)
    return path


async def _whole_scan(station: Station) -> None:
    await station.pass_time(16 * 60)
    await station.scan()


async def _published(station: Station) -> Publication:
    """The captions of ``a.mp4`` as if they had been finished and published."""
    async with station.work() as unit:
        await unit.db.execute(update(Transcription).values(status="completed", stage=Stage.DONE))
        (row,) = [wish for wish in await station.transcriptions() if wish.filename == "a.mp4"]
        made = Publication(
            transcription_id=row.id,
            recording_id=row.recording_id,
            content=row.content,
            caption_version=1,
            status="published",
            sidecar={"path": "a.scc", "sha256": "0", "size_bytes": 1},
        )
        unit.db.add(made)
        await unit.db.flush()
        return made


async def _publication(station: Station, row: Publication) -> Publication:
    async with station.work() as unit:
        return await unit.db.get_one(Publication, row.id)


async def test_two_recordings_with_equal_samples_are_two_and_both_are_captioned(station: Station) -> None:
    folder = await station.add_mount()
    with_silent_samples(folder / "a.wav", 440)
    with_silent_samples(folder / "b.wav", 550)

    await station.settle()

    rows = await station.recordings()
    assert rows["a.wav"].identity == rows["b.wav"].identity
    assert rows["a.wav"].content != rows["b.wav"].content
    assert [row.duplicate_of for row in rows.values()] == [None, None]
    wishes = await station.transcriptions()
    assert {wish.content for wish in wishes} == {row.content for row in rows.values()}


async def test_a_rewrite_with_equal_size_time_and_samples_is_seen(station: Station) -> None:
    path = with_silent_samples(await station.add_mount() / "a.wav", 440)
    await station.settle()
    before = path.stat()

    with_silent_samples(path.with_name(".new"), 550)
    path.write_bytes(path.with_name(".new").read_bytes())  # in place: the inode stays
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    await _whole_scan(station)
    await station.settle()

    old, new = sorted(await station.transcriptions(), key=lambda wish: wish.status)
    assert (old.status, old.error_code, new.status) == ("cancelled", "recording_changed", "pending")
    assert old.content != new.content


async def test_a_change_of_rights_alone_costs_nothing(station: Station) -> None:
    path = await station.recorded()
    await station.settle()

    path.chmod(0o600)
    await _whole_scan(station)
    await station.settle()

    (row,) = (await station.recordings()).values()
    (wish,) = await station.transcriptions()
    assert (row.status, wish.status, wish.content) == ("valid", "pending", row.content)


async def test_a_file_system_that_invents_inodes_is_found_out_once_and_believed_no_more(station: Station) -> None:
    await station.recorded()
    await station.settle()
    for times in range(2):
        async with station.work() as unit:
            await unit.db.execute(update(Recording).values(inode=times + 1))
        await _whole_scan(station)
        (row,) = (await station.recordings()).values()
        assert row.status == ("settling", "valid")[times]
        await station.settle()

    assert len(await station.transcriptions()) == 1


async def test_a_recording_replaced_by_a_known_one_in_the_middle_of_its_work_is_its_duplicate(station: Station) -> None:
    folder = await station.add_mount()
    station.put(folder, "a.mp4")
    station.put(folder, "c.mp4", "faststart.mp4")
    await station.settle()
    async with station.work() as unit:
        await unit.db.execute(update(Transcription).values(status="processing", stage=Stage.SLICES))

    station.put(folder, ".y.tmp", "faststart.mp4").replace(folder / "a.mp4")
    await _whole_scan(station)

    stopped = [wish for wish in await station.transcriptions() if wish.filename == "a.mp4"]
    assert [(wish.status, wish.error_code) for wish in stopped] == [("cancelled", "recording_changed")]
    await station.settle()
    rows = await station.recordings()
    assert rows["a.mp4"].duplicate_of == rows["c.mp4"].id
    assert len(await station.transcriptions()) == 2


async def test_nobody_is_asked_to_review_captions_of_what_was_replaced_until_it_is_back(station: Station) -> None:
    path = await station.recorded("a.mp4")
    await station.settle()
    async with station.work() as unit:
        await unit.db.execute(update(Transcription).values(status="needs_review", stage=Stage.DONE))
    kept = path.rename(station.root / "kept.mp4")

    station.put(path.parent, "a.mp4", "faststart.mp4")
    await _whole_scan(station)
    await station.settle()

    ended, new = sorted(await station.transcriptions(), key=lambda wish: wish.status)
    assert (ended.status, ended.error_code) == ("cancelled", "recording_changed")
    assert (new.status, new.error_code) == ("pending", None)

    kept.replace(path)
    await _whole_scan(station)
    await station.settle()

    back = {wish.id: (wish.status, wish.error_code) for wish in await station.transcriptions()}
    assert back == {ended.id: ("needs_review", None), new.id: ("cancelled", "recording_changed")}


@pytest.mark.parametrize("is_published", [False, True])
async def test_a_recording_replaced_by_garbage_ends_what_was_made_of_it(station: Station, is_published: bool) -> None:
    path = await station.recorded("a.mp4")
    await station.settle()
    publication = await _published(station) if is_published else None

    size = path.stat().st_size
    path.write_bytes(b"garbage " * (size // 8) + b"!" * (size % 8))  # of the same size
    await _whole_scan(station)
    await station.settle()
    await station.pass_time(31 * 60)
    await station.inspect()

    (row,) = (await station.recordings()).values()
    (wish,) = await station.transcriptions()
    assert (row.status, row.content) == ("rejected", None)
    if publication is None:
        assert (wish.status, wish.error_code) == ("cancelled", "recording_changed")
    else:
        ended = await _publication(station, publication)
        assert wish.status == "completed"
        assert (ended.status, ended.reason_code, ended.places_due) == ("removed", "recording_changed", True)


async def test_what_comes_back_goes_on_where_it_was(station: Station) -> None:
    path = await station.recorded("a.mp4")
    station.put(path.parent, "other.mp3", "meeting.mp3")
    await station.settle()
    kept = path.rename(station.root / "kept.mp4")
    await _whole_scan(station)
    gone = [wish for wish in await station.transcriptions() if wish.filename == "a.mp4"]
    assert [(wish.status, wish.error_code) for wish in gone] == [("cancelled", "recording_gone")]

    kept.rename(path)
    await station.settle()

    back = [wish for wish in await station.transcriptions() if wish.filename == "a.mp4"]
    assert [(wish.id, wish.status, wish.error_code) for wish in back] == [(gone[0].id, "pending", None)]


async def test_a_file_that_goes_while_its_worker_dies_is_back_without_a_death(station: Station) -> None:
    path = await station.recorded("a.mp4")
    station.put(path.parent, "other.mp3", "meeting.mp3")
    await station.settle()
    async with station.work() as unit:
        await look_again(unit.db, (await station.recordings())["a.mp4"].id)
    await station.scan_until_still()
    async with station.work() as unit:
        lease = await take(unit.db, Lane.INSPECT, owner="killed", lasting=timedelta(0))
    assert lease is not None

    kept = path.rename(station.root / "kept.mp4")
    await _whole_scan(station)
    row = (await station.recordings())["a.mp4"]
    assert (row.present, row.lease_token, row.lease_owner) == (False, None, None)
    kept.rename(path)
    await station.settle()

    row = (await station.recordings())["a.mp4"]
    assert (row.status, row.died_alone, row.lease_token) == ("valid", 0, None)


@pytest.mark.parametrize("what", ["deleted", "replaced"])
@pytest.mark.parametrize("mount", ["flex-1", "flex-2"])
async def test_a_duplicate_inherits_the_work_when_its_original_goes(station: Station, what: str, mount: str) -> None:
    folder = await station.add_mount()
    await station.add_mount("flex-2")
    station.put(folder, "a.mp4")
    station.put(folder, "other.mp3", "meeting.mp3")
    await station.settle()
    station.put(station.root / mount, "copy.mp4")
    await station.settle()
    async with station.work() as unit:
        await unit.db.execute(update(Transcription).values(status="processing", stage=Stage.SLICES))
    before = [wish.id for wish in await station.transcriptions() if wish.filename == "a.mp4"]

    if what == "deleted":
        (folder / "a.mp4").unlink()
    else:
        station.put(folder, ".new", "faststart.mp4").replace(folder / "a.mp4")
    await _whole_scan(station)
    await station.settle()

    rows = await station.recordings()
    assert rows["copy.mp4"].duplicate_of is None
    mine = [wish for wish in await station.transcriptions() if wish.recording_id == rows["copy.mp4"].id]
    assert [(wish.id, wish.status, wish.filename) for wish in mine] == [(before[0], "processing", "copy.mp4")]
    assert mine[0].file_path == str(station.root / mount / "copy.mp4")
    if what == "replaced":
        assert rows["a.mp4"].duplicate_of is None
        assert sum(wish.recording_id == rows["a.mp4"].id for wish in await station.transcriptions()) == 1


async def test_an_original_that_comes_back_is_the_duplicate_then(station: Station) -> None:
    folder = await station.add_mount()
    station.put(folder, "a.mp4")
    await station.settle()
    station.put(folder, "copy.mp4")
    await station.settle()
    away = (folder / "a.mp4").rename(station.root / "away.mp4")
    await _whole_scan(station)

    away.rename(folder / "a.mp4")
    await station.settle()

    rows = await station.recordings()
    assert (rows["a.mp4"].duplicate_of, rows["copy.mp4"].duplicate_of) == (rows["copy.mp4"].id, None)
    assert len(await station.transcriptions()) == 1


async def test_a_copy_of_a_recording_with_captions_of_somebody_else_gets_captions_of_its_own(
    station: Station,
) -> None:
    folder = await station.add_mount()
    station.put(folder, "a.mp4")
    (folder / "a.scc").write_text(write_scc(SAID, SccOptions()).text)
    await station.settle()
    assert await station.transcriptions() == []

    station.put(folder, "copy.mp4")
    await station.settle()

    assert [wish.filename for wish in await station.transcriptions()] == ["copy.mp4"]


@pytest.mark.parametrize("is_a_copy", [True, False])
async def test_captions_that_we_made_of_what_lay_there_before_are_no_reason_to_make_none(
    station: Station, is_a_copy: bool
) -> None:
    folder = await station.add_mount()
    path = station.put(folder, "a.mp4")
    await station.settle()
    if is_a_copy:
        path = station.put(folder, "copy.mp4")
        await station.settle()
    (first,) = await station.transcriptions()
    scc = write_scc(SAID, SccOptions()).text
    digest = hashlib.sha256(scc.encode()).hexdigest()
    async with station.work() as unit:
        files = {"scc": {"name": "a.scc", "sha256": digest}}
        unit.db.add(CaptionVersion(transcription_id=first.id, number=1, cue_list={}, files=files))
        await unit.db.execute(update(Transcription).values(status="completed", stage=Stage.DONE))
    path.with_suffix(".scc").write_text(scc)
    if not is_a_copy:
        path.rename(path.with_name("renamed.mp4"))
        await station.settle()

    station.put(folder, ".new", "faststart.mp4").replace(path)
    await station.settle()
    await station.settle()

    fresh = [wish for wish in await station.transcriptions() if wish.id != first.id]
    assert [wish.filename for wish in fresh] == [path.name]


async def test_a_recording_renamed_after_publication_has_its_places_looked_at(station: Station) -> None:
    path = await station.recorded("a.mp4")
    station.put(path.parent, "other.mp3", "meeting.mp3")
    await station.settle()
    publication = await _published(station)

    path.rename(path.with_name("b.mp4"))
    await station.settle()

    moved = await _publication(station, publication)
    assert (moved.status, moved.places_due) == ("published", True)


async def test_a_copy_of_a_published_recording_has_its_places_looked_at(station: Station) -> None:
    path = await station.recorded("a.mp4")
    await station.settle()
    publication = await _published(station)

    station.put(path.parent, "spare/copy.mp4")
    await station.settle()

    assert (await _publication(station, publication)).places_due


async def test_places_that_wait_for_a_mount_are_looked_at_as_soon_as_it_is_back(station: Station) -> None:
    folder = await station.add_mount()
    station.put(folder, "a.mp4")
    await station.settle()
    publication = await _published(station)
    away = folder.rename(station.root / "away")
    await _whole_scan(station)
    async with station.work() as unit:
        later = func.now() + timedelta(hours=1)
        await unit.db.execute(update(Publication).values(places_due=True, ready_at=later))

    away.rename(folder)
    await _whole_scan(station)

    async with station.work() as unit:
        assert await unit.db.scalar(select(Publication.id).where(Publication.ready_at <= func.now())) == publication.id


async def test_the_original_on_a_mount_that_is_away_keeps_its_duplicates(station: Station) -> None:
    folder = await station.add_mount()
    await station.add_mount("flex-2")
    station.put(folder, "a.mp4")
    await station.settle()
    station.put(station.root / "flex-2", "copy.mp4")
    await station.settle()

    folder.rename(station.root / "away")
    await _whole_scan(station)

    async with station.work() as unit:
        down = await unit.db.scalar(select(Mount.status).where(Mount.name == "flex-1"))
    rows = await station.recordings()
    assert down == "down"
    assert rows["copy.mp4"].duplicate_of == rows["a.mp4"].id
    assert [wish.status for wish in await station.transcriptions()] == ["pending"]
