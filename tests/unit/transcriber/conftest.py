"""Makes what an engine would say, for tests of those who judge it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from services.transcriber.engines.values import (
    DecodedWindow,
    DecodeOptions,
    Effort,
    EngineInfo,
    Segment,
)
from services.transcriber.hearing.samples import Floats
from shared.captions.model import Word
from shared.quality.spans import Span

Say = Callable[..., Segment]


@pytest.fixture
def say() -> Say:
    """A segment whose words are spread evenly from ``start_ms``, three a second unless told otherwise."""

    def segment(
        text: str,
        start_ms: int = 0,
        *,
        ms_per_word: int = 333,
        logprob: float = -0.2,
        no_speech: float = 0.01,
        compression: float = 1.2,
    ) -> Segment:
        words = tuple(
            Word(word, start_ms + n * ms_per_word, start_ms + (n + 1) * ms_per_word, confidence=0.9)
            for n, word in enumerate(text.split())
        )
        end_ms = words[-1].end_ms if words else start_ms
        return Segment(start_ms, end_ms, text, words, logprob, no_speech, compression)

    return segment


@dataclass
class FakeEngine:
    """Says what its script holds for an effort and the start of a window, and remembers what it was asked."""

    script: dict[tuple[Effort, int], tuple[Segment, ...]]
    asked: list[tuple[Effort, Span]] = field(default_factory=list)
    expected: list[tuple[str, ...]] = field(default_factory=list)
    """The vocabulary it was given, once per call."""

    def describe(self) -> EngineInfo:
        return EngineInfo("fake", "0", "script", "cpu", "none", 1, 1)

    def hear_language(self, audio: Floats) -> dict[str, float]:
        return {"en": 1.0}

    def warnings(self, language: str) -> tuple[str, ...]:
        return (f"Nobody timed {language}.",) if language != "en" else ()

    def decode(self, audio: Floats, windows: Sequence[Span], options: DecodeOptions) -> Iterator[DecodedWindow]:
        self.expected.append(options.vocabulary)
        for window in windows:
            self.asked.append((options.effort, window))
            yield DecodedWindow(window, self.script.get((options.effort, window.start_ms), ()))


@pytest.fixture
def engine_that_says() -> Callable[[dict[tuple[Effort, int], tuple[Segment, ...]]], FakeEngine]:
    return FakeEngine
