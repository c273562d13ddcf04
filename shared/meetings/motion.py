"""The values of motions and votes."""

from dataclasses import dataclass
from enum import StrEnum


class MotionOutcome(StrEnum):
    """What became of a motion."""

    CARRIED = "carried"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    NO_SECOND = "no_second"
    UNKNOWN = "unknown"
    """No decision was heard."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes counted or announced."""

    ayes: int
    noes: int
    abstentions: int = 0
    absent: int = 0

    def __str__(self) -> str:
        extra = f", {self.abstentions} abstaining" if self.abstentions else ""
        return f"{self.ayes} to {self.noes}{extra}"


@dataclass(frozen=True, slots=True)
class MemberVote:
    """One member's answer in a roll call: ``aye``, ``no``, ``abstain`` or ``absent``."""

    name: str
    vote: str
    start_ms: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """A sentence that a result rests on."""

    what: str
    """``motion``, ``second``, ``vote`` or ``outcome``."""
    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Motion:
    """One motion as it was heard."""

    text: str
    """What is to be done, in the mover's words; empty when it was not heard."""
    mover: str | None
    seconder: str | None
    outcome: MotionOutcome
    announced: Tally | None
    counted: Tally | None
    is_unanimous: bool
    votes: tuple[MemberVote, ...]
    heard: tuple[Quoted, ...]

    @property
    def start_ms(self) -> int:
        """Where the motion begins in the recording."""
        return self.heard[0].start_ms

    @property
    def end_ms(self) -> int:
        """Where the last word about it ends."""
        return max(one.end_ms for one in self.heard)

    @property
    def tally(self) -> Tally | None:
        """The tally as announced, else as counted."""
        return self.announced or self.counted

    @property
    def is_disputed(self) -> bool:
        """The roll call as heard does not give the tally that was announced."""
        both = self.announced is not None and self.counted is not None
        return both and (self.announced.ayes, self.announced.noes) != (self.counted.ayes, self.counted.noes)  # type: ignore[union-attr]
