"""What a media file is made of, read from the answers of ffprobe and ffmpeg.

FFmpeg's names and oddities stop here: containers get the names people use, rates become exact fractions, times whole
milliseconds.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from shared.errors import InvalidInput

_CONTAINERS = {"matroska": "mkv", "asf": "wmv", "mpegts": "ts", "mpeg": "mpg"}
_STANDARD_RATES = tuple(
    Fraction(rate) for rate in ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60")
)


@dataclass(frozen=True, slots=True)
class VideoStream:
    """One picture stream; cover art does not count as one."""

    index: int
    codec: str
    width: int
    height: int
    frame_rate: Fraction | None
    """Frames per second, snapped to the broadcast rate it means; None when the file does not say."""
    start_ms: int


@dataclass(frozen=True, slots=True)
class AudioStream:
    """One sound stream."""

    index: int
    codec: str
    channels: int
    sample_rate: int
    start_ms: int
    language: str | None = None


@dataclass(frozen=True, slots=True)
class StartTimecode:
    """The label of the first frame as the recorder wrote it (SMPTE ST 12-1)."""

    label: str
    is_drop_frame: bool


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What ffprobe says about a file."""

    container: str
    duration_ms: int
    """0 when the container does not say."""
    start_ms: int
    video: tuple[VideoStream, ...]
    audio: tuple[AudioStream, ...]
    timecode: StartTimecode | None = None

    @property
    def frame_rate(self) -> Fraction | None:
        """Of the first picture stream."""
        return self.video[0].frame_rate if self.video else None


def read_probe(answer: str) -> MediaFacts:
    """Read the JSON of ``commands.probe_command``; raises InvalidInput when it is not that."""
    try:
        data = json.loads(answer)
        container, streams = data["format"], data["streams"]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput("ffprobe gave no readable answer.", code="probe_unreadable") from error
    return MediaFacts(
        container=_container(container),
        duration_ms=_duration(container, streams),
        start_ms=_milliseconds(container.get("start_time")),
        video=tuple(_video(stream) for stream in streams if _is_picture(stream)),
        audio=tuple(_audio(stream) for stream in streams if stream.get("codec_type") == "audio"),
        timecode=_timecode([*streams, container]),
    )


def read_error(answer: str) -> int | None:
    """The errno for which ffprobe could not open a file, from ``-show_error``; None when it names none.

    FFmpeg's own errors are numbers far below (AVERROR_INVALIDDATA is -1 094 995 529).
    """
    try:
        code = int(json.loads(answer)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return None
    return -code if -4096 < code < 0 else None


def facts_as_json(facts: MediaFacts) -> dict[str, Any]:
    """The facts as plain JSON values, rates as ``"30000/1001"``; ``facts_from_json`` reads them back."""
    record = asdict(facts)
    for stream in record["video"]:
        stream["frame_rate"] = str(stream["frame_rate"]) if stream["frame_rate"] else None
    return record


def facts_from_json(record: Mapping[str, Any]) -> MediaFacts:
    """The facts that ``facts_as_json`` wrote; keys that others added beside them are ignored."""
    timecode = record["timecode"]
    return MediaFacts(
        container=record["container"],
        duration_ms=record["duration_ms"],
        start_ms=record["start_ms"],
        video=tuple(VideoStream(**{**stream, "frame_rate": _rate(stream["frame_rate"])}) for stream in record["video"]),
        audio=tuple(AudioStream(**stream) for stream in record["audio"]),
        timecode=StartTimecode(**timecode) if timecode else None,
    )


@dataclass(frozen=True, slots=True)
class Volume:
    """How much sound was decoded, and its loudest sample."""

    samples: int
    """Over all channels."""
    peak_db: float
    """dB relative to full scale; about -91 is the floor of 16 bits."""


SILENT = Volume(samples=0, peak_db=-91.0)


def read_volume(stderr: str) -> Volume:
    """Read the lines of FFmpeg's volumedetect filter; nothing decoded reads as ``SILENT``."""
    samples = re.findall(r"n_samples: (\d+)", stderr)
    peak = re.findall(r"max_volume: (-?[\d.]+|-inf) dB", stderr)
    if not samples or not int(samples[-1]):
        return SILENT
    return Volume(int(samples[-1]), max(float(peak[-1]), SILENT.peak_db) if peak else SILENT.peak_db)


def read_progress(stdout: str) -> int:
    """Milliseconds that FFmpeg had passed when it ended, from the output of ``-progress``; 0 when none."""
    times = re.findall(r"^out_time_us=(\d+)$", stdout, re.MULTILINE)
    return int(times[-1]) // 1000 if times else 0


def read_packets(stdout: str) -> list[tuple[int, int]]:
    """(stream index, milliseconds) of every packet that has a time, in file order."""
    packets = (line.split(",") for line in stdout.splitlines())
    return [(int(packet[0]), _milliseconds(packet[1])) for packet in packets if len(packet) > 1 and packet[1] != "N/A"]


def _container(container: Mapping[str, Any]) -> str:
    first = str(container.get("format_name", "")).split(",")[0]
    if first != "mov":
        return _CONTAINERS.get(first, first)
    brand = str(container.get("tags", {}).get("major_brand", "")).strip().lower()
    return {"qt": "mov", "": "mov", "m4a": "m4a", "m4b": "m4a"}.get(brand, "mp4")


def _duration(container: Mapping[str, Any], streams: Sequence[Mapping[str, Any]]) -> int:
    overall = _milliseconds(container.get("duration"))
    return overall or max((_milliseconds(stream.get("duration")) for stream in streams), default=0)


def _is_picture(stream: Mapping[str, Any]) -> bool:
    return stream.get("codec_type") == "video" and not stream.get("disposition", {}).get("attached_pic")


def _video(stream: Mapping[str, Any]) -> VideoStream:
    return VideoStream(
        index=int(stream["index"]),
        codec=str(stream.get("codec_name", "unknown")),
        width=int(stream.get("width", 0)),
        height=int(stream.get("height", 0)),
        frame_rate=_rate(stream.get("avg_frame_rate")) or _rate(stream.get("r_frame_rate")),
        start_ms=_milliseconds(stream.get("start_time")),
    )


def _audio(stream: Mapping[str, Any]) -> AudioStream:
    return AudioStream(
        index=int(stream["index"]),
        codec=str(stream.get("codec_name", "unknown")),
        channels=int(stream.get("channels", 0)),
        sample_rate=int(stream.get("sample_rate", 0)),
        start_ms=_milliseconds(stream.get("start_time")),
        language=stream.get("tags", {}).get("language"),
    )


def _rate(text: str | None) -> Fraction | None:
    """An average over a whole file is a hair off the rate it means; captions need the exact one."""
    try:
        rate = Fraction(text or "0")
    except (ValueError, ZeroDivisionError):
        return None
    nearest = min(_STANDARD_RATES, key=lambda standard: abs(standard - rate))
    return (nearest if abs(nearest - rate) <= nearest / 4000 else rate) or None


def _timecode(holders: Sequence[Mapping[str, Any]]) -> StartTimecode | None:
    for holder in holders:
        label = str(holder.get("tags", {}).get("timecode", ""))
        # A semicolon (or the older full stop) before the frames marks a drop-frame count.
        if match := re.fullmatch(r"\d\d:\d\d:\d\d([:;.])\d\d", label):
            return StartTimecode(label, is_drop_frame=match[1] != ":")
    return None


def _milliseconds(text: str | None) -> int:
    try:
        return round(Decimal(text or "0") * 1000)
    except (InvalidOperation, ValueError, OverflowError):
        return 0
