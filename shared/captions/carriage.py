"""Which caption words ride in which picture: the 29.97 Hz line of CEA-608 laid over pictures of any rate.

Field 1 has one slot of two bytes in each 1001/30000 second, whatever the picture rate: 5 slots in 4 pictures at 23.976,
every second picture at 59.94. A word goes into the picture on screen at its slot, in presentation order, although
pictures are stored in decoding order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

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
    """Hands out the words of an SCC file picture by picture.

    ``words`` are (slot, word) in rising order. A picture that stays long (variable frame rate) may have more words due
    than it can carry; they follow in the next picture and are counted as late.
    """

    words: Iterable[tuple[int, int]]
    sent: int = 0
    late: int = 0
    _ahead: Iterator[tuple[int, int]] = field(init=False)
    _next: tuple[int, int] | None = field(init=False)
    _slot: int = 0
    _backlog: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ahead = iter(self.words)
        self._next = next(self._ahead, None)

    def until(self, moment: Fraction) -> list[int]:
        """Words for the picture that is on screen up to ``moment``; null words stand where a slot has none."""
        due, self._backlog = self._backlog + self._due(slots_before(moment)), []
        if len(due) > MAX_TRIPLETS:
            due = [word for word in due if word != NULL_WORD]
            due, self._backlog = due[:MAX_TRIPLETS], due[MAX_TRIPLETS:]
            self.late += len(self._backlog)
        self.sent += sum(word != NULL_WORD for word in due)
        return due

    def unsent(self) -> int:
        """Words that found no picture because the video ended before them; call it after the last picture."""
        left = len(self._backlog) + (self._next is not None)
        return left + sum(word != NULL_WORD for _, word in self._ahead)

    def _due(self, end: int) -> list[int]:
        due: list[int] = []
        start = self._slot
        while self._next is not None and self._next[0] < end:
            slot, word = self._next
            if slot >= self._slot:
                due += [NULL_WORD] * min(slot - self._slot, MAX_TRIPLETS + 1)
            due.append(word)
            self._slot = max(self._slot, slot) + 1
            self._next = next(self._ahead, None)
        due += [NULL_WORD] * min(max(0, end - self._slot), MAX_TRIPLETS + 1)
        self._slot = max(start, self._slot, end)
        return due


@dataclass(slots=True)
class Receiver:
    """Gives words read from pictures their slots again: the reverse of :class:`Sender`."""

    _slot: int = 0

    def until(self, moment: Fraction, words: Sequence[int]) -> Iterator[tuple[int, int]]:
        """(slot, word) of the picture that is on screen up to ``moment``, null words left out."""
        first = max(self._slot, slots_before(moment) - len(words))
        for slot, word in enumerate(words, first):
            self._slot = slot + 1
            if word != NULL_WORD:
                yield slot, word
