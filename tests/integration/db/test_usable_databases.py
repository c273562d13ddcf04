"""A start ends at once where only a person can mend the database, and goes on where it need only be waited for."""

import pytest
from sqlalchemy import make_url, text

from shared.db.session import open_database
from shared.db.usable import require_usable
from shared.errors import Unusable


async def _code_of(url: str, *statements: str) -> str | None:
    engine = open_database(url)
    try:
        async with engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        return None if await _is_usable(url) else "never"
    except Unusable as error:
        return error.code
    finally:
        await engine.dispose()


async def _is_usable(url: str) -> bool:
    engine = open_database(url)
    try:
        await require_usable(engine)
    finally:
        await engine.dispose()
    return True


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("SELECT 1", None),
        ("UPDATE alembic_version SET version_num = '9999'", None),  # a later release lets this one go on
        ("UPDATE alembic_version SET version_num = '0001'", "database_not_migrated"),
        ("DELETE FROM alembic_version", "database_not_migrated"),
        ("DROP TABLE alembic_version", "database_not_migrated"),
    ],
)
async def test_the_schema_has_to_be_this_versions_or_a_later_ones(
    database_url: str, statement: str, code: str | None
) -> None:
    assert await _code_of(database_url, statement) == code


async def test_a_database_or_a_user_that_is_not_there_is_named(database_url: str) -> None:
    url = make_url(database_url)

    for wrong, named in ((url.set(database="nowhere"), "nowhere"), (url.set(port=99_999), "DATABASE_URL")):
        with pytest.raises(Unusable, match=named):
            await _is_usable(wrong.render_as_string(hide_password=False))


async def test_a_server_that_is_not_up_yet_is_waited_for_by_whoever_serves(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = make_url(database_url).set(host="127.0.0.1", port=1)

    assert await _is_usable(nobody.render_as_string(hide_password=False))

    assert [record.message for record in caplog.records if record.name == "shared.db.usable"] == [
        "database_unreachable"
    ]
