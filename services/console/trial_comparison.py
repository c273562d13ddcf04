"""Two models' captions of the same stretch beside each other: errors, words that differ, and where they differ most.

Values in, values out. All texts are taken from cues and made alike first: names of speakers, sounds in brackets, case
and punctuation are no words that a speech model is to be judged by.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from services.console.word_errors import word_error_rate, words
from shared.captions.align import stretches
from shared.captions.linebreak import join_rows
from shared.captions.model import Cue
from shared.quality import Span
from shared.quality.spans import milliseconds

_BORDER_MS = 30_000
"""How far from where it was wanted a stretch may begin or end, for the sake of a pause."""
_LEAD_MS = 500
_NEAR = 3
"""Differences with fewer equal words between them are one place."""
_AROUND = 4
"""Equal words that are shown before and after a place, so that it can be found by ear."""
SHOWN = 5
_MARK = re.compile(r"^\s*(?:>{2,3}|-(?=\s))\s*")
_LABEL = re.compile(r"^\s*[\[(]?([^\W\d_][^:\[\]()]{0,60})[:\])]+\s*")


@dataclass(frozen=True, slots=True)
class TrialWord:
    """A word as it is compared, how it is written, and about when it is said."""

    bare: str
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where two texts differ: what each has there, with some words around it, and what a person has written."""

    at_ms: int
    old: str
    new: str
    corrected: str | None
    words: int
    """How many words differ."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the comparison of one stretch found; rates are shares of 1, and can pass it."""

    old_words: int
    new_words: int
    corrected_words: int | None
    """None where no person has put a word right in this stretch; then the rates of errors are None as well."""
    old_errors: float | None
    new_errors: float | None
    differing: float | None
    """Words that would have to be changed to make one text of the other, for each word of the old one."""
    places: tuple[Place, ...] = field(default=())
    """Those with the most words first."""


def spoken(cues: Iterable[Cue]) -> list[TrialWord]:
    """The words of captions; within a cue they share its time evenly."""
    found: list[TrialWord] = []
    for cue in cues:
        said = _without_sounds(join_rows([_without_label(row, cue.speaker) for row in cue.rows]))
        # A hyphen joins two words: what is written stands with the first of them.
        parts = [
            (bare, token if number == 0 else "") for token in said.split() for number, bare in enumerate(words(token))
        ]
        start, end = milliseconds(cue.start), milliseconds(cue.end)
        found += [
            TrialWord(bare, token, start + (end - start) * number // len(parts))
            for number, (bare, token) in enumerate(parts)
        ]
    return found


def stretch_of(cues: Sequence[Cue], wanted: Span, duration_ms: int) -> Span:
    """The stretch about where it is wanted that begins and ends in a pause of these captions, so that no word is cut.

    A border that is the recording's own stays; without captions near it a border stays where it is.
    """
    start = 0 if wanted.start_ms <= 0 else _pause_near(cues, wanted.start_ms)
    end = duration_ms if wanted.end_ms >= duration_ms else _pause_near(cues, wanted.end_ms)
    return Span(start, end) if end > start else wanted


def within(cues: Iterable[Cue], stretch: Span) -> list[Cue]:
    """The cues that begin in it."""
    return [cue for cue in cues if stretch.start_ms <= milliseconds(cue.start) < stretch.end_ms]


def compare(old: Sequence[Cue], new: Sequence[Cue], corrected: Sequence[Cue] | None) -> Difference:
    """The captions of one stretch by both models, and what a person has made of the old ones."""
    before, after = spoken(old), spoken(new)
    right = spoken(corrected) if corrected is not None else []
    texts = [" ".join(word.bare for word in one) for one in (before, after, right)]
    is_corrected = bool(right) and texts[2] != texts[0]
    return Difference(
        old_words=len(before),
        new_words=len(after),
        corrected_words=len(right) if is_corrected else None,
        old_errors=word_error_rate(texts[2], texts[0]) if is_corrected else None,
        new_errors=word_error_rate(texts[2], texts[1]) if is_corrected else None,
        differing=word_error_rate(texts[0], texts[1]) if before else None,
        places=tuple(_places(before, after, right if is_corrected else None)),
    )


def _pause_near(cues: Sequence[Cue], wanted_ms: int) -> int:
    """A moment in the longest pause near it; of equal ones in the nearest."""
    ends = [(milliseconds(one.end), milliseconds(two.start)) for one, two in pairwise(cues)]
    near = [(end, start) for end, start in ends if abs(start - wanted_ms) <= _BORDER_MS]
    if not near:
        return wanted_ms
    end, start = max(near, key=lambda pause: (max(0, pause[1] - pause[0]), -abs(pause[1] - wanted_ms)))
    return start - min(_LEAD_MS, max(0, start - end) // 2)


def _places(old: Sequence[TrialWord], new: Sequence[TrialWord], right: Sequence[TrialWord] | None) -> list[Place]:
    runs: list[list[int]] = []
    for one in stretches([word.bare for word in old], [word.bare for word in new]):
        if one.is_same:
            continue
        if runs and one.one - runs[-1][1] < _NEAR and one.two - runs[-1][3] < _NEAR:
            runs[-1][1], runs[-1][3] = one.one_end, one.two_end
        else:
            runs.append([one.one, one.one_end, one.two, one.two_end])
    runs.sort(key=lambda run: (-max(run[1] - run[0], run[3] - run[2]), run[0]))
    return [_place(old, new, right, run) for run in runs[:SHOWN]]


def _place(
    old: Sequence[TrialWord], new: Sequence[TrialWord], right: Sequence[TrialWord] | None, run: Sequence[int]
) -> Place:
    one, one_end, two, two_end = run
    around = range(max(0, one - _AROUND), min(len(old), one_end + _AROUND))
    return Place(
        at_ms=old[one].at_ms if one < one_end else new[two].at_ms,
        old=_text(old, around.start, around.stop),
        new=_text(new, max(0, two - _AROUND), min(len(new), two_end + _AROUND)),
        corrected=_counterpart(old, right, around) if right is not None else None,
        words=max(one_end - one, two_end - two),
    )


def _counterpart(old: Sequence[TrialWord], right: Sequence[TrialWord], part: range) -> str:
    """What stands in the corrected text for these words of the old one."""
    first, last = len(right), 0
    for one in stretches([word.bare for word in old], [word.bare for word in right]):
        if (one.one_end <= part.start and one.one_end != one.one) or one.one >= part.stop:
            continue
        if one.one == one.one_end and not part.start <= one.one < part.stop:
            continue
        inside = one.is_same
        first = min(first, one.two + (max(0, part.start - one.one) if inside else 0))
        last = max(last, one.two_end - (max(0, one.one_end - part.stop) if inside else 0))
    return _text(right, first, last)


def _text(spoken_words: Sequence[TrialWord], first: int, last: int) -> str:
    return " ".join(word.text for word in spoken_words[first:last] if word.text)


def _without_label(row: str, speaker: str | None) -> str:
    """The row without who speaks: a mark, and a name in capitals or the cue's own."""
    mark = _MARK.match(row)
    said = row[mark.end() :] if mark else row
    label = _LABEL.match(said)
    if (
        label
        and ":" in label[0]
        and (label[1] == label[1].upper() or label[1].casefold() == (speaker or "").casefold())
    ):
        return said[label.end() :]
    return said


def _without_sounds(text: str) -> str:
    return re.sub(r"\[[^\]]*\]|\([^)]*\)|♪", " ", text)
