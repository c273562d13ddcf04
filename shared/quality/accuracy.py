"""How far the words can be trusted, as far as that can be told without knowing what was really said.

An engine's confidence is an opinion about itself: it sinks with noise and unknown names, but stays high in a loop or
in text made up over silence. So both are looked for directly, and what is left is still an estimate, not a word error
rate.
"""

from collections.abc import Iterator, Sequence
from statistics import fmean

from shared.captions.model import Word
from shared.media.positions import clock, stretch
from shared.quality.completeness import coverage
from shared.quality.evidence import Evidence
from shared.quality.loops import Loop, find_loops
from shared.quality.report import Check, Reason, counted, not_measured, scored
from shared.quality.spans import Span, joined, milliseconds, total_ms
from shared.quality.thresholds import CheckName, Thresholds

WINDOW = 12
"""Words over which confidence is averaged to find a weak stretch: about four seconds of speech."""
VOICE_REACH_MS = 1_000
"""A word this close to heard speech is not made up over silence; word times are off by some hundred milliseconds."""
MARK_REACH_MS = 2_500
"""A change of speaker is marked when a caption begins this close to it."""
_SURE, _WORSE = 0.8, 2.1
"""Down to a mean confidence of 0.8 it is the share of right words; below that, which is noise, an echo or a telephone,
each point of it is two of them. Measured on real speech (``docs/quality.md``)."""
NEIGHBOUR_MS = 1_000
"""Words further apart are no neighbours: somebody paused between them."""
SHOWN = 5


def check_estimated_accuracy(evidence: Evidence, thresholds: Thresholds) -> Check:
    """The estimated accuracy, and each place that speaks against it: loops, words over silence, weak stretches."""
    words = evidence.words
    known = [word.confidence for word in words if word.confidence is not None]
    if not words:
        return not_measured(CheckName.ESTIMATED_ACCURACY, "There are no words.")
    loops, invented = find_loops([word.text for word in words]), _over_silence(evidence)
    suspicious = _suspicious(evidence)
    reasons = [_loop_reason(words, loop) for loop in loops[:SHOWN]]
    reasons.extend(_silence_reason(span) for span in _stretches(words, invented)[:SHOWN])
    reasons.extend(_smaller_model_reasons(evidence.engine.smaller_model))
    # Confidence is the model's opinion of itself, and a small model is as sure of itself as a large one.
    needs_eyes = bool(evidence.engine.smaller_model) or len(suspicious) > thresholds.invented_review_words
    if evidence.engine.language is not None:
        is_uncertain = evidence.engine.language_probability < thresholds.language_review
        reasons.append(_language_reason(evidence, is_uncertain))
        needs_eyes = needs_eyes or is_uncertain
    if not known:
        reasons.insert(0, Reason("The engine reports no confidences; only loops and words over silence were sought."))
        if not needs_eyes:
            return not_measured(CheckName.ESTIMATED_ACCURACY, reasons[0].text)
        return scored(CheckName.ESTIMATED_ACCURACY, _honest_share(evidence), reasons, thresholds, needs_eyes=True)
    estimate = estimated_accuracy(evidence) or 0.0
    mean = _mean(known)
    reasons.insert(0, Reason(f"The engine is {mean:.0%} sure of its words on average; this is an estimate."))
    review = thresholds.accuracy_review_score
    if evidence.engine.is_calibrated and estimate < review:
        needs_eyes = True
        reasons.insert(1, _low_reason(estimate, review))
    reasons.extend(_uncertain_reasons(words, thresholds))
    reasons.extend(_weak_reasons(words, thresholds.low_confidence))
    return scored(CheckName.ESTIMATED_ACCURACY, estimate, reasons, thresholds, needs_eyes=needs_eyes)


def estimated_accuracy(evidence: Evidence) -> float | None:
    """Share of what was said that is probably right in the words, three decimals.

    None where the engine reports no confidences. Speech without words counts as wrong words, also where it was taken
    for a sound with no voice.
    """
    words = evidence.words
    known = [word.confidence for word in words if word.confidence is not None]
    if not known:
        return None
    mean = _mean(known)
    if not evidence.engine.is_calibrated:
        return round(mean * _honest_share(evidence), 3)
    right = mean if mean >= _SURE else max(0.0, _SURE - _WORSE * (_SURE - mean))
    return round(right * _honest_share(evidence) * _heard_share(evidence), 3)


def _honest_share(evidence: Evidence) -> float:
    return 1 - len(_suspicious(evidence)) / len(evidence.words)


