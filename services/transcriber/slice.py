"""One slice of a meeting turned into words: decode fast, judge, decode the doubtful again, look for what was missed.

    speech -> windows -> fast decode -> suspicious? -> careful decode -> still? -> [inaudible] and a person's look
                                     -> speech without words? -> just those stretches once more, packed

What was missed is looked for without the city's vocabulary: over a breath or a cough a prompt is what comes out.

Works on any Engine and knows no process, file or clock but the one that measures it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import monotonic

from services.transcriber.engines.values import (
    DecodedWindow,
    Effort,
    Engine,
    Segment,
    SliceRequest,
    SliceResult,
)
from services.transcriber.guards import DEFAULT_GUARDS, HARMLESS, GuardOptions, suspicious_segments
from services.transcriber.plan import clipped, windows
from services.transcriber.retake import settle
from services.transcriber.samples import Floats
from services.transcriber.second_look import pack
from services.transcriber.slice_work import SHORT_WINDOW_MS, SliceWork
from services.transcriber.stock_phrases import plain
from shared.captions.model import Sound, Word
from shared.quality.spans import Span, common, joined, total_ms, without

_WORD_REACH_MS = 250  # word times are off by about this much
_MISSED_MS = 700  # with its padding, shorter speech without words is a breath
_REPORTED_MS = 1_500  # a person need not look at every cough
_ECHO_MS = 1_500  # no word's time is off by more
_QUICKEST_MS = 60  # no word is said in less


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
    work = SliceWork(engine, audio, request, guards)
    longest_ms = 30_000 if request.effort is Effort.FAST else SHORT_WINDOW_MS
    pieces = windows(clipped(request.speech, 0, work.duration_ms), longest_ms)
    all_ms, done_ms = total_ms(pieces), 0
    segments: list[Segment] = []
    for decoded in work.first(pieces):
        settled = settle(work, decoded) if request.second_looks else decoded
        segments += [segment for segment in settled.segments if segment.words]
        done_ms += decoded.window.length_ms
        if on_progress is not None:
            on_progress(done_ms, all_ms)
    found = _look_again(work, _missed(work, segments), segments) if request.second_looks else []
    words = _in_order(segments, found)
    segments = sorted([*segments, *found], key=lambda segment: (segment.start_ms, segment.end_ms))
    speech_ms = total_ms(request.speech)
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
        warnings=engine.warnings(request.decode.language),
    )


def _uncovered(speech: Sequence[Span], words: Sequence[Word], sounds: Sequence[Sound]) -> list[Span]:
    heard = [(word.start_ms - _WORD_REACH_MS, word.end_ms + _WORD_REACH_MS) for word in words]
    return without(speech, [*heard, *((sound.start_ms, sound.end_ms) for sound in sounds)])


def _missed(work: SliceWork, segments: Sequence[Segment]) -> list[Span]:
    """Stretches of speech that got no words, long enough to hold one."""
    stretches = _uncovered(work.request.speech, _words(segments), work.sounds)
    return [stretch for stretch in stretches if stretch.length_ms >= _MISSED_MS]


def _look_again(work: SliceWork, missed: Sequence[Span], known: Sequence[Segment]) -> list[Segment]:
    """Decode the speech that got no words; what is believable joins, the rest is reported.

    One word between long sentences ("Aye.") is easily passed over; with pauses around it, it is heard.
    """
    found: list[Segment] = []
    for window in _second_looks(work, [stretch for stretch in missed if not _is_sound(work, stretch)]):
        work.redecoded.append(window.window)
        bad = suspicious_segments(window, (), work.guards, speech=work.request.speech)
        heard = [
            segment
            for index, segment in enumerate(window.segments)
            if not set(bad.get(index, ())) - HARMLESS
            and segment.no_speech_prob <= work.guards.max_no_speech
            and not _is_echo(segment, known, work.request.speech)
        ]
        found += heard
        if not heard and window.window.length_ms >= _REPORTED_MS:
            work.doubt(["speech_without_words"], window.window.start_ms, window.window.end_ms)
    return found


def _second_looks(work: SliceWork, stretches: Sequence[Span]) -> Iterator[DecodedWindow]:
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


def _is_sound(work: SliceWork, stretch: Span) -> bool:
    """Music or a tone that was taken for speech becomes its sound; too short a stretch cannot be told."""
    if stretch.length_ms < _REPORTED_MS:
        return False
    kind = work.kind_between(stretch.start_ms, stretch.end_ms)
    if kind is not None:
        work.sounds.append(Sound(kind, stretch.start_ms, stretch.end_ms))
    return kind is not None


def _is_echo(segment: Segment, known: Sequence[Segment], speech: Sequence[Span]) -> bool:
    """A word that was heard already, only at a slightly wrong moment, must not be said twice."""
    said = [plain(word.text) for word in segment.words]
    near = [
        word
        for word in sorted(_words(known), key=lambda word: word.start_ms)
        if word.start_ms - _ECHO_MS < segment.end_ms and segment.start_ms < word.end_ms + _ECHO_MS
    ]
    texts = [plain(word.text) for word in near]
    alike = (
        near[at : at + len(said)] for at in range(len(texts) - len(said) + 1) if texts[at : at + len(said)] == said
    )
    return any(_is_same_sound(earlier, segment.words, near, speech) for earlier in alike)


def _is_same_sound(
    earlier: Sequence[Word], again: Sequence[Word], near: Sequence[Word], speech: Sequence[Span]
) -> bool:
    """Whether the same words, found twice, were said once: by their places, for "Aye." is also what two members say.

    Where that cannot be told, both stay: a vote that is left out is worse than a word that is shown twice.
    """
    place = Span(earlier[0].start_ms, earlier[-1].end_ms)
    first, second = sorted([place, Span(again[0].start_ms, again[-1].end_ms)])
    gap = Span(first.end_ms, second.start_ms)
    if any(gap.start_ms <= _middle(word) < gap.end_ms for word in near):
        return False  # engines err about times, and not about the order of words
    if total_ms(common([place], speech)) < _QUICKEST_MS * len(earlier):
        return True  # nobody speaks there, or nobody so fast: these are not the times of something said there
    is_parted = any(_middle(first) < span.end_ms <= _middle(second) for span in speech)
    return not is_parted and gap.length_ms < 2 * _WORD_REACH_MS


def _middle(value: Word | Span) -> int:
    return (value.start_ms + value.end_ms) // 2


def _in_order(said: Sequence[Segment], found: Sequence[Segment]) -> tuple[Word, ...]:
    """The words of what was said, and between them each sentence that was found, whole, where its middle lies.

    No word begins before the one before it has ended: where two decodes overlap, times give way, not the order.
    """
    blocks: list[tuple[int, list[Word]]] = []
    reached = 0
    for word in _words(sorted(said, key=lambda segment: (segment.start_ms, segment.end_ms))):
        reached = max(reached, _middle(word))
        blocks.append((reached, [word]))
    blocks += [((segment.start_ms + segment.end_ms) // 2, _words([segment])) for segment in found]
    blocks.sort(key=lambda block: block[0])
    ordered: list[Word] = []
    for word in (word for _, words in blocks for word in words):
        start = max(word.start_ms, ordered[-1].end_ms if ordered else 0)
        ordered.append(replace(word, start_ms=start, end_ms=max(word.end_ms, start + 1)))
    return tuple(ordered)


def _words(segments: Sequence[Segment]) -> list[Word]:
    """None lasts longer than it can take to say it: what it was stretched over counts as speech without words."""
    return [
        replace(word, end_ms=min(word.end_ms, word.start_ms + word.longest_ms))
        for segment in segments
        for word in segment.words
    ]
