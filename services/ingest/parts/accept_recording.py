"""Enter an inspected file into the ledger: a place of known content, with captions wanted once for each content."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import update

from services.ingest import ledger_queries
from services.ingest.caption_terms import CaptionTerms, recorded_on, terms_of
from services.ingest.deps import Deps
from services.ingest.parts.judge_content import JudgedContent
from services.ingest.verdicts import Valid
from shared.db.content_at_place import CHANGED, GONE, INVENTS_INODES, accepted_stamp, has_live_transcription
from shared.db.content_leaving import Leaving, leave_content
from shared.db.content_return import come_back, places_changed
from shared.db.deciding import decide_for
from shared.db.event_log import tell
from shared.db.leases import Lease, is_mine, settle
from shared.db.locks import lock_places
from shared.db.models import Mount, Recording, Transcription
from shared.db.session import Unit
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.lifecycle import RecordingStatus
from shared.media.probe import facts_as_json

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A valid recording with all that has to be known before its captions are wanted."""

    verdict: Valid
    judged: JudgedContent
    sidecar: str | None
    """SHA-256 of the captions that lie beside it."""


@dataclass(frozen=True, slots=True)
class _Kin:
    """The other places of the same content, as the ledger has them while they are locked."""

    original: Recording | None
    """The place whose captions hold for this one too."""
    moved: Recording | None
    """A place that has gone, and whose row this file therefore is."""
    gone: tuple[Recording, ...] = ()
    """Further places that have gone; what was made there holds here, unless an original is there."""


async def accept_recording(lease: Lease, accepted: Accepted, mount: Mount, deps: Deps) -> None:
    """Ledger and wish for captions in one transaction: neither is ever there without the other."""
    judged, verdict = accepted.judged, accepted.verdict
    async with deps.work() as unit:
        await ledger_queries.one_at_a_time(unit.db, judged.samples)
        alike = await ledger_queries.alike(unit.db, judged.samples, lease.row_id)
        await lock_places(unit.db, [lease.row_id, *(other.id for other, _ in alike)])
        if not await is_mine(unit.db, lease):
            return
        alike = await ledger_queries.alike(unit.db, judged.samples, lease.row_id)
        await _learn_others(unit, judged, [other for other, _ in alike])
        recording = await unit.db.get_one(Recording, lease.row_id, populate_existing=True)
        only_inode = _is_only_the_inode_new(recording, mount, judged)
        has_work = await has_live_transcription(unit.db, recording.id)
        is_kept = has_work and not _is_other_content(recording, judged)
        kin = _kin(recording, judged, alike, is_kept=is_kept)
        await _settle_departures(unit, recording, judged, kin)
        was_ours = accepted.sidecar is not None and await ledger_queries.is_our_sidecar(unit.db, accepted.sidecar)
        decision = await decide_for(
            unit.db,
            recording,
            mount,
            deps.choices.terms,
            duration_ms=verdict.facts.duration_ms,
            history_of=kin.moved.id if kin.moved else None,
        )
        terms = terms_of(decision)
        values = {
            "status": RecordingStatus.VALID,
            "reason_code": None,
            "reason": None,
            "present": True,
            "city_id": terms.city_id,
            "decision": decision.as_json(),
            "size_bytes": judged.stamp.size_bytes,
            "mtime_ns": judged.stamp.mtime_ns,
            "ctime_ns": judged.stamp.ctime_ns,
            "inode": judged.stamp.inode,
            "identity": judged.samples,
            "content": judged.content,
            "duplicate_of": kin.original.id if kin.original else None,
            "duration_ms": verdict.facts.duration_ms,
            "recorded_at": recorded_on(recording.file_name) or recording.recorded_at,
            "priority": terms.priority,
            "has_captions": accepted.sidecar is not None and not has_work and not was_ours,
            "facts": facts_as_json(verdict.facts) | {"audio_stream": verdict.audio.index, "peak_db": verdict.peak_db},
        }
        place = await _enter(unit, lease, recording, kin, values, mount)
        if judged.content is not None:
            await ledger_queries.name_content(unit.db, place.id, judged.content)
        tell(unit.db, Happened.RECORDING_VALID, place.id, by="ingest", duration_ms=verdict.facts.duration_ms)
        await _want_captions(unit, place, values, terms, mount)
    if only_inode:
        await _distrust_inodes(mount, deps)
    log.info("recording_valid", extra={"fields": {"duration_ms": verdict.facts.duration_ms}})


def _is_other_content(recording: Recording, judged: JudgedContent) -> bool:
    """Whether what was known to lie here is not what lies here now; unknown is not other."""
    if recording.content is not None and judged.content is not None:
        return recording.content != judged.content
    return recording.identity is not None and recording.identity != judged.samples


def _is_only_the_inode_new(recording: Recording, mount: Mount, judged: JudgedContent) -> bool:
    accepted = accepted_stamp(recording, mount)
    is_same = accepted is not None and replace(accepted, inode=None).same_as(judged.stamp)
    return is_same and accepted != judged.stamp and recording.content == judged.content


