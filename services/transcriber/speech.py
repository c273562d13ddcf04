"""The speech engines of one worker: as many child processes as slices may be worked on at once, shared by model."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from services.transcriber.engines.child import EngineChild
from services.transcriber.engines.values import EngineInfo, EngineSpec


class SpeechPool:
    """Lends a loaded engine to one slice at a time; a model nobody asks for gives way to one that is wanted."""

    def __init__(self, spec: EngineSpec, size: int, *, recycle_after: int = 50) -> None:
        self._spec = spec
        self._size = size
        self._recycle_after = recycle_after
        self._free = asyncio.Semaphore(size)
        self._idle: list[tuple[EngineSpec, EngineChild]] = []
        self._lent = 0

    @property
    def size(self) -> int:
        """Slices that may be worked on at once."""
        return self._size

    async def check(self) -> EngineInfo:
        """Load the station's model once, so that a missing model is said at the start and not in a job."""
        async with self.engine() as child:
            return await child.start()

    @asynccontextmanager
    async def engine(self, model: str | None = None, engine: str | None = None) -> AsyncIterator[EngineChild]:
        """An engine with ``model`` (the station's when None) for as long as the block lasts.

        ``engine`` names the kind in the same way. What is not there is said by the child's first request.
        """
        wanted = replace(self._spec, model=model or self._spec.model, engine=engine or self._spec.engine)
        async with self._free:
            self._lent += 1
            child = self._idle_with(wanted)
            try:
                if child is None:
                    await self._make_room()
                    child = EngineChild(wanted, recycle_after=self._recycle_after)
                yield child
            finally:
                self._lent -= 1
                if child is not None:
                    self._idle.append((wanted, child))

    async def close(self) -> None:
        """End every child."""
        while self._idle:
            await self._idle.pop()[1].close()

    def _idle_with(self, wanted: EngineSpec) -> EngineChild | None:
        for place, (spec, _) in enumerate(self._idle):
            if spec == wanted:
                return self._idle.pop(place)[1]
        return None

    async def _make_room(self) -> None:
        """Loaded models are large: never more of them, idle or lent, than slots."""
        while self._idle and len(self._idle) + self._lent > self._size:
            await self._idle.pop(0)[1].close()
