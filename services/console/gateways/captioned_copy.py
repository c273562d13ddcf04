"""A copy of a recording, picture by picture: packets go through, and each picture gets the caption words due in it.

Nothing is decoded or encoded. New captions of one channel replace the earlier ones of that channel; the other field,
CEA-708 and the other services of the same field stay.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import av
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from services.console.gateways.containers import copy_labels, framing_of, route, start_of
from services.console.gateways.picture_clock import JUMP, Clock
from shared.captions.caption_services import field_of
from shared.captions.carriage import SLOT, PresentationOrder, Sender
from shared.captions.codes import Channel
from shared.captions.sei import MAX_TRIPLETS, NULL_WORD, Carried, carried, user_data
from shared.errors import Unusable

Packet: TypeAlias = "av.Packet[Any]"


class CaptionedCopy:
    """One run of copying: packets in, packets with captions out, in decoding order."""

    def __init__(
        self,
        source: InputContainer,
        target: OutputContainer,
        picture: VideoStream,
        sender: Sender,
        channel: Channel,
        keeps: bool,
        progress: Callable[[float], None] | None,
    ) -> None:
        self._source, self._target, self._sender, self._progress = source, target, sender, progress
        self._picture, self._framing, self._clock = picture, framing_of(picture), Clock(source, picture)
        self._field, self._keeps = field_of(channel), keeps
        self._order = PresentationOrder[_HeldPicture]()
        self._stored: deque[_HeldPicture] = deque()  # decoding order, until the words of each are known
        self._shown: _HeldPicture | None = None  # on screen now; its end is the start of the next
        self._start = start_of(source)
        self._last_dts: dict[int, int] = {}
        self.pictures = 0
        self.left_out: tuple[str, ...] = ()

    def run(self) -> None:
        """Copy everything; what happened is in ``pictures``, ``left_out`` and the sender."""
        routes, left_out = route(self._source, self._target)
        copy_labels(self._source, self._target)
        for packet in self._source.demux(list(routes)):
            if packet.size == 0:
                continue  # the mark of the stream's end
            stream = packet.stream
            packet.stream = routes[stream]
            if stream is self._picture:
                self._take(packet)
            else:
                self._mux(packet)
            self._report(packet)
        for waiting in self._order.rest():
            self._show(waiting)
        self._close_last()
        self._write_ready()
        self.left_out = tuple(left_out)

    def _take(self, packet: Packet) -> None:
        if packet.pts is None:
            raise Unusable(
                "A picture of this recording has no time of its own, so captions cannot be timed; "
                "copy it into a new container first (ffmpeg -fflags +genpts -i IN -c copy OUT.ts).",
                code="video_without_timestamps",
            )
        waiting = _HeldPicture(packet, packet.pts, carried(self._framing.captions(bytes(packet))))
        self._stored.append(waiting)
        if self._clock.believes(packet):
            for shown in self._order.push(waiting.pts, waiting):
                self._show(shown)
        else:
            waiting.words = []
        self._write_ready()

    def _show(self, waiting: "_HeldPicture") -> None:
        if self._shown is not None:
            if (
                waiting.pts < self._shown.pts
                and (self._shown.pts - waiting.pts) * (self._picture.time_base or 1) > JUMP
            ):
                raise Unusable(
                    "The timestamps of this recording jump back in the middle, so captions cannot be timed; "
                    "repair it first (ffmpeg -i IN -c copy OUT.mp4) and caption the repaired copy.",
                    code="video_timestamps_jump",
                )
            self._fill(self._shown, waiting.pts)
        self._shown = waiting

    def _close_last(self) -> None:
        if self._shown is not None:
            self._fill(self._shown, None)

    def _fill(self, shown: "_HeldPicture", next_pts: int | None) -> None:
        """Settle the words of a picture, now that it is known how long it stays."""
        until = self._clock.end(shown.pts) if next_pts is None else self._clock.moment(next_pts)
        shown.words = self._sender.until(until, max(1, MAX_TRIPLETS - self._held(shown.old)))

    def _held(self, old: Carried) -> int:
        """Triplets that stay in the picture."""
        if not self._keeps:
            return 0
        return len(old.dtvcc) + len(old.field(3 - self._field))

    def _write_ready(self) -> None:
        while self._stored and self._stored[0].words is not None:
            self._write(self._stored.popleft())

    def _write(self, waiting: "_HeldPicture") -> None:
        packet, words, number = waiting.packet, waiting.words or [], self._field
        others: list[int] = []
        dtvcc: tuple[bytes, ...] = ()
        if self._keeps:
            others, dtvcc = list(waiting.old.field(3 - number)), waiting.old.dtvcc[: MAX_TRIPLETS - 1]
        # CTA-708 gives a picture 600/rate triplets; above 30 Hz the two fields take turns.
        silent = len(words) if self._clock.frame_s > SLOT * 3 / 4 else int(not words)
        room = max(0, MAX_TRIPLETS - len(words) - len(dtvcc))
        others = (others or [NULL_WORD] * silent)[:room]
        fields = (words, others) if number == 1 else (others, words)
        data = user_data(*fields, dtvcc=dtvcc, triplets=round(600 * self._clock.frame_s))
        self.pictures += 1
        self._mux(_with_bytes(packet, self._framing.with_captions(bytes(packet), data)))

    def _mux(self, packet: Packet) -> None:
        """Write; the copy begins at 0, only transport streams keep the times of their source."""
        if self._target.format.name != "mpegts" and self._start:
            ticks = round(self._start / packet.time_base)
            packet.pts = None if packet.pts is None else packet.pts - ticks
            packet.dts = None if packet.dts is None else packet.dts - ticks
        self._mend(packet)
        self._target.mux(packet)

    def _mend(self, packet: Packet) -> None:
        """Decoding times that damage has set back would end the copy; let them rise by a tick, as players do."""
        if packet.dts is None:
            return
        last = self._last_dts.get(packet.stream_index)
        if last is not None and packet.dts <= last:
            packet.dts = last + 1
        if packet.pts is not None and packet.pts < packet.dts:
            packet.pts = packet.dts
        self._last_dts[packet.stream_index] = packet.dts

    def _report(self, packet: Packet) -> None:
        if self._progress is not None and packet.is_keyframe and packet.dts is not None and self._source.duration:
            start = self._source.start_time or 0
            done = float(packet.dts * packet.time_base * av.time_base - start) / self._source.duration
            self._progress(min(1.0, max(0.0, done)))


@dataclass(slots=True)
class _HeldPicture:
    packet: Packet
    pts: int
    old: Carried
    """Captions that the picture has already."""
    words: list[int] | None = None


def _with_bytes(packet: Packet, data: bytes) -> Packet:
    copy = av.Packet(data)
    copy.stream, copy.time_base = packet.stream, packet.time_base
    copy.pts, copy.dts, copy.duration = packet.pts, packet.dts, packet.duration
    copy.is_keyframe = packet.is_keyframe
    return copy
