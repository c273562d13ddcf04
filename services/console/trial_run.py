"""Trying another speech model: the same stretches of the same recordings decoded by it, as a job would, and compared.

What is made on the way lies in a temporary folder, which is gone at the end, also after Ctrl-C.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from services.console.exit_status import unforeseen
from services.console.progress_display import Follower, Teller
from services.console.single_file import TypedOptions, order_for
from services.console.trial_comparison import Difference, compare, stretch_of, within
from services.console.trial_recordings import EarlierResult, TrialRecording
from services.transcriber.composing.assemble import Transcript
from services.transcriber.composing.better_decode import DecodedSlice, assemble_best
from services.transcriber.engines.pool import SpeechPool
from services.transcriber.hearing.probing import first_line, guards
from services.transcriber.single import SingleOrder, SingleResult, transcribe_file
from shared.captions import read_cue_list
from shared.captions.model import Cue
from shared.children import tied
from shared.errors import ArchivistError, Unusable
from shared.media.positions import length
from shared.quality import EngineFacts, Evidence, Span, Thresholds
from shared.quality.accuracy import estimated_accuracy, mistrusted_places
from shared.quality.spans import clipped, joined
from shared.settings import Settings

_HOUR_MS = 3_600_000
_NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one model is worth on one stretch, as far as it is known; None is never made up."""

    engine: str | None = None
    identity: str = ""
    decode_s: float | None = None
    """Seconds of decoding for an hour of the stretch, slice after slice: several at once take less."""
    processor_s: float | None = None
    """Seconds of processor time of decoding, for an hour of the stretch."""
    estimated_accuracy: float | None = None
    doubted: int | None = None
    """Places that a person is asked to look at."""


@dataclass(frozen=True, slots=True)
class TriedRecording:
    """What came of one recording: the comparison, or why there is none."""

    recording: TrialRecording
    stretch: Span = _NOWHERE
    difference: Difference | None = None
    old: Figures = Figures()
    new: Figures = Figures()
    took_s: float = 0.0
    """From reading the sound to captions, with everything in between."""
    error: ArchivistError | None = None

    @property
    def trouble(self) -> ArchivistError | None:
        """Why there is no comparison."""
        return self.error or self.recording.trouble


@dataclass(frozen=True, slots=True)
class ModelTrial:
    """What is tried beside what."""

    model: str
    beside: str
    """The model of now: it decodes what has no captions in place."""
    minutes: int


async def run_trial(
    trial: ModelTrial,
    recordings: Sequence[TrialRecording],
    settings: Settings,
    teller: Teller,
    done: list[TriedRecording],
) -> None:
    """Decode and compare; a recording that fails is one line, and stops no other. ``done`` grows meanwhile."""
    with tempfile.TemporaryDirectory(prefix="archivist-trial-") as folder:
        usable = [one for one in recordings if one.trouble is None]
        cuts = {id(one): stretch_to_try(one, trial.minutes) for one in usable}
        before: dict[int, _Outcome] = {}
        if own := [one for one in usable if one.earlier is None]:
            async for one, outcome in _TrialDecoder(trial.beside, settings, teller, Path(folder) / "old").each(
                own, cuts
            ):
                before[id(one)] = outcome
        after = _TrialDecoder(trial.model, settings, teller, Path(folder) / "new")
        fine = [one for one in usable if not isinstance(before.get(id(one)), ArchivistError)]
        outcomes = after.each(fine, cuts)
        tried = {id(one) for one in fine}
        for one in recordings:
            if id(one) not in tried:
                error = before.get(id(one))
                done.append(TriedRecording(one, error=error if isinstance(error, ArchivistError) else None))
                continue
            _, outcome = await anext(outcomes)
            done.append(await asyncio.to_thread(_compared, one, cuts[id(one)], before.get(id(one)), outcome))
            teller.rest()
        await outcomes.aclose()


