"""Captions out of a video again: from its pictures, or from a QuickTime caption track (``c608``)."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from services.console.gateways.containers import can_carry, caption_track_of, carrier, framing_of, opened
from services.console.gateways.picture_clock import Clock, first_picture_s
from shared.captions.caption_services import field_of, words_of_channel
from shared.captions.carriage import PresentationOrder, Receiver
from shared.captions.codes import CHANNELS, Channel
from shared.captions.scc_words import scc_of_words
from shared.captions.sei import NULL_WORD, Carried, carried, carried_by_track
from shared.captions.timecode import frame
from shared.errors import Unusable

Words = list[tuple[int, int]]


def extract_captions(video: Path, channel: Channel = "CC1") -> str:
    """SCC text (drop-frame, 00:00:00;00 is the first picture) of one channel's CEA-608 words.

    A caption track is read where the pictures have no captions. Raises Unusable when nothing can be found, and says
    which channels there are instead.
    """
    fields = _all_words(video)
    text = scc_of_words(words_of_channel(fields[field_of(channel)], channel))
    if text is not None:
        return text
    if there := [one for one in CHANNELS if any(words_of_channel(fields[field_of(one)], one))]:
        raise Unusable(
            f"{video.name} has no captions in {channel}, but in {' and '.join(there)}.", code="no_captions_in_channel"
        )
    raise Unusable(
        f"No CEA-608 captions were found in {video.name}, neither in its pictures nor as a c608 track; "
        "a caption file beside it or a text track is not what this reads.",
        code="no_captions_in_video",
    )


def _all_words(video: Path) -> dict[int, Words]:
    fields: dict[int, Words] = {1: [], 2: []}
    with opened(video) as source:
        track = caption_track_of(source)
        if track is None or can_carry(source):
            stream = carrier(source)
            clock, receivers = Clock(source, stream), {number: Receiver() for number in fields}
            for end, captions in _on_screen(source, stream, clock):
                for number, receiver in receivers.items():
                    fields[number] += receiver.until(end, captions.field(number))
        if track is None or any(fields.values()):
            return fields
    with opened(video) as source:
        return _track_words(source)


def _track_words(source: InputContainer) -> dict[int, Words]:
    """A sample's words follow each other from its time on; its clock is that of the whole file."""
    fields: dict[int, Words] = {1: [], 2: []}
    first = next((first_picture_s(source, one) for one in source.streams.video), Fraction(0))
    track = caption_track_of(source)
    for packet in source.demux(track) if track is not None else ():
        captions = carried_by_track(bytes(packet))
        begin = frame(_seconds(packet.stream, packet.pts) - first)
        for number, words in fields.items():
            for slot, word in enumerate(captions.field(number), begin):
                if word != NULL_WORD:
                    words.append((max(slot, words[-1][0] + 1) if words else slot, word))
    return fields


def _seconds(stream: Stream, ticks: int | None) -> Fraction:
    return (ticks or 0) * (stream.time_base or Fraction(0))


def words_in(video: Path, field: int = 1) -> Iterator[tuple[int, int]]:
    """(slot of 1001/30000 s since the first picture, word with parity) of a field, null words left out, in order."""
    receiver = Receiver()
    for end, captions in pictures_in(video):
        yield from receiver.until(end, captions.field(field))


def pictures_in(video: Path) -> Iterator[tuple[Fraction, Carried]]:
    """The captions of each picture in presentation order, with the moment of media time at which it leaves."""
    with opened(video) as source:
        stream = carrier(source)
        yield from _on_screen(source, stream, Clock(source, stream))


def _on_screen(source: InputContainer, stream: VideoStream, clock: Clock) -> Iterator[tuple[Fraction, Carried]]:
    framing, order = framing_of(stream), PresentationOrder[tuple[int, Carried]]()

    def shown() -> Iterator[tuple[int, Carried]]:
        for packet in source.demux(stream):
            if packet.pts is not None and packet.size and clock.believes(packet):
                yield from order.push(packet.pts, (packet.pts, carried(framing.captions(bytes(packet)))))
        yield from order.rest()

    last: tuple[int, Carried] | None = None
    for pts, captions in shown():
        if last is not None:
            yield clock.moment(pts), last[1]
        last = (pts, captions)
    if last is not None:
        yield clock.end(last[0]), last[1]
