"""Word error rate: how many words would have to be put right, for each word that was said."""

import re

_WRITTEN_WITHOUT_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
"""Thai and Lao, Burmese, Khmer, Japanese, Chinese: each letter counts as a word there."""
_WORD = re.compile(rf"[{_WRITTEN_WITHOUT_SPACES}]|(?:(?![{_WRITTEN_WITHOUT_SPACES}])[^\W_]|')+")


def words(text: str) -> list[str]:
    """The words of a text as they are compared: no case, no punctuation, nothing that is not speech ("[MUSIC]")."""
    spoken = re.sub(r"\[[^\]]*\]|\([^)]*\)|♪", " ", text)
    return _WORD.findall(spoken.casefold().replace("\u2019", "'"))


def word_error_rate(reference: str, heard: str) -> float:
    """Substitutions, omissions and insertions over the number of reference words; 0.0 is perfect, 1.0 can be passed."""
    import numpy as np

    expected, actual = words(reference), words(heard)
    if not expected:
        raise ValueError("the reference has no words")
    numbers = {word: number for number, word in enumerate({*expected, *actual})}
    other = np.array([numbers[word] for word in actual], np.int64)
    places = np.arange(len(actual) + 1)
    row = places
    for word in expected:
        best = np.minimum(row[1:] + 1, row[:-1] + (other != numbers[word]))
        # An insertion costs one more than the place before it: a running minimum, once each place is taken off.
        row = np.minimum.accumulate(np.concatenate(([row[0] + 1], best)) - places) + places
    return int(row[-1]) / len(expected)