async def _distrust_inodes(mount: Mount, deps: Deps) -> None:
    """The same content, untouched, under another inode: this file system invents them, so they say nothing."""
    if mount.facts.get(INVENTS_INODES):
        return
    log.warning("mount_invents_inodes", extra={"fields": {"mount": mount.name}})
    async with deps.work() as unit:
        known = await unit.db.get_one(Mount, mount.id, with_for_update={"key_share": True})
        known.facts = {**known.facts, INVENTS_INODES: True}


async def _learn_others(unit: Unit, judged: JudgedContent, alike: Sequence[Recording]) -> None:
    for other in alike:
        read = judged.others.get(other.id)
        is_same = read is not None and (other.size_bytes, other.mtime_ns) == (
            read.stamp.size_bytes,
            read.stamp.mtime_ns,
        )
        if read is not None and is_same and other.content is None:
            other.content = read.name
            await ledger_queries.name_content(unit.db, other.id, read.name)
    await unit.db.flush()


def _kin(
    recording: Recording, judged: JudgedContent, alike: Sequence[tuple[Recording, Mount]], *, is_kept: bool
) -> _Kin:
    """Who is what: a place that keeps its own captions is nobody's duplicate.

    Where several places of the content have gone, the file was moved from the one whose inode it has, or else from one
    that was there until now.
    """
    original: Recording | None = None
    gone: list[Recording] = []
    for other, its_mount in alike:
        has_gone = its_mount.status != "down" and (not other.present or other.id in judged.gone)
        # What has gone and had never been read whole can only be known by its samples.
        is_same = other.content == judged.content if other.content else has_gone
        if judged.content is None or not is_same:
            continue
        if has_gone:
            gone.append(other)
        elif other.duplicate_of is None and not other.has_captions and other.present and not is_kept:
            original = original or other
    lies = (recording.mount_id, judged.stamp.inode)
    gone.sort(key=lambda one: ((one.mount_id, one.inode) != lies, not one.present))
    return _Kin(original, gone[0] if gone else None, tuple(gone[1:]) if original is None else ())


async def _settle_departures(unit: Unit, recording: Recording, judged: JudgedContent, kin: _Kin) -> None:
    """Say that the old content has left this place, and that a moved one lies here now."""
    leaving = [Leaving(recording.id, CHANGED)] if _is_other_content(recording, judged) else []
    if kin.moved is not None:
        # Where this row has a history of its own, it stays what it is and inherits.
        stays = await ledger_queries.has_transcriptions(unit.db, recording.id)
        heir = recording.id if stays else kin.moved.id
        leaving += [Leaving(one.id, GONE, heir=heir) for one in (kin.moved, *kin.gone) if one.id != heir]
    await leave_content(unit, leaving)
    if kin.moved is not None and stays:
        kin.moved.content = None  # it lies here now: a sidecar of ours that lies there still is to go


async def _enter(
    unit: Unit, lease: Lease, recording: Recording, kin: _Kin, values: dict[str, Any], mount: Mount
) -> Recording:
    """Write the place down; returns the row that it has, which is an older one for a recording that was moved."""
    if kin.moved is None or await ledger_queries.has_transcriptions(unit.db, recording.id):
        await settle(unit.db, lease, **values)
        return await unit.db.get_one(Recording, recording.id, populate_existing=True)
    moved, whole_path = kin.moved, str(Path(mount.path, recording.relative_path))
    tell(
        unit.db,
        Happened.RECORDING_MOVED,
        moved.id,
        by="ingest",
        old=moved.relative_path,
        new=recording.relative_path,
    )
    await unit.db.flush()
    await ledger_queries.take_place(unit.db, moved, recording, whole_path)
    await unit.db.execute(update(Recording).where(Recording.id == moved.id).values(**values))
    unit.db.expunge(recording)
    await places_changed(unit, moved.id)
    return await unit.db.get_one(Recording, moved.id, populate_existing=True)


async def _want_captions(
    unit: Unit, place: Recording, values: dict[str, Any], terms: CaptionTerms, mount: Mount
) -> None:
    """Once for each content: what is there or under way goes on, and a duplicate gets its original's sidecar."""
    if place.duplicate_of is not None:
        await places_changed(unit, place.duplicate_of)
        return
    if place.content is not None:
        await come_back(unit, place.id, place.content)
    if place.has_captions or await has_live_transcription(unit.db, place.id, place.content):
        return
    wanted = Transcription(
        recording_id=place.id,
        content=place.content,
        city_id=place.city_id,
        filename=place.file_name,
        file_path=str(Path(mount.path, place.relative_path)),
        file_size=place.size_bytes,
        duration=(place.duration_ms or 0) // 1000,
        duration_ms=place.duration_ms,
        language=terms.language,
        model=terms.model,
        include_summary=terms.include_summary,
        output_format=terms.output_format,
        priority=terms.priority,
        settings=dict(terms.settings),
        recorded_at=place.recorded_at,
    )
    unit.db.add(wanted)
    await unit.db.flush()
    tell(unit.db, Happened.TRANSCRIPTION_REQUESTED, wanted.id, by="ingest", recording_id=str(place.id))
    unit.notify(Lane.PLAN)
