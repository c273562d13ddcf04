"""Captions in which every word is known by a number of its own, so that it is found again after any edit.

``carrying.py`` holds two of them side by side, one that a person edits and one that the edits are carried over to: a
word has the same number in both.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from shared.captions.align import stretches
from shared.captions.edits import IdentifiedCue, change, in_order
from shared.captions.model import Cue
from shared.captions.operations import (
    BREAK,
    Delete,
    Insert,
    Merge,
    Operation,
    SetText,
    Split,
    common,
    cue_words,
    placed,
)

_FAR_S = 10
"""Of two results of one recording, words further apart than this are not the same, however alike."""


class TracedCues:
    """Cues by id with the number of each of their words, and where each word and each speaker's cues are."""

    def __init__(self, cues: Iterable[IdentifiedCue], numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self.table: dict[str, Cue] = {}
        self.words: dict[str, list[int]] = {}
        self.where: dict[int, str] = {}
        self.said_by: dict[str | None, set[str]] = {}
        for one in cues:
            self.table[one.id] = one.cue
            self.said_by.setdefault(one.cue.speaker, set()).add(one.id)
            self._set(one.id, [next(numbers) for _ in cue_words(one.cue)])

    def in_order(self) -> tuple[IdentifiedCue, ...]:
        """The cues as viewers meet them."""
        return in_order(self.table)

    def renumber(self, id: str, at: int, number: int) -> None:
        """A word of this cue is the same as one of other captions."""
        del self.where[self.words[id][at]]
        self.words[id][at] = number
        self.where[number] = id

    def place(self, number: int) -> tuple[str, int] | None:
        """The cue that holds this word, and which of its words it is."""
        cue = self.where.get(number)
        return None if cue is None else (cue, self.words[cue].index(number))

    def numbers_of(self, operation: Operation) -> list[int]:
        """Numbers for the words that the operation puts in: those at the edges of a text that stay keep theirs."""
        match operation:
            case Insert(_, made):
                return [next(self._numbers) for _ in cue_words(made)]
            case SetText(cue, at, old, new):
                own = self.words[cue][at : at + len(old)]
                return self._numbers_after(own, placed(old, at), placed(new, at))
            case _:
                return []

    def _numbers_after(self, own: Sequence[int], old: Sequence[str], new: Sequence[str]) -> list[int]:
        """A word that only begins a row now, or no longer, is the same word."""
        first, last = common(old, new)
        inner = _bares(old[first : len(old) - last]), _bares(new[first : len(new) - last])
        begin, end = common(*inner)
        fresh = [next(self._numbers) for _ in range(len(inner[1]) - begin - end)]
        return [*own[: first + begin], *fresh, *own[len(own) - last - end :]]

    def apply(self, operation: Operation, numbers: Sequence[int] | None = None) -> None:
        """Change cues and words; ``numbers`` are those of the words that are put in."""
        before = {id: self.table[id] for id in operation.touched if id in self.table}
        change(self.table, operation)
        new = list(self.numbers_of(operation) if numbers is None else numbers)
        match operation:
            case SetText(cue, first, old, _):
                own = self.words[cue]
                self._set(cue, [*own[:first], *new, *own[first + len(old) :]])
            case Split(cue, word, other):
                own = self.words[cue]
                self._set(cue, own[:word])
                self._set(other, own[word:])
            case Merge(cue, other):
                self._set(cue, self.words[cue] + self.words[other])
                del self.words[other]
            case Insert(cue, _):
                self._set(cue, new)
            case Delete(cue):
                self._set(cue, [])
                del self.words[cue]
        for id, was in before.items():
            self.said_by[was.speaker].discard(id)
        for id in operation.touched:
            if id in self.table:
                self.said_by.setdefault(self.table[id].speaker, set()).add(id)

    def _set(self, id: str, numbers: list[int]) -> None:
        for number in self.words.get(id, ()):
            if self.where.get(number) == id:
                del self.where[number]
        self.words[id] = numbers
        self.where.update(dict.fromkeys(numbers, id))


def traced(base: Sequence[IdentifiedCue], other: Sequence[IdentifiedCue]) -> tuple[TracedCues, TracedCues]:
    """Two captions of one recording, in which words that are the same have the same number."""
    numbers = count()
    one, two = TracedCues(base, numbers), TracedCues(other, numbers)
    old, new = _flat(base), _flat(other)
    for at, found in _same([word for _, _, word in old], [word for _, _, word in new]):
        (cue, place, _), (other_cue, other_place, _) = old[at], new[found]
        if abs(one.table[cue].start - two.table[other_cue].start) <= _FAR_S:
            two.renumber(other_cue, other_place, one.words[cue][place])
    return one, two


def _same(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    first, last = common(old, new)
    yield from ((at, at) for at in range(first))
    for one in stretches(old[first : len(old) - last], new[first : len(new) - last]):
        if one.is_same:
            yield from zip(
                range(first + one.one, first + one.one_end), range(first + one.two, first + one.two_end), strict=True
            )
    yield from ((len(old) - at, len(new) - at) for at in range(last, 0, -1))


def _flat(cues: Sequence[IdentifiedCue]) -> list[tuple[str, int, str]]:
    return [(one.id, at, _bare(word)) for one in cues for at, word in enumerate(cue_words(one.cue))]


def _bares(words: Sequence[str]) -> list[str]:
    return [_bare(word) for word in words]


def _bare(word: str) -> str:
    return word.removeprefix(BREAK)
