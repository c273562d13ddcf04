"""The servers the fixtures start are real, and refuse whoever has no password."""

import asyncpg
import pytest
import redis.asyncio

from services.console.stack.postgres import PostgresServer
from services.console.stack.redis import RedisServer


async def test_postgres_answers_with_its_password_and_not_without(postgres_server: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres_server.url("postgres"))
    assert await connection.fetchval("SELECT 1 + 1") == 2
    await connection.close()

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres_server.url("postgres").replace(postgres_server.password, "wrong"))


async def test_redis_keeps_every_write_and_never_drops_a_key_for_room(redis_server: RedisServer) -> None:
    client = redis.asyncio.from_url(redis_server.url, decode_responses=True)  # type: ignore[no-untyped-call]
    assert (await client.config_get("appendonly"))["appendonly"] == "yes"
    assert (await client.config_get("maxmemory-policy"))["maxmemory-policy"] == "noeviction"
    await client.aclose()

    stranger = redis.asyncio.from_url(f"redis://127.0.0.1:{redis_server.port}/0")  # type: ignore[no-untyped-call]
    with pytest.raises(redis.exceptions.AuthenticationError):
        await stranger.ping()
    await stranger.aclose()


async def test_every_test_has_a_migrated_database_of_its_own(database_url: str) -> None:
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    tables = {row["tablename"] for row in await connection.fetch("SELECT tablename FROM pg_tables")}
    await connection.close()

    assert {"users", "transcriptions", "recordings", "alembic_version"} <= tables
    assert "template_archivist" not in database_url