def _heard_share(evidence: Evidence) -> float:
    """Of the speech, what has words; a breath more or less at the edges of each is no loss."""
    if not evidence.speech:
        return 1.0
    found = coverage(evidence)
    lost_ms = total_ms(found.holes) + total_ms(found.overruled)
    return found.covered_ms / (found.covered_ms + lost_ms) if found.covered_ms else 0.0


def uncertain_places(words: Sequence[Word], limit: float) -> list[Span]:
    """Where words stand whose confidence is below the limit, each with the word before and after it, in time order.

    The word that is wrong is as often the neighbour of the uncertain one: a sound that was heard as two words, or two
    as one.
    """
    reached = []
    for number, word in enumerate(words):
        if word.confidence is not None and word.confidence < limit:
            start_ms, end_ms = word.start_ms, max(word.end_ms, word.start_ms + 1)
            if number and start_ms - words[number - 1].end_ms <= NEIGHBOUR_MS:
                start_ms = words[number - 1].start_ms
            if number + 1 < len(words) and words[number + 1].start_ms - end_ms <= NEIGHBOUR_MS:
                end_ms = max(end_ms, words[number + 1].end_ms)
            reached.append((start_ms, end_ms))
    return joined(reached)


def _mean(known: Sequence[float]) -> float:
    return min(1.0, max(0.0, fmean(known)))


def _suspicious(evidence: Evidence) -> set[int]:
    """Indexes of the words that loop or stand where no voice is heard."""
    loops = find_loops([word.text for word in evidence.words])
    return {index for loop in loops for index in range(loop.first, loop.last + 1)} | set(_over_silence(evidence))


def _low_reason(estimate: float, review: float) -> Reason:
    """The sentence about too many words that are probably wrong."""
    return Reason(
        f"About {1 - estimate:.0%} of the words are probably wrong or missing; above {1 - review:.0%} a person should "
        "look.",
        code="low_accuracy",
    )


def _uncertain_reasons(words: Sequence[Word], thresholds: Thresholds) -> list[Reason]:
    limit = thresholds.uncertain_confidence
    count = sum(word.confidence is not None and word.confidence < limit for word in words)
    if not count:
        return []
    places = len(uncertain_places(words, limit))
    is_are = "is" if count == 1 else "are"
    return [Reason(f"{counted(count, 'word')} {is_are} less than {limit:.0%} sure, at {counted(places, 'place')}.")]


def _language_reason(evidence: Evidence, is_uncertain: bool) -> Reason:
    engine = evidence.engine
    return Reason(
        f"Nobody named the language; it was taken for {engine.language}, {engine.language_probability:.0%} probable.",
        code="language_uncertain" if is_uncertain else None,
    )


def mistrusted_places(evidence: Evidence, thresholds: Thresholds) -> list[Reason]:
    """Every place that speaks against the words: loops, words over silence, weak stretches."""
    words = evidence.words
    loops = find_loops([word.text for word in words])
    return [
        *(_loop_reason(words, loop) for loop in loops),
        *(_silence_reason(span) for span in _stretches(words, _over_silence(evidence))),
        *(_weak_reason(span) for span in _weak_stretches(words, thresholds.low_confidence)),
    ]


def _loop_reason(words: Sequence[Word], loop: Loop) -> Reason:
    """The sentence about one loop."""
    start_ms, end_ms = words[loop.first].start_ms, words[loop.last].end_ms
    what = "word repeats" if loop.period == 1 else f"{loop.period} words repeat"
    text = f"From {clock(start_ms)} to {clock(end_ms)} the same {what} {loop.times} times."
    return Reason(text, start_ms, end_ms, "repeated_words")


def _over_silence(evidence: Evidence) -> list[int]:
    """Indexes of the words that stand where no voice is heard."""
    if evidence.speech is None:
        return []
    voices = joined((start - VOICE_REACH_MS, end + VOICE_REACH_MS) for start, end in evidence.speech)
    at = 0
    invented = []
    for index, word in enumerate(evidence.words):
        while at < len(voices) and voices[at].end_ms <= word.start_ms:
            at += 1
        if at == len(voices) or voices[at].start_ms >= word.end_ms:
            invented.append(index)
    return invented


def _stretches(words: Sequence[Word], invented: Sequence[int]) -> list[Span]:
    alone = [words[index] for index in invented]
    return joined(((word.start_ms, max(word.end_ms, word.start_ms + 1)) for word in alone), bridging_ms=5_000)


