"""A database of its own for every test, copied from one that was migrated once: tests commit and race for real."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db.migrate import upgrade
from shared.db.session import Work, open_database, unit_of_work
from shared.jobs.doorbell import MemoryDoorbell


def _with_driver(dsn: str, database: str) -> str:
    url = make_url(dsn).set(drivername="postgresql+asyncpg", database=database)
    return url.render_as_string(hide_password=False)


async def _administer(dsn: str, *statements: str) -> None:
    engine = create_async_engine(_with_driver(dsn, "postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture(scope="session")
def template_database(postgres_dsn: str) -> str:
    """The migrated database that tests copy."""
    name = "archivist_template"

    async def make() -> None:
        await _administer(postgres_dsn, f"CREATE DATABASE {name}")
        await upgrade(_with_driver(postgres_dsn, name))

    asyncio.run(make())
    return name


@pytest.fixture
def database_url(postgres_dsn: str, template_database: str) -> Iterator[str]:
    """The address of this test's own database, schema in place."""
    name = f"test_{uuid.uuid4().hex}"
    asyncio.run(_administer(postgres_dsn, f"CREATE DATABASE {name} TEMPLATE {template_database}"))
    yield _with_driver(postgres_dsn, name)
    asyncio.run(_administer(postgres_dsn, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def empty_database_url(postgres_dsn: str) -> Iterator[str]:
    """The address of a database without any table."""
    name = f"test_{uuid.uuid4().hex}"
    asyncio.run(_administer(postgres_dsn, f"CREATE DATABASE {name}"))
    yield _with_driver(postgres_dsn, name)
    asyncio.run(_administer(postgres_dsn, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def doorbell() -> MemoryDoorbell:
    """A bell that counts."""
    return MemoryDoorbell()


@pytest.fixture
async def work(database_url: str, doorbell: MemoryDoorbell) -> AsyncIterator[Work]:
    """Units of work on this test's database."""
    engine = open_database(database_url, pool_size=5)
    yield unit_of_work(engine, doorbell)
    await engine.dispose()
