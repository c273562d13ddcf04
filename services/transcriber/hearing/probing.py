"""ffprobe's answers about an untrusted recording: what it is made of, and which of its sound tracks is the floor's.

Like ffmpeg in ``audio.py`` it may open local files only, through a closed list of containers, and not for ever.
"""

import contextlib
import errno
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.transcriber.hearing.media_time import Ask
from shared.children import tied
from shared.errors import Temporary, Unusable
from shared.faults import Fault, fault_of, waiting_error
from shared.languages import AUTO, language_of_tag
from shared.media.probe import read_error

# What stations record and producers deliver. Playlists (hls, concat, dash) are left out on purpose: they open files.
_FORMATS = "mov,matroska,avi,asf,mp3,wav,w64,flac,mpegts,mpeg,mpegvideo,ogg,aac,ac3,eac3,mxf,flv,aiff,dv,caf"
_UNWANTED = ("visual_impaired", "hearing_impaired", "descriptions", "comment", "lyrics", "karaoke")


def refuse_empty(media: Path) -> None:
    """Raise Unusable (``media_empty``) for a file without bytes, which everything else would call damaged."""
    with contextlib.suppress(OSError):  # whoever reads it says it better
        if media.stat().st_size == 0:
            raise Unusable("The file is empty: it has no bytes.", code="media_empty")


def probe_media(media: Path, stall_s: float) -> dict[str, Any]:
    """Container and streams in ffprobe's words.

    Raises Unusable (``media_unreadable``), or Temporary where the mount or somebody is in the way.
    """
    command = [
        "ffprobe", "-v", "error", *guards(), "-show_error", "-show_entries",
        "format=format_name,start_time,duration,size:stream=index,codec_type,codec_name,channels,start_time,duration,width:stream_tags=language"
        ":stream_disposition", "-of", "json", "-i", f"file:{media}",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            tied(command), capture_output=True, timeout=stall_s, stdin=subprocess.DEVNULL, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise Temporary(
            "Reading the recording takes too long; its mount may hang.", code="media_stalled", outside=True
        ) from late
    if done.returncode != 0:
        number = read_error(done.stdout.decode("utf-8", "replace"))
        # EIO is also ffprobe's word for wrong bytes: whoever asks for proof (proof.py) finds out which.
        if number != errno.EIO and fault_of(number) in (Fault.GONE, Fault.MOUNT, Fault.SOMEBODY):
            raise waiting_error(number)
        raise Unusable(
            "The recording cannot be read: it is damaged, not complete, or no recording.",
            code="media_unreadable",
            detail=first_line(done.stderr.decode("utf-8", "replace")),
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    answer.setdefault("streams", [])
    answer.setdefault("format", {})
    return answer


def asking(media: Path, stall_s: float) -> Ask:
    """Further questions to ffprobe; one that takes too long stays unanswered, as the mount will tell soon enough."""

    def ask(options: Sequence[str]) -> str:
        command = ["ffprobe", "-v", "quiet", *guards(), *options, "-i", f"file:{media}"]
        try:
            for _ in range(2):  # one error of the drive must not move every caption
                done = subprocess.run(
                    tied(command), capture_output=True, timeout=stall_s, stdin=subprocess.DEVNULL, check=False
                )
                if done.returncode == 0:
                    break
        except subprocess.TimeoutExpired:
            return ""
        return done.stdout.decode("utf-8", "replace")

    return ask


def rank_audio_streams(streams: Sequence[dict[str, Any]], language: str) -> list[int]:
    """Indexes of the audio streams, the most likely floor sound first.

    Described video, commentary and the like come last; then the wanted language wins over an unmarked track, an
    unmarked track over another language, the container's default track over the others, and the first over later ones.
    """

    def order(stream: dict[str, Any]) -> tuple[int, int, int, int]:
        disposition = stream.get("disposition", {})
        tag = language_of_tag(str(stream.get("tags", {}).get("language", "und")))
        spoken = 0 if language in (tag, AUTO) else 1 if tag is None else 2
        aside = any(disposition.get(name) for name in _UNWANTED)
        return int(aside), spoken, int(not disposition.get("default")), int(stream["index"])

    audio = [stream for stream in streams if stream.get("codec_type") == "audio" and stream.get("codec_name")]
    return [int(stream["index"]) for stream in sorted(audio, key=order)]


def guards() -> list[str]:
    """Options that keep ffmpeg and ffprobe from opening anything but this file."""
    return ["-protocol_whitelist", "file", "-format_whitelist", _FORMATS]


def first_line(text: str) -> str:
    """The first line with anything on it, cut to a length for a row."""
    return next((line.strip()[:300] for line in text.splitlines() if line.strip()), "")
