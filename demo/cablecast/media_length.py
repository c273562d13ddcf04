"""How long a recording lasts: asked of ffprobe, or read from the movie header where ffprobe is not installed."""

import json
import struct
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

VIDEO_EXTENSIONS = frozenset([".mp4", ".mov", ".m4v", ".mpg", ".mpeg", ".ts", ".m2ts", ".mkv", ".avi", ".wmv", ".mxf"])
AUDIO_EXTENSIONS = frozenset([".mp3", ".wav", ".flac", ".m4a", ".ogg"])
_PROBE_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Media:
    """What the station wants to know about a playable file."""

    duration_s: float
    frame_rate: float | None = None


def probe(path: Path) -> Media | None:
    """Duration and frame rate, or None when the file cannot be played; TimeoutError when the drive does not answer."""
    try:
        return _ask_ffprobe(path)
    except FileNotFoundError:
        return _read_movie_header(path)


def _ask_ffprobe(path: Path) -> Media | None:
    command = [
        "ffprobe",
        "-v",
        "error",
        "-of",
        "json",
        "-show_entries",
        "format=duration:stream=codec_type,avg_frame_rate",
    ]
    try:
        done = subprocess.run([*command, f"file:{path}"], capture_output=True, timeout=_PROBE_LIMIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"{path} was not read within {_PROBE_LIMIT_S:.0f} s") from error
    if done.returncode != 0:
        return None
    facts = json.loads(done.stdout)
    duration_s = float(facts.get("format", {}).get("duration", 0.0))
    streams = facts.get("streams", [])
    rates = [stream.get("avg_frame_rate", "0/0") for stream in streams if stream.get("codec_type") == "video"]
    frame_rate = float(Fraction(rates[0])) if rates and not rates[0].endswith("/0") else None
    return Media(duration_s, frame_rate) if duration_s > 0 and streams else None


def _read_movie_header(path: Path) -> Media | None:
    """``moov/mvhd`` of ISO/IEC 14496-12: time scale and duration."""
    with path.open("rb") as file:
        moov_end = _find_box(file, b"moov", path.stat().st_size)
        if moov_end is None or _find_box(file, b"mvhd", moov_end) is None:
            return None
        version = file.read(4)[:1]
        try:
            if version == b"\x01":
                scale, length = struct.unpack(">16xIQ", file.read(28))
            else:
                scale, length = struct.unpack(">8xII", file.read(16))
        except struct.error:
            return None
    return Media(length / scale) if scale and length else None


def _find_box(file: BinaryIO, wanted: bytes, end: int) -> int | None:
    """Go to the content of the next box of this kind before ``end``; answers where the box ends."""
    while file.tell() + 8 <= end:
        start = file.tell()
        size, kind = struct.unpack(">I4s", file.read(8))
        if size == 1:
            size = int.from_bytes(file.read(8), "big")
        elif size == 0:
            size = end - start
        if kind == wanted:
            return int(start + size)
        if size < 8:
            return None
        file.seek(start + size)
    return None
