"""Checks on what the captions are made from and written into: the recording, its sound, the SCC file."""

from collections.abc import Sequence

from shared.captions.legible import ILLEGIBLE
from shared.captions.model import Finding, Severity
from shared.media.positions import clock, length, stretch
from shared.quality.evidence import AudioFacts, Evidence
from shared.quality.report import Check, Reason, counted, not_measured, scored
from shared.quality.spans import Span, common, total_ms
from shared.quality.thresholds import CheckName, Thresholds, score_between

SHOWN = 5
"""How many places a reason list names before it says how many more there are."""
CANCELLED_SHOWN_MS = 1_000
"""Channels that cancel each other for less than this are chance."""
UNSEEN_SHOWN_MS = 3_000
"""Recorders cut sound and pictures of a stream some two seconds apart; what is more may hold a sentence."""
WARNINGS_LOST = 20
"""Places with complaints of the decoder at which a file counts as damaged all over."""


def check_file_integrity(evidence: Evidence, thresholds: Thresholds) -> Check:
    """Could the whole recording be decoded? Compares the sound that could be read with what was promised."""
    probe = evidence.probe
    if probe is None:
        return not_measured(CheckName.FILE_INTEGRITY, "The recording was not probed.")
    reasons = []
    complaints = max(probe.complaints, len(probe.warnings))
    scores = [score_between(complaints, lost=WARNINGS_LOST, good=0)]
    gone_ms = sum(span.length_ms for span in probe.gone)
    broken, promised_ms = list(probe.broken), probe.container_ms or probe.decoded_ms + gone_ms
    if promised_ms and (probe.container_ms or broken or probe.gone):
        read_ms = probe.decoded_ms - total_ms(common(broken, [(0, probe.decoded_ms)]))
        share = read_ms / promised_ms
        scores.append(score_between(share, lost=thresholds.decoded_share_lost, good=thresholds.decoded_share_good))
        if (probe.decoded_ms + gone_ms) / promised_ms < thresholds.decoded_share_good:
            reasons.append(_missing(probe.decoded_ms, promised_ms, "the file claims", "sound_missing"))
            broken = common(broken, [(0, probe.decoded_ms)])
    reasons += _gone(probe.gone) + _broken(broken)
    # A meeting may end early, so the schedule alone brings a person and never fails a recording.
    short_ms = (probe.scheduled_ms or 0) - probe.decoded_ms
    is_short = short_ms > thresholds.schedule_short_ms and probe.decoded_ms < 0.98 * (probe.scheduled_ms or 0)
    if is_short and probe.scheduled_ms:
        reasons.append(_missing(probe.decoded_ms, probe.scheduled_ms, "the schedule gives", "shorter_than_scheduled"))
    if probe.decoded_ms <= 0:
        scores.append(0.0)
        reasons.append(Reason("No sound could be decoded.", code="no_sound"))
    said = [f"The decoder said: {warning}" for warning in probe.warnings[:SHOWN]]
    if said and complaints > len(said):
        said.append(f"The decoder complained {counted(complaints - len(said), 'more time')}.")
    reasons.extend(Reason(text, code="decoder_complaint") for text in said)
    unseen_ms = -(probe.sound_starts_ms or 0)
    if unseen_ms >= UNSEEN_SHOWN_MS:
        text = (
            f"{length(unseen_ms)} of sound come before the first picture, so nothing that is said there has captions."
        )
        reasons.append(Reason(text, code="sound_before_picture"))
    needs_eyes = is_short or bool(probe.broken or probe.gone) or unseen_ms >= UNSEEN_SHOWN_MS
    return scored(CheckName.FILE_INTEGRITY, min(scores), reasons, thresholds, needs_eyes=needs_eyes)


def _broken(places: Sequence[Span]) -> list[Reason]:
    said = []
    for start, end in places[:SHOWN]:
        said.append(Reason(f"Sound {stretch(start, end)} could not be read.", start, end, "sound_broken"))
    if len(places) > SHOWN:
        rest = places[SHOWN:]
        text = f"Sound could not be read at {counted(len(rest), 'more place')}."
        said.append(Reason(text, rest[0].start_ms, rest[-1].end_ms, "sound_broken"))
    return said


def _gone(places: Sequence[Span]) -> list[Reason]:
    said = [
        Reason(
            f"About {length(end - start)} of sound are gone at {clock(start)}, where the file has wrong bytes; what "
            "follows comes that much earlier.",
            start,
            start,
            "sound_gone",
        )
        for start, end in places[:SHOWN]
    ]
    if rest := places[SHOWN:]:
        gone_ms = sum(end - start for start, end in rest)
        text = f"Sound is gone at {counted(len(rest), 'more place')}, about {length(gone_ms)} in all."
        said.append(Reason(text, rest[0].start_ms, rest[-1].start_ms, "sound_gone"))
    return said


