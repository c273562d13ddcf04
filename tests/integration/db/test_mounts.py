"""Which mounts FLEX_SERVERS named once and names no more."""

from sqlalchemy import select

from shared.db.audit import note
from shared.db.models import AuditEvent, Mount
from shared.db.mounts import no_longer_named
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
        note(unit.db, "ada", "mount.created", "mount", made)
        note(unit.db, "ada", "mount.renamed", "mount", renamed)
        note(unit.db, "ada", "mount.created", "city", renamed)

    async with ledger.work() as unit:
        found: list[Mount] = list(await no_longer_named(unit.db, {"/mnt/named", "/mnt/other"}))

    assert [mount.name for mount in found] == ["not-named", "renamed", "z-not-named"]


async def test_a_note_says_who_did_what_to_which_thing(ledger: Ledger) -> None:
    mount = await ledger.mount()
    async with ledger.work() as unit:
        note(unit.db, "ada", "mount.created", "mount", mount, path="/mnt/flex-1")

    async with ledger.work() as unit:
        (row,) = await unit.db.scalars(select(AuditEvent))
    assert (row.actor, row.action, row.subject_kind) == ("ada", "mount.created", "mount")
    assert (row.subject_id, row.facts) == (str(mount), {"path": "/mnt/flex-1"})
