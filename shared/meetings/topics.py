"""Which matters of city government a meeting was about, by the words that name them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from shared.meetings.lexicon import TOPICS
from shared.meetings.sentences import Sentence

PLACES = 5
FEWEST_MENTIONS = 2


@dataclass(frozen=True, slots=True)
class Topic:
    """A matter, how often it was named, and where first."""

    name: str
    mentions: int
    share: float
    """Share of all topic mentions in this meeting, 0 to 1."""
    words: tuple[str, ...]
    """The words that named it, most frequent first."""
    places_ms: tuple[int, ...]


def _index() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    index: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for name, terms in TOPICS.items():
        for term in terms:
            parts = tuple(term.split())
            index[parts[0]].append((parts, name))
    return {first: sorted(terms, key=lambda term: -len(term[0])) for first, terms in index.items()}


_BY_FIRST_WORD = _index()


def topics(said: Sequence[Sentence], *, most: int = 8) -> tuple[Topic, ...]:
    """The matters named at least twice, most mentioned first; a longer term counts instead of its parts.

    A street name is no traffic matter: "street" after a capitalised word is taken as part of an address.
    """
    words: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    places: dict[str, list[int]] = defaultdict(list)
    for sentence in said:
        for name, term in _mentions(sentence):
            words[name][term] += 1
            places[name].append(sentence.start_ms)
    total = sum(len(found) for found in places.values())
    ranked = sorted(places, key=lambda name: (-len(places[name]), name))
    return tuple(
        Topic(
            name=name,
            mentions=len(places[name]),
            share=round(len(places[name]) / total, 3),
            words=tuple(sorted(words[name], key=lambda term: (-words[name][term], term))[:5]),
            places_ms=tuple(sorted(set(places[name]))[:PLACES]),
        )
        for name in ranked[:most]
        if len(places[name]) >= FEWEST_MENTIONS
    )


def _mentions(sentence: Sentence) -> list[tuple[str, str]]:
    plains = [token.plain for token in sentence.tokens]
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(plains):
        for parts, name in _BY_FIRST_WORD.get(plains[at], ()):
            if tuple(plains[at : at + len(parts)]) == parts and not _is_address(sentence, at):
                found.append((name, " ".join(parts)))
                at += len(parts) - 1
                break
        at += 1
    return found


def _is_address(sentence: Sentence, at: int) -> bool:
    plain = sentence.tokens[at].plain
    if plain not in ("street", "park", "bridge", "school") or at == 0:
        return False
    written = sentence.words[sentence.tokens[at].word]
    return plain == "street" and written[:1].isupper() and sentence.words[sentence.tokens[at - 1].word][:1].isupper()
