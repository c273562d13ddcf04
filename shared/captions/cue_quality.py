"""What a viewer would complain about: cues too fast, too short, too long, flickering, too wide or badly broken.

These are warnings: captions with them are worse, not wrong. The rules of a wire format are checked where it is written.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from shared.captions.clock_times import clock
from shared.captions.linebreak import join_rows
from shared.captions.model import Cue, Finding, Severity
from shared.captions.phrases import BreakRule, boundary, kind_of
from shared.captions.profiles import Profile
from shared.captions.timecode import FRAME_RATE
from shared.captions.wholes import number_across

_NAME = r"[^\W\d_a-z][^a-z:\[\]()]{0,60}:(?:\s+|$)"
_BRACKETED = r"[\[(][^\[\]()]{1,60}[\])]\s+(?=\S)"
_LABEL = re.compile(rf"(?:>{{2,3}}\s*|-\s?)?(?:{_NAME}|{_BRACKETED})?")
_RULES = frozenset(
    {
        BreakRule.TITLE,
        BreakRule.INITIAL,
        BreakRule.NUMBER,
        BreakRule.DATE,
        BreakRule.MONEY,
        BreakRule.ITEM,
        BreakRule.TIME,
    }
)


def check_cues(
    cues: Sequence[Cue], profile: Profile, *, label: Callable[[Cue], str] | None = None
) -> tuple[Finding, ...]:
    """Findings in the order of the cues; ``label`` says when a cue is, if not by the clock of media time."""
    name = label or (lambda cue: clock(cue.start))
    findings: list[Finding] = []
    for number, cue in enumerate(cues, 1):
        following = cues[number] if number < len(cues) else None
        for code, message in (*_alone(cue, profile), *_with_next(cue, following, profile)):
            findings.append(Finding(code, message, Severity.WARNING, number, name(cue)))
    return tuple(findings)


def reading_speed(cue: Cue) -> float:
    """Characters a second, blanks included, of what is said; a cue without time cannot be read at all.

    Speaker marks and labels (``>> MAYOR LEE:``, ``[Mayor Lee]`` before words) are glanced at and do not count.
    """
    letters = len(join_rows([_LABEL.sub("", row, count=1) for row in cue.rows]))
    return float(letters / cue.duration) if cue.duration > 0 else float("inf")


def _alone(cue: Cue, profile: Profile) -> Iterator[tuple[str, str]]:
    seconds = float(cue.duration)
    # A frame of tolerance: times in milliseconds cannot name a frame exactly.
    frame = 1 / FRAME_RATE
    speed = reading_speed(cue)
    if speed > profile.max_cps * 1.005:
        yield "reading_speed", f"{speed:.1f} characters a second have to be read; {profile.max_cps:g} are the most."
    if (cue.duration + frame) * 1000 < profile.min_ms:
        yield "too_short", f"The cue stays {seconds:.2f} s; {profile.min_ms / 1000:g} s are the least."
    if (cue.duration - 3 * frame) * 1000 > profile.max_ms:
        yield "too_long", f"The cue stays {seconds:.2f} s; {profile.max_ms / 1000:g} s are the most."
    widest = max(map(len, cue.rows), default=0)
    if widest > profile.columns:
        yield "row_too_wide", f"A row has {widest} characters; {profile.columns} are the most."
    if len(cue.rows) > profile.crowd_rows:
        yield "too_many_rows", f"The cue has {len(cue.rows)} rows; {profile.crowd_rows} are the most."
    for upper, lower in pairwise(cue.rows):
        rule = broken_rule(upper, lower)
        # A number wider than a row has to go into two.
        if rule is not None and number_across(upper.split(), lower.split()) <= profile.columns:
            yield "row_break", f"A row break parts {upper.split()[-1]!r} from {lower.split()[0]!r} ({rule})."


def _with_next(cue: Cue, following: Cue | None, profile: Profile) -> Iterator[tuple[str, str]]:
    if following is None:
        return
    gap = following.start - cue.end
    frames = round(gap * FRAME_RATE)
    if gap < 0 and cue.stands_clear_of(following):
        return
    if gap < 0:
        yield "overlap", f"The next cue begins {float(-gap):.2f} s before this one ends."
    elif 0 < frames < profile.gap_frames:
        yield "gap", f"Only {frames} frame lies before the next cue; leave {profile.gap_frames} or none."
    upper, lower = join_rows(cue.rows), join_rows(following.rows)
    rule = broken_rule(upper, lower)
    if rule is not None:
        yield "cue_break", f"The end of the cue parts {upper.split()[-1]!r} from {lower.split()[0]!r} ({rule})."


def broken_rule(upper: str, lower: str) -> BreakRule | None:
    """What a break between two texts tears apart (a name, a number, a sum, an item code), or None.

    The gentler rules of the guides (article and noun, auxiliary and verb) are weighed when cues are made, but are no
    reason to report a file.
    """
    one, two = upper.split(), lower.split()
    if not one or not two:
        return None
    rule = boundary(kind_of(one[-1]), kind_of(two[0])).rule
    return rule if rule in _RULES else None
