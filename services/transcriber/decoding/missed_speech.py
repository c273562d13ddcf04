"""Speech that got no words, heard once more by itself: the second look for what a long window has passed over.

One word between long sentences ("Aye.") is easily missed; and a model that is asked for half a minute at once sometimes
leaps over seconds of it, or ends in the middle of the window, with the best of scores: only the times of its words
show it. Where a stretch is heard by itself, with a little around it, it is found. It is looked for without the city's
vocabulary: over a breath or a cough a prompt is what comes out.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.transcriber.decoding.doubted import is_believable, overruled
from services.transcriber.decoding.guards import HARMLESS, suspicious_segments
from services.transcriber.decoding.plan import windows
from services.transcriber.decoding.slice_work import SliceWork
from services.transcriber.decoding.stock_phrases import plain
from services.transcriber.engines.values import WORD_REACH_MS, DecodedWindow, Segment, middle_ms
from shared.captions.model import Sound, Word
from shared.quality.spans import Span, clipped, common, joined, total_ms, without

_MISSED_MS = 700  # with its padding, shorter speech without words is a breath
_REPORTED_MS = 1_500  # a person need not look at every cough
_ECHO_MS = 1_500  # no word's time is off by more
_QUICKEST_MS = 60  # no word is said in less
_BREATH_MS = 100  # the detector parts one sentence in two by less
_ROUNDS = 3  # what is left out of a stretch is heard by itself in the next


def hear_missed(work: SliceWork, said: Sequence[Segment]) -> list[Segment]:
    """What is believable of a second look at the speech that has no words in ``said``; the rest is reported."""
    found: list[Segment] = []
    tried: set[Span] = set()
    for _ in range(_ROUNDS):
        stretches = [stretch for stretch in _missed(work, [*said, *found]) if stretch not in tried]
        if not stretches:
            break
        tried.update(stretches)
        for window in work.again(_pieces(work, stretches)):
            found += _believed(work, window, [*said, *found])
    # Not before: what sounds like no voice is heard by itself, too, and words that the engine is sure of are words.
    work.overruled += overruled(work, [*said, *found])
    for stretch in _missed(work, [*said, *found]):
        if stretch.length_ms >= _REPORTED_MS and not _is_sound(work, stretch):
            work.doubt(["speech_without_words"], stretch.start_ms, stretch.end_ms)
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
    """Stretches of speech that got no words, with the breaths in them, long enough to hold one."""
    left = uncovered(without(work.request.speech, work.overruled), words_of(said), work.sounds)
    found: list[Span] = []
    for stretch in joined(left, bridging_ms=_BREATH_MS):
        # Words between two of them part them, however short they are.
        found += common([stretch], joined(left, bridging_ms=1)) if _has_words(said, stretch) else [stretch]
    return [stretch for stretch in found if total_ms(common([stretch], left)) >= _MISSED_MS]


def _has_words(said: Sequence[Segment], stretch: Span) -> bool:
    return any(stretch.start_ms <= middle_ms(word) < stretch.end_ms for word in words_of(said))


def _pieces(work: SliceWork, stretches: Sequence[Span]) -> list[Span]:
    """No longer than a window of the model; the longest first, so that those of like length are heard together."""
    pieces = [
        piece
        for stretch in stretches
        for piece in windows(clipped(work.request.speech, *stretch), work.window_ms, _BREATH_MS)
    ]
    return sorted(pieces, key=lambda piece: (-piece.length_ms, piece.start_ms))


def _believed(work: SliceWork, window: DecodedWindow, known: Sequence[Segment]) -> list[Segment]:
    work.redecoded.append(window.window)
    bad = suspicious_segments(window, (), work.guards, speech=work.request.speech)
    return [
        segment
        for index, segment in enumerate(window.segments)
        if segment.words
        and not set(bad.get(index, ())) - HARMLESS
        and segment.no_speech_prob <= work.guards.max_no_speech
        and not _is_echo(segment, known, work.request.speech)
        and is_believable(work, segment)
    ]


def _is_sound(work: SliceWork, stretch: Span) -> bool:
    """Music or a tone that was taken for speech, and in which nothing was heard twice, becomes its sound."""
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
