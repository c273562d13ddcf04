"""Where the words that an edit is about stand in other captions, and whether they still stand together."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, count, pairwise

from shared.captions.cuelist import MAX_TEXT
from shared.captions.operations import BREAK, MAX_ID, Insert, Operation, SetText, cue_words
from shared.captions.tracing import TracedCues

_FILLED = 20
"""So many cues between two that move together move along when nothing is known about them."""
_CROWD = 200
"""Where more cues than these would have to be looked at to know whether a place is free, it is not."""
_REASONS = {
    "words_changed": "Other words stand there now.",
    "cut_changed": "The words are parted into cues in another way now.",
    "times_changed": "The cue stands at another time now.",
    "look_changed": "The cue has another speaker, place or look now.",
    "occupied": "Another cue stands there now.",
}


class Refused(Exception):
    """The edit has no place in the other captions."""

    def __init__(self, code: str, message: str | None = None) -> None:
        self.code, self.message = code, message or _REASONS[code]


@dataclass(frozen=True, slots=True)
class PlacedOperation:
    """What an edit becomes in the other captions, with the numbers of the words that it puts in."""

    operation: Operation
    numbers: Sequence[int] | None = None


class Placing:
    """``one`` is what a person sees, ``two`` what the edits are carried over to: the same words by the same numbers."""

    def __init__(self, one: TracedCues, two: TracedCues, same: dict[str, str], *, is_strict: bool) -> None:
        self._one, self._two, self._same, self._is_strict = one, two, same, is_strict
        self._base = dict(one.table)
        # Edits move cues about; what overlaps and what lies between is asked of the captions as they came.
        came = two.in_order()
        self._came = [one.id for one in came]
        self._places = {one.id: at for at, one in enumerate(came)}
        self._starts = [one.cue.start for one in came]
        self._latest = list(accumulate((one.cue.end for one in came), max))
        self._times = {one.id: (one.cue.start, one.cue.end) for one in came}
        self._base_of = {found: id for id, found in same.items()}
        self._names = count(2)

    def _twin(self, id: str) -> str:
        found = self._same.get(id)
        if found is None or found not in self._two.table:
            raise Refused("cut_changed")
        return found

    def _put_in(
        self, id: str, own: Sequence[int], at: int, new: tuple[str, ...], numbers: Sequence[int]
    ) -> list[PlacedOperation]:
        """Words between two others, which both have to be there and still side by side."""
        before, after = own[at - 1] if at else None, own[at] if at < len(own) else None
        places = [self._place(number) for number in (before, after) if number is not None]
        if not places:
            cue = self._twin(id)
            if self._two.words[cue]:
                raise Refused("words_changed")
            return [PlacedOperation(SetText(cue, 0, (), new), numbers)]
        (cue, place), beside = places[0], places[-1]
        if before is not None:
            place += 1
            if after is not None and not self._are_side_by_side((cue, place), beside):
                raise Refused("words_changed")
        self._require_room(cue, new)
        return [PlacedOperation(SetText(cue, place, (), new), numbers)]

    def _are_side_by_side(self, end: tuple[str, int], begin: tuple[str, int]) -> bool:
        """Whether the place after one word is the place of the other, or a cue ends and another begins between."""
        return end == begin or (begin[0] != end[0] and begin[1] == 0 and end[1] == len(self._two.words[end[0]]))

    def _put_for(
        self, old: Sequence[int], was: Sequence[str], new: tuple[str, ...], numbers: Sequence[int]
    ) -> list[PlacedOperation]:
        """Words in the place of others, which may be parted into several cues by now."""
        steps, told = [], 0
        for cue, at, length in self._runs(old):
            standing = cue_words(self._two.table[cue])[at : at + length]
            begin, stop = _share(told, len(old), len(new)), _share(told + length, len(old), len(new))
            words = tuple(
                _as_broken(new[k], was[k], standing[k - told]) if told <= k < told + length else new[k]
                for k in range(begin, stop)
            )
            self._require_room(cue, words)
            steps.append(PlacedOperation(SetText(cue, at, standing, words), numbers[begin:stop]))
            told += length
        return steps

    def _runs(self, numbers: Sequence[int]) -> list[tuple[str, int, int]]:
        """Cue, first word and length of the stretches that these words, one after the other, make up by now."""
        runs: list[tuple[str, int, int]] = []
        for number in numbers:
            cue, at = self._place(number)
            if runs and runs[-1][0] == cue and sum(runs[-1][1:]) == at:
                runs[-1] = (cue, runs[-1][1], runs[-1][2] + 1)
            elif not runs or self._are_side_by_side((runs[-1][0], sum(runs[-1][1:])), (cue, at)):
                runs.append((cue, at, 1))
            else:
                raise Refused("words_changed")
        return runs

    def _place(self, number: int) -> tuple[str, int]:
        place = self._two.place(number)
        if place is None:
            raise Refused("words_changed")
        return place

    def _require_room(self, cue: str, words: Sequence[str]) -> None:
        if len(self._two.table[cue].text) + sum(map(len, words)) + len(words) > MAX_TEXT:
            raise Refused("words_changed")

    def _require_times(self, one: str, two: str, *, start: bool = True, end: bool = True) -> None:
        mine, theirs = self._one.table[one], self._two.table[two]
        if self._is_strict and ((start and mine.start != theirs.start) or (end and mine.end != theirs.end)):
            raise Refused("times_changed")

    def _is_taken(self, operation: Insert) -> bool:
        """Whether the machine shows something there now that it did not show when the person put the cue there."""
        if self._is_strict:
            return operation.cue in self._two.table
        start, end = operation.made.start, operation.made.end
        last = bisect_left(self._starts, end) - 1
        for at in range(last, -1, -1):
            if self._latest[at] <= start:
                return False
            if at < last - _CROWD:
                return True
            found = self._came[at]
            if self._times[found][1] > start:
                before = self._base.get(self._base_of.get(found, ""))
                if before is None or before.end <= start or before.start >= end:
                    return True
        return False

    def _with_words_of(self, ids: Sequence[str]) -> tuple[list[str], bool]:
        """Cues that hold words of these, and whether one of them holds words of others as well."""
        meant = set(ids)
        found: dict[str, None] = {}
        for id in ids:
            if not self._one.words[id] and self._same.get(id) in self._two.table:
                found[self._same[id]] = None
            found.update((self._two.where[word], None) for word in self._one.words[id] if word in self._two.where)
        mixed = False
        for cue in found:
            owners = {self._one.where[word] for word in self._two.words[cue] if word in self._one.where}
            mixed = mixed or not owners <= meant
        return list(found), mixed

    def _filled(self, cues: Sequence[str]) -> list[str]:
        """With those between them of which nothing is known, so that no cue is left behind in a stretch that moves."""
        filled = dict.fromkeys(cues)
        places = sorted(self._places[cue] for cue in cues if cue in self._places)
        for one, two in pairwise(places):
            between = [cue for cue in self._came[one + 1 : min(two, one + 2 + _FILLED)] if cue in self._two.table]
            is_known = any(cue in self._base_of or self._known(cue) for cue in between)
            if len(between) <= _FILLED and not is_known:
                filled.update(dict.fromkeys(between))
        return list(filled)

    def _rest_of(self, speaker: str | None, cues: Collection[str]) -> Collection[str]:
        """All other cues of a voice that most of the renamed words of, or more, were said by."""
        own = self._two.said_by.get(speaker, set())
        others = sum(len(self._known(cue)) for cue in own - set(cues))
        renamed = sum(len(self._known(cue)) for cue in own & set(cues))
        return own if speaker is not None and renamed > others else ()

    def _known(self, cue: str) -> list[int]:
        return [word for word in self._two.words[cue] if word in self._one.where]

    def _free(self, id: str) -> str:
        """The id itself, unless it means another cue here."""
        name = id
        while name in self._two.table:
            name = f"{id[: MAX_ID - 12]}~{next(self._names)}"
        return name


def _share(at: int, of: int, count: int) -> int:
    """Where the first ``at`` of ``of`` old words end among ``count`` new ones."""
    return count * at // of


def _as_broken(new: str, was: str, stands: str) -> str:
    """A word begins a row where the one before it did, unless the person has changed that."""
    if new.startswith(BREAK) != was.startswith(BREAK):
        return new
    bare = new.removeprefix(BREAK)
    return BREAK + bare if stands.startswith(BREAK) else bare
