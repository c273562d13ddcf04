"""Containers and codecs as PyAV knows them: what can carry CEA-608, where each stream goes, what has to stay behind."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from shared.captions.sei import H264, Mpeg2
from shared.errors import InvalidInput, Unusable
from shared.media.ffmpeg_commands import DEMUXERS

_MUXERS = {
    ".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".ts": "mpegts", ".m2ts": "mpegts",
    ".mpg": "vob", ".mpeg": "vob", ".vob": "vob",
}  # fmt: skip
_CARRIERS = {
    "h264": (".mp4", ".m4v", ".mov", ".mkv", ".ts", ".m2ts"),
    "mpeg2video": (".mpg", ".mpeg", ".vob", ".ts", ".m2ts", ".mkv", ".mov", ".mp4"),
}
_GUARD = {"protocol_whitelist": "file", "format_whitelist": ",".join(DEMUXERS)}
_CAPTION_TRACK = "eia_608"
_TEXT_TRACKS = {
    "mp4": ("mov_text",), "mov": ("mov_text", _CAPTION_TRACK),
    "matroska": ("subrip", "ass", "webvtt", "hdmv_pgs_subtitle"),
    "mpegts": ("dvb_subtitle", "dvb_teletext"),
}  # fmt: skip
_MUXER_OWN = frozenset(("major_brand", "minor_version", "compatible_brands", "encoder"))


def muxer(out: Path) -> str:
    """FFmpeg's name of the container that the file name asks for; InvalidInput when it asks for none we know."""
    try:
        return _MUXERS[out.suffix.lower()]
    except KeyError:
        raise InvalidInput(
            f"{out.name} should end in one of {', '.join(_MUXERS)}, so that the container is known.",
            code="container_unknown",
        ) from None


def muxer_options(muxer: str) -> dict[str, str]:
    """A transport stream keeps the times of its source instead of starting at 1.4 s."""
    return {"mpegts_copyts": "1"} if muxer == "mpegts" else {}


@contextmanager
def opened(video: Path) -> Iterator[InputContainer]:
    """The source, read-only, with FFmpeg's errors turned into ours."""
    try:
        with av.open(str(video.resolve()), options=_GUARD) as source:
            yield source
    except av.error.FFmpegError as problem:
        if problem.errno == errno.ENOSPC:
            raise
        raise Unusable(
            f"The video cannot be read or copied: {problem.strerror}.", code="video_unreadable", video=video.name
        ) from problem


def carrier(source: InputContainer, out: Path | None = None) -> VideoStream:
    """The video stream that will carry captions, or a sentence saying why none can."""
    pictures = [one for one in source.streams.video if not one.disposition & Disposition.attached_pic]
    if not pictures:
        raise Unusable(
            "There is no video in this file, so captions have no picture to ride in.", code="no_video_stream"
        )
    codec = pictures[0].codec_context.name
    if codec not in _CARRIERS:
        raise Unusable(
            f"The video is {codec}; CEA-608 captions can be put into H.264 and MPEG-2 pictures only. Use "
            "a soft-subtitle or burned-in copy, or convert the video to H.264 first.",
            code="codec_cannot_carry_captions",
        )
    if out is not None and out.suffix.lower() not in _CARRIERS[codec]:
        raise Unusable(
            f"{codec} video does not belong in {out.suffix}; name a copy ending in {', '.join(_CARRIERS[codec])}.",
            code="container_cannot_hold_video",
        )
    return pictures[0]


def can_carry(source: InputContainer) -> bool:
    """Whether the pictures of this file are of a kind that carries captions."""
    pictures = [one for one in source.streams.video if not one.disposition & Disposition.attached_pic]
    return bool(pictures) and pictures[0].codec_context.name in _CARRIERS


def caption_track_of(source: InputContainer) -> Stream | None:
    """The QuickTime caption track (``c608``) of a file, if it has one."""
    return next((one for one in source.streams.subtitles if codec_of(one) == _CAPTION_TRACK), None)


def framing_of(stream: VideoStream) -> H264 | Mpeg2:
    """How the pictures of this stream take captions."""
    context = stream.codec_context
    return H264.of(context.extradata) if context.name == "h264" else Mpeg2()


def route(source: InputContainer, target: OutputContainer) -> tuple[dict[Stream, Stream], list[str]]:
    """Where each stream goes in the copy, and what cannot go."""
    routes: dict[Stream, Stream] = {}
    left_out: list[str] = []
    for stream in source.streams:
        if stream.type in ("video", "audio", "subtitle") and _fits(stream, target):
            routes[stream] = target.add_stream_from_template(stream)
            routes[stream].metadata.update(stream.metadata)
        elif not _is_written_anew(stream, target):
            left_out.append(f"{stream.type} stream {stream.index}")
    return routes, left_out


def _fits(stream: Stream, target: OutputContainer) -> bool:
    if stream.type == "subtitle":
        # Text tracks belong to their container; only like goes to like.
        return codec_of(stream) in _TEXT_TRACKS.get(target.format.name, ())
    return True


def codec_of(stream: Stream) -> str:
    """FFmpeg's name of what is in the stream, which is not always that of the decoder."""
    context = stream.codec_context
    return context.codec.canonical_name if context is not None else "unknown"


def _is_written_anew(stream: Stream, target: OutputContainer) -> bool:
    """A timecode track is made again from the label that FFmpeg keeps with the video."""
    return "timecode" in stream.metadata and target.format.name in ("mov", "mp4")


def copy_labels(source: InputContainer, target: OutputContainer) -> None:
    """Title, creation time, chapters and the like, but not the marks the old container's writer left."""
    target.metadata.update({key: value for key, value in source.metadata.items() if key not in _MUXER_OWN})
    if chapters := source.chapters():
        target.set_chapters(chapters)


def start_of(source: InputContainer) -> Fraction:
    """Seconds at which a player starts counting; a negative start is an encoder's priming, which players cut off."""
    starts = [
        one.start_time * one.time_base
        for one in (*source.streams.video, *source.streams.audio)
        if one.start_time is not None and one.time_base is not None
    ]
    return max(Fraction(0), min(starts, default=Fraction(0)))
