"""Schedules start tasks: each run once, missed ones made up once, in the station's own time."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select, update

from shared.db import clock
from shared.db.event_log import follow
from shared.db.growth import Keeping
from shared.db.leases import backlog, take
from shared.db.models import Event, RandomDeath, Schedule, Task
from shared.db.paused_work import pause_lane
from shared.db.session import Work
from shared.db.task_starts import change_schedule, forget_old_rows, plan_schedules, start_due, start_task
from shared.errors import InvalidInput, NotFound
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.lifecycle import TaskStatus
from shared.notify import MemoryNotifier
from shared.task_kinds import KINDS

NOON = datetime(2026, 3, 7, 18, tzinfo=UTC)
"""In Chicago, on the day before its clocks are put forward."""


class Clerk:
    name = "clerk"
    user_id = 1


async def _planned(
    work: Work, *, at: datetime = NOON, rule: str = "30 2 * * *", timezone: str = "America/Chicago"
) -> None:
    """One schedule, in a database whose clock is simulated."""
    async with work() as unit:
        await clock.simulate(unit.db, NOON)
    async with work() as unit:
        await plan_schedules(unit.db, "America/Chicago")
        await unit.db.execute(update(Schedule).where(Schedule.name != "forget-old-rows").values(enabled=False))
    async with work() as unit:
        await change_schedule(unit.db, "forget-old-rows", by=Clerk(), rule=rule)


async def _set(work: Work, at: datetime) -> None:
    async with work() as unit:
        await clock.simulate(unit.db, at)


async def _start_due(work: Work) -> int:
    async with work() as unit:
        return await start_due(unit)


async def _tasks(work: Work) -> list[Task]:
    async with work() as unit:
        return list(await unit.db.scalars(select(Task).order_by(Task.due_at)))


async def _end_all(work: Work) -> None:
    async with work() as unit:
        await unit.db.execute(update(Task).values(status=TaskStatus.DONE, ended_at=clock.now()))


async def test_every_kind_with_a_rule_has_a_schedule_which_a_second_start_leaves_alone(work: Work) -> None:
    for _ in range(2):
        async with work() as unit:
            await plan_schedules(unit.db, "America/Chicago")
            await unit.db.execute(update(Schedule).values(enabled=False))

    async with work() as unit:
        rows = {row.name: row for row in await unit.db.scalars(select(Schedule))}
        now = await clock.read(unit.db)
    assert rows.keys() == {name for name, kind in KINDS.items() if kind.rule}
    assert all(row.next_at is not None and row.next_at > now and not row.enabled for row in rows.values())


async def test_a_run_is_started_once_however_many_look_at_the_same_time(work: Work, notifier: MemoryNotifier) -> None:
    await _planned(work)
    assert await _start_due(work) == 0
    await _set(work, datetime(2026, 3, 8, 8, 0, 1, tzinfo=UTC))  # 02:30 does not exist: 03:00 is 08:00 UTC

    started = await asyncio.gather(*(_start_due(work) for _ in range(12)))

    assert sum(started) == 1
    [task] = await _tasks(work)
    assert (task.kind, task.service, task.status) == ("forget-old-rows", "vod", "pending")
    assert task.due_at == datetime(2026, 3, 8, 8, tzinfo=UTC)
    assert notifier.notified[Lane.VOD_TASK] == 1
    async with work() as unit:
        schedule = await unit.db.get_one(Schedule, "forget-old-rows")
    assert (schedule.last_at, schedule.next_at) == (task.due_at, datetime(2026, 3, 9, 7, 30, tzinfo=UTC))


async def test_runs_that_were_missed_are_made_up_by_one(work: Work) -> None:
    await _planned(work)
    await _set(work, NOON + timedelta(days=9))

    assert [await _start_due(work) for _ in range(3)] == [1, 0, 0]

    async with work() as unit:
        schedule = await unit.db.get_one(Schedule, "forget-old-rows")
    assert schedule.next_at == datetime(2026, 3, 17, 7, 30, tzinfo=UTC)


async def test_nothing_is_started_while_the_run_before_is_under_way(work: Work) -> None:
    await _planned(work, rule="0 * * * *")
    for hour in range(1, 4):
        await _set(work, NOON + timedelta(hours=hour, minutes=1))
        await _start_due(work)
    waiting = await _tasks(work)
    await _end_all(work)
    await _set(work, NOON + timedelta(hours=4, minutes=1))
    await _start_due(work)

    assert [task.due_at for task in waiting] == [NOON + timedelta(hours=1)]
    assert [task.due_at for task in await _tasks(work)] == [NOON + timedelta(hours=1), NOON + timedelta(hours=4)]


async def test_over_a_month_with_both_looks_and_pauses_each_day_has_its_run(work: Work) -> None:
    await _planned(work)
    for hour in range(0, 24 * 10, 5):
        await _set(work, NOON + timedelta(hours=hour))
        await _start_due(work)
        await _end_all(work)

    due = [task.due_at for task in await _tasks(work)]
    assert due == [datetime(2026, 3, 8, 8, tzinfo=UTC)] + [
        datetime(2026, 3, day, 7, 30, tzinfo=UTC) for day in range(9, 18)
    ]


async def test_what_was_missed_while_it_was_off_is_not_made_up(work: Work) -> None:
    await _planned(work)
    async with work() as unit:
        await change_schedule(unit.db, "forget-old-rows", by=Clerk(), enabled=False)
    await _set(work, NOON + timedelta(days=3))
    assert await _start_due(work) == 0
    async with work() as unit:
        row = await change_schedule(unit.db, "forget-old-rows", by=Clerk(), enabled=True)

    assert row.next_at == datetime(2026, 3, 11, 7, 30, tzinfo=UTC)
    assert await _start_due(work) == 0


async def test_a_change_of_a_schedule_is_told_with_what_it_was_and_what_it_became(work: Work) -> None:
    await _planned(work)
    changes: list[dict[str, Any]] = [
        {"enabled": False},
        {"rule": "0 3 * * *"},
        {"enabled": True, "rule": "0 4 * * *"},
        {},
    ]
    for change in changes:
        async with work() as unit:
            row = await change_schedule(unit.db, "forget-old-rows", by=Clerk(), **change)

    async with work() as unit:
        events = await follow(unit.db, 0, kinds=[Happened.SCHEDULE_CHANGED])
        stored = await unit.db.get_one(Schedule, "forget-old-rows")
    said = [
        {"enabled": True, "rule": "30 2 * * *"},
        {"enabled": False, "rule": "30 2 * * *"},
        {"enabled": False, "rule": "0 3 * * *"},
        {"enabled": True, "rule": "0 4 * * *"},
        {"enabled": True, "rule": "0 4 * * *"},
    ]
    assert [(event.before, event.after) for event in events[-4:]] == list(pairwise(said))
    assert {(event.actor, event.user_id, event.subject_id) for event in events} == {("clerk", 1, "forget-old-rows")}
    assert (row.enabled, row.rule, row.next_at) == (stored.enabled, stored.rule, stored.next_at)
    assert stored.next_at == datetime(2026, 3, 8, 9, tzinfo=UTC)  # four in the morning, the clock put forward


async def test_another_zone_moves_what_is_due_next(work: Work) -> None:
    await _planned(work, rule="0 19 * * *")
    async with work() as unit:
        await plan_schedules(unit.db, "Europe/Berlin")
    async with work() as unit:
        row = await unit.db.get_one(Schedule, "forget-old-rows")

    assert (row.timezone, row.next_at) == ("Europe/Berlin", datetime(2026, 3, 8, 18, tzinfo=UTC))


async def _schedule(work: Work) -> Schedule:
    async with work() as unit:
        return await unit.db.get_one(Schedule, "forget-old-rows")


async def test_a_run_that_was_missed_is_started_before_another_zone_counts(work: Work) -> None:
    await _planned(work)
    await _set(work, NOON + timedelta(days=3))
    async with work() as unit:
        await plan_schedules(unit.db, "America/New_York")

    assert [await _start_due(work) for _ in range(2)] == [1, 0]
    assert [task.due_at for task in await _tasks(work)] == [datetime(2026, 3, 8, 8, tzinfo=UTC)]
    row = await _schedule(work)
    assert (row.timezone, row.next_at) == ("America/New_York", datetime(2026, 3, 11, 6, 30, tzinfo=UTC))


@pytest.mark.parametrize("change", [{"enabled": True}, {"rule": "0 4 * * *"}, {}], ids=["on", "rule", "nothing"])
async def test_a_run_that_was_missed_is_started_before_a_change_counts(work: Work, change: dict[str, Any]) -> None:
    await _planned(work)
    await _set(work, NOON + timedelta(days=3))
    async with work() as unit:
        await change_schedule(unit.db, "forget-old-rows", by=Clerk(), **change)

    assert [await _start_due(work) for _ in range(2)] == [1, 0]
    expected = datetime(2026, 3, 11, 9 if "rule" in change else 7, 0 if "rule" in change else 30, tzinfo=UTC)
    assert (await _schedule(work)).next_at == expected


async def test_switching_off_what_has_missed_a_run_owes_nothing_in_any_zone(work: Work) -> None:
    await _planned(work)
    await _set(work, NOON + timedelta(days=3))
    for enabled in (False, True):
        async with work() as unit:
            await change_schedule(unit.db, "forget-old-rows", by=Clerk(), enabled=enabled)
    assert await _start_due(work) == 0
    async with work() as unit:
        await change_schedule(unit.db, "forget-old-rows", by=Clerk(), enabled=False)
    await _set(work, NOON + timedelta(days=6))
    async with work() as unit:
        await plan_schedules(unit.db, "America/New_York")

    assert await _start_due(work) == 0
    assert (await _schedule(work)).next_at == datetime(2026, 3, 14, 6, 30, tzinfo=UTC)


async def test_processes_of_two_zones_that_start_again_in_turn_start_what_is_due(work: Work) -> None:
    await _planned(work, rule="*/10 * * * *")
    started = 0
    for number in range(6):
        await _set(work, NOON + timedelta(minutes=11 * (number + 1)))
        async with work() as unit:
            await plan_schedules(unit.db, ("America/Denver", "America/Chicago")[number % 2])
        started += await _start_due(work)
        await _end_all(work)

    assert started == 6


async def _restarted(work: Work, timezone: str) -> None:
    async with work() as unit:
        await plan_schedules(unit.db, timezone)


async def test_a_daily_run_is_not_started_again_by_a_process_of_another_zone(work: Work) -> None:
    await _planned(work, rule="40 3 * * *")
    await _restarted(work, "America/New_York")
    await _set(work, datetime(2026, 3, 8, 7, 45, tzinfo=UTC))  # 03:45 in New York, 02:45 in Chicago
    assert await _start_due(work) == 1
    await _end_all(work)

    for minutes in (1, 70, 90):
        await _set(work, datetime(2026, 3, 8, 7, 45, tzinfo=UTC) + timedelta(minutes=minutes))
        await _restarted(work, "America/Chicago")
        assert await _start_due(work) == 0
        await _restarted(work, "America/New_York")
        assert await _start_due(work) == 0

    assert (await _schedule(work)).next_at == datetime(2026, 3, 9, 7, 40, tzinfo=UTC)


async def test_a_daily_run_is_not_missed_for_a_process_of_another_zone(work: Work) -> None:
    await _planned(work, rule="40 3 * * *")
    await _set(work, datetime(2026, 3, 8, 7, 50, tzinfo=UTC))  # over in New York, still to come in Chicago
    for timezone in ("America/New_York", "America/Chicago", "America/New_York"):
        await _restarted(work, timezone)
    await _start_due(work)
    await _end_all(work)
    await _set(work, datetime(2026, 3, 8, 9, 0, tzinfo=UTC))
    await _restarted(work, "America/Chicago")

    assert await _start_due(work) == 0
    assert [task.due_at for task in await _tasks(work)] == [datetime(2026, 3, 8, 7, 40, tzinfo=UTC)]
    assert (await _schedule(work)).next_at == datetime(2026, 3, 9, 8, 40, tzinfo=UTC)


async def test_what_is_owed_in_one_zone_and_not_yet_due_in_the_other_is_run_once(work: Work) -> None:
    await _planned(work, rule="40 3 * * *")
    await _restarted(work, "America/New_York")
    await _set(work, datetime(2026, 3, 8, 7, 45, tzinfo=UTC))  # owed in New York, and nobody has looked
    await _restarted(work, "America/Chicago")

    started = []
    for minutes in (1, 60, 120):
        await _set(work, datetime(2026, 3, 8, 7, 45, tzinfo=UTC) + timedelta(minutes=minutes))
        started.append(await _start_due(work))
        await _end_all(work)

    assert sum(started) == 1
    assert (await _schedule(work)).next_at == datetime(2026, 3, 9, 8, 40, tzinfo=UTC)


async def test_rules_that_are_never_due_and_schedules_that_nobody_knows_are_refused(work: Work) -> None:
    await _planned(work)
    with pytest.raises(InvalidInput, match="never due"):
        async with work() as unit:
            await change_schedule(unit.db, "forget-old-rows", by=Clerk(), rule="0 0 30 2 *")
    with pytest.raises(NotFound):
        async with work() as unit:
            await change_schedule(unit.db, "nothing", by=Clerk(), enabled=True)
    with pytest.raises(NotFound, match="There are: "):
        async with work() as unit:
            await start_task(unit, "nothing", by="console")


async def test_a_task_started_by_hand_is_ready_at_once_and_names_who_started_it(
    work: Work, notifier: MemoryNotifier
) -> None:
    async with work() as unit:
        row = await start_task(unit, "tidy-work-storage", by=Clerk(), payload={"deep": True}, subject="work")

    assert (row.service, row.requested_by, row.payload, row.subject) == ("transcriber", "clerk", {"deep": True}, "work")
    assert (row.schedule, row.due_at) == (None, None)
    assert notifier.notified[Lane.TRANSCRIBER_TASK] == 1
    async with work() as unit:
        (event,) = await follow(unit.db, 0)
    assert (event.kind, event.actor, event.subject_id) == ("task.requested", "clerk", str(row.id))
    assert event.facts == {"task": "tidy-work-storage"}


async def test_a_task_started_by_the_name_of_a_schedule_is_of_its_kind_and_has_its_orders(work: Work) -> None:
    await _planned(work)
    async with work() as unit:
        row = await unit.db.get_one(Schedule, "forget-old-rows")
        unit.db.add(
            Schedule(
                name="by-night", kind=row.kind, service=row.service, rule=row.rule, timezone=row.timezone,
                next_at=row.next_at, payload={"from": "schedule"},
            )
        )  # fmt: skip

    async with work() as unit:
        usual = await start_task(unit, "by-night", by="console")
        other = await start_task(unit, "by-night", by="console", payload={})

    assert (usual.kind, usual.service, usual.payload, usual.requested_by) == (
        "forget-old-rows",
        "vod",
        {"from": "schedule"},
        "console",
    )
    assert other.payload == {}


async def test_old_rows_go_and_young_ones_stay(work: Work) -> None:
    async with work() as unit:
        for days in (40, 3):
            ended = {"status": "done", "ended_at": clock.now() - timedelta(days=days)}
            unit.db.add(Task(kind="forget-old-rows", service="vod", **ended))
            death = {"deaths": 1, "proven_at": clock.now() - timedelta(days=days / 10)}
            unit.db.add(RandomDeath(row_id=(await unit.db.scalar(select(func.gen_random_uuid()))), **death))
        unit.db.add(Task(kind="forget-old-rows", service="vod", created_at=clock.now() - timedelta(days=99)))

    counts = await forget_old_rows(work, Keeping())

    assert counts == {"tasks": 1, "random_deaths": 1, "words": 0, "cue_lists": 0, "events": 0}
    async with work() as unit:
        told = (await unit.db.scalars(select(Event).where(Event.kind == Happened.SCHEDULE_ROWS_FORGOTTEN))).one()
    assert told.facts == counts
    assert [task.status for task in await _tasks(work)] in (["done", "pending"], ["pending", "done"])


async def test_a_paused_lane_of_tasks_takes_nothing_and_others_go_on(work: Work) -> None:
    async def taken(lane: Lane) -> tuple[bool, int]:
        async with work() as unit:
            waiting = (await backlog(unit.db, lane)).rows
            return await take(unit.db, lane, owner="w", lasting=timedelta(minutes=1)) is not None, waiting

    async with work() as unit:
        await start_task(unit, "forget-old-rows", by="console")
        await start_task(unit, "forget-uploads", by="console")
        await pause_lane(unit.db, Lane.VOD_TASK, by="ada", paused=True)
    resting, other = await taken(Lane.VOD_TASK), await taken(Lane.API_TASK)
    async with work() as unit:
        await pause_lane(unit.db, Lane.VOD_TASK, by="ada", paused=False)
    resumed = await taken(Lane.VOD_TASK)

    assert (resting, other, resumed) == ((False, 0), (True, 1), (True, 1))
