"""Whether finished captions go to Cablecast, decided in one place for the pipeline and for people."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import clock
from shared.db.caption_history import is_current, newest_number
from shared.db.event_log import tell
from shared.db.models import CablecastShow, City, Mount, Publication, Recording, Transcription
from shared.event_kinds import Happened, Somebody
from shared.lifecycle import PublicationStatus
from shared.rules.policy import PublishPolicy, read_policy


async def want_publication(
    db: AsyncSession,
    transcription: Transcription,
    *,
    station: PublishPolicy,
    released: bool = False,
    by: str | Somebody = "transcriber",
) -> bool:
    """Add (or start again) the publication of a completed transcription; True when a worker should look.

    The city's policy decides, the ``station``'s for recordings of no city: ``never`` adds nothing, ``review`` adds a
    row that waits for a person, ``auto`` goes on.
    ``released`` says that a person has decided already. There is one publication per transcription, so asking twice
    publishes once. A source whose recordings are not published at all has none.

    The caller holds the recording (``lock_recording_of``): two captions of it that end together decide one by one.
    """
    may_publish = select(Recording.id).join(Mount, Mount.id == Recording.mount_id)
    may_publish = may_publish.where(Recording.id == transcription.recording_id, Mount.that("publishes"))
    if await db.scalar(may_publish) is None:
        return False
    city = await db.get(City, transcription.city_id) if transcription.city_id else None
    policy = read_policy(city.publish_policy) if city else station
    if policy is PublishPolicy.NEVER and not released:
        return False
    waits = policy is PublishPolicy.REVIEW and not released
    values = {
        "caption_version": await _newest_version(db, transcription),
        "content": transcription.content,
        "status": PublicationStatus.NEEDS_REVIEW if waits else PublicationStatus.PENDING,
        "reason_code": "waits_for_release" if waits else None,
        "reason": "A person is to release each publication." if waits else None,
    }
    wanted = await db.scalar(
        insert(Publication)
        .values(
            transcription_id=transcription.id,
            recording_id=transcription.recording_id,
            city_id=transcription.city_id,
            priority=transcription.priority,
            recorded_at=transcription.recorded_at,
            **values,
        )
        .on_conflict_do_update(
            index_elements=[Publication.transcription_id],
            set_={
                **values,
                "ready_at": clock.now(),
                "attempt": 0,
                "lease_token": None,
                "lease_expires_at": None,
                "verified_at": None,
                "error_code": None,
                "error_message": None,
            },
        )
        .returning(Publication.id)
    )
    facts: dict[str, Any] = {
        "version": values["caption_version"],
        "code": values["reason_code"],
        "reason": values["reason"],
    }
    kind = Happened.PUBLICATION_NEEDS_REVIEW if waits else Happened.PUBLICATION_PENDING
    tell(db, kind, wanted, by=by, transcription_id=transcription.id, **facts)
    await supersede_others(db, transcription.recording_id, transcription.id, by=by)
    return not waits


async def renew_publication(db: AsyncSession, transcription: Transcription, *, station: PublishPolicy) -> bool:
    """The same for captions that were only written again with a speaker's name; True when a worker should look.

    A name decides nothing about publishing: a publication that a person removed stays removed, and so does one that
    newer captions took the place of, unless these count again. Whoever starts it again publishes the newest version.
    """
    row = await db.scalar(select(Publication).where(Publication.transcription_id == transcription.id).with_for_update())
    is_back = row is not None and row.reason_code == "superseded" and await is_current(db, transcription)
    if row is None or row.status != PublicationStatus.REMOVED or is_back:
        return await want_publication(db, transcription, station=station)
    row.caption_version = await _newest_version(db, transcription)
    return False


async def _newest_version(db: AsyncSession, transcription: Transcription) -> int:
    return await newest_number(db, transcription.id) or 1


async def supersede_others(db: AsyncSession, recording_id: UUID, transcription_id: UUID, *, by: str | Somebody) -> None:
    """Stop what is under way with other captions of the same recording: two publications would take turns in putting
    their own sidecar beside it. The caller holds the recording."""
    stopped = await db.execute(
        update(Publication)
        .where(
            Publication.recording_id == recording_id,
            Publication.transcription_id != transcription_id,
            Publication.status.not_in((PublicationStatus.PUBLISHED, PublicationStatus.DONE, PublicationStatus.REMOVED)),
        )
        .values(
            status=PublicationStatus.REMOVED,
            reason_code="superseded",
            reason="Other captions of the same recording are published instead.",
            lease_token=None,
            lease_owner=None,
            lease_expires_at=None,
        )
        .returning(Publication.id, Publication.transcription_id)
        .execution_options(synchronize_session=False)
    )
    for row in stopped.all():
        of = row.transcription_id
        tell(db, Happened.PUBLICATION_REMOVED, row.id, by=by, transcription_id=of, code="superseded")


async def scheduled_ms(db: AsyncSession, recording_id: UUID) -> int | None:
    """The run length that Cablecast has for the show of this recording, as an earlier publication linked it.

    None where none did, while no reel is timed (0 seconds), and for a show of several reels: its length is theirs
    together, and a recording is one of them.
    """
    show = await db.scalar(
        select(CablecastShow)
        .join(Publication, Publication.show_id == CablecastShow.cablecast_id)
        .where(Publication.recording_id == recording_id)
        .order_by(Publication.created_at.desc(), Publication.id.desc())
        .limit(1)
    )
    if show is None or not show.runtime or len(show.facts.get("reel_ids") or ()) > 1:
        return None
    return show.runtime * 1000
