"""What a recording sounds like, by half seconds: how loud, how flat, how tonal, how much of a voice; and the gavel.

Two of the numbers tell a voice from other sounds. *Voicing* is the echo that the pitch of a voice makes in the
autocorrelation of a sixteenth of a second: vowels have it even under noise as loud as they are, noise and applause
never for long. *Tonality* is the share of the power in lines that stand still for half a second: notes and tones
consist of them, a voice does not hold its pitch that steady.
"""

from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from services.transcriber.hearing.samples import RATE, Floats

BLOCK = 8192
"""Samples per block: 0.512 s at 16 kHz, sixteen frames of the speech detector."""
BLOCK_MS = BLOCK * 1000 // RATE
VOICING_MS = BLOCK_MS // 8

_FFT = 1024
_LOW_HZ, _HIGH_HZ = 150, 7000  # mains hum below, nothing useful above
_VOICE_HZ = 1000  # above, harmonics of a voice are weak and those of noise many
_LAGS = 256  # points of the autocorrelation, a quarter of a millisecond apart
_PITCH = slice(_LAGS * RATE // _FFT // 350, _LAGS * RATE // _FFT // 75 + 1)  # voices from 350 down to 75 Hz
_STEP = 64  # samples per step in which a gavel is sought: 4 ms
_BACK, _AHEAD = 50, 60  # steps that are heard before and after one: 200 and 240 ms
_ATTACK = 8  # steps within which a strike is at its loudest: 32 ms
_DECAY = 35  # steps after which it has died away: 140 ms
_APART = 21  # steps until another strike is one of its own: 84 ms
_LOUD, _LOUD_PEAK = 3e-4, 1e-3  # power at which a strike begins, and of its peak: -35 and -30 dBFS
_STANDS_OUT = 16  # 12 dB as a ratio of powers
_FLOOR = 1e-10


@dataclass(slots=True)
class Features:
    """One row per block, the voicing of its eighths, and the strikes of a gavel; under half a megabyte per hour."""

    level_dbfs: list[float] = field(default_factory=list)
    flatness: list[float] = field(default_factory=list)
    tonality: list[float] = field(default_factory=list)
    tone_share: list[float] = field(default_factory=list)
    voicing: "array[float]" = field(default_factory=lambda: array("f"))
    """Eight to a block."""
    gavel_ms: list[int] = field(default_factory=list)


class FeatureExtractor:
    """Takes consecutive samples and keeps only the features; one per stream."""

    def __init__(self, *, with_gavel: bool = True) -> None:
        self.features = Features()
        self._gavel = _GavelFinder() if with_gavel else None
        self._window = np.hanning(_FFT).astype(np.float32)
        hz = np.fft.rfftfreq(_FFT, 1 / RATE)
        self._band = (hz >= _LOW_HZ) & (hz <= _HIGH_HZ)
        self._voice_band = (hz[: _LAGS // 2 + 1] >= _LOW_HZ) & (hz[: _LAGS // 2 + 1] <= _VOICE_HZ)
        self._long_window = np.hanning(BLOCK).astype(np.float32)
        fine_hz = np.fft.rfftfreq(BLOCK, 1 / RATE)
        self._fine_band = (fine_hz >= _LOW_HZ) & (fine_hz <= _HIGH_HZ)
        self._rest = np.zeros(0, np.float32)

    def feed(self, samples: Floats) -> None:
        """Take one block of any length."""
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // BLOCK * BLOCK
        for first in range(0, whole, BLOCK):
            self._take(joined[first : first + BLOCK])
        self._rest = joined[whole:].copy()

    def finish(self) -> Features:
        """Take what is left, filled with silence, and give everything."""
        if len(self._rest):
            self._take(np.pad(self._rest, (0, BLOCK - len(self._rest))))
            self._rest = np.zeros(0, np.float32)
        self._find_gavel(np.zeros(BLOCK // _STEP, np.float32))
        return self.features

    def _take(self, block: Floats) -> None:
        found = self.features
        found.level_dbfs.append(float(10 * np.log10(np.mean(block * block) + _FLOOR)))
        amplitude = np.abs(np.fft.rfft(block.reshape(-1, _FFT) * self._window, axis=1))
        spectrum = (amplitude[:, self._band] ** 2).mean(axis=0) + _FLOOR
        found.flatness.append(float(np.exp(np.mean(np.log(spectrum))) / np.mean(spectrum)))
        found.voicing += array("f", _voicing(amplitude[:, : _LAGS // 2 + 1] * self._voice_band))
        lines = (np.abs(np.fft.rfft(block * self._long_window)[self._fine_band]) ** 2 + _FLOOR).astype(np.float32)
        top, whole = int(np.argmax(lines)), float(lines.sum())
        found.tone_share.append(float(lines[max(0, top - 3) : top + 4].sum()) / whole)
        found.tonality.append(_tonality(lines, whole))
        self._find_gavel(np.mean(block.reshape(-1, _STEP) ** 2, axis=1))

    def _find_gavel(self, steps: Floats) -> None:
        if self._gavel is not None:
            self.features.gavel_ms += self._gavel.feed(steps)


class _GavelFinder:
    """Finds strikes of a gavel in the power of consecutive steps."""

    def __init__(self) -> None:
        self._steps = np.zeros(0, np.float32)
        self._steps_before = 0

    def feed(self, steps: Floats) -> list[int]:
        """The moments, in ms, of the strikes of which everything around them has been heard by now.

        A strike stands 12 dB over the 200 ms before it and has fallen by 12 dB some 150 ms later.
        """
        gavel_ms: list[int] = []
        self._steps = np.concatenate((self._steps, steps))
        if len(self._steps) > _BACK + _AHEAD:
            here = self._steps[_BACK:-_AHEAD]
            peak = sliding_window_view(self._steps[_BACK : _ATTACK - 1 - _AHEAD], _ATTACK).max(axis=1)
            after = sliding_window_view(self._steps[_BACK + _DECAY : -1], _AHEAD - _DECAY).mean(axis=1)
            clear_of_last = 0
            # What came before costs most: it is asked only where everything else says gavel, for all at once.
            asked = np.flatnonzero((here > _LOUD) & (peak > _LOUD_PEAK) & (after < peak / _STANDS_OUT))
            quiet = np.percentile(sliding_window_view(self._steps, _BACK - 2)[asked], 80, axis=1)
            for at, before in zip(asked.tolist(), quiet.tolist(), strict=True):
                if at >= clear_of_last and float(here[at]) > _STANDS_OUT * (before + 1e-9):
                    gavel_ms.append((self._steps_before + _BACK + at) * _STEP * 1000 // RATE)
                    clear_of_last = at + _APART
        keep = min(len(self._steps), _BACK + _AHEAD)
        self._steps_before += len(self._steps) - keep
        self._steps = self._steps[-keep:].copy()
        return gavel_ms


def _voicing(amplitude: Floats) -> Floats:
    """Height of the pitch's echo, 0 to 1, per row; of amplitudes, for in powers a formant outweighs the pitch."""
    echo = np.fft.irfft(amplitude, _LAGS, axis=1)
    found: Floats = echo[:, _PITCH].max(axis=1) / (echo[:, 0] + _FLOOR)
    return found


def _tonality(lines: Floats, whole: float) -> float:
    """Share of the power in lines that stand six times above their neighbourhood of 50 Hz to either side."""
    around = np.convolve(np.pad(lines, 24, mode="edge"), np.ones(49) / 49, mode="valid")
    peaks = lines > 6.0 * around
    wide = peaks.copy()
    for by in (1, 2):  # the window makes a line five points wide
        wide[by:] |= peaks[:-by]
        wide[:-by] |= peaks[by:]
    return float(lines[wide].sum()) / whole
