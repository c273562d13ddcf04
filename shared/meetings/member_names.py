"""How members are addressed, and whose voice a label such as ``SPEAKER_03`` may therefore be.

Names are only proposed, each with the sentences it rests on; a person confirms them.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.captions.model import Word
from shared.meetings.sentences import Sentence

TITLE = (
    r"(?:council ?member|council ?woman|council ?man|council ?person|vice mayor|deputy mayor|mayor pro tem|mayor|"
    r"commissioner|alderman|alderwoman|alderperson|supervisor|trustee|director|chairman|chairwoman|chairperson|chair|"
    r"vice chair|president|member|selectman|selectwoman|freeholder)"
)
_TITLED = re.compile(rf"\b(?P<title>{TITLE}) (?P<name>[a-z][a-z'.]+)\b")
_NOT_NAMES = """
and or of for to the a an is are was were will would has have had said says moves moved seconds votes voted abstains
from in on at with as that this here you your we i it he she they thank thanks please members meeting elect emeritus
who whom may can could should did does do comments comment questions question pro tem item motion second but so if when
"""
NOT_NAMES = frozenset(_NOT_NAMES.split())
REPLY_WITHIN_MS = 12_000
_THANKS = re.compile(r"^(?:(?:all right|okay|ok|great|yes|and|well) )*(?:thank you|thanks)(?: very much| so much)?\b")


@dataclass(frozen=True, slots=True)
class NameEvidence:
    """One sentence in which somebody is addressed just before or after speaking."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class NameProposal:
    """The name that a speaker label probably has."""

    label: str
    name: str
    title: str
    confidence: float
    """Share of this label's evidence that agrees, lowered while there is little of it; 0 to 1."""
    evidence: tuple[NameEvidence, ...]


def titled_names(sentence: Sentence) -> Iterator[tuple[str, str]]:
    """Each (title, name) spoken in the sentence, the name as written there."""
    for match in _TITLED.finditer(sentence.plain):
        if match["name"] in NOT_NAMES:
            continue
        yield match["title"], bare(sentence.written(*match.span("name")))


def bare(name: str) -> str:
    """A written name without punctuation around it and without a possessive ending."""
    return re.sub(r"['’]s$", "", name.strip(' .,;:?!"“”()'))


def propose_names(said: Sequence[Sentence], roster: Sequence[str] = ()) -> tuple[NameProposal, ...]:
    """Names for speaker labels from forms of address.

    "Council Member Garza?" or "Council Member Garza, you have the floor" names who answers next; "Thank you, Council
    Member Garza" names who has just spoken. With a ``roster`` only its names (last names decide) are proposed. A name
    goes to one label and a label gets one name: the strongest claim wins.
    """
    known = {name.split()[-1].casefold(): name for name in roster}
    claims: dict[tuple[str, str], list[NameEvidence]] = defaultdict(list)
    titles: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for at, sentence in enumerate(said):
        addressed = list(titled_names(sentence))
        if len(addressed) != 1 or sentence.speaker is None:
            continue
        title, name = addressed[0]
        key = name.casefold()
        if known and key not in known:
            continue
        label = _addressee(said, at, sentence)
        if label is None:
            continue
        spelled[key] = known.get(key, name)
        titles.setdefault(key, title.title())
        claims[label, key].append(NameEvidence(sentence.text, sentence.start_ms, sentence.end_ms))
    return tuple(_settle(claims, titles, spelled))


def named(words: Sequence[Word], names: Mapping[str, str]) -> tuple[Word, ...]:
    """The words with confirmed names in place of speaker labels; labels without a name stay."""
    return tuple(replace(word, speaker=names.get(word.speaker or "", word.speaker)) for word in words)


def _addressee(said: Sequence[Sentence], at: int, sentence: Sentence) -> str | None:
    if _THANKS.match(sentence.plain):
        return _neighbour(said, at, -1)
    calls = sentence.is_question and len(sentence.tokens) <= 6
    gives_floor = re.search(r"\b(?:you have the floor|go ahead|your turn|please begin)\b", sentence.plain)
    return _neighbour(said, at, +1) if calls or gives_floor else None


def _neighbour(said: Sequence[Sentence], at: int, step: int) -> str | None:
    """The label that speaks right before or after a sentence, if it is somebody else's and close in time."""
    other = at + step
    while 0 <= other < len(said) and said[other].speaker == said[at].speaker:
        # Whoever gives thanks may already have said a word or two more.
        if abs(other - at) >= 2:
            return None
        other += step
    if not 0 <= other < len(said):
        return None
    earlier, later = sorted((said[at], said[other]), key=lambda one: one.start_ms)
    return said[other].speaker if later.start_ms - earlier.end_ms <= REPLY_WITHIN_MS else None


def _settle(
    claims: dict[tuple[str, str], list[NameEvidence]], titles: dict[str, str], spelled: dict[str, str]
) -> Iterator[NameProposal]:
    per_label: dict[str, int] = defaultdict(int)
    for (label, _), evidence in claims.items():
        per_label[label] += len(evidence)
    taken: set[str] = set()
    for (label, key), evidence in sorted(claims.items(), key=lambda claim: (-len(claim[1]), claim[0])):
        if label in taken or key in taken:
            continue
        taken |= {label, key}
        share = len(evidence) / per_label[label]
        confidence = round(share * len(evidence) / (len(evidence) + 1), 2)
        yield NameProposal(label, spelled[key], titles[key], confidence, tuple(evidence[:5]))
