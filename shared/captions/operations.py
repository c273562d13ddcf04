"""The operations that edits of captions consist of: what each changes, what takes it back, and what it refuses.

The words of a cue are its rows parted at blanks; one that begins a row, other than the first, has a line feed before
it. So words and rows say the same, and nothing is lost between them. An operation costs what it touches: the words of
its cues, never all captions.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NoReturn, Protocol

from shared.captions.cuelist import MAX_SECONDS, MAX_TEXT
from shared.captions.model import Cue, Placement, Styled
from shared.captions.styling import between, joined, letters
from shared.errors import InvalidInput

BREAK = "\n"
"""Before a word that begins a row."""
MAX_ID = 64


def cue_words(cue: Cue) -> tuple[str, ...]:
    """The words of a cue; one that begins another row than the first has a line feed before it."""
    words: list[str] = []
    for number, row in enumerate(cue.rows):
        first, *others = row.split(" ")
        words += (BREAK + first if number else first, *others)
    return tuple(words)


def rows_of(words: Sequence[str]) -> tuple[str, ...]:
    """The rows of a cue that has these words."""
    rows: list[list[str]] = []
    for word in words:
        if not rows or word.startswith(BREAK):
            rows.append([word.removeprefix(BREAK)])
        else:
            rows[-1].append(word)
    return tuple(" ".join(row) for row in rows)


def common(one: Sequence[str], two: Sequence[str]) -> tuple[int, int]:
    """How many are the same at the beginning and at the end; none is counted twice."""
    least = min(len(one), len(two))
    first = next((at for at in range(least) if one[at] != two[at]), least)
    left = least - first
    return first, next((at for at in range(left) if one[-1 - at] != two[-1 - at]), left)


def placed(words: Sequence[str], first: int) -> tuple[str, ...]:
    """Words as they are kept from number ``first`` on: the first word of a cue begins a row in any case."""
    return (words[0].removeprefix(BREAK), *words[1:]) if words and not first else tuple(words)


class Operation(Protocol):
    """What all operations have in common."""

    @property
    def touched(self) -> Collection[str]:
        """Ids of the cues that it changes, makes or removes."""
        ...

    def do(self, table: dict[str, Cue]) -> None:
        """Change the cues, or raise InvalidInput and change nothing."""
        ...

    def undone_by(self, before: Mapping[str, Cue]) -> tuple["Operation", ...]:
        """What brings words and cues back; ``before`` are the touched cues as they were."""
        ...


@dataclass(frozen=True, slots=True)
class SetText:
    """Other words in the place of some; without ``old``, words are put in before word ``first``."""

    cue: str
    first: int
    old: tuple[str, ...]
    """What stands there: who sends an operation for words that are no longer there is refused."""
    new: tuple[str, ...]

    @property
    def touched(self) -> Collection[str]:
        return (self.cue,)

    def do(self, table: dict[str, Cue]) -> None:
        cue = _known(table, self.cue)
        words, stop = cue_words(cue), self.first + len(self.old)
        if not 0 <= self.first <= len(words):
            _refuse("edit_no_such_word", f"Cue {_shown(self.cue)} has {len(words)} words, not {self.first}.")
        if words[self.first : stop] != placed(self.old, self.first):
            _refuse("edit_words_differ", f"Other words stand in cue {_shown(self.cue)} than this edit expects.")
        _require_words(self.new)
        made = placed((*words[: self.first], *self.new, *words[stop:]), 0)
        # Whoever sends a whole cue with one word changed has changed the looks of none but that word.
        same, same_last = common(placed(self.old, self.first), placed(self.new, self.first))
        left = letters(" ".join(words[: self.first + same]))
        gone = letters(" ".join(self.old[same : len(self.old) - same_last]))
        styles = _carried(cue.styles, left, left + gone, letters(" ".join(self.new[same : len(self.new) - same_last])))
        table[self.cue] = _with_rows(cue, rows_of(made), styles)

    def undone_by(self, before: Mapping[str, Cue]) -> tuple[Operation, ...]:
        words = cue_words(before[self.cue])
        after = words[self.first + len(self.old) :]
        if not self.first and not self.new and after and after[0].startswith(BREAK):
            # The word that became the first one has lost its line feed, and gets it back.
            return (SetText(self.cue, 0, (after[0].removeprefix(BREAK),), (*self.old, after[0])),)
        return (SetText(self.cue, self.first, placed(self.new, self.first), self.old),)


@dataclass(frozen=True, slots=True)
class Retime:
    """Another time on the screen, in seconds of media time."""

    cue: str
    start: Fraction
    end: Fraction

    @property
    def touched(self) -> Collection[str]:
        return (self.cue,)

    def do(self, table: dict[str, Cue]) -> None:
        cue = _known(table, self.cue)
        _require_times(self.cue, self.start, self.end)
        table[self.cue] = replace(cue, start=self.start, end=self.end)

    def undone_by(self, before: Mapping[str, Cue]) -> tuple[Operation, ...]:
        cue = before[self.cue]
        return (Retime(self.cue, cue.start, cue.end),)


@dataclass(frozen=True, slots=True)
class Split:
    """One cue becomes two: the words from number ``word`` on go to the cue ``new``."""

    cue: str
    word: int
    new: str
    end: Fraction
    """When the first of the two goes; the moment is the sender's, who knows when each word is said."""
    start: Fraction
    """When the second one comes."""

    @property
    def touched(self) -> Collection[str]:
        return (self.cue, self.new)

    def do(self, table: dict[str, Cue]) -> None:
        cue = _known(table, self.cue)
        _require_free(table, self.new)
        words = cue_words(cue)
        if not 0 <= self.word <= len(words):
            _refuse("edit_no_such_word", f"Cue {_shown(self.cue)} has {len(words)} words, not {self.word}.")
        if not (cue.start < self.end <= cue.end and cue.start <= self.start < cue.end):
            _refuse("edit_bad_time", f"Cue {_shown(self.cue)} can be split only within its own time.")
        at = letters(" ".join(words[: self.word]))
        rows, others = rows_of(words[: self.word]), rows_of(words[self.word :])
        first = _with_rows(cue, rows, between(cue.styles, 0, at))
        second = _with_rows(cue, others, between(cue.styles, at, letters(cue.text)))
        table[self.cue] = replace(first, end=self.end)
        table[self.new] = replace(second, start=self.start)

    def undone_by(self, before: Mapping[str, Cue]) -> tuple[Operation, ...]:
        words = cue_words(before[self.cue])
        breaks = self.word < len(words) and words[self.word].startswith(BREAK)
        return (Merge(self.cue, self.new, breaks=breaks),)


