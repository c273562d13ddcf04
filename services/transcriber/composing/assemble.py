"""Joining the slices of a meeting into one transcript; the same slices give the same transcript on every worker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.transcriber.engines.values import Doubt, EngineInfo, OtherSpeech, SliceResult
from services.transcriber.hearing.listen import FoundLanguage, Heard
from shared.captions.model import Sound, SoundKind, Word
from shared.quality.evidence import SecondDecode
from shared.quality.spans import Span, common, joined, without

_SENTENCE_PAUSE_MS = 2_000
_SAME_SPEECH_MS = 5_000
"""A speaker pauses for so long and goes on in the same language."""
_LONG_SOUND_MS = 5_000
"""What is left of a sound beside words is worth a tag from here on."""


@dataclass(frozen=True, slots=True)
class EngineUse:
    """What decoded some of the slices."""

    engine: EngineInfo
    """Without what differs from load to load."""
    slices: tuple[int, ...]
    """Counted from 1."""


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
    """Of the first slice in which somebody speaks."""
    engines: tuple[EngineUse, ...] = ()
    """All that were used, in the order of their first slices."""
    second_decodes: tuple[SecondDecode, ...] = ()
    """Slices that the quality gate sent back, and which of their results this is made of."""
    warnings: tuple[str, ...] = ()
    """What else did not go as wished, in sentences."""
    smaller_model: tuple[Span, ...] = ()
    """Stretches that a smaller model than the wanted one heard, because memory ran out."""
    language: FoundLanguage | None = None
    """None where somebody has named it."""
    other_languages: tuple[OtherSpeech, ...] = ()
    """Where somebody speaks another language than that of the recording, in order."""
    overruled: tuple[Span, ...] = ()
    """What the detector took for speech, sounds like music or noise, and holds no words that the engine is sure of."""

    @property
    def inaudible(self) -> tuple[Span, ...]:
        """Stretches that carry no words but ``[inaudible]``."""
        return tuple(Span(sound.start_ms, sound.end_ms) for sound in self.sounds if sound.kind is SoundKind.INAUDIBLE)


def assemble(heard: Heard, slices: Sequence[tuple[int, SliceResult]]) -> Transcript:
    """Put ``(start of the slice in ms, its result)`` together, in the order of media time."""
    placed = [result.shifted(start_ms) for start_ms, result in sorted(slices, key=lambda pair: pair[0])]
    engines = _engines(placed)
    overruled = [span for result in placed for span in result.overruled]
    words = _rising([word for result in placed for word in result.words])
    sounds = sorted(
        {*_beside(heard, words), *(sound for result in placed for sound in result.sounds)},
        key=lambda sound: (sound.start_ms, sound.end_ms, sound.kind),
    )
    return Transcript(
        duration_ms=heard.duration_ms,
        words=words,
        sounds=tuple(sounds),
        doubts=tuple(doubt for result in placed for doubt in result.doubts),
        speech=tuple(without(heard.speech, overruled)),
        redecoded=tuple(span for result in placed for span in result.redecoded),
        degradations=tuple(dict.fromkeys(given for result in placed for given in result.degradations)),
        engine=next((result.engine for result in placed if result.engine is not None), None),
        engines=engines,
        warnings=(
            *_not_alike(engines),
            *dict.fromkeys(warning for result in placed for warning in result.warnings),
        ),
        smaller_model=tuple(joined(span for result in placed for span in result.smaller_model)),
        language=heard.language,
        other_languages=tuple(_across_slices([one for result in placed for one in result.other_languages])),
        overruled=tuple(joined(overruled)),
    )


def _beside(heard: Heard, words: Sequence[Word]) -> Iterator[Sound]:
    """The sounds where nothing is said: in speech that sounds like music the engine may have heard words."""
    said = joined(((word.start_ms, word.end_ms) for word in words), bridging_ms=_SENTENCE_PAUSE_MS)
    for sound in heard.sounds:
        place = Span(sound.start_ms, sound.end_ms)
        if common(common([place], heard.doubted), said):
            left = without([place], said)
            yield from (Sound(sound.kind, *part) for part in left if part.length_ms >= _LONG_SOUND_MS)
        else:
            yield sound


def _across_slices(found: Sequence[OtherSpeech]) -> list[OtherSpeech]:
    """Stretches that go on in the next window or slice as one."""
    joined_up: list[OtherSpeech] = []
    for one in found:
        last = joined_up[-1] if joined_up else None
        is_same = last is not None and (last.language, last.has_words) == (one.language, one.has_words)
        if last is not None and is_same and one.start_ms - last.end_ms <= _SAME_SPEECH_MS:
            probability = min(last.probability, one.probability)
            joined_up[-1] = replace(last, end_ms=one.end_ms, probability=probability)
        else:
            joined_up.append(one)
    return joined_up


def _engines(placed: Sequence[SliceResult]) -> tuple[EngineUse, ...]:
    used: dict[EngineInfo, list[int]] = {}
    for number, result in enumerate(placed, start=1):
        if result.engine is not None:
            used.setdefault(replace(result.engine, load_ms=0, memory_bytes=0), []).append(number)
    return tuple(EngineUse(engine, tuple(slices)) for engine, slices in used.items())


def _not_alike(engines: Sequence[EngineUse]) -> tuple[str, ...]:
    """A sentence where not all words come from the same engine, model and arithmetic: they may differ in quality."""
    by_title: dict[str, list[int]] = {}
    for use in engines:
        by_title.setdefault(use.engine.title, []).extend(use.slices)
    if len(by_title) < 2:
        return ()
    parts = [f"slice {', '.join(map(str, sorted(slices)))} by {title}" for title, slices in by_title.items()]
    return (f"The slices were not all decoded alike: {'; '.join(parts)}.",)


def _rising(words: list[Word]) -> tuple[Word, ...]:
    """No word begins before the one before it: slices touch, and word times are estimates."""
    ordered: list[Word] = []
    reached = 0
    for word in sorted(words, key=lambda each: (each.start_ms, each.end_ms)):
        start = max(word.start_ms, reached)
        ordered.append(replace(word, start_ms=start, end_ms=max(word.end_ms, start + 1)))
        reached = start
    return tuple(ordered)
