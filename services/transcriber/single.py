"""One file, no station: the same stages as the service's, without database, Redis or Cablecast.

Every finished slice is kept in the output folder until the captions are written, so an interrupted run goes on where
it was when it is started again with the same choices.
"""

import asyncio
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from services.transcriber.composing.assemble import Transcript
from services.transcriber.composing.better_decode import DecodedSlice, assemble_best
from services.transcriber.composing.compose import CaptionChoices, Composition, RecordingFacts, compose
from services.transcriber.composing.outputs import write_outputs
from services.transcriber.composing.summarise import try_abstract
from services.transcriber.composing.telling_apart import try_speakers, with_speakers
from services.transcriber.decoding.language import find_language
from services.transcriber.decoding.plan import SliceOptions, SliceSpan
from services.transcriber.decoding.prepare import (
    Prepared,
    nothing_said,
    plan_as_json,
    plan_from_json,
    prepare,
    request_for,
)
from services.transcriber.engines.diarize import DiarizationSpec
from services.transcriber.engines.pool import SpeechPool
from services.transcriber.engines.sizing import EngineSlot
from services.transcriber.engines.values import Effort, EngineInfo, EngineSpec, SliceResult
from services.transcriber.gateways.summariser import Summariser
from shared.errors import ArchivistError, Temporary, Unusable
from shared.languages import AUTO, ENGLISH, require_language
from shared.meetings import hotwords
from shared.quality import Outcome, Span, sent_back
from shared.quality.spans import clipped, total_ms
from shared.speakers import Speakers
from shared.storage.files import read_regular, write_atomically

Report = Callable[[str, float], None]
"""Receives what is being done and how much of it, 0 to 1."""


@dataclass(frozen=True, slots=True)
class SingleOrder:
    """What is wanted of one file."""

    media: Path
    out: Path
    spec: EngineSpec
    choices: CaptionChoices
    slices: SliceOptions
    workers: int
    seats: tuple[EngineSlot, ...] = ()
    """Card and batch of each worker; without them every worker sees what we see."""
    slice_timeout_s: float = 7200.0
    frame_rate: Fraction | None = None
    drop_frame: bool | None = None
    diarization: DiarizationSpec | None = None
    """None leaves the speakers alone."""
    diarization_timeout_s: float = 14400.0
    formats: frozenset[str] | None = None
    """Which files are wanted beside the report and the manifest, by the names of ``compose``; None for all."""

    @property
    def keep(self) -> Path:
        """What an interrupted run leaves for the next one: the sound, the plan, and every finished slice."""
        return self.out / ".work"

    @property
    def flac(self) -> Path:
        """The decoded sound."""
        return self.keep / "audio.flac"


@dataclass(frozen=True, slots=True)
class SingleResult:
    """What came of it."""

    files: dict[str, Path]
    composition: Composition
    transcript: Transcript
    engine: EngineInfo | None
    language: str
    """The one that was named, or found."""
    notes: tuple[str, ...] = ()
    """What else a person should know, in sentences."""


@dataclass(frozen=True, slots=True)
class _Job:
    """An order whose sound has been read, with the engines that work on it and whoever is told how far it is."""

    order: SingleOrder
    prepared: Prepared
    pool: SpeechPool
    report: Report


async def transcribe_file(
    order: SingleOrder, report: Report, *, lent: SpeechPool | None = None, summariser: Summariser | None = None
) -> SingleResult:
    """Words, captions and the quality report of one local file; raises ``ArchivistError`` with a sentence.

    A pool that is ``lent`` may have its engines loaded, and stays open for the next file.
    """
    pool = lent or SpeechPool(order.spec, order.workers, seats=order.seats)
    try:
        if lent is None:
            report("loading the speech model", 0.0)
        engine = await pool.check()
        require_language(order.choices.language, engine.model, None if engine.is_multilingual else ENGLISH)
        job = await _with_language(_Job(order, await _read_sound(order, report), pool, report))
        choices = job.order.choices
        slices = await _decoded_fast(job)
        speakers = await _speakers(job, order.diarization) if order.diarization is not None else None
        transcript, composition = await _composed(job, slices, speakers)
        if composition.report.outcome is Outcome.DECODE_AGAIN:
            slices = await _decoded_again(job, slices, composition)
            transcript, composition = await _composed(job, slices, speakers, is_second=True)
        if summariser is not None:
            report("summarising", 0.0)
        composition, no_abstract = await try_abstract(composition, transcript, _source(order), summariser)
        composition = _only(order.formats, composition)
        written, edited = await asyncio.to_thread(
            write_outputs, order.out, composition, transcript, _source(order), choices
        )
    finally:
        if lent is None:
            await pool.close()
    notes = [note for note in (engine.passed_over, no_abstract, _what_changed(order), _what_stays(edited)) if note]
    shutil.rmtree(order.keep, ignore_errors=True)
    files = {kind: order.out / entry["name"] for kind, entry in written.items()}
    return SingleResult(files, composition, transcript, transcript.engine or engine, choices.language, tuple(notes))


