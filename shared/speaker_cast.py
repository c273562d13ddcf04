"""Who spoke in one recording, as it is kept with its transcription: turns, voices, proposals, and names people gave.

Stored as JSON and checked both ways. Only a name that a person has confirmed goes into captions.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.errors import NotFound
from shared.meetings.known_voices import VOICE_LIKENESS, KnownVoice, VoiceMatch, match_voices
from shared.meetings.member_names import NameProposal

SAME_WORDS = 0.8
"""Of the time that somebody speaks now, and of the time that anybody spoke then, one person has to have this share."""


NAME_ONLY_PROPOSED = "name_only_proposed"
"""Code of a transcription whose captions that count lack a name that a person has given: their edits and it do not go
together."""


class _KeptModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")  # a later release may have written more


class Quote(_KeptModel):
    """A sentence that a proposal rests on."""

    text: str
    start_ms: int
    end_ms: int


class Proposal(_KeptModel):
    """A name somebody probably has."""

    name: str
    evidence: Literal["voice", "address"]
    """``voice``: sounds like a voice that was named in an earlier meeting; ``address``: was called by that name."""
    confidence: float
    """Cosine of the voices, or the share of forms of address that agree; 0 to 1."""
    quotes: tuple[Quote, ...] = ()


class Speaker(_KeptModel):
    """One voice of the recording."""

    label: str
    name: str | None = None
    speech_ms: int
    first_ms: int
    voice: tuple[float, ...] | None = None
    proposals: tuple[Proposal, ...] = ()
    """The most certain first."""


class Naming(_KeptModel):
    """Captions are to be written again because a person has named somebody."""

    by: str
    user_id: int | None = None
    status: str
    """What the transcription was before, and is again afterwards."""


class Speakers(_KeptModel):
    """Everybody heard, or the reason why nobody was told apart."""

    model: str = ""
    """Embeddings of different models cannot be compared."""
    turns: tuple[tuple[int, int, str], ...] = ()
    """Start and end in media milliseconds, and a label."""
    speakers: tuple[Speaker, ...] = ()
    warning: str | None = None
    share: float | None = None
    """While voices are being told apart, how much of the recording has been heard, 0 to 1."""
    naming: Naming | None = None

    @property
    def names(self) -> dict[str, str]:
        """Label to confirmed name."""
        return {one.label: one.name for one in self.speakers if one.name}

    @property
    def voices(self) -> dict[str, tuple[float, ...]]:
        """Label to embedding, of those who spoke long enough to have one."""
        return {one.label: one.voice for one in self.speakers if one.voice}

    def speaker(self, label: str) -> Speaker:
        """One of them. Raises NotFound."""
        for one in self.speakers:
            if one.label == label:
                return one
        raise NotFound(f"This recording has no speaker {label}.", code="no_such_speaker")

    def with_name(self, label: str, name: str, naming: Naming) -> "Speakers":
        """After a person has said who it is; the same name may stand for two labels that are one person."""
        self.speaker(label)
        speakers = tuple(one.model_copy(update={"name": name}) if one.label == label else one for one in self.speakers)
        return self.model_copy(update={"speakers": speakers, "naming": naming})

    def with_names_of(self, earlier: Sequence["Speakers"], *, likeness: float = VOICE_LIKENESS) -> "Speakers":
        """With the names that people gave when this same recording was transcribed before, newest first.

        Within one recording, voices that are alike are one person: by the same bound its windows are joined. Voices
        without a name are compared too, so that a name does not go to the second best. Voices that another model has
        heard cannot be compared: there a name goes to whoever says the same words, that is, speaks at the same times.
        """
        names = self.names
        for cast in earlier:
            if cast.model != self.model:
                for label, name in self._said_the_same(cast).items():
                    names.setdefault(label, name)
                continue
            voices = [KnownVoice(label, voice) for label, voice in cast.voices.items()]
            for match in match_voices(self.voices, voices, likeness=likeness):
                if match.name in cast.names:
                    names.setdefault(match.label, cast.names[match.name])
        speakers = tuple(one.model_copy(update={"name": names.get(one.label)}) for one in self.speakers)
        return self.model_copy(update={"speakers": speakers})

    def _said_the_same(self, cast: "Speakers") -> dict[str, str]:
        """Label to the name of the one who spoke while this one does, where that is nearly all the time."""
        together: dict[str, Counter[str]] = {}
        spoken: Counter[str] = Counter()
        others, first = sorted(cast.turns), 0
        for start, end, label in sorted(self.turns):
            spoken[label] += end - start
            while first < len(others) and others[first][1] <= start:
                first += 1
            at = first
            while at < len(others) and others[at][0] < end:
                begin, stop, other = others[at]
                together.setdefault(label, Counter())[other] += max(0, min(end, stop) - max(start, begin))
                at += 1
        found = {}
        for label, times in together.items():
            other, shared_ms = times.most_common(1)[0]
            if other in cast.names and shared_ms >= SAME_WORDS * max(spoken[label], times.total()):
                found[label] = cast.names[other]
        return found

    def with_proposals(self, addressed: Sequence[NameProposal], alike: Sequence[VoiceMatch]) -> "Speakers":
        """With what forms of address and known voices say about those who have no name yet."""
        found: dict[str, list[Proposal]] = {}
        for match in alike:
            found.setdefault(match.label, []).append(
                Proposal(name=match.name, evidence="voice", confidence=max(0.0, min(1.0, match.likeness)))
            )
        for one in addressed:
            quotes = tuple(Quote(text=q.text, start_ms=q.start_ms, end_ms=q.end_ms) for q in one.evidence)
            found.setdefault(one.label, []).append(
                Proposal(name=_addressed(one), evidence="address", confidence=one.confidence, quotes=quotes)
            )
        speakers = tuple(
            one
            if one.name
            else one.model_copy(
                update={"proposals": tuple(sorted(found.get(one.label, ()), key=lambda each: -each.confidence))}
            )
            for one in self.speakers
        )
        return self.model_copy(update={"speakers": speakers})


def _addressed(proposal: NameProposal) -> str:
    """As captions write it: the title and the last name."""
    return f"{proposal.title} {proposal.name.split()[-1]}" if proposal.title else proposal.name
