"""Which engine and which model a recording is decoded with: the same for all of its slices, whoever works on them.

It is settled when the recording is planned, by the worker that plans it; a wish that worker cannot meet, by the first
worker that can. From then on a worker that has something else leaves the slices alone. What an engine gives up because
memory ran out is another matter: that is allowed, and told.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.transcriber.deps import TranscriberDeps
from services.transcriber.engines.values import EngineSpec, SliceResult
from shared.db import clock
from shared.db.models import Slice, Transcription
from shared.errors import ArchivistError
from shared.jobs.leaving import EngineMismatch
from shared.lifecycle import Stage, TranscriptionStatus

NOT_OFFERED = "engine_not_offered"
"""Code of a slice, and after a while of its transcription, that waits for a worker with the right models."""
LONG = timedelta(minutes=4)
"""Nobody has worked on a transcription for so long: then people are told what it waits for."""

_NOT_HERE = {
    "engine_missing",
    "model_not_here",
    "model_folder_missing",
    "model_incomplete",
    "model_gated",
    "model_download_failed",
    "align_model_missing",
}
"""What another worker may have although this one has not; anything else is wrong everywhere, or passes."""


@dataclass(frozen=True, slots=True)
class WantedEngine:
    """What every slice of a recording is decoded with; the column ``wanted_engine`` as a value."""

    engine: str | None = None
    """``whisperx`` or ``faster-whisper``; before it is settled what was asked for, None when nothing was."""
    model: str | None = None
    """A name or a folder on the machine of whoever settled it, or what was asked for."""
    identity: str = ""
    """Tells models apart by content; empty until it is settled."""
    beam_size: int = 0
    title: str = ""
    """What the model calls itself."""

    @property
    def kind(self) -> str:
        """Equal for slices that need the same; what workers remember when they cannot offer it."""
        return f"{self.engine or 'auto'} {self.model or ''} {self.identity}"

    @property
    def in_words(self) -> str:
        """For people."""
        model = f"the model {self.title or self.model}" if self.title or self.model else "the station's model"
        return f"{self.engine or 'any engine'} with {model}" + (f" ({self.identity})" if self.identity else "")

    def as_json(self) -> dict[str, Any]:
        """For the column; ``kind`` stands in it for the claims."""
        return {**asdict(self), "kind": self.kind}

    @staticmethod
    def from_json(column: dict[str, Any] | None) -> "WantedEngine":
        """What :meth:`as_json` wrote; nothing is wanted where nothing was written."""
        return WantedEngine(**{name: value for name, value in (column or {}).items() if name != "kind"})


async def settle_at_planning(asked: WantedEngine, deps: TranscriberDeps) -> tuple[WantedEngine, str | None]:
    """What this worker makes of the wish, without loading or downloading a model.

    Where it cannot say, the wish stays a wish and the sentence says what is missing. Raises what is wrong everywhere.
    """
    try:
        return await _settled(asked, deps, offline=True), None
    except ArchivistError as error:
        if error.code not in _NOT_HERE:
            raise
        return asked, f"{error.message} The recording waits for a worker that has {asked.in_words}."


async def engine_for_slice(
    transcription_id: UUID, wanted: WantedEngine, deps: TranscriberDeps
) -> tuple[WantedEngine, EngineSpec]:
    """The spec by which this worker decodes what is wanted; a wish that is not settled yet is settled now.

    Raises EngineMismatch when this worker has something else.
    """
    if not wanted.identity:
        with leaving_what_is_not_here(wanted):
            wanted = await _settle_first(transcription_id, await _settled(wanted, deps), deps)
    return wanted, await _spec_of(wanted, deps)


@contextmanager
def leaving_what_is_not_here(wanted: WantedEngine) -> Iterator[None]:
    """What another worker may have and this one has not becomes EngineMismatch."""
    try:
        yield
    except ArchivistError as error:
        if error.code not in _NOT_HERE:
            raise
        raise left(wanted, error.message) from error


def left(wanted: WantedEngine, why: str) -> EngineMismatch:
    """This worker's answer to slices for which it lacks something."""
    return EngineMismatch(
        wanted.kind,
        f"The recording is decoded with {wanted.in_words}, which a worker that looked does not have: {why}",
        code=NOT_OFFERED,
        wanted=wanted.in_words,
    )


