"""Walk one publication as far as it can go now: link, place, VOD, proof.

Every step looks at what is already true before it does anything, and what it did is written down before the next one
begins; so a publication may be interrupted anywhere and walked again, and nothing is published twice.
"""

import logging
from pathlib import Path

from sqlalchemy import func, select

from services.vod.deps import VodDeps
from services.vod.naming import read_name
from services.vod.usecases.journey import Journey, Waits
from services.vod.usecases.settle_publication import keep_step, settle_publication
from services.vod.usecases.steps import find_show, make_vod, place_captions, prove_captions
from shared.db.leases import Lease
from shared.db.models import AuditEvent, CaptionVersion, City, Mount, Publication, Recording, Transcription
from shared.errors import Conflict, InvalidInput, NotFound, Unusable
from shared.lifecycle import PublicationStatus

log = logging.getLogger(__name__)


async def publish_recording(lease: Lease, deps: VodDeps) -> None:
    """Take the steps that can be taken; the row is settled at its new place, ready again when it is worth looking."""
    journey = await _load(lease, deps)
    try:
        outcome = await _walk(lease, journey, deps)
    except (Conflict, NotFound, InvalidInput, Unusable) as error:
        outcome = Waits(PublicationStatus.NEEDS_REVIEW, code=error.code, reason=error.message)
    await settle_publication(lease, journey, outcome, deps)


async def _walk(lease: Lease, journey: Journey, deps: VodDeps) -> Waits:
    row = journey.publication
    if deps.cablecast is None:
        return await _only_place(
            journey,
            deps,
            "cablecast_not_configured",
            "To have captions published and verified, set CABLECAST_API_URL, then",
        )
    if not (deps.publishes or journey.is_asked_for):
        return await _only_place(
            journey, deps, "publishing_off", "AUTO_PUBLISH_TO_VOD is off: to have this one published and verified,"
        )
    if row.status == PublicationStatus.PENDING:
        wait = await find_show(journey, deps.cablecast)
        if wait is not None:
            return wait
        await keep_step(lease, journey, PublicationStatus.LINKED, deps)
    if row.status == PublicationStatus.LINKED:
        await place_captions(journey, deps)
        row.vod_started_at = None
        await keep_step(lease, journey, PublicationStatus.PLACED, deps)
    if row.status == PublicationStatus.PLACED:
        wait = await make_vod(journey, deps.cablecast, deps)
        if wait is not None:
            return wait
        await keep_step(lease, journey, PublicationStatus.PROCESSING, deps)
    return await prove_captions(journey, deps.cablecast, deps)


async def _only_place(journey: Journey, deps: VodDeps, code: str, how: str) -> Waits:
    """Captions beside the recording are all that can be had, or all that is wanted without a person's word."""
    await place_captions(journey, deps)
    lies = "The sidecar lies beside the recording." if journey.may_write_sidecar else "No sidecar may be written here."
    return Waits(PublicationStatus.DONE, code=code, reason=f"{lies} {how} retry.")


async def _load(lease: Lease, deps: VodDeps) -> Journey:
    async with deps.work() as unit:
        row = await unit.db.get_one(Publication, lease.row_id)
        recording = await unit.db.get_one(Recording, row.recording_id)
        mount = await unit.db.get_one(Mount, recording.mount_id)
        transcription = await unit.db.get_one(Transcription, row.transcription_id)
        city = await unit.db.get(City, row.city_id) if row.city_id else None
        version = await unit.db.scalar(
            select(CaptionVersion).where(
                CaptionVersion.transcription_id == row.transcription_id, CaptionVersion.number == row.caption_version
            )
        )
        # Every version's, not only those known to be placed: a crash between placing and noting it must not make our
        # own file look like somebody else's.
        ours = await unit.db.scalars(
            select(CaptionVersion.files["scc"]["sha256"].astext)
            .join(Transcription, Transcription.id == CaptionVersion.transcription_id)
            .where(Transcription.recording_id == recording.id)
        )
        word = select(AuditEvent.id).where(
            AuditEvent.subject_kind == "publication",
            AuditEvent.subject_id == str(row.id),
            AuditEvent.action.in_(("publication.retried", "publication.linked")),
        )
        is_asked_for = await unit.db.scalar(select(word.exists()))
        made_by_us = frozenset(digest for digest in ours if digest)
        now = (await unit.db.scalars(select(func.now()))).one()
    if version is None or transcription.output_directory is None:
        raise Unusable("The captions of this publication are gone. Retry the transcription.", code="captions_missing")
    scc = version.files["scc"]
    return Journey(
        publication=row,
        recording_name=recording.file_name,
        relative_path=recording.relative_path,
        mount_root=Path(mount.path),
        duration_ms=recording.duration_ms,
        recorded_at=recording.recorded_at,
        names=read_name(recording.file_name),
        may_write_sidecar=deps.writes_sidecars and (city is None or city.write_sidecar),
        scc_file=Path(transcription.output_directory) / scc["name"],
        scc_sha256=scc["sha256"],
        cue_list=version.cue_list,
        language=transcription.language,
        ours=made_by_us,
        mount_is_down=mount.status == "down",
        is_present=recording.present,
        is_asked_for=bool(is_asked_for),
        now=now,
    )
