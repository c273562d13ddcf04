"""The schema: upgrade, downgrade, and agreement between models and migrations."""

import json

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db.schema_upgrade import check, downgrade, upgrade

_RELATIONS = (
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    " UNION SELECT viewname FROM pg_views WHERE schemaname = 'public'"
)


async def _tables(url: str) -> set[str]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        rows = await connection.execute(text(_RELATIONS))
        names = {row[0] for row in rows}
    await engine.dispose()
    return names - {"alembic_version"}


async def test_the_schema_goes_up_and_down_and_up_again(empty_database_url: str) -> None:
    await upgrade(empty_database_url)
    first = await _tables(empty_database_url)

    await downgrade(empty_database_url, "base")
    nothing = await _tables(empty_database_url)
    await upgrade(empty_database_url)

    assert {"users", "transcriptions", "cablecast_shows", "vod_content", "api_keys", "system_logs"} <= first
    assert nothing == set()
    assert await _tables(empty_database_url) == first


async def test_the_models_say_what_the_migrations_built(database_url: str) -> None:
    await check(database_url)  # raises when they differ


async def test_two_services_may_migrate_at_the_same_time(empty_database_url: str) -> None:
    import asyncio

    await asyncio.gather(upgrade(empty_database_url), upgrade(empty_database_url))

    assert "recordings" in await _tables(empty_database_url)


async def test_a_review_of_the_release_before_gets_its_reasons_from_its_report(empty_database_url: str) -> None:
    await upgrade(empty_database_url, "0008")
    report = {
        "checks": [
            {"name": "completeness", "verdict": "pass", "reasons": [{"text": "All of it.", "start_ms": None}]},
            {"name": "audio_quality", "verdict": "doubt", "reasons": [{"text": "It is quiet.", "start_ms": 5}]},
        ]
    }
    engine = create_async_engine(empty_database_url)
    async with engine.begin() as connection:
        mount = await connection.scalar(text("INSERT INTO mounts (name, path) VALUES ('m', '/m') RETURNING id"))
        insert = "INSERT INTO recordings (mount_id, relative_path, file_name) VALUES (:mount, 'a', 'a') RETURNING id"
        recording = await connection.scalar(text(insert), {"mount": mount})
        insert = (
            "INSERT INTO transcriptions (recording_id, filename, file_path, status, quality)"
            " VALUES (:recording, 'a', '/m/a', 'needs_review', :report)"
        )
        await connection.execute(text(insert), {"recording": recording, "report": json.dumps(report)})

    await upgrade(empty_database_url)

    async with engine.connect() as connection:
        reasons = await connection.scalar(text("SELECT review_reasons FROM transcriptions"))
    await engine.dispose()
    assert [(one["code"], one["text"], one["start_ms"]) for one in reasons] == [("audio_quality", "It is quiet.", 5)]
