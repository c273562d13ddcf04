"""Is all speech captioned? Words are held against an independent ear, the voice-activity detector.

Speech without words is what people complain about most after invented words, and the engine cannot know it itself.
A recess or half an hour of music is no gap: nobody speaks there, or a sound tag accounts for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shared.captions.model import SoundKind
from shared.media.positions import clock, length, stretch
from shared.quality.evidence import Evidence
from shared.quality.report import Check, Reason, counted, not_measured, scored
from shared.quality.spans import Span, common, joined, milliseconds, total_ms, without
from shared.quality.thresholds import CheckName, Thresholds, score_between

WORD_REACH_MS = 700
"""A word accounts for this much speech around it: detectors add up to 400 ms of margin and bridge short pauses."""
TOO_SHORT_MS = 1_000
"""Uncovered pieces below this are breaths, coughs and the detector's margins."""
CUE_REACH_MS = 2_000
"""A caption shows a word when it is on screen at most this far from it: a full line needs over a second to load."""
UNSHOWN_LOST = 0.05
"""Share of words on no caption at which the captions count as broken."""
EXCUSED_REVIEW_SHARE = 0.25
EXCUSED_REVIEW_MS = 60_000
"""More speech than this explained away by sound tags, and a person should hear whether the tags are right."""
OVERRULED_BRIDGED_MS = 3_000
"""Such stretches are one place where no more lies between them."""
SHOWN = 5


def check_completeness(evidence: Evidence, thresholds: Thresholds) -> Check:
    """How much of the heard speech has words, how long the worst hole is, and whether every word is on a caption."""
    if evidence.speech is None:
        return not_measured(CheckName.COMPLETENESS, "Speech was not detected independently of the words.")
    found = coverage(evidence)
    if found.accountable_ms == 0 and not evidence.engine.other_languages:
        return _nobody_speaks(evidence, thresholds)
    unshown = _words_on_no_caption(evidence)
    unshown_share = len(unshown) / len(evidence.words) if evidence.words else 0.0
    score = min(
        _share_score(found, thresholds),
        _longest_hole_score(found.holes, thresholds),
        score_between(unshown_share, lost=UNSHOWN_LOST, good=0.0),
    )
    inaudible_ms = total_ms(evidence.engine.inaudible)
    excused_ms = found.excused_ms
    suspicious = excused_ms > EXCUSED_REVIEW_MS and excused_ms > EXCUSED_REVIEW_SHARE * found.accountable_ms
    is_doubted = total_ms(found.overruled) > thresholds.inaudible_review_ms
    reasons = [
        *_share_reasons(found),
        *_hole_reasons(list(found.holes)),
        *_unshown_reasons(unshown)[:SHOWN],
        *_tail_reasons(evidence),
        *_other_language_reasons(evidence),
    ]
    if inaudible_ms:
        text = f"{length(inaudible_ms)} stayed unintelligible and are marked [inaudible]."
        is_much = inaudible_ms > thresholds.inaudible_review_ms
        reasons.append(Reason(text, code="inaudible" if is_much else None))
    if suspicious:
        text = f"{length(excused_ms)} that the voice detector took for speech count as music or another sound."
        reasons.append(Reason(text, code="speech_overruled"))
    if is_doubted:
        reasons.extend(_overruled_reasons(joined(found.overruled, bridging_ms=OVERRULED_BRIDGED_MS)))
    wordless = any(not one.has_words for one in evidence.engine.other_languages)
    needs_eyes = suspicious or is_doubted or wordless or inaudible_ms > thresholds.inaudible_review_ms
    return scored(CheckName.COMPLETENESS, score, reasons, thresholds, needs_eyes=needs_eyes)


