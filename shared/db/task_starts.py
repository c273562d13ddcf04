"""Starting tasks, by hand and by schedule, and forgetting those that ended long ago."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import clock
from shared.db.event_log import forget_old, tell
from shared.db.growth import Keeping, forget_overtaken_cues, forget_words
from shared.db.models import RandomDeath, Schedule, Task
from shared.db.session import Unit, Work
from shared.errors import InvalidInput, NotFound
from shared.event_kinds import Happened, Somebody
from shared.lanes import task_lane
from shared.lifecycle import TaskStatus
from shared.task_kinds import KINDS, STATION
from shared.wall_times import next_due, read_rule, same_wall_time, zone_of

_TASKS_KEPT, _DEATHS_KEPT = timedelta(days=31), timedelta(days=1)
_AT_ONCE = 10_000
_LARGE_AT_ONCE = 50
"""Rows with megabytes in them."""


async def start_task(
    unit: Unit, name: str, *, by: str | Somebody, payload: Mapping[str, Any] | None = None, subject: str | None = None
) -> Task:
    """Start the task of this kind, or of the schedule of this name; ready at once, whatever is due when."""
    schedule = await unit.db.get(Schedule, name)
    kind = schedule.kind if schedule else name
    if kind not in KINDS:
        raise NotFound(f"There is no task {name!r}. There are: {', '.join(KINDS)}.", code="no_such_task")
    row = Task(
        kind=kind,
        subject=subject,
        payload=dict(payload) if payload is not None else dict(schedule.payload) if schedule else {},
        service=KINDS[kind].service,
        requested_by=by if isinstance(by, str) else by.name,
    )
    unit.db.add(row)
    await unit.db.flush()
    await unit.db.refresh(row)
    tell(unit.db, Happened.TASK_REQUESTED, row.id, by=by, task=kind)
    unit.notify(task_lane(row.service))
    return row


async def plan_schedules(db: AsyncSession, timezone: str) -> None:
    """Enter the schedules that this version brings and the database lacks, and reckon all by the station's zone.

    What is owed stays due: ``start_due`` starts it, and reckons the run after it by the new zone. A run that is still
    to come keeps its wall time: each has its run once, in whatever order processes of two zones start again. Where
    clocks of the new zone have passed that time already, it is started now.
    """
    zone, now = zone_of(timezone), await clock.read(db)
    for name, kind in KINDS.items():
        if kind.rule is None:
            continue
        row = {"name": name, "kind": name, "service": kind.service, "rule": kind.rule, "timezone": timezone}
        next_at = next_due(read_rule(kind.rule), zone, now)
        await db.execute(insert(Schedule).values(**row, next_at=next_at).on_conflict_do_nothing())
    moved = select(Schedule).where(Schedule.timezone != timezone).order_by(Schedule.name).with_for_update()
    for schedule in await db.scalars(moved):
        before, schedule.timezone = zone_of(schedule.timezone), timezone
        await _move(db, schedule, before, now)


async def _move(db: AsyncSession, schedule: Schedule, before: ZoneInfo, now: datetime) -> None:
    """Reckon what is due next by the schedule's zone, which has taken the place of ``before``."""
    rule, zone = read_rule(schedule.rule), zone_of(schedule.timezone)
    is_owed = _is_owed(schedule, now)
    if not schedule.enabled or schedule.next_at is None or rule.passes_through:
        if not is_owed:
            schedule.next_at = next_due(rule, zone, now)
        return
    at = same_wall_time(schedule.next_at, before, zone)
    if at > now:
        schedule.next_at = at
    elif not is_owed:
        schedule.next_at = at
        await _start_run(db, schedule)
        schedule.last_at, schedule.next_at = at, next_due(rule, zone, now)


def _is_owed(schedule: Schedule, now: datetime) -> bool:
    """Whether a run is due that nobody has started yet."""
    return schedule.enabled and schedule.next_at is not None and schedule.next_at <= now


