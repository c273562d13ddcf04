"""Inspect a file that has held still: valid (then captions are wanted), rejected, or still unfinished."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import func

from services.ingest import queries
from services.ingest.deps import Deps
from services.ingest.gateways.ffprobe import NEEDS_NO_PROOF
from services.ingest.gateways.mounts import Identified
from services.ingest.gateways.mounts import Mount as MountFiles
from services.ingest.ledger import read_looks, write_looks
from services.ingest.mount_health import Expectation, judge_mount
from services.ingest.rules import CaptionTerms, CityRule, choose_city, recorded_on, terms_for
from services.ingest.stability import Look, Patience, Settling, Waiting, after_inspection, observe
from services.ingest.verdicts import Rejected, Valid
from shared.captions.check import MOST_SIDECAR_BYTES, is_captioned
from shared.compute import TooCostly
from shared.db.audit import note
from shared.db.leases import Lease, is_mine, settle
from shared.db.locks import lock_recordings
from shared.db.models import Mount, Recording, Transcription
from shared.db.session import Unit
from shared.errors import NotFound, Temporary, Unusable
from shared.jobs.lanes import Lane
from shared.lifecycle import RecordingStatus
from shared.media.probe import facts_as_json

log = logging.getLogger(__name__)

_CITY_IS_LOOKED_AT = timedelta(minutes=1)
"""How often a recording asks whether the settings of its city are right by now."""


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A valid recording with all that has to be known before its captions are wanted."""

    verdict: Valid
    identified: Identified
    has_sidecar: bool
    original_is_gone: bool
    """Content known from another place, where it no longer is: the recording was moved."""


class _ChangedMeanwhile(Exception):
    """The file is not what it was when it had settled."""

    def __init__(self, settling: Settling) -> None:
        self.settling = settling


async def inspect_recording(lease: Lease, *, deps: Deps) -> None:
    """Decide about one recording; raises Temporary when the mount does not answer."""
    async with deps.work() as unit:
        recording = await unit.db.get_one(Recording, lease.row_id)
        mount = await unit.db.get_one(Mount, recording.mount_id)
        city = choose_city(recording.file_name, await queries.city_rules(unit.db), mount.city_id)
    if mount.status == "down":
        raise Temporary("The mount is down.", code="mount_down", retry_after_s=max(5.0, mount.scan_seconds))

    values: dict[str, Any]
    try:
        _terms(city, deps)
    except Unusable as error:  # nothing is wrong with the file: it goes on by itself when the city is put right
        log.warning("recording_waits_for_its_city", extra={"fields": {"code": error.code}})
        values = {"reason_code": error.code, "reason": error.message, "ready_at": func.now() + _CITY_IS_LOOKED_AT}
        async with deps.work() as unit:
            await settle(unit.db, lease, **values)
        return

    patience = Patience(window=timedelta(seconds=mount.settle_seconds), grace=deps.choices.grace)
    try:
        outcome = await _inspect(recording, mount, patience, deps)
    except NotFound:
        values = {"present": False, "settled_at": None, "looks": []}
    except Unusable as error:
        values = _rejected(Rejected(error.code, error.message))
    except _ChangedMeanwhile as change:
        looks = write_looks(recording.looks, change.settling)
        values = {"settled_at": None, "looks": looks, "reason_code": None, "reason": None}
    else:
        if isinstance(outcome, _Accepted):
            await _accept(lease, outcome, mount, deps)
            return
        values = _rejected(outcome) if isinstance(outcome, Rejected) else _waiting(outcome)

    async with deps.work() as unit:
        await settle(unit.db, lease, **values)


async def _inspect(
    recording: Recording, mount: Mount, patience: Patience, deps: Deps
) -> _Accepted | Waiting | Rejected:
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
    identified = await files.identify(path)
    return _Accepted(
        outcome,
        identified,
        has_sidecar=await _has_sidecar(files, path, deps),
        original_is_gone=await _original_is_gone(recording, identified.identity, deps),
    )


def _still_the_same(recording: Recording, look: Look) -> Settling:
    settling = observe(read_looks(recording.looks), look)
    if settling.looks == 1:
        raise _ChangedMeanwhile(settling)
    return settling


