"""Real servers for the tests: PostgreSQL and Redis, started once from the machine's or the wheels' binaries."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import settings

from services.console.stack.postgres import PostgresServer, create_database, wait_for_postgres
from services.console.stack.process import end, launch
from services.console.stack.redis import RedisServer, wait_for_redis
from shared.db.migrate import upgrade

settings.register_profile("ci", max_examples=500, deadline=None)
settings.register_profile("local", max_examples=100, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "local"))


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
        await upgrade(postgres_server.url(name, "postgresql+asyncpg"))

    asyncio.run(make())
    return name


@pytest.fixture
async def database_dsn(postgres_server: PostgresServer, template_database: str) -> AsyncIterator[str]:
    """The address of a database that is this test's alone, freshly migrated; tests may commit, race and crash in it."""
    name = f"test_{uuid4().hex}"
    connection = await asyncpg.connect(postgres_server.url("postgres"))
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_database}"')
        yield postgres_server.url(name, "postgresql+asyncpg")
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


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