def is_decoded_as_wanted(result: SliceResult, wanted: WantedEngine) -> bool:
    """Whether a result may join the others: by the wanted engine and model, or with a note of what was given up."""
    if result.engine is None or result.degradations:
        return True
    return (result.engine.name, result.engine.identity) == (wanted.engine, wanted.identity)


async def tell_if_long(db: AsyncSession, transcription_id: UUID, slice_id: UUID, wanted: WantedEngine) -> bool:
    """Write into the transcription what it waits for, if nobody has worked on it for long; True when that was so."""
    others = (
        select(Slice.id)
        .where(Slice.transcription_id == transcription_id, Slice.id != slice_id, Slice.lease_expires_at > clock.now())
        .exists()
    )
    last_done = select(func.max(Slice.finished_at)).where(Slice.transcription_id == transcription_id)
    told = await db.execute(
        update(Transcription)
        .where(
            Transcription.id == transcription_id,
            Transcription.status == TranscriptionStatus.PROCESSING,
            Transcription.stage == Stage.SLICES,
            ~others,
            func.greatest(Transcription.progress_at, last_done.scalar_subquery()) < clock.now() - LONG,
        )
        .values(
            error_code=NOT_OFFERED,
            error_message=(
                f"It waits for a transcriber that has {wanted.in_words}, with which it was begun; those that looked "
                "have not. Start one, or cancel it and try again from scratch to use what is there."
            ),
        )
        .returning(Transcription.id)
        .execution_options(synchronize_session=False)
    )
    return told.scalar_one_or_none() is not None


async def forget_waiting(db: AsyncSession, transcription_id: UUID) -> None:
    """Somebody has what was waited for."""
    await db.execute(
        update(Transcription)
        .where(Transcription.id == transcription_id, Transcription.error_code == NOT_OFFERED)
        .values(error_code=None, error_message=None)
        .execution_options(synchronize_session=False)
    )


async def _settled(asked: WantedEngine, deps: TranscriberDeps, *, offline: bool = False) -> WantedEngine:
    spec = deps.speech.spec(asked.model, asked.engine)
    offer = await deps.speech.offer(spec, offline=offline)
    return WantedEngine(offer.engine, spec.model, offer.identity, spec.options.beam_size, offer.model)


async def _settle_first(transcription_id: UUID, mine: WantedEngine, deps: TranscriberDeps) -> WantedEngine:
    """Mine, unless another worker was quicker."""
    async with deps.work() as unit:
        row = await unit.db.get_one(Transcription, transcription_id, with_for_update=True)
        known = WantedEngine.from_json(row.wanted_engine)
        if known.identity:
            return known
        row.wanted_engine = mine.as_json()
        await unit.db.flush()
        await forget_waiting(unit.db, transcription_id)
    return mine


async def _spec_of(wanted: WantedEngine, deps: TranscriberDeps) -> EngineSpec:
    """The same model may have another name or folder here: the station's own is tried first, then the name it had."""
    whys = []
    for model in dict.fromkeys((None, wanted.model)):
        here = deps.speech.spec(model, wanted.engine)
        spec = replace(here, options=replace(here.options, beam_size=wanted.beam_size))
        try:
            offer = await deps.speech.offer(spec)
        except ArchivistError as error:
            if error.code not in _NOT_HERE:
                raise
            whys.append(error.message)
            continue
        if offer.identity == wanted.identity:
            return spec
        whys.append(f"its {offer.model} is another model ({offer.identity}).")
    raise left(wanted, " ".join(dict.fromkeys(whys)))
