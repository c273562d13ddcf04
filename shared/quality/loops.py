"""Find text that repeats itself, the way a speech model does over noise and silence.

A loop need not repeat one phrase: two phrases taking turns have been seen hundreds of times in one file. So the words
are compared with themselves at every distance up to four phrases of ten words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import eq

LONGEST_PERIOD = 40
FEWEST_TIMES = 4
FEWEST_WORDS = 16
"""Nine members who each say "aye" are a vote, not a loop: short words must repeat longer than any council votes."""


@dataclass(frozen=True, slots=True)
class Loop:
    """The words ``first`` to ``last`` (indices, inclusive) are ``times`` rounds of ``period`` words."""

    first: int
    last: int
    period: int
    times: int


def find_loops(texts: Sequence[str]) -> list[Loop]:
    """Loops in order of time, none inside another; case and punctuation do not matter."""
    plain = ["".join(filter(str.isalnum, text.casefold())) for text in texts]
    loops: list[Loop] = []
    for period in range(1, min(LONGEST_PERIOD, len(plain) // FEWEST_TIMES) + 1):
        same = bytes(map(eq, plain[period:], plain))
        shortest = max(period * (FEWEST_TIMES - 1), FEWEST_WORDS - period)
        at = same.find(b"\x01" * shortest)
        while at >= 0:
            end = same.find(b"\x00", at)
            end = len(same) if end < 0 else end
            found = Loop(at, end + period - 1, period, (end - at) // period + 1)
            if not any(loop.first <= found.last and found.first <= loop.last for loop in loops):
                loops.append(found)
            at = same.find(b"\x01" * shortest, end)
    return sorted(loops, key=lambda loop: loop.first)
