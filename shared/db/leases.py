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
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.lanes import ROWS, Backlog, backlog_of, rows_of
from shared.db.session import DATABASE_TROUBLE, Work
from shared.jobs.lanes import Lane

log = logging.getLogger(__name__)

_LOOK_AGAIN = timedelta(seconds=5)
"""How often the row is looked at while work is in hand, however long a lease lasts: a person who cancels must not wait
for a third of a long lease."""


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
) -> Lease | None:
    """Claim the best ready row of ``lane`` and count the attempt; None when there is none.

    ``passing_over`` names kinds of rows that this worker leaves to others; ``by_wait`` asks for the row that has been
    ready longest, whatever its rank.
    """
    rows = rows_of(lane, passing_over)
    order = (rows.model.ready_at, rows.model.id) if by_wait else rows.order
    best = rows.takeable(rows.model.id).order_by(*order).limit(1).with_for_update(skip_locked=True, of=rows.model)
    token = uuid.uuid4()
    claimed = await db.execute(
        update(rows.model)
        .where(rows.model.id == best.scalar_subquery())
        .values(
            lease_token=token,
            lease_owner=owner,
            lease_expires_at=func.now() + lasting,
            progress_at=func.now(),
            attempt=rows.model.attempt + 1,
        )
        .returning(rows.model.id, rows.model.attempt, rows.model.waits)
        .execution_options(synchronize_session=False)
    )
    row = claimed.one_or_none()
    return None if row is None else Lease(lane, row[0], token, row[1], row[2])


async def renew(db: AsyncSession, lease: Lease, *, lasting: timedelta) -> bool:
    """Hold the row for longer; False when it was lost or is no longer wanted."""
    rows = ROWS[lease.lane]
    return await _write(
        db, lease, {"lease_expires_at": func.now() + lasting, "progress_at": func.now()}, extra=(rows.wanted,)
    )


async def keep(db: AsyncSession, lease: Lease, **values: Any) -> bool:
    """Write down how far the work has come and hold on to the row; False (and nothing written) as for ``settle``."""
    return await _write(db, lease, {"progress_at": func.now(), **values}, extra=(ROWS[lease.lane].wanted,))


async def settle(db: AsyncSession, lease: Lease, **values: Any) -> bool:
    """Write a result and let the row go.

    False (and nothing written) when the lease was lost or the row is no longer wanted: the word of a person who
    cancelled a moment ago stands.
    """
    return await _write(
        db,
        lease,
        {
            "lease_token": None,
            "lease_owner": None,
            "lease_expires_at": None,
            "progress_at": func.now(),
            "attempt": 0,
            "waits": 0,
            "error_code": None,
            "error_message": None,
            **values,
        },
        extra=(ROWS[lease.lane].wanted,),
    )


async def give_back(
    db: AsyncSession,
    lease: Lease,
    *,
    ready_in: timedelta = timedelta(),
    error_code: str | None = None,
    error_message: str | None = None,
    uncounted: bool = False,
    waited: bool = False,
) -> bool:
    """Let the row go without a result, ready again after ``ready_in``.

    ``uncounted`` takes the attempt back; ``waited`` counts one more wait for something outside the work.
    """
    model = ROWS[lease.lane].model
    values: dict[str, Any] = {
        "lease_token": None,
        "lease_owner": None,
        "lease_expires_at": None,
        "ready_at": func.now() + ready_in,
        "error_code": error_code,
        "error_message": error_message,
    }
    if uncounted:
        values["attempt"] = model.attempt - 1
    if waited:
        values["waits"] = model.waits + 1
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
        clock = asyncio.get_running_loop().time
        held_until = clock() + lasting.total_seconds()
        while True:
            await asyncio.sleep(pause)
            try:
                async with work() as unit:
                    kept = await renew(unit.db, lease, lasting=lasting)
                if kept:
                    held_until = clock() + lasting.total_seconds()
            except DATABASE_TROUBLE as error:
                log.warning("lease_not_renewed", extra={"fields": {"error": repr(error)}})
                kept = clock() < held_until
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
