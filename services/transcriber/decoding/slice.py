"""One slice of a meeting turned into words: decode fast, judge, decode the doubtful again, look for what was missed.

    speech -> windows -> fast decode -> suspicious? -> careful decode -> still? -> [inaudible] and a person's look
                                     -> speech without words? -> just those stretches once more, packed

These *second looks* stay inside the slice: :mod:`services.transcriber.decoding.retake` is the first, and
:mod:`services.transcriber.decoding.missed_speech` the second. A *second decode* is another thing: a whole slice that
the quality gate has sent back (:mod:`services.transcriber.composing.better_decode`).

Works on any Engine and knows no process, file or clock but the one that measures it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from time import monotonic, process_time

from services.transcriber.decoding.doubted import believable
from services.transcriber.decoding.guards import DEFAULT_GUARDS, GuardOptions
from services.transcriber.decoding.missed_speech import hear_missed, uncovered, words_of
from services.transcriber.decoding.other_languages import in_their_languages
from services.transcriber.decoding.plan import windows
from services.transcriber.decoding.retake import settle
from services.transcriber.decoding.slice_work import SliceWork
from services.transcriber.engines.values import (
    Engine,
    Segment,
    SliceRequest,
    SliceResult,
    middle_ms,
)
from services.transcriber.hearing.samples import Floats
from services.transcriber.hearing.vad import DEFAULT_VAD
from shared.captions.model import Word
from shared.quality.spans import Span, clipped, joined, total_ms, without

_LATE_MS = 80
"""Less than what the detector adds before a voice, for it hears some voices no later."""
_SHORTEST_MS = 60
"""No word is said in less."""


def transcribe_slice(
    engine: Engine,
    audio: Floats,
    request: SliceRequest,
    *,
    guards: GuardOptions = DEFAULT_GUARDS,
    on_progress: Callable[[int, int], None] | None = None,
) -> SliceResult:
    """Words of one slice of 16 kHz audio. ``on_progress`` receives speech done and speech in all, in milliseconds."""
    started, worked_s = monotonic(), process_time()
    work = SliceWork(engine, audio, request, guards)
    pieces = windows(clipped(request.speech, 0, work.duration_ms), work.longest_ms)
    all_ms, done_ms = total_ms(pieces), 0
    segments: list[Segment] = []
    first = work.first(pieces)
    for decoded in in_their_languages(work, first) if request.second_looks else first:
        settled = settle(work, believable(work, decoded)) if request.second_looks else decoded
        segments += [segment for segment in settled.segments if segment.words]
        done_ms = min(all_ms, done_ms + decoded.window.length_ms)
        if on_progress is not None:
            on_progress(done_ms, all_ms)
    found = hear_missed(work, segments) if request.second_looks else []
    words = begun_with_the_voice(_in_order(segments, found), request.speech)
    segments = sorted([*segments, *found], key=lambda segment: (segment.start_ms, segment.end_ms))
    speech = without(request.speech, work.overruled)
    return SliceResult(
        words=words,
        segments=tuple(segments),
        sounds=tuple(sorted(work.sounds, key=lambda sound: sound.start_ms)),
        doubts=tuple(sorted(work.doubts, key=lambda doubt: (doubt.start_ms, doubt.code))),
        redecoded=tuple(joined(work.redecoded)),
        language=request.options.language,
        speech_ms=total_ms(speech),
        covered_ms=total_ms(speech) - total_ms(uncovered(speech, words, work.sounds)),
        decode_ms=round((monotonic() - started) * 1000),
        engine=engine.describe(),
        warnings=_warnings(work),
        overruled=tuple(work.overruled),
        processor_ms=round((process_time() - worked_s) * 1000),
        other_languages=tuple(sorted(work.other_languages, key=lambda other: other.start_ms)),
    )


def _warnings(work: SliceWork) -> tuple[str, ...]:
    """What a reader should know of the words in every language that was written."""
    written = [work.request.options.language, *(one.language for one in work.other_languages if one.has_words)]
    return tuple(dict.fromkeys(said for language in written for said in work.engine.warnings(language)))


def begun_with_the_voice(words: Sequence[Word], speech: Sequence[Span]) -> tuple[Word, ...]:
    """The words, none of which begins in the pause before the voice that says it.

    Alignment puts the first word after a pause a tenth of a second or more into it, often much more. The detector knows
    the moment to some forty milliseconds: it adds 200 before a voice, and hears it some fifty late.
    """
    pauses = list(_pauses(speech))
    begins = [pause.end_ms for pause in pauses]
    moved = list(words)
    for number, word in enumerate(words):
        latest = bisect_right(begins, word.end_ms - _SHORTEST_MS) - 1
        if latest < 0 or word.start_ms >= begins[latest]:
            continue
        # What is said on both sides of a pause stays on the side that has more of it.
        before_ms, after_ms = pauses[latest].start_ms - word.start_ms, word.end_ms - pauses[latest].end_ms
        if before_ms < after_ms:
            moved[number] = replace(word, start_ms=begins[latest])
    return tuple(moved)


def _pauses(speech: Sequence[Span]) -> Iterator[Span]:
    """From where a voice ends to where the next begins; what the detector adds to both is 200, or half of the pause."""
    for before, span in pairwise([Span(0, 0), *sorted(speech)]):
        silent_ms = span.start_ms - before.end_ms
        added_ms = min(DEFAULT_VAD.pad_ms, silent_ms // 2)
        if silent_ms > 0:
            yield Span(before.end_ms - added_ms, span.start_ms + max(0, added_ms - _LATE_MS))


def _in_order(said: Sequence[Segment], found: Sequence[Segment]) -> tuple[Word, ...]:
    """The words of what was said, and between them each sentence that was found, whole, where its middle lies.

    No word begins before the one before it has ended: where two decodes overlap, times give way, not the order.
    """
    blocks: list[tuple[int, list[Word]]] = []
    reached = 0
    for word in words_of(sorted(said, key=lambda segment: (segment.start_ms, segment.end_ms))):
        reached = max(reached, middle_ms(word))
        blocks.append((reached, [word]))
    blocks += [(middle_ms(segment), words_of([segment])) for segment in found]
    blocks.sort(key=lambda block: block[0])
    ordered: list[Word] = []
    for word in (word for _, words in blocks for word in words):
        start = max(word.start_ms, ordered[-1].end_ms if ordered else 0)
        ordered.append(replace(word, start_ms=start, end_ms=max(word.end_ms, start + 1)))
    return tuple(ordered)
