"""Tells invented text from speech: the fast decoders have no guards of their own, so every window is judged here.

The limits are Whisper's own where it has one. No single measure convicts real speech: a high no-speech probability
counts only together with low confidence, "thank you" only where the engine itself doubts it, and a council that votes
"aye" nine times is not a loop.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.transcriber.engines.values import DecodedWindow, Segment
from shared.quality.loops import find_loops


class Suspicion(StrEnum):
    """Why a text may be invented."""

    LOW_CONFIDENCE = "low_confidence"
    NO_SPEECH = "no_speech"
    REPETITIVE = "repetitive"
    LOOP = "loop"
    STOCK_PHRASE = "stock_phrase"
    TOO_FAST = "too_fast"
    VOCABULARY_LEAK = "vocabulary_leak"


@dataclass(frozen=True, slots=True)
class GuardOptions:
    """From where on text is suspicious."""

    min_logprob: float = -1.0
    hopeless_logprob: float = -1.6
    """Below this, a second decode that still says so is not worth showing."""
    max_no_speech: float = 0.6
    max_compression: float = 2.4
    most_words_per_s: float = 7.0
    """Auctioneers reach six; eight words in one second were never spoken."""
    line_cycle_times: int = 4
    leaked_terms: int = 4
    """So many vocabulary entries in a row, in the vocabulary's order, are the prompt printed as text."""


DEFAULT_GUARDS = GuardOptions()

# Whisper learned them from subtitles of the internet. No meeting contains the first kind; the second kind it may.
_NEVER_SAID = re.compile(
    r"amara\.org|subtitles? (by|provided|created)|captions? (by|provided)|transcri(bed|ption) by|"
    r"(thanks|thank you) for watching|(like|please) and subscribe|subscribe to (my|our|the) channel|"
    r"see you (in the )?next (video|time)|www\.|\.com\b",
    re.IGNORECASE,
)
_OFTEN_INVENTED = frozenset(
    {"thank you", "thank you very much", "thanks", "you", "bye", "bye bye", "okay", "so", "oh", "the end", "hmm"}
)


def suspicions(
    window: DecodedWindow, vocabulary: Sequence[str] = (), options: GuardOptions = DEFAULT_GUARDS
) -> tuple[Suspicion, ...]:
    """Everything that speaks against a window; empty for ordinary speech and for a window without text."""
    if not window.words:
        return ()
    found = {reason for segment in window.segments if segment.words for reason in _of_segment(segment, options)}
    texts = [word.text for word in window.words]
    if find_loops(texts) or line_cycles(window.segments, options):
        found.add(Suspicion.LOOP)
    if _leaks(texts, vocabulary, options):
        found.add(Suspicion.VOCABULARY_LEAK)
    return tuple(sorted(found))


def suspicious_segments(
    window: DecodedWindow, vocabulary: Sequence[str] = (), options: GuardOptions = DEFAULT_GUARDS
) -> dict[int, tuple[Suspicion, ...]]:
    """The same judgement segment by segment, as index -> reasons, so that good sentences beside bad ones stay."""
    bad = {index: set(_of_segment(segment, options)) for index, segment in enumerate(window.segments) if segment.words}
    owner = [index for index, segment in enumerate(window.segments) for _ in segment.words]
    texts = [word.text for word in window.words]
    for loop in find_loops(texts):
        for index in set(owner[loop.first : loop.last + 1]):
            bad[index].add(Suspicion.LOOP)
    for index in line_cycles(window.segments, options):
        bad[index].add(Suspicion.LOOP)
    for index, segment in enumerate(window.segments):
        if _leaks([word.text for word in segment.words], vocabulary, options):
            bad[index].add(Suspicion.VOCABULARY_LEAK)
    return {index: tuple(sorted(reasons)) for index, reasons in bad.items() if reasons}


def line_cycles(segments: Sequence[Segment], options: GuardOptions = DEFAULT_GUARDS) -> set[int]:
    """Indexes of segments that repeat in cycles of one to four lines of at least three words each."""
    lines = [plain(segment.text) for segment in segments]
    times, caught = options.line_cycle_times, set()
    for period in range(1, 5):
        for first in range(len(lines) - period * times + 1):
            cycle = lines[first : first + period]
            if any(len(line.split()) < 3 for line in cycle):
                continue
            if all(lines[first + k] == cycle[k % period] for k in range(period * times)):
                caught |= set(range(first, first + period * times))
    return caught


def is_hopeless(segment: Segment, reasons: Sequence[Suspicion], options: GuardOptions = DEFAULT_GUARDS) -> bool:
    """After the last decode: whether to show ``[inaudible]`` instead. Doubt alone is no reason to hide words."""
    return bool(set(reasons) - {Suspicion.LOW_CONFIDENCE}) or segment.avg_logprob < options.hopeless_logprob


def _of_segment(segment: Segment, options: GuardOptions) -> set[Suspicion]:
    found = set()
    text = plain(segment.text)
    doubtful = segment.avg_logprob < options.min_logprob
    if doubtful:
        found.add(Suspicion.LOW_CONFIDENCE)
    if doubtful and segment.no_speech_prob > options.max_no_speech:
        found.add(Suspicion.NO_SPEECH)
    # Short true repeats compress well too; Whisper's limit is meant for half a minute of text.
    if segment.compression_ratio > options.max_compression and len(segment.words) >= 12:
        found.add(Suspicion.REPETITIVE)
    if _NEVER_SAID.search(segment.text):
        found.add(Suspicion.STOCK_PHRASE)
    if text in _OFTEN_INVENTED and (segment.avg_logprob < -0.7 or segment.no_speech_prob > 0.5):
        found.add(Suspicion.STOCK_PHRASE)
    seconds = (segment.words[-1].end_ms - segment.words[0].start_ms) / 1000
    if len(segment.words) >= 6 and len(segment.words) > options.most_words_per_s * max(seconds, 0.1):
        found.add(Suspicion.TOO_FAST)
    return found


def _leaks(texts: Sequence[str], vocabulary: Sequence[str], options: GuardOptions) -> bool:
    if len(vocabulary) < options.leaked_terms:
        return False
    said = f" {plain(' '.join(texts))} "
    terms = [plain(term) for term in vocabulary]
    rows = zip(*(terms[offset:] for offset in range(options.leaked_terms)), strict=False)
    return any(f" {' '.join(row)} " in said for row in rows)


def plain(text: str) -> str:
    """Lower case, words and apostrophes only."""
    return " ".join(re.sub(r"[^\w' ]", " ", text.casefold()).split())
