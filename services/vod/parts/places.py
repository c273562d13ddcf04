"""The places of a publication's sidecar: beside the recording and beside every copy of it, and nowhere else.

A recording is renamed, copied to another drive, or replaced after its captions were published. Every place where the
content lies gets the sidecar; where it lies no longer, ours is taken away, if it still is what we placed.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from services.vod.deps import VodDeps
from services.vod.file_calls import away, look_if_there, place_checked, read_captions
from services.vod.parts.publication_work import PublicationWork, Recorded, SidecarPlace
from services.vod.parts.settle_publication import keep_places
from services.vod.sidecar import PlacedSidecar, remove_sidecar, shows_captions, sidecar_path
from shared.compute import TooCostly
from shared.db.content_at_place import telling_doubt
from shared.db.leases import Lease
from shared.db.models import CaptionVersion, Recording, Transcription
from shared.errors import ArchivistError, Conflict, NotFound, Temporary, Unusable
from shared.lifecycle import PublicationStatus

_JUDGED_AT_MOST = 3


@dataclass(slots=True)
class _PlacedSidecars:
    """What became of the places."""

    lies: list[dict[str, Any]] = field(default_factory=list)
    away: list[SidecarPlace] = field(default_factory=list)
    """Could not be reached now."""
    refused: list[ArchivistError] = field(default_factory=list)
    """Places of copies where a person has to decide; the recording's own is worth an error."""


async def place_captions(lease: Lease, work: PublicationWork, deps: VodDeps) -> None:
    """Place: the sidecar beside the recording and its copies, where a city allows it; the same bytes change nothing.

    A place that is away with its mount is waited for, for ever if it is the only one; a recording that its mount has
    lost is a person's matter. What lies at places that are none any more is taken away.

    Where it is going to lie is written down first: a recording may be renamed just when this worker dies, or loses its
    lease, between placing and writing down, and nobody would know then whose file lies at the old name.
    """
    outcome = _PlacedSidecars()
    wanted = [place for place in work.places if place.may_write]
    if wanted:
        content = await deps.drives.run(
            deps.output_root, read_captions, work.scc_file, work.scc_sha256, deps.output_root
        )
        await _announce(lease, wanted, len(content), work, deps)
        for place in wanted:
            await _place(place, content, work, outcome, deps)
    if outcome.away and not outcome.lies:
        raise away(outcome.away[0].relative_path)
    await _write_down(work, outcome, deps)


async def _announce(
    lease: Lease, wanted: list[SidecarPlace], size_bytes: int, work: PublicationWork, deps: VodDeps
) -> None:
    row = work.publication
    known = [one.facts for one in work.recorded]
    for place in wanted:
        path = sidecar_path(place.relative_path)
        facts = _facts(PlacedSidecar(path, work.scc_sha256, size_bytes), place)
        if facts not in known:
            known.append(facts)
    if known != row.places:
        row.places = known
        await keep_places(lease, work, deps)


async def take_away_captions(work: PublicationWork, deps: VodDeps) -> None:
    """Take ours away wherever the content of these captions does not lie any more."""
    await _write_down(work, _PlacedSidecars(), deps)


async def _write_down(work: PublicationWork, outcome: _PlacedSidecars, deps: VodDeps) -> None:
    row = work.publication
    here = {(one["mount_id"], one["path"]) for one in outcome.lies}
    kept = []
    for old in work.recorded:
        if (old.facts["mount_id"], old.facts["path"]) in here:
            continue
        if not old.is_stale:
            kept.append(old.facts)
        elif old.mount_is_down or not await _removed(old, deps):
            kept.append(old.facts)
            outcome.away.append(work.places[0])
            work.is_away_unannounced |= not old.mount_is_down
    row.places = [*outcome.lies, *kept] or None
    own = [one for one in outcome.lies if one["recording_id"] == str(row.recording_id)] or outcome.lies
    if own:
        row.sidecar = {name: own[0][name] for name in ("path", "sha256", "size_bytes")}
    elif row.status == PublicationStatus.REMOVED:
        row.sidecar = None
    row.places_due = bool(outcome.away)
    work.refused = outcome.refused[0] if outcome.refused else None


