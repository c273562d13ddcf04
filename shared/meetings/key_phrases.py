"""Key phrases: runs of words with meaning that this meeting uses more than once.

RAKE (Rose et al. 2010) cuts sentences at stop words and rates a phrase by its words' company; we add the meeting's
procedure to the stop words, count only what is said twice, and let a longer phrase stand for its parts. Single
names are left out: they say who spoke, not what of.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from shared.meetings.lexicon import PROCEDURE, STOP_WORDS
from shared.meetings.member_names import TITLE
from shared.meetings.numbers import PlainToken
from shared.meetings.sentences import Sentence

LONGEST = 4
PLACES = 5
FEWEST_SINGLE = 4
"""A single word must be said this often to mark a meeting."""
STANDS_FOR = 0.6
"""A phrase is left out when a longer one that holds it has at least this share of its occurrences."""
_TITLES = frozenset(TITLE.strip("(?:)").replace(" ?", "").replace("|", " ").split())


@dataclass(frozen=True, slots=True)
class KeyPhrase:
    """A phrase, how often it was said, and where first."""

    text: str
    count: int
    score: float
    places_ms: tuple[int, ...]
    """Starts of the first sentences that hold it."""


def key_phrases(said: Sequence[Sentence], *, most: int = 20) -> tuple[KeyPhrase, ...]:
    """The phrases that mark this meeting, strongest first."""
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for sentence in said:
        for phrase in _phrases(sentence):
            places[phrase].append(sentence.start_ms)
    names = {word.plain for sentence in said for word in _capitalised(sentence)}
    often = {phrase: found for phrase, found in places.items() if len(found) > 1}
    scores = _scores(often)
    longer = _longer(often)
    kept = [
        phrase
        for phrase in often
        if len(phrase) > 1 or (len(often[phrase]) >= FEWEST_SINGLE and phrase[0] not in names)
        if max(longer[phrase, 0], longer[phrase, 1]) < STANDS_FOR * len(often[phrase])
    ]
    kept.sort(key=lambda phrase: (-scores[phrase], phrase))
    return tuple(
        KeyPhrase(" ".join(phrase), len(often[phrase]), round(scores[phrase], 3), tuple(often[phrase][:PLACES]))
        for phrase in kept[:most]
    )


def _phrases(sentence: Sentence) -> Iterator[tuple[str, ...]]:
    """Every run of one to four words with meaning that no punctuation interrupts."""
    run: list[str] = []
    for token in sentence.tokens:
        if not _has_meaning(token.plain):
            yield from _parts(run)
            run = []
            continue
        run.append(token.plain)
        if sentence.words[token.word][-1:] in ",;:.?!":
            yield from _parts(run)
            run = []
    yield from _parts(run)


def _capitalised(sentence: Sentence) -> Iterator[PlainToken]:
    """Words written as names: capitalised although no sentence begins with them."""
    return (token for token in sentence.tokens if token.word and sentence.words[token.word][:1].isupper())


def _has_meaning(plain: str) -> bool:
    if plain in STOP_WORDS or plain in PROCEDURE or plain in _TITLES:
        return False
    return len(plain) > 2 and not plain[0].isdigit() and "." not in plain


def _parts(run: list[str]) -> Iterator[tuple[str, ...]]:
    for first in range(len(run)):
        for end in range(first + 1, min(len(run), first + LONGEST) + 1):
            yield tuple(run[first:end])


def _scores(often: dict[tuple[str, ...], list[int]]) -> dict[tuple[str, ...], float]:
    """Sum of each word's company (degree over frequency), times how often the phrase was said."""
    frequency: Counter[str] = Counter()
    degree: Counter[str] = Counter()
    for phrase, found in often.items():
        for word in phrase:
            frequency[word] += len(found)
            degree[word] += len(found) * len(phrase)
    return {
        phrase: log(1 + len(found)) * sum(degree[word] / frequency[word] for word in phrase) / len(phrase) ** 0.5
        for phrase, found in often.items()
    }


def _longer(often: dict[tuple[str, ...], list[int]]) -> Counter[tuple[tuple[str, ...], int]]:
    """How often each phrase was said with one more word behind it (0) or before it (1)."""
    longer: Counter[tuple[tuple[str, ...], int]] = Counter()
    for phrase, found in often.items():
        longer[phrase[:-1], 0] += len(found)
        longer[phrase[1:], 1] += len(found)
    return longer
