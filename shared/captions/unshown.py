"""Captions that a copy of a video does not show, or shows late: each by its time and words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from shared.captions.clock_times import clock
from shared.captions.codes import Channel
from shared.captions.model import Cue, Finding, Severity
from shared.captions.scc_reader import cues_of_words
from shared.captions.schedule import LATE
from shared.captions.timecode import frame

AFTER_END: Final = "after_end"
_MOST_LETTERS = 50
_MOST_LISTED = 5

Words = Sequence[tuple[int, int]]
NameOf = Callable[[int], str]


def not_sent(words: Words, sent: int, channel: Channel, name_of: NameOf) -> tuple[Finding, ...]:
    """Captions that the first ``sent`` of the (frame, word) pairs leave out or begin only; ``name_of`` labels a frame.

    One that begins with the last words stands to the end of the video, whatever would have erased it.
    """
    whole, _ = cues_of_words(words, channel=channel)
    shown, _ = cues_of_words(words[:sent], channel=channel)
    return tuple(_missing(whole, shown, name_of))


def _missing(whole: Sequence[Cue], shown: Sequence[Cue], name_of: NameOf) -> Iterator[Finding]:
    """Both begin alike, for fewer words of the same make the same captions up to where they end."""
    for at, cue in enumerate(whole):
        if at >= len(shown):
            yield _after_end(cue, name_of(frame(cue.start)))
        elif shown[at].rows != cue.rows:
            text = f"The video ends before all of it has come: {_words_of(cue)}."
            yield Finding(AFTER_END, text, Severity.WARNING, timecode=name_of(frame(cue.start)))


def after_end(cues: Iterable[Cue], length: Fraction) -> tuple[Finding, ...]:
    """Captions that begin when a video of ``length`` seconds of media time is over; nothing shows them."""
    return tuple(_after_end(cue, clock(cue.start)) for cue in cues if cue.start >= length)


def _after_end(cue: Cue, at: str) -> Finding:
    text = f"The video ends before it, so it is not seen: {_words_of(cue)}."
    return Finding(AFTER_END, text, Severity.WARNING, timecode=at)


def sent_late(words: Words, delays: Mapping[int, int], channel: Channel, name_of: NameOf) -> tuple[Finding, ...]:
    """Captions that came some frames after their time, because a picture stood too long; ``delays`` is by frame."""
    cues, _ = cues_of_words(words, channel=channel)
    found = []
    for cue in cues:
        at = frame(cue.start)
        if (late := delays.get(at, 0)) > LATE:
            text = f"It appears {late} frames late, for a picture stays on screen too long: {_words_of(cue)}."
            found.append(Finding("late", text, Severity.WARNING, timecode=name_of(at)))
    return tuple(found)


def listed(cues: Sequence[Cue], name_of: NameOf) -> str:
    """The first of them by their times and words, and how many more there are."""
    first = ", ".join(f"{name_of(frame(cue.start))} {_words_of(cue)}" for cue in cues[:_MOST_LISTED])
    return f"{first} and {len(cues) - _MOST_LISTED} more" if len(cues) > _MOST_LISTED else first


def _words_of(cue: Cue) -> str:
    text = " ".join(cue.text.split())
    return repr(text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS].rstrip()} ...")
