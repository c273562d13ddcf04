"""What edits cost grows with the captions and the edits, and no faster."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from shared.captions import Cue
from shared.captions.carrying import merge, rebase
from shared.captions.edits import IdentifiedCue, apply, identified
from shared.captions.edits_json import edits_from_json, edits_to_json
from shared.captions.operations import Delete, Insert, Merge, Operation, RenameSpeaker, Retime, SetText, Shift, Split
from tests.unit.shared.captions.test_linear import MOST, growth

Captions = tuple[IdentifiedCue, ...]


def captions(size: int) -> Captions:
    """Two words each that are said once, and some that are said all the time."""
    return identified(
        Cue(Fraction(2 * n), Fraction(2 * n + 1), (f"motion {n} of the", f"budget {n} aye"), f"S{n % 3}")
        for n in range(size // 20)
    )


def heard_again(cues: Captions) -> Captions:
    """Every seventh cue says something else now."""
    return identified(
        replace(one.cue, rows=("nobody heard this",)) if n % 7 == 3 else one.cue for n, one in enumerate(cues)
    )


def every(make: Callable[[int, str], Operation]) -> Callable[[Captions], list[Operation]]:
    return lambda cues: [make(number, one.id) for number, one in enumerate(cues)]


def all_of_a_speaker(cues: Captions) -> list[Operation]:
    return [RenameSpeaker(tuple(one.id for one in cues if one.cue.speaker == "S1"), "S1", "Reed")]


EDITS: dict[str, Callable[[Captions], list[Operation]]] = {
    "text": every(lambda n, id: SetText(id, 1, (f"{n}",), ("number", f"{n}"))),
    "times": every(lambda n, id: Retime(id, Fraction(2 * n + 1, 2), Fraction(4 * n + 3, 2))),
    "splits": every(lambda n, id: Split(id, 3, f"x{n}", Fraction(4 * n + 1, 2), Fraction(4 * n + 1, 2))),
    "merges": lambda cues: [Merge(one.id, two.id) for one, two in zip(cues[::2], cues[1::2], strict=False)],
    "insertions": every(lambda n, id: Insert(f"x{n}", Cue(Fraction(2 * n + 1), Fraction(2 * n + 2), ("[Gavel]",)))),
    "deletions": every(lambda n, id: Delete(id)),
    "one that moves all": lambda cues: [Shift(tuple(one.id for one in cues), Fraction(1))],
    "a name for many": all_of_a_speaker,
    "one cue again and again": lambda cues: [
        SetText(cues[0].id, 0, ("motion" if n % 2 == 0 else "Motion",), ("Motion" if n % 2 == 0 else "motion",))
        for n in range(len(cues))
    ],
}
USES: dict[str, Callable[[Captions, list[Operation]], object]] = {
    "apply": apply,
    "take back": lambda cues, edits: apply(apply(cues, edits).cues, apply(cues, edits).inverse),
    "rebase": lambda cues, edits: rebase(cues, edits, edits[: len(edits) // 2]),
    "merge": lambda cues, edits: merge(cues, edits, heard_again(cues)),
    "read": lambda _, edits: edits_from_json(edits_to_json(edits)),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("use", USES)
def test_edits_cost_what_they_are_many(use: str, edit: str) -> None:
    def make(size: int) -> Callable[[], None]:
        cues = captions(size)
        edits = EDITS[edit](cues)

        def work() -> None:
            USES[use](cues, edits)

        return work

    assert growth(make) <= MOST
