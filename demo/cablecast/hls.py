"""The files of a published VOD: HLS playlists, caption segments as WebVTT, and the plain transcript."""

from demo.cablecast.found_sidecars import ShownCue

SEGMENT_S = 10
_VARIANTS = (("1080p", 5_000_000, "1920x1080"), ("720p", 2_800_000, "1280x720"), ("480p", 1_400_000, "854x480"))


def master_playlist(*, captioned: bool) -> str:
    """``vod.m3u8``; it names subtitles only when the VOD has them."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:4"]
    subtitles = ""
    if captioned:
        lines.append(
            '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,'
            'URI="captions.en.m3u8",LANGUAGE="en"'
        )
        subtitles = ',SUBTITLES="subs"'
    for name, bandwidth, resolution in _VARIANTS:
        lines += [f"#EXT-X-STREAM-INF:BANDWIDTH={bandwidth},RESOLUTION={resolution}{subtitles}", f"{name}.m3u8"]
    return "\n".join(lines) + "\n"


def variant_playlist(length_s: int) -> str:
    """``1080p.m3u8`` and the others: one piece, the recording itself, for nothing is encoded here."""
    return _playlist([("vod.mp4", max(1, length_s))])


def caption_playlist(asset_id: int, length_s: int) -> str:
    """``captions.en.m3u8``: one WebVTT segment for every ten seconds."""
    count = segment_count(length_s)
    lengths = [SEGMENT_S] * (count - 1) + [length_s - SEGMENT_S * (count - 1)]
    return _playlist([(segment_name(asset_id, number), length) for number, length in enumerate(lengths)])


def segment_count(length_s: int) -> int:
    """How many caption segments a VOD of this length has."""
    return max(1, -(-length_s // SEGMENT_S))


def segment_name(asset_id: int, number: int) -> str:
    """Where a caption segment lies below the VOD's folder."""
    return f"subtitles/{asset_id}/captions.en.{number:05d}.vtt"


def caption_segment(cues: list[ShownCue], number: int) -> str:
    """The cues that are on screen in these ten seconds; times are absolute, and a cue may be in two neighbours."""
    begin, end = number * SEGMENT_S * 1000, (number + 1) * SEGMENT_S * 1000
    blocks = ["WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000"]
    for cue in cues:
        if cue.start_ms < end and cue.end_ms > begin:
            text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            blocks.append(f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n{text}")
    return "\n\n".join(blocks) + "\n"


def transcript(cues: list[ShownCue]) -> str:
    """``transcript.en.txt``: a time, a tab, the text; lines end as on Windows."""
    return "".join(f"{_clock(cue.start_ms, ',')}\t{' '.join(cue.text.split())}\r\n" for cue in cues)


def chapter_vtt(chapters: list[tuple[int, str]], length_s: int) -> str:
    """Published chapters (offset in seconds, title) as WebVTT."""
    blocks = ["WEBVTT"]
    ends = [offset for offset, _ in chapters[1:]] + [max(length_s, chapters[-1][0] + 1 if chapters else 0)]
    for number, ((offset, title), end) in enumerate(zip(chapters, ends, strict=False), start=1):
        blocks.append(f"{number}\n{_clock(offset * 1000, '.')} --> {_clock(end * 1000, '.')}\n{title}")
    return "\n\n".join(blocks) + "\n"


def _playlist(pieces: list[tuple[str, int]]) -> str:
    longest = max(length for _, length in pieces)
    lines = ["#EXTM3U", "#EXT-X-VERSION:4", "#EXT-X-PLAYLIST-TYPE:VOD", f"#EXT-X-TARGETDURATION:{longest}"]
    for name, length in pieces:
        lines += [f"#EXTINF:{length}.0,", name]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def _clock(ms: int, mark: str) -> str:
    seconds, rest = divmod(ms, 1000)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{mark}{rest:03d}"
