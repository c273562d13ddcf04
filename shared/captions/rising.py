"""The longest part of a sequence that is in order: what to believe when times or positions contradict each other."""

from bisect import bisect_right
from collections.abc import Sequence


def longest_rise(values: Sequence[int]) -> list[int]:
    """Positions of a longest run of values that never fall (patience sorting)."""
    if not values:
        return []
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, value in enumerate(values):
        at = bisect_right(tails, value)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(value)
            ends.append(number)
        else:
            tails[at] = value
            ends[at] = number
    chain = [ends[-1]]
    while before[chain[-1]] >= 0:
        chain.append(before[chain[-1]])
    return chain[::-1]
