"""How loud, how noisy and how clipped a recording is, gathered while it is decoded."""

from dataclasses import dataclass, replace

import numpy as np

from services.transcriber.hearing.samples import Floats, Samples

SILENCE_DBFS = -100.0
"""Stands for digital silence, whose true level has no number."""

_SILENT_BELOW_DBFS = -75.0
_CLIPPED_FROM = 32_700  # of 32,768: lossy codecs round a clipped top off a little


@dataclass(frozen=True, slots=True)
class AudioLevels:
    """Levels of a whole recording, in dB relative to full scale."""

    peak_dbfs: float
    loud_dbfs: float
    """Level of the speech; until it is known who speaks when, the 95th percentile of 100 ms frames."""
    noise_dbfs: float | None
    """Level of the room where nobody speaks; None until that is known, and where nobody pauses."""
    clipped_ratio: float
    """Share of samples at the end of the scale, 0 to 1."""
    silent_ratio: float
    """Share of 100 ms frames that are all but silent, 0 to 1."""

    @property
    def snr_db(self) -> float | None:
        """Speech level above room level; None where the room is not heard without speech."""
        return None if self.noise_dbfs is None else self.loud_dbfs - self.noise_dbfs

    def knowing(self, speech_dbfs: float | None, pause_dbfs: float | None) -> "AudioLevels":
        """The same levels with speech and room measured where they are."""
        loud = self.loud_dbfs if speech_dbfs is None else speech_dbfs
        return replace(self, loud_dbfs=loud, noise_dbfs=pause_dbfs)

    @property
    def is_silent(self) -> bool:
        """Nothing on this track could be heard."""
        return self.loud_dbfs < _SILENT_BELOW_DBFS and self.peak_dbfs < _SILENT_BELOW_DBFS + 20


class LevelMeter:
    """Takes 16-bit samples as they come and keeps one number per 100 ms (0.6 MB for four hours)."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._frame = rate // 10
        self._first: int | None = None
        self._rest: Samples = np.zeros(0, np.int16)
        self._power: list[Floats] = []
        self._peak = 0
        self._clipped = 0
        self._samples = 0

    @property
    def heard_from_ms(self) -> int | None:
        """Where the first sample lies that is not digital silence."""
        return None if self._first is None else self._first * 1000 // self._rate

    def has_hole(self) -> bool:
        """Whether digital silence of 300 ms follows sound: a room is never that still, a decoder's filling is."""
        silent = np.concatenate(self._power) == 0 if self._power else np.zeros(0, bool)
        if silent.all():
            return False
        silent = silent[int(np.argmin(silent)) :]
        return bool((silent[:-2] & silent[1:-1] & silent[2:]).any())

    def feed(self, samples: Samples) -> None:
        """Count one block of any length."""
        if not len(samples):
            return
        if self._first is None and samples.any():
            self._first = self._samples + int(np.argmax(samples != 0))
        loudness = np.abs(samples.astype(np.int32))
        self._peak = max(self._peak, int(loudness.max()))
        self._clipped += int(np.count_nonzero(loudness >= _CLIPPED_FROM))
        self._samples += len(samples)
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // self._frame * self._frame
        self._rest = joined[whole:].copy()
        frames = joined[:whole].reshape(-1, self._frame).astype(np.float32) / 32768
        self._power.append(np.mean(frames * frames, axis=1))

    def levels(self) -> AudioLevels:
        """Levels of everything fed so far."""
        power = np.concatenate(self._power) if self._power else np.zeros(0, np.float32)
        decibels = 10 * np.log10(np.maximum(power, 1e-10))
        heard = decibels[decibels > SILENCE_DBFS + 1]
        return AudioLevels(
            peak_dbfs=round(float(20 * np.log10(max(self._peak / 32768, 1e-5))), 1),
            loud_dbfs=round(float(np.percentile(heard, 95)), 1) if len(heard) else SILENCE_DBFS,
            noise_dbfs=None,
            clipped_ratio=self._clipped / self._samples if self._samples else 0.0,
            silent_ratio=round(float(np.mean(decibels < _SILENT_BELOW_DBFS)), 4) if len(decibels) else 1.0,
        )
