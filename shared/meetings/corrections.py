"""Put names right that an engine heard nearly right, and keep a record of every change."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from shared.captions.model import Word
from shared.meetings.common_words import is_common
from shared.meetings.sound_alike import edit_distance, sound_key
from shared.meetings.vocabulary import LONGEST_ENTRY_WORDS, Entry, EntryKind, Vocabulary, plain_words

SHORTEST_ALIKE = 5
"""Shorter words are alike by chance: only a learned correction touches them."""
SURE = 0.9
"""A word the engine is surer of than this is left as it is, unless a person corrected it before."""


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


def correct(words: Sequence[Word], vocabulary: Vocabulary) -> tuple[tuple[Word, ...], tuple[Correction, ...]]:
    """Put names right that were heard nearly right, and say what was changed.

    A spelling that a person corrected before is replaced wherever it stands as a whole word. Anything else must be
    written like a name, be uncommon English, be doubted by the engine, and be close in both sound and letters to one
    entry alone. Times, speakers, confidences and
    punctuation stay; a name of several words replaces as many words as it has.
    """
    index = _index(vocabulary)
    result = list(words)
    plains = ["".join(plain_words(word.text)) for word in words]
    made: list[Correction] = []
    at = 0
    while at < len(result):
        begins = plains[at] in index.firsts or not is_common(plains[at])
        at += _correct_at(result, plains, at, index, made) if begins else 1
    return tuple(result), tuple(made)


def _index(vocabulary: Vocabulary) -> _Index:
    index = _Index()
    for entry in vocabulary.entries:
        parts = tuple(plain_words(entry.text))
        index.known.add(parts)
        for spelling in entry.heard_as:
            index.learned[tuple(plain_words(spelling))] = entry
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
