"""Word error rate: how many words would have to be put right, for each word that was said."""

import re


def words(text: str) -> list[str]:
    """The words of a text as they are compared: no case, no punctuation, nothing that is not speech ("[MUSIC]")."""
    spoken = re.sub(r"\[[^\]]*\]|\([^)]*\)|♪", " ", text)
    return re.findall(r"[a-z0-9']+", spoken.lower())


def word_error_rate(reference: str, heard: str) -> float:
    """Substitutions, omissions and insertions over the number of reference words; 0.0 is perfect, 1.0 can be passed."""
    expected, actual = words(reference), words(heard)
    if not expected:
        raise ValueError("the reference has no words")
    previous = list(range(len(actual) + 1))
    for row, word in enumerate(expected, start=1):
        current = [row]
        for column, other in enumerate(actual, start=1):
            current.append(min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (word != other)))
        previous = current
    return previous[-1] / len(expected)
