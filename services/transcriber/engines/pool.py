"""The speech engines of one worker: as many child processes as slices may be worked on at once, shared by model."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from services.transcriber.engines.engine_child import EngineChild
from services.transcriber.engines.memory import memory_estimate_of
from services.transcriber.engines.offer import Offer, ask_offer
from services.transcriber.engines.sizing import EngineSlot
from services.transcriber.engines.values import EngineInfo, EngineSpec


@dataclass
class _SlotInUse:
    """A slot, and the child in it: loaded, or only known by what it was asked for."""

    slot: EngineSlot | None
    asked: EngineSpec | None = None
    child: EngineChild | None = None


class SpeechPool:
    """Lends a loaded engine to one slice at a time; a model nobody asks for gives way to one that is wanted.

    Loaded models are large: there are never more of them, idle or lent, than ``size``. ``slots`` gives each child its
    card and its batch; without slots every child sees what its parent sees, and its batch is the spec's.
    """

    def __init__(
        self, spec: EngineSpec, size: int, *, slots: Sequence[EngineSlot] = (), recycle_after: int = 50
    ) -> None:
        self._spec = spec
        self._size = size
        self._recycle_after = recycle_after
        self._free = asyncio.Semaphore(size)
        # Whoever was lent longest ago stands first.
        self._idle = [_SlotInUse(slots[number % len(slots)] if slots else None) for number in range(size)]
        self._auto: str | None = None
        """What ``auto`` means here, once that is known: WhisperX may be installed and have no model to time words."""
        self._offers: dict[tuple[str, str, str], Offer] = {}

    @property
    def size(self) -> int:
        """Slices that may be worked on at once."""
        return self._size

    @property
    def model(self) -> str:
        """The station's own."""
        return self._spec.model

    async def check(self) -> EngineInfo:
        """Load the station's model once, so that a missing model is said at the start and not in a job."""
        async with self.engine() as child:
            return await child.start()

    def spec(self, model: str | None = None, engine: str | None = None) -> EngineSpec:
        """The station's spec with another model or kind of engine; None leaves it as it is.

        ``auto`` becomes what it was found to mean here, so that a meeting which names that engine gets the same child.
        """
        kind = engine or self._spec.engine
        return replace(
            self._spec, model=model or self._spec.model, engine=(self._auto or kind) if kind == "auto" else kind
        )

    async def offer(self, spec: EngineSpec, *, offline: bool = False) -> Offer:
        """What ``spec`` means here, without loading it: as the last child that loaded it has said, or looked up now.

        ``offline`` downloads nothing. Raises Unusable or Temporary with what is missing.
        """
        known = self._offers.get(_models(spec))
        if known is None:
            known = await ask_offer(replace(spec, offline=spec.offline or offline))
            self._offers[_models(spec)] = known
        return known

    def forget(self, spec: EngineSpec) -> None:
        """A folder has got another model: look again before it is offered."""
        self._offers.pop(_models(spec), None)

    @asynccontextmanager
    async def engine(self, model: str | None = None, engine: str | None = None) -> AsyncIterator[EngineChild]:
        """An engine with ``model`` (the station's when None) for as long as the block lasts.

        ``engine`` names the kind in the same way. What is not there is said by the child's first request.
        """
        async with self.lend(self.spec(model, engine)) as child:
            yield child

    @asynccontextmanager
    async def lend(self, wanted: EngineSpec) -> AsyncIterator[EngineChild]:
        """The engine of a spec for as long as the block lasts."""
        async with self._free:
            place = self._place_for(wanted)
            try:
                if place.child is None or place.asked != wanted:
                    given_way, place.child = place.child, None
                    if given_way is not None:
                        await given_way.close()
                    place.child = self._child(wanted, place.slot)
                yield place.child
            finally:
                if place.child is not None:
                    place.asked = self._learnt(wanted, place.child)
                self._idle.append(place)

    async def close(self) -> None:
        """End every child that is not lent."""
        for place in self._idle:
            if place.child is not None:
                await place.child.close()

    def _learnt(self, wanted: EngineSpec, child: EngineChild) -> EngineSpec:
        """Remember what a spec turned out to mean."""
        if child.info is None or child.is_degraded:
            return wanted
        if wanted.engine == "auto":
            self._auto = child.info.name
            wanted = replace(wanted, engine=child.info.name)
        self._offers[_models(wanted)] = Offer(child.info.name, child.info.model, child.info.identity)
        return wanted

    def _place_for(self, wanted: EngineSpec) -> _SlotInUse:
        """With the wanted model, else an empty one, else the one that nobody has asked for longest."""
        having = (place for place in self._idle if place.asked == wanted)
        empty = (place for place in self._idle if place.child is None)
        place = next(having, None) or next(empty, None) or self._idle[0]
        self._idle.remove(place)
        return place

    def _child(self, wanted: EngineSpec, slot: EngineSlot | None) -> EngineChild:
        if slot is not None:
            batch = wanted.batch_size or slot.batch_size
            is_the_stations = wanted.model == self._spec.model and wanted.engine in {self._spec.engine, self._auto}
            if not (is_the_stations or wanted.batch_size):  # another model takes another share of the slot
                batch = slot.batch_for(memory_estimate_of(wanted, wanted.device))
            wanted = replace(wanted, batch_size=batch, card=slot.card)
        return EngineChild(wanted, recycle_after=self._recycle_after)


def _models(spec: EngineSpec) -> tuple[str, str, str]:
    """The part of a spec that says which models there are."""
    return spec.engine, spec.model, spec.align_model
