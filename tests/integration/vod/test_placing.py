"""Where captions are placed, and what is never written over, taken for ours, or placed without leave."""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from fractions import Fraction

from sqlalchemy import text, update

from shared.captions import Cue, write_scc
from shared.db.models import City, Publication, Recording
from tests.integration.vod.conftest import NAME, SAID, Desk

BETTER = [replace(SAID[0], rows=("Good evening, all.",)), *SAID[1:]]
OTHERS = [Cue(Fraction(2), Fraction(4), ("Somebody else made this.",))]


async def test_a_city_that_forbids_sidecars_gets_none_and_no_vod_without_captions(desk: Desk) -> None:
    desk.recorded()
    await desk.captioned(city=City(slug="private", name="Private", write_sidecar=False))

    row = await desk.walk(1)

    assert (row.status, row.reason_code) == ("needs_review", "sidecar_not_allowed")
    assert sorted(path.name for path in desk.drive.iterdir()) == [NAME]
    assert desk.vods_posted() == 0


async def test_captions_of_somebody_else_stay_and_a_person_is_asked(desk: Desk) -> None:
    desk.recorded()
    theirs = write_scc(OTHERS).text
    desk.sidecar.write_text(theirs)
    await desk.captioned()

    row = await desk.walk(1)

    assert (row.status, row.reason_code) == ("needs_review", "foreign_sidecar")
    assert desk.sidecar.read_text() == theirs
    assert desk.vods_posted() == 0


async def test_a_sidecar_of_ours_that_belongs_to_a_namesake_is_not_called_somebody_elses(desk: Desk) -> None:
    desk.recorded()
    await desk.captioned()
    await desk.walk(4)
    namesake = NAME.replace(".mp4", ".mov")
    desk.recorded(namesake)

    second = await desk.publication_of(await desk.captioned(BETTER, name=namesake))
    await desk.walk(1)

    row = await desk.publication_of(second.transcription_id)
    assert (row.status, row.reason_code) == ("needs_review", "sidecar_of_another_recording")
    assert NAME in str(row.reason)


async def test_captions_that_we_made_of_what_was_named_so_before_are_replaced(desk: Desk) -> None:
    desk.recorded()
    await desk.captioned()
    await desk.walk(4)
    left, renamed = desk.sidecar.read_bytes(), "2102-1-Maplewood Planning (20260914).mp4"
    async with desk.work() as unit:
        await unit.db.execute(update(Recording).values(relative_path=renamed, file_name=renamed))

    second = await desk.publication_of(await desk.captioned(BETTER))
    assert desk.sidecar.read_bytes() == left
    await desk.walk(1)

    row = await desk.publication_of(second.transcription_id)
    assert (row.status, row.reason_code) == ("published", None)
    assert desk.sidecar.read_bytes() != left


async def test_a_pipe_in_the_sidecars_place_stops_nobody_and_a_person_is_asked(desk: Desk) -> None:
    desk.recorded()
    os.mkfifo(desk.sidecar)
    await desk.captioned()

    row = await desk.walk(1)

    assert (row.status, row.reason_code) == ("needs_review", "foreign_sidecar")


async def test_a_broken_sidecar_of_somebody_else_is_replaced_and_kept_aside(desk: Desk) -> None:
    desk.recorded()
    desk.sidecar.write_text("this is no caption file")
    await desk.captioned()

    row = await desk.walk(4)

    assert row.status == "published"
    (backup,) = desk.drive.glob("*.bak")
    assert backup.read_text() == "this is no caption file"


async def test_captions_changed_in_the_output_tree_are_not_published(desk: Desk) -> None:
    desk.recorded()
    await desk.captioned()
    next(desk.output.rglob("*.scc")).write_text(write_scc(OTHERS).text)

    row = await desk.walk(1)

    assert (row.status, row.reason_code) == ("needs_review", "captions_changed")
    assert not desk.sidecar.exists()


async def test_a_later_transcription_replaces_our_own_sidecar_and_ends_the_older_publication(
    desk: Desk,
) -> None:
    desk.recorded()
    first = await desk.captioned()
    await desk.walk(1)
    older = desk.sidecar.read_bytes()
    assert (await desk.publication_of(first)).status == "placed"

    second = await desk.captioned(BETTER)
    await desk.walk(4)

    assert desk.sidecar.read_bytes() != older
    assert not list(desk.drive.glob("*.bak"))
    assert (await desk.publication_of(second)).status == "published"
    superseded = await desk.publication_of(first)
    assert (superseded.status, superseded.reason_code) == ("removed", "superseded")
    assert desk.vods_posted() == 1


async def test_a_worker_killed_between_placing_and_noting_it_does_not_make_our_file_a_strangers(
    desk: Desk, database_url: str, redis_url: str
) -> None:
    desk.recorded()
    first = await desk.captioned()
    async with desk.work() as unit:
        await unit.db.execute(update(Publication).values(status="linked", show_id=2101, linked_by="file name"))
    environment = {
        **os.environ,
        "DATABASE_URL": database_url.replace("+asyncpg", ""),
        "REDIS_URL": redis_url,
        "CABLECAST_API_URL": desk.station.url,
        "CABLECAST_USERNAME": "archivist",
        "CABLECAST_PASSWORD": "a password: with colon",
        "SWEEP_SECONDS": "0.2",
    }
    async with desk.work() as unit:
        # Whoever wants to note that the captions are placed has to wait for us.
        await unit.db.execute(text("LOCK TABLE events IN EXCLUSIVE MODE"))
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.vod", env=environment, stdout=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(30):
            while not desk.sidecar.exists():
                assert worker.returncode is None
                await asyncio.sleep(0.05)
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
    interrupted = await desk.publication_of(first)
    assert (interrupted.status, interrupted.sidecar) == ("linked", None)

    second = await desk.captioned(BETTER)
    await desk.walk(4)

    assert (await desk.publication_of(second)).status == "published"
    assert not list(desk.drive.glob("*.bak"))
