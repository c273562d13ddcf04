"""The values that captions are made of: words go in, cues come out, findings say what is wrong.

Words carry whole milliseconds of media time, as speech engines deliver them. Cues carry exact seconds of media time as
fractions, because a frame of 30000/1001 per second is no whole number of milliseconds. Media time 0 is the first
moment of the recording; labels such as ``01:00:00;00`` exist only inside the formats that need them.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word with its punctuation, as heard between two moments of media time."""

    text: str
    start_ms: int
    end_ms: int
    speaker: str | None = None
    confidence: float | None = None
    """Probability 0 to 1 as the engine reports it; None when it does not."""

    @property
    def longest_ms(self) -> int:
        """The most time it can take to say it. A number of many digits does take long; an aligner that gives a word
        more has stretched it over a silence, or over others that were passed over."""
        return 1000 + 250 * len(self.text)


class SoundKind(StrEnum):
    """A sound that belongs into captions although nobody speaks (47 CFR 79.1(j)(2)(i))."""

    APPLAUSE = "applause"
    GAVEL = "gavel bangs"
    LAUGHTER = "laughter"
    MUSIC = "music"
    RECESS = "recess"
    NO_AUDIO = "no audio"
    TONE = "tone"
    INAUDIBLE = "inaudible"
    SPEAKING = "speaking"
    """Somebody speaks a language that the captions do not have; :attr:`Sound.language` names it."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch of media time in which something is heard that is written as a tag and not as words."""

    kind: SoundKind
    start_ms: int
    end_ms: int
    language: str | None = None
    """Name of the language, where the tag says which one is spoken."""

    @property
    def text(self) -> str:
        """What the tag says, without brackets: *applause*, *speaking Spanish*."""
        if self.kind is SoundKind.SPEAKING:
            return f"{self.kind.value} {self.language or 'another language'}"
        return self.kind.value


class Align(StrEnum):
    """Where rows stand between the left and the right edge of the safe area."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a cue stands on the 15 x 32 grid of CEA-608 (47 CFR 15.119(d))."""

    base_row: int = 15
    """Row of the cue's last line, 1 (top) to 15 (bottom)."""
    align: Align = Align.CENTER
    indent: int | None = None
    """First column 0 to 31 when it is fixed; None lets ``align`` decide."""
    shifts: tuple[int, ...] = ()
    """Columns by which each row stands right of ``indent``, where rows do not begin below each other. It is of no use
    once the rows have been broken anew."""


class Colour(StrEnum):
    """The colours that CEA-608 can give to letters (47 CFR 15.119(h)), in the order of their codes."""

    WHITE = "white"
    GREEN = "green"
    BLUE = "blue"
    CYAN = "cyan"
    RED = "red"
    YELLOW = "yellow"
    MAGENTA = "magenta"


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look; white and upright when nothing is said."""

    italic: bool = False
    underline: bool = False
    colour: Colour = Colour.WHITE


PLAIN = Style()
ITALIC = Style(italic=True)


@dataclass(frozen=True, slots=True)
class Styled:
    """A stretch of a cue's text that looks different: its letters ``start`` up to ``end``.

    Letters are counted through all rows and without blanks, so that breaking rows anew moves nothing.
    """

    start: int
    end: int
    style: Style


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption as a viewer sees it: rows of text from ``start`` up to ``end``, in seconds of media time.

    Cues may stand on the screen at one time, each in its place.
    """

    start: Fraction
    end: Fraction
    rows: tuple[str, ...]
    speaker: str | None = None
    placement: Placement = field(default_factory=Placement)
    styles: tuple[Styled, ...] = ()
    """Rising, without overlap, plain stretches left out (:mod:`shared.captions.styling` keeps them so)."""

    @property
    def text(self) -> str:
        """The rows joined by line feeds."""
        return "\n".join(self.rows)

    @property
    def duration(self) -> Fraction:
        """Seconds on screen."""
        return self.end - self.start

    def stands_clear_of(self, other: "Cue") -> bool:
        """Whether both could be on the screen at one time, on rows of their own."""
        upper, lower = sorted((self, other), key=lambda cue: cue.placement.base_row)
        return upper.placement.base_row <= lower.placement.base_row - len(lower.rows)


class Severity(StrEnum):
    """What a finding means for the file: an error keeps it from replacing anything, a warning is for people."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with captions, where, and why it matters."""

    code: str
    """Stable and for programs, for example ``parity`` or ``reading_speed``."""
    message: str
    """A sentence for a person."""
    severity: Severity = Severity.ERROR
    cue: int | None = None
    """Number of the cue, counted from 1."""
    timecode: str | None = None
    line: int | None = None
    """Line of the file, counted from 1."""
    count: int = 1
    """How many findings of its code this one stands for."""
