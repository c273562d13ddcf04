"""Rows of earlier releases after an upgrade, and after going back."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db.schema_upgrade import downgrade, upgrade


async def test_a_city_that_publishes_nothing_goes_on_publishing_nothing(empty_database_url: str) -> None:
    await upgrade(empty_database_url, "0012")
    engine = create_async_engine(empty_database_url)
    async with engine.begin() as connection:
        for policy in ("auto", "review", "off"):
            insert = "INSERT INTO cities (slug, name, publish_policy) VALUES (:policy, :policy, :policy)"
            await connection.execute(text(insert), {"policy": policy})

    async def policies() -> dict[str, str]:
        async with engine.connect() as connection:
            rows = await connection.execute(text("SELECT slug, publish_policy FROM cities"))
            return {row.slug: row.publish_policy for row in rows}

    await upgrade(empty_database_url)
    after = await policies()
    await downgrade(empty_database_url, "0012")
    back = await policies()
    await engine.dispose()

    assert after == {"auto": "auto", "review": "review", "off": "never"}
    assert back == {"auto": "auto", "review": "review", "off": "off"}
