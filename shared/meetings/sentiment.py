"""The tone of a meeting by a small word list: a hint where feelings ran high, not a measurement of opinion.

Irony, quotation and politeness are beyond a word list. So the strongest sentences are given with their places, for a
person to hear, and the score is never used for a decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.meetings.lexicon import COURTESY, NEGATIONS, NEGATIVE, POSITIVE, STRENGTHENS
from shared.meetings.sentences import Sentence

NEGATION_REACH = 3
NEUTRAL = 0.1
SHOWN = 3


@dataclass(frozen=True, slots=True)
class ToneSentence:
    """A sentence with strong words."""

    text: str
    start_ms: int
    end_ms: int
    score: int
    """Positive words less negative ones; a strengthened word counts twice."""


@dataclass(frozen=True, slots=True)
class Sentiment:
    """The balance of pleased and upset words."""

    score: float
    """-1 (only upset words) to 1 (only pleased ones); 0 also when there are none."""
    label: str
    """``positive``, ``negative``, ``mixed`` or ``neutral``."""
    positive: int
    negative: int
    most_positive: tuple[ToneSentence, ...]
    most_negative: tuple[ToneSentence, ...]


def sentiment(said: Sequence[Sentence]) -> Sentiment:
    """Weigh the words of all sentences and name the strongest sentences of both kinds."""
    positive = negative = 0
    toned: list[ToneSentence] = []
    for sentence in said:
        if "motion" in sentence.plain or sentence.plain.startswith(COURTESY):
            continue  # "the motion fails" is a result, not a feeling
        pleased, upset = _weigh(sentence)
        positive, negative = positive + pleased, negative + upset
        if pleased != upset:
            toned.append(ToneSentence(sentence.text, sentence.start_ms, sentence.end_ms, pleased - upset))
    total = positive + negative
    score = round((positive - negative) / total, 3) if total else 0.0
    return Sentiment(
        score=score,
        label=_label(score, total),
        positive=positive,
        negative=negative,
        most_positive=_strongest(toned, +1),
        most_negative=_strongest(toned, -1),
    )


def _weigh(sentence: Sentence) -> tuple[int, int]:
    plain = sentence.plain
    for form in COURTESY:
        plain = plain.replace(form, "")
    tokens = plain.split()
    pleased = upset = 0
    for at, token in enumerate(tokens):
        if token not in POSITIVE and token not in NEGATIVE:
            continue
        weight = 2 if at and tokens[at - 1] in STRENGTHENS else 1
        negated = any(before in NEGATIONS for before in tokens[max(0, at - NEGATION_REACH) : at])
        if (token in POSITIVE) != negated:
            pleased += weight
        else:
            upset += weight
    return pleased, upset


def _label(score: float, total: int) -> str:
    if not total:
        return "neutral"
    if abs(score) < NEUTRAL:
        return "mixed"
    return "positive" if score > 0 else "negative"


def _strongest(toned: Sequence[ToneSentence], sign: int) -> tuple[ToneSentence, ...]:
    ranked = sorted((one for one in toned if one.score * sign > 0), key=lambda one: (-one.score * sign, one.start_ms))
    return tuple(ranked[:SHOWN])
