"""Bringing a database to a schema version. Several starting services may ask at once: they take turns."""

import sys
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_TURN = 0x41524348  # any fixed number: the advisory lock that migrations take


def alembic_config(connection: Connection) -> Config:
    """Alembic set up for our folder and this connection; there is no alembic.ini."""
    config = Config(stdout=sys.stdout)  # alembic's own default is what it was when alembic was imported
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


async def upgrade(dsn: str, revision: str = "head") -> None:
    """Apply every migration up to ``revision``."""
    await _run(dsn, lambda connection: command.upgrade(alembic_config(connection), revision))


async def downgrade(dsn: str, revision: str) -> None:
    """Take migrations back down to ``revision``; data in dropped tables is lost."""
    await _run(dsn, lambda connection: command.downgrade(alembic_config(connection), revision))


async def check(dsn: str) -> None:
    """Raise when the models say something the migrations do not."""
    await _run(dsn, lambda connection: command.check(alembic_config(connection)))


async def _run(dsn: str, step: Callable[[Connection], None]) -> None:
    engine = create_async_engine(dsn, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:turn)"), {"turn": _TURN})
            await connection.commit()
            try:
                await connection.run_sync(step)
                await connection.commit()
            finally:
                await connection.rollback()
                await connection.execute(text("SELECT pg_advisory_unlock(:turn)"), {"turn": _TURN})
                await connection.commit()
    finally:
        await engine.dispose()
