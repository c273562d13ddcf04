"""What a cue is built from: words, speaker labels and sound tags in one sane order of time.

Speech engines deliver words that overlap, stand still, run backwards or last a minute. Text order is kept, because it
is the sense of what was said; times that contradict most of their neighbours are replaced by ones between them.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from shared.captions.linebreak import Run, cut_word
from shared.captions.model import Sound, SoundKind, Word
from shared.captions.phrases import WordClass, boundary, is_title, kind_of
from shared.captions.profiles import Profile
from shared.captions.rising import longest_rise

LASTING = frozenset({SoundKind.NO_AUDIO, SoundKind.RECESS, SoundKind.MUSIC, SoundKind.TONE, SoundKind.SPEAKING})
"""Sounds that may go on for long: their tag is shown again every minute for those who join late."""
REPEAT_MS = 60_000
_SAME_SOUND_MS = 1000
_TAG_MS = 2500
_LABEL_COST = 210.0
_AFTER_LABEL_COST = 110.0
"""A label may have a row to itself, rather than that a name is torn apart behind it."""
_LONG_LABEL = 16
_LEAD_WORDS = 4
"""Most words that a label is asked to have beside it."""
_BEST_BREAK, _GOOD_BREAK = 30, 60
"""What a break costs behind which one word, or several, may stand beside a label."""
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
    labels = _Labels({word.speaker for word in spoken if word.speaker}, profile)
    at = 0
    for number, word in enumerate(spoken):
        while at < len(tags) and places[at] <= number:
            _add_tag(pieces, tags[at], word.start_ms, profile)
            at += 1
        mark = ""
        turn = bool(word.speaker) and word.speaker != speaker
        speaker = word.speaker or speaker
        if turn and speaker:
            mark = _add_label(pieces, word, labels.next(speaker, spoken, number), profile)
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
    bare = " ".join(name.split(",", 1)[0].split()) or name
    return _without_titles(name) if len(bare) > _LONG_LABEL else bare


class _Labels:
    """Which label a speaker gets: in full the first time, short from then on, shorter where it would stand alone."""

    def __init__(self, speakers: Iterable[str], profile: Profile) -> None:
        self._profile, self._seen = profile, set[str]()
        names = {speaker: name_of(speaker) for speaker in speakers}
        self._forms = {speaker: forms_of(name) if name else [] for speaker, name in names.items()}
        shared = Counter(form for forms in self._forms.values() for form in forms)
        for forms in self._forms.values():
            # Mayor Lee is not Trustee Lee: a form that two speakers share names nobody.
            forms[1:] = [form for form in forms[1:] if shared[form] == 1]

    def next(self, speaker: str, spoken: Sequence[Word], number: int) -> str:
        """The label of ``speaker``, who begins with word ``number``; only a mark for a voice without a name."""
        forms = self._forms[speaker]
        if not forms:
            return _label(None, self._profile)
        full = forms[0]
        if speaker not in self._seen:
            forms = [form for form in forms if form == full or form in (short_name(full), _without_titles(full))]
        elif len(forms) > 1 and short_name(full) != full:
            forms = forms[1:]
        self._seen.add(speaker)
        room = self._profile.columns - _width_of_lead(spoken, number)
        labels = [_label(form, self._profile) for form in forms]
        fitting = (label for label in labels if len(label) <= room)
        longest = (label for label in labels if len(label) <= self._profile.columns)
        return next(fitting, None) or next(longest, labels[-1])


def forms_of(name: str) -> list[str]:
    """What a speaker can be called, from the longest to the shortest."""
    return list(dict.fromkeys((name, short_name(name), _without_titles(name), _family_name(name))))


def _without_titles(name: str) -> str:
    words = name.split(",", 1)[0].split() or name.split()
    while len(words) > 1 and is_title(words[0]):
        del words[0]
    return " ".join(words)


def _family_name(name: str) -> str:
    """The last word of a name; the name as it stands where that is a number or an abbreviation, such as Jr."""
    last = (name.split(",", 1)[0].split() or [name])[-1]
    return last if last[-1].isalpha() and len(last) > 3 and not kind_of(last) & WordClass.NUMBER else name


def _width_of_lead(spoken: Sequence[Word], number: int) -> int:
    """Columns of the first words that stand together, which a label should have beside it."""
    lead = ""
    for count in range(1, _LEAD_WORDS + 1):
        word = spoken[number + count - 1]
        lead = f"{lead} {word.text.strip()}".lstrip()
        following = spoken[number + count] if number + count < len(spoken) else None
        if following is None or following.speaker != word.speaker:
            break
        cost = boundary(kind_of(word.text.strip()), kind_of(following.text.strip())).cost
        if cost <= (_GOOD_BREAK if count > 1 else _BEST_BREAK):
            break
    return len(lead)


def _add_label(pieces: list[_Piece], word: Word, label: str, profile: Profile) -> str:
    """Add the speaker's mark and name as pieces that take no time; return a mark that only two in a cue need."""
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
    text = profile.music if tag.kind is SoundKind.MUSIC else _form(profile.sound_form, tag.text)
    # A tag is one piece even with a blank inside: it is never broken.
    pieces.append(_Piece(text, start, end, sound=True))


def _form(form: str, text: str) -> str:
    return form.format(sound=text, SOUND=text.upper())


def _tags(sounds: Sequence[Sound], profile: Profile) -> list[Sound]:
    """Sounds in order, the same sound heard twice within a second as one, lasting ones once a minute."""
    joined: list[Sound] = []
    for sound in sorted(sounds, key=lambda one: (one.start_ms, one.end_ms)):
        sound = replace(sound, start_ms=max(0, sound.start_ms), end_ms=max(0, sound.start_ms, sound.end_ms))
        for index in range(len(joined) - 1, -1, -1):
            last = joined[index]
            if (last.kind, last.language) == (sound.kind, sound.language):
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
