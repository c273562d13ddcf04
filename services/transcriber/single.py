"""One file, no station: the same stages as the service's, without database, Redis or Cablecast.

Every finished slice is kept in the output folder until the captions are written, so an interrupted run goes on where
it was when it is started again with the same choices.
"""

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from pathlib import Path

from services.transcriber.composing.assemble import Transcript
from services.transcriber.composing.better_decode import DecodedSlice
from services.transcriber.composing.compose import CaptionChoices, Composition, RecordingFacts
from services.transcriber.composing.outputs import KeptEdits, write_outputs
from services.transcriber.composing.telling_apart import try_speakers
from services.transcriber.decoding.plan import SliceOptions, SliceSpan
from services.transcriber.decoding.prepare import Prepared, plan_as_json, plan_from_json, prepare
from services.transcriber.engines.diarize import DiarizationSpec
from services.transcriber.engines.pool import SpeechPool
from services.transcriber.engines.sizing import EngineSlot
from services.transcriber.engines.values import EngineInfo, EngineSpec, SliceRequest, SliceResult
from services.transcriber.gateways.summariser import Summariser
from services.transcriber.stages import Report, ShouldStop, finish_stage, in_thread, plan_stage, slice_stage
from shared.errors import ArchivistError, Temporary, Unusable
from shared.languages import ENGLISH, require_language
from shared.meetings import hotwords
from shared.quality import Span
from shared.quality.spans import clipped, total_ms
from shared.speaker_cast import Speakers
from shared.storage.files import read_regular, write_atomically


@dataclass(frozen=True, slots=True)
class SingleOrder:
    """What is wanted of one file."""

    media: Path
    out: Path
    spec: EngineSpec
    choices: CaptionChoices
    slices: SliceOptions
    workers: int
    slots: tuple[EngineSlot, ...] = ()
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
    slices: tuple[DecodedSlice, ...] = ()
    """What the captions were made of, both results of what was sent back, with what decoding them took."""


async def transcribe_file(
    order: SingleOrder, report: Report, *, lent: SpeechPool | None = None, summariser: Summariser | None = None
) -> SingleResult:
    """Words, captions and the quality report of one local file; raises ``ArchivistError`` with a sentence.

    A pool that is ``lent`` may have its engines loaded, and stays open for the next file.
    """
    pool = lent or SpeechPool(order.spec, order.workers, slots=order.slots)
    try:
        if lent is None:
            report("loading the speech model", 0.0)
        engine = await pool.check()
        require_language(order.choices.language, engine.model, None if engine.is_multilingual else ENGLISH)
        prepared, language = await _planned(order, pool, report)
        source, choices = _source(order), replace(order.choices, language=language)
        kept, made = _FolderCheckpoints(order, prepared, choices, pool, report), None
        while made is None:
            again = bool(kept.sent_back)
            made = await finish_stage(kept, prepared, source, choices, summariser, is_last=again, report=report)
        transcript, composition = made.transcript, _only(order.formats, made.composition)
        written, edited = await asyncio.to_thread(write_outputs, order.out, composition, transcript, source, choices)
    finally:
        if lent is None:
            await pool.close()
    notes = [note for note in (engine.passed_over, made.no_abstract, _what_changed(order), _what_stays(edited)) if note]
    shutil.rmtree(order.keep, ignore_errors=True)
    files = {kind: order.out / entry["name"] for kind, entry in written.items()}
    used = transcript.engine or engine
    return SingleResult(files, composition, transcript, used, language, tuple(notes), kept.decoded)


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


def _what_stays(edited: Sequence[KeptEdits]) -> str | None:
    if not edited:
        return None
    stay, new = [name for each in edited for name in each.names], [each.beside for each in edited]
    was, stays, them = (
        ("it was", "it stays as it is", "it") if len(stay) == 1 else ("they were", "they stay as they are", "them")
    )
    beside = f"The new one is beside {them}" if len(new) == 1 else f"The new ones are beside {them}"
    return f"{', '.join(stay)}: edited since {was} written here, so {stays}. {beside}: {', '.join(new)}."


def _only(formats: frozenset[str] | None, composition: Composition) -> Composition:
    if formats is None:
        return composition
    wanted = formats | {"quality"}
    return replace(composition, files={kind: text for kind, text in composition.files.items() if kind in wanted})


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


async def _planned(order: SingleOrder, pool: SpeechPool, report: Report) -> tuple[Prepared, str]:
    """The plan, and the language in which it is decoded."""
    what = "reading the sound"
    report(what, 0.0)
    prepared, token = await in_thread(lambda stop: _prepared(order, lambda share: report(what, share), stop))
    planned, language = await plan_stage(prepared, order.choices.language, order.flac, pool.engine(), report)
    if planned != prepared:
        await asyncio.to_thread(_keep_plan, order, token, planned)
    return planned, language


