"""A vocabulary as a text file that a station keeps by hand: one entry per line.

    # people first
    person: Rosa Kowalski
    street: Tallahatchie Avenue
    Garcia = Garsia, Garzia

A kind in front is optional; spellings behind the equals sign are what engines have written instead.
"""

from shared.errors import InvalidInput
from shared.meetings.vocabulary import Entry, EntryKind, Vocabulary, entry_words


def read_vocabulary(text: str) -> Vocabulary:
    """The entries of a file; InvalidInput names the line that holds none."""
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].strip()
        if line:
            entries.append(_entry(line, number))
    return Vocabulary(tuple(entries))


def _entry(line: str, number: int) -> Entry:
    name, _, spellings = line.partition("=")
    kind, colon, rest = name.partition(":")
    if colon and kind.strip().casefold() not in set(EntryKind):
        known = ", ".join(EntryKind)
        raise InvalidInput(
            f"Line {number} of the vocabulary: {kind.strip()!r} is not one of {known}.", code="bad_vocabulary"
        )
    text = " ".join((rest if colon else name).split())
    if not text:
        raise InvalidInput(f"Line {number} of the vocabulary names nothing.", code="bad_vocabulary")
    try:
        entry_words(text)
    except InvalidInput as error:
        raise InvalidInput(f"Line {number} of the vocabulary: {error.message}", code=error.code) from error
    return Entry(
        text,
        EntryKind(kind.strip().casefold()) if colon else EntryKind.OTHER,
        tuple(" ".join(one.split()) for one in spellings.split(",") if one.strip()),
    )


def write_vocabulary(vocabulary: Vocabulary) -> str:
    """The file that ``read_vocabulary`` reads; how often an entry was used is not kept in it."""
    lines = []
    for entry in vocabulary.entries:
        kind = "" if entry.kind is EntryKind.OTHER else f"{entry.kind.value}: "
        heard = f" = {', '.join(entry.heard_as)}" if entry.heard_as else ""
        lines.append(f"{kind}{entry.text}{heard}\n")
    return "".join(lines)
