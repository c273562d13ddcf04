"""A person's edits of captions as values: a list of operations, applied in order, and what takes them back.

Captions under edit are cues with ids. An id stays with its cue whatever happens to times, words or order, and a word is
named by its cue and its number there, so that an operation means the same thing after others have been applied
(``carrying.py`` moves it over them). The order of cues is that of their starts; of cues that start together, that of
their ids.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.captions.model import Cue
from shared.captions.operations import Operation, Retime, SetLook
from shared.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class IdentifiedCue:
    """A cue under a name that survives edits."""

    id: str
    cue: Cue


@dataclass(frozen=True, slots=True)
class Edited:
    """Captions after operations, and the operations that take them back to what they were."""

    cues: tuple[IdentifiedCue, ...]
    inverse: tuple[Operation, ...]


def identified(cues: Iterable[Cue], ids: Sequence[str] | None = None) -> tuple[IdentifiedCue, ...]:
    """Cues with the ids that are known for them, else with their numbers: the same for everybody who reads them."""
    listed = list(cues)
    names = ids if ids is not None else [f"{number:06}" for number in range(1, len(listed) + 1)]
    return tuple(IdentifiedCue(name, cue) for name, cue in zip(names, listed, strict=True))


def apply(cues: Iterable[IdentifiedCue], operations: Iterable[Operation]) -> Edited:
    """The captions after all operations, in order; raises InvalidInput for the first that cannot be."""
    table = {one.id: one.cue for one in cues}
    back: list[tuple[Operation, ...]] = []
    for number, operation in enumerate(operations, 1):
        try:
            back.append(change(table, operation))
        except InvalidInput as error:
            error.facts["operation"] = number
            raise
    return Edited(in_order(table), tuple(step for steps in reversed(back) for step in steps))


def in_order(table: Mapping[str, Cue]) -> tuple[IdentifiedCue, ...]:
    """The cues as viewers meet them."""
    ordered = sorted(table.items(), key=lambda item: (item[1].start, item[0]))
    return tuple(IdentifiedCue(id, cue) for id, cue in ordered)


def change(table: dict[str, Cue], operation: Operation) -> tuple[Operation, ...]:
    """Apply one operation to cues by id and return what takes it back; the cues are untouched where it is refused."""
    before = {id: table[id] for id in operation.touched if id in table}
    operation.do(table)
    back = operation.undone_by(before)
    scratch = {id: table[id] for id in operation.touched if id in table}
    for step in back:
        step.do(scratch)
    return (*back, *(mend for id, cue in before.items() for mend in _mends(id, scratch[id], cue)))


def _mends(id: str, cue: Cue, before: Cue) -> Iterable[Operation]:
    """What the plain way back does not bring back: looks that went with words, the end of the shorter of two cues."""
    if (cue.start, cue.end) != (before.start, before.end):
        yield Retime(id, before.start, before.end)
    if (cue.speaker, cue.placement, cue.styles) != (before.speaker, before.placement, before.styles):
        yield SetLook(id, before.speaker, before.placement, before.styles)
