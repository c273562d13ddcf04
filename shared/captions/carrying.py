"""A person's edits carried over to other captions of the same recording: after somebody else's, or of a new result.

Words are the anchor. An edit is made where the words that it changes still stand together, and is left out, with the
reason, where they do not: nothing is guessed, and no edit vanishes without a word. ``rebase`` is strict about times and
looks too, for there somebody else has set them on purpose; ``merge`` leaves those to the machine unless the person has
changed them, for two decodes of one recording never agree to the millisecond.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shared.captions.edits import IdentifiedCue, change
from shared.captions.model import Cue
from shared.captions.operations import (
    Delete,
    Insert,
    Merge,
    Operation,
    RenameSpeaker,
    Retime,
    SetLook,
    SetText,
    Shift,
    Split,
    common,
    cue_words,
    placed,
)
from shared.captions.placing import PlacedOperation, Placing, Refused
from shared.captions.tracing import TracedCues, traced
from shared.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An edit that could not be carried over, and why."""

    operation: Operation
    """As it was made."""
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class CarriedEdits:
    """Captions with the edits that could be placed, those edits as they are to be applied there, and the others."""

    cues: tuple[IdentifiedCue, ...]
    operations: tuple[Operation, ...]
    left_out: tuple[LeftOut, ...]


def rebase(base: Sequence[IdentifiedCue], mine: Iterable[Operation], theirs: Iterable[Operation]) -> CarriedEdits:
    """My edits of ``base``, to be applied after theirs of the same. Raises InvalidInput where either are none of it."""
    one, two = traced(base, base)
    for operation in theirs:
        two.apply(operation)
    same = {cue.id: cue.id for cue in base if cue.id in two.table}
    return _Carrier(one, two, same, is_strict=True).carry(mine)


def merge(base: Sequence[IdentifiedCue], edits: Iterable[Operation], machine: Sequence[IdentifiedCue]) -> CarriedEdits:
    """A person's edits of ``base`` in a new result of the machine, wherever the words still match."""
    one, two = traced(base, machine)
    return _Carrier(one, two, _same_cues(one, two), is_strict=False).carry(edits)


def _same_cues(one: TracedCues, two: TracedCues) -> dict[str, str]:
    """Cues that begin and end with the same words, and empty ones at the same time."""
    empty = {(cue.start, cue.end): id for id, cue in two.table.items() if not two.words[id]}
    same = {}
    for id, words in one.words.items():
        if not words:
            found = empty.get((one.table[id].start, one.table[id].end))
        else:
            found = two.where.get(words[0])
        if found is not None and (not words or _ends(words) == _ends(two.words[found])):
            same[id] = found
    return same


def _ends(words: Sequence[int]) -> tuple[int, int]:
    return words[0], words[-1]


@dataclass(frozen=True, slots=True)
class _KeptCue:
    """A cue that the person has deleted and that is still there in the other captions."""

    cue: Cue
    left_out: LeftOut


