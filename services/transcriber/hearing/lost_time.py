"""Time that has gone out of a recording whose clock is only the order of its bytes.

MP3, bare AAC and AC-3, and AVI give no frame a time of its own: it is counted from what was read. Where bytes are wrong
the sound therefore has no gap; it closes up, and all that follows comes earlier. What was skipped shows in the places
of the packets: bytes that belong to none, or a packet larger than any of its kind can be.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from services.transcriber.hearing.media_time import seconds
from services.transcriber.hearing.probing import guards
from shared.quality.spans import Span

_GONE_MS = 300
"""As much as may hold a word."""
_TOGETHER_MS = 1_000
"""Packets that came out of wrong bytes by chance divide one loss into several."""
_LONGEST_FRAME = {"mp1": 1_728, "mp2": 1_728, "mp3": 1_728, "ac3": 3_840, "eac3": 4_096}
"""Bytes. AAC: 768 for each channel, and its header."""
_COUNTED = ("mp3", "aac", "ac3", "eac3")
"""Containers that are nothing but frames."""


@dataclass(frozen=True, slots=True)
class Clockless:
    """A sound track whose time is counted from bytes."""

    index: int
    longest_frame: int | None
    """None in an AVI, where the file is divided into packets and what lies between them is looked at instead."""
    skips_in_silence: bool = False
    """The reader of bare AAC passes over what is no frame, and counts places without it: only the sum is known."""


def clockless(container: str, stream: dict[str, object]) -> Clockless | None:
    """None for a track whose packets have times."""
    index, codec = int(str(stream["index"])), str(stream.get("codec_name"))
    if container == "avi":
        return Clockless(index, None)
    if container not in _COUNTED:
        return None
    channels = int(str(stream.get("channels") or 2))
    return Clockless(index, _LONGEST_FRAME.get(codec, 768 * channels + 9), container == "aac")


def packets_command(media: Path, track: Clockless) -> list[str]:
    """The command whose output :func:`time_lost` reads."""
    chosen = [] if track.longest_frame is None else ["-select_streams", str(track.index)]
    shown = ["-show_entries", "packet=stream_index,pts_time,duration_time,size,pos", "-of", "csv=p=0"]
    return ["ffprobe", "-v", "quiet", *guards(), *chosen, *shown, "-i", f"file:{media}"]


@dataclass(frozen=True, slots=True)
class Signs:
    """What decoding has shown already."""

    missing_ms: int = 0
    """By how much the sound is shorter than its file says; 0 if it says nothing."""
    first_error_ms: int | None = None
    """Where the decoder first complained, in media time."""
    size_bytes: int = 0
    """Of the file."""


def time_lost(lines: Iterable[str], track: Clockless, signs: Signs, *, origin_s: float) -> tuple[Span, ...]:
    """Where in media time something is gone, each span as long as what is gone there.

    In an AVI no more is believed to be gone than is missing of its length: between its packets lie indexes, too.
    """
    packets = _Packets()
    for line in lines:
        packets.hear(line, track.index)
    if not packets.heard_ms or (track.longest_frame is None and signs.missing_ms < _GONE_MS):
        return ()
    found = packets.between() if track.longest_frame is None else packets.oversized(track.longest_frame)
    found = [(max(0, at - _ms(origin_s)), length) for at, length in found]
    if track.skips_in_silence and signs.first_error_ms is not None:
        found.append((signs.first_error_ms, packets.skipped_ms(signs.size_bytes, track.longest_frame or 0)))
    gone = [(at, length) for at, length in _together(found) if length >= _GONE_MS]
    total = sum(length for _, length in gone)
    if track.longest_frame is None and total > signs.missing_ms:  # an index is among them
        gone = [(at, length * signs.missing_ms // total) for at, length in gone]
    return tuple(Span(at, at + length) for at, length in gone)


@dataclass
class _Packets:
    """Of all streams in file order where they matter; in arrays, for there are a hundred thousands an hour."""

    at_ms: "array[int]" = field(default_factory=lambda: array("q"))
    """When the sound that was read before it ends."""
    size: "array[int]" = field(default_factory=lambda: array("q"))
    place: "array[int]" = field(default_factory=lambda: array("q"))
    heard_ms: int = 0
    bytes_read: int = 0

    def hear(self, line: str, index: int) -> None:
        fields = line.strip().split(",")
        if len(fields) < 5 or not (fields[3].isdigit() and fields[4].isdigit()):
            return
        size, place = int(fields[3]), int(fields[4])
        self.at_ms.append(self.heard_ms)
        self.size.append(size)
        self.place.append(place)
        self.bytes_read += size
        begins_s, length_s = seconds(fields[1]), seconds(fields[2])
        if fields[0] == str(index) and begins_s is not None and length_s is not None:
            self.heard_ms = max(self.heard_ms, _ms(begins_s) + _ms(length_s))

    def oversized(self, longest: int) -> list[tuple[int, int]]:
        """Time and length of what packets hold beyond the frame in front."""
        usual, rate = self._fair(longest)
        found = []
        ends_at = self.place[0]
        for at, size, place in zip(self.at_ms, self.size, self.place, strict=True):
            skipped = max(0, place - ends_at) + (size - usual if size > longest else 0)
            ends_at = max(ends_at, place + size)
            if skipped > longest and rate:
                found.append((at, int(skipped / rate)))
        return found

    def skipped_ms(self, size_bytes: int, longest: int) -> int:
        """How much of the file, in time, came out as no packet."""
        _, rate = self._fair(longest)
        skipped = size_bytes - self.place[-1] - self.size[-1]
        return int(skipped / rate) if rate and skipped > longest else 0

    def _fair(self, longest: int) -> tuple[Fraction, Fraction]:
        """Bytes of a packet, and of a millisecond, where no packet is too large."""
        fair = [size for size in self.size if size <= longest]
        usual = Fraction(sum(fair), max(1, len(fair)))
        return usual, usual * len(self.size) / max(1, self.heard_ms)

    def between(self) -> list[tuple[int, int]]:
        """Time and length of what lies between the packets of all streams."""
        rate = Fraction(self.bytes_read, self.heard_ms)
        order = sorted(range(len(self.place)), key=self.place.__getitem__)
        found = []
        ends_at = self.place[order[0]]
        for number in order:
            skipped = self.place[number] - ends_at
            if skipped > 0 and skipped / rate >= _GONE_MS / 3:
                found.append((self.at_ms[number], int(skipped / rate)))
            ends_at = max(ends_at, self.place[number] + self.size[number])
        return found


def _together(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    last_at = 0
    for at, length in sorted(found):
        if joined and at - last_at <= _TOGETHER_MS:
            joined[-1] = (joined[-1][0], joined[-1][1] + length)
        else:
            joined.append((at, length))
        last_at = at
    return joined


def _ms(of_s: float) -> int:
    return round(1000 * of_s)
