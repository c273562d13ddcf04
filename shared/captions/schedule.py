"""When every word of pop-on captions goes out, so that each caption appears on its own frame.

One word goes out per frame, and there is one hidden memory: caption n+1 can be loaded only after the EOC of caption n.
So the time a caption stands must be at least the time the next one takes to load; that, and not the average rate, is
the limit. Three steps keep within it:

1. :func:`_choose` decides how to cut each caption (whole, one row first, two and two ...), by dynamic programming over
   neighbours: lateness costs most, then extra parts, then parts too short to read. Where everything fits, which is
   nearly always, the whole caption is the only candidate and nothing is searched.
2. :func:`_cut` gives the parts their times: in proportion to their text, but early enough for the next caption's load.
3. :func:`_transmit` fills each load backwards from its EOC into free frames, around the EDM of the caption before,
   and never between the two copies of a code. What does not fit gives up tabs first, then a short blank before it, and
   is late only then; nothing behind it moves unless it must.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import Final, NamedTuple

from shared.captions.codes import EDM, ENM, EOC, MOST_ROWS, RCL, CodeSet
from shared.captions.layout import RowCode, row_numbers

LONGEST_SHOWN: Final = 420
"""Frames (14 s) after which a standing caption is sent again: players may blank one after 16 s without data."""
HOLD: Final = 15
"""A blank shorter than this (half a second) is closed by holding the caption, if that saves the next from lateness."""
SMALLEST_BLANK: Final = 3
"""A blank of 2 frames or less is no blank: the next EOC replaces the caption."""
READABLE: Final = 24
"""Frames (0.8 s) below which a part is too short to be read at ease."""

DENSE: Final = 30
"""Frames (a second) within which another caption begins, so that a short one beside it is in a dense passage."""

LATE: Final = 3
"""Frames a cue may be late before it is reported: a tenth of a second, which nobody sees."""

_COST_LATE, _COST_SEEN_LATE, _COST_PART, _COST_SHORT, _COST_ROW = 3, 60, 12, 1, 4
"""A frame of lateness, being late enough to be reported, a further part, a frame too few to read one, a third row."""


@dataclass(slots=True)
class Caption:
    """What shall stand on the screen at one time: frames on the programme's axis, rows clean and fitting.

    That is a cue, or several in their regions; then they are never shown one after the other.
    """

    on: int
    off: int
    rows: list[RowCode]
    begins: tuple[int, ...]
    """Numbers of the cues that begin here; none when all of them have been seen before."""
    is_whole: bool = False
    """Whether its rows belong on the screen together."""

    @property
    def number(self) -> int:
        """The first of its cues, from 1."""
        return self.rows[0].region.number


class Sent(NamedTuple):
    """Words that go out in neighbouring frames, the first of them in ``frame``."""

    frame: int
    data: bytes


@dataclass(slots=True)
class Part:
    """What stands on the screen at one time: some rows of a caption, from frame ``on`` up to ``off``."""

    caption: Caption
    rows: list[RowCode]
    on: int
    off: int
    is_first: bool = True
    """The first part of its cue: its time is the cue's and must not move without being reported."""
    is_repeat: bool = False
    """The same rows once more, because they stand so long."""
    why_late: str = ""
    words: int = field(init=False)
    bare_words: int = field(init=False)

    def __post_init__(self) -> None:
        self.words, self.bare_words = _load_words(self.rows)


_Cut = tuple[int, ...]


class _State(NamedTuple):
    """The best way found to send everything up to a caption, if that caption is cut in a certain way."""

    cost: int
    before: "_State | None"
    cut: _Cut
    soonest: int
    """Earliest frame for the EOC of its last part."""
    wanted: int
    """Frame of that EOC if nothing follows."""


def schedule(captions: Sequence[Caption], codes: CodeSet, start: int) -> tuple[list[Sent], list[Part]]:
    """Words to send in rising frames, none before ``start``, and what stands on the screen as a result.

    Captions must be sorted, with ``on`` not falling and ``off`` after ``on``. Parts come back timed as they
    will be seen.
    """
    parts = _cut(captions, _choose(captions, start))
    return _transmit(parts, codes, start), parts


# -- 1. how to cut ----------------------------------------------------------------------------------------------------


