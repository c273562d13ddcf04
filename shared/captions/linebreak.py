"""Rows out of a run of words: the best places to break, for a cue under construction and for a finished text.

A row break is judged by three things: what the two words at it mean to each other (``phrases``), how evenly the rows
are filled, and whether a word is left alone on the last row.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from shared.captions.model import Cue
from shared.captions.phrases import COMMA_COST, boundary, kind_of
from shared.captions.styling import between, letters
from shared.captions.transliterate import clean
from shared.captions.wholes import INSIDE_TALLY, inside_numbers, inside_tallies

ROW_WEIGHT = 0.7
"""A bad break between rows disturbs less than one between cues: the eye still sees both words."""
UNEVEN = 0.5
"""Cost of each column by which two rows differ."""
TOP_HEAVY = 0.3
"""Extra cost of each column by which the upper of two rows is the longer one: less picture is covered the other way."""
LONE_WORD = 30
"""Cost of a last row of one word."""
PIECE_COST = 160.0

_MARK = re.compile(r"(?:>{2,3}|-(?=\S)|- )")
_ADDRESS = re.compile(r"://|\bwww\.")
_ADDRESS_CUTS = frozenset("/.-_?&=")
_PIECE_END = re.compile(r"[^/.\-_?&=,:;@]*[/.\-_?&=,:;@]+|[^/.\-_?&=,:;@]+")


def fit(cues: Iterable[Cue], columns: int, max_rows: int) -> tuple[Cue, ...]:
    """Break cues anew whose rows are too wide or too many; what is too much for one cue becomes several.

    No text is lost. The time of a cue that is cut goes to its parts in proportion to their letters.
    """
    fitted: list[Cue] = []
    for cue in cues:
        if len(cue.rows) <= max_rows and all(len(row) <= columns for row in cue.rows):
            fitted.append(cue)
            continue
        rows = wrap(cue.text, columns)
        if len(rows) <= max_rows:
            fitted.append(replace(cue, rows=rows))
        else:
            fitted += _cut(cue, rows, max_rows)
    return tuple(fitted)


def _cut(cue: Cue, rows: Sequence[str], max_rows: int) -> list[Cue]:
    count = -(-len(rows) // max_rows)
    edges = [len(rows) * part // count for part in range(count + 1)]
    total = max(1, sum(map(len, rows)))
    parts: list[Cue] = []
    start, told, columns = cue.start, 0, 0
    for first, stop in pairwise(edges):
        own = tuple(rows[first:stop])
        columns += sum(map(len, own))
        end = cue.end if stop == len(rows) else cue.start + cue.duration * columns / total
        styles = between(cue.styles, told, told := told + letters("\n".join(own)))
        parts.append(replace(cue, start=start, end=end, rows=own, styles=styles))
        start = end
    return parts


def wrap(text: str, columns: int) -> tuple[str, ...]:
    """Break a text into rows of at most ``columns``, never losing a letter; speaker rows stay rows.

    As few rows as will hold it, and among those the ones with the best breaks.
    """
    rows: list[str] = []
    for paragraph in _paragraphs(text):
        rows += _wrap_run(paragraph.split(), columns)
    return tuple(rows)


def _paragraphs(text: str) -> list[str]:
    """Rows that begin with a speaker mark or are a sound tag stand for themselves; the others flow together."""
    flowing: list[str] = []
    for row in text.split("\n"):
        line = row.strip()
        if not line:
            continue
        alone = _MARK.match(line) or (line[0] == "[" and line[-1] == "]" and line.count("[") == 1)
        if alone or not flowing or flowing[-1].endswith("]"):
            flowing.append(line)
        else:
            flowing[-1] = join_rows((flowing[-1], line))
    return flowing


def join_rows(rows: Sequence[str]) -> str:
    """The rows of a cue as one line; a web address that was cut between two rows is whole again."""
    parts: list[str] = []
    in_address = False
    for row in rows:
        is_cut = in_address and row[:1].isalnum() and parts[-1][-1:] in _ADDRESS_CUTS
        parts += (row,) if is_cut or not parts else (" ", row)
        *before, last = row.rsplit(None, 1) or [""]
        # Only the last word is looked at, once: a cue of any length costs what it is long.
        in_address = (is_cut and not before) or _ADDRESS.search(last) is not None
    return "".join(parts)


def _wrap_run(words: Sequence[str], columns: int) -> list[str]:
    pieces: list[str] = []
    glued: list[bool] = []
    for word in words:
        for number, piece in enumerate(cut_word(word, columns)):
            pieces.append(piece)
            glued.append(number > 0)
    if not pieces:
        return []
    run = Run(pieces, glued)
    return run.rows(0, len(pieces), run.best_rows(0, len(pieces), columns))


def cut_word(word: str, columns: int) -> list[str]:
    """Cut a word wider than a row after ``/ . -`` and the like, and where it has none at the edge; nothing is lost."""
    if len(word) <= columns:
        return [word]
    pieces: list[str] = []
    for part in _PIECE_END.findall(word):
        if pieces and len(pieces[-1]) + len(part) <= columns:
            pieces[-1] += part
            continue
        while len(part) > columns:
            pieces.append(part[:columns])
            part = part[columns:]
        if part:
            pieces.append(part)
    return pieces


def columns_on_608_grid(piece: str) -> int:
    """Columns a piece may take on the 608 screen: stand-ins can be longer than what they stand for (``…`` is ``...``).

    One more is set aside because a row with an extended character has to stay clear of the last column.
    """
    return max(len(piece), len(clean(piece).text) + 1)


@dataclass(slots=True)
class Run:
    """Pieces of text in one endless row, with what a break before each of them costs.

    A piece is a word, or a part of a word too wide for a row; ``glued`` pieces follow the one before without a blank.
    """

    pieces: Sequence[str]
    glued: Sequence[bool]
    starts_row: Sequence[bool] = ()
    """Pieces that stand at the start of a row wherever they are; empty when there are none."""
    on_608_grid: bool = False
    """Whether a piece takes the columns it has on a CEA-608 screen."""
    left: list[int] = field(init=False)
    """First column of each piece."""
    right: list[int] = field(init=False)
    """The column behind each piece."""
    costs: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.left, self.right = [], []
        at = -1
        for piece, is_glued in zip(self.pieces, self.glued, strict=True):
            at += not is_glued
            self.left.append(at)
            at += len(piece) if piece.isascii() or not self.on_608_grid else columns_on_608_grid(piece)
            self.right.append(at)
        kinds = [kind_of(piece) for piece in self.pieces]
        self.costs = [0.0]
        self.costs += [float(boundary(one, two).cost) for one, two in pairwise(kinds)]
        for k, cost in inside_numbers(self.pieces):
            self.costs[k] = cost
        for k in inside_tallies(self.pieces):
            if self.costs[k] > COMMA_COST:
                self.costs[k] = max(self.costs[k], INSIDE_TALLY)
        for k, is_glued in enumerate(self.glued):
            if is_glued:
                self.costs[k] = PIECE_COST

    def width(self, first: int, stop: int) -> int:
        """Columns of the pieces from ``first`` up to ``stop`` in one row."""
        return self.right[stop - 1] - self.left[first]

    def rows(self, first: int, stop: int, starts: Sequence[int]) -> list[str]:
        """The text of the rows that begin at ``starts``."""
        return [self._join(one, two) for one, two in pairwise([*starts, stop]) if first <= one < two]

    def _join(self, first: int, stop: int) -> str:
        if not any(self.glued[first + 1 : stop]):
            return " ".join(self.pieces[first:stop])
        rest = ((self.glued[k], self.pieces[k]) for k in range(first + 1, stop))
        return self.pieces[first] + "".join(piece if is_glued else " " + piece for is_glued, piece in rest)

    def two_rows(self, first: int, stop: int, columns: int) -> tuple[float, int]:
        """Cost and place of the best break of a run that needs two rows; place 0 when two rows do not hold it."""
        left, right, costs = self.left, self.right, self.costs
        best, place = 1e9, 0
        begin, end = left[first], right[stop - 1]
        k = stop - 1
        while k > first and end - left[k] <= columns:
            upper, lower = right[k - 1] - begin, end - left[k]
            if upper <= columns:
                cost = costs[k] * ROW_WEIGHT + abs(upper - lower) * UNEVEN
                if upper > lower:
                    cost += (upper - lower) * TOP_HEAVY
                if k == stop - 1:
                    cost += LONE_WORD
                if cost < best:
                    best, place = cost, k
            k -= 1
        return best, place

    def best_rows(self, first: int, stop: int, columns: int) -> list[int]:
        """Where the rows of a run start: as few rows as hold it, then at the least cost."""
        must = self.starts_row
        if not must or not any(must[first + 1 : stop]):
            if self.width(first, stop) <= columns:
                return [first]
            _, place = self.two_rows(first, stop, columns)
            if place:
                return [first, place]
        best: dict[int, tuple[int, float]] = {first: (0, 0.0)}
        came: dict[int, int] = {}
        for end in range(first + 1, stop + 1):
            came[end], best[end] = self._best_last_row(best, first, end, stop, columns=columns)
        starts = [came[stop]]
        while starts[-1] > first:
            starts.append(came[starts[-1]])
        return starts[::-1]

    def _best_last_row(
        self, best: dict[int, tuple[int, float]], first: int, end: int, stop: int, *, columns: int
    ) -> tuple[int, tuple[int, float]]:
        """The best start for a row that ends before ``end``, given the best rows before it."""
        options: list[tuple[tuple[int, float], int]] = []
        for begin in range(end - 1, first - 1, -1):
            width = self.width(begin, end)
            if width > columns and options:
                break
            rows, cost = best[begin]
            must = bool(self.starts_row) and self.starts_row[begin]
            if begin > first and not must:
                cost += self.costs[begin] * ROW_WEIGHT
                cost += LONE_WORD if end == stop and begin == end - 1 else 0
            options.append(((rows + 1, cost + (columns - width) ** 2 * UNEVEN / columns), begin))
            if must:
                break
        found, begin = min(options)
        return begin, found
