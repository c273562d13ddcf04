"""Numbers as people say them in meetings, turned into figures, so that later rules know one spelling only.

Engines write "item 23", "item twenty three" and "item twenty-three" for the same breath; agenda codes such as "4B"
come out as "4 B", "4-B" or "four b".
"""

from collections.abc import Sequence
from typing import NamedTuple

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
UNITS = {word: value for value, word in enumerate(_SMALL.split())}
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
TENS = {word: 10 * value for value, word in enumerate(_TENS.split(), 2)}
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
ITEM_WORDS = frozenset({"item", "items", "number"})


class PlainToken(NamedTuple):
    """One plain lower-case token and the index of the word it comes from."""

    plain: str
    word: int


def with_figures(tokens: Sequence[PlainToken]) -> list[PlainToken]:
    """The tokens with spoken numbers as figures: twenty three -> 23, one hundred and five -> 105, seven zero -> 7 0."""
    result: list[PlainToken] = []
    at = 0
    while at < len(tokens):
        value, used = _number(tokens, at)
        if used:
            result.append(PlainToken(str(value), tokens[at].word))
            at += used
        else:
            result.append(tokens[at])
            at += 1
    return result


def with_item_codes(tokens: Sequence[PlainToken], texts: Sequence[str]) -> list[PlainToken]:
    """Join the parts of agenda codes after "item": 4 b -> 4b, c 1 -> c1.

    ``texts`` are the words as written: "item 4, a hearing" has an article where "item 4 A" has a letter, and only
    capitals and commas tell them apart.
    """
    result: list[PlainToken] = []
    for token in tokens:
        previous = result[-1].plain if result else ""
        after_item = len(result) > 1 and result[-2].plain in ITEM_WORDS
        # "A-1," is one word already; between two words a comma or a full stop parts the code from what follows.
        before = "" if not result or result[-1].word == token.word else texts[result[-1].word]
        if after_item and _continues_code(previous, token, before, texts[token.word]):
            result[-1] = PlainToken(previous + token.plain, result[-1].word)
        else:
            result.append(token)
    return [PlainToken(t.plain.replace(".", ""), t.word) if _is_dotted_code(t.plain) else t for t in result]


def _number(tokens: Sequence[PlainToken], at: int) -> tuple[int, int]:
    """The number that begins at ``at`` and how many tokens it takes; 0 tokens when none begins there."""
    below_thousand, used = _below_thousand(tokens, at)
    if not used:
        return 0, 0
    total = 0
    while at + used < len(tokens) and tokens[at + used].plain in ("thousand", "million"):
        total += below_thousand * SCALES[tokens[at + used].plain]
        used += 1
        below_thousand, more = _below_thousand(tokens, at + used)
        used += more
    return total + below_thousand, used


def _below_thousand(tokens: Sequence[PlainToken], at: int) -> tuple[int, int]:
    value, used = _below_hundred(tokens, at)
    if used and value and at + used < len(tokens) and tokens[at + used].plain == "hundred":
        value, used = value * 100, used + 1
        skip = at + used < len(tokens) and tokens[at + used].plain == "and"
        rest, more = _below_hundred(tokens, at + used + skip)
        if more:
            value, used = value + rest, used + skip + more
    return value, used


def _below_hundred(tokens: Sequence[PlainToken], at: int) -> tuple[int, int]:
    if at >= len(tokens):
        return 0, 0
    plain = tokens[at].plain
    if plain in UNITS:
        return UNITS[plain], 1
    if plain not in TENS:
        return 0, 0
    unit = UNITS.get(tokens[at + 1].plain, 0) if at + 1 < len(tokens) else 0
    return (TENS[plain] + unit, 2) if 1 <= unit <= 9 else (TENS[plain], 1)


def _continues_code(previous: str, token: PlainToken, before: str, text: str) -> bool:
    if before.endswith((",", ":", ";", ".", "?", "!")):
        return False
    if previous.isdigit() and len(token.plain) == 1 and token.plain.isalpha():
        return token.plain not in "ai" or text[:1].isupper()
    return len(previous) == 1 and previous.isalpha() and token.plain.isdigit()


def _is_dotted_code(plain: str) -> bool:
    head, dot, tail = plain.partition(".")
    return bool(dot) and head.isdigit() and len(tail) == 1 and tail.isalpha()