def _choose(captions: Sequence[Caption], start: int) -> list[_Cut]:
    states = [_State(0, None, (), start - 2, start - 2)]
    off = captions[0].on if captions else start
    for caption in captions:
        cuts = ((len(caption.rows),),) if caption.is_whole else _cuts(len(caption.rows))
        cheapest = min(state.cost for state in states)
        following = [_best(states, caption, cuts[0], off)]
        if following[0].cost > cheapest:
            following += (_best(states, caption, cut, off) for cut in cuts[1:])
        states, off = following, caption.off
    state: _State | None = min(states, key=lambda state: state.cost)
    chosen = []
    while state is not None and state.before is not None:
        chosen.append(state.cut)
        state = state.before
    return chosen[::-1]


def _cuts(rows: int) -> tuple[_Cut, ...]:
    """Ways to show so many rows, in parts of at most four, the one to prefer first."""
    known = _CUTS.get(rows)
    if known is None:
        even = (2,) * (rows // 2) + (1,) * (rows % 2)
        fours = (4,) * (rows // 4) + ((rows % 4,) if rows % 4 else ())
        threes = (3,) * (rows // 3) + ((rows % 3,) if rows % 3 else ())
        one_first = (1,) + (2,) * ((rows - 1) // 2) + (1,) * ((rows - 1) % 2)
        known = tuple(dict.fromkeys((even, threes, fours, one_first)))
    return known


_CUTS: Final[dict[int, tuple[_Cut, ...]]] = {
    1: ((1,),),
    2: ((2,), (1, 1)),
    3: ((3,), (1, 2), (2, 1), (1, 1, 1)),
    4: ((4,), (2, 2), (1, 3), (1, 1, 2)),
}
assert MOST_ROWS == 4


def _best(states: list[_State], caption: Caption, cut: _Cut, off_before: int) -> _State:
    words, bare = _load_words(caption.rows[: cut[0]])
    blank = caption.on - off_before
    erase = 2 if blank >= SMALLEST_BLANK else 0
    best: _State | None = None
    for state in states:
        # The part before gives way as far as it can.
        free = max(state.soonest, min(state.wanted, caption.on - words - 2 - erase)) + 2
        eoc = max(caption.on, free + words + erase)
        if eoc > caption.on:
            eoc = max(caption.on, free + bare + (erase if blank >= HOLD else 0))
        late = eoc - caption.on
        cost = state.cost + _COST_LATE * late + (_COST_SEEN_LATE if late > LATE else 0)
        if best is None or cost < best.cost:
            best = _State(cost, state, cut, eoc, eoc)
    assert best is not None
    if len(cut) == 1:
        return best
    return _with_parts(best, caption, cut)


def _with_parts(state: _State, caption: Caption, cut: _Cut) -> _State:
    """The same state once the later parts have been timed as well."""
    first = soonest = wanted = state.soonest
    characters = [sum(len(row.text) for row in rows) for rows in _split(caption.rows, cut)]
    whole, told = sum(characters), 0
    cost = state.cost + _COST_PART * (len(cut) - 1) + _COST_ROW * sum(max(rows - 2, 0) for rows in cut)
    for index, rows in enumerate(_split(caption.rows, cut)[1:]):
        told += characters[index]
        load = _load_words(rows)[0] + 2
        soonest += load
        share = first + (caption.off - first) * told // whole
        shown = max(wanted + load, share) - wanted
        cost += _COST_SHORT * max(READABLE - shown, 0)
        wanted += shown
    cost += _COST_SHORT * max(READABLE - (caption.off - wanted), 0) + _COST_LATE * max(wanted - caption.off, 0)
    return _State(cost, state.before, cut, soonest, wanted)


def _split(rows: list[RowCode], cut: _Cut) -> list[list[RowCode]]:
    pieces, at = [], 0
    for count in cut:
        pieces.append(rows[at : at + count])
        at += count
    return pieces


def _load_words(rows: list[RowCode]) -> tuple[int, int]:
    """Words of a load with RCL and ENM, with all tabs and with none."""
    words = bare = 4
    for row in rows:
        content = 2 + (len(row.lead) + len(row.body)) // 2
        bare += content
        words += content + len(row.tab) // 2
    return words, bare


# -- 2. when each part should stand -----------------------------------------------------------------------------------


def _cut(captions: Sequence[Caption], cuts: list[_Cut]) -> list[Part]:
    parts: list[Part] = []
    for index, (caption, cut) in enumerate(zip(captions, cuts, strict=True)):
        off = caption.off
        if index + 1 < len(captions):
            off = min(off, captions[index + 1].on)
        if len(cut) == 1:
            pieces = [Part(caption, caption.rows, caption.on, off)]
        else:
            # The first part of the next caption must find this caption's last part in time to be loaded after it.
            limit = off
            if index + 1 < len(captions):
                following = captions[index + 1]
                load = _load_words(following.rows[: cuts[index + 1][0]])[0]
                limit = following.on - load - (4 if following.on - caption.off >= SMALLEST_BLANK else 2)
            pieces = _parts(caption, cut, off, limit)
        if off - caption.on > LONGEST_SHOWN:
            pieces = [again for part in pieces for again in _repeated(part)]
        parts += pieces
    return parts


def _parts(caption: Caption, cut: _Cut, off: int, limit: int) -> list[Part]:
    parts: list[Part] = []
    pieces = _split(caption.rows, cut)
    whole, told = sum(len(row.text) for row in caption.rows), 0
    for rows in pieces:
        on = caption.on + (off - caption.on) * told // whole
        parts.append(Part(caption, rows, on, off, is_first=not parts))
        told += sum(len(row.text) for row in rows)
    for part in reversed(parts[1:]):
        part.on = min(part.on, limit)
        limit = part.on - part.words - 2
    for part, following in pairwise(parts):
        following.on = max(following.on, part.on + 2 + following.words)
        part.off = following.on
    parts[-1].off = max(off, parts[-1].on)
    return parts


def _repeated(part: Part) -> list[Part]:
    """The part, and itself again as often as it takes that no data pause is long."""
    length = part.off - part.on
    times = -(-length // LONGEST_SHOWN)
    if times < 2:
        return [part]
    ons = [part.on + length * k // times for k in range(times + 1)]
    return [
        Part(part.caption, part.rows, ons[k], ons[k + 1], is_first=part.is_first and k == 0, is_repeat=k > 0)
        for k in range(times)
    ]


# -- 3. which word goes out in which frame ----------------------------------------------------------------------------


def _transmit(parts: list[Part], codes: CodeSet, start: int) -> list[Sent]:
    edm, eoc = codes.misc[EDM], codes.misc[EOC]
    sent: list[Sent] = []
    free = start
    before: Part | None = None
    asked_off = start
    for part, following in zip_longest(parts, parts[1:]):
        wanted = part.on
        is_crowded = _is_near(before, part) or _is_near(part, following)
        erase_at: int | None = None
        if before is not None:
            erase_at = _erase_at(before, part, free)
            if before.off > asked_off and _would_move(part, free, erase_at, codes):
                before.off = asked_off
                erase_at = _erase_at(before, part, free)
        words, erased_at = _place(
            part, free, erase_at, codes, is_same=erase_at is not None and _looks_the_same(before, part)
        )
        if before is not None and erased_at is not None and part.on - wanted > LATE:
            words, erased_at = _held(before, part, _WaitingLoad(words, free, erased_at), codes)
        if part.on > wanted:
            # What nobody could read in its own time takes the air behind it; the next one ends that.
            is_dense = part.on - wanted > LATE and part.off - wanted < time_to_read(part)
            given = time_to_read(part) if is_dense else min(part.off - wanted, READABLE)
            part.off = max(part.off, part.on + given)
            part.why_late = (
                "its load cannot begin before the first frame of the programme"
                if before is None
                else f"its load takes {part.bare_words} frames, and the caption before it leaves fewer"
            )
        if not (part.is_first or part.is_repeat):
            # The rest of a cue that was cut may outlast the cue, if the next one leaves it the time.
            part.off = max(part.off, part.on + time_to_read(part))
        asked_off = part.off = max(part.off, part.on + 2)
        if is_crowded and part.is_first:
            # It flashes by among others, so it takes the air behind it; the next one ends that.
            part.off = max(part.off, part.on + READABLE)
        if before is not None:
            before.off = part.on if erased_at is None else erased_at
        sent += words
        sent.append(Sent(part.on, eoc))
        free = part.on + 2
        before = part
    if before is not None:
        sent.append(Sent(before.off, edm))
    return sent


def _is_near(one: Part | None, two: Part | None) -> bool:
    """Whether two captions begin within a second, both of their own."""
    return one is not None and two is not None and one.caption is not two.caption and two.on - one.on <= DENSE


def _erase_at(before: Part, part: Part, free: int) -> int | None:
    """Frame of the EDM that takes ``before`` off; None where the next EOC does."""
    if part.on - before.off >= SMALLEST_BLANK:
        return max(before.off, free)
    return max(part.on - 2, free) if _looks_the_same(before, part) else None


def _would_move(part: Part, free: int, erase_at: int | None, codes: CodeSet) -> bool:
    return _around(_load(part, codes, has_tabs=True), part.on, free, erase_at, codes.misc[EDM]) is None


def _place(
    part: Part, free: int, erase_at: int | None, codes: CodeSet, *, is_same: bool
) -> tuple[list[Sent], int | None]:
    """Move ``part.on`` to the first frame at which it can be shown; return what leads there, and the EDM frame."""
    edm = codes.misc[EDM]
    words = _around(_load(part, codes, has_tabs=True), part.on, free, erase_at, edm)
    if words is not None:
        return words, erase_at
    load = _load(part, codes, has_tabs=False)
    wanted = part.on
    part.on = max(wanted, free + len(load) // 2)
    while True:
        at = erase_at
        if at is not None and part.on - at < SMALLEST_BLANK:
            at = max(part.on - 2, free) if is_same else None
        words = _around(load, part.on, free, at, edm)
        if words is None and at is not None and not is_same and wanted - at < HOLD:
            at = None
            words = _around(load, part.on, free, None, edm)
        if words is not None:
            return words, at
        part.on += 1


class _WaitingLoad(NamedTuple):
    """A late caption's words, which go out from ``free`` on, around the EDM of the caption before it."""

    words: list[Sent]
    free: int
    erased_at: int


def _held(before: Part, part: Part, load: _WaitingLoad, codes: CodeSet) -> tuple[list[Sent], int | None]:
    """Keep a caption that nobody could read yet while the late one behind it is loaded: a black screen helps nobody."""
    until = before.on + time_to_read(before)
    if until <= load.erased_at:
        return load.words, load.erased_at
    edm = codes.misc[EDM]
    data = b"".join(sent.data for sent in load.words if sent.data != edm)
    is_same = _looks_the_same(before, part)
    at = min(until, part.on - 2) if is_same else until if part.on - until >= SMALLEST_BLANK else None
    words = _around(data, part.on, load.free, at, edm)
    return (load.words, load.erased_at) if words is None else (words, at)


def _around(load: bytes, eoc: int, free: int, erase_at: int | None, edm: bytes) -> list[Sent] | None:
    """Fill a load backwards from its EOC, around an EDM; None if it does not fit."""
    count = len(load) // 2
    if erase_at is None:
        return [Sent(eoc - count, load)] if eoc - count >= free else None
    after = eoc - erase_at - 2
    if after < 0 or erase_at < free:
        return None
    if after >= count:
        return [Sent(erase_at, edm), Sent(eoc - count, load)]
    ahead = count - after
    if after and load[2 * ahead - 2 : 2 * ahead] == load[2 * ahead : 2 * ahead + 2] and load[2 * ahead] & 0x7F < 0x20:
        ahead += 1
    if erase_at - ahead < free:
        return None
    words = [Sent(erase_at - ahead, load[: 2 * ahead]), Sent(erase_at, edm)]
    if ahead < count:
        words.append(Sent(eoc - (count - ahead), load[2 * ahead :]))
    return words


def _load(part: Part, codes: CodeSet, *, has_tabs: bool) -> bytes:
    numbered = zip(part.rows, row_numbers(part.rows), strict=True)
    rows = [row.at(number, codes, has_tab=has_tabs) for row, number in numbered]
    return b"".join((codes.misc[RCL], codes.misc[ENM], *rows))


def time_to_read(part: Part) -> int:
    """Frames for 25 characters a second, and not less than readable."""
    return max(READABLE, -(-sum(len(row.text) for row in part.rows) * 6 // 5))


def _looks_the_same(part: Part | None, following: Part) -> bool:
    """Two cues with the same text need a blink between them, or viewers see one."""
    if part is None or following.is_repeat:
        return False
    return [row.text for row in part.rows] == [row.text for row in following.rows]
