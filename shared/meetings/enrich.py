"""Everything that is found in the words of one meeting, in one value."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from shared.captions.model import Sound, Word
from shared.meetings.chapters import Chapter, chapters
from shared.meetings.key_phrases import KeyPhrase, key_phrases
from shared.meetings.member_names import NameProposal, propose_names
from shared.meetings.motion import Motion
from shared.meetings.motions import motions
from shared.meetings.sentences import sentences
from shared.meetings.sentiment import Sentiment, sentiment
from shared.meetings.summary import SummarySentence, summarise
from shared.meetings.topics import Topic, topics

SCHEMA = "archivist.enrichment/1"


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What a meeting was about, each part with the places it rests on."""

    duration_ms: int
    words: int
    speakers: int
    chapters: tuple[Chapter, ...]
    motions: tuple[Motion, ...]
    summary: tuple[SummarySentence, ...]
    key_phrases: tuple[KeyPhrase, ...]
    topics: tuple[Topic, ...]
    sentiment: Sentiment
    names: tuple[NameProposal, ...]
    """Proposed names for speaker labels, for a person to confirm."""


def enrich(
    words: Sequence[Word], *, duration_ms: int, sounds: Iterable[Sound] = (), roster: Sequence[str] = ()
) -> Enrichment:
    """Find everything; the same words always give the same result."""
    said = sentences(words)
    found = chapters(said, duration_ms=duration_ms, sounds=sounds)
    return Enrichment(
        duration_ms=duration_ms,
        words=len(words),
        speakers=len({word.speaker for word in words if word.speaker}),
        chapters=found,
        motions=motions(said),
        summary=summarise(said, found),
        key_phrases=key_phrases(said),
        topics=topics(said),
        sentiment=sentiment(said),
        names=propose_names(said, roster),
    )


def enrichment_json(enrichment: Enrichment) -> str:
    """The enrichment as indented JSON with a final line feed, for programs; fields are only ever added."""
    return json.dumps({"schema": SCHEMA, **asdict(enrichment)}, indent=2, ensure_ascii=False) + "\n"
