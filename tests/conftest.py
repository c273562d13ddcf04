"""Real servers for the tests: PostgreSQL and Redis, started once from the machine's or the wheels' binaries."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import settings

from services.console.stack.postgres import PostgresServer, create_database, wait_for_postgres
from services.console.stack.process import end, launch
from services.console.stack.redis import RedisServer, wait_for_redis
from shared.db.schema_upgrade import upgrade

settings.register_profile("ci", max_examples=500, deadline=None)
settings.register_profile("local", max_examples=100, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "local"))

_DRIVER = "postgresql+asyncpg"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL of this test run alone. It may lose data in a power cut, and is the quicker for it."""
    careless = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"}
    with _open_folder() as folder:
        server = PostgresServer(home=folder / "home", log=folder / "postgres.log", options=careless)
        server.prepare()
        process = launch(server.program())
        try:
            asyncio.run(wait_for_postgres(server))
            yield server
        finally:
            end(process, server.program())


@pytest.fixture(scope="session")
def postgres_dsn(postgres_server: PostgresServer) -> str:
    """The address of the server's administrative database: `postgresql://user:password@127.0.0.1:port/postgres`."""
    return postgres_server.url("postgres")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A running Redis of this test run alone."""
    with _open_folder() as folder:
        server = RedisServer(home=folder / "home", log=folder / "redis.log")
        server.prepare()
        process = launch(server.program())
        try:
            asyncio.run(wait_for_redis(server))
            yield server
        finally:
            end(process, server.program())


@pytest.fixture(scope="session")
def redis_url(redis_server: RedisServer) -> str:
    """The address of the server: `redis://:password@127.0.0.1:port/0`. Whoever needs it empty, empties it."""
    return redis_server.url


@pytest.fixture(scope="session")
def template_database(postgres_server: PostgresServer) -> str:
    """The name of a database that has been migrated once and is only ever copied."""
    name = "template_archivist"

    async def make() -> None:
        await create_database(postgres_server, name)
        await upgrade(postgres_server.url(name, _DRIVER))
        # One that somebody is connected to cannot be copied.
        await _administer(postgres_server, f"ALTER DATABASE {name} IS_TEMPLATE true ALLOW_CONNECTIONS false")

    asyncio.run(make())
    return name


@pytest.fixture
def database_url(postgres_server: PostgresServer, template_database: str) -> Iterator[str]:
    """The address of a database that is this test's alone, freshly migrated; tests may commit, race and crash in it."""
    with _database(postgres_server, template_database) as url:
        yield url


@pytest.fixture
def empty_database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a database of this test's own, without any table."""
    with _database(postgres_server, "template0") as url:
        yield url


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder of this test's own into which the account that servers drop to may go, when root runs the tests."""
    with _open_folder() as folder:
        yield folder


@contextmanager
def _open_folder() -> Iterator[Path]:
    """A folder beside pytest's own, which are private: another run by root closes them under a server's feet."""
    folder = Path(tempfile.mkdtemp(prefix="archivist-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database(server: PostgresServer, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    asyncio.run(_administer(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield server.url(name, _DRIVER)
    asyncio.run(_drop(server, name))


async def _administer(server: PostgresServer, statement: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _drop(server: PostgresServer, name: str) -> None:
    """Remove a database from under whoever still uses it; nobody gets in again meanwhile.

    PostgreSQL tells every session to end and waits five seconds for them, which on a busy machine may be too few.
    """
    await _administer(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    for patience in reversed(range(12)):
        try:
            await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")
        except asyncpg.ObjectInUseError:
            if not patience:
                raise
        else:
            return
