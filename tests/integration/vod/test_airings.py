"""A recording whose show airs soon goes first: the schedule is read from the simulated station, and a worker claims."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from demo.cablecast.running import RunningStation
from services.api.session_tokens import Principal
from services.api.usecases.steer_transcription import set_due
from services.vod.__main__ import tasks
from services.vod.gateways.cablecast import Airing, HttpCablecast
from services.vod.usecases.sync_airings import sync_airings
from shared.db.leases import take
from shared.db.models import Event, Mount, Publication, Recording, Transcription
from shared.db.session import Work
from shared.errors import Temporary
from shared.jobs.task_lane import TaskInHand
from shared.lanes import Lane

NOW = datetime.now(UTC).replace(microsecond=0)
TOMORROW = NOW + timedelta(hours=20)
"""At ten, say."""
JUNE, JULY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
COUNCIL = "2101-1-Maplewood City Council (20260914).mp4"
LONG = timedelta(minutes=5)

Recorded = Callable[..., Any]


def run(show: int, at: datetime, **fields: Any) -> dict[str, Any]:
    """A run as the station's schedule has it, in local time as real servers answer."""
    return {"channel": 5, "show": show, "runDateTime": at.astimezone().isoformat(), **fields}


@pytest.fixture
async def recorded(work: Work) -> AsyncIterator[Recorded]:
    async def add(name: str, **values: Any) -> UUID:
        """A recording whose captions are waited for."""
        async with work() as unit:
            mount = await unit.db.scalar(select(Mount)) or Mount(name="flex-1", path="/mnt/flex-1")
            unit.db.add(mount)
            await unit.db.flush()
            recording = Recording(
                mount_id=mount.id, relative_path=name, file_name=name, status="valid", duration_ms=30_000
            )
            unit.db.add(recording)
            await unit.db.flush()
            row = Transcription(recording_id=recording.id, filename=name, file_path=name, **values)
            unit.db.add(row)
            await unit.db.flush()
            return row.id

    yield add


async def _dates(work: Work) -> dict[str, datetime | None]:
    async with work() as unit:
        return {row.filename: row.due_at for row in await unit.db.scalars(select(Transcription))}


def _due(what: dict[str, Any] | None) -> str | None:
    assert what is not None
    due: str | None = what["due_at"]
    return due


async def _claimed(work: Work) -> list[str]:
    """Names in the order in which a transcriber takes them."""
    names: list[str] = []
    while True:
        async with work() as unit:
            lease = await take(unit.db, Lane.PLAN, owner="w", lasting=LONG)
            if lease is None:
                return names
            names.append((await unit.db.get_one(Transcription, lease.row_id)).filename)


async def test_what_airs_tomorrow_is_claimed_before_what_is_newer(
    work: Work, station: RunningStation, cablecast: HttpCablecast, recorded: Recorded
) -> None:
    station.seed(
        shows=[{"id": 2102, "title": "Grant Planning", "eventDate": "2026-06-01"}],
        scheduleItems=[
            run(2101, TOMORROW),
            run(2101, TOMORROW + timedelta(days=2)),
            run(2102, NOW + timedelta(days=6)),
        ],
    )
    await recorded("of no show.mp4", recorded_at=JULY)
    await recorded("2102-1-Grant Planning (20260601).mp4", recorded_at=JUNE + timedelta(days=1))
    await recorded(COUNCIL, recorded_at=JUNE)

    result = await tasks(work, cablecast)["sync-airings"](TaskInHand(work, None, {}, None))  # type: ignore[arg-type]

    assert result == {"airings": 3, "dated": 2, "changed": 2}
    assert await _dates(work) == {
        COUNCIL: TOMORROW,
        "2102-1-Grant Planning (20260601).mp4": NOW + timedelta(days=6),
        "of no show.mp4": None,
    }
    # What airs in six days is dated, and is not urgent yet: among the others the newest goes first.
    assert await _claimed(work) == [COUNCIL, "of no show.mp4", "2102-1-Grant Planning (20260601).mp4"]


async def test_without_the_schedule_the_newest_is_claimed_first(
    work: Work, cablecast: HttpCablecast, recorded: Recorded
) -> None:
    await recorded("of no show.mp4", recorded_at=JULY)
    await recorded(COUNCIL, recorded_at=JUNE)

    assert (await sync_airings(work, cablecast))["changed"] == 0
    assert await _claimed(work) == ["of no show.mp4", COUNCIL]


