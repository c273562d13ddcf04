"""A city's own words: its people, streets, bodies and acronyms, and what to do with them.

Before the engine listens they are hotwords, as many as its prompt has room for. Afterwards words that were heard
nearly right are put right, each change with a record. A person's correction joins the vocabulary in one step.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from shared.captions.model import Word
from shared.errors import InvalidInput
from shared.meetings.common_words import is_common
from shared.meetings.sound_alike import edit_distance, sound_key

TOKEN_BUDGET = 200
"""Whisper's prompt holds 224 tokens; hotwords share it with nothing else here, less a margin."""
CHARACTERS_PER_TOKEN = 3
"""Names cost more tokens than common words do; three characters a token is a cautious guess."""
LONGEST_ENTRY_WORDS = 5
SHORTEST_ALIKE = 5
"""Shorter words are alike by chance: only a learned correction touches them."""
SURE = 0.9
"""A word the engine is surer of than this is left as it is, unless a person corrected it before."""
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


@dataclass(frozen=True, slots=True)
class Correction:
    """One replacement in a transcript."""

    before: str
    after: str
    start_ms: int
    why: str
    """``learned`` (a person corrected this before) or ``sounds alike``."""


@dataclass(frozen=True, slots=True)
class _Target:
    entry: Entry
    plain: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(slots=True)
class _Index:
    learned: dict[tuple[str, ...], Entry] = field(default_factory=dict)
    targets: dict[str, list[_Target]] = field(default_factory=dict)
    known: set[tuple[str, ...]] = field(default_factory=set)
    firsts: set[str] = field(default_factory=set)
    """First words of everything known or learned: an everyday word that is none of them begins nothing."""


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
    listed = [_plain_words(entry) for entry in prompt.split(",")]
    listed = [entry for entry in listed if entry]
    if len(listed) < LEAK_ENTRIES:
        return ()
    said = [(plain, at) for at, word in enumerate(words) for plain in _plain_words(word.text)]
    plains = [plain for plain, _ in said]
    found: list[tuple[int, int]] = []
    for first in range(len(listed) - LEAK_ENTRIES + 1):
        run = [plain for entry in listed[first : first + LEAK_ENTRIES] for plain in entry]
        for at in _occurrences(plains, run):
            found.append((words[said[at][1]].start_ms, words[said[at + len(run) - 1][1]].end_ms))
    return tuple(_merged(sorted(found)))


def correct(words: Sequence[Word], vocabulary: Vocabulary) -> tuple[tuple[Word, ...], tuple[Correction, ...]]:
    """Put names right that were heard nearly right, and say what was changed.

    A spelling that a person corrected before is replaced wherever it stands as a whole word. Anything else must be
    written like a name, be uncommon English, be doubted by the engine, and be close in both sound and letters to one
    entry alone. Times, speakers, confidences and
    punctuation stay; a name of several words replaces as many words as it has.
    """
    index = _index(vocabulary)
    result = list(words)
    plains = ["".join(_plain_words(word.text)) for word in words]
    made: list[Correction] = []
    at = 0
    while at < len(result):
        begins = plains[at] in index.firsts or not is_common(plains[at])
        at += _correct_at(result, plains, at, index, made) if begins else 1
    return tuple(result), tuple(made)


def learn(vocabulary: Vocabulary, before: str, after: str, *, kind: EntryKind = EntryKind.OTHER) -> Vocabulary:
    """The vocabulary with a person's correction in it: next time ``before`` becomes ``after`` by itself.

    A common word never becomes a rule, however often somebody corrects it: the next "mill" may be a mill. Then only
    the entry is added, as a hotword. InvalidInput when there is nothing to learn.
    """
    before, after = _trim(before), _trim(after)
    if not after or before == after:
        raise InvalidInput("A correction needs two different spellings.", code="nothing_to_learn")
    plain = _plain_words(before)
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


