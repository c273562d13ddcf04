"""Taking, keeping and giving back a row: the lease is what lets exactly one worker be believed.

The token is new with every claim. Whoever writes a result names the token; when nothing matches, somebody else has
taken over (or a person cancelled) and the result is thrown away. All times are the database's own clock, so workers
whose clocks differ still agree.
"""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Row, Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import clock
from shared.db.lane_rows import (
    ROWS,
    Backlog,
    LaneRows,
    LeasedModel,
    backlog_of,
    city_of,
    is_of,
    recordings_due,
    rows_of,
    whose_slices,
    whose_turn,
)
from shared.db.models import RandomDeath, Slice, Transcription
from shared.db.session import DATABASE_TROUBLE, Work
from shared.db.turns import FAIR, count_turn
from shared.lanes import Lane

log = logging.getLogger(__name__)

_LOOK_AGAIN = timedelta(seconds=5)
"""How often the row is looked at while work is in hand, however long a lease lasts: a person who cancels must not wait
for a third of a long lease."""


_LET_GO: Mapping[str, Any] = {"lease_token": None, "lease_owner": None, "lease_expires_at": None}
_RECENTLY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one row."""

    lane: Lane
    row_id: uuid.UUID
    token: uuid.UUID
    attempt: int
    """1 for the first try."""
    waits: int = 0
    """How often in a row it was given back because of something outside the work."""
    died_alone: int = 0
    """How often in a row a process died that had nothing else in hand."""
    ran_short: int = 0
    """Whether it ran out of time or memory, and how often alone while other work was finished; see the column."""
    is_suspect: bool = False
    """A process died with this row in hand, or it ran out of time or memory: it is to be tried alone."""

    def trusted(self) -> "Lease":
        """The same, for work that is never given up and may be done beside other work."""
        return replace(self, is_suspect=False)


class Suspects(Enum):
    """What a worker does with rows over which a process died."""

    AS_OTHERS = "as others"
    LEFT = "left"
    FIRST = "first"


class LeaseLost(Exception):
    """The row belongs to another worker now, or is no longer wanted."""


async def take(
    db: AsyncSession,
    lane: Lane,
    *,
    owner: str,
    lasting: timedelta,
    passing_over: frozenset[str] = frozenset(),
    by_wait: bool = False,
    alone: bool = False,
    suspects: Suspects = Suspects.AS_OTHERS,
) -> Lease | None:
    """Claim the best ready row of ``lane`` and count the attempt; None when there is none.

    ``passing_over`` names kinds of rows that this worker leaves to others; ``by_wait`` asks for the row that has been
    ready longest, whatever its rank. ``alone`` says that the worker has nothing else in hand, ``suspects`` what it does
    with rows over which a process died. A lease that ran out is such a death, and is counted here.
    """
    rows = rows_of(lane, passing_over)
    model = rows.model
    found = await _best(db, lane, rows, by_wait=by_wait, suspects=suspects)
    if found is None:
        return None
    if lane in FAIR:
        await count_turn(db, lane, found.city_id, found.media_ms)
    has_died = found.lease_token is not None
    died_alone = found.died_alone + (has_died and found.alone)
    token = uuid.uuid4()
    claimed = await db.execute(
        update(model)
        .where(model.id == found.id)
        .values(
            lease_token=token,
            lease_owner=owner,
            lease_expires_at=clock.now() + lasting,
            progress_at=clock.now(),
            attempt=model.attempt + (0 if has_died else 1),
            died_alone=died_alone,
            alone=alone,
        )
        .returning(model.attempt, model.waits)
        .execution_options(synchronize_session=False)
    )
    attempt, waits = claimed.one()
    is_suspect_now = has_died or died_alone > 0 or found.ran_short > 0
    return Lease(lane, found.id, token, attempt, waits, died_alone, found.ran_short, is_suspect=is_suspect_now)


async def _best(db: AsyncSession, lane: Lane, rows: LaneRows, *, by_wait: bool, suspects: Suspects) -> Row[Any] | None:
    """The row to take, locked; None when there is none that nobody else is taking at this moment."""
    model = rows.model
    columns = (model.id, model.lease_token, model.alone, model.died_alone, model.ran_short)
    best = rows.takeable(*columns, city_of(lane).label("city_id"), rows.media_ms.label("media_ms"))
    is_suspect = _is_suspect(model)

    async def first(statement: Select[Any], order: tuple[Any, ...]) -> Row[Any] | None:
        locked = statement.order_by(*order).limit(1).with_for_update(skip_locked=True, of=model)
        found: Row[Any] | None = (await db.execute(locked)).one_or_none()
        return found

    order = (model.ready_at, model.id) if by_wait else rows.order
    if suspects is Suspects.FIRST and (found := await first(best.where(is_suspect), order)):
        return found
    others = () if suspects is Suspects.AS_OTHERS else (~is_suspect,)
    best = best.where(*others)
    if by_wait:
        return await first(best, order)
    where = await _where_the_best_is(db, lane, rows, others)
    if where is None:
        return None
    conditions, order = where
    found = await first(best.where(*conditions), order)
    # Where others are taking all of these at this moment, any will do.
    return await first(best, rows.order) if found is None and conditions else found


async def _where_the_best_is(
    db: AsyncSession, lane: Lane, rows: LaneRows, others: tuple[ColumnElement[bool], ...]
) -> tuple[tuple[ColumnElement[bool], ...], tuple[Any, ...]] | None:
    """Conditions that leave few rows, and an order that an index has, so that thousands that wait are not sorted; None
    where there is nothing to take."""
    by_rank = (Transcription.priority.desc(), Transcription.recorded_at.desc(), Transcription.id)
    if lane is Lane.SLICE:
        of = await db.scalar(whose_slices(rows, *others))
        return None if of is None else ((Slice.transcription_id == of,), (Slice.number,))
    if lane not in (Lane.PLAN, Lane.FINISH):
        return (), rows.order
    due = (await db.execute(recordings_due(rows).where(*others))).one_or_none()
    if lane is Lane.FINISH:
        return (), rows.order if due is not None else by_rank
    turn = (await db.execute(whose_turn(rows, *others))).one_or_none()
    if turn is None:
        return None
    if due is not None and due.priority >= turn.priority:
        return (), rows.order
    return (is_of(turn.city_id),), by_rank


def _is_suspect(model: LeasedModel) -> ColumnElement[bool]:
    return or_(model.lease_token.is_not(None), model.died_alone > 0, model.ran_short > 0)


async def in_company(db: AsyncSession, lease: Lease) -> None:
    """The process that holds this row has taken another beside it: if it dies, nobody knows of which."""
    await _write(db, lease, {"alone": False})


async def survived(db: AsyncSession, lease: Lease) -> None:
    """The process lives, though its lease was lost: whoever took the row meanwhile counted a death too many."""
    rows = ROWS[lease.lane]
    model = rows.model
    if await _write(
        db, lease, {**_LET_GO, "ready_at": clock.now(), "attempt": model.attempt - 1}, extra=(rows.wanted,)
    ):
        return
    await db.execute(
        update(model)
        .where(model.id == lease.row_id, rows.wanted, model.died_alone > 0)
        .values(died_alone=model.died_alone - 1)
        .execution_options(synchronize_session=False)
    )


async def excused_deaths(db: AsyncSession, lease: Lease) -> int:
    """Deaths of processes within the last hour that were proven to be none of their rows' doing."""
    deaths = await db.scalar(
        select(func.coalesce(func.sum(RandomDeath.deaths), 0)).where(
            RandomDeath.proven_at > clock.now() - _RECENTLY, RandomDeath.row_id != lease.row_id
        )
    )
    return int(deaths or 0)


