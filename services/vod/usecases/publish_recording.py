"""Walk one publication as far as it can go now: link, place, VOD, proof.

Every step looks at what is already true before it does anything, and what it did is written down before the next one
begins; so a publication may be interrupted anywhere and walked again, and nothing is published twice.
"""

import logging
from datetime import timedelta

from services.vod.deps import VodDeps
from services.vod.parts.decide_again import decide_again
from services.vod.parts.load_publication import load_publication
from services.vod.parts.places import place_captions, require_own_content, take_away_captions
from services.vod.parts.publication_work import PublicationWork, StepOutcome
from services.vod.parts.settle_publication import keep_step, settle_publication
from services.vod.parts.steps import find_show, make_vod, prove_captions
from shared.db import clock
from shared.db.content_at_place import UNDER_WAY, has_places, require_content
from shared.db.leases import Lease, settle
from shared.db.locks import lock_recordings
from shared.errors import ArchivistError, Conflict, InvalidInput, NotFound, Unusable
from shared.lifecycle import PublicationStatus

log = logging.getLogger(__name__)

_PLACES_AWAY = timedelta(minutes=5)
"""When a place on a mount that is down is tried again, unless the mount is back before."""
_AWAY_UNANNOUNCED = timedelta(seconds=10)


async def publish_recording(lease: Lease, deps: VodDeps) -> None:
    """Take the steps that can be taken; the row is settled at its new place, ready again when it is worth looking."""
    work = await load_publication(lease, deps)
    if work.names_another_show and _may_link_again(work, deps):
        await _forget_link(lease, work, deps)
    if work.publication.status not in UNDER_WAY:
        await _see_to_places(lease, work, deps)
        return
    try:
        outcome = await _walk(lease, work, deps)
    except (Conflict, NotFound, InvalidInput, Unusable) as error:
        outcome = StepOutcome(PublicationStatus.NEEDS_REVIEW, code=error.code, reason=error.message)
        work.publication.places_due = any(one.is_stale for one in work.recorded)
    await settle_publication(lease, work, outcome, deps)


def _may_link_again(work: PublicationWork, deps: VodDeps) -> bool:
    row = work.publication
    walks = deps.cablecast is not None and (deps.publishes or work.is_asked_for)
    stands = row.status in UNDER_WAY or (row.status == PublicationStatus.PUBLISHED and not work.is_overtaken)
    return walks and stands and row.status != PublicationStatus.PENDING


async def _forget_link(lease: Lease, work: PublicationWork, deps: VodDeps) -> None:
    """The recording was renamed, or a copy of another show has inherited the captions: they go to that show.

    The VOD of the show that the old name said stays as it is: we delete nothing on the server.
    """
    row = work.publication
    row.vod_id = row.vod_started_at = row.evidence = None
    row.vod_created = False
    await keep_step(lease, work, PublicationStatus.PENDING, deps)


async def _see_to_places(lease: Lease, work: PublicationWork, deps: VodDeps) -> None:
    """The way has ended, and a place has changed since: only the sidecars are put right, where the captions stand."""
    row = work.publication
    trouble: ArchivistError | None = None
    try:
        if has_places(row) and not work.is_overtaken:
            await _require_content(work, deps)
            await place_captions(lease, work, deps)
        else:
            await take_away_captions(work, deps)
        trouble = work.refused
    except (Conflict, NotFound, InvalidInput, Unusable) as error:
        await take_away_captions(work, deps)  # what lies wrong goes, whatever keeps the others from being placed
        trouble = error
    async with deps.work() as unit:
        await settle(
            unit.db,
            lease,
            places=row.places,
            sidecar=row.sidecar,
            places_due=row.places_due,
            ready_at=clock.now() + (_AWAY_UNANNOUNCED if work.is_away_unannounced else _PLACES_AWAY),
            error_code=trouble.code if trouble else None,
            error_message=trouble.message if trouble else None,
        )


async def _require_content(work: PublicationWork, deps: VodDeps) -> None:
    """The recording still is what the captions are of: asked before every step that writes."""
    row = work.publication
    async with deps.work() as unit:
        await lock_recordings(unit.db, [row.recording_id])
        await require_content(unit.db, row.recording_id, row.content)
    await require_own_content(work, deps)


async def _walk(lease: Lease, work: PublicationWork, deps: VodDeps) -> StepOutcome:
    row = work.publication
    if deps.cablecast is None:
        return await _only_place(
            lease,
            work,
            deps,
            "cablecast_not_configured",
            "To have captions published and verified, set CABLECAST_API_URL, then",
        )
    if not (deps.publishes or work.is_asked_for):
        return await _only_place(
            lease,
            work,
            deps,
            "publishing_off",
            "AUTO_PUBLISH_TO_VOD is off: to have this one published and verified,",
        )
    if row.status == PublicationStatus.PENDING:
        wait = await find_show(work, deps.cablecast)
        if wait is not None:
            row.places_due = any(one.is_stale for one in work.recorded)  # renamed since it was placed
            return wait
        await keep_step(lease, work, PublicationStatus.LINKED, deps)
        if (wait := await decide_again(lease, work, deps)) is not None:
            return wait
    await _require_content(work, deps)
    if row.status == PublicationStatus.LINKED or row.places_due:
        await place_captions(lease, work, deps)
    if row.status == PublicationStatus.LINKED:
        row.vod_started_at = None
        await keep_step(lease, work, PublicationStatus.PLACED, deps)
    if row.status == PublicationStatus.PLACED:
        wait = await make_vod(work, deps.cablecast, deps)
        if wait is not None:
            return wait
        await keep_step(lease, work, PublicationStatus.PROCESSING, deps)
        await _require_content(work, deps)
    return await prove_captions(work, deps.cablecast, deps)


async def _only_place(lease: Lease, work: PublicationWork, deps: VodDeps, code: str, how: str) -> StepOutcome:
    """Captions beside the recording are all that can be had, or all that is wanted without a person's word."""
    await _require_content(work, deps)
    await place_captions(lease, work, deps)
    lies = "The sidecar lies beside the recording." if work.may_write_sidecar else "No sidecar may be written here."
    return StepOutcome(PublicationStatus.DONE, code=code, reason=f"{lies} {how} retry.")
