"""Tells invented text from speech: the fast decoders have no guards of their own, so every window is judged here.

There are two judgements. A *suspicion* has a window decoded once more, which costs a second or two and no words.
*Hopeless* is what becomes ``[inaudible]`` after that, and no single measure makes confident text hopeless: a high
no-speech probability counts only together with low confidence or next to no text, a stock phrase only where the engine
doubts it, text that repeats itself only where a decode of shorter pieces repeats it another number of times, and a fast
sentence only where there was no time to say it in. The limits are Whisper's own where it has one.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from services.transcriber.decoding.stock_phrases import is_small_talk, is_stock_phrase, plain
from services.transcriber.engines.values import WORD_REACH_MS, DecodedWindow, Segment
from shared.captions.model import Word
from shared.meetings.sound_alike import sound_key
from shared.meetings.vocabulary import leaked
from shared.quality.loops import find_loops
from shared.quality.spans import Span, clipped, total_ms


class Suspicion(StrEnum):
    """Why a text may be invented."""

    LOW_CONFIDENCE = "low_confidence"
    NO_SPEECH = "no_speech"
    REPETITIVE = "repetitive"
    LOOP = "loop"
    STOCK_PHRASE = "stock_phrase"
    SQUEEZED = "squeezed"
    """The words' times are too close together, but there was time enough to say them."""
    TOO_FAST = "too_fast"
    """More words than anybody could say in the time there was."""
    STRETCHED = "stretched"
    """One word lasts while several were spoken: the others were passed over."""
    VOCABULARY_LEAK = "vocabulary_leak"


GOES_ROUND = frozenset({Suspicion.LOOP, Suspicion.REPETITIVE})
"""What shorter pieces, and then a ban on repeats, may mend."""
HARMLESS = frozenset({Suspicion.REPETITIVE, Suspicion.SQUEEZED, Suspicion.STRETCHED})
"""What hides nothing that the engine is sure of."""
_CONVICTING = frozenset(
    {
        Suspicion.NO_SPEECH,
        Suspicion.LOOP,
        Suspicion.STOCK_PHRASE,
        Suspicion.TOO_FAST,
        Suspicion.VOCABULARY_LEAK,
    }
)


@dataclass(frozen=True, slots=True)
class GuardOptions:
    """From where on text is suspicious."""

    min_logprob: float = -1.0
    hopeless_logprob: float = -1.6
    """Below this, a second decode that still says so is not worth showing."""
    sure_logprob: float = -0.7
    """Above this the engine is confident; a stock phrase needs more doubt than that."""
    max_no_speech: float = 0.6
    max_compression: float = 2.4
    most_words_per_s: float = 7.0
    """Auctioneers reach six; eight words in one second were never spoken."""
    thin_speech_ms: int = 6_000
    """So much speech, and three times what a text takes to say, has more in it than that text."""


DEFAULT_GUARDS = GuardOptions()

SAID_MS = 400
"""A word, said slowly."""

_FEWEST_PACED = 6  # words; the times of fewer are too coarse to tell how fast they were said
_FEWEST_COMPRESSED = 12  # words
_HIDDEN_MS = 700  # speech that a word may cover beside itself
_LONG_WORD = 30  # letters; longer ones are numbers without end, or a script without spaces
_ALIKE = 0.85  # share of words that two decodes of the same speech have in common
_ABOUT_MS = 2_000  # two decodes of other windows may time the same word so differently
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def suspicions(
    window: DecodedWindow,
    vocabulary: Sequence[str] = (),
    options: GuardOptions = DEFAULT_GUARDS,
    *,
    speech: Sequence[Span] | None = None,
) -> tuple[Suspicion, ...]:
    """Everything that speaks against a window; empty for ordinary speech and for a window without text.

    ``vocabulary`` is what the decoder was told to expect, ``speech`` where the detector heard somebody; without it, the
    whole window.
    """
    found = suspicious_segments(window, vocabulary, options, speech=speech)
    return tuple(sorted({reason for reasons in found.values() for reason in reasons}))


