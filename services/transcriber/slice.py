"""One slice of a meeting turned into words: decode fast, judge, decode the doubtful again, look for what was missed.

    speech -> windows -> fast decode -> suspicious? -> careful decode -> still? -> [inaudible] and a person's look
                                     -> speech without words? -> just those stretches once more, packed

Works on any Engine and knows no process, file or clock but the one that measures it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from time import monotonic

import numpy as np

from services.transcriber.engines.values import (
    DecodedWindow,
    Doubt,
    Effort,
    Engine,
    Floats,
    Segment,
    SliceRequest,
    SliceResult,
    moved,
)
from services.transcriber.guards import (
    DEFAULT_GUARDS,
    GuardOptions,
    Suspicion,
    is_hopeless,
    plain,
    suspicions,
    suspicious_segments,
)
from services.transcriber.plan import clipped, windows
from services.transcriber.second_look import Pack, pack
from services.transcriber.sounds import kind_of
from services.transcriber.vad import SpeechSpan
from shared.captions.model import Sound, SoundKind, Word
from shared.quality.spans import Span, joined, total_ms, without

_RATE = 16_000
_WORD_REACH_MS = 250  # word times are off by about this much
_MISSED_MS = 700  # with its padding, shorter speech without words is a breath
_SHORT_WINDOW_MS = 12_000
_REPORTED_MS = 1_500  # a person need not look at every cough


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

    def packed(self, packs: Sequence[Pack], effort: Effort) -> Iterator[list[DecodedWindow]]:
        """Each pack heard in one window, as one window per stretch."""
        if not packs:
            return
        ends = list(accumulate(one.duration_ms for one in packs))
        spans = [SpeechSpan(end - one.duration_ms, end) for one, end in zip(packs, ends, strict=True)]
        sound = np.concatenate([one.audio(self.audio) for one in packs])
        decoded = self.engine.decode(sound, spans, self.request.decode, effort)
        for one, window in zip(packs, decoded, strict=True):
            yield one.unpacked([moved(segment, -window.window.start_ms) for segment in window.segments])

    def again(self, window: SpeechSpan, effort: Effort) -> DecodedWindow:
        """The same window in shorter pieces: what made the engine stumble is seldom in all of them."""
        inside = clipped(self.request.speech, window.start_ms, window.end_ms)
        pieces = windows(inside, longest_ms=_SHORT_WINDOW_MS, bridge_ms=1_000)
        decoded = self.engine.decode(self.audio, pieces, self.request.decode, effort)
        return DecodedWindow(window, tuple(segment for piece in decoded for segment in piece.segments))

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
    longest_ms = 30_000 if request.effort is Effort.FAST else _SHORT_WINDOW_MS
    pieces = windows(clipped(request.speech, 0, work.duration_ms), longest_ms)
    asked = [window for window in pieces if _may_be_speech(work, window)]
    all_ms, done_ms = sum(window.end_ms - window.start_ms for window in asked), 0
    segments: list[Segment] = []
    for decoded in work.first(asked):
        settled = _settle(work, decoded) if request.second_looks else decoded
        segments += [segment for segment in settled.segments if segment.words]
        done_ms += decoded.window.end_ms - decoded.window.start_ms
        if on_progress is not None:
            on_progress(done_ms, all_ms)
    if request.second_looks:
        segments += _look_again(work, _missed(work, segments), segments)
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


def _may_be_speech(work: _Slice, window: SpeechSpan) -> bool:
    """False for a steady tone or silence, which end as a sound; the detector takes some of them for vowels."""
    kind = work.kind_between(window.start_ms, window.end_ms)
    if kind not in {SoundKind.TONE, SoundKind.NO_AUDIO}:
        return True
    work.sounds.append(Sound(kind, window.start_ms, window.end_ms))
    return False


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


def _missed(work: _Slice, segments: Sequence[Segment]) -> list[SpeechSpan]:
    """Stretches of speech that got no words, long enough to hold one."""
    stretches = _uncovered(work.request.speech, _words(segments), work.sounds)
    return [SpeechSpan(*stretch) for stretch in stretches if stretch.length_ms >= _MISSED_MS]


def _look_again(work: _Slice, missed: Sequence[SpeechSpan], known: Sequence[Segment]) -> list[Segment]:
    """Decode the speech that got no words; what is believable joins, the rest is reported.

    One word between long sentences ("Aye.") is easily passed over; with pauses around it, it is heard.
    """
    found: list[Segment] = []
    for window in _second_looks(work, [stretch for stretch in missed if not _is_sound(work, stretch)]):
        work.redecoded.append(Span(window.window.start_ms, window.window.end_ms))
        bad = work.suspicious_segments(window)
        heard = [
            segment
            for index, segment in enumerate(window.segments)
            if index not in bad and segment.no_speech_prob <= work.guards.max_no_speech and not _is_echo(segment, known)
        ]
        found += heard
        if not heard and window.window.end_ms - window.window.start_ms >= _REPORTED_MS:
            work.doubt(["speech_without_words"], window.window.start_ms, window.window.end_ms)
    return found


def _second_looks(work: _Slice, stretches: Sequence[SpeechSpan]) -> Iterator[DecodedWindow]:
    """Packed first; of a pack in which somebody was heard, what stayed without words by itself."""
    packs = pack(stretches, work.duration_ms)
    alone = [one for one in packs if len(one.pieces) == 1]
    for heard in work.packed([one for one in packs if len(one.pieces) > 1], Effort.SENTENCES):
        again = [window.window for window in heard if not window.segments]
        if len(again) == len(heard):
            yield from heard
            continue
        yield from (window for window in heard if window.segments)
        alone += [one for stretch in again for one in pack([stretch], work.duration_ms)]
    for heard in work.packed(alone, Effort.FAST):
        yield from heard


def _is_sound(work: _Slice, stretch: SpeechSpan) -> bool:
    """Music or a tone that was taken for speech becomes its sound; too short a stretch cannot be told."""
    if stretch.end_ms - stretch.start_ms < _REPORTED_MS:
        return False
    kind = work.kind_between(stretch.start_ms, stretch.end_ms)
    if kind is not None:
        work.sounds.append(Sound(kind, stretch.start_ms, stretch.end_ms))
    return kind is not None


def _is_echo(segment: Segment, known: Sequence[Segment]) -> bool:
    """A word that was heard already, only at a slightly wrong moment, must not be said twice."""
    said = [plain(word.text) for word in segment.words]
    near = [
        word
        for other in known
        if other.start_ms - 2_000 < segment.end_ms and segment.start_ms < other.end_ms + 2_000
        for word in other.words
        if word.start_ms - 1_500 < segment.end_ms and segment.start_ms < word.end_ms + 1_500
    ]
    texts = [plain(word.text) for word in near]
    return any(texts[at : at + len(said)] == said for at in range(len(texts) - len(said) + 1))


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
