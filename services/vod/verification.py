"""Whether viewers really get the captions: the published playlists are read back and compared with what was placed.

Only the HLS master playlist beside ``vod.url`` is proof; ``hasCaptions`` of show and asset are hints, kept in the
evidence. That a subtitle track is there is not enough: it might be an older file's, so some segments are read and
their words are looked for among the words that were placed.

What the server sent may be anything up to some megabytes, and a meeting has thousands of cues, so all reading and
comparing is done by functions of values that run away from the event loop.
"""

import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from shared.captions import Cue, read_cue_list
from shared.captions.markup import unescape
from shared.compute import Compute, TooCostly
from shared.errors import NotFound
from shared.languages import language_of_tag

FetchText = Callable[[str], Awaitable[str]]

ENOUGH = 0.8
"""Share of the placed words that has to be found in the segments; Cablecast makes its own VTT and may re-time it."""
_SEGMENTS_READ = 6

_ATTRIBUTE = re.compile(r'(?<![A-Z0-9-])([A-Z0-9-]+)=("[^"]*"|[^,]*)')
_TIME = r"(?:\d{1,4}:)?\d\d:\d\d\.\d{3}"
_TIMES = re.compile(rf"({_TIME})\s+-->\s+({_TIME})")
_LENGTH = re.compile(r"\d{1,9}(?:\.\d{1,9})?")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class CaptionProof:
    """What the server itself showed."""

    is_proven: bool
    reason: str
    """A sentence: what was found, or what is missing."""
    master_url: str
    checked_at: datetime
    captions_url: str | None = None
    language: str | None = None
    segments_read: int = 0
    share: float | None = None
    """Share of the words placed in the compared stretches that viewers get; None when nothing was compared."""
    show_hint: bool | None = None
    """``hasCaptions`` of the show."""
    asset_hint: bool | None = None
    """``hasCaptions`` of the recording."""

    def as_facts(self) -> dict[str, Any]:
        """For a JSON column."""
        facts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return facts | {"checked_at": self.checked_at.isoformat()}


@dataclass(frozen=True, slots=True)
class Hints:
    """What the server claims without showing it."""

    show: bool | None = None
    asset: bool | None = None


async def verify_captions(
    vod_url: str,
    cue_list: Mapping[str, Any],
    fetch: FetchText,
    *,
    language: str,
    compute: Compute,
    checked_at: datetime,
    hints: Hints | None = None,
) -> CaptionProof:
    """Look for captions in the published VOD and compare them with the cue list that was placed, in its language.

    Raises:
        Temporary: the server did not answer; nothing is known.
    """
    master_url = master_playlist_url(vod_url)
    hints = hints or Hints()

    def proof(reason: str, **found: Any) -> CaptionProof:
        known = {"is_proven": False, "show_hint": hints.show, "asset_hint": hints.asset} | found
        return CaptionProof(reason=reason, master_url=master_url, checked_at=checked_at, **known)

    found: dict[str, Any] = {}
    try:
        track = await compute.run(track_of, await fetch(master_url), language)
    except NotFound:
        return proof("The VOD has no HLS master playlist.")
    except TooCostly:
        return proof("The VOD's HLS master playlist is too long to be read.")
    if track is None:
        return proof("The published VOD has no subtitle track.")
    captions_url = urljoin(master_url, track.uri)
    found = {"captions_url": captions_url, "language": track.language}
    try:
        chosen = await compute.run(worth_reading, await fetch(captions_url), cue_list)
        texts = [await fetch(urljoin(captions_url, segment.uri)) for segment in chosen]
        share = await compute.run(share_found, chosen, texts, cue_list)
    except NotFound:
        return proof("The subtitle track is named, but its files are missing.", **found)
    except TooCostly:
        return proof("The published captions are too long to be compared.", **found)
    found |= {"segments_read": len(texts), "share": share}
    if share is None:
        return proof("The subtitle track is there, but none of its segments has a caption to compare.", **found)
    if share < ENOUGH:
        return proof(f"Only {share:.0%} of the placed words are in the published captions.", **found)
    return proof(f"{share:.0%} of the placed words are in the published captions.", is_proven=True, **found)


def master_playlist_url(vod_url: str) -> str:
    """``vod.m3u8`` in the folder of ``vod.url``."""
    parts = urlsplit(vod_url)
    return urlunsplit(parts._replace(path=parts.path.rpartition("/")[0] + "/vod.m3u8", query="", fragment=""))


@dataclass(frozen=True, slots=True)
class SubtitleTrack:
    """One ``EXT-X-MEDIA`` of the type SUBTITLES (RFC 8216, 4.3.4.1)."""

    uri: str
    language: str
    name: str


