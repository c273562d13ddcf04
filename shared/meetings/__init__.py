"""What a meeting was about, found in its words: chapters, motions and votes, summary, key phrases, topics, sentiment.

Pure and deterministic. Nothing is claimed without the place in the recording it rests on, so that a reader can listen.
"""

from shared.meetings.enrich import Enrichment, enrich, enrichment_json
from shared.meetings.sentences import Sentence, sentences
from shared.meetings.summary_page import summary_markdown
from shared.meetings.vocabulary import Correction, Entry, EntryKind, Vocabulary, correct, hotwords, leaked, learn

__all__ = [
    "Correction",
    "Enrichment",
    "Entry",
    "EntryKind",
    "Sentence",
    "Vocabulary",
    "correct",
    "enrich",
    "enrichment_json",
    "hotwords",
    "leaked",
    "learn",
    "sentences",
    "summary_markdown",
]
