"""Which caption words ride in which picture: the 29.97 Hz line of CEA-608 laid over pictures of any rate.

Field 1 has one slot of two bytes in each 1001/30000 second, whatever the picture rate: 5 slots in 4 pictures at 23.976,
every second picture at 59.94. A word goes into the picture on screen at its slot, in presentation order, although
pictures are stored in decoding order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heappop, heappush, merge
from itertools import count
from typing import Final, Generic, NamedTuple, TypeVar

from shared.captions.sei import MAX_TRIPLETS, NULL_WORD
from shared.captions.timecode import FRAME_RATE

SLOT = 1 / FRAME_RATE
"""Seconds that one word of a field takes on line 21."""

MAX_REORDER = 16
"""Pictures that may be stored before one shown earlier (``max_num_reorder_frames``, H.264 E.2.1)."""

Item = TypeVar("Item")


def slots_before(moment: Fraction) -> int:
    """How many slots, counted from the first picture, begin before ``moment``."""
    return max(0, -(-moment // SLOT))


class PresentationOrder(Generic[Item]):
    """Turns pictures from decoding order into presentation order, holding at most ``MAX_REORDER`` of them."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, Item]] = []
        self._arrival = count()

    def push(self, pts: int, item: Item) -> Iterator[Item]:
        """Take the next stored picture; yield what can be shown now because nothing earlier can follow."""
        heappush(self._waiting, (pts, next(self._arrival), item))
        while len(self._waiting) > MAX_REORDER:
            yield heappop(self._waiting)[2]

    def rest(self) -> Iterator[Item]:
        """What is left at the end of the recording."""
        while self._waiting:
            yield heappop(self._waiting)[2]


@dataclass(slots=True)
class Sender:
    """Hands out the words of an SCC file picture by picture, and between them those that are ``kept``.

    Both are (slot, word) in rising order. A picture that stays long (variable frame rate) may have more words due
    than it can carry; they follow in the next picture and are counted as late.
    """

    words: Iterable[tuple[int, int]]
    kept: Iterable[tuple[int, int]] = ()
    sent: int = 0
    late: int = 0
    waited: dict[int, int] = field(default_factory=dict)
    """Slots by which the new word due in a slot came late, for those that had to wait for a later picture."""
    _ahead: Iterator["_Due"] = field(init=False)
    _next: "_Due | None" = field(init=False)
    _slot: int = 0
    _backlog: list["_Due"] = field(default_factory=list)

    def __post_init__(self) -> None:
        new = (_Due(slot, word, word != NULL_WORD) for slot, word in self.words)
        kept = (_Due(slot, word, False) for slot, word in self.kept)
        self._ahead = merge(new, kept, key=lambda due: due.slot)
        self._next = next(self._ahead, None)

    @property
    def slots(self) -> int:
        """How many slots the pictures so far have."""
        return self._slot

    def until(self, moment: Fraction, room: int = MAX_TRIPLETS) -> list[int]:
        """Words for the picture that is on screen up to ``moment``, at most ``room``; null words stand where a slot
        has none."""
        begin = self._slot
        due, self._backlog = self._backlog + self._due(slots_before(moment)), []
        if len(due) > room:
            due = [one for one in due if one.word != NULL_WORD]
            due, self._backlog = due[:room], due[room:]
            self.late += sum(one.is_new for one in self._backlog)
        self.sent += sum(one.is_new for one in due)
        self.waited.update({one.slot: begin - one.slot for one in due if one.is_new and one.slot < begin})
        return [one.word for one in due]

    def unsent(self) -> int:
        """Words that found no picture because the video ended before them; call it after the last picture."""
        rest = [*self._backlog, *([] if self._next is None else [self._next]), *self._ahead]
        self._backlog, self._next = rest, None
        return sum(one.is_new for one in rest)

    def _due(self, end: int) -> list["_Due"]:
        due: list[_Due] = []
        while self._slot < end:
            if self._next is not None and self._next.slot <= self._slot:
                due.append(self._next)
                self._next = next(self._ahead, None)
                self._slot += 1
                continue
            # Nothing for a while: a picture that stands for hours shall not fill the memory.
            until = end if self._next is None else min(end, self._next.slot)
            due += [_NOTHING] * min(until - self._slot, MAX_TRIPLETS + 1)
            self._slot = until
        return due


class _Due(NamedTuple):
    slot: int
    word: int
    is_new: bool
    """Whether it is one of the new captions."""


_NOTHING: Final = _Due(0, NULL_WORD, False)


@dataclass(slots=True)
class Receiver:
    """Gives words read from pictures their slots again: the reverse of :class:`Sender`."""

    _slot: int = 0

    def until(self, moment: Fraction, words: Sequence[int]) -> Iterator[tuple[int, int]]:
        """(slot, word) of the picture that is on screen up to ``moment``, null words left out."""
        first = max(self._slot, slots_before(moment) - len(words))
        for slot, word in enumerate(words, first):
            # Above 30 Hz a field may have a null word in each picture between: they take no time from the others.
            if word != NULL_WORD:
                self._slot = slot + 1
                yield slot, word
