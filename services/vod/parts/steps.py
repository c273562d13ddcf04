"""The four steps of a publication. Each finds out what is already so, does what is missing, and says where to wait."""

from datetime import timedelta

from services.vod.deps import VodDeps
from services.vod.gateways.cablecast import Cablecast, ShowDetail
from services.vod.gateways.cablecast_models import Show, Vod, VodState
from services.vod.linking import Suggestion, suggest, verify_link
from services.vod.parts.publication_work import BY_NAME, PublicationWork, StepOutcome
from services.vod.verification import Hints, verify_captions
from shared.errors import NotFound, Unusable
from shared.lifecycle import PublicationStatus

_AROUND = timedelta(days=14)
"""How far from the recording's date shows are looked for when the name does not tell which one."""


async def find_show(work: PublicationWork, cablecast: Cablecast) -> StepOutcome | None:
    """Link: the person's word first, then the id in the name if the show does not contradict it, else suggestions.

    What the name said once stands, unless the recording has got another name since.
    """
    row = work.publication
    is_renamed = row.linked_by == BY_NAME and work.names.show_id != row.show_id
    if row.show_id is not None and row.linked_by is not None and not is_renamed:
        work.saw(await cablecast.get_show(row.show_id))  # NotFound goes to the person who chose it
        return None
    why = "The name does not begin with a show id."
    if work.names.show_id is not None:
        try:
            detail = await cablecast.get_show(work.names.show_id)
        except NotFound:
            why = f"The name says show {work.names.show_id}, and the server has no such show."
        else:
            verdict = verify_link(work.names, detail.show, detail.reels, duration_ms=work.duration_ms)
            if verdict.is_certain:
                row.show_id, row.linked_by = verdict.show_id, BY_NAME
                work.saw(detail)
                row.suggestions = None
                return None
            why = f"Show {verdict.show_id} does not fit the recording: {' '.join(verdict.reasons)}"
    row.show_id = row.linked_by = None
    row.suggestions = [found.as_facts() for found in await _suggestions(work, cablecast)]
    return StepOutcome(PublicationStatus.NEEDS_REVIEW, code="needs_linking", reason=f"{why} Choose the show.")


async def _suggestions(work: PublicationWork, cablecast: Cablecast) -> list[Suggestion]:
    shows: list[Show] = await cablecast.shows_between(work.recorded_at - _AROUND, work.recorded_at + _AROUND)
    if work.names.title:
        shows += await cablecast.shows_titled(work.names.title)
    return suggest(shows, work.names, duration_ms=work.duration_ms)


async def make_vod(work: PublicationWork, cablecast: Cablecast, deps: VodDeps) -> StepOutcome | None:
    """VOD: the one the show has, or a new one once the server has seen the sidecar."""
    row = work.publication
    assert row.show_id is not None  # linked before
    row.vod_started_at = row.vod_started_at or work.now
    detail = await cablecast.get_show(row.show_id)
    work.saw(detail)
    if detail.vod is None and not await _server_sees_captions(detail, cablecast):
        # A VOD made before the server has indexed the sidecar would be made without captions.
        if not work.may_write_sidecar:
            return StepOutcome(
                PublicationStatus.NEEDS_REVIEW,
                code="sidecar_not_allowed",
                reason="No sidecar may be written beside this recording, and Cablecast has no captions of it yet."
                " Give Cablecast the SCC file, then retry.",
            )
        if not _late(work, deps):
            return StepOutcome(
                PublicationStatus.PLACED,
                ready_in=deps.poll,
                code="sidecar_not_indexed",
                reason="The sidecar is placed; Cablecast has not indexed it yet.",
            )
    if detail.vod is not None:
        row.vod_id = detail.vod.id
    else:
        made = await cablecast.create_vod(row.show_id, await _configuration(detail.show, cablecast, deps))
        row.vod_id, row.vod_created = made.vod.id, made.is_new
    row.vod_started_at = work.now
    return None


