"""What goes into a speech engine and what comes out: values that travel between processes and into checkpoints."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol, TypeVar

from pydantic import TypeAdapter

from services.transcriber.hearing.samples import Floats
from shared.captions.model import Sound, Word
from shared.quality.spans import Span


class Effort(StrEnum):
    """How a window is decoded. Every effort is deterministic: nothing is sampled."""

    FAST = "fast"
    """Many windows at once; the engine applies none of its own guards."""
    CAREFUL = "careful"
    """One window by itself, with the engine's guards against silence and low confidence."""
    UNLOOPED = "unlooped"
    """As careful, and forbidden to say the same four tokens twice; for windows whose text repeated itself."""


class OtherLanguages(StrEnum):
    """What is made of a stretch that is surely not in the language of the recording."""

    DECODE = "decode"
    """Its words, in its own language; the tag where the engine is not sure of them or CEA-608 lacks the letters."""
    LABEL = "label"
    """A tag, such as ``[speaking Spanish]``."""


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """How speech is decoded: the same value from the settings to the call of Whisper."""

    language: str = "en"
    beam_size: int = 5
    """Hypotheses kept in the fast decode; what is decoded again keeps at least five."""
    effort: Effort = Effort.FAST
    """Of a slice: how every window is decoded at first; ``CAREFUL`` when the quality gate has sent it back."""
    vocabulary: tuple[str, ...] = ()
    """Names and terms that the decoder should expect, no more than its prompt has room for."""
    speech: tuple[Span, ...] = ()
    """Where in the sound somebody speaks, for engines that have to guess the times of words; all of it when empty."""


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """Which engine is wanted, with which model, on what. Empty, zero and ``auto`` mean: the best for this machine."""

    engine: str = "auto"
    """``auto``, ``faster-whisper`` or ``whisperx``."""
    model: str = ""
    """A name that the hub knows, or a folder."""
    device: str = "auto"
    compute_type: str = "auto"
    batch_size: int = 0
    threads: int = 0
    cache_dir: str | None = None
    offline: bool = False
    """Never ask the hub, even for a model that is not on this machine."""
    memory_limit_bytes: int = 0
    """Cap on the child's own memory; 0 for none."""
    card: str = ""
    """The only NVIDIA card that the child sees, as CUDA_VISIBLE_DEVICES names it; empty for what its parent sees."""
    align_model: str = ""
    """whisperx only: folder or name of the wav2vec2 model that times the words, plain for the language of the
    options or as ``es=FOLDER,en=FOLDER``; a language that is not named has its usual one."""
    options: DecodeOptions = DecodeOptions()
    """What is prepared and sized for at the start; a slice may ask for another language."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What is really running, as it goes into logs, health, manifest and quality report."""

    name: str
    version: str
    model: str
    device: str
    compute_type: str
    batch_size: int
    threads: int
    is_demonstration: bool = False
    is_multilingual: bool = True
    device_name: str = ""
    memory_bytes: int = 0
    """Resident memory of the child after loading and warming up."""
    load_ms: int = 0
    identity: str = ""
    """Tells models apart by content (``engines/model_identity.py``)."""
    passed_over: str = ""
    """Why ``auto`` did not take a better engine that is installed here, in a sentence."""
    window_ms: int = 0
    """The longest window that the model hears well, where it says so itself; 0 for the usual one."""

    @property
    def title(self) -> str:
        """For people: engine, model and arithmetic."""
        mark = " (demonstration model)" if self.is_demonstration else ""
        return f"{self.name} {self.version}, {self.model} {self.compute_type} on {self.device}{mark}"


@dataclass(frozen=True, slots=True)
class SliceRequest:
    """One slice: how to decode it and where its speech is, in milliseconds from the slice's start."""

    speech: tuple[Span, ...]
    options: DecodeOptions = DecodeOptions()
    doubted: tuple[Span, ...] = ()
    """The part of the speech that sounds like none: only words that the engine is sure of are taken from there."""
    other_languages: OtherLanguages = OtherLanguages.DECODE
    """What is done where another language than that of the options is spoken."""
    second_looks: bool = True
    """False takes the first decode as it is, unjudged: for measuring what the judging costs."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What the engine said in one breath, with its own opinion of it."""

    start_ms: int
    end_ms: int
    text: str
    words: tuple[Word, ...]
    avg_logprob: float
    """Mean log-probability of the tokens; below -1 the engine was guessing. Not above 0."""
    no_speech_prob: float
    """Probability 0 to 1 that nobody speaks."""
    compression_ratio: float
    """Length of the text over its length compressed; above 2.4 it repeats itself."""


