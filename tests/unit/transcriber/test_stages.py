"""The stages by themselves, with checkpoints in memory: what an engine is asked, and what is sent back."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from services.transcriber.composing.better_decode import DecodedSlice
from services.transcriber.composing.compose import CaptionChoices, Composition, RecordingFacts
from services.transcriber.decoding.language import LanguageListener
from services.transcriber.decoding.plan import SliceSpan
from services.transcriber.decoding.prepare import Prepared
from services.transcriber.engines.values import Effort, EngineInfo, SliceRequest, SliceResult
from services.transcriber.hearing.audio import DecodedAudio
from services.transcriber.hearing.levels import AudioLevels
from services.transcriber.hearing.listen import FoundLanguage, Heard
from services.transcriber.stages import finish_stage, plan_stage, slice_stage
from shared.captions.model import Word
from shared.meetings import Entry, EntryKind, Vocabulary
from shared.quality.spans import Span
from shared.speaker_cast import Speakers

MINUTE = 60_000
HEARD = Heard(2 * MINUTE, (Span(0, 59_000), Span(61_000, 119_000)), (), doubted=(Span(100_000, 119_000),))
DECODED = DecodedAudio(2 * MINUTE, 2 * MINUTE, 0, 1, AudioLevels(-3.0, -20.0, -60.0, 0.0, 0.0))
PREPARED = Prepared(DECODED, HEARD, (SliceSpan(0, 0, MINUTE, ()), SliceSpan(1, MINUTE, 2 * MINUTE, ())))
SOURCE = RecordingFacts("council", "/mnt/flex-1/council.mp4", datetime(2026, 9, 14, tzinfo=UTC))
CHOICES = CaptionChoices()
EMPTY = SliceResult((), (), (), (), (), "en", 0, 0, 0)


def _said(until_ms: int) -> SliceResult:
    words = tuple(Word(f"word{at}", at, at + 400, confidence=0.9) for at in range(1_000, until_ms, 500))
    return replace(EMPTY, words=words)


@dataclass
class InMemory:
    """Checkpoints of which nothing is written down; what is sent back comes back whole."""

    decoded: list[DecodedSlice]
    told_apart: int = 0
    sent_back: list[Mapping[int, tuple[str, ...]]] = field(default_factory=list)

    async def slices(self) -> Sequence[DecodedSlice]:
        return self.decoded

    async def speakers(self, speech: Sequence[Span]) -> Speakers | None:
        self.told_apart += 1
        return None

    async def send_back(self, composition: Composition, slices: Mapping[int, tuple[str, ...]]) -> None:
        self.sent_back.append(slices)
        for index, because in slices.items():
            self.decoded[index] = replace(self.decoded[index], because=because, second=_said(58_000))


def _slices(*results: SliceResult) -> list[DecodedSlice]:
    return [DecodedSlice(n * MINUTE, (n + 1) * MINUTE, result) for n, result in enumerate(results)]


async def test_the_slice_without_words_is_sent_back_alone_and_then_what_is_there_becomes_captions() -> None:
    kept = InMemory(_slices(_said(59_000), _said(5_000)))

    first = await finish_stage(kept, PREPARED, SOURCE, CHOICES, None, is_last=False)
    second = await finish_stage(kept, PREPARED, SOURCE, CHOICES, None, is_last=True)

    assert first is None
    assert [list(slices) for slices in kept.sent_back] == [[1]]
    assert second is not None
    assert [(one.slice, one.kept) for one in second.transcript.second_decodes] == [(2, "second")]


async def test_nothing_is_sent_back_a_second_time() -> None:
    kept = InMemory(_slices(_said(59_000), _said(5_000)))

    made = await finish_stage(kept, PREPARED, SOURCE, CHOICES, None, is_last=True)

    assert made is not None
    assert kept.sent_back == []


async def test_nobody_is_told_apart_where_nothing_was_said() -> None:
    silent, spoken = InMemory(_slices(EMPTY, EMPTY)), InMemory(_slices(_said(59_000), _said(58_000)))

    for kept in (silent, spoken):
        await finish_stage(kept, PREPARED, SOURCE, CHOICES, None, is_last=True)

    assert (silent.told_apart, spoken.told_apart) == (0, 1)


async def _asked(place: Span, choices: CaptionChoices, *, careful: bool) -> tuple[list[SliceRequest], SliceResult]:
    asked: list[SliceRequest] = []

    async def decode(request: SliceRequest) -> SliceResult:
        asked.append(request)
        return _said(2_000)

    return asked, await slice_stage(HEARD, place, choices, decode, careful=careful)


async def test_an_engine_is_told_language_names_and_care_and_where_speech_is_from_the_start_of_the_slice() -> None:
    city = Vocabulary((Entry("Okafor", EntryKind.PERSON),))
    choices = CaptionChoices(language="es", vocabulary=city, phrases=("Ordinance 12",))

    (fast,), _ = await _asked(Span(MINUTE, 2 * MINUTE), choices, careful=False)
    (careful,), _ = await _asked(Span(MINUTE, 2 * MINUTE), choices, careful=True)

    assert (fast.options.language, fast.options.vocabulary) == ("es", ("Ordinance 12", "Okafor"))
    assert (fast.speech, fast.doubted) == ((Span(1_000, 59_000),), (Span(40_000, 59_000),))
    assert (fast.options.effort, careful.options.effort) == (Effort.FAST, Effort.CAREFUL)


async def test_no_engine_is_asked_for_a_slice_in_which_nobody_speaks() -> None:
    asked, result = await _asked(Span(59_000, 61_000), CaptionChoices(language="es"), careful=False)

    assert asked == []
    assert (result.words, result.language) == ((), "es")


class Listener:
    """An engine that hears Spanish, and counts how often it is asked."""

    asked = 0

    async def start(self) -> EngineInfo:
        return EngineInfo("fake", "0", "script", "cpu", "none", 1, 1)

    async def hear_languages(self, flac: Path, spans: Sequence[Span], *, timeout_s: float) -> list[dict[str, float]]:
        self.asked += 1
        return [{"es": 0.9, "en": 0.1} for _ in spans]


async def test_a_language_is_listened_for_only_where_nobody_has_named_it_and_somebody_speaks() -> None:
    listener = Listener()
    flac = Path("audio.flac")
    silent = replace(PREPARED, heard=Heard(MINUTE, (), ()))
    known = PREPARED.in_language(FoundLanguage("fr", 0.8, ()))

    def engine() -> AbstractAsyncContextManager[LanguageListener]:
        return nullcontext(listener)

    settled = [
        (await plan_stage(prepared, language, flac, engine()))[1]
        for prepared, language in [(PREPARED, "de"), (silent, "auto"), (known, "auto"), (PREPARED, "auto")]
    ]

    assert settled == ["de", "en", "fr", "es"]
    assert listener.asked == 1
