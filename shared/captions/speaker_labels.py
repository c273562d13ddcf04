"""Names of speakers in the text of captions, for formats that have no field for them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from shared.captions.linebreak import wrap
from shared.captions.model import Cue, Styled
from shared.captions.profiles import PROFILES, Profile
from shared.captions.styling import letters
from shared.captions.tokens import forms_of, name_of

_US = PROFILES["fcc"]
_MARK = re.compile(r"(?:>{2,3}|-)\s{0,9}")
_SOUND = re.compile(r"\[[^\[\]]*\]|\([^()]*\)")
_NOTES = ("♪", "♫")
_ENDS = ("", *".?!…:;♪♫")
_LABEL = re.compile(r"[\[(]?([^\W\d_][^:\[\]()]{0,60})[:\])]")


def named(cues: Iterable[Cue], profile: Profile) -> tuple[Cue, ...]:
    """The cues with the speaker's name in their rows wherever the speaker changes and no label says so already.

    Cues of our own have their labels; what comes from a WebVTT file often has them in voice tags alone. A cue without
    one goes on with the sentence of the cue before, in small letters behind no full stop, and is that speaker's; any
    other is nobody's: it gets neither name nor mark, and the next voice is named again, for nobody knows whose it was.
    """
    found = tuple(cues)
    has_voices = any(cue.speaker is not None for cue in found)
    return tuple(_named(found, profile)) if has_voices else found


def _named(cues: Iterable[Cue], profile: Profile) -> Iterator[Cue]:
    voice: str | None = None
    """Who spoke last; None before anybody was named, empty for somebody without a name."""
    is_label = False
    """Whether only a label in the rows says who: one of the forms of a name."""
    is_open = False
    """Whether it may be anybody: two told apart by marks alone, of whom the second may go on in the next cue."""
    before = ""
    """What was said last."""
    for cue in cues:
        said = cue
        if cue.speaker is not None:
            goes_on = _is_label_of(voice, cue.speaker) if is_label else voice == cue.speaker
            if cue.rows and not goes_on and not is_open:
                said = _with_first(cue, labelled(cue.rows[0], cue.speaker, profile), profile)
            voice, is_label, is_open = cue.speaker, False, False
        elif (turn := _last_turn(cue)) is not None:
            voice, is_label, is_open = turn, True, not turn
        elif not is_sound(cue.text) and not _goes_on_with(before, cue.text):
            # It may be the same voice going on, so it gets no mark; whoever is named next is named again.
            voice, is_open = None if voice is None else "", False
        before = before if is_sound(cue.text) else cue.text
        yield said


def _goes_on_with(before: str, text: str) -> bool:
    """Whether ``text`` is in the middle of the sentence that ``before`` has begun."""
    return before.rstrip("\"'”’)» ")[-1:] not in _ENDS and text.lstrip("\"'“‘(«. …")[:1].islower()


def is_sound(text: str) -> bool:
    """Whether nobody speaks in it: sounds in brackets, or music."""
    bare = _SOUND.sub("", text).strip()
    return bare.startswith(_NOTES) or not any(map(str.isalnum, bare))


def labelled(row: str, speaker: str, profile: Profile = _US) -> str:
    """The row with the name of who speaks before it, unless it is there."""
    mark = _MARK.match(row)
    said = row[mark.end() :] if mark else row
    name = name_of(speaker)
    label = _LABEL.match(said)
    if (label and _are_alike(label[1], speaker)) or (name is None and mark):
        return row
    own_mark = profile.turn_mark if profile.marks_lone_turn else ""
    return own_mark + ("" if name is None else profile.name_form.format(name=name, NAME=name.upper())) + said


def _with_first(cue: Cue, first: str, profile: Profile) -> Cue:
    """The cue with another first row, which only adds to the one it has."""
    more = letters(first) - letters(cue.rows[0])
    if not more:
        return cue
    styles = tuple(Styled(one.start + more, one.end + more, one.style) for one in cue.styles)
    rows = (first, *cue.rows[1:])
    columns = profile.for_web().columns
    return replace(cue, rows=rows if len(first) <= columns else wrap("\n".join(rows), columns), styles=styles)


def _last_turn(cue: Cue) -> str | None:
    """The label of the last turn that begins in the rows of a cue, empty if it has a mark alone; None without any."""
    for row in reversed(cue.rows):
        mark = _MARK.match(row)
        said = row[mark.end() :] if mark else row
        label = _LABEL.match(said)
        # "The question: shall we?" names nobody.
        if label and not is_sound(cue.text) and (said[0] in "[(" or label[1] == label[1].upper()):
            return label[1]
        if mark:
            return ""
    return None


def _is_label_of(label: str | None, speaker: str) -> bool:
    return label is not None and label.casefold() in {speaker.casefold(), *map(str.casefold, forms_of(speaker))}


def _are_alike(label: str, speaker: str) -> bool:
    """A label may be a part of the name, or the name a part of it."""
    words = {word for word in re.findall(r"\w+", speaker.casefold()) if len(word) > 1}
    return not words.isdisjoint(re.findall(r"\w+", label.casefold()))
