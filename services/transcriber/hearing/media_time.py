"""Where media time begins in a recording, and how far its sound should reach.

Media time 0 is the first picture that can be shown, in every container; in a recording without pictures it is the first
sample. What a container says of its streams is often a guess (a track that begins later than a few seconds is said to
begin with the file), so pictures and packets are asked instead: a frame or two is decoded, nothing more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Ask = Callable[[Sequence[str]], str]
"""ffprobe's answer about the recording to these options; what could be had of it where ffprobe ended with an error."""

_PACKETS_OF_PICTURES = (8, 600)
"""How many are decoded to find a picture: a first group may hold pictures that are shown before its key picture, and a
recording cut from a stream begins in the middle of a group."""
_JUMPING = ("mpegts", "mpeg", "ogg")
"""Demuxers whose clock may jump. ffmpeg starts theirs at the first *mapped* stream instead of the file's."""
_COUNTED_FROM_0 = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm")
"""Their length is written down as the time of the end, wherever the streams begin."""
_BEFORE_S = 0.1
_LAST_S = 10.0
_END_TOLERANCE_S = 3.0
"""Lengths of containers are off by so much: estimates, and what muxers count twice."""


@dataclass(frozen=True, slots=True)
class MediaTime:
    """How the sound of one track lies in media time."""

    origin_s: float
    """Media time 0 on the container's own clock."""
    shift_s: float | None
    """From where ffmpeg starts the file's clock to media time 0; None where the first sample is it."""
    offset_s: float
    """From media time 0 to the first sound; negative where it begins before the picture."""
    along: int | None = None
    """A stream of pictures that ffmpeg has to read along with the sound, so that both keep one clock."""


def media_time(probe: dict[str, Any], index: int, ask: Ask) -> MediaTime:
    """Find media time 0 for the sound track ``index``."""
    base = seconds(probe.get("format", {}).get("start_time")) or 0.0
    picture = next((stream for stream in probe["streams"] if is_picture(stream)), None)
    sound = next(stream for stream in probe["streams"] if stream["index"] == index)
    said = _start(sound, base)
    if picture is None:
        return MediaTime(said, None, 0.0)
    first = first_picture_s(int(picture["index"]), ask)
    origin = _start(picture, base) if first is None else first
    heard = first_packet_s(index, ask)
    offset = (said if heard is None else heard) - origin
    if str(probe["format"].get("format_name")) in _JUMPING:
        return MediaTime(origin, origin - min(_start(picture, base), said), offset, along=int(picture["index"]))
    return MediaTime(origin, origin - base, offset)


def first_picture_s(index: int, ask: Ask) -> float | None:
    """When the first picture is shown, on the container's clock; None where none can be decoded."""
    for packets in _PACKETS_OF_PICTURES:
        shown = ["-select_streams", str(index), "-read_intervals", f"%+#{packets}"]
        answer = ask([*shown, "-show_entries", "frame=best_effort_timestamp_time", "-of", "csv=p=0"])
        if times := _times(answer):
            return min(times)
    return None


def first_packet_s(index: int, ask: Ask) -> float | None:
    """When a track really begins."""
    first = ["-select_streams", str(index), "-read_intervals", "%+#1"]
    return min(_times(ask([*first, "-show_entries", "packet=pts_time", "-of", "csv=p=0"])), default=None)


def _packets(interval: str, ask: Ask) -> list[tuple[int, float]]:
    """Stream and time of the packets in an interval."""
    answer = ask(["-read_intervals", interval, "-show_entries", "packet=stream_index,pts_time", "-of", "csv=p=0"])
    fields = [line.split(",") for line in answer.splitlines()]
    found = [(int(one[0]), seconds(one[1])) for one in fields if len(one) > 1 and one[0].isdigit()]
    return [(stream, time) for stream, time in found if time is not None]


def has_sound_between(index: int, from_s: float, to_s: float, ask: Ask) -> bool:
    """Whether the track has bytes for this stretch of the container's clock, a quarter of what is usual at least."""
    from_s -= _BEFORE_S  # a parser may give all of them to the frame before
    usual = _bytes(index, from_s - _LAST_S, from_s, ask) / _LAST_S
    return usual > 0 and _bytes(index, from_s, to_s, ask) / (to_s - from_s) >= usual / 4


def _bytes(index: int, from_s: float, to_s: float, ask: Ask) -> int:
    """In the packets of a track that begin in this stretch."""
    interval = ["-select_streams", str(index), "-read_intervals", f"{max(0.0, from_s):.3f}%{to_s:.3f}"]
    lines = ask([*interval, "-show_entries", "packet=pts_time,size", "-of", "csv=p=0"]).splitlines()
    found = [(seconds(line.split(",")[0]), line.split(",")[1]) for line in lines if "," in line]
    return sum(int(size) for at, size in found if at is not None and from_s <= at < to_s and size.isdigit())


def sound_is_over(probe: dict[str, Any], index: int, ends_s: float, ask: Ask) -> bool:
    """Whether the sound track has nothing after ``ends_s`` (on the container's clock) although the pictures go on to
    the end: then none of it is missing, however long the file is."""
    pictures = {stream["index"] for stream in probe["streams"] if is_picture(stream)}
    end_s = container_end_s(probe)
    if not pictures or end_s is None:
        return False
    if probe["format"].get("format_name") == "avi":  # its writers count a delay of the sound that they cannot store
        shown = (seconds(stream.get("duration")) for stream in probe["streams"] if is_picture(stream))
        end_s = min(end_s, max((each for each in shown if each is not None), default=end_s))
    last = _packets(f"{max(0.0, end_s - _LAST_S):.3f}%", ask)
    if max((time for stream, time in last if stream in pictures), default=0.0) < end_s - _END_TOLERANCE_S:
        return False  # the file is cut off
    after = _packets(f"{ends_s:.3f}%+{_LAST_S:g}", ask)
    return all(time < ends_s + 1.0 for stream, time in after if stream == index)


def container_end_s(probe: dict[str, Any]) -> float | None:
    """Where the file ends on its own clock; None where it does not say."""
    container = probe.get("format", {})
    length, start = seconds(container.get("duration")), seconds(container.get("start_time")) or 0.0
    name = str(container.get("format_name"))
    if name == "asf":  # ffprobe adds the start once more
        lengths = (seconds(stream.get("duration")) for stream in probe["streams"])
        return max((each for each in lengths if each is not None), default=length)
    return length if length is None or name in _COUNTED_FROM_0 else start + length


def is_picture(stream: dict[str, Any]) -> bool:
    """A picture stream that has ever been written; cover art does not count."""
    is_video = stream.get("codec_type") == "video" and bool(stream.get("width", 1))
    return is_video and not stream.get("disposition", {}).get("attached_pic")


def seconds(text: object) -> float | None:
    """ffprobe's seconds; None for its ``N/A``."""
    try:
        return float(str(text))
    except ValueError:
        return None


def _start(stream: dict[str, Any], base: float) -> float:
    said = seconds(stream.get("start_time"))
    return base if said is None else said


def _times(answer: str) -> list[float]:
    """The first field of each line, where it is a time."""
    times = (seconds(line.split(",")[0]) for line in answer.splitlines())
    return [time for time in times if time is not None]
