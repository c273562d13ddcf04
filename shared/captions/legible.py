"""Whether captions say anything in CEA-608, which has the letters of Western European languages only.

Text of another script becomes question marks there. A file of them has codes, times and rows, and passes for captions
everywhere else; but nobody can read it.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from shared.captions.model import Finding
from shared.captions.transliterate import UNKNOWN, clean

ILLEGIBLE: Final = "illegible"
_MARKS = frozenset((UNKNOWN, "█"))


def illegible(rows: Iterable[str]) -> Finding | None:
    """One finding for text of which CEA-608 can write less than it loses; None for any other.

    ``rows`` may be text to be written, or what a decoder saw: a question mark counts as a letter lost, and few texts
    have more of them than of letters.
    """
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(row)
    lost = readable = 0
    for character, count in counts.items():
        if character in _MARKS or (character.isalnum() and clean(character).text == UNKNOWN):
            lost += count
        elif character.isalnum():
            readable += count
    if lost <= readable:
        return None
    return Finding(
        ILLEGIBLE,
        f"These are no captions: {lost} of {lost + readable} letters are {UNKNOWN!r} in CEA-608, which writes Western"
        " European languages only.",
    )
