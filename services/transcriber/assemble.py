"""Joining the slices of a meeting into one transcript; the same slices give the same transcript on every worker."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.transcriber.engines.values import Doubt, EngineInfo, SliceResult
from services.transcriber.listen import Heard
from shared.captions.model import Sound, SoundKind, Word
from shared.quality.spans import Span


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said and heard, in media time."""

    duration_ms: int
    words: tuple[Word, ...]
    sounds: tuple[Sound, ...]
    doubts: tuple[Doubt, ...]
    speech: tuple[Span, ...]
    redecoded: tuple[Span, ...]
    degradations: tuple[str, ...]
    engine: EngineInfo | None
    warnings: tuple[str, ...] = ()
    """What else did not go as wished, in sentences."""

    @property
    def inaudible(self) -> tuple[Span, ...]:
        """Stretches that carry no words but ``[inaudible]``."""
        return tuple(Span(sound.start_ms, sound.end_ms) for sound in self.sounds if sound.kind is SoundKind.INAUDIBLE)


def assemble(heard: Heard, slices: Sequence[tuple[int, SliceResult]]) -> Transcript:
    """Put ``(start of the slice in ms, its result)`` together, in the order of media time."""
    placed = [result.shifted(start_ms) for start_ms, result in sorted(slices, key=lambda pair: pair[0])]
    words = _rising([word for result in placed for word in result.words])
    sounds = sorted(
        {*heard.sounds, *(sound for result in placed for sound in result.sounds)},
        key=lambda sound: (sound.start_ms, sound.end_ms, sound.kind),
    )
    return Transcript(
        duration_ms=heard.duration_ms,
        words=words,
        sounds=tuple(sounds),
        doubts=tuple(doubt for result in placed for doubt in result.doubts),
        speech=tuple(Span(span.start_ms, span.end_ms) for span in heard.speech),
        redecoded=tuple(span for result in placed for span in result.redecoded),
        degradations=tuple(dict.fromkeys(given for result in placed for given in result.degradations)),
        engine=next((result.engine for result in placed if result.engine is not None), None),
    )


def _rising(words: list[Word]) -> tuple[Word, ...]:
    """No word begins before the one before it: slices touch, and word times are estimates."""
    ordered: list[Word] = []
    reached = 0
    for word in sorted(words, key=lambda each: (each.start_ms, each.end_ms)):
        start = max(word.start_ms, reached)
        ordered.append(replace(word, start_ms=start, end_ms=max(word.end_ms, start + 1)))
        reached = start
    return tuple(ordered)
