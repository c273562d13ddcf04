"""What is the station's is told as the database has it, by the API alone, and by all its replicas alike."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import text, update

from services.api.station_metrics import StationMetrics
from shared import metrics
from shared.db import clock
from shared.db.models import Mount
from tests.integration.api.conftest import Api, StartApi
from tests.integration.api.test_health import Gate


async def _told(api: Api) -> dict[str, float]:
    """Series of the station by name and label, without the answer that stands from the look before."""
    object.__setattr__(api.app.state.deps, "station", StationMetrics(api.app.state.deps.runtime.work))
    async with api.client() as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    names = "|".join(gauge._name for gauge in (*metrics.OF_THE_STATION, metrics.STATION_READ))
    found = re.findall(rf"^((?:{names})(?:{{[^}}]*}})?) (\S+)$", answer.text, re.MULTILINE)
    return {series: float(value) for series, value in found}


async def test_mounts_recordings_and_queues_are_told_as_they_are_now(api: Api, add_rows: Any) -> None:
    await add_rows(transcription="pending", duration_ms=60_000)
    async with api.work() as unit:
        await unit.db.execute(
            update(Mount).values(status="up", scanned_at=clock.now() - timedelta(hours=1), facts={"not_looked_at": 2})
        )
        unit.db.add(Mount(name="new", path="/mnt/new"))
        moment = (await clock.read(unit.db)).timestamp()
    first = await _told(api)
    async with api.work() as unit:
        await unit.db.execute(update(Mount).values(status="down"))
    second = await _told(api)
    async with api.work() as unit:
        await unit.db.execute(update(Mount).values(enabled=False, kind="removed"))
    third = await _told(api)

    assert first['archivist_mount_up{mount="m-meeting"}'] == 1
    assert 'archivist_mount_up{mount="new"}' not in first  # nobody has looked yet
    assert abs(first['archivist_mount_scanned_timestamp_seconds{mount="m-meeting"}'] - moment + 3600) < 60
    assert first['archivist_mount_not_looked_at_files{mount="m-meeting"}'] == 2
    assert first['archivist_unsettled_oldest_seconds{mount="m-meeting"}'] == 0
    assert first['archivist_recordings{status="valid"}'] == 1
    assert first['archivist_recordings{status="rejected"}'] == 0
    assert first['archivist_queue_rows{lane="transcriber.plan"}'] == 1
    assert first['archivist_queue_media_seconds{lane="transcriber.plan"}'] == 60
    assert first['archivist_queue_oldest_seconds{lane="vod.publish"}'] >= 0
    assert first["archivist_station_read"] == 1
    assert second['archivist_mount_up{mount="m-meeting"}'] == second['archivist_mount_up{mount="new"}'] == 0
    assert not [series for series in third if "mount=" in series]


async def test_an_answer_stands_for_some_seconds_so_that_many_who_ask_cost_one_look(api: Api, add_rows: Any) -> None:
    await add_rows()
    before = await _told(api)
    async with api.work() as unit:
        await unit.db.execute(text("UPDATE recordings SET status = 'rejected'"))
    async with api.client() as client:
        again = (await client.get("/metrics")).text

    assert before['archivist_recordings{status="valid"}'] == 1
    assert 'archivist_recordings{status="valid"} 1.0' in again


async def test_without_the_database_nothing_is_told_of_the_station_but_that(
    start_api: StartApi, database_url: str, add_rows: Any
) -> None:
    await add_rows()
    gate = Gate(database_url)
    await gate.open()
    async with start_api(database_url=gate.url) as api:
        assert (await _told(api))["archivist_station_read"] == 1
        await gate.shut()
        assert await _told(api) == {"archivist_station_read": 0}
        await gate.open()
        assert (await _told(api))['archivist_recordings{status="valid"}'] == 1
        await gate.shut()
