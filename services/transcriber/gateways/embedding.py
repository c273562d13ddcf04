"""Put SCC captions into the picture data of a copy of a recording, and read them out of one again.

Nothing is decoded or encoded: packets are copied, and each picture gets the CEA-608 words due while it is shown. Memory
stays constant because a picture waits only until its place in presentation order is certain. Media time 0 is the first
picture, as everywhere here: sound that begins earlier or later moves no caption.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, TypeAlias

import av
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from services.transcriber.gateways.containers import (
    carrier,
    copy_labels,
    framing_of,
    muxer,
    muxer_options,
    opened,
    route,
    start_of,
)
from services.transcriber.gateways.copies import copy_of
from shared.captions.carriage import SLOT, PresentationOrder, Receiver, Sender
from shared.captions.scc_reader import words_by_frame
from shared.captions.scc_words import scc_of_words
from shared.captions.sei import MAX_TRIPLETS, NULL_WORD, user_data, words_of
from shared.errors import InvalidInput, Unusable

_Packet: TypeAlias = "av.Packet[Any]"
_ROUNDING = Fraction(1, 1000)
"""Matroska rounds times to milliseconds: a picture may be noted that much after the slot it was shot for."""
_JUMP = Fraction(10)
_PICTURES_DECODED = 48


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a copy with captions inside holds."""

    pictures: int
    words: int
    """CEA-608 words sent, null words not counted."""
    late_words: int
    """Words that had to wait for a later picture because one picture was on screen too long."""
    unsent_words: int
    """Words due after the last picture: these captions are not in the copy."""
    replaced: int
    """Pictures whose earlier captions were taken out."""
    left_out: tuple[str, ...]
    """Streams of the source that the new container cannot hold."""
    largest_delay: int = 0
    """Slots of 1001/30000 s between the time asked for and the picture that carries a word, at worst; read back."""