@dataclass(frozen=True, slots=True)
class Merge:
    """Two cues become one, which has the id and the looks of the first; times reach from the one to the other."""

    cue: str
    other: str
    breaks: bool = False
    """Whether the words of the second begin a row."""

    @property
    def touched(self) -> Collection[str]:
        return (self.cue, self.other)

    def do(self, table: dict[str, Cue]) -> None:
        cue, other = _known(table, self.cue), _known(table, self.other)
        if self.cue == self.other or other.start < cue.start:
            _refuse("edit_bad_order", f"Cue {_shown(self.other)} does not come after cue {_shown(self.cue)}.")
        words, more = cue_words(cue), cue_words(other)
        if self.breaks and words and more:
            more = (BREAK + more[0], *more[1:])
        _require_length(self.cue, len(cue.text) + len(other.text) + 1)
        at = letters(cue.text)
        theirs = (Styled(one.start + at, one.end + at, one.style) for one in other.styles)
        merged = _with_rows(cue, rows_of((*words, *more)), joined((*between(cue.styles, 0, at), *theirs)))
        table[self.cue] = replace(merged, end=max(cue.end, other.end))
        del table[self.other]

    def undone_by(self, before: Mapping[str, Cue]) -> tuple[Operation, ...]:
        cue, other = before[self.cue], before[self.other]
        return (Split(self.cue, len(cue_words(cue)), self.other, cue.end, other.start),)


@dataclass(frozen=True, slots=True)
class Insert:
    """A cue that was not there."""

    cue: str
    made: Cue

    @property
    def touched(self) -> Collection[str]:
        return (self.cue,)

    def do(self, table: dict[str, Cue]) -> None:
        _require_free(table, self.cue)
        _require_times(self.cue, self.made.start, self.made.end)
        _require_length(self.cue, len(self.made.text))
        _require_words(cue_words(self.made))
        table[self.cue] = self.made

    def undone_by(self, before: Mapping[str, Cue]) -> tuple[Operation, ...]:
        return (Delete(self.cue),)


@dataclass(frozen=True, slots=True)
class Delete:
    """A cue goes, with its words."""

    cue: str

    @property
    def touched(self) -> Collection[str]:
        return (self.cue,)

    def do(self, table: dict[str, Cue]) -> None:
        _known(table, self.cue)
        del table[self.cue]

    def undone_by(self, before: Mapping[str, Cue]) -> tuple[Operation, ...]:
        return (Insert(self.cue, before[self.cue]),)


@dataclass(frozen=True, slots=True)
class Shift:
    """Cues move together, by seconds; less than nothing is earlier. Each is named, so that it is clear which."""

    cues: tuple[str, ...]
    by: Fraction

    @property
    def touched(self) -> Collection[str]:
        return self.cues

    def do(self, table: dict[str, Cue]) -> None:
        _require_once(self.cues)
        moved = {}
        for id in self.cues:
            cue = _known(table, id)
            _require_times(id, cue.start + self.by, cue.end + self.by)
            moved[id] = replace(cue, start=cue.start + self.by, end=cue.end + self.by)
        table.update(moved)

    def undone_by(self, before: Mapping[str, Cue]) -> tuple[Operation, ...]:
        return (Shift(self.cues, -self.by),)