async def start_due(unit: Unit) -> int:
    """Start what is due, each run once however many look at the same time; returns how many tasks were started.

    Runs that were missed while nobody looked are made up by one. None is started while the one before it waits or is
    in hand.
    """
    due = Schedule.enabled & (Schedule.next_at <= clock.now())
    schedules = (
        await unit.db.scalars(select(Schedule).where(due).order_by(Schedule.name).with_for_update(skip_locked=True))
    ).all()
    if not schedules:
        return 0
    now = await clock.read(unit.db)
    started = 0
    for schedule in schedules:
        if await _start_run(unit.db, schedule):
            started += 1
            unit.notify(task_lane(schedule.service))
        schedule.last_at = schedule.next_at
        schedule.next_at = next_due(read_rule(schedule.rule), zone_of(schedule.timezone), now)
    return started


async def _start_run(db: AsyncSession, schedule: Schedule) -> bool:
    is_under_way = exists().where(Task.schedule == schedule.name, Task.status == TaskStatus.PENDING)
    if await db.scalar(select(is_under_way)):
        return False
    row = {"kind": schedule.kind, "payload": schedule.payload, "service": schedule.service}
    run = insert(Task).values(**row, schedule=schedule.name, due_at=schedule.next_at).on_conflict_do_nothing()
    return await db.scalar(run.returning(Task.id)) is not None


async def change_schedule(
    db: AsyncSession, name: str, *, by: Somebody, enabled: bool | None = None, rule: str | None = None
) -> Schedule:
    """Switch it on or off, or give it other times; what it missed while it was off is not made up.

    What it owes while it is on, and stays on, is started first; the run after it goes by the new rule.
    """
    row = await db.get(Schedule, name, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no schedule {name!r}.")
    now = await clock.read(db)
    before, was_owed = {"enabled": row.enabled, "rule": row.rule}, _is_owed(row, now)
    row.enabled = row.enabled if enabled is None else enabled
    row.rule = row.rule if rule is None else rule
    due = _next(row, now)
    if not (was_owed and row.enabled):
        row.next_at = due
    tell(db, Happened.SCHEDULE_CHANGED, name, by=by, before=before, after={"enabled": row.enabled, "rule": row.rule})
    await db.flush()
    await db.refresh(row)
    return row


def _next(row: Schedule, now: datetime) -> datetime:
    due = next_due(read_rule(row.rule), zone_of(row.timezone), now)
    if due is None:
        raise InvalidInput(f"{row.rule!r} is never due.", code="bad_schedule")
    return due


async def forget_old_rows(work: Work, keeping: Keeping) -> dict[str, Any]:
    """The task of that name: what has been kept long enough goes, a part at a time so that no transaction is long; an
    event says how much it was."""
    counts = {"tasks": 0, "random_deaths": 0, "events": 0}
    async with work() as unit:
        old = Task.ended_at < clock.now() - _TASKS_KEPT
        counts["tasks"] = len((await unit.db.scalars(delete(Task).where(old).returning(Task.id))).all())
    async with work() as unit:
        proven = RandomDeath.proven_at < clock.now() - _DEATHS_KEPT
        gone = await unit.db.scalars(delete(RandomDeath).where(proven).returning(RandomDeath.id))
        counts["random_deaths"] = len(gone.all())
    counts["words"] = await _all_of(
        work, lambda db: forget_words(db, keeping.words, most=_LARGE_AT_ONCE), _LARGE_AT_ONCE
    )
    counts["cue_lists"] = await _all_of(
        work, lambda db: forget_overtaken_cues(db, keeping.overtaken, most=_LARGE_AT_ONCE), _LARGE_AT_ONCE
    )
    counts["events"] = await _all_of(work, lambda db: forget_old(db, by=STATION, most=_AT_ONCE), _AT_ONCE)
    async with work() as unit:
        facts: dict[str, Any] = dict(counts)
        tell(unit.db, Happened.SCHEDULE_ROWS_FORGOTTEN, "forget-old-rows", by=STATION, **facts)
    return dict(counts)


async def _all_of(work: Work, part: Callable[[AsyncSession], Awaitable[int]], most: int) -> int:
    """Do it until nothing is left, with a transaction for each part."""
    done = 0
    while True:
        async with work() as unit:
            count = await part(unit.db)
        done += count
        if count < most:
            return done
