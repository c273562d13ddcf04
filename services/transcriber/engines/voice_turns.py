"""From the voices of many short windows of speech to turns: how many people speak, and who speaks when. Pure.

All speech of a recording is compared at once, so a voice that comes back after hours needs no joining. Three steps:
stretches of speech become pieces, cut where the voice changes inside one; the pieces are clustered; and at last each
window is given to the voice it is most like, unless that would make a voice come and go where nobody pauses.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.transcriber.engines.voice_cast import Turn, WindowOfTurns
from services.transcriber.engines.voice_clusters import Labels, Pieces, Vector, centres, cluster, likeness_of

WINDOW_MS = 1600
"""What the encoder was trained with; shorter stretches are one window all the same."""

_PAUSE_MS = 2_000
"""A shorter pause of one person does not end a turn: a word that the detector missed in it is still that person's."""


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """How alike, how long, how reluctant."""

    likeness: float = 0.83
    """From which two voices are one person, by ``likeness_of``."""
    at_least: int = 0
    at_most: int = 0
    """So many people speak; 0 is unknown."""
    least_ms: int = 2_000
    """Somebody who speaks less than this in all is taken for whom he sounds most like."""
    split: float = 0.6
    """A stretch is cut where the mean voices before and after are less alike (``likeness_of``)."""
    price_inside: float = 1.0
    """What a change costs where nobody pauses, in cosines of single windows."""
    price_pause: float = 0.05
    """What it costs between two stretches of speech."""


DEFAULT_VOICES = VoiceOptions()


@dataclass(frozen=True, slots=True)
class HeardWindows:
    """Windows in time order, none of which crosses a pause."""

    stretch: npt.NDArray[np.int64]
    """Number of the stretch of speech that each lies in."""
    start_ms: npt.NDArray[np.int64]
    end_ms: npt.NDArray[np.int64]
    voices: npt.NDArray[np.float32]
    """One embedding of unit length each."""

    def __len__(self) -> int:
        return len(self.stretch)


def turns_of(heard: HeardWindows, options: VoiceOptions = DEFAULT_VOICES) -> WindowOfTurns:
    """Who speaks when, one at a time, and one voice of unit length for each."""
    if not len(heard):
        return WindowOfTurns((), {})
    vectors = heard.voices.astype(np.float64)
    pieces = list(_pieces(heard, vectors, options))
    weights = np.array([_worth(heard, piece) for piece in pieces])
    sums = np.array([vectors[piece].mean(axis=0) for piece in pieces]) * weights[:, None]
    labels = cluster(
        Pieces(sums, weights), likeness=options.likeness, at_least=options.at_least, at_most=options.at_most
    )
    of_windows = np.repeat(labels, [piece.stop - piece.start for piece in pieces])
    for _ in range(2):
        of_windows = _given(heard, vectors, _without_small(heard, vectors, of_windows, options), options)
    return _as_turns(heard, vectors, of_windows)


def _pieces(heard: HeardWindows, vectors: Vector, options: VoiceOptions) -> Iterator[slice]:
    """Windows of each stretch, cut once and again where those before sound like somebody else than those after."""
    edges = np.flatnonzero(np.diff(heard.stretch)) + 1
    for first, last in zip([0, *edges.tolist()], [*edges.tolist(), len(heard)], strict=True):
        yield from _cut(heard, vectors, first, last, options)


def _cut(heard: HeardWindows, vectors: Vector, first: int, last: int, options: VoiceOptions) -> Iterator[slice]:
    best, lowest = 0, options.split
    for at in range(first + 1, last):
        if (
            heard.end_ms[at - 1] - heard.start_ms[first] < WINDOW_MS
            or heard.end_ms[last - 1] - heard.start_ms[at] < WINDOW_MS
        ):
            continue
        sides = (slice(first, at), slice(at, last))
        one, other = ((vectors[side].mean(axis=0)[None, :], np.array([_worth(heard, side)])) for side in sides)
        alike = float(likeness_of(one[0] * one[1], one[1], other[0] * other[1], other[1])[0, 0])
        if alike < lowest:
            best, lowest = at, alike
    if not best:
        yield slice(first, last)
        return
    yield from _cut(heard, vectors, first, best, options)
    yield from _cut(heard, vectors, best, last, options)


def _worth(heard: HeardWindows, piece: slice) -> float:
    length = float(heard.end_ms[piece.stop - 1] - heard.start_ms[piece.start])
    return max(length / WINDOW_MS, 0.25)


def _without_small(heard: HeardWindows, vectors: Vector, labels: Labels, options: VoiceOptions) -> Labels:
    """Everybody with a number from 0, whoever speaks too shortly is made the one that sounds most alike."""
    count = int(labels.max()) + 1
    spoken = np.zeros(count)
    np.add.at(spoken, labels, _shares(heard))
    kept = np.flatnonzero(spoken >= options.least_ms)
    if len(kept) < max(options.at_least, 1):
        kept = np.sort(np.argsort(-spoken, kind="stable")[: max(options.at_least, 1)])
    known = centres(vectors, labels, count)[kept]
    near = kept[(centres(vectors, labels, count) @ known.T).argmax(axis=1)]
    near[kept] = kept
    return np.asarray(np.searchsorted(kept, near)[labels], np.int64)


def _shares(heard: HeardWindows) -> Vector:
    """Milliseconds of speech that each window stands for: windows overlap."""
    starts, ends = _borders(heard)
    return np.asarray(ends - starts, np.float64)


def _borders(heard: HeardWindows) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """From where to where each window speaks for its stretch: to the middle between it and the next."""
    middles = (heard.start_ms + heard.end_ms) // 2
    starts, ends = heard.start_ms.copy(), heard.end_ms.copy()
    inside = np.flatnonzero(np.diff(heard.stretch) == 0)
    ends[inside] = starts[inside + 1] = (middles[inside] + middles[inside + 1]) // 2
    return starts, ends


def _given(heard: HeardWindows, vectors: Vector, labels: Labels, options: VoiceOptions) -> Labels:
    """The cheapest way through all windows (Viterbi): each with the voice it is like, each change at its price."""
    count = int(labels.max()) + 1
    alike = vectors @ centres(vectors, labels, count).T
    is_pause = np.diff(heard.stretch, prepend=-1) != 0
    before = np.zeros((len(alike), count), np.int64)
    total = alike[0].copy()
    stay = np.arange(count)
    for index in range(1, len(alike)):
        best = int(total.argmax())
        changed = total[best] - (options.price_pause if is_pause[index] else options.price_inside)
        before[index] = np.where(total >= changed, stay, best)
        total = np.maximum(total, changed) + alike[index]
    path = np.zeros(len(alike), np.int64)
    path[-1] = int(total.argmax())
    for index in range(len(alike) - 1, 0, -1):
        path[index - 1] = before[index, path[index]]
    return path


def _as_turns(heard: HeardWindows, vectors: Vector, labels: Labels) -> WindowOfTurns:
    starts, ends = _borders(heard)
    turns: list[Turn] = []
    for start, end, label in zip(starts.tolist(), ends.tolist(), labels.tolist(), strict=True):
        name = str(label)
        if turns and turns[-1].speaker == name and start - turns[-1].end_ms < _PAUSE_MS:
            turns[-1] = Turn(turns[-1].start_ms, end, name)
        else:
            turns.append(Turn(start, end, name))
    count = int(labels.max()) + 1
    voices = centres(vectors, labels, count)
    named = {turn.speaker for turn in turns}
    return WindowOfTurns(tuple(turns), {str(n): tuple(map(float, voices[n])) for n in range(count) if str(n) in named})
