"""What "ready" means on each lane, and which ready row is best: all of the queueing, as SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import SQLColumnExpression

from shared.db import clock
from shared.db.models import City, Mount, PausedLane, Publication, Recording, Slice, Task, Transcription
from shared.db.paused_work import is_paused
from shared.db.turns import FAIR, begins, city_key
from shared.lanes import Lane, task_lane
from shared.lifecycle import PublicationStatus, RecordingStatus, SliceStatus, Stage, TaskStatus, TranscriptionStatus
from shared.task_kinds import SERVICES

LeasedModel = type[Mount] | type[Recording] | type[Transcription] | type[Slice] | type[Publication] | type[Task]


@dataclass(frozen=True)
class LaneRows:
    """The rows of one lane."""

    model: LeasedModel
    wanted: SQLColumnExpression[bool]
    """True while the row still has work for this lane; false the moment it is cancelled or done."""
    order: tuple[SQLColumnExpression[Any], ...]
    media_ms: SQLColumnExpression[Any]
    rests: ColumnElement[bool] = field(default_factory=false)
    """True while a person has paused it: it is not taken, and whoever has it in hand finishes that."""
    opens: ColumnElement[bool] = field(default_factory=true)
    """False for a row that is ready and had better wait for the stage behind it; such a row still counts as backlog."""

    def takeable(self, *columns: SQLColumnExpression[Any]) -> Select[Any]:
        """Select ``columns`` of the rows that a worker should take now."""
        return self.ready(*columns).where(self.opens)

    def ready(self, *columns: SQLColumnExpression[Any]) -> Select[Any]:
        """Select ``columns`` of the rows that wait for a worker."""
        model = self.model
        return select(*columns).where(
            self.wanted,
            not_(self.rests),
            model.ready_at <= clock.now(),
            or_(model.lease_expires_at.is_(None), model.lease_expires_at + _pause_after_death(model) < clock.now()),
        )


def _pause_after_death(model: LeasedModel) -> ColumnElement[Any]:
    """None after the first, then 1, 3, 7 ... seconds, at most one minute: others come first, and their fate tells
    whether processes die by themselves here."""
    doubled: ColumnElement[Any] = func.power(2, func.least(model.died_alone, 6)) - 1
    return func.make_interval(0, 0, 0, 0, 0, 0, doubled)


_ACTIVE = (TranscriptionStatus.PENDING, TranscriptionStatus.PROCESSING)
SOON = timedelta(hours=48)
"""From so long before it is due a recording goes before newer ones of its priority."""


def _is_due(transcription: Any = Transcription) -> ColumnElement[bool]:
    due: ColumnElement[bool] = func.coalesce(transcription.due_at <= clock.now() + SOON, false())
    return due


def _due_soon(transcription: Any = Transcription) -> ColumnElement[Any]:
    """When it is due, where that is soon; else null, which is ordered last."""
    return case((_is_due(transcription), transcription.due_at))


_best_transcription = (
    Transcription.priority.desc(),
    _due_soon().asc().nulls_last(),
    Transcription.recorded_at.desc(),
    Transcription.id,
)

PLANNED_AHEAD = 64
"""Slices that may wait while more recordings are planned: ten hours of speech keep every worker busy, and decoded sound
of a whole archive would fill work storage."""
PLANNED_FOR_EACH_CITY = 6
"""Slices that a city may have waiting whatever others have: without any it would wait behind all that is planned."""


def _needs_one_of(kinds: frozenset[str], transcription: Any = Transcription) -> ColumnElement[bool]:
    """Whether a transcription is decoded with something that the asking worker does not have."""
    kind: ColumnElement[bool] = func.coalesce(transcription.wanted_engine["kind"].astext, "").in_(sorted(kinds))
    return kind


def _waiting_slices(passing_over: frozenset[str], parent: Any, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .join(Slice, Slice.transcription_id == parent.id)
        .where(
            Slice.status == SliceStatus.PENDING,
            Slice.lease_token.is_(None),
            parent.status == TranscriptionStatus.PROCESSING,
            parent.stage == Stage.SLICES,
            ~_needs_one_of(passing_over, parent),
            not_(is_paused(Lane.SLICE, parent)),
        )
    )


def _few_better_slices_wait(passing_over: frozenset[str] = frozenset()) -> ColumnElement[bool]:
    """Whether fewer than ``PLANNED_AHEAD`` slices of better or equal recordings wait, so that it is worth planning.

    The last slice that still counts is found once per statement, not once per row.
    """
    parent = aliased(Transcription)
    last_that_counts = (
        _waiting_slices(passing_over, parent, parent.priority, parent.recorded_at)
        .order_by(parent.priority.desc(), parent.recorded_at.desc())
        .offset(PLANNED_AHEAD - 1)
        .limit(1)
    )
    is_better = tuple_(Transcription.priority, Transcription.recorded_at) > last_that_counts.scalar_subquery()
    busy = city_key(parent.city_id)
    cities_with_enough = (
        _waiting_slices(passing_over, parent, busy).group_by(busy).having(func.count() >= PLANNED_FOR_EACH_CITY)
    )
    has_enough = city_key(Transcription.city_id).in_(cities_with_enough)
    return or_(func.coalesce(is_better, true()), _is_due(), not_(has_enough))


def _of_parent(column: SQLColumnExpression[Any]) -> SQLColumnExpression[Any]:
    return select(column).where(Transcription.id == Slice.transcription_id).scalar_subquery()


def _lane_rests(lane: Lane) -> ColumnElement[bool]:
    return exists().where(PausedLane.lane == lane)


def _tasks_of(service: str) -> LaneRows:
    wanted = and_(Task.service == service, Task.status == TaskStatus.PENDING)
    return LaneRows(Task, wanted, (Task.ready_at, Task.id), literal(0), rests=_lane_rests(task_lane(service)))


ROWS: Mapping[Lane, LaneRows] = {
    **{task_lane(service): _tasks_of(service) for service in SERVICES},
    Lane.SCAN: LaneRows(
        Mount,
        and_(Mount.enabled, Mount.that("scans")),
        (Mount.ready_at, Mount.id),
        literal(0),
        rests=_lane_rests(Lane.SCAN),
    ),
    Lane.INSPECT: LaneRows(
        Recording,
        and_(Recording.status == RecordingStatus.SETTLING, Recording.settled_at.is_not(None)),
        (Recording.priority.desc(), Recording.recorded_at.desc(), Recording.id),
        literal(0),
        rests=is_paused(Lane.INSPECT, Recording, by_recording=False),
    ),
    Lane.PLAN: LaneRows(
        Transcription,
        and_(Transcription.status.in_(_ACTIVE), Transcription.stage == Stage.PLAN),
        _best_transcription,
        func.coalesce(Transcription.duration_ms, 0),
        rests=is_paused(Lane.PLAN, Transcription),
        opens=_few_better_slices_wait(),
    ),
    Lane.SLICE: LaneRows(
        Slice,
        and_(
            Slice.status == SliceStatus.PENDING,
            select(Transcription.id)
            .where(
                Transcription.id == Slice.transcription_id,
                Transcription.status == TranscriptionStatus.PROCESSING,
                Transcription.stage == Stage.SLICES,
            )
            .exists(),
        ),
        (
            _of_parent(Transcription.priority).desc(),
            _of_parent(_due_soon()).asc().nulls_last(),
            _of_parent(begins(Lane.SLICE, Transcription.city_id, correlated=Transcription)),
            _of_parent(Transcription.recorded_at).desc(),
            Slice.transcription_id,
            Slice.number,
        ),
        Slice.end_ms - Slice.start_ms,
        rests=select(Transcription.id)
        .where(Transcription.id == Slice.transcription_id, is_paused(Lane.SLICE, Transcription))
        .exists(),
    ),
    Lane.FINISH: LaneRows(
        Transcription,
        or_(
            and_(Transcription.status == TranscriptionStatus.PROCESSING, Transcription.stage == Stage.FINISH),
            and_(Transcription.status == TranscriptionStatus.COMPLETED, Transcription.links_due),
        ),
        _best_transcription,
        literal(0),
        rests=is_paused(Lane.FINISH, Transcription),
    ),
    Lane.PUBLISH: LaneRows(
        Publication,
        or_(
            Publication.status.in_(
                (
                    PublicationStatus.PENDING,
                    PublicationStatus.LINKED,
                    PublicationStatus.PLACED,
                    PublicationStatus.PROCESSING,
                )
            ),
            Publication.places_due,
        ),
        (Publication.priority.desc(), Publication.recorded_at.desc(), Publication.id),
        literal(0),
        rests=is_paused(Lane.PUBLISH, Publication),
    ),
}


def rows_of(lane: Lane, passing_over: frozenset[str] = frozenset()) -> LaneRows:
    """The rows of a lane for a worker that has nothing to do the kinds in ``passing_over`` with."""
    rows = ROWS[lane]
    if not passing_over:
        return rows
    if rows.model is Task:
        return replace(rows, wanted=and_(rows.wanted, Task.kind.not_in(sorted(passing_over))))
    if lane is Lane.PLAN:
        return replace(rows, opens=_few_better_slices_wait(passing_over))
    if lane is not Lane.SLICE:
        return rows
    passed = (
        select(Transcription.id).where(Transcription.id == Slice.transcription_id, _needs_one_of(passing_over)).exists()
    )
    return replace(rows, wanted=and_(rows.wanted, ~passed))


def city_of(lane: Lane) -> SQLColumnExpression[Any]:
    """Whose row it is, on a lane where cities take turns; elsewhere null."""
    if lane not in FAIR:
        return null()
    return _of_parent(Transcription.city_id) if lane is Lane.SLICE else Transcription.city_id


def whose_slices(rows: LaneRows, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The transcription whose slice is the best that may be taken.

    Its place in the order is the transcription's, so the best one of each city is found by its index and the one whose
    turn it is chosen among those, as ``whose_turn`` does it: slices are looked at only for whether there is one.
    """
    parent, city = aliased(Transcription), aliased(City)
    of_it = rows.takeable(Slice.id).where(Slice.transcription_id == parent.id, *conditions).correlate(parent).exists()
    heads = select(
        parent.id, parent.city_id, parent.priority, parent.recorded_at, _due_soon(parent).label("due")
    ).where(parent.status == TranscriptionStatus.PROCESSING, parent.stage == Stage.SLICES, of_it)
    best = (parent.priority.desc(), parent.recorded_at.desc(), parent.id)
    of_city = heads.where(parent.city_id == city.id).order_by(*best).limit(1).lateral()
    of_none = heads.where(parent.city_id.is_(None)).order_by(*best).limit(1).subquery()
    is_due = parent.due_at <= clock.now() + SOON
    due = heads.where(is_due).order_by(parent.priority.desc(), parent.due_at, parent.id).limit(1).subquery()
    every = union_all(select(of_city).select_from(city).join(of_city, true()), select(of_none), select(due)).subquery()
    turn = begins(Lane.SLICE, every.c.city_id, correlated=every)
    order = (every.c.priority.desc(), every.c.due.asc().nulls_last(), turn, every.c.recorded_at.desc(), every.c.id)
    return select(every.c.id).order_by(*order).limit(1)