async def _server_sees_captions(detail: ShowDetail, cablecast: Cablecast) -> bool:
    if detail.show.has_captions:
        return True
    for reel in detail.reels:
        if reel.asset_id is not None and (await cablecast.get_asset(reel.asset_id)).has_captions:
            return True
    return False


def _late(work: PublicationWork, deps: VodDeps) -> bool:
    """Indexing takes a minute or two; after ten times that the hint is not waited for any longer."""
    since = work.publication.vod_started_at
    return since is not None and work.now - since > min(deps.patience, max(20 * deps.poll, timedelta(minutes=20)))


async def _configuration(show: Show, cablecast: Cablecast, deps: VodDeps) -> int:
    if deps.configuration_id is not None:
        return deps.configuration_id
    location = show.location_id if show.location_id is not None else deps.location_id
    found = await cablecast.vod_configurations(location)
    if not found:
        raise Unusable(
            "The show's location has no VOD configuration, so no VOD can be made. Set one up in Cablecast, or name one"
            " in CABLECAST_VOD_CONFIGURATION_ID.",
            code="no_vod_configuration",
        )
    return found[0].id


async def prove_captions(work: PublicationWork, cablecast: Cablecast, deps: VodDeps) -> StepOutcome:
    """Proof: only what viewers get counts, which is the published playlist and its caption segments."""
    row = work.publication
    assert row.vod_id is not None and row.show_id is not None  # made before
    vod = await cablecast.get_vod(row.vod_id)
    if vod.state in (VodState.PERMANENT_FAILURE, VodState.DISABLED):
        return StepOutcome(
            PublicationStatus.FAILED,
            code="vod_failed" if vod.state is VodState.PERMANENT_FAILURE else "vod_disabled",
            reason=f"Cablecast says of VOD {vod.id}: {vod.state}. {vod.error_message or ''}".rstrip(),
        )
    if not vod.url or vod.state not in (VodState.COMPLETE, VodState.PARTIAL) or not vod.is_watchable:
        return _waiting(work, vod, deps)
    detail = await cablecast.get_show(row.show_id)
    work.saw(detail)
    proof = await verify_captions(
        vod.url,
        work.cue_list,
        cablecast.fetch_text,
        language=work.language,
        compute=deps.compute,
        checked_at=work.now,
        hints=Hints(show=detail.show.has_captions),
    )
    row.evidence = {**proof.as_facts(), "vod_url": vod.url, "vod_state": str(vod.state)}
    if proof.is_proven and vod.state is VodState.COMPLETE:
        return StepOutcome(PublicationStatus.PUBLISHED, reason=proof.reason)
    if vod.state is VodState.PARTIAL or not _overdue(work, min(deps.patience, 10 * deps.poll)):
        return StepOutcome(PublicationStatus.PROCESSING, ready_in=deps.poll, code="not_proven_yet", reason=proof.reason)
    return StepOutcome(
        PublicationStatus.NEEDS_REVIEW,
        code="captions_not_visible",
        reason=f"The VOD is complete, but viewers do not get these captions. {proof.reason} If the VOD is older than"
        " the sidecar, have Cablecast make it again, then retry.",
    )


def _waiting(work: PublicationWork, vod: Vod, deps: VodDeps) -> StepOutcome:
    if _overdue(work, deps.patience):
        return StepOutcome(
            PublicationStatus.NEEDS_REVIEW,
            code="vod_slow",
            reason=f"VOD {vod.id} is still {vod.state} after {deps.patience}. Look at it in Cablecast, then retry.",
        )
    percent = f", {vod.progress:.0%}" if vod.progress else ""
    return StepOutcome(
        PublicationStatus.PROCESSING,
        ready_in=deps.poll,
        code="vod_in_the_making",
        reason=f"Cablecast is making the VOD ({vod.state}{percent}).",
    )


def _overdue(work: PublicationWork, patience: timedelta) -> bool:
    since = work.publication.vod_started_at
    return since is not None and work.now - since > patience
