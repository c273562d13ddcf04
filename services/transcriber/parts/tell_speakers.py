"""Part of stage three: find out who speaks. It may fail in any way, and the captions are written all the same."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.transcriber.composing.telling_apart import not_told_apart, try_speakers
from services.transcriber.deps import TranscriberDeps
from services.transcriber.parts.decoded_sound import ReadablePlace, decode_in_thread
from services.transcriber.parts.reporting import reporting
from shared.db.leases import Lease, keep
from shared.errors import ArchivistError, Temporary
from shared.quality import Span
from shared.speaker_cast import Speakers

log = logging.getLogger(__name__)

_TRIES = 2
"""A worker that died over it once may have been stopped by somebody; one that died twice died of it."""
_INTERRUPTED = "the work was interrupted twice"
_FROM, _TO = 90, 99
"""Percent of a transcription's progress while voices are told apart: the words before take the first ninety."""


@dataclass(frozen=True, slots=True)
class SpeakerOrder:
    """What is known before anybody listens for voices."""

    wanted: bool | None
    """The city's choice; None leaves it to the station, which does it where it has a model."""
    known: Speakers | None
    """From an earlier round: turns are found once."""
    place: ReadablePlace
    flac: Path
    language: str
    at_least: int | None = None
    """People who speak, as far as the city knows."""
    at_most: int | None = None


async def tell_speakers(
    lease: Lease, wish: SpeakerOrder, speech: Sequence[Span], deps: TranscriberDeps
) -> Speakers | None:
    """Who spoke when, kept as a checkpoint; with a ``warning`` instead when that failed; None when nobody asks.

    ``speech`` is where somebody speaks. Raises Temporary where the sound has to be decoded again and its mount is away,
    or the disk is full.
    """
    if wish.known is not None and (wish.known.turns or lease.attempt > _TRIES):
        return wish.known.model_copy(update={"share": None})
    if wish.wanted is False or (wish.wanted is None and deps.diarization is None):
        return None
    if deps.diarization is None:
        return not_told_apart("the station has no model for it; set DIARIZATION_MODEL")
    await _remember(lease, _listening(0), deps)
    try:
        async with deps.decoding:
            if not await asyncio.to_thread(wish.flac.exists):
                await decode_in_thread(wish.place, wish.flac, wish.language, deps)
    except ArchivistError as error:
        if isinstance(error, Temporary) and error.outside:
            raise  # the mount is away, or the disk is full: that is waited for, as everywhere
        found = not_told_apart(error.message)
    else:

        async def write(share: float) -> None:
            await _remember(lease, _listening(share), deps, progress=_FROM + int((_TO - _FROM) * share))

        spec = deps.diarization.for_city(wish.at_least, wish.at_most)
        async with reporting(write) as done:
            found = await try_speakers(
                wish.flac, spec, timeout_s=deps.diarization_timeout_s, speech=speech, on_progress=done.set
            )
    await _remember(lease, found, deps)
    if found.warning is not None:
        log.warning("speakers_not_told_apart", extra={"fields": {"reason": found.warning}})
    return found


def _listening(share: float) -> Speakers:
    """What stands there while the work goes on, and is left when it ends with the worker."""
    return not_told_apart(_INTERRUPTED).model_copy(update={"share": round(share, 3)})


async def _remember(lease: Lease, speakers: Speakers, deps: TranscriberDeps, **values: int) -> None:
    async with deps.work() as unit:
        await keep(unit.db, lease, speakers=speakers.model_dump(mode="json"), **values)
