"""How alike two words sound and look, for putting right what an engine heard nearly right.

The sound key follows the idea of Metaphone (Philips 1990) with its main rules for English; it is a filter in front of
the edit distance, not a judge of pronunciation.
"""

import re
from functools import lru_cache

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^x", "s"),
        (r"^wh", "w"),
        (r"mb$", "m"),
        (r"tch|ch", "X"),
        (r"sch", "sk"),
        (r"sh|ti(?=[ao])|si(?=[ao])|ci(?=a)", "X"),
        (r"th", "0"),
        (r"ph", "f"),
        (r"gh(?=[^aeiouy]|$)", ""),
        (r"dge|dg(?=[iy])", "j"),
        (r"c(?=[eiy])", "s"),
        (r"ck|c|q", "k"),
        (r"g(?=[eiy])", "j"),
        (r"z", "s"),
        (r"v", "f"),
        (r"x", "ks"),
        (r"d(?=t)|d$", "t"),
        (r"h(?![aeiouy])", ""),
        (r"(?<=[aeiouy])w(?![aeiouy])", ""),
    )
)
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=20_000)
def sound_key(text: str) -> str:
    """What ``text`` sounds like: consonants by sound, a leading vowel as A; "Nguyen" and "Nuyen" have the same key."""
    plain = re.sub(r"[^a-z]", "", text.casefold())
    if not plain:
        return ""
    plain = re.sub(r"^ng", "n", plain)
    for pattern, sound in _RULES:
        plain = pattern.sub(sound, plain)
    head = "A" if plain[:1] in "aeiouy" and plain else ""
    return head + _DOUBLED.sub(r"\1", re.sub(r"[aeiouy]", "", plain))


def edit_distance(one: str, other: str, *, most: int) -> int:
    """Letters to insert, delete, change or swap with a neighbour; ``most + 1`` as soon as it must be more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, against in enumerate(other, 1):
            cost = min(last[column] + 1, now[-1] + 1, last[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before_last[column - 2] + 1)
            now.append(cost)
        if min(now) > most:
            return most + 1
        before_last, last = last, now
    return min(last[-1], most + 1)
