"""The stages between a recording and its captions, told once: for workers, each of which does one, and for one file.

They know neither rows nor folders. Whoever runs a stage keeps what came of it, so that nothing is done twice; what the
last stage needs of the others it asks its ``Checkpoints`` for.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from services.transcriber.composing.assemble import Transcript
from services.transcriber.composing.better_decode import DecodedSlice, assemble_best
from services.transcriber.composing.compose import CaptionChoices, Composition, RecordingFacts, compose
from services.transcriber.composing.summarise import try_abstract
from services.transcriber.composing.telling_apart import with_speakers
from services.transcriber.decoding.language import LanguageListener, find_language
from services.transcriber.decoding.prepare import Prepared, nothing_said, speech_of_slice
from services.transcriber.engines.values import DecodeOptions, Effort, SliceRequest, SliceResult
from services.transcriber.gateways.summariser import Summariser
from services.transcriber.hearing.listen import Heard
from shared.languages import AUTO
from shared.quality import Outcome, Span, sent_back
from shared.speaker_cast import Speakers

log = logging.getLogger(__name__)

ShouldStop = Callable[[], bool]
Report = Callable[[str, float], None]
"""Receives what is being done and how much of it, 0 to 1."""
Result = TypeVar("Result")


class Checkpoints(Protocol):
    """Where the finished stages of one recording are kept: rows for a station, a folder for one file."""

    async def slices(self) -> Sequence[DecodedSlice]:
        """What has been decoded, in the order of media time; of slices that were sent back both results."""
        ...

    async def speakers(self, speech: Sequence[Span]) -> Speakers | None:
        """Who speaks when, found once, in the stretches where somebody does; None when nobody asks."""
        ...

    async def send_back(self, composition: Composition, slices: Mapping[int, tuple[str, ...]]) -> None:
        """Have these slices, by their index, decoded again with care; the sentences say why."""
        ...


@dataclass(frozen=True, slots=True)
class Captioned:
    """A recording whose captions are made and judged, and not yet written anywhere."""

    transcript: Transcript
    composition: Composition
    speakers: Speakers | None
    no_abstract: str | None
    """Why the summary has no words of a language model, where one was asked."""


async def in_thread(work: Callable[[ShouldStop], Result]) -> Result:
    """The result of work that blocks; it is told to stop when whoever waits for it is cancelled."""
    stop = threading.Event()
    try:
        return await asyncio.to_thread(work, stop.is_set)
    finally:
        stop.set()


def _untold(what: str, share: float) -> None:
    """For whoever watches rows: those say how far the work is."""


async def plan_stage(
    prepared: Prepared,
    language: str,
    flac: Path,
    engine: AbstractAsyncContextManager[LanguageListener],
    report: Report = _untold,
) -> tuple[Prepared, str]:
    """The plan, and the one language for all of its slices; ``auto`` is heard by the engine that will decode them.

    It is English where nobody speaks, or the model knows nothing else. Raises what the engine raises.
    """
    if language != AUTO:
        return prepared, language
    found = prepared.heard.language
    if found is None and prepared.heard.speech:
        report("finding out the language", 0.0)
        async with engine as listener:
            found = await find_language(listener, flac, prepared.heard.speech)
    if found is None:
        return prepared, "en"
    log.info("language_found", extra={"fields": {"language": found.code, "probability": found.probability}})
    return prepared.in_language(found), found.code


async def slice_stage(
    heard: Heard,
    place: Span,
    choices: CaptionChoices,
    decode: Callable[[SliceRequest], Awaitable[SliceResult]],
    *,
    careful: bool,
) -> SliceResult:
    """Speech to words; where nobody speaks no engine is asked. ``decode`` adds what is its engine's own: the beam."""
    effort = Effort.CAREFUL if careful else Effort.FAST
    options = DecodeOptions(language=choices.language, effort=effort, vocabulary=choices.hotwords.names)
    speech, doubted = (speech_of_slice(spans, *place) for spans in (heard.speech, heard.doubted))
    request = SliceRequest(speech, options, doubted, choices.other_languages)
    return await decode(request) if speech else nothing_said(choices.language)


async def finish_stage(
    kept: Checkpoints,
    prepared: Prepared,
    source: RecordingFacts,
    choices: CaptionChoices,
    summariser: Summariser | None,
    *,
    is_last: bool,
    report: Report = _untold,
) -> Captioned | None:
    """Join the slices, tell speakers apart, make the captions and judge them; None where the gate sends slices back.

    It does so once: when it ``is_last`` what is there is as good as it gets.
    """
    slices = await kept.slices()
    transcript = await asyncio.to_thread(assemble_best, prepared.heard, slices, choices.thresholds)
    speakers = await kept.speakers(transcript.speech) if transcript.words else None
    report("writing captions", 0.0)
    # Where nobody speaks there is nothing that could be decoded more carefully.
    no_use = is_last or not transcript.speech

    def blocking() -> tuple[Transcript, Composition]:
        told_apart = with_speakers(transcript, speakers)
        return told_apart, compose(told_apart, prepared.decoded, source, choices, second_decode_done=no_use)

    transcript, composition = await asyncio.to_thread(blocking)
    if composition.report.outcome is Outcome.DECODE_AGAIN:
        places = [Span(one.start_ms, one.end_ms) for one in slices]
        back = sent_back(composition.evidence, composition.report, choices.thresholds, places)
        await kept.send_back(composition, back)
        return None
    if summariser is not None:
        report("summarising", 0.0)
    composition, no_abstract = await try_abstract(composition, transcript, source, summariser)
    return Captioned(transcript, composition, speakers, no_abstract)
