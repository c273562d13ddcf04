"""How a recording is divided: slices of about ten minutes for checkpoints, windows of half a minute for the model.

Pure and deterministic: the same speech gives the same slices on every machine, so any number of workers produce the
same captions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from services.transcriber.hearing.sounds import gaps
from shared.quality.spans import Span, clipped, total_ms

_PARTS, _LEAST_MS = 4, 90_000
"""A short recording becomes four slices, none much shorter than three windows of the model: the last window of each
slice is seldom full, and costs as much as a full one."""

WINDOW_MS = 25_000
"""Whisper hears 30 s; nearer to that it loses more at the end of the window than longer context gains."""
_EARLIEST = 0.6
"""Of the length of a window: an earlier pause does not end it."""


@dataclass(frozen=True, slots=True)
class SliceOptions:
    """How long slices are."""

    target_ms: int = 600_000
    max_ms: int = 900_000
    comfortable_gap_ms: int = 1000
    """A pause of this length is as good a place to cut as a longer one."""

    def for_length(self, duration_ms: int) -> "SliceOptions":
        """Shorter slices for a short recording, so that more than one core or worker has some of it.

        They depend on the recording alone, not on who is there to work, or captions would differ between machines.
        """
        target_ms = min(self.target_ms, max(_LEAST_MS, duration_ms // _PARTS))
        return replace(self, target_ms=target_ms, max_ms=self.max_ms * target_ms // self.target_ms)


@dataclass(frozen=True, slots=True)
class SliceSpan:
    """One piece of the recording, with the speech in it; all in media time."""

    index: int
    start_ms: int
    end_ms: int
    speech: tuple[Span, ...]

    @property
    def speech_ms(self) -> int:
        """Media time in which somebody speaks; a slice with none needs no engine."""
        return total_ms(self.speech)


def plan_slices(
    speech: Sequence[Span], duration_ms: int, options: SliceOptions = SliceOptions()
) -> tuple[SliceSpan, ...]:
    """Slices that cover all of the media time without overlap, none longer than ``max_ms``.

    A cut lies in the middle of a pause near ``target_ms``; only where nobody pauses between half the target and the
    maximum is speech cut. Two slices at the end share what is left rather than leave a sliver.
    """
    pauses = gaps(speech, duration_ms)
    cuts = [0]
    while duration_ms - cuts[-1] > options.max_ms:
        cuts.append(_next_cut(pauses, cuts[-1], duration_ms, options))
    edges = [*cuts, duration_ms] if duration_ms > 0 else []
    return tuple(
        SliceSpan(index, start, end, clipped(speech, start, end)) for index, (start, end) in enumerate(pairwise(edges))
    )


def windows(speech: Sequence[Span], longest_ms: int = WINDOW_MS, bridge_ms: int = 4_000) -> tuple[Span, ...]:
    """Neighbouring spans joined, with the pauses between them, into pieces that fit one window of the model.

    Context helps the model, so a window is as long as it may be; but it ends at the longest pause of its last part
    rather than at the last pause that fits, for a sentence that is cut in two is heard wrongly on both sides. A pause
    longer than ``bridge_ms`` is left out, because silence inside a window invites invented text.
    """
    found: list[Span] = []
    held: list[Span] = []
    for span in (piece for whole in speech for piece in _pieces(whole, longest_ms)):
        if held and span.start_ms - held[-1].end_ms > bridge_ms:
            found.append(Span(held[0].start_ms, held[-1].end_ms))
            held = []
        held.append(span)
        while held[-1].end_ms - held[0].start_ms > longest_ms:
            count = _first_part(held, longest_ms)
            found.append(Span(held[0].start_ms, held[count - 1].end_ms))
            held = held[count:]
    if held:
        found.append(Span(held[0].start_ms, held[-1].end_ms))
    return tuple(found)


def _first_part(held: Sequence[Span], longest_ms: int) -> int:
    """How many of too many spans make the next window: up to the longest pause in the last part of what fits."""
    fits = [number for number in range(1, len(held)) if held[number - 1].end_ms - held[0].start_ms <= longest_ms]
    late = [number for number in fits if held[number - 1].end_ms - held[0].start_ms >= _EARLIEST * longest_ms]
    return max(late or fits[-1:], key=lambda number: (held[number].start_ms - held[number - 1].end_ms, number))


def _next_cut(pauses: Sequence[tuple[int, int]], start: int, duration_ms: int, options: SliceOptions) -> int:
    left = duration_ms - start
    target = left // 2 if left < 2 * options.target_ms else options.target_ms
    wanted, earliest, latest = start + target, start + max(1, target // 2), start + options.max_ms
    best, best_cost = latest, None
    for first, last in pauses:
        # The part of the pause that lies in reach, so that a pause across the border of the reach still counts.
        low, high = max(first, earliest), min(last, latest)
        if low > high or first >= last:
            continue
        place = min(max((first + last) // 2, low), high)
        shortfall = max(0, options.comfortable_gap_ms - (last - first)) / options.comfortable_gap_ms
        cost = abs(place - wanted) / target + shortfall
        if best_cost is None or cost < best_cost:
            best, best_cost = place, cost
    return best


def _pieces(span: Span, longest_ms: int) -> list[Span]:
    starts = range(span.start_ms, span.end_ms, longest_ms)
    return [Span(start, min(start + longest_ms, span.end_ms)) for start in starts]