async def waits_alone(db: AsyncSession, lane: Lane, *, longer_than: timedelta) -> bool:
    """Whether a row over which a process died has been ready for so long without being tried alone."""
    rows = ROWS[lane]
    model = rows.model
    since = func.coalesce(model.lease_expires_at, model.ready_at) + longer_than
    waiting = rows.takeable(model.id).where(_is_suspect(model), since < clock.now()).limit(1)
    return await db.scalar(waiting) is not None


async def renew(db: AsyncSession, lease: Lease, *, lasting: timedelta) -> bool:
    """Hold the row for longer; False when it was lost or is no longer wanted."""
    rows = ROWS[lease.lane]
    return await _write(
        db, lease, {"lease_expires_at": clock.now() + lasting, "progress_at": clock.now()}, extra=(rows.wanted,)
    )


async def keep(db: AsyncSession, lease: Lease, **values: Any) -> bool:
    """Write down how far the work has come and hold on to the row; False (and nothing written) as for ``settle``."""
    return await _write(db, lease, {"progress_at": clock.now(), **values}, extra=(ROWS[lease.lane].wanted,))


async def settle(db: AsyncSession, lease: Lease, **values: Any) -> bool:
    """Write a result and let the row go.

    False (and nothing written) when the lease was lost or the row is no longer wanted: the word of a person who
    cancelled a moment ago stands.
    """
    settled = await _write(
        db,
        lease,
        {
            **_LET_GO,
            "progress_at": clock.now(),
            "attempt": 0,
            "died_alone": 0,
            "ran_short": 0,
            "waits": 0,
            "error_code": None,
            "error_message": None,
            **values,
        },
        extra=(ROWS[lease.lane].wanted,),
    )
    if settled and lease.died_alone:
        db.add(RandomDeath(row_id=lease.row_id, deaths=lease.died_alone))
    return settled


