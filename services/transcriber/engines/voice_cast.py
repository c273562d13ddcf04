"""Who speaks when: windows that were told apart one by one become one cast of voices for the whole meeting.

Telling speakers apart costs memory and time that grow faster than the audio, so it is done in windows. Within one, a
voice has a label that means nothing outside; windows are joined here by the likeness of the voices' embeddings. Pure
and deterministic. Speakers are added to words that are saved already; without them the words stay as they are.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from shared.captions.model import Word

Vector = npt.NDArray[np.float64]
_STEP = 0.05


@dataclass(frozen=True, slots=True)
class Turn:
    """One voice from one moment to another, in media time."""

    start_ms: int
    end_ms: int
    speaker: str


@dataclass(frozen=True, slots=True)
class WindowOfTurns:
    """What diarization found in one window: turns, and one embedding per speaker who spoke long enough."""

    turns: tuple[Turn, ...]
    voices: dict[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody heard in a meeting."""

    turns: tuple[Turn, ...]
    """In time order; speakers are ``S1``, ``S2``, … by first appearance."""
    voices: dict[str, tuple[float, ...]]
    """One unit-length embedding per speaker, by which a voice can be known again in the next meeting."""


def join_windows(
    windows: Sequence[WindowOfTurns], *, likeness: float = 0.6, at_least: int = 0, at_most: int = 0
) -> Cast:
    """One cast from windows in time order, of at least and at most so many people where that is known; 0 is unknown.

    Where ``likeness`` gives too many people, the highest bound that does not is taken. Where it gives too few, a higher
    one is, if that comes nearer. A voice that was too short to be compared stays somebody of its own all the same.
    """
    cast = _joined(windows, likeness)
    if at_most and _people(cast) > at_most:
        for bound in _bounds(likeness, -1.0):
            cast = _joined(windows, bound)
            if _people(cast) <= at_most:
                break
    elif _people(cast) < at_least:
        for bound in _bounds(likeness, 1.0):
            more = _joined(windows, bound)
            if _people(more) - at_least > at_least - _people(cast) or 0 < at_most < _people(more):
                break
            cast = more
            if _people(cast) >= at_least:
                break
    return cast


def _bounds(likeness: float, last: float) -> list[float]:
    """From the next bound to the last one, in small steps."""
    steps = round(abs(last - likeness) / _STEP)
    return [likeness + (last - likeness) * (step + 1) / steps for step in range(steps)]


def _people(cast: Cast) -> int:
    return len({turn.speaker for turn in cast.turns})


def _joined(windows: Sequence[WindowOfTurns], likeness: float) -> Cast:
    """One cast by one bound.

    A voice joins the known voice it is most like, if their cosine is at least ``likeness``; the best pair of all goes
    first, and two voices of one window never join the same one, because diarization has told them apart.
    """
    sums: list[Vector] = []
    weights: list[float] = []
    names: list[dict[str, int]] = []
    for window in windows:
        spoken = {name: _spoken_ms(window, name) for name in sorted({turn.speaker for turn in window.turns})}
        voices = {name: _unit(window.voices[name]) for name in spoken if _has_voice(window, name)}
        known = _match(voices, sums, likeness)
        for name, length in sorted(spoken.items(), key=lambda item: _first_heard(window, item[0])):
            if name not in known:
                known[name] = len(sums)
                sums.append(np.zeros_like(next(iter(voices.values()))) if voices else np.zeros(1))
                weights.append(0.0)
            if name in voices:
                who = known[name]
                sums[who] = voices[name] * length if not weights[who] else sums[who] + voices[name] * length
                weights[who] += length
        names.append(known)
    turns = sorted(
        (
            replace(turn, speaker=f"S{known[turn.speaker] + 1}")
            for window, known in zip(windows, names, strict=True)
            for turn in window.turns
        ),
        key=lambda turn: (turn.start_ms, turn.end_ms),
    )
    voices_out = {
        f"S{index + 1}": tuple(round(float(value), 6) for value in _unit(total))
        for index, (total, weight) in enumerate(zip(sums, weights, strict=True))
        if weight
    }
    return Cast(tuple(turns), voices_out)


def give_speakers(words: Sequence[Word], turns: Sequence[Turn], *, reach_ms: int = 500) -> tuple[Word, ...]:
    """The words with the speaker whose turn holds most of each; within ``reach_ms`` of a turn when none holds it.

    A word that nobody's turn is near keeps the speaker it had.
    """
    ordered = sorted(turns, key=lambda turn: turn.start_ms)
    starts = [turn.start_ms for turn in ordered]
    longest = max((turn.end_ms - turn.start_ms for turn in ordered), default=0)
    named = []
    for word in words:
        first = bisect_left(starts, word.start_ms - longest - reach_ms)
        last = bisect_left(starts, word.end_ms + reach_ms)
        best = max(ordered[first:last], key=lambda turn: _closeness(word, turn), default=None)
        near = best is not None and _closeness(word, best) > -reach_ms
        named.append(replace(word, speaker=best.speaker) if best is not None and near else word)
    return tuple(named)


def _match(voices: dict[str, Vector], sums: Sequence[Vector], likeness: float) -> dict[str, int]:
    pairs = [
        (float(voice @ _unit(total)), name, who)
        for name, voice in voices.items()
        for who, total in enumerate(sums)
        if total.shape == voice.shape and total.any()
    ]
    known: dict[str, int] = {}
    for cosine, name, who in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if cosine >= likeness and name not in known and who not in known.values():
            known[name] = who
    return known


def _closeness(word: Word, turn: Turn) -> int:
    """Milliseconds of overlap; negative is the distance between them."""
    return min(word.end_ms, turn.end_ms) - max(word.start_ms, turn.start_ms)


def _spoken_ms(window: WindowOfTurns, name: str) -> int:
    return sum(turn.end_ms - turn.start_ms for turn in window.turns if turn.speaker == name)


def _first_heard(window: WindowOfTurns, name: str) -> int:
    return min(turn.start_ms for turn in window.turns if turn.speaker == name)


def _has_voice(window: WindowOfTurns, name: str) -> bool:
    voice = window.voices.get(name)
    return voice is not None and bool(np.all(np.isfinite(voice))) and any(voice)


def _unit(vector: Sequence[float] | Vector) -> Vector:
    values = np.asarray(vector, np.float64)
    length = float(np.linalg.norm(values))
    return values / length if length else values
