"""A well-captioned meeting to spoil in one way at a time."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from shared.captions.model import Cue, Word
from shared.quality import AudioFacts, Evidence, ProbeFacts, Span

TURN_MS = 12_000
PAUSE_MS = 3_000
WORD_MS = 400


def meeting(turns: int = 30) -> Evidence:
    """Turns of 12 s by two speakers with 3 s of silence between them, every one captioned on time."""
    words: list[Word] = []
    cues: list[Cue] = []
    speech: list[Span] = []
    for turn in range(turns):
        start = turn * (TURN_MS + PAUSE_MS) + PAUSE_MS
        speaker = ("Chair", "Clerk")[turn % 2]
        speech.append(Span(start - 200, start + TURN_MS + 200))
        words.extend(
            Word(f"word{turn}x{at}", start + at, start + at + WORD_MS - 50, speaker, 0.93)
            for at in range(0, TURN_MS, WORD_MS)
        )
        cues.extend(
            Cue(
                Fraction(start + at, 1000), Fraction(start + at + 3_000, 1000), (">> a row of text", "and one"), speaker
            )
            for at in range(0, TURN_MS, 3_000)
        )
    duration = turns * (TURN_MS + PAUSE_MS) + PAUSE_MS
    return Evidence(
        duration_ms=duration,
        words=tuple(words),
        cues=tuple(cues),
        speech=tuple(speech),
        findings=(),
        audio=AudioFacts(rms_dbfs=-26.0, peak_dbfs=-3.0, clipped_share=0.0, snr_db=30.0),
        probe=ProbeFacts(decoded_ms=duration, container_ms=duration),
    )


@pytest.fixture
def good() -> Evidence:
    """Seven and a half minutes with which nothing is wrong."""
    return meeting()


@pytest.fixture(scope="session")
def meeting_of() -> Callable[[int], Evidence]:
    """Make a good meeting of any number of 15-second turns."""
    return meeting
