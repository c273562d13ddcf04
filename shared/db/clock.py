"""The one clock by which the database decides: claims, leases, schedules, retention.

``archivist_now()`` is a function of the database, so processes whose clocks differ still agree. It is PostgreSQL's own
``now()``: the planner puts that in its place, so it costs nothing and uses the same indexes. A simulation of a month
replaces the function in its own database by one that reads a one-row table. No setting of a service leads there.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, DateTime, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Conflict

_MAKE = "CREATE OR REPLACE FUNCTION archivist_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS"

REAL_CLOCK = f"{_MAKE} 'SELECT pg_catalog.now()'"
"""What a migration makes: PostgreSQL's clock, which stands still within a transaction."""
_SIMULATED_CLOCK = (
    "CREATE TABLE IF NOT EXISTS simulated_clock"
    " (one boolean PRIMARY KEY DEFAULT true CHECK (one), at timestamptz NOT NULL)",
    f"{_MAKE} 'SELECT at FROM public.simulated_clock'",  # noqa: S608 - no value in it
)

_IS_SIMULATED = "SELECT prosrc LIKE '%simulated_clock%' FROM pg_proc WHERE oid = 'archivist_now()'::regprocedure"
"""Asked of the function: migrating down and up makes it the real clock again, and leaves the table."""


def now() -> ColumnElement[datetime]:
    """The moment of a statement, by the database's clock: for whatever decides, and for defaults of columns."""
    return func.archivist_now(type_=DateTime(timezone=True))


async def simulate(db: AsyncSession, at: datetime) -> None:
    """Set the clock of a simulation's own database; the first time, only while nothing was ever recorded in it.

    A station that runs on a clock somebody set would lose its leases, so a database with recordings keeps the real one.
    """
    if not await db.scalar(text(_IS_SIMULATED)):
        if await db.scalar(text("SELECT EXISTS (SELECT FROM recordings)")):
            raise Conflict("This database holds recordings: its clock cannot be simulated.", code="clock_is_real")
        for statement in _SIMULATED_CLOCK:
            await db.execute(text(statement))
    moved = "INSERT INTO simulated_clock (at) VALUES (:at) ON CONFLICT (one) DO UPDATE SET at = excluded.at"
    await db.execute(text(moved), {"at": at})


async def read(db: AsyncSession) -> datetime:
    """The moment as a value."""
    return (await db.scalars(select(now()))).one()
