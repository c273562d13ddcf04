# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import pytest

from services.transcriber.engines.exits import reason_of_exit
from shared.errors import Temporary


@pytest.mark.parametrize(
    ("status", "last_words", "killed_for_memory", "code", "starved"),
    [
        (-9, "", True, "engine_out_of_memory", True),
        (137, "", None, "engine_out_of_memory", True),
        (-9, "", False, "engine_killed", False),
        (-6, "terminate called after throwing an instance of 'std::bad_alloc'", False, "engine_out_of_memory", True),
        (134, "", False, "engine_aborted", False),
        (-11, "", False, "engine_crashed", False),
        (139, "", None, "engine_crashed", False),
        (1, "", False, "engine_exited", False),
    ],
)
def test_the_way_a_child_ends_is_a_reason(status, last_words, killed_for_memory, code, starved) -> None:
    reason = reason_of_exit(status, last_words, kernel_killed_for_memory=killed_for_memory)

    assert (reason.code, reason.is_out_of_memory) == (code, starved)
    assert isinstance(reason.error(), Temporary)
    assert reason.error().code == code
