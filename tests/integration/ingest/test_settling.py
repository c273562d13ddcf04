"""When a file is whole, how long one that is not is waited for, and what is rejected."""

import os
from pathlib import Path

from tests.integration.ingest.conftest import NAME, Media, Station


async def test_nothing_is_inspected_before_the_window_has_passed(station: Station) -> None:
    await station.recorded()

    await station.scan()
    await station.scan()
    await station.inspect()

    (recording,) = (await station.recordings()).values()
    assert recording.status == "settling"
    assert recording.settled_at is None
    assert await station.transcriptions() == []


async def test_a_file_that_grows_slowly_is_waited_for(station: Station, media: Media) -> None:
    content = media("meeting.mp4").read_bytes()
    path = await station.add_mount() / NAME
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


async def test_an_unfinished_file_waits_visibly_and_is_rejected_after_the_grace(station: Station) -> None:
    path = await station.recorded()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    await station.settle()
    waiting = (await station.recordings())[NAME]
    assert (waiting.status, waiting.reason_code) == ("settling", "index_missing")

    await station.pass_time(31 * 60)
    await station.inspect()

    given_up = (await station.recordings())[NAME]
    assert (given_up.status, given_up.reason_code) == ("rejected", "index_missing")
    assert given_up.reason is not None and "has not changed for" in given_up.reason


async def test_an_unfinished_file_that_is_finished_in_time_is_valid(station: Station) -> None:
    path = await station.recorded()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    await station.settle()

    path.write_bytes(whole)
    await station.pass_time(60)
    await station.inspect()
    assert (await station.recordings())[NAME].settled_at is None
    await station.settle()

    assert (await station.recordings())[NAME].status == "valid"
    assert (await station.recordings())[NAME].reason is None


async def test_bad_files_are_rejected_with_reasons_and_later_files_still_processed(station: Station) -> None:
    folder = await station.add_mount()
    (folder / "a-text.mp4").write_text("Agenda\n" * 1000)
    (folder / "b-noise.mp4").write_bytes(b"\x9c\xff" * 30_000)
    station.put(folder, "c-silent.mp4", "silent.mp4")
    station.put(folder, "d-picture.mp4", "picture-only.mp4")
    station.put(folder, "e-good.mp4")
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


async def test_a_rejected_file_is_looked_at_again_when_it_changes(station: Station, media: Media) -> None:
    path = await station.recorded(source="silent.mp4")
    await station.settle()
    assert (await station.recordings())[NAME].status == "rejected"

    path.write_bytes(media("meeting.mp4").read_bytes())  # in place: the folder's time does not move
    await station.scan()
    assert (await station.recordings())[NAME].status == "settling"
    await station.settle()

    assert (await station.recordings())[NAME].status == "valid"
    assert len(await station.transcriptions()) == 1


async def test_a_rejected_file_that_stays_as_it_is_stays_rejected(station: Station) -> None:
    await station.recorded(source="silent.mp4")
    await station.settle()
    first = (await station.recordings())[NAME]

    await station.settle()

    again = (await station.recordings())[NAME]
    assert (again.status, again.settled_at) == ("rejected", first.settled_at)
