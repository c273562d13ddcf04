"""Is all speech captioned? Words are held against an independent ear, the voice-activity detector.

Speech without words is what people complain about most after invented words, and the engine cannot know it itself.
A recess or half an hour of music is no gap: nobody speaks there, or a sound tag accounts for it.
"""

from shared.captions.model import SoundKind
from shared.media.clock import clock, length
from shared.quality.evidence import Evidence
from shared.quality.report import Check, CheckName, Reason, not_measured, scored
from shared.quality.spans import Span, common, joined, milliseconds, total_ms, without
from shared.quality.thresholds import Thresholds, score_between

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
SHOWN = 5


def check_completeness(evidence: Evidence, thresholds: Thresholds) -> Check:
    """How much of the heard speech has words, how long the worst hole is, and whether every word is on a caption."""
    if evidence.speech is None:
        return not_measured(CheckName.COMPLETENESS, "Speech was not detected independently of the words.")
    reach = joined((word.start_ms - WORD_REACH_MS, word.end_ms + WORD_REACH_MS) for word in evidence.words)
    tagged = [(sound.start_ms, sound.end_ms) for sound in evidence.sounds if sound.kind is not SoundKind.INAUDIBLE]
    wordless = without(evidence.speech, reach)
    holes = [hole for hole in without(wordless, tagged) if hole.length_ms >= TOO_SHORT_MS]
    covered_ms = total_ms(common(evidence.speech, reach))
    missing_ms = total_ms(holes)
    if covered_ms + missing_ms == 0:
        return _nobody_speaks(evidence, thresholds)
    share = covered_ms / (covered_ms + missing_ms)
    longest_ms = max((hole.length_ms for hole in holes), default=0)
    unshown = _words_on_no_caption(evidence)
    unshown_share = len(unshown) / len(evidence.words) if evidence.words else 0.0
    score = min(
        score_between(share, lost=thresholds.coverage_lost, good=thresholds.coverage_good),
        score_between(longest_ms, lost=thresholds.uncovered_lost_ms, good=thresholds.uncovered_good_ms),
        score_between(unshown_share, lost=UNSHOWN_LOST, good=0.0),
    )
    excused_ms = total_ms(common(wordless, tagged))
    inaudible_ms = total_ms(evidence.engine.inaudible)
    suspicious = excused_ms > EXCUSED_REVIEW_MS and excused_ms > EXCUSED_REVIEW_SHARE * (covered_ms + missing_ms)
    reasons = [
        Reason(f"{share:.1%} of the {length(covered_ms + missing_ms)} of speech heard have words."),
        *_hole_reasons(holes),
        *_unshown_reasons(unshown),
        *_tail_reasons(evidence),
    ]
    if inaudible_ms:
        reasons.append(Reason(f"{length(inaudible_ms)} stayed unintelligible and are marked [inaudible]."))
    if suspicious:
        reasons.append(Reason(f"{length(excused_ms)} that sound like speech are tagged as music or another sound."))
    needs_eyes = suspicious or inaudible_ms > thresholds.inaudible_review_ms
    return scored(CheckName.COMPLETENESS, score, reasons, thresholds, needs_eyes=needs_eyes)


def _nobody_speaks(evidence: Evidence, thresholds: Thresholds) -> Check:
    if evidence.words:
        why = f"{len(evidence.words)} words were written, but no speech is heard anywhere."
        return scored(CheckName.COMPLETENESS, 0.0, [Reason(why)], thresholds)
    why = f"No speech is heard in {length(evidence.duration_ms)}; a person should confirm that."
    return scored(CheckName.COMPLETENESS, 1.0, [Reason(why)], thresholds, needs_eyes=True)


def _hole_reasons(holes: list[Span]) -> list[Reason]:
    worst = sorted(holes, key=lambda hole: (-hole.length_ms, hole.start_ms))[:SHOWN]
    reasons = [
        Reason(
            f"Speech from {clock(hole.start_ms)} to {clock(hole.end_ms)} ({length(hole.length_ms)}) has no words.",
            *hole,
        )
        for hole in sorted(worst)
    ]
    if len(holes) > SHOWN:
        rest_ms = total_ms(holes) - total_ms(worst)
        reasons.append(Reason(f"{len(holes) - SHOWN} shorter stretches ({length(rest_ms)}) have no words either."))
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
        Reason(f"Words from {clock(span.start_ms)} to {clock(span.end_ms)} are on no caption.", *span)
        for span in joined(unshown, bridging_ms=5_000)[:SHOWN]
    ]


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
