"""The client against the simulated station: what it reads, what it makes, and what it makes of trouble."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from demo.cablecast.running import RunningStation
from services.vod.gateways.cablecast import ChapterMark, HttpCablecast, open_cablecast
from services.vod.gateways.cablecast_models import VodState
from shared.errors import ArchivistError, Conflict, Forbidden, InvalidInput, NotFound, Temporary

Record = Callable[..., Path]

VODS = "/cablecastapi/v1/vods"
SHOWS = "/cablecastapi/v1/shows*"


def client_of(station: RunningStation, password: str = "a password: with colon") -> HttpCablecast:
    return open_cablecast(station.url, "archivist", password, pause=timedelta(milliseconds=1))


async def test_a_show_comes_with_its_reels_and_vods(
    station: RunningStation, cablecast: HttpCablecast, record: Record
) -> None:
    record()
    station.index()

    detail = await cablecast.get_show(2101)

    assert detail.show.title == "Maplewood City Council"
    assert detail.show.event_at == datetime.fromisoformat("2026-09-14T18:30:00-05:00")
    assert detail.show.run_time_s == 30
    assert [(reel.number, reel.length_s, reel.has_valid_file) for reel in detail.reels] == [(1, 30, True)]
    assert detail.vod is None


async def test_an_unknown_show_is_not_found(cablecast: HttpCablecast) -> None:
    with pytest.raises(NotFound) as caught:
        await cablecast.get_show(9999)

    assert caught.value.code == "cablecast_not_found"


async def test_every_call_carries_credentials(station: RunningStation, cablecast: HttpCablecast) -> None:
    station.switch(anonymous_cache_s=600)
    assert not (await cablecast.get_show(2101)).show.vod_ids

    await cablecast.create_vod(2101, 1)

    assert (await cablecast.get_show(2101)).show.vod_ids == (1,)


async def test_a_vod_is_made_once_however_often_it_is_asked_for(
    station: RunningStation, cablecast: HttpCablecast
) -> None:
    first = await cablecast.create_vod(2101, 1)
    again = await cablecast.create_vod(2101, 1)

    assert (first.is_new, again.is_new) == (True, False)
    assert first.vod.id == again.vod.id
    assert first.vod.state is VodState.WAITING
    assert Counter(station.requests())["POST", VODS] == 1


@pytest.mark.parametrize("kind", ["drop", "empty", "html", "status"])
async def test_a_vod_whose_making_was_not_confirmed_is_found_again(
    station: RunningStation, cablecast: HttpCablecast, kind: str
) -> None:
    station.fault(kind, VODS, method="POST", times=1, after_processing=True, status=504)

    ensured = await cablecast.create_vod(2101, 1)

    assert ensured.is_new
    assert (await cablecast.get_show(2101)).show.vod_ids == (ensured.vod.id,)
    assert Counter(station.requests())["POST", VODS] == 1


async def test_a_vod_that_is_made_after_the_client_gave_up_is_still_the_only_one(
    station: RunningStation, cablecast: HttpCablecast
) -> None:
    hasty = open_cablecast(station.url, "archivist", "a password: with colon", limits=httpx.Timeout(1.0))
    station.fault("delay", VODS, method="POST", times=1, seconds=3.0)

    with pytest.raises(Temporary) as caught:
        await hasty.create_vod(2101, 1)
    await hasty.aclose()
    async with asyncio.timeout(20):
        while not (await cablecast.get_show(2101)).show.vod_ids:
            await asyncio.sleep(0.05)
    ensured = await cablecast.create_vod(2101, 1)

    assert caught.value.code == "cablecast_timeout"
    assert not ensured.is_new
    assert Counter(station.requests())["POST", VODS] == 1


async def test_a_post_that_fails_is_not_repeated_by_the_client(
    station: RunningStation, cablecast: HttpCablecast
) -> None:
    station.fault("status", VODS, method="POST", times=1, status=503)

    with pytest.raises(Temporary):
        await cablecast.create_vod(2101, 1)

    assert Counter(station.requests())["POST", VODS] == 1
    assert (await cablecast.create_vod(2101, 1)).is_new


async def test_of_several_vods_the_one_that_viewers_get_counts(
    station: RunningStation, cablecast: HttpCablecast, record: Record
) -> None:
    record()
    station.index()
    await cablecast.create_vod(2101, 1)
    station.advance(3600)
    await cablecast._http.post("vods", {"vod": {"show": 2101, "vodConfiguration": 1}})
    station.advance(3600)

    detail = await cablecast.get_show(2101)

    assert {vod.state for vod in detail.vods} == {VodState.COMPLETE, VodState.ERROR}
    assert detail.vod is not None
    assert detail.vod.state is VodState.COMPLETE


@pytest.mark.parametrize("kind", ["drop", "status"])
async def test_a_read_is_repeated_until_it_is_answered(
    station: RunningStation, cablecast: HttpCablecast, kind: str
) -> None:
    station.fault(kind, SHOWS, times=2, status=503)

    assert (await cablecast.get_show(2101)).show.id == 2101
    assert len(station.requests()) == 3


@pytest.mark.parametrize(
    ("fault", "error", "code", "requests"),
    [
        ({"kind": "status", "status": 503}, Temporary, "cablecast_unavailable", 3),
        ({"kind": "status", "status": 500}, Temporary, "cablecast_unavailable", 1),
        ({"kind": "drop"}, Temporary, "cablecast_unreachable", 3),
        ({"kind": "html"}, Temporary, "cablecast_html", 1),
        ({"kind": "empty"}, Temporary, "cablecast_empty", 1),
        ({"kind": "status", "status": 403}, Forbidden, "cablecast_rights", 1),
        ({"kind": "status", "status": 404}, NotFound, "cablecast_not_found", 1),
        ({"kind": "status", "status": 400}, InvalidInput, "cablecast_refused", 1),
    ],
)
async def test_trouble_says_what_to_do_next(
    station: RunningStation,
    cablecast: HttpCablecast,
    fault: dict[str, str],
    error: type[ArchivistError],
    code: str,
    requests: int,
) -> None:
    station.fault(path=SHOWS, **fault)

    with pytest.raises(error) as caught:
        await cablecast.get_show(2101)

    assert caught.value.code == code
    assert len(station.requests()) == requests


async def test_wrong_credentials_name_the_settings_to_check(station: RunningStation) -> None:
    stranger = client_of(station, password="wrong")

    with pytest.raises(Forbidden) as caught:
        await stranger.get_show(2101)

    await stranger.aclose()
    assert caught.value.code == "cablecast_credentials"
    assert "CABLECAST_PASSWORD" in caught.value.message


async def test_a_server_that_is_not_there_is_temporary(station: RunningStation) -> None:
    nobody = open_cablecast("http://127.0.0.1:9", "archivist", "secret", pause=timedelta(milliseconds=1))

    with pytest.raises(Temporary) as caught:
        await nobody.system_info()

    await nobody.aclose()
    assert caught.value.code == "cablecast_unreachable"
    assert "secret" not in caught.value.message


async def test_fields_of_a_later_version_do_no_harm(station: RunningStation, cablecast: HttpCablecast) -> None:
    station.fault("extra_fields")

    assert (await cablecast.get_show(2101)).show.id == 2101
    assert (await cablecast.create_vod(2101, 1)).is_new


async def test_a_deprecated_endpoint_is_logged(
    station: RunningStation, cablecast: HttpCablecast, caplog: pytest.LogCaptureFixture
) -> None:
    station.fault("warning", SHOWS)

    with caplog.at_level(logging.WARNING):
        await cablecast.get_show(2101)

    assert [record.message for record in caplog.records] == ["cablecast_deprecated"]


@pytest.mark.parametrize("mode", ["page", "row"])
async def test_all_shows_of_a_stretch_of_time_are_found_whatever_offset_means(
    station: RunningStation, cablecast: HttpCablecast, mode: str
) -> None:
    dates = {3000 + n: f"2026-{1 + n % 12:02d}-{1 + n % 28:02d}T19:00:00" for n in range(130)}
    station.seed(shows=[{"id": n, "title": f"Show {n}", "eventDate": at} for n, at in dates.items()])
    station.switch(offset_mode=mode)

    found = await cablecast.shows_between(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    titled = await cablecast.shows_titled("show")

    assert {show.id for show in found} == {2101, *dates}
    assert {show.id for show in titled} == set(dates)
    assert len(found) == len({show.id for show in found})
    assert found == sorted(found, key=lambda show: (show.event_at, show.id), reverse=True)


async def test_a_stretch_of_time_excludes_its_end(station: RunningStation, cablecast: HttpCablecast) -> None:
    begin = datetime.fromisoformat("2026-09-14T18:30:00-05:00")

    assert [show.id for show in await cablecast.shows_between(begin, begin + timedelta(seconds=1))] == [2101]
    assert await cablecast.shows_between(begin - timedelta(days=1), begin) == []


async def test_configurations_are_those_of_the_location(cablecast: HttpCablecast) -> None:
    assert [configuration.id for configuration in await cablecast.vod_configurations(1)] == [1]
    assert await cablecast.vod_configurations(77) == []


async def test_chapters_are_published_once_and_seen_by_players(
    station: RunningStation, cablecast: HttpCablecast
) -> None:
    vod = (await cablecast.create_vod(2101, 1)).vod
    marks = [ChapterMark("Call to order", 5), ChapterMark("Consent agenda", 20)]
    station.fault("drop", "/cablecastapi/v1/chapters", method="POST", times=1, after_processing=True)

    with pytest.raises(Temporary):
        await cablecast.publish_chapters(vod.id, marks)
    await cablecast.publish_chapters(vod.id, marks)
    await cablecast.publish_chapters(vod.id, marks)

    track = await cablecast.fetch_text(f"{station.url}/cablecastapi/v1/vods/{vod.id}/chapters")
    assert track.count("-->") == 2
    assert "00:00:05.000 --> 00:00:20.000\nCall to order" in track
    assert (await cablecast.get_vod(vod.id)).chapters_published
    assert (await cablecast.get_vod(vod.id)).configuration_id == 1
    counted = Counter(station.requests())
    assert counted["POST", "/cablecastapi/v1/chapters"] == 2
    assert counted["PUT", f"{VODS}/{vod.id}"] == 1


async def test_chapters_that_a_person_made_are_left_alone(station: RunningStation, cablecast: HttpCablecast) -> None:
    vod = (await cablecast.create_vod(2101, 1)).vod
    await cablecast.publish_chapters(vod.id, [ChapterMark("By hand", 3)])

    with pytest.raises(Conflict):
        await cablecast.publish_chapters(vod.id, [ChapterMark("Call to order", 5)])


async def test_published_files_are_fetched_without_credentials(
    station: RunningStation, cablecast: HttpCablecast, record: Record
) -> None:
    record()
    station.index()
    vod = (await cablecast.create_vod(2101, 1)).vod
    station.advance(3600)
    complete = await cablecast.get_vod(vod.id)
    assert complete.url is not None

    master = await cablecast.fetch_text(complete.url.replace("vod.mp4", "vod.m3u8"))

    assert master.startswith("#EXTM3U")
    with pytest.raises(NotFound):
        await cablecast.fetch_text(complete.url.replace("vod.mp4", "nothing.m3u8"))
    with pytest.raises(InvalidInput):
        await cablecast.fetch_text("file:///etc/hostname")
    with pytest.raises(Forbidden):
        await cablecast.fetch_text(f"{station.url}/cablecastapi/v1/assets")


@pytest.mark.parametrize(
    "address", ["vod.example.org", "ftp://vod.example.org", "https://", "https://me:secret@vod.example.org"]
)
def test_an_address_that_cannot_be_a_server_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput):
        open_cablecast(address, "archivist", "secret")


async def test_the_version_says_whether_sidecars_are_read(cablecast: HttpCablecast) -> None:
    information = await cablecast.system_info()

    assert information.reads_sidecars
    assert not information.model_copy(update={"version": "7.0.4"}).reads_sidecars
    assert information.model_copy(update={"version": None}).reads_sidecars is None
