"""How long to wait before the next try: the one function that every repetition in Archivist asks."""

import random

_DOUBLINGS = 62
"""More change nothing below any limit, and ``2.0**1024`` is no float: a try may well be the ten-thousandth."""
_SPREAD = 1.25


def backoff_s(tries: int, *, first_s: float = 2.0, longest_s: float = 300.0) -> float:
    """Seconds to wait after ``tries`` tries in a row went wrong: ``first_s``, twice as long each time, never more than
    ``longest_s``; spread, so that what failed together does not come back together."""
    doublings = min(max(tries, 1) - 1, _DOUBLINGS)
    return min(longest_s, spread_s(min(longest_s / _SPREAD, first_s * 2.0**doublings)))


def spread_s(pause_s: float) -> float:
    """A pause that somebody else chose, up to a quarter longer: many may have been told the same."""
    return pause_s * random.uniform(1.0, _SPREAD)  # noqa: S311
