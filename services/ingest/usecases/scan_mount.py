"""Look at a mount: is it there, what is new on it, and which files have held still for long enough."""

import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, update
from sqlalchemy.exc import DBAPIError

from services.ingest import ledger_queries
from services.ingest.deps import Deps
from services.ingest.file_names import ledger_path
from services.ingest.gateways.mount_client import MountFiles
from services.ingest.gateways.tree import Found, ScanCost, Trouble, Vanished
from services.ingest.ledger import read_looks, write_looks
from services.ingest.parts.compare_folder import Twofold, compare_folder
from services.ingest.parts.find_file import find_file
from services.ingest.stability import Look, Patience, is_complete, observe
from shared import metrics
from shared.db import clock
from shared.db.content_at_place import CHANGED, GONE, INVENTS_INODES
from shared.db.content_leaving import Leaving, leave_content
from shared.db.content_return import look_at_places_again
from shared.db.event_log import tell
from shared.db.leases import Lease, settle
from shared.db.models import Mount, Recording
from shared.db.mount_queries import expectation_of
from shared.db.session import Unit, is_database_away
from shared.errors import ArchivistError, NotFound, Temporary, Unusable
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.lifecycle import RecordingStatus
from shared.mount_folders import Folder
from shared.storage.mount_health import Expectation, MountDown, MountFacts, judge_mount

log = logging.getLogger(__name__)

_SILENCES = 3
"""Files at which the helper may fall silent in one scan, each for as long as a call may take; then it is the mount."""


@dataclass(slots=True)
class _Scan:
    """What one scan needs to know, and finds out."""

    mount: Mount
    expected: Expectation
    is_whole: bool
    started_at: datetime
    """By our clock, like the looks."""
    began_at: datetime
    """By the database's clock, like the rows."""
    found: set[UUID] = field(default_factory=set)
    troubles: list[Trouble] = field(default_factory=list)
    """What could not be looked at; the mount is well all the same."""
    silences: int = 0
    """Files at which the helper fell silent."""
    turn: ledger_queries.LookTurn = field(default_factory=ledger_queries.LookTurn)
    twofold: Twofold | None = None
    """Another mount that has this one's recordings."""
    vanished: list[Vanished] = field(default_factory=list)
    """Where names are gone since the last scan."""
    missed: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Folders, as in the mount's facts, in which the ledger is still to be held against what is there."""


async def scan_mount(lease: Lease, *, deps: Deps) -> None:
    """See one mount through; whatever is wrong with the mount is its status and never an error of this work."""
    async with deps.work() as unit:
        mount = await unit.db.get_one(Mount, lease.row_id)
        expected = expectation_of(mount, has_recordings=await ledger_queries.has_recordings(unit.db, mount.id))
        began_at = await clock.read(unit.db)

    files = deps.mounts.scanner(mount.path)
    now = deps.now()
    is_due = mount.scanned_at is None or now - mount.scanned_at >= deps.choices.whole_scan_every
    scan = _Scan(mount, expected, is_whole=is_due or not files.remembers, started_at=now, began_at=began_at)
    began = monotonic()
    try:
        facts = await files.check(mount.sentinel)
        down = judge_mount(facts, expected)
        if down is None:
            scan.twofold = await _compared(scan, facts, deps)
            down = scan.twofold.as_down() if scan.twofold else None
        if down is None:
            effort = await _find(scan, files, deps)
            await _watch(scan, files, deps)
            await _look_for_missed(scan, files, deps)
    except ArchivistError as error:
        down = MountDown(error.code, error.message)
    elapsed = monotonic() - began

    metrics.SCAN_SECONDS.labels(mount.name).observe(elapsed)
    if down is not None:
        await _apply_down(lease, scan, down, deps)
    else:
        await _apply_up(lease, scan, facts, effort, elapsed, deps)


async def _compared(scan: _Scan, facts: MountFacts, deps: Deps) -> Twofold | None:
    folder = Folder.from_json(facts.folder)
    if folder is None:
        return None
    return await compare_folder(scan.mount, folder, deps=deps)


async def _find(scan: _Scan, files: MountFiles, deps: Deps) -> ScanCost:
    """Enter what is new into the ledger, batch by batch."""

    async def enter(batch: list[Found]) -> None:
        async with deps.work() as unit:
            scan.found |= await ledger_queries.record_found(unit, scan.mount, batch)

    async def record(batch: list[Found]) -> None:
        try:
            await enter(batch)
        except DBAPIError as error:
            if is_database_away(error):
                raise
            if len(batch) > 1:  # one of them cannot be written down: it alone is left out
                for file in batch:
                    await record([file])
                return
            log.exception("file_not_entered")
            complain(Trouble(batch[0].path, f"It cannot be entered into the ledger ({type(error).__name__})."))

    def complain(trouble: Trouble) -> None:
        scan.troubles.append(Trouble(ledger_path(trouble.path), trouble.reason))

    return await files.scan(record, full=scan.is_whole, complain=complain, miss=scan.vanished.append)


