"""What a meeting was about, found in its words: chapters, motions and votes, summary, key phrases, topics, sentiment.

Pure and deterministic. Nothing is claimed without the place in the recording it rests on, so that a reader can listen.
"""

from shared.meetings.corrections import Correction, correct
from shared.meetings.enrich import Enrichment, enrich, enrichment_json
from shared.meetings.known_voices import VOICE_LIKENESS, KnownVoice, VoiceMatch, learn_voice, match_voices
from shared.meetings.member_names import NameProposal, named, propose_names
from shared.meetings.sentences import Sentence, sentences
from shared.meetings.summary_page import summary_markdown
from shared.meetings.vocabulary import Entry, EntryKind, Hotwords, Vocabulary, hotwords, leaked, learn
from shared.meetings.vocabulary_text import read_vocabulary, write_vocabulary

__all__ = [
    "VOICE_LIKENESS",
    "Correction",
    "Enrichment",
    "Entry",
    "EntryKind",
    "Hotwords",
    "KnownVoice",
    "NameProposal",
    "Sentence",
    "Vocabulary",
    "VoiceMatch",
    "correct",
    "enrich",
    "enrichment_json",
    "hotwords",
    "leaked",
    "learn",
    "learn_voice",
    "match_voices",
    "named",
    "propose_names",
    "read_vocabulary",
    "sentences",
    "summary_markdown",
    "write_vocabulary",
]
