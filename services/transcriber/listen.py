"""One pass over a decoded recording: who speaks when, and what else is heard, in constant memory."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.transcriber.audio import RATE, read_blocks
from services.transcriber.sounds import DEFAULT_SOUNDS, FeatureExtractor, SoundOptions, label_sounds, tonal_share
from services.transcriber.vad import DEFAULT_VAD, FRAME, SpeechDetector, SpeechSpan, VadOptions, speech_spans
from shared.captions.model import Sound
from shared.errors import Temporary

_BLOCK = FRAME * 1024  # about 33 seconds


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything the plan of a transcription is made from."""

    duration_ms: int
    speech: tuple[SpeechSpan, ...]
    sounds: tuple[Sound, ...]

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
    spans = speech_spans(np.concatenate(probabilities), np.concatenate(decibels), duration_ms, vad)
    features = extractor.finish()
    spoken = tuple(span for span in spans if tonal_share(features, span, sounds) < 0.8)
    return Heard(duration_ms, spoken, label_sounds(features, spoken, duration_ms, sounds))


def find_speech(flac: Path, options: VadOptions = DEFAULT_VAD) -> tuple[SpeechSpan, ...]:
    """Only the speech of :func:`listen`."""
    return listen(flac, options).speech