def recordings_due(rows: LaneRows) -> Select[Any]:
    """Of the recordings that may be planned the first that is due soon, with its priority."""
    due = rows.takeable(Transcription.priority).where(Transcription.due_at <= clock.now() + SOON)
    return due.order_by(*rows.order).limit(1)


def whose_turn(rows: LaneRows, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The city whose recording should be planned next, and that recording's priority.

    The best of each city is found by its index, and cities are few: nothing grows with what waits.
    """
    city = aliased(City)
    best = (Transcription.priority.desc(), Transcription.recorded_at.desc(), Transcription.id)
    heads = rows.takeable(Transcription.priority, Transcription.recorded_at).where(*conditions)
    of_city = heads.where(Transcription.city_id == city.id).order_by(*best).limit(1).lateral()
    of_none = heads.where(Transcription.city_id.is_(None)).order_by(*best).limit(1).subquery()
    nobody = cast(null(), Transcription.city_id.type).label("city_id")
    of_cities = select(city.id.label("city_id"), of_city.c.priority, of_city.c.recorded_at)
    every = union_all(
        of_cities.select_from(city).join(of_city, true()),
        select(nobody, of_none.c.priority, of_none.c.recorded_at),
    ).subquery()
    turn = begins(Lane.PLAN, every.c.city_id, correlated=every)
    return (
        select(every.c.city_id, every.c.priority)
        .order_by(every.c.priority.desc(), turn, every.c.recorded_at.desc())
        .limit(1)
    )


def is_of(city_id: UUID | None) -> ColumnElement[bool]:
    """Whether a transcription is of this city, or of none."""
    return Transcription.city_id.is_(None) if city_id is None else Transcription.city_id == city_id


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is ready on a lane."""

    rows: int
    media_seconds: float
    oldest_seconds: float


def backlog_of(lane: Lane, passing_over: frozenset[str] = frozenset()) -> Select[Any]:
    """Rows ready now, their media time, and the age of the one that has waited longest."""
    lane_rows = rows_of(lane, passing_over)
    return lane_rows.ready(
        func.count(lane_rows.model.id),
        func.coalesce(func.sum(lane_rows.media_ms), 0),
        func.coalesce(func.extract("epoch", clock.now() - func.min(lane_rows.model.ready_at)), 0),
    )
