"""How the labels of an MCC file count, at each of its rates, and which 29.97 frame of CEA-608 a label stands for.

A packet belongs to a picture of the file's own rate; line 21 has a word in each 1001/30000 second, whatever that rate.
At 24 and 25 a picture lasts longer than a word, so some carry two; at 50 and 60 two or so pictures share one.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import Final

from shared.captions.timecode import FRAME_RATE
from shared.errors import InvalidInput

_LABEL = re.compile(r"(\d\d):([0-5]\d):([0-5]\d)[:;.,](\d\d)(?:\.([01]))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class MccRate:
    """A ``Time Code Rate``: frames a labelled second, whether labels are left out, and how fast frames really pass."""

    frames: int
    drop_frame: bool
    rate: Fraction
    """Frames a real second."""

    @property
    def is_clock(self) -> bool:
        """Whether labels stay with the clock, as drop-frame labels of 29.97 do."""
        return self.drop_frame or self.rate == self.frames

    @property
    def frames_per_day(self) -> int:
        """How many frames pass until labels begin again."""
        return 24 * 3600 * self.frames - (self._dropped * 54 * 24 if self.drop_frame else 0)

    @property
    def _dropped(self) -> int:
        """Labels left out in nine minutes of ten: two at 30, four at 60 (SMPTE ST 12-1, ST 12-3)."""
        return self.frames // 15

    def frame(self, label: str) -> int:
        """The frame that a label names, counted from label zero.

        At 50 and 60 some count pairs of frames and write ``.0`` and ``.1`` behind.

        Raises:
            InvalidInput: it is no label, or names a frame that does not exist.
        """
        match = _LABEL.fullmatch(label.strip())
        if match is None:
            raise InvalidInput(f"{label!r} is no timecode such as 01:00:00;00.", code="timecode")
        hour, minute, second, frames = (int(part) for part in match.groups()[:4])
        if match[5] is not None and self.frames >= 50:
            frames = 2 * frames + int(match[5])
        if hour > 23 or frames >= self.frames:
            raise InvalidInput(f"{label!r} names an hour past 23 or a frame past {self.frames - 1}.", code="timecode")
        minutes = hour * 60 + minute
        number = (minutes * 60 + second) * self.frames + frames
        if not self.drop_frame:
            return number
        if frames < self._dropped and second == 0 and minute % 10:
            raise InvalidInput(f"{label!r} is one of the labels that drop-frame counting leaves out.", code="timecode")
        return number - self._dropped * (minutes - minutes // 10)

    def slot(self, frame: int) -> int:
        """The frame of 29.97 at which the first word of a frame goes out; at 60 two frames share one."""
        return frame // (self.frames // 30) if self.is_aligned else self.nearest_slot(frame)

    def nearest_slot(self, frame: int) -> int:
        """The frame of 29.97 that begins nearest to a frame."""
        return round(frame * FRAME_RATE / self.rate)

    def label(self, slot: int) -> str:
        """The file's own label of the picture on screen at a frame of 29.97."""
        frame = floor(slot * self.rate / FRAME_RATE) % self.frames_per_day
        if self.drop_frame:
            per_minute = 60 * self.frames - self._dropped
            tens, rest = divmod(frame, 10 * per_minute + self._dropped)
            frame = tens * 600 * self.frames + rest
            if rest >= self._dropped:
                frame += self._dropped * ((rest - self._dropped) // per_minute)
        whole, frames = divmod(frame, self.frames)
        minutes, second = divmod(whole, 60)
        hour, minute = divmod(minutes, 60)
        return f"{hour:02}:{minute:02}:{second:02}{';' if self.drop_frame else ':'}{frames:02}"

    @property
    def is_aligned(self) -> bool:
        """Whether pictures keep step with 29.97, so that words sent without a gap also arrive without one."""
        return (self.rate / FRAME_RATE).denominator == 1

    def timed_by(self, cdp_rate: int) -> "MccRate":
        """The same labels at the rate that a caption distribution packet names (SMPTE 334-2, ``cdp_frame_rate``)."""
        rate = _CDP_RATES.get(cdp_rate)
        agrees = rate is not None and round(rate) == self.frames and not self.drop_frame
        return replace(self, rate=rate) if agrees and rate is not None else self


_CDP_RATES: Final = {
    1: Fraction(24000, 1001), 2: Fraction(24), 3: Fraction(25), 4: Fraction(30000, 1001), 5: Fraction(30),
    6: Fraction(50), 7: Fraction(60000, 1001), 8: Fraction(60),
}  # fmt: skip

MCC_RATES: Final = {
    "24": MccRate(24, False, Fraction(24000, 1001)),
    "25": MccRate(25, False, Fraction(25)),
    "30": MccRate(30, False, FRAME_RATE),
    "30DF": MccRate(30, True, FRAME_RATE),
    "50": MccRate(50, False, Fraction(50)),
    "60": MccRate(60, False, 2 * FRAME_RATE),
    "60DF": MccRate(60, True, 2 * FRAME_RATE),
}
"""Every rate by the name that files give it. 24, 30 and 60 are broadcast's 1000/1001 of it, unless packets say else."""
