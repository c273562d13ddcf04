"""Copies of a recording that show captions without a sidecar: burned into the picture, or as a text track to switch on.

ffmpeg does the work in a child process. The captions reach it as a file with a fixed name in a folder of its own, where
it runs, so that no character of a recording's name is ever part of a filter expression.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from threading import Event

from av.stream import Stream

from services.console.gateways.containers import codec_of, muxer, opened, start_of
from services.console.gateways.copies import all_after_end, copy_of
from services.console.gateways.ffmpeg import run_ffmpeg
from services.console.gateways.picture_clock import first_picture_s
from shared.captions.caption_services import field_of, main_channel
from shared.captions.carriage import SLOT
from shared.captions.model import Cue, Finding, Severity
from shared.captions.scc_reader import read_scc, words_by_frame
from shared.captions.scc_words import scc_of_words
from shared.captions.sei import NULL_WORD
from shared.captions.srt import write_srt
from shared.captions.unshown import after_end
from shared.errors import NotFound, Unusable
from shared.media.ffmpeg_commands import guarded_input

# White on a black box, as a television set shows CEA-608.
_STYLE = "FontName=DejaVu Sans Mono,FontSize=16,BorderStyle=3,Outline=1,Shadow=0,OutlineColour=&H40000000,MarginV=20"
_TEXT_CODECS = {"mp4": "mov_text", "mov": "mov_text", "matroska": "srt"}
_TIMES_REAL_TIME = 8


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """How a copy is made: limits and who is told."""

    timeout_s: float | None = None
    """None allows eight times the length of the recording, at least ten minutes."""
    overwrite: bool = False
    progress: Callable[[float], None] | None = None
    stop: Event | None = None


def burn_in(video: Path, cues: Sequence[Cue], out: Path, *, run: CopyOptions = CopyOptions()) -> tuple[Finding, ...]:
    """A re-encoded copy with the captions painted into its pictures; sound is copied. Returns what is not seen in it.

    Raises like :func:`services.console.gateways.embedding.embed_captions`, and Temporary past the time limit.
    """
    streams = ["-map", "0:v:0", "-map", "0:a?", "-map_metadata", "0", "-c:a", "copy"]
    encoder = ["-c:v", "libx264", "-crf", "20", "-preset", "fast", "-pix_fmt", "yuv420p"]
    painter = ["-vf", f"subtitles=captions.srt:force_style='{_STYLE}'"]
    shape = _shape(video)
    missing = _unseen(cues, shape)
    _make(video, out, ("captions.srt", _srt(cues, shape)), [*streams, *painter, *encoder], shape=shape, run=run)
    return missing


def soft_subtitle(
    video: Path, cues: Sequence[Cue], out: Path, *, language: str = "eng", run: CopyOptions = CopyOptions()
) -> tuple[Finding, ...]:
    """A copy, not re-encoded, with the captions as a text track: ``mov_text`` in MP4 and MOV, SubRip in Matroska.

    Returns what no player shows of it, for the video has ended.
    Raises like :func:`burn_in`; Unusable for a container without text tracks.
    """
    codec = _TEXT_CODECS.get(muxer(out))
    if codec is None:
        raise Unusable(
            f"{out.suffix} has no text tracks that players show; name a copy ending in .mp4, .mov or .mkv.",
            code="container_without_text_tracks",
        )
    shape = _shape(video)
    missing = _unseen(cues, shape)
    track = ["-i", "captions.srt", *_track(codec, language)]
    _make(video, out, ("captions.srt", _srt(cues, shape)), track, shape=shape, run=run)
    return missing


def caption_track(
    video: Path,
    scc_text: str,
    out: Path,
    *,
    start_tc: str = "00:00:00:00",
    language: str = "eng",
    run: CopyOptions = CopyOptions(),
) -> tuple[Finding, ...]:
    """A QuickTime copy, not re-encoded, with the SCC words as a caption track (``c608``) for editing programs.

    Returns what no player shows of it, for the video has ended.
    """
    if muxer(out) != "mov":
        raise Unusable(
            "Only QuickTime holds a c608 caption track; name a copy ending in .mov.", code="container_not_mov"
        )
    shape = _shape(video)
    later = round(shape.picture_start / SLOT)
    words = [(frame + later, word) for frame, word in words_by_frame(scc_text, start_tc=start_tc)]
    if not words:
        raise Unusable("There are no captions to put into the copy.", code="no_captions")
    if (channel := main_channel(word for _, word in words)) and field_of(channel) == 2:
        raise Unusable(
            f"These captions are {channel}, which belongs into field 2; a c608 track gets field 1 only; embed them in"
            " the pictures, or convert them to CC1.",
            code="channel_not_in_track",
        )
    missing = _unseen(read_scc(scc_text, start_tc=start_tc, channel=channel or "CC1").cues, shape)
    # ffmpeg takes a label for a clock, which is true of drop-frame labels only. Filler at both ends keeps its mov muxer
    # from moving the first caption and dropping the last command.
    framed = [(0, NULL_WORD)] * (words[0][0] > 0) + words + [(words[-1][0] + 30, NULL_WORD)]
    track = ["-f", "scc", "-i", "captions.scc", *_track("copy", language)]
    _make(video, out, ("captions.scc", scc_of_words(framed) or ""), track, shape=shape, run=run)
    return missing


def _track(codec: str, language: str) -> list[str]:
    streams = ["-map", "0:v", "-map", "0:a?", "-map", "1:0", "-map_metadata", "0", "-c", "copy", "-c:s", codec]
    return [*streams, "-metadata:s:s:0", f"language={language}", "-disposition:s:0", "default"]


@dataclass(frozen=True, slots=True)
class _VideoTimes:
    length_s: float
    picture_start: Fraction
    """Seconds from the start a player counts from to the first picture, which is media time 0."""
    pictures_s: Fraction | None
    """Seconds of media time at which the last picture leaves the screen; None where the container does not say."""
    left_out: tuple[Finding, ...]
    """Captions of the recording itself that the copy does not get."""


def _shape(video: Path) -> _VideoTimes:
    if not video.is_file():
        raise NotFound(f"There is no video {video}.", code="video_not_found")
    with opened(video) as source:
        if not source.streams.video:
            raise Unusable("There is no video in this file to show captions in.", code="no_video_stream")
        picture = source.streams.video[0]
        first = first_picture_s(source, picture)
        start = max(Fraction(0), first - start_of(source))
        length = Fraction(source.duration or 0, 1_000_000)
        pictures = length - start if length else None
        if picture.duration and picture.time_base:
            pictures = (picture.start_time or 0) * picture.time_base + picture.duration * picture.time_base - first
        return _VideoTimes(float(length), start, pictures, tuple(map(_left_out, source.streams.subtitles)))


def _left_out(stream: Stream) -> Finding:
    codec, language = codec_of(stream), stream.metadata.get("language")
    name = f"{codec}, {language}" if language else codec
    text = f"Captions that the video had already are not in the copy: stream {stream.index} ({name})."
    return Finding("left_out", text, Severity.WARNING)


def _unseen(cues: Sequence[Cue], shape: _VideoTimes) -> tuple[Finding, ...]:
    """What of the captions the copy will not show. Raises InvalidInput where it would show none."""
    missing = () if shape.pictures_s is None else after_end(cues, shape.pictures_s)
    if cues and len(missing) == len(cues):
        raise all_after_end()
    return (*shape.left_out, *missing)


def _srt(cues: Sequence[Cue], shape: _VideoTimes) -> str:
    """SubRip on ffmpeg's clock, which starts with the earliest stream."""
    if not cues:
        raise Unusable("There are no captions to put into the copy.", code="no_captions")
    later = shape.picture_start
    return write_srt([replace(cue, start=cue.start + later, end=cue.end + later) for cue in cues])


def _make(
    video: Path, out: Path, captions: tuple[str, str], arguments: list[str], *, shape: _VideoTimes, run: CopyOptions
) -> None:
    form, (name, text) = muxer(out), captions
    with copy_of(video, out, overwrite=run.overwrite) as temporary, tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_text(text, encoding="utf-8")
        run_ffmpeg(
            [*guarded_input(str(video.resolve())), *arguments, "-f", form, f"file:{temporary.resolve()}"],
            folder=Path(folder),
            length_s=shape.length_s,
            timeout_s=run.timeout_s or max(600.0, _TIMES_REAL_TIME * shape.length_s),
            progress=run.progress,
            stop=run.stop,
        )