def suspicious_segments(
    window: DecodedWindow,
    vocabulary: Sequence[str] = (),
    options: GuardOptions = DEFAULT_GUARDS,
    *,
    speech: Sequence[Span] | None = None,
) -> dict[int, tuple[Suspicion, ...]]:
    """The same judgement segment by segment, as index -> reasons, so that good sentences beside bad ones stay."""
    speech = (window.window,) if speech is None else clipped(speech, window.window.start_ms, window.window.end_ms)
    bad = {index: _of_segment(segment, options) for index, segment in enumerate(window.segments) if segment.words}
    owner = [index for index, segment in enumerate(window.segments) for _ in segment.words]
    texts = [word.text for word in window.words]
    for at in looped(window):
        bad[owner[at]].add(Suspicion.LOOP)
    for index in _stock_phrases(window, speech, options):
        bad[index].add(Suspicion.STOCK_PHRASE)
    # A word or two in what may be half a minute of noise, where the engine itself hears nobody.
    if bad and _is_thin(window, speech, options):
        for index, reasons in bad.items():
            if window.segments[index].no_speech_prob > options.max_no_speech:
                reasons.add(Suspicion.NO_SPEECH)
    for index, reasons in bad.items():
        reasons |= _pace(window, index, speech, options)
        if any(_holds_others(word, speech) for word in window.segments[index].words):
            reasons.add(Suspicion.STRETCHED)
    for first, last in leaked(texts, vocabulary, doubted=_is_doubted(window, options)):
        for index in set(owner[first : last + 1]):
            bad[index].add(Suspicion.VOCABULARY_LEAK)
    return {index: tuple(sorted(reasons)) for index, reasons in bad.items() if reasons}


def looped(window: DecodedWindow) -> set[int]:
    """Which words of the window, by number, are part of a repetition; a word that has no end does so by itself."""
    caught: set[int] = set()
    for loop in find_loops([word.text for word in window.words]):
        caught |= set(range(loop.first, loop.last + 1))
    for at, word in enumerate(window.words):
        if len(word.text) > _LONG_WORD and find_loops(list(plain(word.text).replace(" ", ""))):
            caught.add(at)
    return caught


def is_hopeless(segment: Segment, reasons: Sequence[Suspicion], options: GuardOptions = DEFAULT_GUARDS) -> bool:
    """After the last decode: whether to show ``[inaudible]`` instead. Doubt alone is no reason to hide words."""
    found = set(reasons)
    if found & _CONVICTING or segment.avg_logprob < options.hopeless_logprob:
        return True
    return Suspicion.LOW_CONFIDENCE in found and len(found) > 1


def is_heard_again(window: DecodedWindow, segments: Collection[int], again: DecodedWindow) -> bool:
    """Whether another decode has the words of these segments too, as often and about there, however it spells them.

    What is invented changes with where the sound is cut and with what the decoder was told to expect: a loop turns
    another number of times, a prompt is not printed where there was none.
    """
    said = [(word, index in segments) for index, one in enumerate(window.segments) for word in one.words]
    others = again.words
    sounds = [_sound(word) for word, _ in said], [_sound(word) for word in others]
    blocks = SequenceMatcher(None, *sounds, autojunk=False).get_matching_blocks()
    pairs = [(said[block.a + at], others[block.b + at]) for block in blocks for at in range(block.size)]
    wanted = sum(is_wanted for _, is_wanted in said)
    found = sum(is_wanted and abs(word.start_ms - other.start_ms) <= _ABOUT_MS for (word, is_wanted), other in pairs)
    strays = round((1 - _ALIKE) * wanted)
    return wanted - found <= strays and abs(len(said) - len(others)) <= strays


def is_sure(window: DecodedWindow, options: GuardOptions = DEFAULT_GUARDS) -> bool:
    """Whether the engine stands by every sentence of a window that has some."""
    said = [segment for segment in window.segments if segment.words]
    return bool(said) and all(
        segment.avg_logprob >= options.sure_logprob and segment.no_speech_prob <= options.max_no_speech
        for segment in said
    )