async def give_back(
    db: AsyncSession,
    lease: Lease,
    *,
    ready_in: timedelta = timedelta(),
    error_code: str | None = None,
    error_message: str | None = None,
    uncounted: bool = False,
    waited: bool = False,
    died: bool | None = None,
    ran_short: int | None = None,
) -> bool:
    """Let the row go without a result, ready again after ``ready_in``.

    ``uncounted`` takes the attempt back; ``waited`` counts one more wait for something outside the work. ``died``
    counts a process of this row's own that was killed, and False says that the work could tell its error;
    ``ran_short`` is kept as it is given.
    """
    model = ROWS[lease.lane].model
    values: dict[str, Any] = {
        **_LET_GO,
        "ready_at": clock.now() + ready_in,
        "error_code": error_code,
        "error_message": error_message,
    }
    if uncounted:
        values["attempt"] = model.attempt - 1
    if waited:
        values["waits"] = model.waits + 1
    if died is not None:
        values["died_alone"] = model.died_alone + 1 if died else 0
    if ran_short is not None:
        values["ran_short"] = ran_short
    return await _write(db, lease, values)


async def _write(db: AsyncSession, lease: Lease, values: Mapping[str, Any], extra: tuple[Any, ...] = ()) -> bool:
    model = ROWS[lease.lane].model
    result = await db.execute(
        update(model)
        .where(model.id == lease.row_id, model.lease_token == lease.token, *extra)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", result).rowcount == 1


async def is_mine(db: AsyncSession, lease: Lease) -> bool:
    """Lock the leased row and say whether it is still ours and wanted; for results that touch more than this row."""
    rows = ROWS[lease.lane]
    model = rows.model
    found = await db.scalar(
        select(model.id)
        .where(model.id == lease.row_id, model.lease_token == lease.token, rows.wanted)
        .with_for_update(of=model, key_share=True)
    )
    return found is not None


async def backlog(db: AsyncSession, lane: Lane, passing_over: frozenset[str] = frozenset()) -> Backlog:
    """What a free worker would find on ``lane`` now; one that leaves some kinds to others, without those."""
    rows, media_ms, oldest = (await db.execute(backlog_of(lane, passing_over))).one()
    return Backlog(rows, float(media_ms) / 1000, max(0.0, float(oldest)))


@asynccontextmanager
async def holding(lease: Lease, work: Work, *, lasting: timedelta) -> AsyncIterator[None]:
    """Renew the lease while the body runs; when it is lost or no longer wanted, cancel the body: ``LeaseLost``.

    A database that does not answer is not a lost lease: the body goes on until the lease would have run out, because
    only then may somebody else have taken the row.
    """
    body = asyncio.current_task()
    assert body is not None
    lost = False

    async def beat() -> None:
        nonlocal lost
        pause = min(lasting / 3, _LOOK_AGAIN).total_seconds()
        loop_time = asyncio.get_running_loop().time
        held_until = loop_time() + lasting.total_seconds()
        while True:
            await asyncio.sleep(pause)
            try:
                async with work() as unit:
                    kept = await renew(unit.db, lease, lasting=lasting)
                if kept:
                    held_until = loop_time() + lasting.total_seconds()
            except DATABASE_TROUBLE as error:
                log.warning("lease_not_renewed", extra={"fields": {"error": repr(error)}})
                kept = loop_time() < held_until
            if not kept:
                lost = True
                body.cancel()
                return

    heart = asyncio.create_task(beat(), name=f"lease {lease.row_id}")
    try:
        yield
    except asyncio.CancelledError:
        if lost:
            body.uncancel()
            raise LeaseLost(f"{lease.lane} {lease.row_id}") from None
        raise
    finally:
        heart.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await heart
