"""What a cue is built from: words, speaker labels and sound tags in one sane order of time.

Speech engines deliver words that overlap, stand still, run backwards or last a minute. Text order is kept, because it
is the sense of what was said; times that contradict most of their neighbours are replaced by ones between them.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from shared.captions.linebreak import Run, cut_word
from shared.captions.model import Sound, SoundKind, Word
from shared.captions.phrases import is_title
from shared.captions.profiles import Profile
from shared.captions.rising import longest_rise

LASTING = frozenset({SoundKind.NO_AUDIO, SoundKind.RECESS, SoundKind.MUSIC, SoundKind.TONE})
"""Sounds that may go on for long: their tag is shown again every minute for those who join late."""
REPEAT_MS = 60_000
_SAME_SOUND_MS = 1000
_TAG_MS = 2500
_LABEL_COST = 210.0
_AFTER_LABEL_COST = 70.0
"""A label may have a row to itself, rather than that a name is torn apart behind it."""
_LONG_LABEL = 16
_SEEK_MS = 2000

_ANONYMOUS = re.compile(
    r"(?:speaker|spk|unknown|channel|person)[\s_#-]*(?:\d+|[a-z])?|s?[\s_#-]*\d+|[a-z]", re.IGNORECASE
)


@dataclass(slots=True)
class Tokens:
    """Pieces of text in parallel lists, times in whole milliseconds that never run backwards."""

    run: Run
    start: list[int]
    end: list[int]
    speaker: list[str | None]
    turn: list[bool]
    """Whether a new speaker begins here."""
    sound: list[bool]
    mark: list[int]
    """Letters of a speaker mark that go when the speaker has the cue alone."""
    label: list[bool]
    """Whether the piece says who speaks, and is not spoken."""


@dataclass(slots=True)
class _Piece:
    text: str
    start: int
    end: int
    speaker: str | None = None
    glued: bool = False
    turn: bool = False
    sound: bool = False
    label: bool = False
    mark: int = 0


def tokens_of(words: Sequence[Word], sounds: Sequence[Sound], profile: Profile) -> Tokens:
    """Put words and sounds in order, add speaker labels, and cut what is wider than a row."""
    spoken = in_order([word for word in words if word.text.strip()])
    tags = _tags(sounds, profile)
    places = _places(spoken, tags)
    pieces: list[_Piece] = []
    speaker: str | None = None
    names: dict[str, str | None] = {}
    at = 0
    for number, word in enumerate(spoken):
        while at < len(tags) and places[at] <= number:
            _add_tag(pieces, tags[at], word.start_ms, profile)
            at += 1
        mark = ""
        turn = bool(word.speaker) and word.speaker != speaker
        speaker = word.speaker or speaker
        if turn and speaker:
            mark = _add_label(pieces, word, names.get(speaker, name_of(speaker)), profile)
            # In full when somebody speaks for the first time, as short as it gets from then on.
            names[speaker] = short_name(name) if (name := name_of(speaker)) else None
            turn = not pieces or not pieces[-1].label
        _add_word(pieces, word, speaker, profile.columns, turn=turn, mark=mark)
    for tag in tags[at:]:
        _add_tag(pieces, tag, tag.end_ms, profile)
    return _columns(pieces, profile)


def _columns(pieces: list[_Piece], profile: Profile) -> Tokens:
    sound = [piece.sound for piece in pieces]
    turn = [piece.turn for piece in pieces]
    after_sound = [False, *sound[:-1]]
    starts_row = [a or b or c for a, b, c in zip(turn, sound, after_sound, strict=True)] if pieces else []
    run = Run([piece.text for piece in pieces], [piece.glued for piece in pieces], starts_row, profile.on_608_grid)
    for number, piece in enumerate(pieces[:-1], 1):
        if piece.label:
            run.costs[number] = _LABEL_COST if pieces[number].label else _AFTER_LABEL_COST
    return Tokens(
        run=run,
        start=[piece.start for piece in pieces],
        end=[piece.end for piece in pieces],
        speaker=[piece.speaker for piece in pieces],
        turn=turn,
        sound=sound,
        mark=[piece.mark for piece in pieces],
        label=[piece.label for piece in pieces],
    )


def name_of(speaker: str) -> str | None:
    """The name to show for a speaker, or None for a number that only tells voices apart."""
    name = " ".join(speaker.split())
    return None if _ANONYMOUS.fullmatch(name) else name


def short_name(name: str) -> str:
    """A name for a label that has been seen in full before: a long one loses what follows a comma, and its titles."""
    if len(name) <= _LONG_LABEL:
        return name
    words = name.split(",", 1)[0].split() or name.split()
    if len(" ".join(words)) > _LONG_LABEL:
        while len(words) > 1 and is_title(words[0]):
            del words[0]
    return " ".join(words)


def _add_label(pieces: list[_Piece], word: Word, name: str | None, profile: Profile) -> str:
    """Add the speaker's mark and name as pieces that take no time; return a mark that only two in a cue need."""
    label = _label(name, profile)
    if name is not None and len(label) > profile.columns:
        label = _label(short_name(name), profile)
    turn = True
    for part in label.split():
        for number, text in enumerate(cut_word(part, profile.columns)):
            piece = _Piece(text, word.start_ms, word.start_ms, word.speaker, glued=number > 0, turn=turn, label=True)
            pieces.append(piece)
            turn = False
    return "" if label else profile.turn_mark


def _label(name: str | None, profile: Profile) -> str:
    mark = profile.turn_mark if profile.marks_lone_turn else ""
    return mark if name is None else mark + profile.name_form.format(name=name, NAME=name.upper())


