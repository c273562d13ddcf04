"""A corrected text keeps the times of the words it corrects.

Words that did not change keep their times exactly. Words between them share the time of the words they replace. Words
that occur once in both texts are found first and divide the work, so that a three-hour meeting aligns in a moment.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from shared.captions.linebreak import join_rows, wrap
from shared.captions.model import Cue, Word
from shared.captions.rising import longest_rise
from shared.captions.styling import restyled

_SMALL = 400
"""Texts up to this many words are compared word by word at once."""
_LARGE = 2000
"""A stretch this long without three words in common was not corrected but written anew."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words ``one`` up to ``one_end`` of the old text stand for ``two`` up to ``two_end`` of the new one."""

    one: int
    one_end: int
    two: int
    two_end: int
    is_same: bool


def realign(words: Sequence[Word], text: str) -> tuple[Word, ...]:
    """The words of a corrected text, with times and speakers of the words they stand for.

    A word that a person changed has no confidence: that number was the engine's.
    """
    tokens = text.split()
    result: list[Word] = []
    for stretch in stretches([word.text for word in words], tokens):
        new = tokens[stretch.two : stretch.two_end]
        if stretch.is_same:
            old = words[stretch.one : stretch.one_end]
            result += [replace(word, text=token) for word, token in zip(old, new, strict=True)]
        else:
            result += _shared_out(words, stretch, new)
    return tuple(result)


def retext(cues: Sequence[Cue], text: str, *, columns: int = 32) -> tuple[Cue, ...]:
    """Give cues a corrected text and leave their times alone: each word goes to the cue its neighbours are in.

    A cue whose words are all struck out goes; speaker marks and sound tags are words like others.
    """
    words: list[str] = []
    owner: list[int] = []
    for number, cue in enumerate(cues):
        own = join_rows(cue.rows).split()
        words += own
        owner += [number] * len(own)
    tokens = text.split()
    if not words:
        return ()
    texts: list[list[str]] = [[] for _ in cues]
    for stretch in stretches(words, tokens):
        count, replaced = stretch.two_end - stretch.two, stretch.one_end - stretch.one
        for at in range(count):
            # A word that replaces none joins the word before it.
            old = stretch.one + replaced * at // count if replaced else max(0, stretch.one - 1)
            texts[owner[old]].append(tokens[stretch.two + at])
    return tuple(_with_text(cue, new, columns) for cue, new in zip(cues, texts, strict=True) if new)


def words_of(cues: Sequence[Cue]) -> tuple[Word, ...]:
    """The words of cues with times shared out by their letters: for captions that came without word times."""
    words: list[Word] = []
    for cue in cues:
        start, end = round(cue.start * 1000), round(cue.end * 1000)
        own = join_rows(cue.rows).split()
        words += _spread(own, start, end, cue.speaker)
    return tuple(words)


def stretches(old: Sequence[str], new: Sequence[str]) -> list[Stretch]:
    """What of one text stands for what of another, in order; capitals and punctuation make no word another one."""
    one, two = [_bare(word) for word in old], [_bare(word) for word in new]
    anchors = [(-1, -1), *_anchors(one, two), (len(one), len(two))]
    found: list[Stretch] = []
    for (a, b), (a_next, b_next) in pairwise(anchors):
        found += _compare(one, two, slice(a + 1, a_next), slice(b + 1, b_next))
        if a_next < len(one):
            found.append(Stretch(a_next, a_next + 1, b_next, b_next + 1, is_same=True))
    return found


def _with_text(cue: Cue, tokens: list[str], columns: int) -> Cue:
    if tokens == " ".join(cue.rows).split():
        return cue
    return restyled(cue, wrap(_with_breaks(cue, tokens), columns))


def _with_breaks(cue: Cue, tokens: list[str]) -> str:
    """Speaker marks begin a row again."""
    marks = {row.split()[0] for row in cue.rows if row.startswith((">>", "-"))} & {">>", ">>>", "-"}
    return "".join(("\n" if token in marks else " ") + token for token in tokens).strip()


def _shared_out(words: Sequence[Word], stretch: Stretch, new: Sequence[str]) -> list[Word]:
    if not new:
        return []
    old = words[stretch.one : stretch.one_end]
    before = words[stretch.one - 1] if stretch.one else None
    after = words[stretch.one_end] if stretch.one_end < len(words) else None
    if old:
        start, end = old[0].start_ms, max(word.end_ms for word in old)
    else:
        start = before.end_ms if before else (after.start_ms if after else 0)
        end = after.start_ms if after else start
    speaker = next((word.speaker for word in (*old, before, after) if word is not None), None)
    return _spread(new, start, max(start, end), speaker)


def _spread(tokens: Sequence[str], start: int, end: int, speaker: str | None) -> list[Word]:
    total = sum(map(len, tokens))
    spread: list[Word] = []
    done = 0
    for token in tokens:
        begin = start + (end - start) * done // total
        done += len(token)
        spread.append(Word(token, begin, start + (end - start) * done // total, speaker))
    return spread


def _compare(one: Sequence[str], two: Sequence[str], old: slice, new: slice) -> list[Stretch]:
    """Stretches between two anchors; a huge one without any anchor is taken as rewritten."""
    if old.start == old.stop and new.start == new.stop:
        return []
    if max(old.stop - old.start, new.stop - new.start) > _LARGE:
        return [Stretch(old.start, old.stop, new.start, new.stop, is_same=False)]
    matcher = SequenceMatcher(None, one[old], two[new], autojunk=False)
    return [
        Stretch(old.start + i, old.start + i_end, new.start + j, new.start + j_end, is_same=kind == "equal")
        for kind, i, i_end, j, j_end in matcher.get_opcodes()
    ]


def _anchors(one: Sequence[str], two: Sequence[str]) -> list[tuple[int, int]]:
    """Places of three words in a row that occur once in each text and stand in the same order in both."""
    if max(len(one), len(two)) <= _SMALL:
        return []
    places_one, places_two = _unique_triples(one), _unique_triples(two)
    pairs = sorted((at, places_two[triple]) for triple, at in places_one.items() if triple in places_two)
    kept = longest_rise([place for _, place in pairs])
    return [pairs[at] for at in kept]


def _unique_triples(words: Sequence[str]) -> dict[tuple[str, str, str], int]:
    places: dict[tuple[str, str, str], int] = {}
    for at, triple in enumerate(zip(words, words[1:], words[2:], strict=False)):
        places[triple] = -1 if triple in places else at
    return {triple: at for triple, at in places.items() if at >= 0}


def _bare(word: str) -> str:
    """A word without capitals and punctuation: correcting those does not make it another word."""
    bare = re.sub(r"\W+", "", word.lower())
    return bare or word
