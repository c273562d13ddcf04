"""Speech that got no words, heard once more by itself: the second look for what a long window has passed over.

One word between long sentences ("Aye.") is easily missed; with pauses around it, it is heard. It is looked for without
the city's vocabulary: over a breath or a cough a prompt is what comes out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.transcriber.engines.values import WORD_REACH_MS, DecodedWindow, Effort, Segment, middle_ms
from services.transcriber.guards import HARMLESS, suspicious_segments
from services.transcriber.packs import pack
from services.transcriber.slice_work import SliceWork
from services.transcriber.stock_phrases import plain
from shared.captions.model import Sound, Word
from shared.quality.spans import Span, common, total_ms, without

_MISSED_MS = 700  # with its padding, shorter speech without words is a breath
_REPORTED_MS = 1_500  # a person need not look at every cough
_ECHO_MS = 1_500  # no word's time is off by more
_QUICKEST_MS = 60  # no word is said in less


def hear_missed(work: SliceWork, said: Sequence[Segment]) -> list[Segment]:
    """What is believable of a second look at the speech that has no words in ``said``; the rest is reported."""
    found: list[Segment] = []
    for window in _heard(work, [stretch for stretch in _missed(work, said) if not _is_sound(work, stretch)]):
        work.redecoded.append(window.window)
        bad = suspicious_segments(window, (), work.guards, speech=work.request.speech)
        heard = [
            segment
            for index, segment in enumerate(window.segments)
            if not set(bad.get(index, ())) - HARMLESS
            and segment.no_speech_prob <= work.guards.max_no_speech
            and not _is_echo(segment, said, work.request.speech)
        ]
        found += heard
        if not heard and window.window.length_ms >= _REPORTED_MS:
            work.doubt(["speech_without_words"], window.window.start_ms, window.window.end_ms)
    return found


def uncovered(speech: Sequence[Span], words: Sequence[Word], sounds: Sequence[Sound]) -> list[Span]:
    """Speech that neither words nor sounds account for."""
    heard = [(word.start_ms - WORD_REACH_MS, word.end_ms + WORD_REACH_MS) for word in words]
    return without(speech, [*heard, *((sound.start_ms, sound.end_ms) for sound in sounds)])


def words_of(segments: Sequence[Segment]) -> list[Word]:
    """All words, none longer than it can take to say it: what it was stretched over is speech without words."""
    return [
        replace(word, end_ms=min(word.end_ms, word.start_ms + word.longest_ms))
        for segment in segments
        for word in segment.words
    ]


def _missed(work: SliceWork, said: Sequence[Segment]) -> list[Span]:
    """Stretches of speech that got no words, long enough to hold one."""
    stretches = uncovered(work.request.speech, words_of(said), work.sounds)
    return [stretch for stretch in stretches if stretch.length_ms >= _MISSED_MS]


def _heard(work: SliceWork, stretches: Sequence[Span]) -> Iterator[DecodedWindow]:
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
        for word in sorted(words_of(known), key=lambda word: word.start_ms)
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
    if any(gap.start_ms <= middle_ms(word) < gap.end_ms for word in near):
        return False  # engines err about times, and not about the order of words
    if total_ms(common([place], speech)) < _QUICKEST_MS * len(earlier):
        return True  # nobody speaks there, or nobody so fast: these are not the times of something said there
    is_parted = any(middle_ms(first) < span.end_ms <= middle_ms(second) for span in speech)
    return not is_parted and gap.length_ms < 2 * WORD_REACH_MS
