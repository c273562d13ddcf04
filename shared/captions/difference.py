"""What makes one version of captions of another: the operations that a person would have had to send.

Cues are matched by the words that they share, as ``tracing.py`` finds them, so that two results of the machine can be
compared as well as what a person has edited. Operations say the least: the words that differ and not the whole cue.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count

from shared.captions.edits import IdentifiedCue
from shared.captions.model import Cue
from shared.captions.operations import Delete, Insert, Operation, Retime, SetLook, SetText, common, cue_words
from shared.captions.tracing import TracedCues, traced


def difference(one: Sequence[IdentifiedCue], two: Sequence[IdentifiedCue]) -> tuple[Operation, ...]:
    """Operations on ``one`` after which the same cues stand there as in ``two``; ids are those of ``one``, and where a
    cue is new there, its own if nobody has it."""
    twins = _twins(*traced(one, two))
    found = {id: twin for twin, id in twins.items()}
    gone = [Delete(cue.id) for cue in one if cue.id not in found]
    before = {cue.id: cue.cue for cue in one}
    names = _names({*before, *(cue.id for cue in two)})
    changes: list[Operation] = []
    for cue in two:
        if cue.id in twins:
            changes += _changes(twins[cue.id], before[twins[cue.id]], cue.cue)
        else:
            changes.append(Insert(next(names) if cue.id in before else cue.id, cue.cue))
    return (*gone, *changes)


def _twins(one: TracedCues, two: TracedCues) -> dict[str, str]:
    """To cues of the second captions those of the first that most of their words come from; each is given once, to
    whoever comes first. Cues without words are the same at the same time."""
    empty = {(cue.start, cue.end): id for id, cue in one.table.items() if not one.words[id]}
    twins: dict[str, str] = {}
    given: set[str] = set()
    for id, cue in two.table.items():
        cues = Counter(one.where[word] for word in two.words[id] if word in one.where)
        found = max(cues, key=cues.__getitem__, default=None)
        if not two.words[id]:
            found = empty.get((cue.start, cue.end))
        if found is not None and found not in given:
            twins[id] = found
            given.add(found)
    return twins


def _changes(id: str, before: Cue, after: Cue) -> Iterator[Operation]:
    was, now = cue_words(before), cue_words(after)
    if was != now:
        first, last = common(was, now)
        yield SetText(id, first, was[first : len(was) - last], now[first : len(now) - last])
    if (before.start, before.end) != (after.start, after.end):
        yield Retime(id, after.start, after.end)
    # Other words may take looks along or leave them behind: where there are any, they are said as they are to be.
    is_carried = was != now and bool(before.styles or before.placement.shifts)
    look = after.speaker, after.placement, after.styles
    if is_carried or look != (before.speaker, before.placement, before.styles):
        yield SetLook(id, *look)


def _names(taken: set[str]) -> Iterator[str]:
    """Ids that no cue of either has."""
    return (name for number in count(1) if (name := f"new-{number}") not in taken)