def owner_of(folder: Path) -> str | None:
    """The recording whose captions are in a folder, or are being made there, as ``written_name`` has it."""
    for file, keys in (("manifest.json", ("source", "path")), (".work/plan.json", ("recording",))):
        try:
            found = json.loads(read_regular(folder / file))
            for key in keys:
                found = found[key]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        return str(found)
    return None


def written_name(name: str) -> str:
    """A name as it can stand in a text file, for not every name's bytes are UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def _what_changed(order: SingleOrder) -> str | None:
    try:
        is_same = json.loads(read_regular(order.keep / "plan.json"))["token"] == _fingerprint(order)
    except Unusable:
        is_same = False
    return None if is_same else "The recording has changed since its sound was read: its captions are of what it was."


def _what_stays(edited: Sequence[str]) -> str | None:
    if not edited:
        return None
    names = ", ".join(edited)
    if len(edited) == 1:
        return f"{names}: edited since it was written here, so it stays as it is. The new one is beside it, named .new."
    return (
        f"{names}: edited since they were written here, so they stay as they are. The new ones are beside them,"
        " named .new."
    )


def _only(formats: frozenset[str] | None, composition: Composition) -> Composition:
    if formats is None:
        return composition
    wanted = formats | {"quality"}
    return replace(composition, files={kind: text for kind, text in composition.files.items() if kind in wanted})


async def _read_sound(order: SingleOrder, report: Report) -> Prepared:
    """Read it in a thread, which ends soon after we are told to."""
    what = "reading the sound"
    report(what, 0.0)
    stop = threading.Event()
    try:
        return await asyncio.to_thread(_prepared, order, lambda share: report(what, share), stop.is_set)
    finally:
        stop.set()


async def _with_language(job: _Job) -> _Job:
    """The job in the language that is spoken, where its order asks for that; English where it cannot be found out."""
    order, prepared = job.order, job.prepared
    if order.choices.language != AUTO:
        return job
    found = prepared.heard.language
    if found is None and prepared.heard.speech:
        job.report("finding out the language", 0.0)
        async with job.pool.engine() as engine:
            found = await find_language(engine, order.flac, prepared.heard.speech)
        prepared = prepared.in_language(found)
        await asyncio.to_thread(_keep_plan, order, _fingerprint(order), prepared)
    choices = replace(order.choices, language=found.code if found else "en")
    return replace(job, order=replace(order, choices=choices), prepared=prepared)


async def _speakers(job: _Job, spec: DiarizationSpec) -> Speakers:
    what = "telling speakers apart"
    job.report(what, 0.0)
    return await try_speakers(
        job.order.flac,
        spec,
        timeout_s=job.order.diarization_timeout_s,
        on_progress=lambda done, of: job.report(what, done / of),
    )


async def _composed(
    job: _Job, slices: Sequence[DecodedSlice], speakers: Speakers | None, *, is_second: bool = False
) -> tuple[Transcript, Composition]:
    job.report("writing captions", 0.0)
    order = job.order

    def blocking() -> tuple[Transcript, Composition]:
        best = with_speakers(assemble_best(job.prepared.heard, slices, order.choices.thresholds), speakers)
        # Where nobody speaks there is nothing that could be decoded more carefully.
        no_use = is_second or not best.speech
        return best, compose(best, job.prepared.decoded, _source(order), order.choices, second_decode_done=no_use)

    return await asyncio.to_thread(blocking)


def _source(order: SingleOrder) -> RecordingFacts:
    state = _state(order)
    return RecordingFacts(
        title=written_name(order.media.stem),
        path=written_name(str(order.media)),
        recorded_at=datetime.fromtimestamp(state.st_mtime, UTC),
        size_bytes=state.st_size,
        frame_rate=order.frame_rate,
        drop_frame=order.drop_frame,
    )


def _state(order: SingleOrder) -> os.stat_result:
    try:
        return order.media.stat()
    except OSError as error:
        raise Unusable(f"The recording cannot be read ({error.strerror}).", code="media_unreadable") from error


def _prepared(order: SingleOrder, on_progress: Callable[[float], None], should_stop: Callable[[], bool]) -> Prepared:
    """Decode and plan, or find both as an earlier run left them."""
    plan, token = order.keep / "plan.json", _fingerprint(order)
    if plan.is_file() and order.flac.is_file():
        kept = json.loads(read_regular(plan))
        if kept["token"] == token:
            decoded, heard = plan_from_json(kept["plan"])
            spans = tuple(SliceSpan(number, start, end, ()) for number, (start, end) in enumerate(kept["slices"]))
            return Prepared(decoded, heard, spans)
    shutil.rmtree(order.keep, ignore_errors=True)
    prepared = prepare(
        order.media,
        order.flac,
        language=order.choices.language,
        slices=order.slices,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    if should_stop():  # What was decoded may have ended early, with whoever told us to end.
        raise Temporary("Reading the sound was stopped.", code="stopped")
    if _fingerprint(order) != token:
        raise Temporary(
            "The recording changed while it was read: something still writes it. Try again when it is complete.",
            code="media_changing",
            outside=True,
        )
    _keep_plan(order, token, prepared)
    return prepared


def _keep_plan(order: SingleOrder, token: str, prepared: Prepared) -> None:
    body = {
        "token": token,
        "recording": written_name(str(order.media)),
        "plan": plan_as_json(prepared),
        "slices": [[span.start_ms, span.end_ms] for span in prepared.slices],
    }
    write_atomically(order.keep / "plan.json", json.dumps(body).encode())


def _fingerprint(order: SingleOrder) -> str:
    """The same for the same file and the same choices that change the words."""
    state = _state(order)
    facts = [
        str(order.media.resolve()),
        state.st_size,
        state.st_mtime_ns,
        asdict(order.spec),
        asdict(order.slices),
        order.choices.language,
        hotwords(order.choices.vocabulary).names,
    ]
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()


async def _decoded_fast(job: _Job) -> list[DecodedSlice]:
    told = _Told("transcribing", job.prepared.slices, job)

    async def one(span: SliceSpan) -> DecodedSlice:
        return DecodedSlice(span.start_ms, span.end_ms, await _kept(job, span, told, careful=False))

    return await _all_or_none([asyncio.create_task(one(span)) for span in job.prepared.slices])


async def _decoded_again(job: _Job, slices: Sequence[DecodedSlice], composition: Composition) -> list[DecodedSlice]:
    """The slices that the quality gate sends back, once more with care; the others as they are."""
    spans = job.prepared.slices
    places = [Span(span.start_ms, span.end_ms) for span in spans]
    back = sent_back(composition.evidence, composition.report, job.order.choices.thresholds, places)
    told = _Told("listening again, carefully", [spans[index] for index in back], job)

    async def one(index: int, first: DecodedSlice) -> DecodedSlice:
        if index not in back:
            return first
        try:
            second = await _kept(job, spans[index], told, careful=True)
        except ArchivistError as error:  # as in the service: the first result is then the best there is
            return replace(first, because=back[index], failure=error.message)
        return replace(first, because=back[index], second=second)

    return await _all_or_none([asyncio.create_task(one(*pair)) for pair in enumerate(slices)])


class _Told:
    """Counts the speech that is done in some slices, for the progress bar."""

    def __init__(self, what: str, spans: Sequence[SliceSpan], job: _Job) -> None:
        speech = [clipped(job.prepared.heard.speech, span.start_ms, span.end_ms) for span in spans]
        self._total_ms = max(1, sum(map(total_ms, speech)))
        self._what, self._report = what, job.report
        self._done_ms: dict[int, int] = {}
        job.report(what, 0.0)

    def __call__(self, number: int, speech_ms: int) -> None:
        self._done_ms[number] = speech_ms
        self._report(self._what, min(1.0, sum(self._done_ms.values()) / self._total_ms))


async def _kept(job: _Job, span: SliceSpan, told: _Told, *, careful: bool) -> SliceResult:
    """The result of one slice as an earlier run left it, or decoded now and left for a later one."""
    file = job.order.keep / ("careful" if careful else "fast") / f"slice-{span.index:04d}.json"
    if file.is_file():
        result = SliceResult.from_json(read_regular(file))
    else:
        result = await _slice(job, span, lambda ms: told(span.index, ms), careful=careful)
        await asyncio.to_thread(write_atomically, file, result.to_json().encode())
    told(span.index, result.speech_ms)
    return result


async def _slice(job: _Job, span: SliceSpan, on_progress: Callable[[int], None], *, careful: bool) -> SliceResult:
    order = job.order
    request = request_for(
        job.prepared.heard,
        span.start_ms,
        span.end_ms,
        replace(
            order.spec.options,
            language=order.choices.language,
            effort=Effort.CAREFUL if careful else Effort.FAST,
            vocabulary=order.choices.hotwords.names,
        ),
    )
    if not request.speech:
        return nothing_said(order.choices.language)
    async with job.pool.engine() as engine:
        return await engine.transcribe(
            order.flac,
            span.start_ms,
            span.end_ms,
            request,
            timeout_s=order.slice_timeout_s,
            on_progress=lambda done, _: on_progress(done),
        )


async def _all_or_none(tasks: list[asyncio.Task[DecodedSlice]]) -> list[DecodedSlice]:
    """When one fails, or Ctrl-C comes, the others are ended too; what they finished is on disk."""
    try:
        return [await task for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
