"""The way of a publication with a real database against the simulated station: proven, and never done twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.api.progress import is_over, progress_of
from services.api.session_tokens import Principal
from services.api.usecases.steer_publication import link_publication, remove_publication, retry_publication
from services.vod.gateways.cablecast import HttpCablecast, open_cablecast
from shared.db.leases import backlog
from shared.db.models import CablecastShow, City, Publication, Recording, Transcription, VodContent
from shared.lanes import Lane
from shared.rules.policy import PublishPolicy
from tests.integration.vod.conftest import NAME, Desk

WHO = Principal(name="ada", user_id=1, role="operator")


async def test_a_recording_named_after_its_show_is_published_once_and_proven(desk: Desk) -> None:
    media = desk.recorded()
    before = media.read_bytes()
    made = await desk.captioned()

    row = await desk.walk(4)

    assert (row.status, row.show_id, row.linked_by, row.vod_created) == ("published", 2101, "file name", True)
    assert row.evidence is not None and row.evidence["share"] == 1.0
    assert row.verified_at is not None
    assert desk.sidecar.read_bytes() == next(desk.output.rglob("*.scc")).read_bytes()
    assert media.read_bytes() == before
    assert desk.vods_posted() == 1
    async with desk.work() as unit:
        show = (await unit.db.scalars(select(CablecastShow))).one()
        vod = (await unit.db.scalars(select(VodContent))).one()
        transcription = await unit.db.get_one(Transcription, made)
    assert (show.cablecast_id, show.title) == (2101, "Maplewood City Council")
    assert show.answer is not None and show.answer["id"] == 2101
    assert set(show.answer) > {"title", "eventDate", "reels", "totalRunTime", "localId"}
    assert (vod.vod_id, vod.status, vod.cablecast_show_id) == (str(row.vod_id), "published", show.id)
    assert (transcription.vod_id, transcription.vod_status) == (str(row.vod_id), "published")
    assert transcription.vod_url == vod.url is not None

    await retry_publication(row.id, WHO, work=desk.work)
    again = await desk.walk(1)
    assert again.status == "published"
    assert desk.vods_posted() == 1


async def test_a_vod_older_than_the_sidecar_goes_to_a_person_with_the_reason(
    desk: Desk, cablecast: HttpCablecast
) -> None:
    desk.recorded()
    vod = (await cablecast.create_vod(2101, 1)).vod
    desk.station.advance(120)
    await desk.captioned()

    await desk.walk(2)
    await desk.pass_time(timedelta(minutes=11))
    row = await desk.walk(1)

    assert (row.status, row.reason_code, row.vod_id, row.vod_created) == (
        "needs_review",
        "captions_not_visible",
        vod.id,
        False,
    )
    assert row.reason is not None and "older than the sidecar" in row.reason
    desk.station.transcode_again(vod.id)
    await retry_publication(row.id, WHO, work=desk.work)
    row = await desk.walk(3)
    assert row.status == "published"
    assert desk.vods_posted() == 1  # the one this test made itself


async def test_an_uncertain_link_waits_for_a_person_who_chooses_among_suggestions(desk: Desk) -> None:
    name = "Maplewood City Council 09142026.mp4"
    desk.record()
    desk.recorded(name)
    await desk.captioned(name=name)

    row = await desk.walk(1)
    assert (row.status, row.reason_code) == ("needs_review", "needs_linking")
    assert row.suggestions is not None and row.suggestions[0]["show_id"] == 2101
    assert not (desk.drive / name).with_suffix(".scc").exists()

    await link_publication(row.id, 2101, WHO, work=desk.work)
    row = await desk.walk(1)
    assert (row.show_id, row.linked_by) == (2101, "ada")
    assert (desk.drive / name).with_suffix(".scc").exists()


async def test_the_citys_policy_decides_whether_a_publication_begins(desk: Desk) -> None:
    desk.record()
    for policy in ("never", "off"):  # the earlier word, which an instance of the release before may still write
        await desk.captioned(city=City(slug=policy, name="None", publish_policy=policy))
    async with desk.work() as unit:
        assert (await unit.db.scalars(select(Publication))).all() == []

    await desk.captioned(city=City(slug="review", name="Review", publish_policy="review"))
    row = await desk.walk(1)

    assert (row.status, row.reason_code) == ("needs_review", "waits_for_release")
    assert not desk.sidecar.exists()


@pytest.mark.parametrize(("policy", "expected"), [("auto", ["pending"]), ("review", ["needs_review"]), ("never", [])])
async def test_a_recording_of_no_city_goes_the_way_the_station_says(
    desk: Desk, policy: str, expected: list[str]
) -> None:
    desk.record()
    await desk.captioned(station=PublishPolicy(policy))
    async with desk.work() as unit:
        assert (await unit.db.scalars(select(Publication.status))).all() == expected


async def test_a_station_without_cablecast_is_done_with_the_sidecar(desk: Desk) -> None:
    desk.recorded()
    await desk.captioned()

    row = await desk.walk(1, replace(desk.deps, cablecast=None))

    assert (row.status, row.reason_code) == ("done", "cablecast_not_configured")
    assert desk.sidecar.exists()
    async with desk.work() as unit:
        progress = await progress_of(unit.db, row.transcription_id)
        assert (await backlog(unit.db, Lane.PUBLISH)).rows == 0
    assert is_over(progress)
    assert (progress.publication_status, progress.error_code) == ("done", None)
    assert progress.message == "captions ready; they lie beside the recording or in the output tree"

    # Cablecast comes later: a person has the captions published after all.
    await retry_publication(row.id, WHO, work=desk.work)
    assert (await desk.walk(4)).status == "published"


async def test_a_station_without_cablecast_that_writes_no_sidecar_is_done_all_the_same(desk: Desk) -> None:
    desk.record()
    await desk.captioned()

    row = await desk.walk(1, replace(desk.deps, cablecast=None, writes_sidecars=False))

    assert (row.status, row.reason_code) == ("done", "cablecast_not_configured")
    assert row.reason is not None and row.reason.startswith("No sidecar may be written here")
    assert not desk.sidecar.exists()


async def test_where_publishing_is_off_captions_lie_beside_the_recording_until_a_person_has_them_published(
    desk: Desk,
) -> None:
    desk.recorded()
    await desk.captioned()
    off = replace(desk.deps, publishes=False)
    asked = len(desk.station.requests())

    row = await desk.walk(2, off)

    assert (row.status, row.reason_code) == ("done", "publishing_off")
    assert row.reason == (
        "The sidecar lies beside the recording. "
        "AUTO_PUBLISH_TO_VOD is off: to have this one published and verified, retry."
    )
    assert desk.sidecar.exists()
    assert len(desk.station.requests()) == asked
    await retry_publication(row.id, WHO, work=desk.work)
    assert (await desk.walk(4, off)).status == "published"


async def test_a_publication_that_a_person_removes_meanwhile_stays_removed(desk: Desk) -> None:
    desk.recorded()
    await desk.captioned()
    desk.station.fault("delay", "/cablecastapi/v1/shows/*", seconds=1.0, times=1)
    walking = asyncio.create_task(desk.walk(1))
    await asyncio.sleep(0.4)

    await remove_publication((await desk.newest()).id, WHO, work=desk.work)
    await walking

    assert (await desk.newest()).status == "removed"
    assert not desk.sidecar.exists()
    assert desk.vods_posted() == 0


async def test_older_captions_that_a_person_publishes_after_all_take_the_place_of_newer_ones_under_way(
    desk: Desk,
) -> None:
    desk.recorded()
    first = await desk.captioned()
    second = await desk.captioned()
    older = await desk.publication_of(first)
    assert (older.status, older.reason_code) == ("removed", "superseded")

    await retry_publication(older.id, WHO, work=desk.work)
    await desk.walk(4)

    newer = await desk.publication_of(second)
    assert (await desk.publication_of(first)).status == "published"
    assert (newer.status, newer.reason_code) == ("removed", "superseded")


async def test_a_recording_that_was_renamed_to_another_show_is_linked_to_that_one(desk: Desk) -> None:
    desk.recorded()
    made = await desk.captioned()
    await desk.walk(4)
    renamed = NAME.replace("2101-", "2102-")
    async with desk.work() as unit:
        await unit.db.execute(update(Recording).values(file_name=renamed))

    await retry_publication((await desk.publication_of(made)).id, WHO, work=desk.work)
    row = await desk.walk(1)

    assert (row.status, row.reason_code, row.show_id) == ("needs_review", "needs_linking", None)
    assert row.reason is not None and "2102" in row.reason


async def test_a_publication_that_fails_on_its_way_fails_in_the_columns_of_the_original_system_too(
    desk: Desk,
) -> None:
    desk.recorded()
    made = await desk.captioned()
    row = await desk.walk(2)
    assert row.status == "processing"
    wrong = open_cablecast(f"{desk.station.url}/CablecastAPI/v1/", "archivist", "changed meanwhile")

    row = await desk.walk(1, replace(desk.deps, cablecast=wrong))
    await wrong.aclose()

    assert row.status == "failed"
    async with desk.work() as unit:
        transcription = await unit.db.get_one(Transcription, made)
        vod = (await unit.db.scalars(select(VodContent))).one()
    assert (transcription.vod_status, vod.status) == ("failed", "failed")
