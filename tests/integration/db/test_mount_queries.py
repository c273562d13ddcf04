"""Which mounts are watched, which of them FLEX_SERVERS names no more, and what has to be there."""

import pytest
from sqlalchemy import select

from shared.db.event_log import tell
from shared.db.models import Event, Mount
from shared.db.mount_queries import expectation_of, no_longer_named, watched_paths
from shared.event_kinds import Happened
from shared.storage.mount_health import Expectation
from tests.integration.db.conftest import Ledger


async def test_mounts_that_nobody_names_any_more_are_those_that_no_person_made(ledger: Ledger) -> None:
    await ledger.mount("named")
    await ledger.mount("z-not-named")
    await ledger.mount("not-named")
    await ledger.mount("off", enabled=False)
    await ledger.mount("uploads", kind="uploads")
    await ledger.mount("removed", kind="removed")
    made, renamed = await ledger.mount("made"), await ledger.mount("renamed")
    async with ledger.work() as unit:
        tell(unit.db, Happened.MOUNT_CREATED, made, by="ada")
        tell(unit.db, Happened.MOUNT_CHANGED, renamed, by="ada")
        tell(unit.db, Happened.CITY_CREATED, renamed, by="ada")

    async with ledger.work() as unit:
        found: list[Mount] = list(await no_longer_named(unit.db, {"/mnt/named", "/mnt/other"}))

    assert [mount.name for mount in found] == ["not-named", "renamed", "z-not-named"]


async def test_an_event_says_who_did_what_to_which_thing(ledger: Ledger) -> None:
    mount = await ledger.mount()
    async with ledger.work() as unit:
        tell(unit.db, Happened.MOUNT_CREATED, mount, by="ada", path="/mnt/flex-1")

    async with ledger.work() as unit:
        (row,) = await unit.db.scalars(select(Event))
    assert (row.actor, row.kind, row.subject_kind) == ("ada", "mount.created", "mount")
    assert (row.subject_id, row.facts) == (str(mount), {"path": "/mnt/flex-1"})


async def test_folders_that_are_switched_on_are_watched(ledger: Ledger) -> None:
    await ledger.mount("z")
    await ledger.mount("a")
    await ledger.mount("off", enabled=False)
    await ledger.mount("uploads", kind="uploads")
    await ledger.mount("removed", kind="removed")

    async with ledger.work() as unit:
        assert list(await watched_paths(unit.db)) == ["/mnt/a", "/mnt/z"]


@pytest.mark.parametrize("facts", [{}, {"is_mount_point": False}, {"is_mount_point": True}])
def test_a_mount_is_expected_as_it_was_known(facts: dict[str, bool]) -> None:
    mount = Mount(name="flex-1", path="/mnt/flex-1", sentinel=".flex", facts=facts)

    was_one = facts.get("is_mount_point", False)
    assert expectation_of(mount) == Expectation(".flex", is_mount_point=was_one, has_recordings=True)
    assert expectation_of(mount, has_recordings=False) == Expectation(".flex", is_mount_point=was_one)