async def _removed(old: Recorded, deps: VodDeps) -> bool:
    """Ours is not there any more; False where the drive cannot be asked."""
    placed = PlacedSidecar(old.facts["path"], old.facts["sha256"], old.facts["size_bytes"])
    try:
        await deps.drives.run(old.mount_root, remove_sidecar, old.mount_root, placed, old.expected)
    except Temporary:
        return False
    except ArchivistError:  # it may not be written there any more: then it stays, and a person sees it
        return True
    return True


async def _place(
    place: SidecarPlace, content: bytes, work: PublicationWork, outcome: _PlacedSidecars, deps: VodDeps
) -> None:
    if place.mount_is_down:  # ingest has found out
        outcome.away.append(place)
        return
    try:
        async with telling_doubt(deps.work, place.recording_id):
            try:
                placed = await _placed(place, content, work.ours, deps)
            except Conflict as error:
                left = await _left_there(error, place, deps)
                placed = await _placed(place, content, work.ours | {left}, deps)
    except NotFound:
        if place.is_own and not place.is_present:
            raise
        outcome.away.append(place)
        work.is_away_unannounced = True
    except Temporary:
        if place.is_own:
            raise
        outcome.away.append(place)
        work.is_away_unannounced = True
    except (Conflict, Unusable) as error:
        if place.is_own:
            raise
        outcome.refused.append(error)
    else:
        outcome.lies.append(_facts(placed, place))


def _facts(placed: PlacedSidecar, place: SidecarPlace) -> dict[str, Any]:
    return {**placed.as_facts(), "mount_id": str(place.mount_id), "recording_id": str(place.recording_id)}


async def _placed(place: SidecarPlace, content: bytes, ours: frozenset[str], deps: VodDeps) -> PlacedSidecar:
    """Somebody else's file is judged where nobody waits for the drive; who then changes it, is judged again."""
    judged: dict[str, bool] = {}
    for _ in range(_JUDGED_AT_MOST):
        where = (place.mount_root, place.relative_path, place.accepted)
        placed = await deps.drives.run(place.mount_root, place_checked, *where, content, ours, judged)
        if isinstance(placed, PlacedSidecar):
            return placed
        try:
            is_captions = await deps.compute.run(shows_captions, placed)
        except TooCostly:
            is_captions = True  # nobody knows, so a person decides
        judged[hashlib.sha256(placed).hexdigest()] = is_captions
    raise Temporary(f"Another program goes on writing beside {place.relative_path!r}.", code="file_busy", outside=True)


async def _left_there(error: Conflict, place: SidecarPlace, deps: VodDeps) -> str:
    """SHA-256 of captions that we made of what lay here before, or is named so no more; they may be replaced.

    Raises ``error`` where they are somebody else's, and Conflict where two recordings whose names differ only in their
    endings share a sidecar.
    """
    digest = error.facts.get("sha256")
    if digest is None:
        raise error
    made = (
        select(Recording.id, Recording.mount_id, Recording.relative_path, Recording.file_name, Recording.present)
        .join(Transcription, Transcription.recording_id == Recording.id)
        .join(CaptionVersion, CaptionVersion.transcription_id == Transcription.id)
        .where(CaptionVersion.files["scc"]["sha256"].astext == digest, Recording.id != place.recording_id)
    )
    async with deps.work() as unit:
        others = (await unit.db.execute(made)).all()
    if not others:
        raise error
    for other in others:
        lies_beside = sidecar_path(other.relative_path) == sidecar_path(place.relative_path)
        if other.present and other.mount_id == place.mount_id and lies_beside:
            raise Conflict(
                f"The sidecar beside {place.relative_path!r} holds the captions that Archivist made of"
                f" {other.file_name!r}: both would have the same sidecar. Rename one of the two recordings.",
                code="sidecar_of_another_recording",
            ) from error
    return str(digest)


async def require_own_content(work: PublicationWork, deps: VodDeps) -> None:
    """Raise Temporary when the recording was touched; what cannot be looked at now is not in doubt for that."""
    for place in work.places[:1]:
        if place.mount_is_down or not place.is_present or place.accepted is None:
            return
        async with telling_doubt(deps.work, place.recording_id):
            await deps.drives.run(
                place.mount_root, look_if_there, place.mount_root, place.relative_path, place.accepted
            )