def _index(vocabulary: Vocabulary) -> _Index:
    index = _Index()
    for entry in vocabulary.entries:
        parts = tuple(_plain_words(entry.text))
        index.known.add(parts)
        for spelling in entry.heard_as:
            index.learned[tuple(_plain_words(spelling))] = entry
        if entry.kind is EntryKind.ACRONYM or not parts or len(parts) != len(entry.text.split()):
            continue
        _add_target(index, _Target(entry, parts, tuple(map(sound_key, parts))))
        if entry.kind is EntryKind.PERSON and len(parts) > 1:
            last = Entry(entry.text.split()[-1], entry.kind)
            index.known.update({(parts[-1],), (parts[0],)})
            _add_target(index, _Target(last, parts[-1:], (sound_key(parts[-1]),)))
    index.firsts = {parts[0] for parts in (*index.known, *index.learned) if parts}
    return index


def _add_target(index: _Index, target: _Target) -> None:
    same = index.targets.setdefault(target.keys[0][:1], [])
    if all(other.plain != target.plain for other in same):
        same.append(target)


def _correct_at(words: list[Word], plains: list[str], at: int, index: _Index, made: list[Correction]) -> int:
    """Correct what begins at ``at``, longest first; how many words to go on."""
    longest = _run(words, at)
    for length in range(longest, 0, -1):
        group = words[at : at + length]
        plain = tuple(plains[at : at + length])
        if plain in index.known:
            return length
        learned = index.learned.get(plain)
        entry = learned or (_alike(plain, index) if _may_be_misheard(group) else None)
        if entry is None or len(entry.text.split()) != length:
            continue
        written = entry.text.split()
        for offset, (word, text) in enumerate(zip(group, written, strict=True)):
            words[at + offset] = replace(word, text=_dressed(word.text, text))
        before = " ".join(word.text for word in group)
        after = " ".join(word.text for word in words[at : at + length])
        if before != after:
            made.append(Correction(before, after, group[0].start_ms, "learned" if learned else "sounds alike"))
        return length
    return 1


def _run(words: Sequence[Word], at: int) -> int:
    """How many words from ``at`` on may belong to one name: no punctuation, no other speaker in between."""
    count = 1
    while (
        count < LONGEST_ENTRY_WORDS
        and at + count < len(words)
        and words[at + count - 1].text[-1:] not in ",.;:?!"
        and words[at + count].speaker == words[at].speaker
    ):
        count += 1
    return count


def _may_be_misheard(group: Sequence[Word]) -> bool:
    """Written like a name, and not every word of it sure."""
    named = all(word.text.lstrip("\"'“(")[:1].isupper() for word in group)
    return named and any(word.confidence is None or word.confidence < SURE for word in group)


def _alike(plain: tuple[str, ...], index: _Index) -> Entry | None:
    """The one entry that these words sound and look like; None when there is none, or more than one."""
    if not plain[0] or all(is_common(one) for one in plain):
        return None
    keys = tuple(map(sound_key, plain))
    alike = [
        target
        for target in index.targets.get(keys[0][:1], ())
        if len(target.plain) == len(plain) and all(map(_same_sound, plain, keys, target.plain, target.keys))
    ]
    # Hansen and Hanson in one city: nobody can tell from the sound which of them a third spelling means.
    return alike[0].entry if len(alike) == 1 and _is_close(plain, alike[0]) else None


def _same_sound(word: str, key: str, wanted: str, wanted_key: str) -> bool:
    return word == wanted or key == wanted_key


def _is_close(plain: tuple[str, ...], target: _Target) -> bool:
    """Every word is the same, or uncommon, written in letters only, and nearly spelled like the entry's."""
    for word, wanted in zip(plain, target.plain, strict=True):
        if word == wanted:
            continue
        if is_common(word) or len(word) < SHORTEST_ALIKE or not word.replace("-", "").replace("'", "").isalpha():
            return False
        most = 1 if len(wanted) < 7 else 2
        if edit_distance(word, wanted, most=most) > most:
            return False
    return True


_EDGES = re.compile(r"^([^\w]*)(.*?)((?:['’]s)?[^\w]*)$", re.S)


def _dressed(old: str, new: str) -> str:
    """``new`` with the punctuation and the possessive ending of ``old``."""
    match = _EDGES.match(old)
    return f"{match[1]}{new}{match[3]}" if match else new


def _trim(text: str) -> str:
    return " ".join(text.strip(' \t\r\n.,;:?!"“”()').split())


def _plain_words(text: str) -> list[str]:
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
