"""Real media files, made once by ffmpeg: one of every kind we accept, and the ways in which they go wrong."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=30000/1001:duration=12"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=440:duration=12"]
SILENCE = ["-f", "lavfi", "-i", "anullsrc=channel_layout=mono:sample_rate=44100:duration=12"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]

RECIPES: dict[str, list[str]] = {
    "meeting.mp4": [*PICTURE, *TONE, *H264, "-timecode", "01:00:00;00"],
    "meeting.mov": [*PICTURE, *TONE, *H264],
    "meeting.mkv": [*PICTURE, *TONE, *H264],
    "meeting.avi": [*PICTURE, *TONE, "-c:v", "mpeg4", "-c:a", "libmp3lame"],
    "meeting.wmv": [*PICTURE, *TONE, "-c:v", "wmv2", "-c:a", "wmav2"],
    "meeting.ts": [*PICTURE, *TONE, "-c:v", "mpeg2video", "-c:a", "mp2"],
    "meeting.mpg": [*PICTURE, *TONE, "-c:v", "mpeg2video", "-c:a", "mp2"],
    "meeting.mp3": TONE,
    "meeting.wav": TONE,
    "meeting.flac": TONE,
    "meeting.m4a": [*TONE, "-c:a", "aac"],
    "meeting.ogg": [*TONE, "-c:a", "libvorbis"],
    "faststart.mp4": [*PICTURE, *TONE, *H264, "-movflags", "+faststart"],
    "silent.mp4": [*PICTURE, *SILENCE, *H264],
    "picture-only.mp4": [*PICTURE, "-c:v", "libx264", "-preset", "ultrafast"],
    "second-track.mkv": [*PICTURE, *SILENCE, *TONE, "-map", "0", "-map", "1", "-map", "2", *H264],
    "short-sound.mp4": [*PICTURE, "-f", "lavfi", "-i", "sine=duration=1.5", *H264],
}


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the file of this name from ``RECIPES``, made on first use; read it, never change it."""
    folder = tmp_path_factory.mktemp("media")

    def make(name: str) -> Path:
        path = folder / name
        if not path.exists():
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *RECIPES[name], str(path)], check=True, timeout=60)
        return path

    return make


@pytest.fixture
def truncated(media: Callable[[str], Path], tmp_path: Path) -> Callable[..., Path]:
    """Give a copy of a file that was cut off."""

    def cut(name: str, keep: float = 0.6) -> Path:
        whole = media(name).read_bytes()
        path = tmp_path / f"cut-{name}"
        path.write_bytes(whole[: int(len(whole) * keep)])
        return path

    return cut
