from enum import StrEnum
from itertools import product

import pytest

from shared.errors import Conflict
from shared.lifecycle import PublicationStatus, RecordingStatus, TranscriptionStatus, check_step

ALLOWED = {
    RecordingStatus: """
        seen > settling rejected
        settling > valid rejected
        valid > settling
        rejected > settling
    """,
    TranscriptionStatus: """
        pending > processing cancelled failed
        processing > pending completed needs_review failed cancelled
        completed > pending processing needs_review
        needs_review > completed pending processing cancelled
        failed > pending cancelled
        cancelled > pending
    """,
    PublicationStatus: """
        pending > linked done needs_review failed removed
        linked > pending placed done needs_review failed removed
        placed > pending processing published done needs_review failed removed
        processing > pending published done needs_review failed removed
        published > pending removed
        done > pending removed
        needs_review > pending linked removed
        failed > pending removed
        removed > pending
    """,
}
STEPS = [
    (before, after, before == after or after in row.split(">")[1].split())
    for states, table in ALLOWED.items()
    for row in table.strip().splitlines()
    for before in [states(row.split(">")[0].strip())]
    for after in states
]


@pytest.mark.parametrize(("before", "after", "allowed"), STEPS)
def test_every_step_is_allowed_or_refused_as_the_table_says(before: StrEnum, after: StrEnum, allowed: bool) -> None:
    if allowed:
        check_step(before, after)
        return
    with pytest.raises(Conflict) as caught:
        check_step(before, after)
    assert caught.value.code == "wrong_status"
    assert str(after).replace("_", " ") in caught.value.message


def test_every_state_has_its_row() -> None:
    expected = {pair for states in ALLOWED for pair in product(states, states)}

    assert {(before, after) for before, after, _ in STEPS} == expected
