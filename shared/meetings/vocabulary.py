"""A city's own words: its people, streets, bodies and acronyms, and what to do with them.

Before the engine listens they are hotwords, as many as its prompt has room for. Afterwards words that were heard
nearly right are put right, each change with a record. A person's correction joins the vocabulary in one step.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.errors import InvalidInput
from shared.meetings.common_words import is_common

TOKEN_BUDGET = 200
"""Whisper's prompt holds 224 tokens; hotwords share it with nothing else here, less a margin."""
CHARACTERS_PER_TOKEN = 3
"""Names cost more tokens than common words do; three characters a token is a cautious guess."""
MOST_WORDS = 60
"""A longer list crowds out the text it leads to, and is printed as text more often."""
LONGEST_ENTRY_WORDS = 8
"""Bodies have long names: Maplewood Parks Recreation and Open Space Board."""
LEAK_ENTRIES = 4
"""This many entries in a row, in the order of the prompt, were perhaps not said but read from the prompt."""


class EntryKind(StrEnum):
    """What an entry names; people come before the others when room is short."""

    PERSON = "person"
    BODY = "body"
    STREET = "street"
    ACRONYM = "acronym"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entry:
    """One name or term as it should be written."""

    text: str
    kind: EntryKind = EntryKind.OTHER
    heard_as: tuple[str, ...] = ()
    """Wrong spellings that a person has corrected to this; they are replaced wherever they stand alone."""
    uses: int = 0
    """How often a person has confirmed it; often used entries come first."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The entries of one city."""

    entries: tuple[Entry, ...] = ()

    def __post_init__(self) -> None:
        """Raise InvalidInput for an entry that no sensible name has."""
        for entry in self.entries:
            entry_words(entry.text)

    @property
    def roster(self) -> tuple[str, ...]:
        """The people."""
        return tuple(entry.text for entry in self.entries if entry.kind is EntryKind.PERSON)


@dataclass(frozen=True, slots=True)
class Hotwords:
    """What the engine is told to expect."""

    names: tuple[str, ...]
    used: int
    """How many entries of the vocabulary are among the names."""
    entries: int
    """How many there are."""


def entry_words(text: str) -> str:
    """The text of an entry as it is. Raises InvalidInput (``bad_vocabulary``) where no name is so long, or empty."""
    count = len(text.split())
    if not 1 <= count <= LONGEST_ENTRY_WORDS:
        raise InvalidInput(
            f"A vocabulary entry has one to {LONGEST_ENTRY_WORDS} words, and {text!r} has {count}: shorten it.",
            code="bad_vocabulary",
        )
    return text


def hotwords(
    vocabulary: Vocabulary,
    *,
    first: Sequence[str] = (),
    token_budget: int = TOKEN_BUDGET,
    most_words: int = MOST_WORDS,
) -> Hotwords:
    """As many names as the prompt has room for, the most useful ones first.

    That is: what is known of this recording (``first``); what persons have confirmed, the oftenest first; the people of
    the city; everything else. Within each the order is the city's own. A long entry leaves its place to a shorter one.
    """
    # Sorting keeps the city's order among equals.
    ranked = sorted(vocabulary.entries, key=lambda entry: (-entry.uses, entry.kind is not EntryKind.PERSON))
    own = {entry.text for entry in ranked}
    chosen: list[str] = []
    for name in dict.fromkeys([*first, *(entry.text for entry in ranked)]):
        tokens, words = -(-(len(name) + 2) // CHARACTERS_PER_TOKEN), len(name.split())
        if tokens <= token_budget and words <= most_words:
            chosen.append(name)
            token_budget, most_words = token_budget - tokens, most_words - words
    return Hotwords(tuple(chosen), sum(name in own for name in chosen), len(own))


def leaked(texts: Sequence[str], listed: Sequence[str], *, doubted: bool = False) -> tuple[tuple[int, int], ...]:
    """Which words, by the numbers of the first and the last, an engine may have read from its prompt ``listed``.

    People do say several names in a row, in a roll call for instance; but seldom four entries in exactly the order of
    the prompt without a word between them, or a whole short list and nothing else. Where the engine doubts its words
    (``doubted``), it is enough that all of them stand in the list. Neither is a proof: only a decode that knows no list
    tells whether somebody said them.
    """
    entries = [entry for entry in map(plain_words, listed) if entry]
    said = [(plain, at) for at, text in enumerate(texts) for plain in plain_words(text)]
    plains = [plain for plain, _ in said]
    if not plains or not entries:
        return ()
    known = {plain for entry in entries for plain in entry}
    whole = [plain for entry in entries for plain in entry]
    if (len(entries) > 1 and plains == whole) or (doubted and known.issuperset(plains)):
        return ((said[0][1], said[-1][1]),)
    found: list[tuple[int, int]] = []
    for first in range(len(entries) - LEAK_ENTRIES + 1):
        run = [plain for entry in entries[first : first + LEAK_ENTRIES] for plain in entry]
        found += [(said[at][1], said[at + len(run) - 1][1]) for at in _occurrences(plains, run)]
    return tuple(_merged(sorted(found)))


def learn(vocabulary: Vocabulary, before: str, after: str, *, kind: EntryKind = EntryKind.OTHER) -> Vocabulary:
    """The vocabulary with a person's correction in it: next time ``before`` becomes ``after`` by itself.

    A common word never becomes a rule, however often somebody corrects it: the next "mill" may be a mill. Then only
    the entry is added, as a hotword. InvalidInput when there is nothing to learn.
    """
    before, after = _trim(before), _trim(after)
    if not after or before == after:
        raise InvalidInput("A correction needs two different spellings.", code="nothing_to_learn")
    plain = plain_words(before)
    is_safe = bool(plain) and not all(is_common(one) for one in plain) and len(plain) == len(after.split())
    entries = list(vocabulary.entries)
    at = next((n for n, entry in enumerate(entries) if entry.text == after), None)
    entry = entries[at] if at is not None else Entry(after, kind)
    heard = entry.heard_as
    if is_safe and before.casefold() not in {one.casefold() for one in heard}:
        heard = (*heard, before)
    entry = replace(entry, heard_as=heard, uses=entry.uses + 1)
    # A spelling can have one meaning only: the latest correction wins.
    entries = [
        replace(one, heard_as=tuple(w for w in one.heard_as if w.casefold() != before.casefold())) for one in entries
    ]
    if at is None:
        entries.append(entry)
    else:
        entries[at] = entry
    return Vocabulary(tuple(entries))


def _trim(text: str) -> str:
    return " ".join(text.strip(' \t\r\n.,;:?!"“”()').split())


def plain_words(text: str) -> list[str]:
    """Lower-case words without punctuation and possessive ending; "O'Brien-Lee's" is one word: o'brien-lee."""
    found = re.findall(r"\w+(?:[-'’]\w+)*", text.casefold().replace("’", "'"))
    return [re.sub(r"'s$", "", word) for word in found]


def _occurrences(plains: Sequence[str], run: Sequence[str]) -> Iterator[int]:
    at = -1
    while True:
        try:
            at = plains.index(run[0], at + 1)
        except ValueError:
            return
        if list(plains[at : at + len(run)]) == list(run):
            yield at


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    last: tuple[int, int] | None = None
    for start, end in spans:
        if last and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last
