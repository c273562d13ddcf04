"""Frames for new captions between those of other services of the same field, which stay in their very frames.

What is there has the first right to its frames. Loads of pop-on captions go out earlier where they must; a caption is
late only where that does not help. A receiver gives text to the channel of the last control code (47 CFR 15.119(h)), so
new words never stand right before earlier text, and new text that was interrupted says first whose it is, by its mode
code again, which moves no cursor and erases nothing (15.119(f)).
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from shared.captions.caption_services import TO_CAPTIONS, TO_TEXT, XDS, Services, field_of, is_control
from shared.captions.codes import EDM, EOC, PARITY, RCL, RDC, ROLL_UP, Channel
from shared.captions.model import Finding, Severity
from shared.captions.schedule import LATE, READABLE
from shared.captions.timecode import label
from shared.errors import Unusable

MOST_LATE: Final = 150
"""Frames (5 s) after which a caption belongs to something else that is said."""
_EARLIEST: Final = 1800
"""Frames (a minute) by which a load may go ahead of its caption."""
_NEVER: Final = 1 << 40


def _media_label(slot: int) -> str:
    return label(slot, drop_frame=True)


class Fit(NamedTuple):
    """A new word, and where it goes."""

    slot: int
    word: int
    asked: int
    """Slot that it, or what it opens for, was made for."""


class _WholeCode(NamedTuple):
    """One word, or both copies of a control code: never torn apart."""

    asked: int
    words: tuple[int, ...]
    mode: int

    @property
    def code(self) -> int | None:
        """The second byte of a miscellaneous control code."""
        return self.words[0] & 0x7F if self.words[0] >> 8 & 0x76 == 0x14 else None


class _Gap(NamedTuple):
    """Free slots from ``start`` to before ``end``; there may be none."""

    start: int
    end: int
    is_ours: bool
    """Whether the new captions spoke last when it begins."""


def fitted(
    new: Iterable[tuple[int, int]],
    kept: Sequence[tuple[int, int]],
    channel: Channel,
    name_of: Callable[[int], str] = _media_label,
) -> "Fitted":
    """Find slots for ``new`` words of ``channel``, rising, among ``kept`` words of other services of its field.

    ``name_of`` is what people call a slot: its label in the file that the words are from.
    Raises Unusable where a caption could come only when its time is over, or ``MOST_LATE``.
    """
    if not kept:
        return Fitted([Fit(slot, word, slot) for slot, word in new], name_of=name_of)
    return _Fitting(list(_gaps(kept, channel)), _has_text_beside(kept, channel), name_of).run(new)


@dataclass(slots=True)
class Fitted:
    """New words in rising slots, and what became of their times."""

    words: list[Fit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    name_of: Callable[[int], str] = _media_label

    def require_before(self, end: int) -> None:
        """Raises Unusable when captions due before slot ``end``, where the video ends, had to go behind it."""
        for one in self.words:
            if one.asked < end <= one.slot and one.word & 0x767F != 0x1400 | EDM:
                raise _no_room(self.name_of(one.asked))


def _no_room(at: str) -> Unusable:
    return Unusable(
        f"The captions that the video has leave no room for the new ones at {at}; "
        "a channel of the other field has room of its own (CC3 beside CC1 and CC2), and --only leaves the others out.",
        code="captions_without_room",
    )


def _has_text_beside(kept: Sequence[tuple[int, int]], channel: Channel) -> bool:
    """Whether the text service with the control codes of ``channel`` is kept."""
    services = Services(field_of(channel))
    beside = channel.replace("CC", "T")
    return beside in {services.of(word) for _, word in kept}


def _gaps(kept: Sequence[tuple[int, int]], channel: Channel) -> Iterator[_Gap]:
    """Free slots after which every kept word still belongs to its service."""
    services = Services(field_of(channel))
    names = [services.of(word) for _, word in kept]
    beside = channel.replace("CC", "T")
    usable: list[bool] = []
    finds_itself = True  # the next word that is not programme data
    for (_, word), name in zip(reversed(kept), reversed(names), strict=True):
        if name == XDS:
            usable.append(finds_itself and 0 < word >> 8 & 0x7F < 0x0F)
            continue
        finds_itself = is_control(word)
        if name == beside:
            finds_itself = word >> 8 & 0x76 == 0x14 and word & 0x7F in TO_TEXT
        usable.append(finds_itself)
    free = 0
    for (slot, _), is_usable in zip(kept, reversed(usable), strict=True):
        if is_usable and slot > free:
            yield _Gap(free, slot, False)
        free = slot + 1
    yield _Gap(free, _NEVER, False)


def _units(words: Iterable[tuple[int, int]]) -> Iterator[_WholeCode]:
    mode = 0
    before: tuple[int, int] | None = None
    for slot, word in words:
        if before is not None and before == (slot - 1, word):
            yield _WholeCode(slot - 1, (word, word), mode)
            before = None
            continue
        if before is not None:
            yield _WholeCode(before[0], before[1:], mode)
            before = None
        if not is_control(word):
            yield _WholeCode(slot, (word,), mode)
            continue
        before = (slot, word)
        if word >> 8 & 0x76 == 0x14 and (code := word & 0x7F) in (RCL, EOC, RDC, *ROLL_UP):
            mode = word & 0xFF00 | PARITY[RCL if code == EOC else code]
    if before is not None:
        yield _WholeCode(before[0], before[1:], mode)


class _Fitting:
    """One run: groups of a load and what shows it, from the first to the last."""

    def __init__(self, gaps: list[_Gap], has_text_beside: bool, name_of: Callable[[int], str]) -> None:
        self._gaps, self._has_text_beside, self._name_of = gaps, has_text_beside, name_of
        self._free = 0
        """Where the next unit that acts at once may stand."""
        self._shown: tuple[int, int] | None = None
        """When the caption on screen was asked for, and when it came."""
        self._was_late = False
        self._result = Fitted(name_of=name_of)

    def run(self, new: Iterable[tuple[int, int]]) -> Fitted:
        load: list[_WholeCode] = []
        for unit in _units(new):
            # EOC, EDM and all that does not load act when they are received.
            if unit.mode & 0x7F == RCL and unit.code not in (EOC, EDM):
                load.append(unit)
            elif unit.code == EDM:
                self._place([], unit)
            else:
                self._place(load, unit)
                load = []
        if load:
            self._place(load[:-1], load[-1])
        self._result.words.sort()
        return self._result

    def _place(self, load: list[_WholeCode], unit: _WholeCode) -> None:
        for slot in self._candidates(self._wanted(unit)):
            found = self._filled([*load, unit], slot + len(unit.words))
            if found is not None:
                break
        else:
            raise _no_room(self._name_of(unit.asked))
        self._result.words += found
        self._free = slot + len(unit.words)
        self._take(slot, self._free, splits=unit.code == EDM)
        self._tell(unit, slot)

    def _wanted(self, unit: _WholeCode) -> int:
        """Not before the caption on screen could be read, should that have come late."""
        if self._shown is None or unit.code not in (EDM, EOC):
            return unit.asked
        asked, came = self._shown
        if came > asked and unit.asked <= came:
            raise _no_room(self._name_of(asked))
        return max(unit.asked, came + min(unit.asked - asked, READABLE))

    def _candidates(self, wanted: int) -> Iterator[int]:
        last = wanted + MOST_LATE
        slot = max(wanted, self._free)
        for gap in self._gaps[self._first_ending_after(slot) :]:
            if gap.start > last:
                return
            yield from range(max(slot, gap.start), min(gap.end, last + 1))

    def _filled(self, units: list[_WholeCode], end: int) -> list[Fit] | None:
        """Words of ``units`` in the last free slots before ``end``, the last of them at its very end."""
        found: list[Fit] = []
        left = len(units)
        for at in range(self._first_ending_after(end - 1), -1, -1):
            gap = self._gaps[at]
            low, high = max(gap.start, end - _EARLIEST), min(gap.end, end)
            if gap.end <= end - _EARLIEST or (not found and high < end):
                return None
            begin, first = high, left
            while first and begin - len(units[first - 1].words) >= low:
                first -= 1
                begin -= len(units[first].words)
            while first < left and not gap.is_ours and not self._names_itself(units[first]):
                if begin - 2 >= low:
                    mode = units[first].mode
                    begin -= 2
                    found += [Fit(begin + copy, mode, units[first].asked) for copy in (0, 1)]
                    break
                begin += len(units[first].words)
                first += 1
            if first == left and not found:
                return None
            words = [(unit, word) for unit in units[first:left] for word in unit.words]
            # What opens stands before them.
            start = high - len(words)
            found += [Fit(start + n, word, unit.asked) for n, (unit, word) in enumerate(words)]
            left = first
            if not left:
                return found
        return None

    def _names_itself(self, unit: _WholeCode) -> bool:
        """Whether a receiver knows without the mode code whose it is."""
        if not unit.mode or not is_control(unit.words[0]):
            return not unit.mode
        return not self._has_text_beside or unit.code in TO_CAPTIONS

    def _first_ending_after(self, slot: int) -> int:
        return bisect_left(self._gaps, slot + 1, key=lambda gap: gap.end)

    def _take(self, slot: int, end: int, *, splits: bool) -> None:
        """Slots from ``slot`` to ``end`` are taken; loads may stand before them only when it ``splits``."""
        at = self._first_ending_after(slot)
        gap = self._gaps[at]
        after = _Gap(end, gap.end, True)
        if splits:
            self._gaps[at : at + 1] = [_Gap(gap.start, slot, gap.is_ours), after]
        else:
            self._gaps[: at + 1] = [after]

    def _tell(self, unit: _WholeCode, slot: int) -> None:
        late = slot - unit.asked
        is_late, was_late = late > LATE, self._was_late
        if unit.code == EOC:
            self._shown = (unit.asked, slot)
            was_late = False
        elif unit.code == EDM:
            was_late, self._shown = False, None
        self._was_late = is_late and unit.code not in (EOC, EDM)
        if is_late and not was_late:
            does = "leaves the screen" if unit.code == EDM else "appears"
            message = f"It {does} {late} frames late: other captions of the video have the frames."
            found = Finding("late", message, Severity.WARNING, timecode=self._name_of(unit.asked))
            self._result.findings.append(found)
