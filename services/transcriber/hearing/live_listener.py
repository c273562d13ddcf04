"""Listens in a thread of its own to sound that is still being decoded, so that it is read and waited for only once.

Decoding and hearing take about as long as one another, and both leave Python alone while they work: side by side, on
two cores, a recording is planned in half the time. What is heard is the same as from the file, block by block.
"""

import contextlib
from collections.abc import Callable
from queue import Empty, Full, Queue
from threading import Event, Thread
from types import TracebackType

from services.transcriber.hearing.listen import Heard, SoundListener
from services.transcriber.hearing.samples import Samples, as_floats
from services.transcriber.hearing.vad import DEFAULT_VAD, VadOptions
from shared.errors import Temporary

_AHEAD = 64
"""Blocks of some seconds that may wait to be heard: the rest of a long recording waits inside of ffmpeg."""
_LOOK_S = 0.5


class LiveListener:
    """Hears every track that is decoded inside the ``with`` block; leaving it in trouble ends the listening too."""

    def __init__(self, vad: VadOptions = DEFAULT_VAD, *, should_stop: Callable[[], bool] | None = None) -> None:
        self._vad = vad
        self._should_stop = should_stop
        self._tracks: dict[int, _ListeningThread] = {}
        self._now: _ListeningThread | None = None

    def __enter__(self) -> "LiveListener":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for track in self._tracks.values():
            track.abandon()

    def begin(self, stream_index: int) -> None:
        """Another track is decoded from now on."""
        if self._now is not None:
            self._now.end()
        self._now = self._tracks[stream_index] = _ListeningThread(self._vad, self._should_stop)

    def feed(self, samples: Samples) -> None:
        """The next samples of this track; waits where hearing is far behind. Raises what hearing them raised."""
        assert self._now is not None
        self._now.feed(samples)

    def heard(self, stream_index: int) -> Heard:
        """Everything that was heard on a track; waits until all of it has been."""
        track = self._tracks[stream_index]
        track.end()
        return track.result()


class _ListeningThread:
    """One thread and what it hears."""

    def __init__(self, vad: VadOptions, should_stop: Callable[[], bool] | None) -> None:
        self._vad, self._should_stop = vad, should_stop
        self._waiting: Queue[Samples | None] = Queue(_AHEAD)
        self._abandoned = Event()
        self._has_ended = False
        self._heard: Heard | None = None
        self._error: BaseException | None = None
        self._thread = Thread(target=self._listen, name="live-listener", daemon=True)
        self._thread.start()

    def feed(self, samples: Samples | None) -> None:
        while self._thread.is_alive():
            with contextlib.suppress(Full):
                self._waiting.put(samples, timeout=_LOOK_S)
                return
        self.result()  # which says why it has ended

    def end(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            self.feed(None)

    def abandon(self) -> None:
        self._abandoned.set()
        self._thread.join()

    def result(self) -> Heard:
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._heard is not None
        return self._heard

    def _listen(self) -> None:
        try:
            self._heard = self._hear()
        except BaseException as error:  # handed to whoever waits for the result
            self._error = error

    def _hear(self) -> Heard:
        listener = SoundListener()
        while (samples := self._next()) is not None:
            listener.feed(as_floats(samples))
        self._refuse_when_stopped()
        return listener.finish(self._vad)

    def _next(self) -> Samples | None:
        while True:
            self._refuse_when_stopped()
            try:
                return self._waiting.get(timeout=_LOOK_S)
            except Empty:
                continue

    def _refuse_when_stopped(self) -> None:
        if self._abandoned.is_set() or (self._should_stop is not None and self._should_stop()):
            raise Temporary("Listening was stopped.", code="stopped")