def wordless_places(evidence: Evidence, thresholds: Thresholds, parts: Sequence[Span]) -> list[Reason]:
    """Every place that keeps the check from passing: long holes, words that no caption shows, and each of ``parts`` of
    the recording whose own share of covered speech is too small."""
    found = coverage(evidence)
    places = [
        _hole_reason(hole)
        for hole in found.holes
        if _longest_hole_score([hole], thresholds) < thresholds.pass_score_of(CheckName.COMPLETENESS)
    ]
    places += _unshown_reasons(_words_on_no_caption(evidence))
    if _share_score(found, thresholds) < thresholds.pass_score_of(CheckName.COMPLETENESS):
        places += [_poor_part(part, evidence) for part in parts if _is_poor(part, evidence, thresholds)]
    return places


def _is_poor(part: Span, evidence: Evidence, thresholds: Thresholds) -> bool:
    found = coverage(_within(part, evidence))
    return _share_score(found, thresholds) < thresholds.pass_score_of(CheckName.COMPLETENESS)


def _poor_part(part: Span, evidence: Evidence) -> Reason:
    found = coverage(_within(part, evidence))
    text = f"{found.share:.1%} of the speech from {clock(part.start_ms)} to {clock(part.end_ms)} have words."
    return Reason(text, *part, "speech_without_words")


