"""Do captions come with the voice, and do they stay long enough to be read?

The voice is taken from the voice-activity detector, so an engine whose word times are wrong cannot confirm itself.
Only onsets after a clear pause are used: in running speech a detector knows nothing of where a sentence begins.
"""

from bisect import bisect_left
from collections.abc import Sequence
from statistics import median

from shared.captions.model import Cue
from shared.media.positions import clock, length
from shared.quality.evidence import Evidence
from shared.quality.report import Check, Reason, counted, not_measured, scored
from shared.quality.spans import Span, joined, milliseconds
from shared.quality.thresholds import CheckName, Thresholds, score_between

CLEAR_PAUSE_MS = 1_500
CLEAR_SPEECH_MS = 1_000
"""A pause and a voice this long make an onset that can be trusted."""
WORD_EARLY_MS = 500
"""An engine's first word may begin this much before the detector hears a voice."""
ONSET_SEARCH_MS = 6_000
"""A caption further from an onset than this belongs to something else."""
ONSET_DIFFERS_MS = 100
"""Sound that is heard so much before it begins in the file is timed by another clock than the pictures."""
FEWEST_ONSETS = 3
FEWEST_FOR_DRIFT = 9
SHOWN = 5


def check_timing_accuracy(evidence: Evidence, thresholds: Thresholds) -> Check:
    """Share of clear speech onsets at which a caption appears in time, and drift from the first to the last third.

    All of it is worth nothing where the captions' clock does not begin with the pictures: voice and captions are then
    early together.
    """
    if (early := _early_sound(evidence)) is not None:
        return scored(CheckName.TIMING_ACCURACY, 0.0, [early], thresholds)
    if evidence.speech is None:
        return not_measured(CheckName.TIMING_ACCURACY, "Speech was not detected independently of the words.")
    onsets = _clear_onsets(evidence)
    if len(onsets) < FEWEST_ONSETS or not evidence.cues:
        return not_measured(
            CheckName.TIMING_ACCURACY,
            f"Only {counted(len(onsets), 'clear onset')} of speech with captions: too few to judge.",
        )
    starts = sorted(milliseconds(cue.start) for cue in evidence.cues)
    offsets = [_nearest_offset(onset, starts) for onset in onsets]
    late = [
        (onset, offset)
        for onset, offset in zip(onsets, offsets, strict=True)
        if offset is None or abs(offset) > thresholds.onset_good_ms
    ]
    share = 1 - len(late) / len(onsets)
    known = [offset for offset in offsets if offset is not None]
    scores = [score_between(share, lost=thresholds.onset_share_lost, good=1.0)]
    reasons = [_summary(share, len(onsets), known)]
    if len(known) >= FEWEST_FOR_DRIFT:
        third = len(known) // 3
        drift = round(median(known[-third:]) - median(known[:third]))
        scores.append(score_between(abs(drift), lost=thresholds.drift_lost_ms, good=thresholds.drift_good_ms))
        if abs(drift) > thresholds.drift_good_ms:
            text = f"Captions drift by {drift / 1000:+.1f} s between the first and the last third."
            reasons.append(Reason(text, code="captions_drift"))
    reasons.extend(_late_reasons(late))
    return scored(CheckName.TIMING_ACCURACY, min(scores), reasons, thresholds)


def _early_sound(evidence: Evidence) -> Reason | None:
    """The sentence about sound that is heard on the captions' clock before it begins in the pictures' time."""
    probe = evidence.probe
    if probe is None or probe.sound_starts_ms is None or probe.heard_from_ms is None:
        return None
    early_ms = probe.sound_starts_ms - probe.heard_from_ms
    if early_ms <= ONSET_DIFFERS_MS:
        return None
    return Reason(
        f"The sound begins {length(probe.sound_starts_ms)} after the first picture, but captions are timed as if it "
        f"began {length(early_ms)} earlier.",
        0,
        probe.sound_starts_ms,
        "other_clock",
    )