def track_of(master: str, language: str) -> SubtitleTrack | None:
    """The subtitle track to compare: one in the language that was placed, else one that says none, else the first."""

    def order(track: SubtitleTrack) -> int:
        spoken = language_of_tag(track.language)
        return 0 if spoken == language else 1 if spoken is None else 2

    return min(subtitle_tracks(master), key=order, default=None)


def subtitle_tracks(master: str) -> list[SubtitleTrack]:
    """The subtitle tracks that a master playlist offers."""
    tracks = []
    for line in master.splitlines():
        if line.startswith("#EXT-X-MEDIA:"):
            attributes = {key: value.strip('"') for key, value in _ATTRIBUTE.findall(line.partition(":")[2])}
            if attributes.get("TYPE") == "SUBTITLES" and attributes.get("URI"):
                language = attributes.get("LANGUAGE", "")
                tracks.append(SubtitleTrack(attributes["URI"], language, attributes.get("NAME", "")))
    return tracks


@dataclass(frozen=True, slots=True)
class PlaylistSegment:
    """One piece of a media playlist and the stretch of media time it stands for, in seconds."""

    uri: str
    start: Fraction
    end: Fraction


def segments_of(playlist: str) -> list[PlaylistSegment]:
    """The pieces of a media playlist, in order; what is not understood is passed over."""
    segments, clock, length = [], Fraction(0), Fraction(0)
    for line in playlist.splitlines():
        if line.startswith("#EXTINF:"):
            match = _LENGTH.match(line.removeprefix("#EXTINF:").strip())
            length = Fraction(match[0]) if match else Fraction(0)
        elif line.strip() and not line.startswith("#"):
            segments.append(PlaylistSegment(line.strip(), clock, clock + length))
            clock += length
    return segments


@dataclass(frozen=True, slots=True)
class PublishedCue:
    """A caption as a viewer gets it, in seconds."""

    start: Fraction
    end: Fraction
    text: str


def published_cues(vtt: str) -> list[PublishedCue]:
    """The cues of a WebVTT segment with absolute times, without tags and entities."""
    cues = []
    for block in re.split(r"\n\n+", vtt.replace("\r\n", "\n")):
        head, times, body = _split_block(block)
        if times is not None and not head.startswith(("NOTE", "STYLE", "REGION")):
            text = unescape(_TAG.sub("", body))
            cues.append(PublishedCue(_seconds(times[1]), _seconds(times[2]), text))
    return cues


def _split_block(block: str) -> tuple[str, re.Match[str] | None, str]:
    lines = block.strip("\n").split("\n")
    for number, line in enumerate(lines):
        if match := _TIMES.match(line.strip()):
            return "\n".join(lines[:number]), match, "\n".join(lines[number + 1 :])
    return block, None, ""


def _seconds(text: str) -> Fraction:
    total = Fraction(0)
    for part in text.split(":"):
        total = total * 60 + Fraction(part)
    return total


def worth_reading(playlist: str, cue_list: Mapping[str, Any]) -> list[PlaylistSegment]:
    """A few segments during which captions were placed, spread over the whole recording."""
    middles = sorted(_middle(cue) for cue in _cues(cue_list))
    speaking = [segment for segment in segments_of(playlist) if _first_from(middles, segment.start) < segment.end]
    if len(speaking) <= _SEGMENTS_READ:
        return speaking
    step = (len(speaking) - 1) / (_SEGMENTS_READ - 1)
    return [speaking[round(number * step)] for number in range(_SEGMENTS_READ)]


def share_found(segments: Sequence[PlaylistSegment], texts: Sequence[str], cue_list: Mapping[str, Any]) -> float | None:
    """Words placed in these stretches that are also published there, counted with their repeats."""
    cues = _cues(cue_list)
    expected: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for segment, text in zip(segments, texts, strict=True):
        # Cues in the middle of the segment belong to it whatever small shift the server's re-timing adds.
        placed = [cue.text for cue in cues if segment.start <= _middle(cue) < segment.end]
        wanted = Counter(_words(" ".join(placed)))
        expected += wanted
        found += wanted & Counter(_words(" ".join(cue.text for cue in published_cues(text))))
    return round(found.total() / expected.total(), 4) if expected else None


def _cues(cue_list: Mapping[str, Any]) -> tuple[Cue, ...]:
    return read_cue_list(json.dumps(cue_list)).cues


def _middle(cue: Cue) -> Fraction:
    return (cue.start + cue.end) / 2


def _first_from(middles: Sequence[Fraction], start: Fraction) -> Fraction | float:
    """The first of them that is not before ``start``; infinity when there is none."""
    place = bisect_left(middles, start)
    return middles[place] if place < len(middles) else float("inf")


def _words(text: str) -> list[str]:
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