@dataclass(frozen=True, slots=True)
class _HeardStretch:
    """A stretch as one model has heard it, in its own time: its first moment is zero."""

    result: SingleResult
    took_s: float


_Outcome = _HeardStretch | ArchivistError


class _TrialDecoder:
    """One model, loaded once, for one recording after the other."""

    def __init__(self, model: str, settings: Settings, teller: Teller, folder: Path) -> None:
        self._model, self._settings, self._teller, self._folder = model, settings, teller, folder

    async def each(
        self, recordings: Sequence[TrialRecording], cuts: dict[int, Span]
    ) -> AsyncGenerator[tuple[TrialRecording, "_Outcome"], None]:
        """Each with what came of it, in order."""
        if not recordings:
            return
        order = order_for(TypedOptions(model=self._model, language="auto"), self._settings)
        async with AsyncExitStack() as stack:
            recycle_after = self._settings.child_recycle_slices
            pool = SpeechPool(order.spec, order.workers, slots=order.slots, recycle_after=recycle_after)
            stack.push_async_callback(pool.close)
            self._teller.step(f"loading {self._model}")
            await pool.check()
            self._teller.rest()
            for number, one in enumerate(recordings, 1):
                place = f"{number} of {len(recordings)}: " if len(recordings) > 1 else ""
                stretch = cuts[id(one)]
                self._teller.say(f"{place}{one.name}, {length(stretch.length_ms)}, with {self._model}")
                folder = self._folder / str(number)
                yield one, await self._one(one, stretch, replace(order, out=folder), pool)
                self._teller.rest()

    async def _one(self, one: TrialRecording, stretch: Span, order: SingleOrder, pool: SpeechPool) -> _Outcome:
        started = time.monotonic()
        try:
            order.out.mkdir(parents=True)
            media = await _cut(one, stretch, order.out / "stretch.mka")
            mine = replace(order, media=media, choices=replace(one.choices, include_summary=False))
            mine = replace(mine, formats=frozenset({"json"}), diarization=None)
            result = await transcribe_file(mine, Follower(self._teller, stretch.length_ms), lent=pool)
        except ArchivistError as error:
            return error
        except Exception as error:  # A border: the recordings after this one have nothing to do with it.
            return unforeseen(error)
        return _HeardStretch(result, time.monotonic() - started)


def stretch_to_try(one: TrialRecording, minutes: int) -> Span:
    """The middle of it: the beginning of a meeting is a slide and an oath."""
    wanted_ms, whole_ms = minutes * 60_000, one.duration_ms
    if whole_ms <= wanted_ms:
        return Span(0, whole_ms)
    start = (whole_ms - wanted_ms) // 2
    cues = one.earlier.cues if one.earlier else one.corrected or ()
    return stretch_of(cues, Span(start, start + wanted_ms), whole_ms)


