"""Inspect a file that has held still: valid (then captions are wanted), rejected, or still unfinished."""

import hashlib
import logging
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import ledger_queries
from services.ingest.deps import Deps
from services.ingest.gateways.ffprobe import NEEDS_NO_PROOF
from services.ingest.gateways.mount_client import MountFiles
from services.ingest.ledger import read_looks, write_looks
from services.ingest.parts.accept_recording import Accepted, accept_recording
from services.ingest.parts.find_file import find_file
from services.ingest.parts.judge_content import judge_content
from services.ingest.stability import Look, Patience, Settling, Waiting, after_inspection, observe
from services.ingest.verdicts import Rejected, Valid
from shared.captions.scc_check import MOST_SIDECAR_BYTES, is_captioned
from shared.compute import TooCostly
from shared.db import clock
from shared.db.content_at_place import CHANGED, GONE, Departure
from shared.db.content_leaving import Leaving, leave_content
from shared.db.deciding import decide_for
from shared.db.leases import Lease, is_mine, settle
from shared.db.locks import lock_places
from shared.db.models import Mount, Recording
from shared.db.mount_queries import expectation_of
from shared.errors import NotFound, Temporary, Unusable
from shared.lifecycle import RecordingStatus

log = logging.getLogger(__name__)

_CITY_IS_LOOKED_AT = timedelta(minutes=1)
"""How often a recording asks whether the settings of its city are right by now."""


class _ChangedMeanwhile(Exception):
    """The file is not what it was when it had settled."""

    def __init__(self, settling: Settling) -> None:
        self.settling = settling


async def inspect_recording(lease: Lease, *, deps: Deps) -> None:
    """Decide about one recording; raises Temporary when the mount does not answer."""
    async with deps.work() as unit:
        recording = await unit.db.get_one(Recording, lease.row_id)
        mount = await unit.db.get_one(Mount, recording.mount_id)
        trouble = await _trouble_with_its_city(unit.db, recording, mount, deps)
    if mount.status == "down":
        raise Temporary("The mount is down.", code="mount_down", retry_after_s=max(5.0, mount.scan_seconds))

    values: dict[str, Any]
    if trouble is not None:  # nothing is wrong with the file: it goes on by itself when the city is put right
        log.warning("recording_waits_for_its_city", extra={"fields": {"code": trouble.code}})
        values = {"reason_code": trouble.code, "reason": trouble.message, "ready_at": clock.now() + _CITY_IS_LOOKED_AT}
        async with deps.work() as unit:
            await settle(unit.db, lease, **values)
        return

    patience = Patience(window=timedelta(seconds=mount.settle_seconds), grace=deps.choices.grace)
    left: Departure | None = None
    try:
        outcome = await _inspect(lease, recording, mount, patience, deps)
    except NotFound as error:
        if await _is_there(recording, mount, deps):
            raise Temporary("The file was away for a moment.", code="file_changing") from error
        values, left = {"settled_at": None, "looks": []}, GONE
    except Unusable as error:
        values = _rejected(Rejected(error.code, error.message))
    except _ChangedMeanwhile as change:
        looks = write_looks(recording.looks, change.settling)
        values = {"settled_at": None, "looks": looks, "reason_code": None, "reason": None}
    else:
        if isinstance(outcome, Accepted):
            await accept_recording(lease, outcome, mount, deps)
            return
        values = _rejected(outcome) if isinstance(outcome, Rejected) else _waiting(outcome)
        left = CHANGED if isinstance(outcome, Rejected) else None

    async with deps.work() as unit:
        await lock_places(unit.db, [lease.row_id])
        if await is_mine(unit.db, lease):
            await settle(unit.db, lease, **values)
            if values.get("status") == RecordingStatus.REJECTED:
                ledger_queries.tell_rejected(unit.db, lease.row_id, values["reason_code"], values["reason"])
            await leave_content(unit, [Leaving(lease.row_id, left)] if left else [])


async def _trouble_with_its_city(db: AsyncSession, recording: Recording, mount: Mount, deps: Deps) -> Unusable | None:
    try:
        await decide_for(db, recording, mount, deps.choices.terms)
    except Unusable as error:
        return error
    return None


async def _inspect(
    lease: Lease, recording: Recording, mount: Mount, patience: Patience, deps: Deps
) -> Accepted | Waiting | Rejected:
    files = deps.mounts.reader(mount.path)
    path = recording.relative_path
    settling = _still_the_same(recording, await files.look(path, now=deps.now))
    verdict = await deps.inspector.inspect(str(Path(mount.path, path)), settling.last.size_bytes)
    _still_the_same(recording, await files.look(path, now=deps.now))
    outcome = after_inspection(settling, verdict, patience)
    if isinstance(outcome, Rejected) and outcome.code not in NEEDS_NO_PROOF:
        verdict = await deps.inspector.prove(str(Path(mount.path, path)), settling.last.size_bytes)
        _still_the_same(recording, await files.look(path, now=deps.now))
        outcome = after_inspection(settling, verdict, patience)
    if not isinstance(outcome, Valid):
        return outcome
    sidecar = await _sidecar(files, path, deps)
    return Accepted(outcome, await judge_content(lease, recording, mount, wants=sidecar is None, deps=deps), sidecar)


async def _is_there(recording: Recording, mount: Mount, deps: Deps) -> bool:
    """False where it certainly has gone: whatever read it last may have met a mount that was away."""
    files = deps.mounts.reader(mount.path)
    try:
        await find_file(files, recording.relative_path, expectation_of(mount), now=deps.now)
    except NotFound:
        return False
    return True


def _still_the_same(recording: Recording, look: Look) -> Settling:
    settling = observe(read_looks(recording.looks), look)
    if settling.looks == 1:
        raise _ChangedMeanwhile(settling)
    return settling


async def _sidecar(files: MountFiles, path: str, deps: Deps) -> str | None:
    """SHA-256 of captions beside the recording that viewers would see; a broken sidecar does not count.

    One that is too long to be captions does not count either: whether it may be replaced is asked when captions are
    to be placed, and then a person decides.
    """
    stem = PurePosixPath(path).with_suffix("")
    for suffix in (".scc", ".SCC"):
        try:
            content = await files.read(f"{stem}{suffix}", limit_bytes=MOST_SIDECAR_BYTES + 1)
        except (NotFound, Unusable):
            continue
        if len(content) > MOST_SIDECAR_BYTES:
            return None
        try:
            is_theirs = await deps.compute.run(is_captioned, content.decode("utf-8", "replace"))
        except TooCostly:
            log.warning("sidecar_not_judged", extra={"fields": {"size_bytes": len(content)}})
            return None
        return hashlib.sha256(content).hexdigest() if is_theirs else None
    return None


def _rejected(rejected: Rejected) -> dict[str, Any]:
    log.warning("recording_rejected", extra={"fields": {"code": rejected.code}})
    return {"status": RecordingStatus.REJECTED, "reason_code": rejected.code, "reason": rejected.reason}


def _waiting(waiting: Waiting) -> dict[str, Any]:
    """Still settling in the eyes of people, and due for another inspection."""
    return {
        "reason_code": waiting.because.code,
        "reason": waiting.because.reason,
        "ready_at": clock.now() + waiting.pause,
    }
