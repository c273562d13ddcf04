"""The places of a publication's sidecar: beside the recording and beside every copy of it, and nowhere else.

A recording is renamed, copied to another drive, or replaced after its captions were published. Every place where the
content lies gets the sidecar; where it lies no longer, ours is taken away, if it still is what we placed.
"""

import asyncio
import hashlib
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.vod.deps import VodDeps
from services.vod.sidecar import (
    IsCaptions,
    PlacedSidecar,
    ReplacePolicy,
    place_sidecar,
    remove_sidecar,
    shows_captions,
)
from services.vod.usecases.journey import Journey, Place
from shared.compute import Compute, TooCostly
from shared.db.content import telling_doubt
from shared.errors import ArchivistError, Conflict, NotFound, Temporary, Unusable
from shared.lifecycle import PublicationStatus
from shared.storage.content import require_same
from shared.storage.files import opened_regular


@dataclass(slots=True)
class _Outcome:
    """What became of the places."""

    lies: list[dict[str, Any]] = field(default_factory=list)
    away: list[Place] = field(default_factory=list)
    """Could not be reached now."""
    refused: list[ArchivistError] = field(default_factory=list)
    """Places of copies where a person has to decide; the recording's own is worth an error."""


async def place_captions(journey: Journey, deps: VodDeps) -> None:
    """Place: the sidecar beside the recording and its copies, where a city allows it; the same bytes change nothing.

    A place that is away with its mount is waited for, for ever if it is the only one; a recording that its mount has
    lost is a person's matter. What lies at places that are none any more is taken away.
    """
    outcome = _Outcome()
    wanted = [place for place in journey.places if place.may_write]
    if wanted:
        content = await asyncio.to_thread(_captions, journey.scc_file, journey.scc_sha256, deps.output_root)
        for place in wanted:
            await _place(place, content, journey, outcome, deps)
    if outcome.away and not outcome.lies:
        raise _away(outcome.away[0])
    await _write_down(journey, outcome, deps)


async def take_away_captions(journey: Journey, deps: VodDeps) -> None:
    """Take ours away wherever the content of these captions does not lie any more."""
    await _write_down(journey, _Outcome(), deps)


async def _write_down(journey: Journey, outcome: _Outcome, deps: VodDeps) -> None:
    row = journey.publication
    here = {(one["mount_id"], one["path"]) for one in outcome.lies}
    kept = []
    for old in journey.recorded:
        if (old.facts["mount_id"], old.facts["path"]) in here:
            continue
        if not old.is_stale:
            kept.append(old.facts)
        elif old.mount_is_down or not await _removed(old.mount_root, old.facts):
            kept.append(old.facts)
            outcome.away.append(journey.places[0])
    row.places = [*outcome.lies, *kept] or None
    own = [one for one in outcome.lies if one["recording_id"] == str(row.recording_id)] or outcome.lies
    if own:
        row.sidecar = {name: own[0][name] for name in ("path", "sha256", "size_bytes")}
    elif row.status == PublicationStatus.REMOVED:
        row.sidecar = None
    row.places_due = bool(outcome.away)
    journey.refused = outcome.refused[0] if outcome.refused else None


async def _removed(mount_root: Path, facts: dict[str, Any]) -> bool:
    """Ours is not there any more; False where the drive cannot be asked."""
    placed = PlacedSidecar(facts["path"], facts["sha256"], facts["size_bytes"])
    try:
        await asyncio.to_thread(remove_sidecar, mount_root, placed)
    except Temporary:
        return False
    except ArchivistError:  # it may not be written there any more: then it stays, and a person sees it
        return True
    return True


