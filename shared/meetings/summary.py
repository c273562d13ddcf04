"""An extractive summary: the sentences of a meeting that stand for most of the others.

LexRank (Erkan and Radev 2004) with cosine similarity of tf-idf vectors, without its cut-off: then the similarity
matrix is S x S-transposed for the sparse sentence vectors S, and each round of the random walk is two passes over the
words instead of one over all pairs of sentences. Three hours take a fraction of a second, and nothing is written that
was not said.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import log, sqrt

from shared.meetings.agenda_language import OPENS_WITH_ITEM, TAKES_UP_ITEM, ChapterKind
from shared.meetings.chapters import Chapter
from shared.meetings.lexicon import PROCEDURE, STOP_WORDS
from shared.meetings.sentences import Sentence

DAMPING = 0.85
ROUNDS = 20
FEWEST_TOKENS, MOST_TOKENS = 7, 45
FEWEST_MEANING = 4
"""A sentence needs this many different words that are neither stop words nor procedure to say anything by itself."""
REPEATS = 0.5
"""A sentence this similar to a chosen one adds nothing."""
SAME_CHAPTER = 0.6
"""Each sentence chosen from a chapter lowers the others of that chapter by this factor."""
SKIPPED = frozenset({ChapterKind.OPENING, ChapterKind.ROLL_CALL, ChapterKind.RECESS, ChapterKind.ADJOURNMENT})

_Vector = dict[str, float]


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """A sentence as it was said, and where."""

    text: str
    start_ms: int
    end_ms: int
    speaker: str | None
    weight: float
    """Standing among all sentences: 1 is the most central one."""


def summarise(
    said: Sequence[Sentence], chapters: Sequence[Chapter] = (), *, most: int | None = None
) -> tuple[SummarySentence, ...]:
    """The most central sentences in order of time; ``most`` defaults to 3 for a short recording, 12 for a long one."""
    usable = [sentence for sentence in said if _says_something(sentence)]
    vectors = _vectors(usable)
    ranks = _walk(vectors)
    if not ranks:
        return ()
    wanted = most if most is not None else _fitting(said)
    starts = [chapter.start_ms for chapter in chapters]
    chapter_of = [_chapter_at(starts, sentence.start_ms) for sentence in usable]
    chosen = _choose(ranks, vectors, chapter_of, chapters, wanted)
    top = max(ranks)
    return tuple(
        SummarySentence(
            usable[at].text, usable[at].start_ms, usable[at].end_ms, usable[at].speaker, round(ranks[at] / top, 3)
        )
        for at in sorted(chosen)
    )


def _fitting(said: Sequence[Sentence]) -> int:
    minutes = (said[-1].end_ms - said[0].start_ms) // 60_000
    return max(3, min(12, 3 + minutes // 10))


def _says_something(sentence: Sentence) -> bool:
    if sentence.is_question or not FEWEST_TOKENS <= len(sentence.tokens) <= MOST_TOKENS:
        return False
    if sentence.plain.startswith("my name is"):
        return False
    if OPENS_WITH_ITEM.search(sentence.plain) or TAKES_UP_ITEM.search(sentence.plain):
        return False  # it announces a chapter, and the list of chapters says so already
    return len({token.plain for token in sentence.tokens if _has_meaning(token.plain)}) >= FEWEST_MEANING


def _has_meaning(plain: str) -> bool:
    return len(plain) > 2 and plain not in STOP_WORDS and plain not in PROCEDURE and not plain.isdigit()


def _vectors(usable: Sequence[Sentence]) -> list[_Vector]:
    """Unit tf-idf vectors of the words with meaning."""
    counts = [Counter(token.plain for token in sentence.tokens if _has_meaning(token.plain)) for sentence in usable]
    spread = Counter(plain for count in counts for plain in count)
    total = len(counts)
    vectors = []
    for count in counts:
        weights = {plain: times * log(1 + total / spread[plain]) for plain, times in count.items()}
        norm = sqrt(sum(weight * weight for weight in weights.values()))
        vectors.append({plain: weight / norm for plain, weight in weights.items()})
    return vectors


def _walk(vectors: Sequence[_Vector]) -> list[float]:
    """Where a reader ends who keeps going from each sentence to a similar one."""
    count = len(vectors)
    if not count:
        return []
    degrees = _spread(vectors, [1.0] * count)
    ranks = [1.0 / count] * count
    for _ in range(ROUNDS):
        reached = _spread(vectors, [rank / degree for rank, degree in zip(ranks, degrees, strict=True)])
        ranks = [(1 - DAMPING) / count + DAMPING * value for value in reached]
    return ranks


def _spread(vectors: Sequence[_Vector], weights: Sequence[float]) -> list[float]:
    """S x S-transposed x weights, by way of the words."""
    words: dict[str, float] = {}
    for vector, weight in zip(vectors, weights, strict=True):
        for plain, value in vector.items():
            words[plain] = words.get(plain, 0.0) + value * weight
    return [sum(value * words[plain] for plain, value in vector.items()) for vector in vectors]


def _chapter_at(starts: Sequence[int], at_ms: int) -> int:
    """Number of the chapter that runs at a moment; chapters have no gaps."""
    return bisect_right(starts, at_ms) - 1


def _choose(
    ranks: Sequence[float],
    vectors: Sequence[_Vector],
    chapter_of: Sequence[int],
    chapters: Sequence[Chapter],
    wanted: int,
) -> list[int]:
    chosen: list[int] = []
    taken: Counter[int] = Counter()
    left = {at for at, chapter in enumerate(chapter_of) if chapter < 0 or chapters[chapter].kind not in SKIPPED} or set(
        range(len(ranks))
    )
    # A heap whose entries may be out of date: one that has lost worth since goes back with its present worth.
    heap = [(-ranks[at], at) for at in left]
    heapify(heap)
    while heap and len(chosen) < wanted:
        worth, best = heappop(heap)
        now = -ranks[best] * SAME_CHAPTER ** taken[chapter_of[best]]
        if now > worth:
            heappush(heap, (now, best))
            continue
        if any(_cosine(vectors[best], vectors[other]) > REPEATS for other in chosen):
            continue
        chosen.append(best)
        taken[chapter_of[best]] += 1
    return chosen


def _cosine(one: _Vector, other: _Vector) -> float:
    small, large = sorted((one, other), key=len)
    return sum(value * large.get(plain, 0.0) for plain, value in small.items())
