"""Two channels made into one, also where one of them is wired the wrong way round.

The mean of a voice and its mirror image is silence. Balanced cables with swapped wires make that, for a whole recording
or for one microphone of it, and nobody at the mixing desk hears it in stereo. So each short frame is mixed by itself:
where the channels cancel each other, only the louder one is taken.
"""

import numpy as np

from services.transcriber.hearing.samples import RATE, Samples

_FRAME = RATE // 4
_CANCELS = 4.0
"""What the channels do not share has this many times the power of what they share; a lone channel, or two different
sounds, have about as much of both."""
_HEARD = 4.0**2
"""Mean square from which a frame is more than the rounding of 16 bits."""


class Downmix:
    """Takes 16-bit samples of both channels in turn as they come, and gives one channel."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.int16)
        self._cancelled = 0

    @property
    def cancelled_ms(self) -> int:
        """For how long the channels cancelled each other."""
        return self._cancelled * 1000 // RATE

    def feed(self, interleaved: Samples) -> Samples:
        """The next samples as far as they are certain: whole frames, so that it does not matter how they come."""
        joined = np.concatenate((self._rest, interleaved))
        whole = len(joined) // (2 * _FRAME) * 2 * _FRAME
        self._rest = joined[whole:].copy()
        return self._mixed(joined[:whole].reshape(-1, _FRAME, 2))

    def rest(self) -> Samples:
        """The last samples, less than a frame."""
        last, self._rest = self._rest[: len(self._rest) // 2 * 2], self._rest[:0]
        return self._mixed(last.reshape(1, -1, 2)) if len(last) else last

    def _mixed(self, frames: Samples) -> Samples:
        left, right = frames[:, :, 0].astype(np.float32), frames[:, :, 1].astype(np.float32)
        both = np.rint((left + right) / 2)
        shared, apart = np.mean(both**2, axis=1), np.mean(((left - right) / 2) ** 2, axis=1)
        cancels = (apart > _HEARD) & (apart > _CANCELS * shared)
        louder = np.where(np.mean(left**2, axis=1) >= np.mean(right**2, axis=1), 0, 1)
        mixed = both.astype(np.int16)
        for frame in np.flatnonzero(cancels):
            mixed[frame] = frames[frame, :, louder[frame]]
        self._cancelled += int(cancels.sum()) * frames.shape[1]
        return mixed.reshape(-1)