def _add_word(pieces: list[_Piece], word: Word, speaker: str | None, columns: int, *, turn: bool, mark: str) -> None:
    text = word.text.strip()
    if not mark and len(text) <= columns and len(text.split()) == 1:
        pieces.append(_Piece(text, word.start_ms, word.end_ms, speaker, turn=turn))
        return
    # A word with a character of the extended set has to leave the last column of a 608 row free.
    limit = columns if text.isascii() else columns - 1
    parts = [(piece, number > 0) for one in text.split() for number, piece in enumerate(cut_word(one, limit))]
    begin, length = word.start_ms, word.end_ms - word.start_ms
    total = sum(len(piece) for piece, _ in parts)
    done = 0
    for number, (part, glued) in enumerate(parts):
        start = begin + length * done // total
        done += len(part)
        piece = _Piece(part, start, begin + length * done // total, speaker, glued, turn=turn and number == 0)
        if number == 0 and len(mark) + len(part) <= columns:
            piece.text = mark + part
            piece.mark = len(mark)
        pieces.append(piece)


def _add_tag(pieces: list[_Piece], tag: Sound, latest: int, profile: Profile) -> None:
    """A sound as one piece between its neighbours in time."""
    before = max((piece.end for piece in pieces[-1:]), default=0)
    start = max(tag.start_ms, min(before, latest))
    start = max(start, pieces[-1].start) if pieces else start
    end = max(start, min(tag.end_ms, start + _TAG_MS, max(latest, start)))
    if tag.kind is SoundKind.INAUDIBLE:
        speaker = pieces[-1].speaker if pieces else None
        pieces.append(_Piece("[inaudible]", start, end, speaker))
        return
    text = profile.music if tag.kind is SoundKind.MUSIC else _form(profile.sound_form, tag.kind)
    # A tag is one piece even with a blank inside: it is never broken.
    pieces.append(_Piece(text, start, end, sound=True))


def _form(form: str, kind: SoundKind) -> str:
    return form.format(sound=kind.value, SOUND=kind.value.upper())


def _tags(sounds: Sequence[Sound], profile: Profile) -> list[Sound]:
    """Sounds in order, the same sound heard twice within a second as one, lasting ones once a minute."""
    joined: list[Sound] = []
    for sound in sorted(sounds, key=lambda one: (one.start_ms, one.end_ms)):
        sound = replace(sound, start_ms=max(0, sound.start_ms), end_ms=max(0, sound.start_ms, sound.end_ms))
        for index in range(len(joined) - 1, -1, -1):
            last = joined[index]
            if last.kind is sound.kind:
                if sound.start_ms - last.end_ms <= _SAME_SOUND_MS:
                    joined[index] = replace(last, end_ms=max(last.end_ms, sound.end_ms))
                    break
                joined.append(sound)
                break
        else:
            joined.append(sound)
    shown: list[Sound] = []
    for sound in joined:
        shown.append(sound)
        if sound.kind in LASTING:
            again = range(sound.start_ms + REPEAT_MS, sound.end_ms - profile.good_ms, REPEAT_MS)
            shown += [replace(sound, start_ms=moment) for moment in again]
    return sorted(shown, key=lambda one: one.start_ms)


def _places(words: Sequence[Word], tags: Sequence[Sound]) -> list[int]:
    """Before which word each tag stands: where it begins, or at the next end of a clause when that is near."""
    starts = [word.start_ms for word in words]
    places: list[int] = []
    for tag in tags:
        place = bisect_right(starts, tag.start_ms)
        in_speech = 0 < place < len(words) and words[place - 1].end_ms > tag.start_ms - 300
        if in_speech and tag.kind is not SoundKind.INAUDIBLE:
            place = _end_of_clause(words, place, tag.start_ms + _SEEK_MS)
        places.append(max(place, places[-1] if places else 0))
    return places


def _end_of_clause(words: Sequence[Word], place: int, until_ms: int) -> int:
    for at in range(place, len(words) + 1):
        if words[at - 1].text.rstrip("\"'”’)").endswith((".", "?", "!", ",", ";", ":")):
            return at
        if at == len(words) or words[at].start_ms > until_ms or words[at].speaker != words[at - 1].speaker:
            break
    return place


def in_order(words: Sequence[Word]) -> list[Word]:
    """The words in their own order, with times that never run backwards and no word of impossible length."""
    starts = [max(0, word.start_ms) for word in words]
    kept = range(len(words)) if _rises(starts) else longest_rise(starts)
    if len(kept) < len(words):
        starts = _between(starts, kept)
    result: list[Word] = []
    for number, word in enumerate(words):
        start = starts[number]
        end = max(start, word.end_ms if word.start_ms == start else start + max(0, word.end_ms - word.start_ms))
        end = min(end, start + word.longest_ms)
        if start != word.start_ms or end != word.end_ms:
            word = replace(word, start_ms=start, end_ms=end)
        result.append(word)
    return result


def _rises(values: Sequence[int]) -> bool:
    return all(map(int.__le__, values, values[1:]))


def _between(values: list[int], kept: Sequence[int]) -> list[int]:
    """Replace every value that is not kept by one evenly between its kept neighbours."""
    result = list(values)
    edges = [-1, *kept, len(values)]
    for one, two in pairwise(edges):
        low = values[one] if one >= 0 else values[two]
        high = values[two] if two < len(values) else low
        for at in range(one + 1, two):
            result[at] = low + (high - low) * (at - one) // (two - one)
    return result
