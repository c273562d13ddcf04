"""The three answers of an inspection: a recording, not finished yet, or never as it is."""

from dataclasses import dataclass

from shared.media.probe import AudioStream, MediaFacts


@dataclass(frozen=True, slots=True)
class Valid:
    """A complete recording with sound."""

    facts: MediaFacts
    audio: AudioStream
    """The stream to transcribe: the first in which anything is heard."""
    peak_db: float


@dataclass(frozen=True, slots=True)
class Growing:
    """Recognised, but its end or index is missing: it is still being written, or was cut off."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Cannot become captions as it is; ``reason`` tells a person what to do."""

    code: str
    reason: str


Verdict = Valid | Growing | Rejected