def _silence_reason(span: Span) -> Reason:
    """The sentence about words over silence."""
    return Reason(
        f"Words stand {stretch(*span)} where no voice is heard.",
        *span,
        "words_over_silence",
    )


def _smaller_model_reasons(spans: Sequence[Span]) -> list[Reason]:
    reasons = [
        Reason(
            f"From {clock(span.start_ms)} to {clock(span.end_ms)} a smaller model than the chosen one listened, "
            "because memory ran out.",
            *span,
            "smaller_model",
        )
        for span in spans[:SHOWN]
    ]
    if len(spans) > SHOWN:
        text = f"A smaller model than the chosen one listened at {counted(len(spans) - SHOWN, 'more place')}."
        reasons.append(Reason(text, code="smaller_model"))
    return reasons


def _weak_reasons(words: Sequence[Word], limit: float) -> list[Reason]:
    weak = _weak_stretches(words, limit)
    reasons = [_weak_reason(span) for span in sorted(weak, key=lambda span: -span.length_ms)[:SHOWN]]
    if len(weak) > SHOWN:
        text = f"The engine is unsure at {counted(len(weak) - SHOWN, 'more place')}."
        reasons.append(Reason(text, code="low_confidence"))
    return reasons


def _weak_reason(span: Span) -> Reason:
    """The sentence about one weak stretch."""
    return Reason(f"The engine is unsure {stretch(*span)}.", *span, "low_confidence")


def _weak_stretches(words: Sequence[Word], limit: float) -> list[Span]:
    """Where the mean confidence of a dozen words is below the limit."""
    return joined(_weak_windows(words, limit), bridging_ms=2_000)


def _weak_windows(words: Sequence[Word], limit: float) -> Iterator[Span]:
    """Every stretch of a dozen words whose mean confidence is below the limit."""
    known = [word for word in words if word.confidence is not None]
    confidences = [word.confidence or 0.0 for word in known]
    window = min(WINDOW, len(known))
    total = sum(confidences[:window])
    for first in range(len(known) - window + 1):
        if first:
            total += confidences[first + window - 1] - confidences[first - 1]
        if total < limit * window:
            yield Span(known[first].start_ms, known[first + window - 1].end_ms)


def check_speaker_changes(evidence: Evidence, thresholds: Thresholds) -> Check:
    """Share of changes of speaker at which a new caption or a row with ``>>`` begins (47 CFR 79.1(j)(2)(i))."""
    changes = [
        after
        for before, after in zip(evidence.words, evidence.words[1:], strict=False)
        if before.speaker and after.speaker and before.speaker != after.speaker
    ]
    if not any(word.speaker for word in evidence.words):
        return not_measured(CheckName.SPEAKER_CHANGES, "Speakers were not told apart.")
    if not evidence.cues:
        return not_measured(CheckName.SPEAKER_CHANGES, "There are no captions.")
    if not changes:
        return scored(CheckName.SPEAKER_CHANGES, 1.0, [Reason("Only one speaker was heard.")], thresholds)
    marks = _marks(evidence)
    unmarked = _far_from(marks, changes)
    reasons = [Reason(f"{len(changes) - len(unmarked)} of {len(changes)} changes of speaker are marked.")]
    reasons.extend(
        Reason(
            f"The change of speaker at {clock(word.start_ms)} is not marked.",
            word.start_ms,
            word.end_ms,
            "speaker_change_unmarked",
        )
        for word in unmarked[:SHOWN]
    )
    return scored(CheckName.SPEAKER_CHANGES, 1 - len(unmarked) / len(changes), reasons, thresholds)


def _marks(evidence: Evidence) -> list[Span]:
    """Stretches in which a change counts as marked: around captions that begin, or carry a row that begins, with >>."""
    marks = []
    speaker: str | None = None
    for cue in evidence.cues:
        start, end = milliseconds(cue.start), milliseconds(cue.end)
        if any(row.lstrip().startswith(">>") for row in cue.rows[1:]):
            marks.append(Span(start - MARK_REACH_MS, end + MARK_REACH_MS))
        elif cue.rows and (cue.rows[0].lstrip().startswith(">>") or cue.speaker != speaker):
            marks.append(Span(start - MARK_REACH_MS, start + MARK_REACH_MS))
        speaker = cue.speaker
    return joined(marks)


def _far_from(marks: list[Span], changes: list[Word]) -> list[Word]:
    at = 0
    far = []
    for word in changes:
        while at < len(marks) and marks[at].end_ms < word.start_ms:
            at += 1
        if at == len(marks) or marks[at].start_ms > word.start_ms:
            far.append(word)
    return far
