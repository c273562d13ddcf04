"""Time as broadcast captions count it: frames of 30000/1001 a second, and the labels those frames carry.

The frame is the truth, the label only its name. Drop-frame labels (``;``) leave out two names in every minute that is
not a multiple of ten so that they stay with the clock; non-drop labels (``:``) leave out none and run 3.6 seconds an
hour behind it (SMPTE ST 12-1). Nothing here is a float, and nothing accumulates.

Midnight: labels end at 23:59:59;29 and go on with 00:00:00;00, because no label 24:00:00;00 exists. Frames go on
counting; a reader takes a fall of more than half a day for that step (:func:`unwrapped`).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from shared.errors import InvalidInput

FRAME_RATE = Fraction(30000, 1001)
"""Frames a second of NTSC video, the only rate that CEA-608 and SCC know."""

_FRAMES_PER_MINUTE = 1798
_FRAMES_PER_TEN_MINUTES = 17982
_DAY_DROP = 144 * _FRAMES_PER_TEN_MINUTES
_DAY_NON_DROP = 24 * 3600 * 30
_LABEL = re.compile(r"(\d\d):([0-5]\d):([0-5]\d)([:;.,])(\d\d)", re.ASCII)


class Timecode(NamedTuple):
    """A label taken apart: the frame it names, counted from 00:00:00:00, and how labels are counted."""

    frame: int
    drop_frame: bool

    def __str__(self) -> str:
        return label(self.frame, drop_frame=self.drop_frame)


def frame(seconds: Fraction) -> int:
    """The frame nearest to a time; a time exactly between two frames belongs to the later one."""
    numerator, denominator = seconds.numerator, seconds.denominator
    return (60000 * numerator + 1001 * denominator) // (2002 * denominator)


def seconds(frames: int) -> Fraction:
    """The exact time at which a frame begins."""
    return Fraction(frames * 1001, 30000)


def label(frame: int, *, drop_frame: bool) -> str:
    """The name of a frame, ``HH:MM:SS;FF`` or ``HH:MM:SS:FF``; past midnight names begin again at zero."""
    if drop_frame:
        tens, rest = divmod(frame % _DAY_DROP, _FRAMES_PER_TEN_MINUTES)
        frame = tens * 18000 + rest
        if rest >= 2:
            frame += 2 * ((rest - 2) // _FRAMES_PER_MINUTE)
        separator = ";"
    else:
        frame %= _DAY_NON_DROP
        separator = ":"
    whole, frames = divmod(frame, 30)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{separator}{frames:02}"


def parse(text: str) -> Timecode:
    """Take a label apart; its last separator says how it counts (``;``, ``.`` and ``,`` drop, ``:`` does not).

    Raises:
        InvalidInput: it is no label, or names a frame that does not exist (00:01:00;00, frame 30).
    """
    match = _LABEL.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(f"{text!r} is no timecode such as 01:00:00;00.", code="timecode")
    drop_frame = match[4] != ":"
    hour, minute, second, frames = int(match[1]), int(match[2]), int(match[3]), int(match[5])
    if hour > 23 or frames > 29:
        raise InvalidInput(f"{text!r} names an hour past 23 or a frame past 29.", code="timecode")
    minutes = hour * 60 + minute
    number = (minutes * 60 + second) * 30 + frames
    if drop_frame:
        if frames < 2 and second == 0 and minute % 10:
            raise InvalidInput(f"{text!r} is one of the labels that drop-frame counting leaves out.", code="timecode")
        number -= 2 * (minutes - minutes // 10)
    return Timecode(number, drop_frame)


def frames_per_day(*, drop_frame: bool) -> int:
    """How many frames pass until labels begin again."""
    return _DAY_DROP if drop_frame else _DAY_NON_DROP


def unwrapped(frame: int, before: int, *, drop_frame: bool) -> int:
    """The frame that a label means when the label before it meant ``before``: a fall of half a day is midnight."""
    day = frames_per_day(drop_frame=drop_frame)
    frame += (before // day) * day
    return frame + day if frame < before - day // 2 else frame


@dataclass(frozen=True, slots=True)
class Labelling:
    """How the frames of a target should be named, and why."""

    drop_frame: bool
    reason: str


_NTSC = (Fraction(30000, 1001), Fraction(60000, 1001))
_FILM = Fraction(24000, 1001)
_CLOCK = (Fraction(24), Fraction(25), Fraction(30), Fraction(50), Fraction(60))


def labelling_for(video_rate: Fraction | None, has_drop_timecode: bool | None) -> Labelling:
    """Which labels a player of such a video expects; captions are always timed in real time.

    ``video_rate`` is frames a second, None when unknown or variable (such video is timed by its own time stamps);
    ``has_drop_timecode`` is None when the video carries no timecode at all.
    """
    if video_rate in _NTSC:
        if has_drop_timecode is False:
            return Labelling(False, "the video carries non-drop timecode, so its labels and ours read alike")
        return Labelling(True, "drop-frame labels stay with the clock")
    if video_rate == _FILM:
        return Labelling(False, "labels of 23.976 video run as slowly as non-drop labels of 29.97")
    if video_rate in _CLOCK:
        return Labelling(True, "the video follows the clock, and drop-frame labels stay within two frames of it")
    return Labelling(True, "nothing is known of the video's labels, and drop-frame labels stay with the clock")
