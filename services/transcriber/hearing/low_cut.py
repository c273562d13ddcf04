"""Takes what lies below all voices out of what is listened to: thumps of a table, wind, pops of a microphone, hum.

It is inaudible on most loudspeakers and can be a hundred times as strong as the voice: then the speech detector finds
nobody, and a click of a microphone looks like the rap of a gavel. Speech models were trained with it, and so hear the
recording as it is. What is left of a moment is the sample less the mean of the 20 ms around it, weighted like a
triangle: half of the power at 55 Hz, a sixtieth at 20 Hz, all of it above 100.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from services.transcriber.hearing.samples import RATE, Samples

_SPAN = RATE // 100 + 1
"""Samples of the running mean; taken twice it is the triangle, which delays nothing in relation to anything else."""
_REACH = _SPAN - 1
"""So many samples to either side decide about one."""


def without_rumble(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Consecutive blocks of any length as others, each sample at its place; however it is cut, the same sound."""
    low_cut = LowCut()
    for samples in blocks:
        yield low_cut.feed(samples)
    yield low_cut.finish()


class LowCut:
    """The same for somebody who has the blocks one by one."""

    def __init__(self) -> None:
        self._held: Samples = np.zeros(_REACH, np.int16)

    def feed(self, samples: Samples) -> Samples:
        """What can be said of the samples up to now: a hundredth of a second waits for the next block."""
        self._held = np.concatenate((self._held, samples))
        ready = len(self._held) - 2 * _REACH
        if ready <= 0:
            return np.zeros(0, np.int16)
        out = _cut(self._held)
        self._held = self._held[ready:].copy()
        return out

    def finish(self) -> Samples:
        """The rest; as many samples have then come out as went in."""
        return self.feed(np.zeros(_REACH, np.int16))


def _cut(samples: Samples) -> Samples:
    # Whole numbers all the way, so that no rounding depends on where a block begins.
    exact = samples.astype(np.int64)
    triangle = _sums(_sums(exact))
    left = exact[_REACH:-_REACH] - np.round(triangle / _SPAN**2)
    whole: Samples = np.clip(left, -32768, 32767).astype(np.int16)
    return whole


def _sums(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Of every so many values in a row."""
    running = np.concatenate((np.zeros(1, np.int64), np.cumsum(values)))
    return running[_SPAN:] - running[:-_SPAN]