async def _cut(one: TrialRecording, stretch: Span, out: Path) -> Path:
    """The recording's sound tracks from there to there; the recording itself where that is all of it."""
    if stretch.start_ms <= 0 and stretch.end_ms >= one.duration_ms:
        return one.media
    times = ["-ss", f"{stretch.start_ms / 1000:.3f}", "-t", f"{stretch.length_ms / 1000:.3f}"]
    kept = ["-map", "0:a", "-c:a", "flac", "-f", "matroska"]
    command = ["ffmpeg", "-v", "error", "-nostdin", *guards(), *times, "-i", f"file:{one.media}", *kept, f"file:{out}"]
    child = await asyncio.create_subprocess_exec(
        *tied(command), stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, told = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        detail = first_line(told.decode("utf-8", "replace"))
        raise Unusable("The stretch cannot be read out of the recording.", code="audio_undecodable", detail=detail)
    return out


def _compared(one: TrialRecording, stretch: Span, before: "_Outcome | None", outcome: _Outcome) -> TriedRecording:
    if isinstance(outcome, ArchivistError):
        return TriedRecording(one, stretch, error=outcome)
    thresholds = one.choices.thresholds
    new = _cues_of(outcome, stretch)
    if isinstance(before, _HeardStretch):
        old, was = _cues_of(before, stretch), _figures_of(before, stretch, thresholds)
    else:
        assert one.earlier is not None  # else the present model has had its turn
        old, was = within(one.earlier.cues, stretch), _earlier_figures(one.earlier, stretch, thresholds)
    corrected = within(one.corrected, stretch) if one.corrected is not None else None
    now = _figures_of(outcome, stretch, thresholds)
    return TriedRecording(one, stretch, compare(old, new, corrected), was, now, outcome.took_s)


def _cues_of(decoded: _HeardStretch, stretch: Span) -> list[Cue]:
    later = Fraction(stretch.start_ms, 1000)
    cues = read_cue_list(json.dumps(decoded.result.composition.cue_list)).cues
    return [replace(cue, start=cue.start + later, end=cue.end + later) for cue in cues]


def _figures_of(decoded: _HeardStretch, stretch: Span, thresholds: Thresholds) -> Figures:
    result = decoded.result
    return _figures(result.transcript, result.slices, Span(0, stretch.length_ms), thresholds)


def _earlier_figures(earlier: EarlierResult, stretch: Span, thresholds: Thresholds) -> Figures:
    if earlier.heard is None:
        return Figures(earlier.engine, earlier.identity)
    transcript = assemble_best(earlier.heard, earlier.slices, thresholds)
    found = _figures(transcript, earlier.slices, stretch, thresholds)
    return replace(found, engine=earlier.engine, identity=earlier.identity)


def _figures(transcript: Transcript, slices: Iterable[DecodedSlice], stretch: Span, thresholds: Thresholds) -> Figures:
    """The same measures for both models, of the stretch alone."""

    def here(spans: Iterable[Span]) -> tuple[Span, ...]:
        return tuple(clipped(sorted(spans), stretch.start_ms, stretch.end_ms))

    engine = transcript.engine
    is_calibrated = engine is None or engine.name == "faster-whisper"
    evidence = Evidence(
        stretch.length_ms,
        tuple(word for word in transcript.words if stretch.start_ms <= word.start_ms < stretch.end_ms),
        sounds=tuple(one for one in transcript.sounds if stretch.start_ms <= one.start_ms < stretch.end_ms),
        speech=here(transcript.speech),
        overruled=here(transcript.overruled),
        engine=EngineFacts(inaudible=here(transcript.inaudible), is_calibrated=is_calibrated),
    )
    mistrusted = mistrusted_places(evidence, thresholds)
    placed = (
        Span(one.start_ms, one.end_ms) for one in mistrusted if one.start_ms is not None and one.end_ms is not None
    )
    doubts = here(Span(one.start_ms, one.end_ms) for one in transcript.doubts)
    decode_s, processor_s = pace_of(slices, stretch)
    return Figures(
        engine.title if engine else None,
        engine.identity if engine else "",
        decode_s,
        processor_s,
        estimated_accuracy(evidence),
        len(joined([*placed, *doubts, *evidence.engine.inaudible])),
    )


def pace_of(slices: Iterable[DecodedSlice], stretch: Span) -> tuple[float | None, float | None]:
    """Wall and processor seconds for an hour of the stretch, of slices that lie partly in it their share."""
    wall_ms = processor_ms = 0.0
    is_known = True
    for one in slices:
        inside = min(one.end_ms, stretch.end_ms) - max(one.start_ms, stretch.start_ms)
        if inside <= 0:
            continue
        share = inside / (one.end_ms - one.start_ms)
        for result in (one.first, one.second):
            if result is not None:
                wall_ms += share * result.decode_ms
                processor_ms += share * result.processor_ms
                is_known = is_known and (result.processor_ms > 0 or result.decode_ms == 0)
    if wall_ms == 0 or stretch.length_ms <= 0:
        return None, None
    hours = 1000 * stretch.length_ms / _HOUR_MS
    return wall_ms / hours, processor_ms / hours if is_known else None