def _prepared(
    order: SingleOrder, on_progress: Callable[[float], None], should_stop: ShouldStop
) -> tuple[Prepared, str]:
    """Decode and plan, or find both as an earlier run left them; and the fingerprint of what was read."""
    plan, token = order.keep / "plan.json", _fingerprint(order)
    if plan.is_file() and order.flac.is_file():
        kept = json.loads(read_regular(plan))
        if kept["token"] == token:
            return plan_from_json(kept["plan"], kept["slices"]), token
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
    return prepared, token


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
        order.choices.other_languages,
        hotwords(order.choices.vocabulary).names,
    ]
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()


class _FolderCheckpoints:
    """Where one file's finished slices are kept; one that an earlier run left is not decoded again."""

    def __init__(
        self, order: SingleOrder, prepared: Prepared, choices: CaptionChoices, pool: SpeechPool, report: Report
    ) -> None:
        self._order, self._prepared, self._choices = order, prepared, choices
        self._pool, self._report = pool, report
        self._speakers: Speakers | None = None
        self.sent_back: Mapping[int, tuple[str, ...]] = {}
        self.decoded: tuple[DecodedSlice, ...] = ()

    async def slices(self) -> tuple[DecodedSlice, ...]:
        """Decode what is not there yet."""
        spans, back = self._prepared.slices, self.sent_back
        what = "listening again, carefully" if back else "transcribing"
        progress = _SpeechDone(what, self._prepared, back or range(len(spans)), self._report)

        async def one(span: SliceSpan) -> DecodedSlice:
            first = await self._result(span, progress, careful=False)
            decoded = DecodedSlice(span.start_ms, span.end_ms, first, back.get(span.index, ()))
            if span.index not in back:
                return decoded
            try:
                return replace(decoded, second=await self._result(span, progress, careful=True))
            except ArchivistError as error:  # as in the service: the first result is then the best there is
                return replace(decoded, failure=error.message)

        self.decoded = tuple(await _all_or_none([asyncio.create_task(one(span)) for span in spans]))
        return self.decoded

    async def speakers(self, speech: Sequence[Span]) -> Speakers | None:
        """They are told apart once, where that was asked for."""
        spec, what = self._order.diarization, "telling speakers apart"
        if spec is None or self._speakers is not None:
            return self._speakers
        self._report(what, 0.0)
        self._speakers = await try_speakers(
            self._order.flac,
            spec,
            timeout_s=self._order.diarization_timeout_s,
            speech=speech,
            on_progress=lambda done, of: self._report(what, done / of),
        )
        return self._speakers

    async def send_back(self, composition: Composition, slices: Mapping[int, tuple[str, ...]]) -> None:
        """They are decoded again when the slices are next asked for."""
        self.sent_back = slices

    async def _result(self, span: SliceSpan, progress: "_SpeechDone", *, careful: bool) -> SliceResult:
        file = self._order.keep / ("careful" if careful else "fast") / f"slice-{span.index:04d}.json"
        if file.is_file():
            result = SliceResult.from_json(read_regular(file))
        else:
            place, decode = Span(span.start_ms, span.end_ms), partial(self._decode, span, progress)
            result = await slice_stage(self._prepared.heard, place, self._choices, decode, careful=careful)
            await asyncio.to_thread(write_atomically, file, result.to_json().encode())
        if careful or not self.sent_back:
            progress(span.index, result.speech_ms)
        return result

    async def _decode(self, span: SliceSpan, progress: "_SpeechDone", request: SliceRequest) -> SliceResult:
        order = self._order
        options = replace(request.options, beam_size=order.spec.options.beam_size)
        async with self._pool.engine() as engine:
            return await engine.transcribe(
                order.flac,
                span.start_ms,
                span.end_ms,
                replace(request, options=options),
                timeout_s=order.slice_timeout_s,
                on_progress=lambda done_ms, _: progress(span.index, done_ms),
            )


class _SpeechDone:
    """Counts the speech that is done in some slices, for the progress bar."""

    def __init__(self, what: str, prepared: Prepared, numbers: Iterable[int], report: Report) -> None:
        spans = [prepared.slices[number] for number in numbers]
        speech = [clipped(prepared.heard.speech, span.start_ms, span.end_ms) for span in spans]
        self._total_ms = max(1, sum(map(total_ms, speech)))
        self._what, self._report = what, report
        self._done_ms: dict[int, int] = {}
        report(what, 0.0)

    def __call__(self, number: int, speech_ms: int) -> None:
        self._done_ms[number] = speech_ms
        self._report(self._what, min(1.0, sum(self._done_ms.values()) / self._total_ms))


async def _all_or_none(tasks: list[asyncio.Task[DecodedSlice]]) -> list[DecodedSlice]:
    """When one fails, or Ctrl-C comes, the others are ended too; what they finished is on disk."""
    try:
        return [await task for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
