"""The parent's side: one child process per model, that may crash, hang or starve without taking anything along.

Native speech libraries abort, run out of memory and hang in ways no ``except`` can catch. So they live in a process of
their own; here its answers, its silence and its exit status become results and reasons. Not safe for two requests at
once: give each concurrent slice a child of its own.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

from pydantic import TypeAdapter

from services.transcriber.engines.exits import ExitReason
from services.transcriber.engines.fallback import fallback_steps
from services.transcriber.engines.hardware import environment_for
from services.transcriber.engines.pipes import ChildProcess, OutOfMemory, ended, error_of
from services.transcriber.engines.values import EngineInfo, EngineSpec, SliceRequest, SliceResult
from shared import metrics
from shared.errors import ArchivistError, RanShort, Unusable
from shared.quality.spans import Span

_PROGRAM = "services.transcriber.decoding.child_process"
_NO_MODEL_IN_TIME = {"model_download_failed", "engine_load_timeout"}
_INFO = TypeAdapter(EngineInfo)
_REQUEST = TypeAdapter(SliceRequest)


@dataclass(frozen=True, slots=True)
class _Shortage:
    """Memory that ran out, and what may still be tried."""

    reason: ExitReason
    given_up: tuple[str, ...]
    """Before it."""
    steps: Iterator[tuple[EngineSpec, str]]


class EngineChild:
    """A speech model in a process of its own, started when first needed and started again when it dies.

    What was given up when memory ran out stays given up for some slices, which all say so: taking it back at once
    would fail, and cost a load, once per slice. After ``retry_slices`` of them, or when nothing was asked for
    ``retry_idle_s``, everything is tried again, for whatever took the memory may be gone; each time that is in vain,
    twice as many slices pass before the next.
    """

    def __init__(
        self,
        spec: EngineSpec,
        *,
        recycle_after: int = 50,
        load_timeout_s: float = 900.0,
        retry_slices: int = 5,
        retry_idle_s: float = 300.0,
    ) -> None:
        self._wanted = spec
        self._spec = spec
        self._recycle_after = recycle_after
        self._load_timeout_s = load_timeout_s
        self._retry_slices = retry_slices
        self._retry_idle_s = retry_idle_s
        self._child: ChildProcess | None = None
        self._served = 0
        self._degradations: tuple[str, ...] = ()
        self._shortage: _Shortage | None = None
        self._absent: list[str] = []
        self._patience, self._made_do, self._idle_since = retry_slices, 0, monotonic()
        self._ended_for: str | None = None
        self._cancelled = False
        self.info: EngineInfo | None = None
        """What the last loaded child said about itself."""

    @property
    def is_degraded(self) -> bool:
        """Whether something has been given up because memory ran out."""
        return bool(self._degradations)

    @property
    def pid(self) -> int | None:
        """The running child's process id."""
        return self._child.process.pid if self._child else None

    async def start(self) -> EngineInfo:
        """Load and warm up now, with less where memory does not suffice; harmless when already running.

        Raises Unusable when the model, device or arithmetic cannot work here, with one sentence that says why.
        """
        while self._child is None:
            try:
                self._child, self.info = await self._launch()
                self._served, self._shortage = 0, None
            except OutOfMemory as starved:
                self._ended_for = starved.reason.code
                self._step_down(starved.reason, None)
            except ArchivistError as refusal:
                self._ended_for = refusal.code
                if not self._is_about_the_step(refusal):
                    raise
                self._next_step()
        assert self.info is not None
        return self.info

    async def transcribe(
        self,
        flac: Path,
        start_ms: int,
        end_ms: int,
        request: SliceRequest,
        *,
        timeout_s: float,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> SliceResult:
        """The words of one span of a decoded recording; ``request.speech`` and the result count from its start.

        ``on_progress`` receives speech done and speech in all, in milliseconds. When memory runs out the same span is
        tried again with less, and the result says what was given up. Cancelling the awaiting task kills the child.

        Raises RanShort (``engine_timeout``, and ``engine_out_of_memory`` when nothing is left to give up), Temporary
        (``engine_killed``, ``engine_aborted``, ``engine_crashed``, ``engine_exited``, ``engine_failed``, ``cancelled``)
        or what :meth:`start` raises. After any of them the next call starts a fresh child.
        """
        command = {
            "flac": str(flac),
            "start_ms": start_ms,
            "end_ms": end_ms,
            "request": _REQUEST.dump_python(request, mode="json"),
        }
        result = SliceResult.from_json(json.dumps(await self._answer_to(command, timeout_s, on_progress)))
        return await self._served_with(result, end_ms - start_ms)

    async def hear_languages(self, flac: Path, spans: Sequence[Span], *, timeout_s: float) -> list[dict[str, float]]:
        """How probable each language is in each span, of at most 30 s; only for a multilingual model.

        Raises what :meth:`transcribe` raises.
        """
        command = {"flac": str(flac), "languages_in": [[span.start_ms, span.end_ms] for span in spans]}
        heard: list[dict[str, float]] = await self._answer_to(command, timeout_s)
        self._idle_since = monotonic()
        return heard

    async def cancel(self) -> None:
        """End the request at work, at once; its caller gets Temporary (``cancelled``)."""
        self._cancelled = True
        await self._discard("cancelled")

    async def close(self) -> None:
        """End the child; a later request starts a fresh one, with everything that was given up taken back."""
        await self._discard("closed")
        self._take_back()

    async def _launch(self) -> tuple[ChildProcess, EngineInfo]:
        if self._ended_for is not None:
            metrics.ENGINE_RESTARTS.labels(self._ended_for).inc()
            self._ended_for = None
        child = await ChildProcess.spawn(
            _PROGRAM,
            asdict(self._spec),
            memory_is_capped=self._spec.memory_limit_bytes > 0,
            environment=environment_for(self._spec.card),
        )
        try:
            async with asyncio.timeout(self._load_timeout_s):
                answer = await child.answer()
        except TimeoutError as late:
            await child.kill()
            raise RanShort("Loading the speech model took too long.", code="engine_load_timeout") from late
        except BaseException:
            await child.kill()
            raise
        if answer is None:
            raise await ended(child, cancelled=self._cancelled)
        if answer["event"] != "ready":
            await child.kill()
            raise error_of(answer)
        return child, _INFO.validate_python(answer["engine"])

    async def _answer_to(
        self, command: dict[str, Any], timeout_s: float, on_progress: Callable[[int, int], None] | None = None
    ) -> Any:
        """Ask until somebody has the memory to answer; a child that could not is replaced by one that takes less."""
        self._cancelled = False
        await self._perhaps_take_back()
        while True:
            await self.start()
            try:
                return await self._ask(command, timeout_s, on_progress)
            except OutOfMemory as starved:
                info = self.info
                await self._discard(starved.reason.code)
                self._step_down(starved.reason, info)
            except BaseException as error:
                await self._discard(error.code if isinstance(error, ArchivistError) else "cancelled")
                raise

    async def _ask(
        self, command: dict[str, Any], timeout_s: float, on_progress: Callable[[int, int], None] | None
    ) -> Any:
        child = self._child
        assert child is not None
        try:
            async with asyncio.timeout(timeout_s):
                await child.send(command)
                while (answer := await child.answer()) is not None:
                    if answer["event"] == "result":
                        return answer["result"]
                    if answer["event"] == "failed":
                        raise error_of(answer)
                    if on_progress is not None:
                        on_progress(answer["done_ms"], answer["of_ms"])
        except TimeoutError as late:
            raise RanShort(
                f"The speech engine did not finish within {timeout_s:.0f} s and was ended.", code="engine_timeout"
            ) from late
        raise await ended(child, cancelled=self._cancelled)

    async def _served_with(self, result: SliceResult, length_ms: int) -> SliceResult:
        """The result with what was given up for it; a child that has had its share of slices is replaced."""
        self._served += 1
        self._idle_since = monotonic()
        if self._degradations:
            self._made_do += 1
        else:
            self._patience = self._retry_slices
        is_smaller = self._spec.model != self._wanted.model
        result = replace(
            result,
            degradations=self._degradations,
            smaller_model=(Span(0, length_ms),) if is_smaller else (),
        )
        if self._served >= self._recycle_after:
            await self._discard("recycled")
            self._take_back()
        return result

    def _step_down(self, reason: ExitReason, running: EngineInfo | None) -> None:
        self._shortage = _Shortage(reason, self._degradations, fallback_steps(self._spec, running))
        self._next_step()

    def _next_step(self) -> None:
        """Take it. Raises RanShort, back at what was wanted, when nothing is left: the next slice may need less."""
        assert self._shortage is not None
        step = next(self._shortage.steps, None)
        if step is None:
            error = _nothing_left(self._shortage.reason, self._absent)
            self._take_back()
            raise error
        self._spec, given_up = step
        self._degradations = (*self._shortage.given_up, given_up)

    def _is_about_the_step(self, refusal: ArchivistError) -> bool:
        """Whether what cannot be loaded is only a step: a model that is not here, arithmetic the device lacks."""
        if self._shortage is None:
            return False
        if not isinstance(refusal, Unusable) and refusal.code not in _NO_MODEL_IN_TIME:
            return False
        if self._spec.model != self._wanted.model and self._spec.model not in self._absent:
            self._absent.append(self._spec.model)
        return True

    async def _perhaps_take_back(self) -> None:
        is_quiet = monotonic() - self._idle_since >= self._retry_idle_s
        if self._degradations and (is_quiet or self._made_do >= self._patience):
            self._patience *= 2
            await self._discard("all_wanted_again")
            self._take_back()

    def _take_back(self) -> None:
        self._spec, self._degradations, self._shortage, self._made_do = self._wanted, (), None, 0
        self._absent.clear()

    async def _discard(self, why: str) -> None:
        child, self._child = self._child, None
        if child is not None:
            self._ended_for = why
            await child.kill()


def _nothing_left(reason: ExitReason, absent: Sequence[str]) -> ArchivistError:
    """For the one slice: memory ran out, and what would have made a smaller step possible."""
    fetch = (
        f" A smaller model would have been tried, but could not be had here: fetch {' or '.join(absent)} with "
        "`archivist models fetch`."
        if absent
        else ""
    )
    text = f"{reason.message} Nothing is left to give up.{fetch}"
    return replace(reason, message=text).error()
