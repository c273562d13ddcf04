"""One pass over a decoded recording: who speaks when, and what else is heard, in constant memory."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.transcriber.hearing.audio import read_blocks
from services.transcriber.hearing.low_cut import LowCut
from services.transcriber.hearing.overrule import spoken_parts
from services.transcriber.hearing.samples import RATE, Floats, Samples, as_floats, as_samples
from services.transcriber.hearing.sound_features import FeatureExtractor
from services.transcriber.hearing.sounds import DEFAULT_SOUNDS, SoundOptions, gaps, label_sounds
from services.transcriber.hearing.vad import DEFAULT_VAD, FRAME, LevelRider, SpeechDetector, VadOptions, heard_twice
from shared.captions.model import Sound
from shared.errors import Temporary
from shared.quality.spans import Span, total_ms, without

BLOCK = FRAME * 1024
"""Samples that are heard at once: about 33 seconds."""
_ROOM_S = 1.0
"""Pauses shorter than this in all say nothing about the room."""

_LIKELY = 0.4
"""The detector's mean probability from which on it stands by a stretch, pauses and margins included."""


@dataclass(frozen=True, slots=True)
class HeardLanguage:
    """What one place sounds like by itself."""

    start_ms: int
    end_ms: int
    code: str
    probability: float


@dataclass(frozen=True, slots=True)
class FoundLanguage:
    """The language of a recording that nobody named."""

    code: str
    probability: float
    """Mean over the places: three that agree, or one that is very sure against two that waver."""
    places: tuple[HeardLanguage, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything the plan of a transcription is made from."""

    duration_ms: int
    speech: tuple[Span, ...]
    sounds: tuple[Sound, ...]
    speech_dbfs: float | None = None
    """Level of the speech, from its power; None when nobody speaks."""
    pause_dbfs: float | None = None
    """Level of the room in the pauses, without music, applause and other sounds: of the frame in the middle, so that
    clicks and coughs count for nothing. None where the pauses are too short to tell."""
    language: FoundLanguage | None = None
    """None where somebody has named it, or the model knows one only."""
    doubted: tuple[Span, ...] = ()
    """The part of the speech that sounds like music or noise: it is speech if the engine hears words there."""

    @property
    def speech_ms(self) -> int:
        """Media time in which somebody speaks."""
        return total_ms(self.speech)


def listen(
    flac: Path,
    vad: VadOptions = DEFAULT_VAD,
    sounds: SoundOptions = DEFAULT_SOUNDS,
    *,
    on_progress: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Heard:
    """Find speech and other sounds. Blocks (some seconds per hour of audio): call it in a thread.

    Speech is what the detector takes for speech and is loud enough to be heard; where it has no voice, it is doubted.
    """
    listener = SoundListener()
    for block in read_blocks(flac, BLOCK):
        if should_stop is not None and should_stop():
            raise Temporary("Listening was stopped.", code="stopped")
        listener.feed(block)
        if on_progress is not None:
            on_progress(listener.samples * 1000 // RATE)
    return listener.finish(vad, sounds)


class SoundListener:
    """Hears consecutive blocks of one recording; what it keeps of them takes some megabytes for ten hours.

    Rumble is not for its ears. The engine hears the recording as it is: Whisper's models were trained with what lies
    below the voices, and the demonstration's makes two and a half times as many errors without it.
    """

    def __init__(self) -> None:
        self.samples = 0
        """Heard so far."""
        self._low_cut = LowCut()
        self._waiting: Samples = np.zeros(0, np.int16)
        self._detector, self._extractor, self._rider = SpeechDetector(), FeatureExtractor(), LevelRider()
        self._beside = ThreadPoolExecutor(1, "detecting")
        self._probabilities: list[Floats] = []
        self._decibels: list[Floats] = []

    def feed(self, block: Floats) -> None:
        """Take the next block, of any length: the detector is asked the same questions however the sound is cut."""
        self.samples += len(block)
        self._take(self._low_cut.feed(as_samples(block)))

    def _take(self, samples: Samples) -> None:
        self._waiting = np.concatenate((self._waiting, samples))
        whole = len(self._waiting) // BLOCK * BLOCK
        for first in range(0, whole, BLOCK):
            self._hear(as_floats(self._waiting[first : first + BLOCK]))
        self._waiting = self._waiting[whole:]

    def _hear(self, block: Floats) -> None:
        """Whole frames, until the last."""
        frames = np.pad(block, (0, -len(block) % FRAME)).reshape(-1, FRAME)
        self._decibels.append(10 * np.log10(np.mean(frames * frames, axis=1) + 1e-10))
        # The detector takes the longest, and leaves Python alone meanwhile.
        probabilities = self._beside.submit(self._detector.feed, self._rider.feed(block, self._decibels[-1]))
        self._extractor.feed(block)
        self._probabilities.append(probabilities.result())

    def finish(self, vad: VadOptions = DEFAULT_VAD, sounds: SoundOptions = DEFAULT_SOUNDS) -> Heard:
        """What all of it comes to."""
        self._take(self._low_cut.finish())
        if len(self._waiting):
            self._hear(as_floats(self._waiting))
        self._beside.shutdown()
        duration_ms = self.samples * 1000 // RATE
        if not self._probabilities:
            return Heard(0, (), ())
        frames_dbfs = np.concatenate(self._decibels)
        probabilities = np.concatenate(self._probabilities, axis=1)
        spans = heard_twice(probabilities, frames_dbfs, duration_ms, vad)
        features = self._extractor.finish()
        spoken = spoken_parts(features, spans, sounds=sounds)
        # What neither the detector nor the sound itself takes for speech is none; where they differ, it is doubted.
        doubted = tuple(part for part in without(spans, spoken) if _mean(probabilities[1], part) >= _LIKELY)
        spans = tuple(sorted([*spoken, *doubted]))
        labelled = label_sounds(features, spoken, duration_ms, sounds, doubted=doubted)
        busy = [*spans, *(Span(sound.start_ms, sound.end_ms) for sound in labelled)]
        return Heard(
            duration_ms,
            spans,
            labelled,
            speech_dbfs=_level(frames_dbfs, spoken),
            pause_dbfs=_room_level(frames_dbfs, gaps(busy, duration_ms)),
            doubted=doubted,
        )


def _mean(probabilities: Floats, part: Span) -> float:
    frame_ms = FRAME * 1000 // RATE
    inside = probabilities[part.start_ms // frame_ms : part.end_ms // frame_ms + 1]
    return float(inside.mean()) if len(inside) else 0.0


def _level(frames_dbfs: Floats, stretches: Sequence[tuple[int, int]]) -> float | None:
    """Level of the mean power of all frames that lie in the stretches; None without one."""
    frames = _inside(frames_dbfs, stretches)
    return round(float(10 * np.log10(np.mean(10 ** (frames / 10)))), 1) if len(frames) else None


def _room_level(frames_dbfs: Floats, pauses: Sequence[tuple[int, int]]) -> float | None:
    """Level of the frame in the middle of all; a mean would tell of the loudest click. Spans of speech have a margin,
    so that breath and echo lie in them and not in the pauses."""
    frames = _inside(frames_dbfs, pauses)
    return round(float(np.median(frames)), 1) if len(frames) * FRAME >= _ROOM_S * RATE else None


def _inside(frames_dbfs: Floats, stretches: Sequence[tuple[int, int]]) -> Floats:
    frame_ms = FRAME * 1000 // RATE
    inside = [frames_dbfs[-(-start // frame_ms) : end // frame_ms] for start, end in stretches]
    return np.concatenate(inside) if inside else frames_dbfs[:0]
