"""Sound as numbers: what everything here hears is 16 kHz mono, in 16 bits while it is decoded and as floats later."""

import numpy as np
import numpy.typing as npt

RATE = 16_000
"""Samples per second; what the speech models and the detector were trained on."""

Floats = npt.NDArray[np.float32]
"""Samples from -1.0 to 1.0, and what is computed from them."""
Samples = npt.NDArray[np.int16]


def between(sound: Floats, start_ms: int, end_ms: int) -> Floats:
    """The samples from one moment up to another; shorter only where the sound ends."""
    return sound[start_ms * RATE // 1000 : end_ms * RATE // 1000]


def as_floats(samples: Samples) -> Floats:
    """As soundfile reads them."""
    return samples.astype(np.float32) / np.float32(32768)


def as_samples(sound: Floats) -> Samples:
    """The whole numbers that floats were read from."""
    whole: Samples = np.clip(np.round(sound * np.float32(32768)), -32768, 32767).astype(np.int16)
    return whole