async def test_a_date_follows_the_schedule_and_says_so(
    work: Work, station: RunningStation, cablecast: HttpCablecast, recorded: Recorded
) -> None:
    made = await recorded(COUNCIL)
    gone = await recorded("2109-1-Taken out of the schedule.mp4", due_at=TOMORROW)
    station.seed(scheduleItems=[run(2101, TOMORROW)])
    await sync_airings(work, cablecast)
    station.seed(scheduleItems=[run(2101, TOMORROW - timedelta(hours=3), runBump=30)])

    await sync_airings(work, cablecast)
    again = await sync_airings(work, cablecast)

    earlier = TOMORROW - timedelta(hours=3) + timedelta(seconds=30)
    assert await _dates(work) == {COUNCIL: earlier, "2109-1-Taken out of the schedule.mp4": None}
    assert again["changed"] == 0
    async with work() as unit:
        told = (await unit.db.scalars(select(Event).where(Event.kind == "transcription.due").order_by(Event.id))).all()
    changes = [(one.transcription_id, _due(one.before), _due(one.after), one.actor) for one in told]
    first, second = TOMORROW.isoformat(), earlier.isoformat()
    assert sorted(changes[:2], key=str) == sorted([(made, None, first, "vod"), (gone, first, None, "vod")], key=str)
    assert changes[2:] == [(made, first, second, "vod")]


async def test_a_person_s_date_stays_and_so_does_work_that_has_ended(
    work: Work, station: RunningStation, cablecast: HttpCablecast, recorded: Recorded
) -> None:
    station.seed(scheduleItems=[run(2101, TOMORROW)])
    dated, undated = await recorded(COUNCIL), await recorded("2101-1-Maplewood Council.mp4")
    await recorded("2101-1-Maplewood City.mp4", status="completed", stage="done")
    ada = Principal(1, "ada", "operator")
    await set_due(dated, JULY, ada, work=work)
    await set_due(undated, None, ada, work=work)

    assert (await sync_airings(work, cablecast))["changed"] == 0
    assert await _dates(work) == {
        COUNCIL: JULY,
        "2101-1-Maplewood Council.mp4": None,
        "2101-1-Maplewood City.mp4": None,
    }


async def test_a_link_is_believed_before_a_name_and_a_name_only_if_the_show_does_not_contradict(
    work: Work, station: RunningStation, cablecast: HttpCablecast, recorded: Recorded
) -> None:
    station.seed(
        shows=[{"id": 2102, "title": "Grant Planning", "eventDate": "2026-06-01"}],
        scheduleItems=[run(2101, TOMORROW), run(2102, NOW + timedelta(hours=5)), run(2107, TOMORROW)],
    )
    wrong, unknown = "2101-1-Oakdale School Board (20260301).mp4", "2107-1-Nobody knows.mp4"
    linked = await recorded(COUNCIL)
    await recorded(wrong)
    await recorded(unknown)
    async with work() as unit:
        row = await unit.db.get_one(Transcription, linked)
        ended = Transcription(
            recording_id=row.recording_id, filename="before", file_path="x", status="completed", stage="done"
        )
        unit.db.add(ended)
        await unit.db.flush()
        unit.db.add(
            Publication(
                transcription_id=ended.id,
                recording_id=row.recording_id,
                caption_version=1,
                show_id=2102,
                linked_by="ada",
                status="linked",
            )
        )

    await sync_airings(work, cablecast)

    assert await _dates(work) == {COUNCIL: NOW + timedelta(hours=5), wrong: None, unknown: None, "before": None}


async def test_a_schedule_that_cannot_be_read_to_its_end_changes_nothing(
    work: Work, station: RunningStation, cablecast: HttpCablecast, recorded: Recorded
) -> None:
    await recorded(COUNCIL, due_at=TOMORROW)
    station.fault("html", "/cablecastapi/v1/scheduleitems", times=None)

    with pytest.raises(Temporary):
        await sync_airings(work, cablecast)

    assert await _dates(work) == {COUNCIL: TOMORROW}
    assert await sync_airings(work, None) == {"skipped": "cablecast_not_configured"}


@pytest.mark.parametrize("mode", ["page", "row"])
async def test_every_airing_of_a_full_schedule_is_read_once(
    station: RunningStation, cablecast: HttpCablecast, mode: str
) -> None:
    station.switch(offset_mode=mode)
    wanted = [TOMORROW + timedelta(minutes=5 * number) for number in range(330)]
    station.seed(
        scheduleItems=[
            *(run(2101, at) for at in wanted),
            run(2101, TOMORROW, deleted=True),
            run(2101, TOMORROW, idType=2),
            {"channel": 5, "show": None, "runDateTime": TOMORROW.isoformat(), "idType": 3},
            run(2101, NOW - timedelta(minutes=1)),
            run(2101, NOW + timedelta(days=9)),
        ]
    )

    airings = await cablecast.airings_between(NOW, NOW + timedelta(days=7))

    assert airings == [Airing(2101, at) for at in wanted]
