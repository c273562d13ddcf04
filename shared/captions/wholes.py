"""Several words that are one thing to the reader: a number said in words, and the tally of a vote.

``phrases`` judges two neighbours; these are longer. A viewer who reads "eight hundred forty seven" and gets "thousand
dollars" three seconds later has read a wrong sum, and half a tally is a wrong result (DCMP Captioning Key, "Numbers";
47 CFR 79.1(j)(2)(i), accuracy).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from shared.captions.phrases import WordClass, kind_of

INSIDE_NUMBER = 300.0
"""Cost of a row that ends between two words of a number."""
AFTER_SCALE = 150.0
"""The same after "hundred" or "thousand": where a number too long for a row is broken, if it must be."""
INSIDE_TALLY = 200.0
"""Cost of a row that ends between "six" and "to one"; after a comma of the tally it costs nothing more."""
CUE_TORN = 200.0
"""Added where not only a row but a cue would end inside a number or a tally."""

_SCALES = frozenset(("hundred", "thousand", "million", "billion", "trillion"))
_ORDINALS = frozenset(("first", "second", "third", "half", "quarter", "dozen"))
_UNITS = _SCALES | {"dollars", "percent", "cents"}

_COUNT = (
    r"(?:\d{1,3}|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty)"
)
_FOR = r"(?:ayes?|yeas?|yes(?:es)?(?: votes?)?|in favou?r|(?:votes? )?for|votes? in favou?r|voting (?:yes|aye))"
_AGAINST = (
    r"(?:nays?|noes|nos?(?: votes?)?|opposed|(?:votes? )?against|abstentions?|abstain(?:ing|ed|s)?|absent|excused"
    r"|recused|not voting|voting (?:no|nay))"
)
_TALLY = re.compile(
    rf"(?<!\S){_COUNT} to {_COUNT}(?:(?:,? (?:with |and )?{_COUNT} {_AGAINST})+|(?: {_FOR}| {_AGAINST})?)(?!\w)"
    rf"|(?<!\S){_COUNT} {_FOR}(?:,? (?:and |to |with )?{_COUNT} {_AGAINST})+(?!\w)"
    rf"|(?<!\S){_FOR}:?,? {_COUNT}(?:[,;.]? (?:and )?{_AGAINST}:?,? {_COUNT})+(?!\w)"
)


def inside_numbers(pieces: Sequence[str]) -> Iterator[tuple[int, float]]:
    """The places inside numbers, and what a row's end there costs; place k stands before piece k."""
    is_in, after_scale = False, False
    for at, piece in enumerate(pieces):
        bare = piece.lower().strip(".,;:?!\"'”’()")
        ends = not piece[-1:].isalnum() and piece[-1:] not in "%-"
        is_number = bool(kind_of(piece) & WordClass.NUMBER) and bare not in _ORDINALS
        if is_in and (is_number or bare in _UNITS):
            yield at, AFTER_SCALE if after_scale else INSIDE_NUMBER
        elif is_in and after_scale and bare == "and" and at + 1 < len(pieces) and _goes_on(pieces[at + 1]):
            # "one hundred and twelve": the number goes on, and "and" begins its second part.
            yield at, AFTER_SCALE
            after_scale = False
            continue
        is_in = is_number and not ends
        after_scale = is_in and bare in _SCALES


def number_across(upper: Sequence[str], lower: Sequence[str]) -> int:
    """Columns of the number that a break between these words goes through; 0 when it goes through none."""
    words = [*upper, *lower]
    inside = {at for at, _ in inside_numbers(words)}
    first = stop = len(upper)
    if first not in inside:
        return 0
    while first in inside:
        first -= 1
    while stop in inside:
        stop += 1
    return len(" ".join(words[first:stop]))


def _goes_on(piece: str) -> bool:
    kind = kind_of(piece)
    return bool(kind & WordClass.NUMBER) and not kind & (WordClass.MONEY | WordClass.YEAR)


def inside_tallies(pieces: Sequence[str]) -> Iterator[int]:
    """The places inside the tally of a vote: "six to one", "four ayes, two nays, and one abstention"."""
    text = " ".join(pieces).lower()
    matches = list(_TALLY.finditer(text))
    if not matches:
        return
    starts = [0, *accumulate(len(piece) + 1 for piece in pieces)]
    at = 0
    for match in matches:
        while starts[at] <= match.start():
            at += 1
        while starts[at] < match.end():
            yield at
            at += 1
