"""Write down where a publication stands, in its own row and in the columns integrators of the original system read."""

import logging
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.vod.deps import VodDeps
from services.vod.gateways.cablecast_models import Show
from services.vod.parts.publication_work import PublicationWork, StepOutcome
from shared import metrics
from shared.db import clock
from shared.db.content_at_place import UNDER_WAY
from shared.db.event_log import tell
from shared.db.leases import Lease, LeaseLost, keep, settle
from shared.db.locks import lock_transcription
from shared.db.models import CablecastShow, Publication, Transcription, VodContent
from shared.errors import ArchivistError
from shared.event_kinds import Happened
from shared.lifecycle import PublicationStatus, VodStatus

log = logging.getLogger(__name__)

_VOD_STATUS = {
    PublicationStatus.PROCESSING: VodStatus.PROCESSING,
    PublicationStatus.PUBLISHED: VodStatus.PUBLISHED,
    PublicationStatus.FAILED: VodStatus.FAILED,
}


async def keep_step(lease: Lease, work: PublicationWork, reached: PublicationStatus, deps: VodDeps) -> None:
    """Write down a finished step and go on; raises ``LeaseLost`` when a person or another worker has stepped in."""
    row = work.publication
    before, row.status = row.status, reached
    async with deps.work() as unit:
        await lock_transcription(unit.db, row.transcription_id)
        if not await keep(unit.db, lease, status=reached, reason_code=None, reason=None, **_learned(row)):
            raise LeaseLost(str(lease.row_id))
        await _tell_others(unit.db, work, reached)
        _note_move(unit.db, row, before, StepOutcome(reached))


async def keep_places(lease: Lease, work: PublicationWork, deps: VodDeps) -> None:
    """Write down where its sidecar is going to lie; raises ``LeaseLost`` as ``keep_step`` does."""
    async with deps.work() as unit:
        if not await keep(unit.db, lease, places=work.publication.places):
            raise LeaseLost(str(lease.row_id))


async def settle_publication(lease: Lease, work: PublicationWork, outcome: StepOutcome, deps: VodDeps) -> None:
    """One transaction for the row, the VOD as the original system knows it, and what is told."""
    row = work.publication
    published = outcome.status == PublicationStatus.PUBLISHED
    async with deps.work() as unit:
        await lock_transcription(unit.db, row.transcription_id)
        settled = await settle(
            unit.db,
            lease,
            status=outcome.status,
            reason_code=outcome.code,
            reason=outcome.reason,
            ready_at=clock.now() + outcome.ready_in,
            verified_at=clock.now() if published else None,
            **_learned(row),
        )
        if not settled:
            return
        await _tell_others(unit.db, work, outcome.status)
        _note_move(unit.db, row, row.status, outcome)
    if row.status != outcome.status and outcome.status in _ENDS:
        metrics.PUBLICATIONS.labels(outcome.status).inc()


def _learned(row: Publication) -> dict[str, Any]:
    """What the steps found out, for the row."""
    return {
        "show_id": row.show_id,
        "linked_by": row.linked_by,
        "vod_id": row.vod_id,
        "vod_created": row.vod_created,
        "sidecar": row.sidecar,
        "places": row.places,
        "places_due": row.places_due,
        "suggestions": row.suggestions,
        "evidence": row.evidence,
        "vod_started_at": row.vod_started_at,
    }


async def _tell_others(db: AsyncSession, work: PublicationWork, status: PublicationStatus) -> None:
    if work.show is not None:
        await _remember(db, work.show, work.answer)
    await _mirror(db, work.publication, status)


def _note_move(db: AsyncSession, row: Publication, before: str, outcome: StepOutcome) -> None:
    if before == outcome.status:
        return
    facts: dict[str, Any] = {
        "show_id": row.show_id,
        "vod_id": row.vod_id,
        "code": outcome.code,
        "reason": outcome.reason,
    }
    kind, of = Happened(f"publication.{outcome.status}"), row.transcription_id
    tell(db, kind, row.id, by="vod", transcription_id=of, before={"status": before}, **facts)
    log.info("publication_moved", extra={"fields": {"status": str(outcome.status), "code": outcome.code}})


_ENDS = (
    PublicationStatus.PUBLISHED,
    PublicationStatus.DONE,
    PublicationStatus.NEEDS_REVIEW,
    PublicationStatus.FAILED,
)


async def end_publication(db: AsyncSession, lease: Lease, error: ArchivistError) -> None:
    """Something nobody can mend by waiting; a person sees the reason in the list of publications."""
    row = await db.get_one(Publication, lease.row_id)
    await lock_transcription(db, row.transcription_id)
    if row.status not in UNDER_WAY:  # only its places were to be looked at, and it stays what it is
        await settle(db, lease, places_due=False, error_code=error.code, error_message=error.message)
        return
    if await settle(
        db, lease, status=PublicationStatus.FAILED, reason_code=error.code, reason=error.message, error_code=error.code
    ):
        await _mirror(db, row, PublicationStatus.FAILED)
        metrics.PUBLICATIONS.labels("failed").inc()
        facts: dict[str, Any] = {"code": error.code, "reason": error.message}
        tell(db, Happened.PUBLICATION_FAILED, row.id, by="vod", transcription_id=row.transcription_id, **facts)


async def _remember(db: AsyncSession, show: Show, answer: dict[str, Any] | None) -> None:
    """Keep the show as the server described it."""
    facts = {
        "title": show.public_title or show.title or f"Show {show.id}",
        "runtime": show.run_time_s,
        "location_id": show.location_id,
        "event_date": show.event_at,
        "facts": show.model_dump(mode="json"),
        "answer": answer,
    }
    statement = insert(CablecastShow).values(cablecast_id=show.id, **facts)
    await db.execute(
        statement.on_conflict_do_update(
            index_elements=[CablecastShow.cablecast_id], set_={**facts, "updated_date": clock.now()}
        )
    )


async def _mirror(db: AsyncSession, row: Publication, status: PublicationStatus) -> None:
    vod_status = _VOD_STATUS.get(status)
    if row.vod_id is None or vod_status is None:
        return
    evidence = row.evidence or {}
    show = await db.scalar(select(CablecastShow).where(CablecastShow.cablecast_id == row.show_id))
    published = clock.now() if status == PublicationStatus.PUBLISHED else None
    values = {
        "transcription_id": row.transcription_id,
        "cablecast_show_id": show.id if show else None,
        "title": show.title if show else f"Show {row.show_id}",
        "url": evidence.get("vod_url"),
        "status": vod_status,
        "published_date": published,
    }
    statement = insert(VodContent).values(vod_id=str(row.vod_id), **values)
    await db.execute(statement.on_conflict_do_update(index_elements=[VodContent.vod_id], set_=values))
    await db.execute(
        update(Transcription)
        .where(Transcription.id == row.transcription_id)
        .values(vod_id=str(row.vod_id), vod_url=evidence.get("vod_url"), vod_status=vod_status)
        .execution_options(synchronize_session=False)
    )
