"""A city's own words: its people, streets, bodies and acronyms, and what to do with them.

Before the engine listens they are hotwords, as many as its prompt has room for. Afterwards words that were heard
nearly right are put right, each change with a record. A person's correction joins the vocabulary in one step.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.captions.model import Word
from shared.errors import InvalidInput
from shared.meetings.common_words import is_common

TOKEN_BUDGET = 200
"""Whisper's prompt holds 224 tokens; hotwords share it with nothing else here, less a margin."""
CHARACTERS_PER_TOKEN = 3
"""Names cost more tokens than common words do; three characters a token is a cautious guess."""
LONGEST_ENTRY_WORDS = 5
LEAK_ENTRIES = 4
"""This many entries in a row, in the order of the prompt, were not said but read from the prompt."""


class EntryKind(StrEnum):
    """What an entry names; people come first when room is short."""

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
            if not entry.text.strip() or len(entry.text.split()) > LONGEST_ENTRY_WORDS:
                raise InvalidInput(
                    f"A vocabulary entry has one to {LONGEST_ENTRY_WORDS} words: {entry.text!r}.", code="bad_vocabulary"
                )

    @property
    def roster(self) -> tuple[str, ...]:
        """The people."""
        return tuple(entry.text for entry in self.entries if entry.kind is EntryKind.PERSON)


def hotwords(vocabulary: Vocabulary, *, token_budget: int = TOKEN_BUDGET) -> str:
    """The entries as one line for the engine's prompt, most useful first, cut at the budget; empty for no entries."""
    order = list(EntryKind)
    ranked = sorted(vocabulary.entries, key=lambda entry: (-entry.uses, order.index(entry.kind), entry.text))
    chosen: list[str] = []
    spent = 0
    for entry in ranked:
        cost = -(-(len(entry.text) + 2) // CHARACTERS_PER_TOKEN)
        if entry.text in chosen or spent + cost > token_budget:
            continue
        chosen.append(entry.text)
        spent += cost
    return ", ".join(chosen)


def leaked(words: Sequence[Word], prompt: str) -> tuple[tuple[int, int], ...]:
    """Stretches (start_ms, end_ms) where the engine printed its hotwords instead of speech.

    People do say several names in a row, in a roll call for instance; but not four entries in exactly the order of the
    prompt without a word between them.
    """
    listed = [plain_words(entry) for entry in prompt.split(",")]
    listed = [entry for entry in listed if entry]
    if len(listed) < LEAK_ENTRIES:
        return ()
    said = [(plain, at) for at, word in enumerate(words) for plain in plain_words(word.text)]
    plains = [plain for plain, _ in said]
    found: list[tuple[int, int]] = []
    for first in range(len(listed) - LEAK_ENTRIES + 1):
        run = [plain for entry in listed[first : first + LEAK_ENTRIES] for plain in entry]
        for at in _occurrences(plains, run):
            found.append((words[said[at][1]].start_ms, words[said[at + len(run) - 1][1]].end_ms))
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
