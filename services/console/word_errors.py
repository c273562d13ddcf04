"""Word error rate: how many words would have to be put right, for each word that was said."""

import re
from collections.abc import Sequence

_WRITTEN_WITHOUT_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
"""Thai and Lao, Burmese, Khmer, Japanese, Chinese: each letter counts as a word there."""
_WORD = re.compile(rf"[{_WRITTEN_WITHOUT_SPACES}]|(?:(?![{_WRITTEN_WITHOUT_SPACES}])[^\W_]|')+")


def words(text: str) -> list[str]:
    """The words of a text as they are compared: no case, no punctuation, nothing that is not speech ("[MUSIC]")."""
    spoken = re.sub(r"\[[^\]]*\]|\([^)]*\)|♪", " ", text)
    return _WORD.findall(spoken.casefold().replace("\u2019", "'"))


def word_error_rate(reference: str, heard: str) -> float:
    """Substitutions, omissions and insertions over the number of reference words; 0.0 is perfect, 1.0 can be passed."""
    expected, actual = words(reference), words(heard)
    if not expected:
        raise ValueError("the reference has no words")
    return _distance(expected, actual) / len(expected)


def _distance(expected: Sequence[str], actual: Sequence[str]) -> int:
    """Edit distance, a column of the table at a time in the bits of two numbers (Hyyrö, *A bit-vector algorithm for
    computing Levenshtein and Damerau edit distances*, 2003): hours of words in a second, and no library, for the image
    of the demonstration has none."""
    places: dict[str, int] = {}
    for number, word in enumerate(expected):
        places[word] = places.get(word, 0) | 1 << number
    every = (1 << len(expected)) - 1
    last = 1 << len(expected) - 1
    more, less, distance = every, 0, len(expected)
    for word in actual:
        same = places.get(word, 0)
        diagonal = ((same & more) + more ^ more) | same | less
        rise, fall = less | ~(diagonal | more) & every, more & diagonal
        distance += bool(rise & last) - bool(fall & last)
        rise, fall = rise << 1 | 1, fall << 1
        more = (fall | ~(diagonal | rise)) & every
        less = rise & diagonal & every
    return distance
