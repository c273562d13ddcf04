"""When a cue appears and goes: on the first word, off a little after the last, no flicker and no overlap in between."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.captions.model import Cue
from shared.captions.profiles import Profile
from shared.captions.timecode import seconds

_LEAST_FRAMES = 6
"""Frames between two in-times when words claim to be spoken at the same moment."""


@dataclass(frozen=True, slots=True)
class UntimedCue:
    """A cue before it has its times: rows, and the stretch of speech they stand for."""

    start_ms: int
    end_ms: int
    rows: tuple[str, ...]
    speaker: str | None
    letters: int
    """What there is to read, without speaker labels."""


def time_cues(spans: Sequence[UntimedCue], profile: Profile) -> tuple[Cue, ...]:
    """Give each cue its times, on whole frames of 30000/1001 a second.

    In-times fall on the frame in which the first word begins, so they are at most one frame early.
    """
    starts: list[int] = []
    for span in spans:
        frame = span.start_ms * 30 // 1001
        starts.append(max(frame, starts[-1] + _LEAST_FRAMES) if starts else frame)
    cues: list[Cue] = []
    for number, span in enumerate(spans):
        following = starts[number + 1] if number + 1 < len(starts) else None
        end = _out_frame(span, starts[number], following, profile)
        cues.append(Cue(seconds(starts[number]), seconds(end), span.rows, span.speaker))
    return tuple(cues)


def _out_frame(span: UntimedCue, start: int, following: int | None, profile: Profile) -> int:
    last_word = max(start, _frames(span.end_ms))
    readable = start + _frames(int(span.letters * 1000 / profile.aim_cps))
    held = min(readable, last_word + _frames(profile.hold_ms))
    wanted = max(last_word + _frames(profile.linger_ms), held, start + _frames(profile.min_ms))
    wanted = min(wanted, start + _frames(profile.max_ms))
    if following is None:
        return wanted
    gap = following - wanted
    if gap >= max(_frames(profile.chain_ms), profile.gap_frames):
        return wanted
    longest = start + _frames(profile.max_ms)
    joined = following - profile.chain_frames
    if joined > longest and gap >= profile.gap_frames:
        return wanted
    return joined if joined > start else following


def _frames(milliseconds: int) -> int:
    """Milliseconds as frames, rounded up."""
    return -(-milliseconds * 30 // 1001)
