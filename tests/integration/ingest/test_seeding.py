"""FLEX_SERVERS and the mounts that are known: what is added, what is told, what a person has removed."""

import logging

import pytest
from sqlalchemy import select

from services.ingest.usecases.seed_mounts import seed_mounts
from shared.db.event_log import tell
from shared.db.models import Mount
from shared.db.session import Work
from shared.event_kinds import Happened
from shared.mount_names import name_mounts


async def seed(work: Work, *entries: str) -> None:
    named, said = name_mounts(entries)
    await seed_mounts(named, settle_seconds=90, scan_seconds=30, work=work, said=said)


async def watched(work: Work) -> dict[str, str]:
    async with work() as unit:
        rows = await unit.db.scalars(select(Mount).where(Mount.enabled).order_by(Mount.name))
        return {row.name: row.path for row in rows}


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.fields["meaning"] for record in caplog.records if record.message == "mounts_not_as_set"]  # type: ignore[attr-defined]


async def test_folders_that_end_alike_are_all_watched(work: Work) -> None:
    await seed(work, "/mnt/north/media", "/mnt/south/media")
    await seed(work, "/mnt/north/media", "/mnt/south/media")

    assert await watched(work) == {"north-media": "/mnt/north/media", "south-media": "/mnt/south/media"}


async def test_a_folder_whose_name_is_taken_by_an_older_mount_is_watched_under_another(work: Work) -> None:
    await seed(work, "/mnt/north/media")
    await seed(work, "media=/mnt/other")

    assert await watched(work) == {"media": "/mnt/north/media", "media-2": "/mnt/other"}


async def test_a_mount_taken_out_of_the_setting_goes_on_and_that_is_told(
    work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    await seed(work, "/mnt/flex-1", "/mnt/flex-2")
    async with work() as unit:
        made = Mount(name="by-hand", path="/mnt/by-hand")
        unit.db.add(made)
        await unit.db.flush()
        tell(unit.db, Happened.MOUNT_CREATED, made.id, by="admin")

    with caplog.at_level(logging.WARNING):
        await seed(work, "/mnt/flex-1")

    [sentence] = told(caplog)
    assert sentence.startswith("flex-2 (/mnt/flex-2) is watched although FLEX_SERVERS does not name it any more")
    assert set(await watched(work)) == {"flex-1", "flex-2", "by-hand"}


async def test_a_mount_that_a_person_removed_stays_removed(work: Work, caplog: pytest.LogCaptureFixture) -> None:
    await seed(work, "/mnt/flex-1")
    async with work() as unit:
        row = (await unit.db.scalars(select(Mount))).one()
        row.kind, row.enabled, row.name = "removed", False, "flex-1 removed"

    with caplog.at_level(logging.WARNING):
        await seed(work, "/mnt/flex-1")

    assert await watched(work) == {}
    removed, nothing = told(caplog)
    assert removed == "/mnt/flex-1 was removed by a person and is not watched; POST /api/v1/mounts watches it again."
    assert nothing.startswith("No folder is watched: name some in FLEX_SERVERS in .env")


async def test_a_name_that_differs_from_the_known_one_is_told(work: Work, caplog: pytest.LogCaptureFixture) -> None:
    await seed(work, "/mnt/flex-1")

    with caplog.at_level(logging.WARNING):
        await seed(work, "north=/mnt/flex-1", "south=/mnt/flex-1")

    assert told(caplog) == [
        "south=/mnt/flex-1 is left out: /mnt/flex-1 is named before it.",
        "/mnt/flex-1 keeps its name flex-1; FLEX_SERVERS calls it north.",
    ]
