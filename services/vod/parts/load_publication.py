"""Read all that the steps of a publication look at, in one short transaction."""

from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.vod.deps import VodDeps
from services.vod.parts.publication_work import PublicationWork, Recorded, SidecarPlace
from services.vod.recording_name import read_name
from shared.db import clock
from shared.db.content_at_place import CHANGED, HAS_PLACES, accepted_stamp
from shared.db.event_log import BY_A_PERSON, was_told
from shared.db.leases import Lease
from shared.db.models import CaptionVersion, City, Mount, Publication, Recording, Transcription
from shared.db.mount_queries import expectation_of
from shared.errors import Temporary, Unusable
from shared.event_kinds import Happened
from shared.lifecycle import PublicationStatus, RecordingStatus


async def load_publication(lease: Lease, deps: VodDeps) -> PublicationWork:
    """The publication with its recording, captions and places; raises Unusable when the captions are gone."""
    async with deps.work() as unit:
        db = unit.db
        row = await db.get_one(Publication, lease.row_id)
        recording = await db.get_one(Recording, row.recording_id)
        transcription = await db.get_one(Transcription, row.transcription_id)
        version = await db.scalar(
            select(CaptionVersion).where(
                CaptionVersion.transcription_id == row.transcription_id, CaptionVersion.number == row.caption_version
            )
        )
        places = await _places(db, row, recording, deps)
        recorded = await _recorded(db, row, recording)
        ours = await _ours(db, [place.recording_id for place in places])
        asked = was_told((Happened.PUBLICATION_RETRIED, Happened.PUBLICATION_LINKED), row.id)
        is_asked_for = await db.scalar(select(exists().where(asked, BY_A_PERSON)))
        is_overtaken = await _is_overtaken(db, row)
        now = await clock.read(db)
    if version is not None and not version.files and row.status != PublicationStatus.REMOVED:
        raise Temporary("The edited captions are being written.", code="captions_being_written", outside=True)
    scc = version.files.get("scc") if version and transcription.output_directory else None
    if scc is None and row.status != PublicationStatus.REMOVED:
        raise Unusable("The captions of this publication are gone. Retry the transcription.", code="captions_missing")
    return PublicationWork(
        publication=row,
        recording_name=recording.file_name,
        places=places,
        recorded=recorded,
        is_overtaken=is_overtaken,
        duration_ms=recording.duration_ms,
        recorded_at=recording.recorded_at,
        names=read_name(recording.file_name),
        may_write_sidecar=any(place.may_write for place in places),
        scc_file=Path(transcription.output_directory or "", scc["name"] if scc else ""),
        scc_sha256=scc["sha256"] if scc else "",
        cue_list=version.cue_list if version else {},
        language=transcription.language,
        ours=ours,
        is_asked_for=bool(is_asked_for),
        now=now,
    )


async def _places(db: AsyncSession, row: Publication, recording: Recording, deps: VodDeps) -> tuple[SidecarPlace, ...]:
    """The recording's own, then those of its copies that have no captions of somebody else."""
    is_copy = (
        (Recording.duplicate_of == recording.id)
        & (Recording.content == recording.content)
        & (Recording.status == RecordingStatus.VALID)
        & Recording.present
        & ~Recording.has_captions
    )
    found = await db.execute(
        select(Recording, Mount, City)
        .join(Mount, Mount.id == Recording.mount_id)
        .outerjoin(City, City.id == Recording.city_id)
        .where(or_(Recording.id == recording.id, is_copy))
        .order_by(Recording.id != recording.id, Recording.created_at, Recording.id)
    )
    city = await db.get(City, row.city_id) if row.city_id else None
    places = []
    for one, mount, its_city in found.all():
        is_own = one.id == recording.id
        ruling = city if is_own else its_city
        places.append(
            SidecarPlace(
                recording_id=one.id,
                mount_id=mount.id,
                mount_root=Path(mount.path),
                relative_path=one.relative_path,
                mount_is_down=mount.status == "down",
                is_present=one.present,
                is_own=is_own,
                may_write=deps.writes_sidecars and mount.source.sidecar and (ruling is None or ruling.write_sidecar),
                accepted=accepted_stamp(one, mount),
            )
        )
    return tuple(places)


async def _recorded(db: AsyncSession, row: Publication, recording: Recording) -> tuple[Recorded, ...]:
    known: list[dict[str, Any]] = list(row.places or [])
    if not known and row.sidecar:  # as an earlier version wrote it down
        known = [{**row.sidecar, "mount_id": str(recording.mount_id), "recording_id": str(recording.id)}]
    recorded = []
    for facts in known:
        mount = await db.get(Mount, UUID(facts["mount_id"]))
        if mount is None:
            continue
        place = await db.get(Recording, UUID(facts["recording_id"]))
        is_stale = _is_stale(row, place, facts)
        has_recordings = await db.scalar(select(exists().where(Recording.mount_id == mount.id, Recording.present)))
        expected = expectation_of(mount, has_recordings=bool(has_recordings))
        recorded.append(Recorded(facts, Path(mount.path), mount.status == "down", expected, is_stale))
    return tuple(recorded)


def _is_stale(row: Publication, place: Recording | None, facts: dict[str, Any]) -> bool:
    """A file that is only gone makes nothing stale: it may come back, and stations clear their drives."""
    if place is None or str(place.mount_id) != facts["mount_id"]:
        return True
    if PurePosixPath(place.relative_path).with_suffix("") != PurePosixPath(facts["path"]).with_suffix(""):
        return True
    if row.content is None:
        return row.status == PublicationStatus.REMOVED and row.reason_code == CHANGED.code
    return place.content != row.content


async def _ours(db: AsyncSession, recording_ids: list[UUID]) -> frozenset[str]:
    """Every version's, not only those known to be placed: a crash between placing and noting it must not make our own
    file look like somebody else's."""
    digests = await db.scalars(
        select(CaptionVersion.files["scc"]["sha256"].astext)
        .join(Transcription, Transcription.id == CaptionVersion.transcription_id)
        .where(Transcription.recording_id.in_(recording_ids))
    )
    return frozenset(digest for digest in digests if digest)


async def _is_overtaken(db: AsyncSession, row: Publication) -> bool:
    later = select(Publication.id).where(
        Publication.recording_id == row.recording_id,
        Publication.id != row.id,
        HAS_PLACES,
        func.coalesce(Publication.verified_at, Publication.created_at) > (row.verified_at or row.created_at),
    )
    return bool(await db.scalar(select(later.exists())))
