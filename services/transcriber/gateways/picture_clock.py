"""Presentation timestamps of a video stream as media time, which begins with the first picture."""

from fractions import Fraction
from typing import Any, Final, TypeAlias

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from shared.captions.carriage import SLOT

Packet: TypeAlias = "av.Packet[Any]"
_ROUNDING = Fraction(1, 1000)
"""Matroska rounds times to milliseconds: a picture may be noted that much after the slot it was shot for."""
JUMP: Final = Fraction(10)
"""Seconds by which times may go back or ahead before they are taken for damage."""


class Clock:
    """Presentation timestamps of one stream as seconds of media time."""

    def __init__(self, source: InputContainer, stream: VideoStream) -> None:
        self._tick = stream.time_base or Fraction(1, 90000)
        self._first = (stream.start_time or 0) * self._tick
        self.frame_s = 1 / Fraction(stream.average_rate) if stream.average_rate else SLOT

    def moment(self, pts: int) -> Fraction:
        return pts * self._tick - self._first - _ROUNDING

    def believes(self, packet: Packet) -> bool:
        """Whether the picture's time can be true: damage may set one hours ahead, and all others would wait for it."""
        return packet.pts is None or packet.dts is None or (packet.pts - packet.dts) * self._tick < JUMP

    def end(self, pts: int) -> Fraction:
        """When the last picture leaves the screen."""
        return self.moment(pts) + self.frame_s