class _Carrier(Placing):
    """What each operation becomes, step by step: the person's captions and the others go on side by side."""

    def __init__(self, one: TracedCues, two: TracedCues, same: dict[str, str], *, is_strict: bool) -> None:
        super().__init__(one, two, same, is_strict=is_strict)
        self._kept: dict[str, _KeptCue] = {}
        """Cues whose deletion was left out: to insert them again takes that back."""
        self._done: list[Operation] = []
        self._left_out: list[LeftOut] = []

    def carry(self, operations: Iterable[Operation]) -> CarriedEdits:
        """All of them, in order; raises InvalidInput for the first that is no edit of what the person sees."""
        for number, operation in enumerate(operations, 1):
            try:
                change({id: self._one.table[id] for id in operation.touched if id in self._one.table}, operation)
            except InvalidInput as error:
                error.facts["operation"] = number
                raise
            self._carry(operation)
        return CarriedEdits(self._two.in_order(), tuple(self._done), tuple(self._left_out))

    def _carry(self, operation: Operation) -> None:
        numbers = self._one.numbers_of(operation)
        try:
            steps = self._steps(operation, numbers)
            for step in steps:
                self._two.apply(step.operation, step.numbers)
                self._done.append(step.operation)
        except (Refused, InvalidInput) as error:
            left_out = LeftOut(operation, error.code, error.message)
            self._left_out.append(left_out)
            if isinstance(operation, Delete):
                self._kept[operation.cue] = _KeptCue(self._one.table[operation.cue], left_out)
        self._one.apply(operation, numbers)

    def _steps(self, operation: Operation, numbers: Sequence[int]) -> list[PlacedOperation]:
        match operation:
            case SetText():
                return self._set_text(operation, numbers)
            case Retime():
                return self._retime(operation)
            case Split():
                return self._split(operation)
            case Merge():
                return self._merge(operation)
            case Insert():
                return self._insert(operation, numbers)
            case Delete():
                return self._delete(operation)
            case Shift():
                return self._shift(operation)
            case RenameSpeaker():
                return self._rename(operation)
            case SetLook():
                return self._set_look(operation)
            case _:
                raise TypeError(f"{type(operation).__name__} is no operation on captions")

    def _set_text(self, operation: SetText, numbers: Sequence[int]) -> list[PlacedOperation]:
        own = self._one.words[operation.cue]
        was = cue_words(self._one.table[operation.cue])[operation.first : operation.first + len(operation.old)]
        new = placed(operation.new, operation.first)
        first, last = common(was, new)
        at, stop = operation.first + first, operation.first + len(was) - last
        new, fresh = new[first : len(new) - last], numbers[first : len(numbers) - last]
        if at < stop:
            return self._put_for(own[at:stop], was[first : len(was) - last], new, fresh)
        return self._put_in(operation.cue, own, at, new, fresh) if new else []

    def _retime(self, operation: Retime) -> list[PlacedOperation]:
        cue = self._twin(operation.cue)
        self._require_times(operation.cue, cue)
        return [PlacedOperation(replace(operation, cue=cue))]

    def _split(self, operation: Split) -> list[PlacedOperation]:
        own, at = self._one.words[operation.cue], operation.word
        places = [self._place(number) for number in own[max(0, at - 1) : at + 1]]
        if len(places) == 2 and places[0][0] != places[1][0]:  # it is split there already
            if not self._are_side_by_side((places[0][0], places[0][1] + 1), places[1]):
                raise Refused("words_changed")
            self._same[operation.new] = places[1][0]
            return []
        if len(places) == 2:
            (cue, place), beside = (places[0][0], places[0][1] + 1), places[1]
            if (cue, place) != beside:
                raise Refused("words_changed")
        else:
            cue = self._twin(operation.cue)
            place = len(self._two.words[cue]) if at else 0
        there = self._two.table[cue]
        if not (there.start < operation.end <= there.end and there.start <= operation.start < there.end):
            raise Refused("times_changed")
        new = self._free(operation.new)
        self._same[operation.new] = new
        return [PlacedOperation(replace(operation, cue=cue, word=place, new=new))]

    def _merge(self, operation: Merge) -> list[PlacedOperation]:
        left, right = self._one.words[operation.cue], self._one.words[operation.other]
        if left and right:
            end, begin = self._two.place(left[-1]), self._two.place(right[0])
            if end is not None and begin is not None and (end[0], end[1] + 1) == begin:  # they are one already
                self._same.pop(operation.other, None)
                return []
        cue, other = self._twin(operation.cue), self._twin(operation.other)
        self._require_times(operation.cue, cue, start=False)
        self._require_times(operation.other, other, end=False)
        if cue == other or self._two.table[other].start < self._two.table[cue].start:
            raise Refused("cut_changed")
        del self._same[operation.other]
        return [PlacedOperation(replace(operation, cue=cue, other=other))]

    def _insert(self, operation: Insert, numbers: Sequence[int]) -> list[PlacedOperation]:
        kept = self._kept.pop(operation.cue, None)
        if kept is not None and kept.cue == operation.made:  # the person has taken back what was never done here
            self._left_out.remove(kept.left_out)
            return []
        if self._is_taken(operation):
            raise Refused("occupied")
        cue = self._free(operation.cue)
        self._same[operation.cue] = cue
        return [PlacedOperation(replace(operation, cue=cue), numbers)]

    def _delete(self, operation: Delete) -> list[PlacedOperation]:
        words = self._one.words[operation.cue]
        found = self._same.get(operation.cue)
        if found in self._two.table and self._two.words[found or ""] == words:
            del self._same[operation.cue]
            return [PlacedOperation(Delete(found or ""))]
        if self._is_strict or not words:
            raise Refused("words_changed")
        steps: list[PlacedOperation] = []
        for cue, at, length in self._runs(words):
            if length == len(self._two.words[cue]):
                steps.append(PlacedOperation(Delete(cue)))
            else:
                steps.append(
                    PlacedOperation(SetText(cue, at, cue_words(self._two.table[cue])[at : at + length], ()), ())
                )
        return steps

    def _shift(self, operation: Shift) -> list[PlacedOperation]:
        cues, mixed = self._with_words_of(operation.cues)
        if mixed or not cues:
            raise Refused("cut_changed")
        return [PlacedOperation(replace(operation, cues=tuple(cues if self._is_strict else self._filled(cues))))]

    def _rename(self, operation: RenameSpeaker) -> list[PlacedOperation]:
        """Of two results, only the words say who is who: labels such as ``S1`` are given anew each time."""
        meant = set(operation.cues)
        counts: dict[str, int] = {}
        for id in operation.cues:
            for word in self._one.words[id]:
                if word in self._two.where:
                    counts[self._two.where[word]] = counts.get(self._two.where[word], 0) + 1
            if not self._one.words[id] and self._same.get(id) in self._two.table:
                counts[self._same[id]] = 1
        cues = {cue for cue, words in counts.items() if 2 * words >= len(self._known(cue))}
        if not cues:
            raise Refused("words_changed")
        speakers = {self._two.table[cue].speaker for cue in cues}
        if self._is_strict:
            cues = {cue for cue in cues if self._two.table[cue].speaker == operation.old}
            if not cues and speakers != {operation.new}:
                raise Refused("look_changed")
        elif operation.old is not None and meant >= self._one.said_by.get(operation.old, set()):
            cues |= {more for who in speakers for more in self._rest_of(who, cues)}
        steps = []
        for speaker in sorted({self._two.table[cue].speaker for cue in cues} - {operation.new}, key=str):
            own = tuple(sorted(cue for cue in cues if self._two.table[cue].speaker == speaker))
            steps.append(PlacedOperation(RenameSpeaker(own, speaker, operation.new)))
        return steps

    def _set_look(self, operation: SetLook) -> list[PlacedOperation]:
        cue = self._twin(operation.cue)
        mine, theirs = self._one.table[operation.cue], self._two.table[cue]
        looks = {}
        for name in ("speaker", "placement", "styles"):
            was, wanted, there = getattr(mine, name), getattr(operation, name), getattr(theirs, name)
            is_mine = wanted != was
            if is_mine and self._is_strict and was != there:
                raise Refused("look_changed")
            if is_mine and name == "styles" and self._one.words[operation.cue] != self._two.words[cue]:
                raise Refused("words_changed")
            looks[name] = wanted if is_mine else there
        return [PlacedOperation(SetLook(cue, **looks))]