@dataclass(frozen=True, slots=True)
class RenameSpeaker:
    """Cues that were said by one person are said by another name. Labels in the text are words like others."""

    cues: tuple[str, ...]
    old: str | None
    new: str | None

    @property
    def touched(self) -> Collection[str]:
        return self.cues

    def do(self, table: dict[str, Cue]) -> None:
        _require_once(self.cues)
        if any(_known(table, id).speaker != self.old for id in self.cues):
            _refuse("edit_speaker_differs", "One of the cues is said by somebody else than this edit expects.")
        for id in self.cues:
            table[id] = replace(table[id], speaker=self.new)

    def undone_by(self, before: Mapping[str, Cue]) -> tuple[Operation, ...]:
        return (RenameSpeaker(self.cues, self.new, self.old),)


@dataclass(frozen=True, slots=True)
class SetLook:
    """Who says a cue, where it stands and how its letters look; words and times stay."""

    cue: str
    speaker: str | None
    placement: Placement
    styles: tuple[Styled, ...]

    @property
    def touched(self) -> Collection[str]:
        return (self.cue,)

    def do(self, table: dict[str, Cue]) -> None:
        cue = _known(table, self.cue)
        table[self.cue] = replace(cue, speaker=self.speaker, placement=self.placement, styles=self.styles)

    def undone_by(self, before: Mapping[str, Cue]) -> tuple[Operation, ...]:
        cue = before[self.cue]
        return (SetLook(self.cue, cue.speaker, cue.placement, cue.styles),)


def _with_rows(cue: Cue, rows: tuple[str, ...], styles: tuple[Styled, ...]) -> Cue:
    """Rows that stand each at its own column do so only as long as they are as many."""
    _require_length("", sum(map(len, rows)) + len(rows) - 1)
    place = cue.placement
    if place.shifts and len(rows) != len(cue.rows):
        place = replace(place, shifts=())
    return replace(cue, rows=rows, styles=styles, placement=place)


def _carried(styles: Sequence[Styled], first: int, stop: int, count: int) -> tuple[Styled, ...]:
    """Styles after ``count`` letters have taken the place of the letters ``first`` up to ``stop``: looks that lie
    around the place reach over what is new there."""
    result: list[Styled] = []
    for one in styles:
        is_around = one.start <= first and one.end >= stop if stop > first else one.start < first < one.end
        if is_around:
            result.append(Styled(one.start, one.end + count - (stop - first), one.style))
            continue
        if one.start < first:
            result.append(Styled(one.start, min(one.end, first), one.style))
        if one.end > stop:
            moved = max(one.start, stop) + count - (stop - first)
            result.append(Styled(moved, one.end + count - (stop - first), one.style))
    return joined(sorted(result, key=lambda one: one.start))


def _known(table: Mapping[str, Cue], id: str) -> Cue:
    if id not in table:
        _refuse("edit_no_such_cue", f"There is no cue {_shown(id)} in these captions.")
    return table[id]


def _require_free(table: Mapping[str, Cue], id: str) -> None:
    if id in table:
        _refuse("edit_cue_exists", f"There is a cue {_shown(id)} already.")
    if not 0 < len(id) <= MAX_ID or not id.isprintable():
        _refuse("edit_bad_id", f"The id of a cue has 1 to {MAX_ID} letters that can be printed.")


def _require_once(ids: Sequence[str]) -> None:
    if not ids:
        _refuse("edit_no_such_cue", "The edit names no cue.")
    if len(set(ids)) != len(ids):
        _refuse("edit_cue_twice", "A cue is named twice in one edit.")


def _require_times(id: str, start: Fraction, end: Fraction) -> None:
    if not 0 <= start < end <= MAX_SECONDS:
        _refuse("edit_bad_time", f"Cue {_shown(id)} would end before it starts, or stand outside of the recording.")


def _require_words(words: Iterable[str]) -> None:
    if any(" " in word or BREAK in word[1:] for word in words):
        _refuse("edit_bad_word", "A word has no blank in it, and a line feed only before it.")


def _require_length(id: str, count: int) -> None:
    if count > MAX_TEXT:
        _refuse("edit_too_long", f"A cue {_shown(id)} would have {count} characters of text; {MAX_TEXT} are the most.")


def _shown(id: str) -> str:
    return f"{id[:MAX_ID]!r}" if id else ""


def _refuse(code: str, message: str) -> NoReturn:
    raise InvalidInput(message.replace("  ", " "), code=code)
