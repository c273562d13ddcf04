"""Stretches of media time and the arithmetic on them: join, cut away, keep what is common.

Every function takes stretches in any order, unless it says otherwise, and gives them back sorted and without overlap.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple


class Span(NamedTuple):
    """From ``start_ms`` up to, not including, ``end_ms``."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """Milliseconds from start to end."""
        return self.end_ms - self.start_ms

    def moved(self, by_ms: int) -> "Span":
        """The same stretch ``by_ms`` later."""
        return Span(self.start_ms + by_ms, self.end_ms + by_ms)


def joined(spans: Iterable[tuple[int, int]], *, bridging_ms: int = 0) -> list[Span]:
    """The same stretches with touching ones, and ones at most ``bridging_ms`` apart, made into one."""
    result: list[Span] = []
    first, last = 0, -1  # the stretch being made; none yet
    for start, end in sorted(spans):
        if end <= start:
            continue
        if last < first or start > last + bridging_ms:
            if last > first:
                result.append(Span(first, last))
            first, last = start, end
        elif end > last:
            last = end
    if last > first:
        result.append(Span(first, last))
    return result


def without(spans: Iterable[tuple[int, int]], holes: Iterable[tuple[int, int]]) -> list[Span]:
    """What is left of ``spans`` when ``holes`` are cut away."""
    result: list[Span] = []
    for span, cuts in _with_those_inside(spans, holes):
        at = span.start_ms
        for cut in cuts:
            if cut.start_ms > at:
                result.append(Span(at, cut.start_ms))
            at = max(at, cut.end_ms)
        if at < span.end_ms:
            result.append(Span(at, span.end_ms))
    return result


def clipped(speech: Sequence[Span], start_ms: int, end_ms: int) -> tuple[Span, ...]:
    """The spans, or the parts of them, that lie between two moments; found by bisection, so they must be sorted."""
    first = bisect_left(speech, start_ms + 1, key=lambda span: span.end_ms)
    last = bisect_left(speech, end_ms, key=lambda span: span.start_ms)
    return tuple(Span(max(span.start_ms, start_ms), min(span.end_ms, end_ms)) for span in speech[first:last])


def common(spans: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]) -> list[Span]:
    """The stretches that lie in both."""
    return [
        Span(max(span.start_ms, other.start_ms), min(span.end_ms, other.end_ms))
        for span, inside in _with_those_inside(spans, others)
        for other in inside
    ]


def total_ms(spans: Iterable[tuple[int, int]]) -> int:
    """How long the stretches are together; overlap counts once."""
    return sum(span.length_ms for span in joined(spans))


def _with_those_inside(
    spans: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]
) -> Iterator[tuple[Span, Iterable[Span]]]:
    """Each stretch with those of the others that overlap it; both are gone through once."""
    theirs = joined(others)
    first = 0
    for span in joined(spans):
        while first < len(theirs) and theirs[first].end_ms <= span.start_ms:
            first += 1
        yield span, _reaching(theirs, first, span.end_ms)


def _reaching(spans: list[Span], first: int, end: int) -> Iterable[Span]:
    while first < len(spans) and spans[first].start_ms < end:
        yield spans[first]
        first += 1


def milliseconds(seconds: Fraction) -> int:
    """Whole milliseconds, rounded down; without making another fraction on the way."""
    return seconds.numerator * 1000 // seconds.denominator
