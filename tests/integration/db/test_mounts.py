"""Which mounts FLEX_SERVERS named once and names no more."""

from sqlalchemy import select

from shared.db.events import tell
from shared.db.models import Event, Mount
from shared.db.mounts import no_longer_named
from shared.events import Happened
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