def _clear_onsets(evidence: Evidence) -> list[int]:
    """Starts of voices after a pause that have words at all; speech without words is completeness's affair."""
    speech = joined(evidence.speech or ())
    firsts = [word.start_ms for word in evidence.words]
    onsets = []
    for before, span in zip([Span(-CLEAR_PAUSE_MS, 0), *speech], speech, strict=False):
        at = bisect_left(firsts, span.start_ms - WORD_EARLY_MS)
        has_words = at < len(firsts) and firsts[at] < min(span.end_ms, span.start_ms + ONSET_SEARCH_MS)
        paused = span.start_ms - before.end_ms >= CLEAR_PAUSE_MS
        if paused and span.length_ms >= CLEAR_SPEECH_MS and has_words:
            onsets.append(span.start_ms)
    return onsets


def _nearest_offset(onset: int, starts: Sequence[int]) -> int | None:
    at = bisect_left(starts, onset)
    offsets = [starts[each] - onset for each in (at - 1, at) if 0 <= each < len(starts)]
    nearest = min(offsets, key=abs)
    return nearest if abs(nearest) <= ONSET_SEARCH_MS else None


def _summary(share: float, onsets: int, known: list[int]) -> Reason:
    # Adding zero takes the sign from a zero that was rounded.
    middle = (
        f"; the median caption stands {round(median(known) / 1000, 1) + 0.0:+.1f} s from the voice" if known else ""
    )
    return Reason(f"At {share:.0%} of {onsets} clear onsets of speech a caption appears in time{middle}.")


def _late_reasons(late: list[tuple[int, int | None]]) -> list[Reason]:
    reasons = []
    for onset, offset in late[:SHOWN]:
        if offset is None:
            text = f"A voice begins at {clock(onset)} and no caption appears within {ONSET_SEARCH_MS // 1000} s."
        else:
            side = "after" if offset > 0 else "before"
            text = f"The caption for the voice at {clock(onset)} appears {abs(offset) / 1000:.1f} s {side} it."
        reasons.append(Reason(text, onset, onset + ONSET_SEARCH_MS, "caption_off_time"))
    if len(late) > SHOWN:
        text = f"The captions of {counted(len(late) - SHOWN, 'more voice')} are early or late."
        reasons.append(Reason(text, code="caption_off_time"))
    return reasons


def check_reading_speed(evidence: Evidence, thresholds: Thresholds) -> Check:
    """Share of captions that are too fast to read, counted in characters per second on screen."""
    if not evidence.cues:
        return not_measured(CheckName.READING_SPEED, "There are no captions.")
    speeds = [(reading_speed(cue), cue) for cue in evidence.cues]
    fast = sum(speed > thresholds.fast_cps for speed, _ in speeds) / len(speeds)
    too_fast = sorted((pair for pair in speeds if pair[0] > thresholds.too_fast_cps), key=lambda pair: -pair[0])
    score = min(
        score_between(fast, lost=thresholds.fast_share_lost, good=0.0),
        score_between(len(too_fast) / len(speeds), lost=thresholds.too_fast_share_lost, good=0.0),
    )
    reasons = [
        Reason(
            f"The median caption runs at {median(speed for speed, _ in speeds):.0f} characters per second; "
            f"{fast:.0%} exceed {thresholds.fast_cps:.0f}, "
            f"{len(too_fast)} of {len(speeds)} exceed {thresholds.too_fast_cps:.0f}."
        )
    ]
    for speed, cue in too_fast[:SHOWN]:
        start, end = milliseconds(cue.start), milliseconds(cue.end)
        text = f"The caption at {clock(start)} runs at {speed:.0f} characters per second."
        reasons.append(Reason(text, start, end, "too_fast"))
    return scored(CheckName.READING_SPEED, score, reasons, thresholds)


def reading_speed(cue: Cue) -> float:
    """Characters per second of a caption, a row break counting as one space."""
    duration = float(cue.duration)
    characters = len(" ".join(cue.rows))
    return characters / duration if duration > 0 else float("inf")
