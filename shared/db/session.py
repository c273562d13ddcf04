"""The unit of work: one short transaction, committed by leaving the block; lanes are notified after the commit."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from shared.errors import InvalidInput
from shared.lanes import Lane
from shared.notify import Notifier

DATABASE_TROUBLE = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
"""Everything that a unit of work may raise by itself. SQLAlchemy translates what happens on a connection, but not the
refusal of a new one: "the database system is starting up" comes as asyncpg's own error."""

# SQLSTATE classes: connection, resources, operator's intervention (a restart), the system itself, deadlocks, and the
# code of a lock that was not to be had.
_AWAY = ("08", "53", "57", "58", "40", "55P03")


def is_database_away(error: BaseException) -> bool:
    """Whether the trouble is the server's and will pass; False for a statement that can never work."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _passes(getattr(error.orig, "sqlstate", None))
    if isinstance(error, asyncpg.PostgresError):
        return _passes(error.sqlstate)
    return isinstance(error, PoolTimeout | asyncpg.InterfaceError | ConnectionError)


def _passes(sqlstate: str | None) -> bool:
    return sqlstate is not None and sqlstate.startswith(_AWAY)


def url_of(dsn: str) -> URL:
    """The parts of an address. Raises InvalidInput (``bad_database_url``) for one that cannot be an address."""
    try:
        return make_url(dsn)
    except (ArgumentError, ValueError) as error:
        raise InvalidInput(
            "DATABASE_URL must look like postgresql://USER:PASSWORD@HOST:5432/archivist", code="bad_database_url"
        ) from error


def open_database(dsn: str, *, pool_size: int = 10, max_overflow: int = 10, name: str = "archivist") -> AsyncEngine:
    """A pool of connections; a connection that died while idle (a restarted server) is replaced unseen."""
    return create_async_engine(
        url_of(dsn),
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={
            "timeout": 10,
            "command_timeout": 60,
            # Claims look costly to the planner and take a millisecond; compiling one takes two seconds.
            "server_settings": {"application_name": name, "timezone": "UTC", "jit": "off"},
        },
    )


@dataclass(slots=True)
class Unit:
    """What a use case holds while its transaction is open."""

    db: AsyncSession
    _notices: Counter[Lane] = field(default_factory=Counter)

    def notify(self, lane: Lane, times: int = 1) -> None:
        """Wake up the workers of ``lane`` once the transaction is committed; not at all when it is rolled back."""
        self._notices[lane] += times


Work = Callable[[], AbstractAsyncContextManager[Unit]]
"""``async with work() as unit:`` opens one; nobody inside calls ``commit()``."""


def unit_of_work(engine: AsyncEngine, notifier: Notifier) -> Work:
    """Make the callable that opens units of work on this database."""
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def open_unit() -> AsyncIterator[Unit]:
        async with sessions() as session:
            unit = Unit(session)
            async with session.begin():
                yield unit
        for lane, times in unit._notices.items():
            await notifier.notify(lane, times)

    return open_unit