def embed_captions(
    video: Path,
    scc_text: str,
    out: Path,
    *,
    start_tc: str = "00:00:00:00",
    overwrite: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Embedded:
    """Write a copy of ``video`` with the captions inside its pictures, read it back, and put it at ``out``.

    ``start_tc`` is the label of the first picture.
    ``progress`` is called with 0 to 1; an exception from it stops the work and leaves nothing behind. Raises
    InvalidInput for a destination that cannot be, Conflict for one that exists, Unusable for material that cannot
    carry captions.
    """
    form = muxer(out)
    with copy_of(video, out, overwrite=overwrite) as temporary:
        with opened(video) as source:
            picture = carrier(source, out)
            sender = Sender(_due(scc_text, start_tc))
            with av.open(str(temporary), "w", format=form, options=muxer_options(form)) as target:
                result = _Copy(source, target, picture, sender, progress).run()
        _require_some(result)
        delay = _proved(temporary, scc_text, start_tc, result)
    return replace(result, largest_delay=delay)


def extract_captions(video: Path) -> str:
    """SCC text (drop-frame, 00:00:00;00 is the first picture) of the CEA-608 words in field 1 of the pictures.

    Raises Unusable when the video codec cannot carry them or no picture has any.
    """
    text = scc_of_words(words_in(video))
    if text is None:
        raise Unusable(
            f"No CEA-608 captions were found in the pictures of {video.name}; "
            "a caption file beside it or a text track is not what this reads.",
            code="no_captions_in_video",
        )
    return text


def words_in(video: Path) -> Iterator[tuple[int, int]]:
    """(slot of 1001/30000 s since the first picture, word with parity) of field 1, null words left out, in order."""
    with opened(video) as source:
        stream = carrier(source)
        clock, framing = _Clock(source, stream), framing_of(stream)
        order, receiver = PresentationOrder[tuple[int, list[int]]](), Receiver()

        def shown() -> Iterator[tuple[int, list[int]]]:
            for packet in source.demux(stream):
                if packet.pts is not None and packet.size and clock.believes(packet):
                    words = [word for data in framing.captions(bytes(packet)) for word in words_of(data)]
                    yield from order.push(packet.pts, (packet.pts, words))
            yield from order.rest()

        last_pts, held = 0, list[int]()
        for pts, words in shown():
            yield from receiver.until(clock.moment(pts), held)
            last_pts, held = pts, words
        yield from receiver.until(clock.end(last_pts), held)


class _Clock:
    """Presentation timestamps of one stream as seconds of media time."""

    def __init__(self, source: InputContainer, stream: VideoStream) -> None:
        self._tick = stream.time_base or Fraction(1, 90000)
        self._first = (stream.start_time or 0) * self._tick
        self.frame_s = 1 / Fraction(stream.average_rate) if stream.average_rate else SLOT

    def moment(self, pts: int) -> Fraction:
        return pts * self._tick - self._first - _ROUNDING

    def believes(self, packet: _Packet) -> bool:
        """Whether the picture's time can be true: damage may set one hours ahead, and all others would wait for it."""
        return packet.pts is None or packet.dts is None or (packet.pts - packet.dts) * self._tick < _JUMP

    def end(self, pts: int) -> Fraction:
        """When the last picture leaves the screen."""
        return self.moment(pts) + self.frame_s


class _Copy:
    """One run of copying: packets in, packets with captions out, in decoding order."""

    def __init__(
        self,
        source: InputContainer,
        target: OutputContainer,
        picture: VideoStream,
        sender: Sender,
        progress: Callable[[float], None] | None,
    ) -> None:
        self._source, self._target, self._sender, self._progress = source, target, sender, progress
        self._picture, self._framing, self._clock = picture, framing_of(picture), _Clock(source, picture)
        self._order = PresentationOrder[_Waiting]()
        self._stored: deque[_Waiting] = deque()  # decoding order, until the words of each are known
        self._shown: _Waiting | None = None  # on screen now; its end is the start of the next
        self._start = start_of(source)
        self._last_dts: dict[int, int] = {}
        self._pictures = self._replaced = 0

    def run(self) -> Embedded:
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
        return Embedded(
            self._pictures, self._sender.sent, self._sender.late, self._sender.unsent(), self._replaced, tuple(left_out)
        )

    def _take(self, packet: _Packet) -> None:
        if packet.pts is None:
            raise Unusable(
                "A picture of this recording has no time of its own, so captions cannot be timed; "
                "copy it into a new container first (ffmpeg -fflags +genpts -i IN -c copy OUT.ts).",
                code="video_without_timestamps",
            )
        waiting = _Waiting(packet, packet.pts)
        self._stored.append(waiting)
        if self._clock.believes(packet):
            for shown in self._order.push(waiting.pts, waiting):
                self._show(shown)
        else:
            waiting.words = []
        self._write_ready()

    def _show(self, waiting: "_Waiting") -> None:
        if self._shown is not None:
            if (
                waiting.pts < self._shown.pts
                and (self._shown.pts - waiting.pts) * (self._picture.time_base or 1) > _JUMP
            ):
                raise Unusable(
                    "The timestamps of this recording jump back in the middle, so captions cannot be timed; "
                    "repair it first (ffmpeg -i IN -c copy OUT.mp4) and caption the repaired copy.",
                    code="video_timestamps_jump",
                )
            self._shown.words = self._sender.until(self._clock.moment(waiting.pts))
        self._shown = waiting

    def _close_last(self) -> None:
        if self._shown is not None:
            self._shown.words = self._sender.until(self._clock.end(self._shown.pts))

    def _write_ready(self) -> None:
        while self._stored and self._stored[0].words is not None:
            self._write(self._stored.popleft())

    def _write(self, waiting: "_Waiting") -> None:
        old, packet = bytes(waiting.packet), waiting.packet
        words = waiting.words or []
        # CTA-708 gives a picture 600/rate triplets; above 30 Hz the two fields take turns.
        silent = len(words) if self._clock.frame_s > SLOT * 3 / 4 else int(not words)
        room = max(0, MAX_TRIPLETS - len(words))
        data = user_data(words, [NULL_WORD] * min(silent, room), triplets=round(600 * self._clock.frame_s))
        self._pictures += 1
        self._replaced += bool(self._framing.captions(old))
        self._mux(_with_bytes(packet, self._framing.with_captions(old, data)))

    def _mux(self, packet: _Packet) -> None:
        """Write; the copy begins at 0, only transport streams keep the times of their source."""
        if self._target.format.name != "mpegts" and self._start:
            ticks = round(self._start / packet.time_base)
            packet.pts = None if packet.pts is None else packet.pts - ticks
            packet.dts = None if packet.dts is None else packet.dts - ticks
        self._mend(packet)
        self._target.mux(packet)

    def _mend(self, packet: _Packet) -> None:
        """Decoding times that damage has set back would end the copy; let them rise by a tick, as players do."""
        if packet.dts is None:
            return
        last = self._last_dts.get(packet.stream_index)
        if last is not None and packet.dts <= last:
            packet.dts = last + 1
        if packet.pts is not None and packet.pts < packet.dts:
            packet.pts = packet.dts
        self._last_dts[packet.stream_index] = packet.dts

    def _report(self, packet: _Packet) -> None:
        if self._progress is not None and packet.is_keyframe and packet.dts is not None and self._source.duration:
            start = self._source.start_time or 0
            done = float(packet.dts * packet.time_base * av.time_base - start) / self._source.duration
            self._progress(min(1.0, max(0.0, done)))


@dataclass(slots=True)
class _Waiting:
    packet: _Packet
    pts: int
    words: list[int] | None = None


def _with_bytes(packet: _Packet, data: bytes) -> _Packet:
    copy = av.Packet(data)
    copy.stream, copy.time_base = packet.stream, packet.time_base
    copy.pts, copy.dts, copy.duration = packet.pts, packet.dts, packet.duration
    copy.is_keyframe = packet.is_keyframe
    return copy


def _due(scc_text: str, start_tc: str) -> Iterator[tuple[int, int]]:
    for frame, word in words_by_frame(scc_text, start_tc=start_tc):
        if frame < 0:
            raise InvalidInput(
                f"The captions begin before {start_tc}, so the recording starts at another label; "
                "look at the first label of the caption file.",
                code="captions_before_start",
            )
        if word != NULL_WORD:
            yield frame, word


def _require_some(result: Embedded) -> None:
    if result.words == 0 and result.unsent_words == 0:
        raise InvalidInput("There are no captions to put into the copy.", code="no_captions")
    if result.words == 0:
        raise InvalidInput(
            "All captions are due after the end of the video, so its first picture has another label; "
            "look at the first label of the caption file.",
            code="captions_after_end",
        )


def _proved(copy: Path, scc_text: str, start_tc: str, result: Embedded) -> int:
    """Read the copy's words back and have the decoder see them; the worst delay in slots. Raises Unusable."""
    wanted = islice(_due(scc_text, start_tc), result.words)
    delay = 0
    for asked, found in zip_longest(wanted, words_in(copy)):
        if asked is None or found is None or asked[1] != found[1]:
            raise Unusable("The captions read back from the copy are not those put in.", code="captions_not_verified")
        delay = max(delay, abs(found[0] - asked[0]))
    with opened(copy) as source:
        seen = [_shows_captions(frame) for frame in islice(_decodable(source), _PICTURES_DECODED)]
    if not seen or not all(seen):
        raise Unusable("A decoder finds no captions in the copy's pictures.", code="captions_not_visible")
    return delay


def _decodable(source: InputContainer) -> Iterator[av.VideoFrame]:
    """The first pictures, up to one that the recording itself has damaged."""
    with suppress(av.error.InvalidDataError):
        yield from source.decode(carrier(source))


def _shows_captions(frame: av.VideoFrame) -> bool:
    return "A53_CC" in frame.side_data
