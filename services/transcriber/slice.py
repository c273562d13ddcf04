"""One slice of a meeting turned into words: decode fast, judge, decode the doubtful again, look for what was missed.

    speech -> windows -> fast decode -> suspicious? -> careful decode -> still? -> [inaudible] and a person's look
                                     -> speech without words? -> careful decode of just that stretch

Works on any Engine and knows no process, file or clock but the one that measures it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

from services.transcriber.engines.values import (
    DecodedWindow,
    Doubt,
    Effort,
    Engine,
    Floats,
    Segment,
    SliceRequest,
    SliceResult,
)
from services.transcriber.guards import (
    DEFAULT_GUARDS,
    GuardOptions,
    Suspicion,
    is_hopeless,
    suspicions,
    suspicious_segments,
)
from services.transcriber.plan import windows
from services.transcriber.sounds import kind_of
from services.transcriber.vad import SpeechSpan
from shared.captions.model import Sound, SoundKind, Word
from shared.quality.spans import Span, joined, total_ms, without

_RATE = 16_000
_WORD_REACH_MS = 600  # word times are off by some hundred milliseconds, and spans are padded
_MISSED_MS = 1_800  # shorter speech without words is a cough or the edge of a sentence
_CONTEXT_MS = 400


@dataclass
class _Slice:
    """One slice while it is worked through."""

    engine: Engine
    audio: Floats
    request: SliceRequest
    guards: GuardOptions
    sounds: list[Sound] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    redecoded: list[Span] = field(default_factory=list)

    @property
    def duration_ms(self) -> int:
        return len(self.audio) * 1000 // _RATE

    def first(self, pieces: Sequence[SpeechSpan]) -> Iterator[DecodedWindow]:
        return self.engine.decode(self.audio, pieces, self.request.decode, self.request.effort)

    def again(self, piece: SpeechSpan, effort: Effort) -> DecodedWindow:
        return next(iter(self.engine.decode(self.audio, [piece], self.request.decode, effort)))

    def suspicions(self, window: DecodedWindow) -> tuple[Suspicion, ...]:
        return suspicions(window, self.request.decode.vocabulary, self.guards)

    def suspicious_segments(self, window: DecodedWindow) -> dict[int, tuple[Suspicion, ...]]:
        return suspicious_segments(window, self.request.decode.vocabulary, self.guards)

    def kind_between(self, start_ms: int, end_ms: int) -> SoundKind | None:
        return kind_of(self.audio[start_ms * _RATE // 1000 : end_ms * _RATE // 1000])

    def doubt(self, reasons: Sequence[str], start_ms: int, end_ms: int) -> None:
        self.doubts += [Doubt(str(reason), start_ms, end_ms) for reason in reasons]


def transcribe_slice(
    engine: Engine,
    audio: Floats,
    request: SliceRequest,
    *,
    guards: GuardOptions = DEFAULT_GUARDS,
    on_progress: Callable[[int, int], None] | None = None,
) -> SliceResult:
    """Words of one slice of 16 kHz audio. ``on_progress`` receives speech done and speech in all, in milliseconds."""
    started = monotonic()
    work = _Slice(engine, audio, request, guards)
    asked = windows([span for span in request.speech if span.start_ms < work.duration_ms])
    all_ms, done_ms = sum(window.end_ms - window.start_ms for window in asked), 0
    segments: list[Segment] = []
    for decoded in work.first(asked):
        segments += [segment for segment in _settle(work, decoded).segments if segment.words]
        done_ms += decoded.window.end_ms - decoded.window.start_ms
        if on_progress is not None:
            on_progress(done_ms, all_ms)
    for stretch in _uncovered(request.speech, _words(segments), work.sounds):
        if stretch.length_ms >= _MISSED_MS:
            segments += _look_again(work, stretch)
    segments.sort(key=lambda segment: (segment.start_ms, segment.end_ms))
    words = _in_order(_words(segments))
    speech_ms = total_ms(_spans(request.speech))
    return SliceResult(
        words=words,
        segments=tuple(segments),
        sounds=tuple(sorted(work.sounds, key=lambda sound: sound.start_ms)),
        doubts=tuple(sorted(work.doubts, key=lambda doubt: (doubt.start_ms, doubt.code))),
        redecoded=tuple(joined(work.redecoded)),
        language=request.decode.language,
        speech_ms=speech_ms,
        covered_ms=speech_ms - total_ms(_uncovered(request.speech, words, work.sounds)),
        decode_ms=round((monotonic() - started) * 1000),
        engine=engine.describe(),
    )


def _settle(work: _Slice, decoded: DecodedWindow) -> DecodedWindow:
    """The window itself if it is believable; else what careful decoding leaves of it."""
    reasons = work.suspicions(decoded)
    if not reasons:
        return decoded
    work.redecoded.append(Span(decoded.window.start_ms, decoded.window.end_ms))
    best = decoded
    for effort in (Effort.CAREFUL, Effort.UNLOOPED):
        again = work.again(decoded.window, effort)
        left = work.suspicions(again)
        if (len(left), -_confidence(again)) < (len(reasons), -_confidence(best)):
            best, reasons = again, left
        if not set(left) & {Suspicion.LOOP, Suspicion.REPETITIVE}:
            break
    return _without_the_hopeless(work, best)


def _confidence(window: DecodedWindow) -> float:
    return min((segment.avg_logprob for segment in window.segments), default=0.0)


def _without_the_hopeless(work: _Slice, window: DecodedWindow) -> DecodedWindow:
    """Replace segments that nobody should read, and note the doubtful ones that stay."""
    bad = work.suspicious_segments(window)
    kept = []
    for index, segment in enumerate(window.segments):
        reasons = bad.get(index, ())
        if not (reasons and is_hopeless(segment, reasons, work.guards)):
            work.doubt(reasons, segment.start_ms, segment.end_ms)
            kept.append(segment)
            continue
        kind = work.kind_between(segment.start_ms, segment.end_ms)
        work.sounds.append(Sound(kind or SoundKind.INAUDIBLE, segment.start_ms, segment.end_ms))
        if kind is None:
            work.doubt(reasons, segment.start_ms, segment.end_ms)
    return replace(window, segments=tuple(kept))


def _uncovered(speech: Sequence[SpeechSpan], words: Sequence[Word], sounds: Sequence[Sound]) -> list[Span]:
    heard = [(word.start_ms - _WORD_REACH_MS, word.end_ms + _WORD_REACH_MS) for word in words]
    return without(_spans(speech), [*heard, *((sound.start_ms, sound.end_ms) for sound in sounds)])


def _look_again(work: _Slice, stretch: Span) -> list[Segment]:
    """Decode a stretch of speech that got no words; what is believable joins, silence is reported.

    A fast decode drops the end of a window when its last sentence has no end mark, which is how most of these arise.
    """
    work.redecoded.append(stretch)
    around = SpeechSpan(max(0, stretch.start_ms - _CONTEXT_MS), min(work.duration_ms, stretch.end_ms + _CONTEXT_MS))
    segments = []
    for piece in windows([around]):
        again = work.again(piece, Effort.CAREFUL)
        bad = work.suspicious_segments(again)
        segments += [_only(segment, stretch) for index, segment in enumerate(again.segments) if index not in bad]
    segments = [segment for segment in segments if segment.words]
    if not segments:
        kind = work.kind_between(*stretch)
        if kind is None:
            work.doubt(["speech_without_words"], *stretch)
        else:
            work.sounds.append(Sound(kind, *stretch))
    return segments


def _only(segment: Segment, stretch: Span) -> Segment:
    """The words whose middle lies in the stretch: its neighbours have their words already."""
    words = tuple(
        word for word in segment.words if stretch.start_ms <= (word.start_ms + word.end_ms) // 2 < stretch.end_ms
    )
    if not words:
        return replace(segment, words=())
    text = " ".join(word.text for word in words)
    return replace(segment, words=words, text=text, start_ms=words[0].start_ms, end_ms=words[-1].end_ms)


def _in_order(words: list[Word]) -> tuple[Word, ...]:
    """Sorted, and no word begins before the one before it has ended."""
    words.sort(key=lambda word: (word.start_ms, word.end_ms))
    ordered: list[Word] = []
    for word in words:
        start = max(word.start_ms, ordered[-1].end_ms if ordered else 0)
        ordered.append(replace(word, start_ms=start, end_ms=max(word.end_ms, start + 1)))
    return tuple(ordered)


def _words(segments: Sequence[Segment]) -> list[Word]:
    return [word for segment in segments for word in segment.words]


def _spans(speech: Sequence[SpeechSpan]) -> list[Span]:
    return [Span(span.start_ms, span.end_ms) for span in speech]