def _missing(decoded_ms: int, promised_ms: int, by: str, code: str) -> Reason:
    return Reason(
        f"Sound could be decoded up to {clock(decoded_ms)}, {by} {clock(promised_ms)}: "
        f"{length(promised_ms - decoded_ms)} are missing.",
        decoded_ms,
        promised_ms,
        code,
    )


def check_scc_validity(evidence: Evidence, thresholds: Thresholds) -> Check:
    """Would a decoder show the written file as meant? One error is enough to fail; warnings cost a little."""
    if evidence.findings is None:
        return not_measured(CheckName.SCC_VALIDITY, "The SCC file was not read back.")
    if not evidence.cues:
        what = "There are words, but no captions." if evidence.words else "There are no captions."
        return scored(
            CheckName.SCC_VALIDITY, 0.0 if evidence.words else 1.0, [Reason(what, code="no_captions")], thresholds
        )
    for finding in evidence.findings:
        if finding.code == ILLEGIBLE:
            return scored(CheckName.SCC_VALIDITY, 0.0, [Reason(finding.message, code=finding.code)], thresholds)
    errors = [finding for finding in evidence.findings if finding.severity is Severity.ERROR]
    warnings = [finding for finding in evidence.findings if finding.severity is Severity.WARNING]
    reasons = [_finding_reason(finding) for finding in (errors + warnings)[:SHOWN]]
    if len(errors) + len(warnings) > SHOWN:
        reasons.append(Reason(f"{counted(len(errors), 'error')} and {counted(len(warnings), 'warning')} in all."))
    warned = min(1.0, len(warnings) / len(evidence.cues))
    return scored(CheckName.SCC_VALIDITY, 0.0 if errors else 1.0 - warned / 2, reasons, thresholds)


def _finding_reason(finding: Finding) -> Reason:
    """The sentence of a finding, which says "it" of the caption that is named here."""
    caption = f"Caption {finding.cue}" if finding.cue is not None else ""
    at = f"at {finding.timecode}" if finding.timecode else ""
    where = " ".join(part for part in (caption, at) if part)
    text = f"{where[:1].upper()}{where[1:]}: {finding.message}" if where else finding.message
    return Reason(text, code=finding.code)


def check_audio_quality(evidence: Evidence, thresholds: Thresholds) -> Check:
    """Is the sound loud, clean and clear enough to expect good recognition? The worst property decides."""
    audio = evidence.audio
    if audio is None:
        return not_measured(CheckName.AUDIO_QUALITY, "The sound was not measured.")
    scores = {
        "level": score_between(audio.rms_dbfs, lost=thresholds.rms_lost_dbfs, good=thresholds.rms_good_dbfs),
        "clipping": score_between(audio.clipped_share, lost=thresholds.clipped_lost, good=thresholds.clipped_good),
    }
    if audio.snr_db is not None:
        scores["noise"] = score_between(audio.snr_db, lost=thresholds.snr_lost_db, good=thresholds.snr_good_db)
    reasons = [_audio_reason(what, audio) for what, score in scores.items() if score < 1]
    if audio.snr_db is None and evidence.speech:
        reasons.append(Reason("How noisy the room is could not be measured: nobody pauses for long enough."))
    if cancelling := channels_cancelling(audio):
        reasons.append(cancelling)
    return scored(CheckName.AUDIO_QUALITY, min(scores.values()), reasons, thresholds)


def channels_cancelling(audio: AudioFacts) -> Reason | None:
    """What a station should know of its cables, although the captions lose nothing by it."""
    if audio.cancelled_ms < CANCELLED_SHOWN_MS:
        return None
    return Reason(
        f"For {length(audio.cancelled_ms)} the two sound channels cancel each other (one is wired the wrong way round),"
        " so only one was listened to. Who has one loudspeaker hears nothing there."
    )


def _audio_reason(what: str, audio: AudioFacts) -> Reason:
    if what == "level":
        return Reason(
            f"The sound is quiet: {audio.rms_dbfs:.0f} dBFS, peaks at {audio.peak_dbfs:.0f} dBFS.", code="quiet"
        )
    if what == "clipping":
        return Reason(
            f"The sound is overdriven: {audio.clipped_share:.1%} of the samples are at full scale.", code="overdriven"
        )
    assert audio.snr_db is not None
    if audio.snr_db < 1:
        return Reason("The voices are no louder than the noise of the room.", code="noisy")
    return Reason(f"The voices stand only {audio.snr_db:.0f} dB above the noise of the room.", code="noisy")
