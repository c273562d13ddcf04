"""One file, no station: the same stages as the service's, without database, Redis or Cablecast.

Every finished slice is kept in the output folder until the captions are written, so an interrupted run goes on where
it was when it is started again with the same choices.
"""

import asyncio
import hashlib
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from services.transcriber.assemble import Transcript, assemble
from services.transcriber.compose import Choices, Composition, Source, compose
from services.transcriber.engines.diarize import DiarizationSpec
from services.transcriber.engines.values import EngineInfo, EngineSpec, SliceResult
from services.transcriber.outputs import write_outputs
from services.transcriber.plan import SliceOptions, SliceSpan
from services.transcriber.prepare import (
    Prepared,
    nothing_said,
    plan_as_json,
    plan_from_json,
    prepare,
    request_for,
)
from services.transcriber.speech import SpeechPool
from services.transcriber.telling_apart import try_speakers, with_speakers
from shared.meetings import hotwords
from shared.quality import Outcome
from shared.speakers import Speakers
from shared.storage.files import write_atomically

Report = Callable[[str, float], None]
"""Receives what is being done and how much of it, 0 to 1."""


@dataclass(frozen=True, slots=True)
class SingleOrder:
    """What is wanted of one file."""

    media: Path
    out: Path
    spec: EngineSpec
    choices: Choices
    slices: SliceOptions
    workers: int
    slice_timeout_s: float = 7200.0
    frame_rate: Fraction | None = None
    drop_frame: bool | None = None
    diarization: DiarizationSpec | None = None
    """None leaves the speakers alone."""
    diarization_timeout_s: float = 14400.0


@dataclass(frozen=True, slots=True)
class SingleResult:
    """What came of it."""

    files: dict[str, Path]
    composition: Composition
    transcript: Transcript
    engine: EngineInfo | None


async def transcribe_file(order: SingleOrder, report: Report) -> SingleResult:
    """Words, captions and the quality report of one local file; raises ``ArchivistError`` with a sentence."""
    keep = order.out / ".work"
    pool = SpeechPool(order.spec, order.workers)
    try:
        engine = await pool.check()
        report("reading the sound", 0.0)
        prepared = await asyncio.to_thread(_prepared, order, keep, lambda share: report("reading the sound", share))
        careful, speakers = False, None
        while True:
            results = await _all_slices(
                order, prepared, pool, keep / ("careful" if careful else "fast"), report, careful
            )
            transcript = assemble(prepared.heard, results)
            if order.diarization is not None and speakers is None:
                speakers = await _speakers(keep / "audio.flac", order.diarization, order.diarization_timeout_s, report)
            transcript = with_speakers(transcript, speakers)
            report("writing captions", 0.0)
            composition = await asyncio.to_thread(
                compose, transcript, prepared.decoded, _source(order), order.choices, second_decode_done=careful
            )
            if composition.report.outcome is not Outcome.DECODE_AGAIN:
                break
            careful = True
        written = await asyncio.to_thread(
            write_outputs, order.out, composition, transcript, _source(order), order.choices
        )
    finally:
        await pool.close()
    shutil.rmtree(keep, ignore_errors=True)
    files = {kind: order.out / entry["name"] for kind, entry in written.items()}
    return SingleResult(files, composition, transcript, transcript.engine or engine)


async def _speakers(flac: Path, spec: DiarizationSpec, timeout_s: float, report: Report) -> Speakers:
    what = "telling speakers apart"
    report(what, 0.0)
    return await try_speakers(flac, spec, timeout_s=timeout_s, on_progress=lambda done, of: report(what, done / of))


def _source(order: SingleOrder) -> Source:
    state = order.media.stat()
    return Source(
        title=order.media.stem,
        path=str(order.media),
        recorded_at=datetime.fromtimestamp(state.st_mtime, UTC),
        size_bytes=state.st_size,
        frame_rate=order.frame_rate,
        drop_frame=order.drop_frame,
    )


def _prepared(order: SingleOrder, keep: Path, on_progress: Callable[[float], None]) -> Prepared:
    """Decode and plan, or find both as an earlier run left them."""
    flac, plan = keep / "audio.flac", keep / "plan.json"
    token = _fingerprint(order)
    if plan.exists() and flac.exists():
        kept = json.loads(plan.read_text())
        if kept["token"] == token:
            decoded, heard = plan_from_json(kept["plan"])
            spans = tuple(SliceSpan(number, start, end, ()) for number, (start, end) in enumerate(kept["slices"]))
            return Prepared(decoded, heard, spans)
    shutil.rmtree(keep, ignore_errors=True)
    prepared = prepare(order.media, flac, language=order.choices.language, slices=order.slices, on_progress=on_progress)
    body = {
        "token": token,
        "plan": plan_as_json(prepared),
        "slices": [[span.start_ms, span.end_ms] for span in prepared.slices],
    }
    write_atomically(plan, json.dumps(body).encode())
    return prepared


def _fingerprint(order: SingleOrder) -> str:
    """The same for the same file and the same choices that change the words."""
    state = order.media.stat()
    facts = [
        str(order.media.resolve()),
        state.st_size,
        state.st_mtime_ns,
        asdict(order.spec),
        asdict(order.slices),
        order.choices.language,
        hotwords(order.choices.vocabulary),
    ]
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()


async def _all_slices(
    order: SingleOrder, prepared: Prepared, pool: SpeechPool, keep: Path, report: Report, careful: bool
) -> list[tuple[int, SliceResult]]:
    total_ms = max(1, prepared.heard.speech_ms)
    done_ms: dict[int, int] = {}
    what = "listening again, carefully" if careful else "transcribing"

    def told(number: int, speech_ms: int) -> None:
        done_ms[number] = speech_ms
        report(what, min(1.0, sum(done_ms.values()) / total_ms))

    async def one(span: SliceSpan) -> tuple[int, SliceResult]:
        file = keep / f"slice-{span.index:04d}.json"
        if file.exists():
            result = SliceResult.from_json(file.read_bytes())
        else:
            result = await _slice(order, prepared, span, pool, careful, lambda ms: told(span.index, ms))
            await asyncio.to_thread(write_atomically, file, result.to_json().encode())
        told(span.index, result.speech_ms)
        return span.start_ms, result

    async with _all_or_none([asyncio.create_task(one(span)) for span in prepared.slices]) as tasks:
        return [await task for task in tasks]


async def _slice(
    order: SingleOrder,
    prepared: Prepared,
    span: SliceSpan,
    pool: SpeechPool,
    careful: bool,
    on_progress: Callable[[int], None],
) -> SliceResult:
    request = request_for(
        prepared.heard,
        span.start_ms,
        span.end_ms,
        language=order.choices.language,
        vocabulary=order.choices.vocabulary,
        careful=careful,
    )
    if not request.speech:
        return nothing_said(order.choices.language)
    async with pool.engine() as engine:
        return await engine.transcribe(
            order.out / ".work" / "audio.flac",
            span.start_ms,
            span.end_ms,
            request,
            timeout_s=order.slice_timeout_s,
            on_progress=lambda done, _: on_progress(done),
        )


@asynccontextmanager
async def _all_or_none(
    tasks: list[asyncio.Task[tuple[int, SliceResult]]],
) -> AsyncIterator[list[asyncio.Task[tuple[int, SliceResult]]]]:
    """When one fails, or Ctrl-C comes, the others are ended too; what they finished is on disk."""
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def with_workers(spec: EngineSpec, threads: int) -> EngineSpec:
    """The spec with ``threads`` for each worker, unless it names some."""
    return spec if spec.threads else replace(spec, threads=threads)
