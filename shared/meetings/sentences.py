"""Words become sentences: the unit in which a meeting is searched, summarised and quoted.

Each sentence also carries a plain form for rules: lower case, no punctuation, numbers as figures.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.captions.model import Word
from shared.meetings.numbers import PlainToken, with_figures, with_item_codes

LONGEST_WORDS = 60
PAUSE_MS = 2_000
"""A pause this long ends a sentence even where the engine wrote no full stop."""
_ENDS = re.compile(r"[.?!…][\"'”’)\]]*$")
_ABBREVIATION = re.compile(r"^[\"'“(]*(?:mr|mrs|ms|dr|st|jr|sr|vs|ave|blvd|gov|sen|rep|[a-z](?:\.[a-z])*)\.$", re.I)
_PLAIN = re.compile(r"[a-z0-9]+(?:['.][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, or a part of one that a pause or another speaker cut off."""

    text: str
    start_ms: int
    end_ms: int
    speaker: str | None
    tokens: tuple[PlainToken, ...]
    """Plain tokens; ``Token.word`` counts words from the sentence's first."""
    words: tuple[str, ...]
    """The words as written."""
    plain: str
    """The plain tokens joined by single spaces."""

    def written(self, start: int, end: int) -> str:
        """The words as written behind ``plain[start:end]``."""
        first = self.plain.count(" ", 0, start)
        last = self.plain.count(" ", 0, max(start, end - 1))
        until = self.tokens[last + 1].word if last + 1 < len(self.tokens) else len(self.words)
        return " ".join(self.words[self.tokens[first].word : max(until, self.tokens[first].word + 1)])

    @property
    def is_question(self) -> bool:
        """Written with a question mark."""
        return self.text.rstrip("\"'”’)").endswith("?")


def sentences(words: Sequence[Word]) -> tuple[Sentence, ...]:
    """Cut words at sentence ends, changes of speaker and long pauses; every word is in exactly one sentence."""
    return tuple(_sentence(group) for group in _groups(words))


def _groups(words: Sequence[Word]) -> Iterator[list[Word]]:
    group: list[Word] = []
    for word, following in zip(words, [*words[1:], None], strict=False):
        if group and (
            word.speaker != group[-1].speaker
            or word.start_ms - group[-1].end_ms >= PAUSE_MS
            or len(group) >= LONGEST_WORDS
        ):
            yield group
            group = []
        group.append(word)
        if _ENDS.search(word.text) and not _abbreviates(word, following):
            yield group
            group = []
    if group:
        yield group


def _abbreviates(word: Word, following: Word | None) -> bool:
    """ "Mr. Lee", "Ordinance No. 14"; but "No." by itself is an answer."""
    if word.text == "I.":  # how engines often write a short "aye"
        return False
    if word.text.casefold() == "no.":
        return following is not None and following.text[:1].isdigit()
    if word.text.casefold() in ("a.m.", "p.m."):
        return following is not None and not following.text[:1].isupper()
    return bool(_ABBREVIATION.match(word.text))


def _sentence(group: list[Word]) -> Sentence:
    texts = tuple(word.text.strip() for word in group)
    found = [
        PlainToken(plain, at)
        for at, text in enumerate(texts)
        for plain in _PLAIN.findall(text.casefold().replace("’", "'").replace(",", ""))
    ]
    tokens = tuple(with_item_codes(with_figures(found), texts))
    return Sentence(
        text=" ".join(texts),
        start_ms=group[0].start_ms,
        end_ms=max(word.end_ms for word in group),
        speaker=group[0].speaker,
        tokens=tokens,
        words=texts,
        plain=" ".join(token.plain for token in tokens),
    )