async def _look_for_missed(scan: _Scan, files: MountFiles, deps: Deps) -> None:
    """Mark what has gone from folders in which names vanished, after the time that a new name takes to settle: a file
    that was only renamed is known again by then, and keeps its work."""
    if scan.is_whole:
        return  # the ledger is held against all there is
    mount = scan.mount
    grace = timedelta(seconds=3 * mount.settle_seconds + 3 * mount.scan_seconds)
    at = scan.started_at.isoformat()
    scan.missed = {**{one.path: {"at": at, "is_folder": one.is_folder} for one in scan.vanished}, **_missed(mount)}
    for path, facts in list(scan.missed.items()):
        if scan.started_at - datetime.fromisoformat(facts["at"]) < grace:
            continue
        del scan.missed[path]
        async with deps.work() as unit:
            rows = await ledger_queries.accepted_in(unit.db, mount.id, path, with_below=facts["is_folder"])
        names = {row.relative_path: row for row in rows}
        gone = [names[name] for name in await files.absent(list(names))]
        left = [
            Leaving(row.id, GONE, looked_for=(mount.id, row.relative_path))
            for row in gone
            if isinstance(await _look(scan, files, row.relative_path, deps), NotFound)
        ]
        for start in range(0, len(left), 1000):
            async with deps.work() as unit:
                await leave_content(unit, left[start : start + 1000])
        if left:
            log.warning("recordings_missing", extra={"fields": {"mount": mount.name, "files": len(left)}})


def _missed(mount: Mount) -> dict[str, dict[str, Any]]:
    missed: dict[str, dict[str, Any]] = mount.facts.get("missed", {})
    return missed


async def _watch(scan: _Scan, files: MountFiles, deps: Deps) -> None:
    """Look at every unsettled file and write down what was seen."""
    patience = Patience(window=timedelta(seconds=scan.mount.settle_seconds), grace=deps.choices.grace)
    async with deps.work() as unit:
        before = ledger_queries.LookTurn(**scan.mount.facts.get("turn", {}))
        rows, scan.turn = await ledger_queries.watch_list(unit.db, scan.mount.id, before)
    for start in range(0, len(rows), 100):
        seen = [(row, await _look(scan, files, row.relative_path, deps)) for row in rows[start : start + 100]]
        async with deps.work() as unit:  # apart from the looks: it locks more than recordings
            await leave_content(
                unit, [left for row, look in seen if (left := _left(scan.mount.id, row, look)) is not None]
            )
        async with deps.work() as unit:
            settled = 0
            for row, look in sorted(seen, key=lambda one: one[0].id):  # see shared/db/locks.py
                values = _after_look(row, look, patience)
                settled += "ready_at" in values
                await _write_look(unit, row, values)
            if settled:
                unit.notify(Lane.INSPECT, settled)


_Seen = Look | NotFound | Unusable | Temporary
"""A look, or why there is none."""


async def _look(scan: _Scan, files: MountFiles, path: str, deps: Deps) -> _Seen:
    """One file costs only itself: after an error the mount is asked, and where it is well, the file alone is left out.

    Raises Temporary when the mount does not answer.
    """
    try:
        return await find_file(files, path, scan.expected, now=deps.now)
    except NotFound as gone:
        return gone
    except (Unusable, Temporary) as trouble:
        if isinstance(trouble, Temporary) and trouble.code != "file_busy":
            scan.silences += trouble.code != "mount_trouble"
            if scan.silences > _SILENCES or judge_mount(await files.check(scan.mount.sentinel), scan.expected):
                raise
        scan.troubles.append(Trouble(path, trouble.message))
        return trouble


def _left(mount_id: UUID, row: Any, look: _Seen) -> Leaving | None:
    """Whether what had been accepted here is certainly not here any more."""
    if row.content is None:
        return None
    if isinstance(look, NotFound):
        return Leaving(row.id, GONE, looked_for=(mount_id, row.relative_path))
    is_another = isinstance(look, Look) and look.size_bytes != row.size_bytes
    return Leaving(row.id, CHANGED, looked_for=(mount_id, row.relative_path)) if is_another else None


