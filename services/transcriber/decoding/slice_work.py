"""One slice while it is worked through: how its sound is decoded, and what has been found out about it so far."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from services.transcriber.decoding.guards import GuardOptions
from services.transcriber.decoding.plan import WINDOW_MS, windows
from services.transcriber.engines.values import (
    WORD_REACH_MS,
    DecodedWindow,
    DecodeOptions,
    Doubt,
    Effort,
    Engine,
    OtherSpeech,
    Segment,
    SliceRequest,
    middle_ms,
)
from services.transcriber.hearing.low_cut import without_rumble
from services.transcriber.hearing.samples import RATE, Floats, as_floats, as_samples, between
from services.transcriber.hearing.sounds import kind_of
from shared.captions.model import Sound, SoundKind
from shared.quality.spans import Span, clipped

SHORT_WINDOW_MS = 12_000


@dataclass
class SliceWork:
    """The sound, the order, and the lists that grow."""

    engine: Engine
    audio: Floats
    request: SliceRequest
    guards: GuardOptions
    sounds: list[Sound] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    redecoded: list[Span] = field(default_factory=list)
    overruled: list[Span] = field(default_factory=list)
    other_languages: list[OtherSpeech] = field(default_factory=list)

    @property
    def duration_ms(self) -> int:
        return len(self.audio) * 1000 // RATE

    @property
    def window_ms(self) -> int:
        """The longest stretch that is decoded in one go."""
        return self.engine.describe().window_ms or WINDOW_MS

    @property
    def longest_ms(self) -> int:
        """The longest window of the first decode."""
        return self.window_ms if self.request.options.effort is Effort.FAST else SHORT_WINDOW_MS

    def first(self, pieces: Sequence[Span]) -> Iterator[DecodedWindow]:
        return self.engine.decode(self.audio, pieces, self._options())

    def again(self, stretches: Sequence[Span]) -> Iterator[DecodedWindow]:
        """Stretches heard by themselves, with a little around them, and of that the words that lie in each."""
        reached = [
            Span(max(0, one.start_ms - WORD_REACH_MS), min(self.duration_ms, one.end_ms + WORD_REACH_MS))
            for one in stretches
        ]
        spoken = [self.language_at(middle_ms(one)) for one in stretches]
        for language in dict.fromkeys(spoken):
            chosen = [index for index, code in enumerate(spoken) if code == language]
            options = self._options(effort=Effort.FAST, vocabulary=(), language=language)
            decoded = self.engine.decode(self.audio, [reached[index] for index in chosen], options)
            for index, window in zip(chosen, decoded, strict=True):
                stretch = stretches[index]
                yield DecodedWindow(stretch, tuple(_inside(segment, stretch) for segment in window.segments))

    def anew(self, pieces: Sequence[Span], language: str) -> Iterator[DecodedWindow]:
        """Windows decoded as at first, in another language, or cut where another one begins."""
        return self.engine.decode(self.audio, pieces, self._options(language=language))

    def language_at(self, at_ms: int) -> str:
        """The language in which a moment is decoded."""
        spoken = (one.language for one in self.other_languages if one.has_words and one.start_ms <= at_ms < one.end_ms)
        return next(spoken, self.request.options.language)

    def retake(self, window: Span, effort: Effort, vocabulary: tuple[str, ...], *, cut_anew: bool) -> DecodedWindow:
        """The same window in shorter pieces: what made the engine stumble is seldom in all of them.

        ``cut_anew`` halves a window that is short already, so that no piece has the borders that the window has.
        """
        inside = clipped(self.request.speech, window.start_ms, window.end_ms)
        pieces = windows(inside, longest_ms=SHORT_WINDOW_MS, bridge_ms=1_000)
        if cut_anew and len(pieces) == 1:
            pieces = windows(inside, longest_ms=pieces[0].length_ms // 2 + 1, bridge_ms=1_000)
        language = self.language_at(middle_ms(window))
        options = self._options(effort=effort, vocabulary=vocabulary, language=language)
        decoded = self.engine.decode(self.audio, pieces, options)
        return DecodedWindow(window, tuple(segment for piece in decoded for segment in piece.segments))

    def _options(self, **changed: Any) -> DecodeOptions:
        return replace(self.request.options, speech=self.request.speech, **changed)

    def kind_between(self, start_ms: int, end_ms: int) -> SoundKind | None:
        heard = without_rumble([as_samples(between(self.audio, start_ms, end_ms))])
        return kind_of(as_floats(np.concatenate(list(heard))))

    def doubt(self, reasons: Sequence[str], start_ms: int, end_ms: int) -> None:
        self.doubts += [Doubt(str(reason), start_ms, end_ms) for reason in reasons]


def _inside(segment: Segment, stretch: Span) -> Segment:
    """The words of a sentence whose middle lies in a stretch: what is around it has been heard before."""
    words = tuple(word for word in segment.words if stretch.start_ms <= middle_ms(word) < stretch.end_ms)
    if not words:
        return replace(segment, words=())
    text = " ".join(word.text for word in words)
    return replace(segment, words=words, text=text, start_ms=words[0].start_ms, end_ms=words[-1].end_ms)