@dataclass(frozen=True, slots=True)
class DecodedWindow:
    """One window of speech and the segments heard in it; times in milliseconds from the start of the audio given."""

    window: Span
    segments: tuple[Segment, ...]
    languages: Mapping[str, float] = field(default_factory=dict)
    """How probable each language is, where the engine has heard that while decoding; empty where it has not."""

    @property
    def words(self) -> tuple[Word, ...]:
        """All words in order."""
        return tuple(word for segment in self.segments for word in segment.words)

    @property
    def text(self) -> str:
        """All words as one line."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch that a person should look at, and why."""

    code: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class OtherSpeech:
    """A stretch in another language than that of the recording."""

    start_ms: int
    end_ms: int
    language: str
    """Whisper's code; empty where it is not sure which one it is: its words are then those of the first decode."""
    probability: float
    """Of that language, over the stretch; of the recording's own where no other is sure."""
    has_words: bool
    """Whether what is said is written in its own language. A person has to look where it is not."""


@dataclass(frozen=True, slots=True)
class SliceResult:
    """The checkpoint of one slice; all times in milliseconds from the slice's start."""

    words: tuple[Word, ...]
    segments: tuple[Segment, ...]
    sounds: tuple[Sound, ...]
    """``[inaudible]`` and sounds that had been taken for speech."""
    doubts: tuple[Doubt, ...]
    redecoded: tuple[Span, ...]
    """Stretches decoded a second time, because the first text was suspicious or there was none."""
    language: str
    speech_ms: int
    covered_ms: int
    """Part of the speech that has words, a sound or ``[inaudible]``."""
    decode_ms: int
    """Wall-clock time of decoding; not part of what the slice says."""
    peak_memory_bytes: int = 0
    engine: EngineInfo | None = None
    degradations: tuple[str, ...] = ()
    """What was given up to get through, one phrase each."""
    warnings: tuple[str, ...] = ()
    """What else did not go as wished, in sentences."""
    smaller_model: tuple[Span, ...] = ()
    """Stretches that memory allowed only a smaller model than the wanted one to hear."""
    overruled: tuple[Span, ...] = ()
    """Supposed speech that sounds like none and in which the engine found no words either."""
    processor_ms: int = 0
    """Processor time of decoding, all threads together; 0 where it was not measured, as by an earlier release."""
    other_languages: tuple[OtherSpeech, ...] = ()
    """Where somebody speaks another language; ``language`` is that of the rest."""

    def shifted(self, by_ms: int) -> "SliceResult":
        """The same result with times counted from ``by_ms`` earlier: pass the slice's start for media time."""
        return replace(
            self,
            words=tuple(moved(word, by_ms) for word in self.words),
            segments=tuple(moved(segment, by_ms) for segment in self.segments),
            sounds=tuple(moved(sound, by_ms) for sound in self.sounds),
            doubts=tuple(moved(doubt, by_ms) for doubt in self.doubts),
            redecoded=tuple(span.moved(by_ms) for span in self.redecoded),
            smaller_model=tuple(span.moved(by_ms) for span in self.smaller_model),
            overruled=tuple(span.moved(by_ms) for span in self.overruled),
            other_languages=tuple(moved(one, by_ms) for one in self.other_languages),
        )

    def to_json(self) -> str:
        """For a checkpoint; read by :meth:`from_json`."""
        return _RESULT.dump_json(self).decode()

    @staticmethod
    def from_json(text: str | bytes) -> "SliceResult":
        """The result that :meth:`to_json` wrote."""
        return _RESULT.validate_json(text)


WORD_REACH_MS = 250
"""The times of words are off by about this much."""

_Timed = TypeVar("_Timed", Word, Sound, Segment, Doubt, OtherSpeech)


class Engine(Protocol):
    """A loaded speech model. Implementations live in the child process only."""

    def describe(self) -> EngineInfo:
        """What is loaded and where it runs."""
        ...

    def hear_language(self, audio: Floats) -> dict[str, float]:
        """How probable each language is in 16 kHz audio of at most 30 s; only for a multilingual model."""
        ...

    def warnings(self, language: str) -> tuple[str, ...]:
        """What a reader of text in this language should know about how it was made, in sentences."""
        ...

    def decode(self, audio: Floats, windows: Sequence[Span], options: DecodeOptions) -> Iterator[DecodedWindow]:
        """Decode each window (at most 30 s) of 16 kHz audio, in order, yielding as they are done."""
        ...


def moved(value: _Timed, by_ms: int) -> _Timed:
    """The same value ``by_ms`` later, with the words that a segment has."""
    later = replace(value, start_ms=value.start_ms + by_ms, end_ms=value.end_ms + by_ms)
    if isinstance(later, Segment):
        return replace(later, words=tuple(moved(word, by_ms) for word in later.words))
    return later


def middle_ms(value: Word | Segment | Span) -> int:
    """The moment halfway through."""
    return (value.start_ms + value.end_ms) // 2


_RESULT = TypeAdapter(SliceResult)