def _within(part: Span, evidence: Evidence) -> Evidence:
    return replace(evidence, speech=tuple(common(evidence.speech or (), [part])))


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the heard speech and the words go together."""

    covered_ms: int
    holes: tuple[Span, ...]
    """Speech that neither words nor a sound account for, long enough to hold a word."""
    excused_ms: int
    """Speech without words that a sound tag explains."""
    overruled: tuple[Span, ...] = ()
    """What the detector took for speech, and nobody else did; no tag explains it."""

    @property
    def accountable_ms(self) -> int:
        """Speech that should have words."""
        return self.covered_ms + total_ms(self.holes)

    @property
    def share(self) -> float:
        """Which part of it has them; 1 where nobody speaks."""
        return self.covered_ms / self.accountable_ms if self.accountable_ms else 1.0


def coverage(evidence: Evidence) -> Coverage:
    """Hold the words against the speech; ``[inaudible]`` explains nothing."""
    speech = evidence.speech or ()
    reach = joined((word.start_ms - WORD_REACH_MS, word.end_ms + WORD_REACH_MS) for word in evidence.words)
    tagged = [(sound.start_ms, sound.end_ms) for sound in evidence.sounds if sound.kind is not SoundKind.INAUDIBLE]
    wordless = without(speech, reach)
    holes = tuple(hole for hole in without(wordless, tagged) if hole.length_ms >= TOO_SHORT_MS)
    # A language that is named in a tag is speech all the same, and a check of its own asks for it.
    sounds = without(tagged, [(one.start_ms, one.end_ms) for one in evidence.engine.other_languages])
    return Coverage(
        covered_ms=total_ms(common(speech, reach)),
        holes=holes,
        excused_ms=total_ms(common(wordless, sounds)) + total_ms(common(evidence.overruled, sounds)),
        overruled=tuple(without(evidence.overruled, tagged)),
    )


def _share_score(found: Coverage, thresholds: Thresholds) -> float:
    """1 where all speech has words, 0 where too little has."""
    return score_between(found.share, lost=thresholds.coverage_lost, good=thresholds.coverage_good)


def _longest_hole_score(holes: Iterable[Span], thresholds: Thresholds) -> float:
    """1 without a hole worth mentioning, 0 with one that alone spoils the captions."""
    longest_ms = max((hole.length_ms for hole in holes), default=0)
    return score_between(longest_ms, lost=thresholds.uncovered_lost_ms, good=thresholds.uncovered_good_ms)


def _share_reasons(found: Coverage) -> list[Reason]:
    if not found.accountable_ms:
        return []
    return [Reason(f"{found.share:.1%} of the {length(found.accountable_ms)} of speech heard have words.")]


def _hole_reason(hole: Span) -> Reason:
    """The sentence about one hole."""
    return Reason(
        f"Speech from {clock(hole.start_ms)} to {clock(hole.end_ms)} ({length(hole.length_ms)}) has no words.",
        *hole,
        "speech_without_words",
    )


def _overruled_reasons(places: Sequence[Span]) -> list[Reason]:
    """A hoarse or whispering voice sounds like noise, and may be too quiet for the engine as well."""
    longest = sorted(sorted(places, key=lambda place: (-place.length_ms, place.start_ms))[:SHOWN])
    reasons = [
        Reason(
            f"The voice detector heard somebody {stretch(*place)}, but the engine heard no words, and the sound has no "
            "voice.",
            *place,
            "speech_overruled",
        )
        for place in longest
    ]
    if len(places) > SHOWN:
        text = f"So it is at {counted(len(places) - SHOWN, 'shorter place')}."
        reasons.append(Reason(text, code="speech_overruled"))
    return reasons


def _nobody_speaks(evidence: Evidence, thresholds: Thresholds) -> Check:
    if evidence.words:
        why = f"The transcript has {counted(len(evidence.words), 'word')}, but no speech is heard anywhere."
        return scored(CheckName.COMPLETENESS, 0.0, [Reason(why, code="words_without_speech")], thresholds)
    why = f"No speech is heard in {length(evidence.duration_ms)}; a person should confirm that."
    return scored(CheckName.COMPLETENESS, 1.0, [Reason(why, code="no_speech")], thresholds, needs_eyes=True)


def _hole_reasons(holes: list[Span]) -> list[Reason]:
    worst = sorted(holes, key=lambda hole: (-hole.length_ms, hole.start_ms))[:SHOWN]
    reasons = [_hole_reason(hole) for hole in sorted(worst)]
    if len(holes) > SHOWN:
        rest_ms = total_ms(holes) - total_ms(worst)
        text = f"There are no words either at {counted(len(holes) - SHOWN, 'more place')} ({length(rest_ms)} in all)."
        reasons.append(Reason(text, code="speech_without_words"))
    return reasons


def _words_on_no_caption(evidence: Evidence) -> list[Span]:
    shown = joined(
        (milliseconds(cue.start) - CUE_REACH_MS, milliseconds(cue.end) + CUE_REACH_MS) for cue in evidence.cues
    )
    at = 0
    unshown = []
    for word in evidence.words:
        while at < len(shown) and shown[at].end_ms < word.start_ms:
            at += 1
        if at == len(shown) or shown[at].start_ms > word.end_ms:
            unshown.append(Span(word.start_ms, word.end_ms))
    return unshown


def _unshown_reasons(unshown: list[Span]) -> list[Reason]:
    return [
        Reason(
            f"Words {stretch(*span)} are on no caption.",
            *span,
            "words_on_no_caption",
        )
        for span in joined(unshown, bridging_ms=5_000)
    ]


def _other_language_reasons(evidence: Evidence) -> list[Reason]:
    """Every stretch in another language: a plain fact where it is written down, else where a person has to listen."""
    own = evidence.engine.own_language
    reasons = []
    for one in evidence.engine.other_languages:
        place = f"From {clock(one.start_ms)} to {clock(one.end_ms)}"
        if one.name is None:
            text = f"{place} it is hardly {own} that is spoken ({one.probability:.0%} probable), nor clear what."
            reasons.append(Reason(text, one.start_ms, one.end_ms, "language_unclear"))
        elif one.has_words:
            text = f"{place} {one.name} is spoken ({one.probability:.0%} probable), and written as it is said."
            reasons.append(Reason(text, one.start_ms, one.end_ms))
        else:
            text = (
                f"{place} {one.name} is spoken ({one.probability:.0%} probable): the captions say so and have no words."
            )
            reasons.append(Reason(text, one.start_ms, one.end_ms, "other_language"))
    return reasons


def _tail_reasons(evidence: Evidence) -> list[Reason]:
    last_ms = max((milliseconds(cue.end) for cue in evidence.cues), default=0)
    if evidence.duration_ms - last_ms < 30_000:
        return []
    return [
        Reason(
            f"The last caption ends at {clock(last_ms)}, the recording at {clock(evidence.duration_ms)}.",
            last_ms,
            evidence.duration_ms,
        )
    ]