def room_for(window: DecodedWindow, index: int, speech: Sequence[Span]) -> Span:
    """The time in which a segment may have been said: from the words before it to the words after it."""
    said = [segment for segment in window.segments[:index] if segment.words]
    follows = [segment for segment in window.segments[index + 1 :] if segment.words]
    start = said[-1].end_ms if said else window.window.start_ms
    end = follows[0].start_ms if follows else window.window.end_ms
    inside = clipped(speech, start, end)
    return Span(inside[0].start_ms, inside[-1].end_ms) if inside else Span(start, max(start, end))


def _of_segment(segment: Segment, options: GuardOptions) -> set[Suspicion]:
    found = set()
    if segment.avg_logprob < options.min_logprob:
        found.add(Suspicion.LOW_CONFIDENCE)
        if segment.no_speech_prob > options.max_no_speech:
            found.add(Suspicion.NO_SPEECH)
    # Short true repeats compress well too; Whisper's limit is meant for half a minute of text.
    if segment.compression_ratio > options.max_compression and _words_in(segment.words) >= _FEWEST_COMPRESSED:
        found.add(Suspicion.REPETITIVE)
    return found


def _stock_phrases(window: DecodedWindow, speech: Sequence[Span], options: GuardOptions) -> set[int]:
    """Segments that are a stock phrase, where something else speaks against them too.

    Their own confidence; or, where nothing else was said in the window, its no-speech probability (which engines give
    for the window as a whole), or much more speech than the phrase has words for.
    """
    said = {index: segment for index, segment in enumerate(window.segments) if segment.words}
    stock = {index for index, segment in said.items() if is_stock_phrase(segment.text)}
    short = {index for index, segment in said.items() if is_small_talk(segment.text)}
    found = {index for index in stock | short if said[index].avg_logprob < options.sure_logprob}
    if said.keys() == stock | short:
        found |= {index for index in said if said[index].no_speech_prob > options.max_no_speech}
    if said.keys() == stock and stock and _is_thin(window, speech, options):
        found |= stock
    return found


def _is_thin(window: DecodedWindow, speech: Sequence[Span], options: GuardOptions) -> bool:
    """Whether all that was said in a window takes far less time than somebody is supposed to have spoken."""
    speech_ms = total_ms(speech)
    return speech_ms >= options.thin_speech_ms and speech_ms > 3 * SAID_MS * _words_in(window.words)


def _pace(window: DecodedWindow, index: int, speech: Sequence[Span], options: GuardOptions) -> set[Suspicion]:
    words = window.segments[index].words
    count = _words_in(words)
    most_ms = 1000 * count / options.most_words_per_s
    if count < _FEWEST_PACED or words[-1].end_ms - words[0].start_ms >= most_ms:
        return set()
    room = room_for(window, index, speech)
    spoken_ms = total_ms(clipped(speech, room.start_ms, room.end_ms))
    # Between two sentences the room is known only as well as the times of their words are.
    inner = room.start_ms > window.window.start_ms, room.end_ms < window.window.end_ms
    return {Suspicion.SQUEEZED if spoken_ms + WORD_REACH_MS * sum(inner) >= most_ms else Suspicion.TOO_FAST}


def _holds_others(word: Word, speech: Sequence[Span]) -> bool:
    if word.end_ms - word.start_ms <= word.longest_ms:
        return False
    return total_ms(clipped(speech, word.start_ms, word.end_ms)) > word.longest_ms + _HIDDEN_MS


def _is_doubted(window: DecodedWindow, options: GuardOptions) -> bool:
    return any(
        segment.avg_logprob < options.sure_logprob or segment.no_speech_prob > options.max_no_speech
        for segment in window.segments
        if segment.words
    )


def _words_in(words: Sequence[Word]) -> float:
    """How many words were said; a script without spaces is counted by its letters."""
    return sum(
        len(word.text) / 2 if _UNSPACED.search(word.text) else max(1, len(word.text) / _LONG_WORD) for word in words
    )


def _sound(word: Word) -> str:
    return sound_key(word.text) or plain(word.text)
