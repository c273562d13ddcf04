"""One pass over a decoded recording: who speaks when, and what else is heard, in constant memory."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.transcriber.audio import RATE, read_blocks
from services.transcriber.sounds import DEFAULT_SOUNDS, FeatureExtractor, SoundOptions, gaps, label_sounds, tonal_share
from services.transcriber.vad import DEFAULT_VAD, FRAME, Floats, SpeechDetector, SpeechSpan, VadOptions, speech_spans
from shared.captions.model import Sound
from shared.errors import Temporary

_BLOCK = FRAME * 1024  # about 33 seconds


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything the plan of a transcription is made from."""

    duration_ms: int
    speech: tuple[SpeechSpan, ...]
    sounds: tuple[Sound, ...]
    speech_dbfs: float | None = None
    """Level of the speech, from its power; None when nobody speaks."""
    pause_dbfs: float | None = None
    """Level of the room in the pauses, without music, applause and other sounds; None when there are no pauses."""

    @property
    def speech_ms(self) -> int:
        """Media time in which somebody speaks."""
        return sum(span.end_ms - span.start_ms for span in self.speech)


def listen(
    flac: Path,
    vad: VadOptions = DEFAULT_VAD,
    sounds: SoundOptions = DEFAULT_SOUNDS,
    *,
    on_progress: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Heard:
    """Find speech and other sounds. Blocks (some seconds per hour of audio): call it in a thread.

    Speech is what the detector takes for speech, is loud enough to be heard, and is no steady tone.
    """
    detector, extractor = SpeechDetector(), FeatureExtractor()
    probabilities, decibels, samples = [], [], 0
    for block in read_blocks(flac, _BLOCK):
        if should_stop is not None and should_stop():
            raise Temporary("Listening was stopped.", code="stopped")
        probabilities.append(detector.feed(block))
        frames = np.pad(block, (0, -len(block) % FRAME)).reshape(-1, FRAME)
        decibels.append(10 * np.log10(np.mean(frames * frames, axis=1) + 1e-10))
        extractor.feed(block)
        samples += len(block)
        if on_progress is not None:
            on_progress(samples * 1000 // RATE)
    duration_ms = samples * 1000 // RATE
    if not probabilities:
        return Heard(0, (), ())
    frames_dbfs = np.concatenate(decibels)
    spans = speech_spans(np.concatenate(probabilities), frames_dbfs, duration_ms, vad)
    features = extractor.finish()
    spoken = tuple(span for span in spans if tonal_share(features, span, sounds) < 0.8)
    labelled = label_sounds(features, spoken, duration_ms, sounds)
    busy = sorted(
        [*spoken, *(SpeechSpan(sound.start_ms, sound.end_ms) for sound in labelled)], key=lambda s: s.start_ms
    )
    return Heard(
        duration_ms,
        spoken,
        labelled,
        speech_dbfs=_level(frames_dbfs, [(span.start_ms, span.end_ms) for span in spoken]),
        pause_dbfs=_level(frames_dbfs, gaps(busy, duration_ms)),
    )


def _level(frames_dbfs: Floats, stretches: list[tuple[int, int]]) -> float | None:
    """Level of the mean power of all frames that lie in the stretches; None without one."""
    frame_ms = FRAME * 1000 // RATE
    inside = [frames_dbfs[-(-start // frame_ms) : end // frame_ms] for start, end in stretches]
    frames = np.concatenate(inside) if inside else frames_dbfs[:0]
    return round(float(10 * np.log10(np.mean(10 ** (frames / 10)))), 1) if len(frames) else None


def find_speech(flac: Path, options: VadOptions = DEFAULT_VAD) -> tuple[SpeechSpan, ...]:
    """Only the speech of :func:`listen`."""
    return listen(flac, options).speech
