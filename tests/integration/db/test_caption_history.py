"""Captions of the release before get a history: nothing is lost, upwards or downwards."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.db.schema_upgrade import downgrade, upgrade

_BEFORE = "0019"


async def _one(connection: AsyncConnection, statement: str, **values: Any) -> Any:
    return await connection.scalar(text(statement), values)


async def _transcription(connection: AsyncConnection, recording: Any, status: str, done: str | None) -> Any:
    insert = (
        "INSERT INTO transcriptions (recording_id, filename, file_path, status, completed_date)"
        " VALUES (:recording, 'a', '/m/a', :status, CAST(CAST(:done AS text) AS timestamptz)) RETURNING id"
    )
    return await _one(connection, insert, recording=recording, status=status, done=done)


async def test_old_versions_know_what_they_were_made_from_and_which_of_them_counts(empty_database_url: str) -> None:
    await upgrade(empty_database_url, _BEFORE)
    engine = create_async_engine(empty_database_url)
    version = (
        "INSERT INTO caption_versions (transcription_id, number, source, user_id, cue_list, files)"
        " VALUES (:owner, :number, :source, :user, CAST(:cues AS jsonb), '{}') RETURNING id"
    )
    async with engine.begin() as connection:
        user = await _one(
            connection,
            "INSERT INTO users (username, email, password_hash, role) VALUES ('ana', 'a@b', 'x', 'operator')"
            " RETURNING id",
        )
        mount = await _one(connection, "INSERT INTO mounts (name, path) VALUES ('m', '/m') RETURNING id")
        recording, waiting = [
            await _one(
                connection,
                "INSERT INTO recordings (mount_id, relative_path, file_name) VALUES (:mount, :name, 'a') RETURNING id",
                mount=mount,
                name=name,
            )
            for name in ("a", "b")
        ]
        older = await _transcription(connection, recording, "completed", "2026-01-01")
        newer = await _transcription(connection, recording, "completed", "2026-02-01")
        failed = await _transcription(connection, recording, "failed", "2026-03-01")
        review = await _transcription(connection, waiting, "needs_review", "2026-03-01")
        ids = {}
        for owner, number, source, who in (
            (older, 1, "machine", None), (newer, 1, "machine", None), (newer, 3, "person", user),
            (newer, 4, "person", None), (failed, 1, "machine", None), (review, 1, "machine", None),
        ):  # fmt: skip
            cues = f'{{"cues": [{number}]}}'
            ids[owner, number] = await _one(
                connection, version, owner=owner, number=number, source=source, user=who, cues=cues
            )

    await upgrade(empty_database_url)

    async with engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT transcription_id, number, source, author, parent_id, is_proposal, cue_list"
                " FROM caption_versions"
            )
        )
        versions = {(row[0], row[1]): tuple(row[2:]) for row in rows}
        current = await connection.execute(text("SELECT id, current_caption_version_id FROM recordings"))
        assert dict(iter((row[0], row[1]) for row in current)) == {recording: ids[newer, 4], waiting: None}
    assert versions == {
        (older, 1): ("machine", None, None, False, {"cues": [1]}),
        (newer, 1): ("machine", None, None, False, {"cues": [1]}),
        (newer, 3): ("naming", "ana", ids[newer, 1], False, {"cues": [3]}),
        (newer, 4): ("naming", None, ids[newer, 3], False, {"cues": [4]}),
        (failed, 1): ("machine", None, None, False, {"cues": [1]}),
        (review, 1): ("machine", None, None, False, {"cues": [1]}),
    }

    await downgrade(empty_database_url, _BEFORE)

    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT id, source FROM caption_versions ORDER BY number, source"))
        assert sorted(dict(iter((row[0], row[1]) for row in rows)).items()) == sorted(
            {
                id: "person" if owner == newer and number > 1 else "machine" for (owner, number), id in ids.items()
            }.items()
        )
    await engine.dispose()
