"""Presentation timestamps of a video stream as media time, which begins with the first picture."""

from contextlib import suppress
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from services.console.gateways.containers import opened
from shared.captions.carriage import SLOT

Packet: TypeAlias = "av.Packet[Any]"
_ROUNDING = Fraction(1, 1000)
"""Matroska rounds times to milliseconds: a picture may be noted that much after the slot it was shot for."""
JUMP: Final = Fraction(10)
"""Seconds by which times may go back or ahead before they are taken for damage."""
_PACKETS_TRIED = 600


def first_picture_s(source: InputContainer, stream: VideoStream) -> Fraction:
    """When the first picture that decodes is shown, on the container's clock: media time 0, as for the sound.

    A recording cut from a stream begins with pictures that nobody can see, and the start that a container gives for
    pictures which come some seconds after its sound is made up.
    """
    tick = stream.time_base or Fraction(1, 90000)
    with opened(Path(source.name)) as again:  # the packets of ``source`` are still to be read from the first on
        for packet in islice(again.demux(again.streams[stream.index]), _PACKETS_TRIED):
            with suppress(av.error.InvalidDataError):
                for shown in packet.decode():
                    if isinstance(shown, av.VideoFrame) and shown.pts is not None:
                        return shown.pts * tick
    return (stream.start_time or 0) * tick


class Clock:
    """Presentation timestamps of one stream as seconds of media time."""

    def __init__(self, source: InputContainer, stream: VideoStream) -> None:
        self._tick = stream.time_base or Fraction(1, 90000)
        self._first = first_picture_s(source, stream)
        self.frame_s = 1 / Fraction(stream.average_rate) if stream.average_rate else SLOT

    def moment(self, pts: int) -> Fraction:
        return pts * self._tick - self._first - _ROUNDING

    def believes(self, packet: Packet) -> bool:
        """Whether the picture's time can be true: damage may set one hours ahead, and all others would wait for it."""
        return packet.pts is None or packet.dts is None or (packet.pts - packet.dts) * self._tick < JUMP

    def end(self, pts: int) -> Fraction:
        """When the last picture leaves the screen."""
        return self.moment(pts) + self.frame_s
