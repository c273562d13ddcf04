"""Argument lists for ffprobe and ffmpeg on files that nobody vouches for.

A recording's name and its bytes come from outside. Names are therefore passed as absolute paths behind ``file:`` (so
neither a leading dash nor ``http:`` in a name means anything) and never through a shell; bytes may only be read as one
of the containers we accept, and only from local files, so a playlist in a recording's clothes cannot make FFmpeg open
other files or addresses.
"""

from pathlib import PurePath

from shared.errors import InvalidInput

DEMUXERS = ("aac", "ac3", "asf", "avi", "flac", "matroska", "mov", "mp3", "mpeg", "mpegts", "ogg", "wav", "w64")
"""FFmpeg's demuxers for MP4/MOV/M4A, AVI, MKV, WMV, MP3, WAV, FLAC, MPEG-TS, MPG, OGG and bare AAC/AC-3."""


def input_url(path: str) -> str:
    """``path`` in the one spelling that FFmpeg cannot take for an option or another protocol."""
    if not PurePath(path).is_absolute():
        raise InvalidInput("A media path must be absolute.", code="path_not_absolute")
    return f"file:{path}"


def guarded_input(path: str) -> list[str]:
    """Everything up to and including ``-i``; options that belong to the input, such as ``-ss``, go before it."""
    return ["-protocol_whitelist", "file", "-format_whitelist", ",".join(DEMUXERS), "-i", input_url(path)]


def probe_command(path: str) -> list[str]:
    """Container, streams and tags as JSON; read the answer with ``shared.media.probe.read_probe``.

    Warnings on standard error say whether the length is only estimated.
    """
    shown = ["-show_error", "-show_format", "-show_streams"]
    return ["ffprobe", "-v", "warning", "-print_format", "json", *shown, *guarded_input(path)]


def packets_command(path: str, *, from_ms: int) -> list[str]:
    """Stream and time of all packets from ``from_ms`` (start offset included) on; read with ``read_packets``."""
    interval = ["-read_intervals", f"{_seconds(from_ms)}%"]
    entries = ["-show_entries", "packet=stream_index,pts_time", "-of", "csv=p=0"]
    return ["ffprobe", "-v", "error", *interval, *entries, *guarded_input(path)]


def volume_command(path: str, *, stream: int, start_ms: int = 0, length_ms: int | None = None) -> list[str]:
    """Decode one audio stream, or ``length_ms`` of it, and say how many samples there were and how loud.

    ``stream`` is the index within the file. The answer is on standard error; read it with ``probe.read_volume``.
    """
    seek = ["-ss", _seconds(start_ms)] if start_ms else []
    stop = [] if length_ms is None else ["-t", _seconds(length_ms)]
    only_audio = ["-map", f"0:{stream}", "-vn", "-sn", "-dn"]
    return [*_ffmpeg("info"), *seek, *guarded_input(path), *only_audio, *stop, "-af", "volumedetect", *_NOWHERE]


def measure_command(path: str) -> list[str]:
    """Read every packet without decoding it, for a container that does not say how long it is.

    Progress lines are on standard output; read them with ``probe.read_progress``.
    """
    everything = ["-map", "0:v:0?", "-map", "0:a", "-c", "copy"]
    return [*_ffmpeg("error"), *guarded_input(path), *everything, "-progress", "pipe:1", *_NOWHERE]


_NOWHERE = ["-f", "null", "-"]


def _ffmpeg(loglevel: str) -> list[str]:
    return ["ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-v", loglevel]


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"
