"""A suspicious window decoded again, and which of its readings people get to see.

    suspicious -> careful decode of shorter pieces -> heard the same? -> it was said
                                                   -> believable?     -> that one
                                                   -> still not?      -> [inaudible], or the sound that it is

The city's vocabulary stays away from a second decode that asks whether a list of names was said or only read from it.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from services.transcriber.decoding.guards import (
    GOES_ROUND,
    SAID_MS,
    GuardOptions,
    Suspicion,
    is_heard_again,
    is_hopeless,
    is_sure,
    looped,
    room_for,
    suspicious_segments,
)
from services.transcriber.decoding.slice_work import SliceWork
from services.transcriber.engines.values import DecodedWindow, Effort, Segment
from shared.captions.model import Sound, SoundKind

_CONFIRMABLE = GOES_ROUND | {Suspicion.VOCABULARY_LEAK}
"""What a second decode that hears the same refutes."""
_MOST = 3  # retakes of one window: with the vocabulary, without it, and with a ban on repeats
_THIN = 2 / 3  # a decode with fewer of the words than this is no better reading of confident text


@dataclass(frozen=True, slots=True)
class Take:
    """One decode of a window, and what speaks against which of its segments."""

    window: DecodedWindow
    bad: Mapping[int, tuple[Suspicion, ...]]
    guards: GuardOptions

    @property
    def reasons(self) -> frozenset[Suspicion]:
        return frozenset(reason for reasons in self.bad.values() for reason in reasons)

    @property
    def hides_words(self) -> bool:
        return any(is_hopeless(self.window.segments[index], bad, self.guards) for index, bad in self.bad.items())

    def is_better_than(self, other: "Take") -> bool:
        # What spoke against confident text hides nothing of it, so a reading that only says less is not better.
        stands = not other.hides_words and is_sure(other.window, self.guards)
        if stands and len(self.window.words) < _THIN * len(other.window.words):
            return False
        return self._cost() < other._cost()

    def without(self, dismissed: Set[Suspicion]) -> "Take":
        left = {index: tuple(one for one in bad if one not in dismissed) for index, bad in self.bad.items()}
        return replace(self, bad={index: bad for index, bad in left.items() if bad})

    def _cost(self) -> tuple[bool, int, float]:
        confidence = min((segment.avg_logprob for segment in self.window.segments), default=0.0)
        return self.hides_words, len(self.reasons), -confidence


def settle(work: SliceWork, decoded: DecodedWindow) -> DecodedWindow:
    """The window itself if it is believable; else what careful decoding leaves of it."""
    names = work.request.options.vocabulary
    first = _judged(work, decoded, names)
    if not first.reasons:
        return decoded
    work.redecoded.append(decoded.window)
    best = last = first
    effort = Effort.CAREFUL
    for _ in range(_MOST):
        if Suspicion.VOCABULARY_LEAK in last.reasons:
            names = ()
        again = work.retake(decoded.window, effort, names, cut_anew=bool(first.reasons & GOES_ROUND))
        last = _judged(work, again, names)
        if _is_confirmed(first, last, work.guards):
            return _what_was_said(work, first)
        if last.is_better_than(best):
            best = last
        if last.reasons & GOES_ROUND and effort is Effort.CAREFUL:
            effort = Effort.UNLOOPED
        elif not (Suspicion.VOCABULARY_LEAK in last.reasons and names):
            break
    return _without_the_hopeless(work, best)


def _judged(work: SliceWork, window: DecodedWindow, vocabulary: tuple[str, ...]) -> Take:
    bad = suspicious_segments(window, vocabulary, work.guards, speech=work.request.speech)
    return Take(window, bad, work.guards)


def _is_confirmed(first: Take, again: Take, guards: GuardOptions) -> bool:
    """Whether a second decode heard the same repeats, or the same names without a list to read them from.

    A hall that chants, and a clerk who reads the roster in the order of the list, do say what looks invented.
    """
    if not first.reasons & _CONFIRMABLE or Suspicion.VOCABULARY_LEAK in again.reasons:
        return False
    if first.reasons & GOES_ROUND and not (is_sure(first.window, guards) and is_sure(again.window, guards)):
        return False
    unsure = {index for index, reasons in first.bad.items() if _CONFIRMABLE.intersection(reasons)}
    return is_heard_again(first.window, unsure, again.window)


def _what_was_said(work: SliceWork, first: Take) -> DecodedWindow:
    """The first decode with what was confirmed; that it repeats itself a person is told all the same."""
    for index, reasons in first.bad.items():
        segment = first.window.segments[index]
        work.doubt(sorted(GOES_ROUND.intersection(reasons)), segment.start_ms, segment.end_ms)
    return _without_the_hopeless(work, first.without(_CONFIRMABLE))


def _without_the_hopeless(work: SliceWork, take: Take) -> DecodedWindow:
    """Replace what nobody should read, and note the doubtful segments that stay."""
    kept: list[Segment] = []
    for index, segment in enumerate(take.window.segments):
        reasons = take.bad.get(index, ())
        rest = tuple(reason for reason in reasons if reason not in GOES_ROUND)
        if not is_hopeless(segment, reasons, work.guards):
            work.doubt(reasons, segment.start_ms, segment.end_ms)
            kept.append(_with_time(work, take, index) if Suspicion.SQUEEZED in reasons else segment)
        elif Suspicion.LOOP in reasons and not is_hopeless(segment, rest, work.guards):
            kept += _out_of_the_loop(work, take, index)
        else:
            _hide(work, reasons, segment.start_ms, segment.end_ms)
    return replace(take.window, segments=tuple(kept))


def _out_of_the_loop(work: SliceWork, take: Take, index: int) -> Iterator[Segment]:
    """What a segment says before and after it repeats itself."""
    segment, rounds = take.window.segments[index], looped(take.window)
    before = sum(len(other.words) for other in take.window.segments[:index])
    for goes_round, group in groupby(enumerate(segment.words, before), key=lambda numbered: numbered[0] in rounds):
        words = tuple(word for _, word in group)
        if goes_round:
            _hide(work, take.bad[index], words[0].start_ms, words[-1].end_ms)
        else:
            text = " ".join(word.text for word in words)
            yield replace(segment, text=text, words=words, start_ms=words[0].start_ms, end_ms=words[-1].end_ms)


def _hide(work: SliceWork, reasons: Sequence[Suspicion], start_ms: int, end_ms: int) -> None:
    kind = work.kind_between(start_ms, end_ms)
    work.sounds.append(Sound(kind or SoundKind.INAUDIBLE, start_ms, end_ms))
    if kind is None:
        work.doubt(reasons, start_ms, end_ms)


def _with_time(work: SliceWork, take: Take, index: int) -> Segment:
    """The words of a segment whose times are too close together, spread over the time there was."""
    segment, count = take.window.segments[index], len(take.window.segments[index].words)
    room = room_for(take.window, index, work.request.speech)
    length_ms = min(room.length_ms, SAID_MS * count)
    start = min(max(segment.start_ms, room.start_ms), room.end_ms - length_ms)
    edges = [start + length_ms * number // count for number in range(count + 1)]
    words = tuple(
        replace(word, start_ms=begin, end_ms=end)
        for word, (begin, end) in zip(segment.words, pairwise(edges), strict=True)
    )
    return replace(segment, words=words, start_ms=start, end_ms=start + length_ms)
