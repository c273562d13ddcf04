"""What is away or fails on the way to viewers: waited for, kept, or told with its reason."""

import hashlib

from sqlalchemy import update

from services.api.session_tokens import Principal
from services.api.usecases.steer_publication import retry_publication
from services.vod.gateways.cablecast import HttpCablecast
from shared.db.models import Recording, Transcription
from tests.integration.vod.conftest import Desk

WHO = Principal(name="ada", user_id=1, role="operator")


async def test_a_cablecast_that_is_down_is_waited_for_and_what_was_done_is_kept(desk: Desk) -> None:
    desk.recorded()
    await desk.captioned()
    desk.station.fault("status", "/cablecastapi/*", status=503, times=24)

    down = await desk.walk(8)  # far more often than any limit of attempts
    assert (down.status, down.error_code) == ("pending", "cablecast_unavailable")

    row = await desk.walk(5)
    assert (row.status, row.error_code, row.attempt) == ("published", None, 0)
    assert desk.vods_posted() == 1


async def test_steps_that_are_done_are_kept_when_the_next_one_fails(desk: Desk) -> None:
    desk.recorded()
    await desk.captioned()
    desk.station.fault("status", "/cablecastapi/v1/assets/*", status=500, times=1)

    row = await desk.walk(1)

    assert (row.status, row.show_id, row.error_code) == ("placed", 2101, "cablecast_unavailable")
    assert row.sidecar is not None and row.sidecar["sha256"] == hashlib.sha256(desk.sidecar.read_bytes()).hexdigest()


async def test_a_lost_answer_to_the_making_of_a_vod_makes_no_second_one(desk: Desk, cablecast: HttpCablecast) -> None:
    desk.recorded()
    await desk.captioned()
    desk.station.fault("drop", "/cablecastapi/v1/vods", method="POST", times=1, after_processing=True)

    row = await desk.walk(4)

    assert (row.status, row.vod_created) == ("published", True)
    assert len((await cablecast.get_show(2101)).vods) == 1


async def test_a_vod_that_cablecast_gives_up_fails_with_its_words(desk: Desk) -> None:
    desk.recorded()
    made = await desk.captioned()
    desk.station.fail_next_transcode("permanentFailure", "The codec is unknown.")

    row = await desk.walk(4)

    assert (row.status, row.reason_code) == ("failed", "vod_failed")
    assert row.reason is not None and "The codec is unknown." in row.reason
    async with desk.work() as unit:
        assert (await unit.db.get_one(Transcription, made)).vod_status == "failed"


async def test_a_recording_away_with_its_mount_is_waited_for_and_one_that_is_lost_is_a_persons_matter(
    desk: Desk,
) -> None:
    media = desk.recorded()
    await desk.captioned()
    aside = media.rename(desk.output / "aside.mp4")

    away = await desk.walk(1)
    assert (away.status, away.error_code) == ("linked", "recording_away")

    async with desk.work() as unit:
        await unit.db.execute(update(Recording).values(present=False))
    lost = await desk.walk(1)
    assert (lost.status, lost.reason_code) == ("needs_review", "recording_missing")

    aside.rename(media)
    await retry_publication(lost.id, WHO, work=desk.work)
    assert (await desk.walk(4)).status == "published"