def _after_look(row: Any, look: _Seen, patience: Patience) -> dict[str, Any]:
    """What a look changes in the ledger; nothing when a rejected file is still what was rejected."""
    if isinstance(look, NotFound):
        return {"present": False}
    is_rejected = row.status == RecordingStatus.REJECTED
    if isinstance(look, Temporary):
        return {} if is_rejected else {"reason_code": look.code, "reason": look.message}
    if isinstance(look, Unusable):
        if is_rejected and row.reason_code == ledger_queries.UNREADABLE:
            return {}
        return {"status": RecordingStatus.REJECTED, "reason_code": look.code, "reason": look.message, "looks": []}
    settling = observe(read_looks(row.looks), look)
    if is_rejected and settling.looks > 1 and row.reason_code != ledger_queries.UNREADABLE:
        return {}
    values: dict[str, Any] = {
        "status": RecordingStatus.SETTLING,
        "settled_at": None,
        "looks": write_looks(row.looks, settling),
        "size_bytes": look.size_bytes,
        "mtime_ns": look.mtime_ns,
    }
    if row.reason_code is not None:
        values |= {"reason_code": None, "reason": None}
    if is_rejected:
        values |= {"seen_at": clock.now()}
    if is_complete(settling, patience):
        values |= {"settled_at": clock.now(), "ready_at": clock.now(), "attempt": 0}
    return values


async def _write_look(unit: Unit, row: Any, values: dict[str, Any]) -> None:
    """Guarded: the row may have been taken further since it was read, and then this look is not needed."""
    if values:
        is_open = or_(Recording.settled_at.is_(None), Recording.status == RecordingStatus.REJECTED)
        same = and_(Recording.id == row.id, Recording.status == row.status, is_open)
        written = await unit.db.execute(
            update(Recording)
            .where(same)
            .values(**values)
            .returning(Recording.id)
            .execution_options(synchronize_session=False)
        )
        if written.all() and values.get("status") == RecordingStatus.REJECTED:
            ledger_queries.tell_rejected(unit.db, row.id, values["reason_code"], values["reason"])


async def _apply_down(lease: Lease, scan: _Scan, down: MountDown, deps: Deps) -> None:
    """An alarm; the ledger stays as it is, because nothing follows from a mount that is not there."""
    mount = scan.mount
    if (mount.status, mount.status_reason) != ("down", down.reason):
        log.error("mount_down", extra={"fields": {"mount": mount.name, "code": down.code, "reason": down.reason}})
    async with deps.work() as unit:
        settled = await settle(
            unit.db,
            lease,
            status="down",
            status_reason=down.reason,
            facts={**mount.facts, "code": down.code},
            ready_at=clock.now() + timedelta(seconds=mount.scan_seconds),
        )
        if settled and mount.status != "down":
            facts: dict[str, Any] = {"name": mount.name, "code": down.code, "reason": down.reason}
            tell(unit.db, Happened.MOUNT_DOWN, mount.id, by="ingest", before={"status": mount.status}, **facts)


async def _apply_up(lease: Lease, scan: _Scan, facts: MountFacts, effort: ScanCost, elapsed: float, deps: Deps) -> None:
    mount = scan.mount
    if scan.twofold is not None and not (mount.status_reason or "").startswith(scan.twofold.sentence):
        log.warning("mount_seen_twice", extra={"fields": {"mount": mount.name, "reason": scan.twofold.sentence}})
    if mount.status == "down":
        log.info("mount_up_again", extra={"fields": {"mount": mount.name}})
    if scan.is_whole:
        unseen = [trouble.path for trouble in scan.troubles]
        missing = await ledger_queries.mark_missing(
            deps.work, mount.id, scan.found, before=scan.began_at, unseen=unseen
        )
        if missing:
            log.warning("recordings_missing", extra={"fields": {"mount": mount.name, "files": missing}})
    kept = replace(facts, is_mount_point=facts.is_mount_point or scan.expected.is_mount_point)
    async with deps.work() as unit:
        settled = await settle(
            unit.db,
            lease,
            status="up",
            status_reason=" ".join(_what_is_said(scan)) or None,
            seen_at=scan.started_at,
            scanned_at=scan.started_at if scan.is_whole else mount.scanned_at,
            ready_at=clock.now() + timedelta(seconds=mount.scan_seconds),
            facts={
                **asdict(kept),
                INVENTS_INODES: bool(mount.facts.get(INVENTS_INODES)),
                "last_scan": {**asdict(effort), "seconds": round(elapsed, 3), "is_whole": scan.is_whole},
                "troubles": [asdict(trouble) for trouble in scan.troubles[:20]],
                "not_looked_at": len(scan.troubles),
                "turn": asdict(scan.turn),
                "missed": scan.missed,
            },
        )
        if settled and mount.status != "up":
            tell(unit.db, Happened.MOUNT_UP, mount.id, by="ingest", name=mount.name, before={"status": mount.status})
            await look_at_places_again(unit)


def _what_is_said(scan: _Scan) -> Iterator[str]:
    """Of a mount that is up."""
    if scan.twofold is not None:
        yield scan.twofold.sentence
    if not scan.troubles:
        return
    first = scan.troubles[0]
    if len(scan.troubles) == 1:
        yield f"{first.path or 'The mount'} could not be looked at: {first.reason}"
    else:
        yield f"{len(scan.troubles)} files or folders could not be looked at; the first: {first.path}: {first.reason}"