async def _place(place: Place, content: bytes, journey: Journey, outcome: _Outcome, deps: VodDeps) -> None:
    if place.mount_is_down:  # a thread that asks a mount which hangs would never come back
        outcome.away.append(place)
        return
    try:
        async with telling_doubt(deps.work, place.recording_id):
            with _judging(deps.compute) as is_captions:
                placed = await asyncio.to_thread(_place_checked, place, content, journey, is_captions)
    except NotFound:
        if place.is_own and not place.is_present:
            raise
        outcome.away.append(place)
    except Temporary:
        if place.is_own:
            raise
        outcome.away.append(place)
    except (Conflict, Unusable) as error:
        if place.is_own:
            raise
        outcome.refused.append(error)
    else:
        outcome.lies.append(
            {**placed.as_facts(), "mount_id": str(place.mount_id), "recording_id": str(place.recording_id)}
        )


def _place_checked(place: Place, content: bytes, journey: Journey, is_captions: IsCaptions) -> PlacedSidecar:
    """Only beside the content that the captions are of; looked at before, and once more after."""
    _look(place)
    placed = place_sidecar(
        place.mount_root,
        place.relative_path,
        content,
        is_captions=is_captions,
        policy=ReplacePolicy(ours=journey.ours),
    )
    try:
        _look(place)
    except (Temporary, NotFound):
        remove_sidecar(place.mount_root, placed)
        raise
    return placed


def _look(place: Place) -> None:
    try:
        require_same(place.mount_root / place.relative_path, place.accepted)
    except FileNotFoundError as error:
        raise NotFound(f"{place.relative_path!r} is not on its mount any more.", code="recording_missing") from error
    except OSError as error:
        raise _away(place) from error


async def require_own_content(journey: Journey, deps: VodDeps) -> None:
    """Raise Temporary when the recording was touched; what cannot be looked at now is not in doubt for that."""
    for place in journey.places[:1]:
        if place.mount_is_down or not place.is_present or place.accepted is None:
            return
        async with telling_doubt(deps.work, place.recording_id):
            await asyncio.to_thread(_look_if_there, place)


def _look_if_there(place: Place) -> None:
    try:
        _look(place)
    except NotFound:
        return


@contextmanager
def _judging(compute: Compute) -> Iterator[IsCaptions]:
    """A judge of somebody else's sidecar for a thread; who leaves the block while it judges takes its answer away."""
    loop = asyncio.get_running_loop()
    asked: list[Future[bool]] = []

    def is_captions(content: bytes) -> bool:
        asked.append(asyncio.run_coroutine_threadsafe(compute.run(shows_captions, content), loop))
        try:
            return asked[-1].result()
        except TooCostly:
            return True  # nobody knows, so a person decides

    try:
        yield is_captions
    finally:
        for question in asked:
            question.cancel()


def _away(place: Place) -> Temporary:
    return Temporary(
        f"{place.relative_path} is not on its mount now. Its sidecar is placed when the mount is back.",
        code="recording_away",
        retry_after_s=30,
        outside=True,
    )


def _captions(scc: Path, sha256: str, output_root: Path) -> bytes:
    """The file from the output tree; that it is gone or another one is believed the second time it is read."""
    content = _kept(scc, output_root)
    if content is None or _digest(content) != sha256:
        content = _kept(scc, output_root)
    if content is None:
        raise Unusable(
            f"{scc.name} is not in the output tree any more. Retry the transcription to write it again.",
            code="captions_missing",
        )
    if _digest(content) != sha256:
        raise Unusable(
            f"{scc.name} in the output tree was changed after it had been checked, so it is not published. Retry the"
            " transcription to write it again.",
            code="captions_changed",
        )
    return content


def _kept(scc: Path, output_root: Path) -> bytes | None:
    """None when it is not there; an output tree that is not there itself is waited for."""
    try:
        try:
            with opened_regular(scc, through_links=True) as file:
                return file.read()
        except FileNotFoundError:
            if next(output_root.iterdir(), None) is None:
                raise
            return None
    except OSError as error:
        raise Temporary(
            f"{output_root} cannot be read ({error.strerror}).", code="storage_unreadable", outside=True
        ) from error


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
