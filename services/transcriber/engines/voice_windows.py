"""The speech of a recording as windows with a voice each, read from its FLAC stretch by stretch."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from services.transcriber.engines.voice_encoder import FRAMES, Frames, VoiceEncoder, spectrum
from services.transcriber.engines.voice_turns import WINDOW_MS, HeardWindows
from services.transcriber.hearing.audio import read_span

_HOP_MS = 400
_LEAST_MS = 400
"""Shorter stretches are too short for a voice; their words go to whoever speaks beside them."""
_BATCH = 128
"""Windows that go through the network at once: some 50 MB, and quicker than one by one."""
_FRAME_MS = WINDOW_MS // FRAMES


def hear_windows(
    flac: Path,
    speech: Sequence[tuple[int, int]],
    encoder: VoiceEncoder,
    on_progress: Callable[[int], None] = lambda _: None,
) -> HeardWindows:
    """Windows of all stretches of speech; ``on_progress`` receives the media time that has been reached, in ms."""
    places: list[tuple[int, int, int]] = []
    waiting: list[Frames] = []
    voices: list[Frames] = [np.zeros((0, 256), np.float32)]

    def flush() -> None:
        if waiting:
            voices.append(encoder.embed(np.stack(waiting)))
            waiting.clear()
            on_progress(places[-1][2])

    for number, (start_ms, end_ms) in enumerate(speech):
        if end_ms - start_ms < _LEAST_MS:
            continue
        frames = without_room(spectrum(read_span(flac, start_ms, end_ms)))
        for first in _firsts(len(frames)):
            end = min(end_ms, start_ms + (first + FRAMES) * _FRAME_MS)
            places.append((number, start_ms + first * _FRAME_MS, end))
            # A stretch shorter than a window is heard again until the window is full.
            waiting.append(
                frames[first : first + FRAMES]
                if len(frames) >= FRAMES
                else np.resize(frames, (FRAMES, frames.shape[1]))
            )
            if len(waiting) == _BATCH:
                flush()
    flush()
    stretch, starts, ends = (np.array([place[at] for place in places], np.int64) for at in range(3))
    return HeardWindows(stretch, starts, ends, np.concatenate(voices))


def without_room(frames: Frames) -> Frames:
    """Less what each band has all the time: somebody far from the microphone else sounds like a person of his own.

    A tenth of the frames of any speech lie between sounds; of noise, a tenth have less than half of its mean.
    """
    return np.asarray(np.maximum(frames - 2 * np.percentile(frames, 10, axis=0), 0), np.float32)


def _firsts(frames: int) -> list[int]:
    """First frames of windows at even distances, which reach from end to end."""
    room = frames - FRAMES
    if room <= 0:
        return [0]
    count = max(2, -(-room * _FRAME_MS // _HOP_MS) + 1)
    return [round(room * index / (count - 1)) for index in range(count)]
