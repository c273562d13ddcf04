"""Names of speakers in the text of captions, for formats that have no field for them."""

import re
from collections.abc import Iterable
from dataclasses import replace

from shared.captions.linebreak import wrap
from shared.captions.model import Cue, Styled
from shared.captions.profiles import PROFILES, Profile
from shared.captions.styling import letters
from shared.captions.tokens import name_of

_US = PROFILES["fcc"]
_MARK = re.compile(r"(?:>{2,3}|-)\s{0,9}")
_LABEL = re.compile(r"[\[(]?([^\W\d_][^:\[\]()]{0,60})[:\])]")


def named(cues: Iterable[Cue], profile: Profile) -> tuple[Cue, ...]:
    """The cues with the speaker's name in their rows wherever the speaker changes and no label says so already.

    Cues of our own have their labels; what comes from a WebVTT file often has them in voice tags alone.
    """
    result: list[Cue] = []
    speaker: str | None = None
    is_known = True
    for cue in cues:
        if cue.speaker is None:
            # Two speakers in one cue are told apart in its rows, and the second may go on in the next cue.
            is_known = is_known and not any(_MARK.match(row) for row in cue.rows)
        else:
            if cue.speaker != speaker and is_known and cue.rows:
                cue = _with_label(cue, cue.speaker, profile)
            speaker, is_known = cue.speaker, True
        result.append(cue)
    return tuple(result)


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


def _with_label(cue: Cue, speaker: str, profile: Profile) -> Cue:
    first = labelled(cue.rows[0], speaker, profile)
    more = letters(first) - letters(cue.rows[0])
    if not more:
        return cue
    styles = tuple(Styled(one.start + more, one.end + more, one.style) for one in cue.styles)
    rows = (first, *cue.rows[1:])
    columns = profile.for_web().columns
    return replace(cue, rows=rows if len(first) <= columns else wrap("\n".join(rows), columns), styles=styles)


def _are_alike(label: str, speaker: str) -> bool:
    """A label may be a part of the name, or the name a part of it."""
    words = {word for word in re.findall(r"\w+", speaker.casefold()) if len(word) > 1}
    return not words.isdisjoint(re.findall(r"\w+", label.casefold()))
