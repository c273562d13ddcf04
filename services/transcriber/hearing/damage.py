"""Where the sound of a recording is broken: what ffmpeg complains of, placed in media time.

ffmpeg tells errors without a time, and fills what they leave out with silence, so the length of decoded sound knows
nothing of them. Where it complained, or left digital silence, the track is decoded once more and thrown away: each
decoded frame comes as a line with its time, the complaints in between as they happen. A warning alone says nothing, but
a gap that follows one is no pause of the recorder.
"""

import os
import re
import select
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from shared.children import tied
from shared.errors import Temporary
from shared.faults import errno_in
from shared.quality.spans import Span, common, joined, total_ms

_BRIDGED_MS = 1_000
"""Between errors so close together some wrong bytes passed for sound."""
_BROKEN_MS = 300
"""So much loss in one place may hold a word; broadcast files begin, end and are spliced with less."""
_AFTER_MS = 1_000
"""A demuxer reads ahead and a parser holds a frame back: the gap that an error tells of comes so much later."""
_GAP_MS = 100
_TIME_BASE = re.compile(r"#tb 0: (\d+)/(\d+)")
_FRAME = re.compile(r"0, +-?\d+, +(-?\d+), +(\d+), +\d+, 0x")
_LEVEL = re.compile(r"\[(warning|error|fatal|panic)\]")
_LINE_BYTES = 4_096
_GAPS = 50


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with the sound of one track."""

    places: int = 0
    """At how many places the decoder complained, harmless ones included."""
    broken: tuple[Span, ...] = ()
    """Where so much is lost that a word may be: from the first error of a place to its last."""
    drive: str | None = None
    """The line that speaks of the drive, if one does: then this is no finding about the recording."""
    first_ms: int | None = field(default=None, compare=False)
    """Where the first place begins."""
    gaps: tuple[Span, ...] = field(default=(), compare=False)
    """The first gaps without a complaint: pauses of the recorder, unless the file has packets there."""


def listing(source: list[str], index: int, filters: str, along: list[str]) -> list[str]:
    """The command whose output, errors included, :func:`damage_in` reads."""
    frames = ["-map", f"0:{index}", "-vn", "-sn", "-dn", "-af", filters, "-ac", "1", "-c:a", "pcm_s16le"]
    listed = ["-f", "framecrc", "-flush_packets", "1", "pipe:1"]
    return [
        "ffmpeg",
        "-nostdin",
        "-hide_banner",
        "-loglevel",
        "repeat+level+warning",
        *source,
        *frames,
        *listed,
        *along,
    ]


@dataclass(frozen=True, slots=True)
class Reach:
    """From where to where a track should sound."""

    begins_ms: int
    ends_ms: int
    """Up to here it was decoded."""
    promised_ms: int | None
    """What was promised after an error that nothing follows is lost."""
    is_gapless: bool = False
    """In a FLAC file every gap is damage: a pause of the recorder has samples there, too."""


def damage_in(lines: Iterable[str], reach: Reach) -> Damage:
    """Place the errors among the frames."""
    track = _StreamState(max(0, reach.begins_ms), is_gapless=reach.is_gapless)
    for line in lines:
        track.hear(line)
    hurt = joined(track.all_hurt(max(reach.ends_ms, reach.promised_ms or 0)))
    places = joined(hurt, bridging_ms=_BRIDGED_MS)
    broken = tuple(place for place in places if total_ms(common(hurt, [place])) >= _BROKEN_MS)
    return Damage(len(places), broken, track.drive, places[0].start_ms if places else None, tuple(track.gaps))


def with_mute_packets(damage: Damage, has_packets: Callable[[Span], bool]) -> Damage:
    """With those gaps for which the file has packets: a drive's zeros in a frame of MP3 are passed over silently."""
    mute = [gap for gap in damage.gaps if has_packets(gap)]
    if not mute:
        return damage
    return replace(damage, places=damage.places + len(mute), broken=tuple(joined([*damage.broken, *mute])))


@dataclass
class _StreamState:
    at_ms: int
    """Where the next frame should begin."""
    is_gapless: bool = False
    hurt: list[Span] = field(default_factory=list)
    gaps: list[Span] = field(default_factory=list)
    drive: str | None = None
    _base_ms: Fraction = Fraction(1)
    _has_error: bool = False
    _tells_until_ms: int = 0

    def hear(self, line: str) -> None:
        if frame := _FRAME.match(line):
            start, length = (int(int(number) * self._base_ms) for number in frame.groups())
            is_told = self.is_gapless or self.at_ms < self._tells_until_ms
            if self._has_error or (is_told and start - self.at_ms >= _GAP_MS):
                self._add(Span(self.at_ms, max(start, self.at_ms) + length))
                self._has_error = False
            elif start - self.at_ms >= _BROKEN_MS and len(self.gaps) < _GAPS:
                self.gaps.append(Span(self.at_ms, start))
            self.at_ms = start + length
        elif base := _TIME_BASE.match(line):
            self._base_ms = Fraction(1000 * int(base[1]), int(base[2]))
        elif level := _LEVEL.search(line):
            self._tells_until_ms = self.at_ms + _AFTER_MS
            self._has_error = self._has_error or level[0] != "[warning]"
            if self._has_error and self.drive is None and errno_in(line) is not None:
                self.drive = line.replace(f"{level[0]} ", "", 1).strip()[:300]

    def _add(self, span: Span) -> None:
        """Joined with the last, so that a recording full of errors costs little."""
        if self.hurt and self.hurt[-1].start_ms <= span.start_ms <= self.hurt[-1].end_ms:
            self.hurt[-1] = Span(self.hurt[-1].start_ms, max(self.hurt[-1].end_ms, span.end_ms))
        else:
            self.hurt.append(span)

    def all_hurt(self, ends_ms: int) -> list[Span]:
        """With what is lost at the end, and nothing after it."""
        rest = [Span(self.at_ms, max(ends_ms, self.at_ms + 1))] if self._has_error else []
        return [Span(span.start_ms, min(span.end_ms, max(ends_ms, span.start_ms + 1))) for span in self.hurt] + rest


def lines_of(command: list[str], check: Callable[[], None], stall_s: float) -> Iterator[str]:
    """What a child says, line by line, errors too. Raises what ``check`` raises, and Temporary (``media_stalled``)."""
    with subprocess.Popen(
        tied(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0
    ) as child:
        try:
            assert child.stdout is not None
            yield from _lines(child.stdout.fileno(), check, stall_s)
        finally:
            child.kill()


def _lines(pipe: int, check: Callable[[], None], stall_s: float) -> Iterator[str]:
    held, heard_at = b"", time.monotonic()
    while True:
        check()
        if not select.select([pipe], [], [], 1.0)[0]:
            if time.monotonic() - heard_at > stall_s:
                raise Temporary(
                    "The recording stopped delivering data; its mount may hang.", code="media_stalled", outside=True
                )
            continue
        heard_at = time.monotonic()
        read = os.read(pipe, 1 << 16)
        *whole, held = (held + read).split(b"\n")
        for line in whole if read else [held]:
            yield line[:_LINE_BYTES].decode("utf-8", "replace")
        held = held[:_LINE_BYTES]
        if not read:
            return
