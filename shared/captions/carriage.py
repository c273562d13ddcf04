"""Which caption words ride in which picture: the 29.97 Hz line of CEA-608 laid over pictures of any rate.

Field 1 has one slot of two bytes in each 1001/30000 second, whatever the picture rate: 5 slots in 4 pictures at 23.976,
every second picture at 59.94. A word goes into the picture on screen at its slot, in presentation order, although
pictures are stored in decoding order.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeAlias, TypeVar

from shared.captions.keeping import Unit
from shared.captions.sei import MAX_TRIPLETS, NULL_WORD
from shared.captions.services import is_control
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
    """Hands out the words of an SCC file picture by picture, and between them what ``kept`` has from earlier captions.

    ``words`` are (slot, word) in rising order. A picture that stays long (variable frame rate) may have more words due
    than it can carry; they follow in the next picture and are counted as late.
    """

    words: Iterable[tuple[int, int]]
    kept: deque[Unit] = field(default_factory=deque)
    sent: int = 0
    late: int = 0
    _ahead: Iterator[tuple[int, int]] = field(init=False)
    _next: tuple[int, int] | None = field(init=False)
    _slot: int = 0
    _backlog: list["_Due"] = field(default_factory=list)
    _rest: deque[int] = field(default_factory=deque)
    """What is left of a kept unit that has been begun."""
    _spoke: str | None = None
    """The kept service that sent last; None after a new word."""

    def __post_init__(self) -> None:
        self._ahead = iter(self.words)
        self._next = next(self._ahead, None)

    def until(self, moment: Fraction, room: int = MAX_TRIPLETS) -> list[int]:
        """Words for the picture that is on screen up to ``moment``, at most ``room``; null words stand where a slot
        has none."""
        due, self._backlog = self._backlog + self._due(slots_before(moment)), []
        if len(due) > room:
            due = [one for one in due if one[0] != NULL_WORD]
            due, self._backlog = due[:room], due[room:]
            self.late += sum(is_new for _, is_new in self._backlog)
        self.sent += sum(is_new for _, is_new in due)
        return [word for word, _ in due]

    def unsent(self) -> int:
        """Words that found no picture because the video ended before them; call it after the last picture."""
        left = sum(is_new for _, is_new in self._backlog) + (self._next is not None)
        return left + sum(word != NULL_WORD for _, word in self._ahead)

    def unsent_kept(self) -> int:
        """The same for what was kept of earlier captions."""
        backlog = sum(word != NULL_WORD and not is_new for word, is_new in self._backlog)
        return backlog + len(self._rest) + sum(len(unit.words) for unit in self.kept)

    def _due(self, end: int) -> list["_Due"]:
        due: list[_Due] = []
        while self._slot < end:
            if not self.kept and not self._rest and (self._next is None or self._next[0] > self._slot):
                # Nothing for a while: a picture that stands for hours shall not fill the memory.
                until = end if self._next is None else min(end, self._next[0])
                due += [(NULL_WORD, False)] * min(until - self._slot, MAX_TRIPLETS + 1)
                self._slot = until
                continue
            due.append(self._at(self._slot))
            self._slot += 1
        return due

    def _at(self, slot: int) -> "_Due":
        if self._rest:
            return self._rest.popleft(), False
        if self._next is not None and self._next[0] <= slot:
            word, self._next, self._spoke = self._next[1], next(self._ahead, None), None
            return word, word != NULL_WORD
        if self.kept and self.kept[0].slot <= slot:
            words = self.kept[0].after(self._spoke)
            # New text belongs to the channel that spoke last, so nobody else may speak before it.
            if self._next is None or (self._next[0] - slot >= len(words) and is_control(self._next[1])):
                self._spoke = self.kept.popleft().service
                self._rest.extend(words)
                return self._rest.popleft(), False
        return NULL_WORD, False


_Due: TypeAlias = tuple[int, bool]
"""A word, and whether it is one of the new captions."""


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