async def _has_sidecar(files: MountFiles, path: str, deps: Deps) -> bool:
    """Whether captions that viewers would see lie beside the recording; a broken sidecar does not count.

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
            return False
        try:
            return await deps.compute.run(is_captioned, content.decode("utf-8", "replace"))
        except TooCostly:
            log.warning("sidecar_not_judged", extra={"fields": {"size_bytes": len(content)}})
            return False
    return False


async def _original_is_gone(recording: Recording, identity: str, deps: Deps) -> bool:
    """Only a mount that is certainly there can say so: on one that went away everything seems gone."""
    async with deps.work() as unit:
        twin = await queries.twin_of(unit.db, identity, recording.id)
    if twin is None or twin[1].status == "down":
        return False
    original, mount = twin
    files = deps.mounts.reader(mount.path)
    expected = Expectation(mount.sentinel, bool(mount.facts.get("is_mount_point")), has_recordings=True)
    try:
        if judge_mount(await files.check(mount.sentinel), expected) is not None:
            return False
        await files.look(original.relative_path, now=deps.now)
    except NotFound:
        return True
    except (Temporary, Unusable):
        return False
    return False


async def _accept(lease: Lease, accepted: _Accepted, mount: Mount, deps: Deps) -> None:
    """Ledger and wish for captions in one transaction: neither is ever there without the other."""
    identified, verdict = accepted.identified, accepted.verdict
    async with deps.work() as unit:
        await queries.one_at_a_time(unit.db, identified.identity)
        twin = await queries.twin_of(unit.db, identified.identity, lease.row_id)
        await lock_recordings(unit.db, [lease.row_id, *([twin[0].id] if twin else [])])
        if not await is_mine(unit.db, lease):
            return
        recording = await unit.db.get_one(Recording, lease.row_id)
        if twin is not None and accepted.original_is_gone and not await _has_wishes(unit, recording):
            await _move(unit, twin[0], recording, mount)
            return
        city = choose_city(recording.file_name, await queries.city_rules(unit.db), mount.city_id)
        terms = _terms(city, deps)
        was_wanted = await _has_wishes(unit, recording)
        is_new_content = recording.identity != identified.identity
        has_captions = accepted.has_sidecar and not was_wanted
        await settle(
            unit.db,
            lease,
            status=RecordingStatus.VALID,
            reason_code=None,
            reason=None,
            present=True,
            city_id=city.city_id if city else None,
            size_bytes=identified.size_bytes,
            mtime_ns=identified.mtime_ns,
            identity=identified.identity,
            duplicate_of=twin[0].id if twin else None,
            duration_ms=verdict.facts.duration_ms,
            recorded_at=recorded_on(recording.file_name) or recording.recorded_at,
            priority=terms.priority,
            has_captions=has_captions,
            facts=facts_as_json(verdict.facts) | {"audio_stream": verdict.audio.index, "peak_db": verdict.peak_db},
        )
        if twin is not None or has_captions or (was_wanted and not is_new_content):
            return
        await queries.cancel_active(unit.db, recording.id)
        unit.db.add(
            Transcription(
                recording_id=recording.id,
                city_id=city.city_id if city else None,
                filename=recording.file_name,
                file_path=str(Path(mount.path, recording.relative_path)),
                file_size=identified.size_bytes,
                duration=verdict.facts.duration_ms // 1000,
                duration_ms=verdict.facts.duration_ms,
                language=terms.language,
                model=terms.model,
                include_summary=terms.include_summary,
                priority=terms.priority,
                settings=dict(terms.settings),
                recorded_at=recorded_on(recording.file_name) or recording.recorded_at,
            )
        )
        unit.ring(Lane.PLAN)
    log.info("recording_valid", extra={"fields": {"duration_ms": verdict.facts.duration_ms}})


def _terms(city: CityRule | None, deps: Deps) -> CaptionTerms:
    return terms_for(city, language=deps.choices.language, include_summary=deps.choices.include_summary)


async def _has_wishes(unit: Unit, recording: Recording) -> bool:
    return await queries.has_transcriptions(unit.db, recording.id)


async def _move(unit: Unit, original: Recording, to: Recording, mount: Mount) -> None:
    note(
        unit.db, "ingest", "recording.moved", "recording", original.id, old=original.relative_path, new=to.relative_path
    )
    await queries.move(unit.db, original, to, str(Path(mount.path, to.relative_path)))


def _rejected(rejected: Rejected) -> dict[str, Any]:
    log.warning("recording_rejected", extra={"fields": {"code": rejected.code}})
    return {"status": RecordingStatus.REJECTED, "reason_code": rejected.code, "reason": rejected.reason}


def _waiting(waiting: Waiting) -> dict[str, Any]:
    """Still settling in the eyes of people, and due for another inspection."""
    return {
        "reason_code": waiting.because.code,
        "reason": waiting.because.reason,
        "ready_at": func.now() + waiting.pause,
    }
