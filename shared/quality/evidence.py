"""What is known about one recording and its captions before anybody judges them."""

from dataclasses import dataclass, field

from shared.captions.model import Cue, Finding, Sound, Word
from shared.quality.spans import Span


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """Measured on the decoded sound, over the stretches where somebody speaks."""

    rms_dbfs: float
    """Level of the speech; 0 is full scale, broadcast speech lies near -24."""
    peak_dbfs: float
    clipped_share: float
    """Share of samples at full scale, 0 to 1."""
    snr_db: float | None = None
    """Speech level over the level of the room; None when nobody speaks, or nobody pauses."""
    cancelled_ms: int = 0
    """For how long the two channels cancelled each other, so that only one of them was listened to."""


@dataclass(frozen=True, slots=True)
class ProbeFacts:
    """What opening and decoding the file told."""

    decoded_ms: int
    """Length of the sound that could really be decoded."""
    container_ms: int | None = None
    """Length that the file claims for its sound; None when it claims none."""
    scheduled_ms: int | None = None
    """Run length that the station's schedule gives, an independent opinion."""
    warnings: tuple[str, ...] = ()
    """Complaints of the decoder, one sentence each; of many the first."""
    complaints: int = 0
    """At how many places the decoder complained."""
    broken: tuple[Span, ...] = ()
    """Where so much of the sound could not be read that a word may be lost."""
    gone: tuple[Span, ...] = ()
    """Where time is lost and the sound closes up, each as long as what is gone; what follows comes earlier."""
    sound_starts_ms: int | None = None
    """How long after the first picture the sound begins, as the file's packets say; negative if before it."""
    heard_from_ms: int | None = None
    """Where the sound begins on the clock that captions are timed by; None when there is only silence."""


@dataclass(frozen=True, slots=True)
class SecondDecode:
    """A slice that the gate had decoded once more, and what came of it."""

    slice: int
    """Counted from 1."""
    start_ms: int
    end_ms: int
    because: tuple[str, ...]
    """What the gate found in it, in sentences."""
    kept: str
    """``first`` or ``second``."""
    why: str
    """What decided, as the rest of a sentence."""


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """A stretch in which somebody speaks another language than that of the recording."""

    start_ms: int
    end_ms: int
    name: str | None
    """For a sentence; None where nobody is sure which one it is."""
    probability: float
    """Of that language, or of the recording's own where it has no name."""
    has_words: bool
    """Whether the captions have its words."""


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What the speech engine had to say about its own work."""

    name: str = ""
    """Engine and model for a person, for example ``faster-whisper small.en int8``."""
    is_demonstration: bool = False
    """The bundled demonstration model was used: the words are no transcript of a real meeting."""
    degradations: tuple[str, ...] = ()
    """What was given up to get through, for example ``batch size 8 -> 4: out of memory``."""
    smaller_model: tuple[Span, ...] = ()
    """Stretches that a smaller model than the chosen one heard, because memory ran out."""
    redecoded: tuple[Span, ...] = ()
    """Stretches whose first text was suspicious and that were decoded again with guards."""
    second_decodes: tuple[SecondDecode, ...] = ()
    """Slices that the gate sent back, in order."""
    inaudible: tuple[Span, ...] = ()
    """Stretches that stayed suspicious and carry no words but ``[inaudible]``."""
    warnings: tuple[str, ...] = ()
    """What else did not go as wished, in sentences; it says nothing against the words."""
    language: str | None = None
    """Name of the language, where it was found out from the sound; None where somebody named it."""
    language_probability: float = 1.0
    is_calibrated: bool = True
    """Whether the mean of its confidences is known to be near the share of words that are right."""
    own_language: str = "English"
    """Name of the language that the recording is written in."""
    other_languages: tuple[OtherLanguage, ...] = ()
    """Where another one is spoken, in order."""
    names_told: int = 0
    """How many entries of the city's vocabulary the engine was told to expect."""
    names_known: int = 0
    """How many the vocabulary has."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the checks look at. None means "not measured", which is never the same as "good"."""

    duration_ms: int
    words: tuple[Word, ...] = ()
    """In time order."""
    cues: tuple[Cue, ...] = ()
    """As timed on air, read back from the written file rather than as planned."""
    sounds: tuple[Sound, ...] = ()
    speech: tuple[Span, ...] | None = None
    """Where a voice-activity detector hears speech, independent of the words."""
    overruled: tuple[Span, ...] = ()
    """Where it heard speech besides, and neither the sound nor the engine did; not part of ``speech``."""
    findings: tuple[Finding, ...] | None = None
    """What the SCC checker found in the written file."""
    audio: AudioFacts | None = None
    probe: ProbeFacts | None = None
    engine: EngineFacts = field(default_factory=EngineFacts)
