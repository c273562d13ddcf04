"""What an editor would change in cues, found by patterns and not by the word lists that the segmentation goes by.

Four kinds that a person marked when reading our captions: a tally torn over two cues, a new sentence begun with one or
two words at a cue's end, a number torn, a name label alone on its row. With a meeting full of such things, made up from
a seed, because the demonstration meeting has few.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from shared.captions import Cue, Word

KINDS = ("tally torn over two cues", "sentence begun at a cue's end", "number torn", "name label alone on its row")

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
]
_ONES += ["sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_COUNT = rf"(?:\d+|{'|'.join(_ONES)})"
_FOR = r"(?:ayes?|yeas?|yes(?: votes?)?|in favor|for|voting yes)"
_AGAINST = r"(?:nays?|noes|no(?: votes?)?|opposed|against|abstentions?|abstaining|abstained|absent|excused|voting no)"
_TALLY = re.compile(
    rf"\b{_COUNT} to {_COUNT}\b(?:,? (?:with )?{_COUNT} {_AGAINST})?"
    rf"|\b{_COUNT} {_FOR},? (?:and |to )?{_COUNT} {_AGAINST}(?:,? (?:and |with )?{_COUNT} {_AGAINST})?",
    re.IGNORECASE,
)
_NUMBER_WORDS = {*_ONES, *_TENS, *["hundred", "thousand", "million", "billion", "point"]}
_SCALES = {"hundred", "thousand", "million", "billion"}
_MEASURES = {"dollars", "percent", "cents", *_SCALES}


def edits(cues: Sequence[Cue], columns: int) -> tuple[Counter[str], int]:
    """How often each kind occurs, and how many cues an editor would touch."""
    found: Counter[str] = Counter()
    touched: set[int] = set()
    for kind, at in _edits(cues, columns):
        found[kind] += 1
        touched.add(at)
    return found, len(touched)


def _edits(cues: Sequence[Cue], columns: int) -> Iterator[tuple[str, int]]:
    for at, cue in enumerate(cues):
        rows = cue.rows
        if any(re.fullmatch(r">> .*:", row) for row in rows):
            yield KINDS[3], at
        # A number wider than a row has to go into two; an editor would do the same.
        if any(0 < _torn_width(upper, lower) <= columns for upper, lower in pairwise(rows)):
            yield KINDS[2], at
    for at, (one, two) in enumerate(pairwise(cues)):
        if two.rows[0].startswith((">>", "[", "♪")):
            continue
        if _torn_width(one.rows[-1], two.rows[0]):
            yield KINDS[2], at
        left = " ".join(one.rows)
        both = f"{left} {' '.join(two.rows)}"
        if any(match.start() < len(left) < match.end() for match in _TALLY.finditer(both)):
            yield KINDS[0], at
        if re.search(r"[.?!] \S+(?: \S+)?$", left) and left[-1] not in ".?!":
            yield KINDS[1], at


def _torn_width(upper: str, lower: str) -> int:
    """Columns of the number that goes on from one row to the next; 0 when none does."""
    words, edge = [*upper.split(), *lower.split()], len(upper.split())
    first = stop = edge
    while first and _is_open_number(words, first - 1):
        first -= 1
    while stop < len(words) and _is_open_number(words, stop):
        stop += 1
    if stop < len(words) and ((last := words[stop].rstrip(".,;:?!").lower()) in _MEASURES or _is_number(last)):
        stop += 1
    return len(" ".join(words[first:stop])) if first < edge < stop else 0


def _is_open_number(words: Sequence[str], at: int) -> bool:
    if words[at] == "and":  # one hundred and twelve
        return 0 < at < len(words) - 1 and words[at - 1] in _SCALES and _is_number(words[at + 1].rstrip(".,"))
    return words[at][-1].isalnum() and _is_number(words[at])


def _is_number(word: str) -> bool:
    parts = word.lower().lstrip("$").split("-")
    return all(part in _NUMBER_WORDS or re.fullmatch(r"\d[\d.,]*", part) for part in parts)


def numbers_meeting(count: int, seed: int = 1) -> list[Word]:
    """The words of ``count`` made-up utterances with tallies, sums of money, short sentences and long names."""
    chance = random.Random(seed)
    words: list[Word] = []
    at = 1000
    for speaker, text in _utterances(chance, count):
        pace = chance.uniform(52, 78)
        for token in text.split():
            length = round((len(token) + 1) * pace)
            words.append(Word(token, at, at + length - 30, speaker))
            at += length + (300 if token[-1] in ".?!" else 150 if token[-1] == "," else 0)
            # People think before a figure, and in the middle of one.
            if chance.random() < 0.06:
                at += chance.randint(250, 900)
        at += chance.randint(200, 900)
    return words


def _utterances(chance: random.Random, count: int) -> Iterator[tuple[str, str]]:
    speaker = _SPEAKERS[0]
    for _ in range(count):
        if chance.random() < 0.45:
            speaker = chance.choice(_SPEAKERS)
        sentences = [_filled(chance, chance.choice(_SENTENCES)) for _ in range(chance.randint(1, 4))]
        yield speaker, " ".join(sentences)


def _filled(chance: random.Random, sentence: str) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[0] == "{vote}":
            return chance.choice(_ONES[:10])
        if match[0] == "{sum}":
            return _sum(chance)
        return chance.choice(("Lee", "Castillo", "Abernathy", "Montgomery", "Okafor"))

    return re.sub(r"\{\w+\}", fill, sentence)


def _sum(chance: random.Random) -> str:
    """A number as engines write it: in words, with and without hyphens, or in digits."""

    def below_hundred() -> str:
        tens, one = chance.choice(_TENS), chance.choice(_ONES[1:10])
        return tens + chance.choice((" ", "-")) + one

    hundreds = f"{chance.choice(_ONES[1:10])} hundred{chance.choice((' ', ' and '))}{below_hundred()}"
    return chance.choice(
        (
            f"{chance.choice(_ONES[1:10])} point {chance.choice(_ONES[1:10])} million",
            f"{hundreds} thousand",
            f"{chance.choice(_ONES[1:10])} thousand {hundreds}",
            f"{chance.randint(2, 99)}.{chance.randint(1, 9)} million",
            f"{chance.randint(2, 99)} point {chance.randint(1, 9)} million",
            f"{chance.randint(100, 999)} thousand",
            f"{below_hundred()} thousand",
        )
    )


_SPEAKERS = (
    "Mayor Whitfield", "City Clerk", "Vice Mayor Castillo", "Council Member Abernathy", "Daniel Foster, Public Works",
    "Superintendent Christopher Montgomery", "Rosa Delgado", "Commissioner O'Brien", "Deputy City Manager Li",
    "Councilmember Washington-Ramirez",
)  # fmt: skip
_SENTENCES = (
    "The motion passes {vote} to {vote}.",
    "The vote is {vote} ayes, {vote} nays, and {vote} abstentions.",
    "That is {vote} in favor, {vote} opposed, so the ordinance is adopted.",
    "The traffic commission heard this last month and voted {vote} to {vote} in favor of the staff recommendation.",
    "On a roll call of {vote} yes and {vote} no, the motion carries.",
    "The total comes to {sum} dollars.",
    "The general fund ends the year with {sum} dollars, which is {vote} percent below what we had expected.",
    "Staff recommends a transfer of {sum} dollars from the reserve to the capital fund.",
    "Of that amount {sum} dollars pays for the bridge and {sum} for the sidewalks.",
    "We received a grant of {sum} dollars from the state.",
    "Thank you.",
    "So moved.",
    "Yes.",
    "Is there a second?",
    "I think that we should wait until the study is finished.",
    "It was continued from the last meeting because the applicant could not attend.",
    "Council Member {name} has a question about the fees.",
    "The contractor will close one lane of the avenue for about six weeks.",
    "And what I would like to understand is how the numbers in this table were made.",
    "We will now open public comment.",
    "Please come to the microphone and state your name for the record.",
    "My name is Ana {name} and I have lived on Orchard Road for {vote} years.",
)
