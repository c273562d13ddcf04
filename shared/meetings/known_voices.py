"""Knowing a voice again: embeddings of voices that a person has named, and who of a new meeting sounds like them.

A match is a proposal and never a name: two people may sound alike, and captions must not put words into somebody's
mouth. Pure; an embedding is any list of numbers whose direction tells voices apart, as diarization gives them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

VOICE_LIKENESS = 0.6
"""Cosine from which a voice is proposed to be one that is known. The same bound joins the voices of one meeting's
windows; it errs towards proposing, because a person decides."""
MOST_SAMPLES = 20
"""A voice that was confirmed more often still moves by a twentieth, so that it follows a new microphone."""

Embedding = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class KnownVoice:
    """A voice that a person has given a name."""

    name: str
    embedding: Embedding
    """Of length one."""
    samples: int = 1
    """Meetings it was confirmed in."""


@dataclass(frozen=True, slots=True)
class VoiceMatch:
    """Somebody in this meeting who sounds like a known voice."""

    label: str
    name: str
    likeness: float
    """Cosine, up to 1."""


def match_voices(
    heard: Mapping[str, Sequence[float]], known: Sequence[KnownVoice], *, likeness: float = VOICE_LIKENESS
) -> tuple[VoiceMatch, ...]:
    """The best pairs first, each label and each name once; vectors of another length are of another model."""
    pairs = sorted(
        (-_cosine(voice, one.embedding), label, one.name)
        for label, voice in heard.items()
        for one in known
        if len(voice) == len(one.embedding)
    )
    labels: set[str] = set()
    names: set[str] = set()
    matches = []
    for negative, label, name in pairs:
        if -negative < likeness or label in labels or name in names:
            continue
        labels.add(label)
        names.add(name)
        matches.append(VoiceMatch(label, name, round(-negative, 3)))
    return tuple(matches)


def learn_voice(name: str, heard: Sequence[float], before: KnownVoice | None = None) -> KnownVoice:
    """The voice after one more meeting in which a person confirmed it: the mean of all, of length one."""
    if before is None or len(before.embedding) != len(heard):
        return KnownVoice(name, _unit(heard))
    weight = min(before.samples, MOST_SAMPLES - 1)
    mean = [old * weight + new for old, new in zip(before.embedding, _unit(heard), strict=True)]
    return KnownVoice(name, _unit(mean), before.samples + 1)


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(_unit(one), _unit(other), strict=True))


def _unit(vector: Sequence[float]) -> Embedding:
    length = math.sqrt(sum(value * value for value in vector))
    return tuple(round(value / length, 6) for value in vector) if length else tuple(vector)
