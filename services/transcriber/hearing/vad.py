"""Where somebody speaks: the Silero detector run as a stream, and its probabilities turned into spans.

faster-whisper ships the network as an ONNX file. Its own wrapper wants the whole file at once (half a gigabyte per
hour); here the recurrent state is carried from block to block, which takes constant memory, and does not have the last
word: see :class:`SpeechDetector`.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.transcriber.hearing.samples import RATE, Floats
from shared.errors import Unusable
from shared.quality.spans import Span, joined, without

FRAME = 512
"""Samples per probability (32 ms at 16 kHz); fixed by the network."""

_CONTEXT = 64
_FRAMES_PER_RUN = 512
_STRETCH, _LEAD_IN = 125, 32
"""Frames after which the second memory begins anew (4 s), and those it hears beforehand without being asked (1 s)."""


@dataclass(frozen=True, slots=True)
class VadOptions:
    """How sure and how long: the usual values, made for rooms with several microphones."""

    threshold: float = 0.5
    end_threshold: float = 0.35
    min_speech_ms: int = 96
    min_silence_ms: int = 300
    """Shorter pauses do not end a span."""
    pad_ms: int = 200
    """Added before and after, where the neighbour leaves room: plosives and soft endings lie outside the detection."""
    max_speech_ms: int = 28_000
    """Longer spans are divided where speech is least likely: a Whisper window holds 30 s."""
    missed_ms: int = 200
    """Less than this beside a span is a matter of its edge, and no word that was missed."""
    gate_dbfs: float = -62.0
    """A span whose loud frames stay below this is a misfire on near-silence."""
    level_dbfs: float = -30.0
    """Speech below it is amplified for the detector, by ``most_gain_db`` at most."""
    most_gain_db: float = 20.0
    gain_returns_db_per_s: float = 30.0


DEFAULT_VAD = VadOptions()


class SpeechDetector:
    """The network, asked twice; one per stream.

    Its memory of what it heard before serves the next syllables well, and is a prejudice against the next speaker:
    after a loud voice or a long pause it has held a quiet one for silence for seconds on end. So it is asked once with
    its memory of the whole stream and once with one that begins anew every four seconds: see :func:`heard_twice`.
    """

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(
            str(_network()), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self._tail = np.zeros(_CONTEXT, np.float32)
        self._whole, self._short = _nothing(), _nothing()
        self._before = np.zeros((0, _CONTEXT + FRAME), np.float32)
        self._into = 0  # frames of the present stretch that the short memory has heard

    def feed(self, samples: Floats) -> Floats:
        """Two probabilities per 512 samples, as two rows: with all of its memory, and the likelier of both answers.

        A shorter end is filled with silence, so feed whole frames until the end.
        """
        short = -len(samples) % FRAME
        frames = np.pad(samples, (0, short)).reshape(-1, FRAME)
        if not len(frames):
            return np.zeros((2, 0), np.float32)
        context = np.vstack((self._tail, frames[:-1, -_CONTEXT:]))
        self._tail = frames[-1, -_CONTEXT:].copy()
        windows = np.hstack((context, frames)).astype(np.float32)
        remembering = []
        for first in range(0, len(windows), _FRAMES_PER_RUN):
            some, self._whole = self._ask(windows[first : first + _FRAMES_PER_RUN], self._whole)
            remembering.append(some)
        with_memory = np.concatenate(remembering)
        return np.stack((with_memory, np.maximum(with_memory, self._forgetting(windows))))

    def _forgetting(self, windows: Floats) -> Floats:
        known = np.vstack((self._before, windows))
        self._before = known[-_LEAD_IN:]
        heard, at = [], len(known) - len(windows)
        while at < len(known):
            if self._into == 0:
                _, self._short = self._ask(known[max(0, at - _LEAD_IN) : at], _nothing())
            some, self._short = self._ask(known[at : at + _STRETCH - self._into], self._short)
            heard.append(some)
            at, self._into = at + len(some), (self._into + len(some)) % _STRETCH
        return np.concatenate(heard)

    def _ask(self, windows: Floats, memory: "_Memory") -> "tuple[Floats, _Memory]":
        if not len(windows):
            return np.zeros(0, np.float32), memory
        some, *memory = self._session.run(None, {"input": windows, "h": memory[0], "c": memory[1]})
        return np.asarray(some, np.float32).reshape(-1), (memory[0], memory[1])


_Memory = tuple[Floats, Floats]


def _nothing() -> _Memory:
    return np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32)


class LevelRider:
    """Makes quiet speech as loud as the detector is used to, as an operator at the desk does; one per stream.

    The network takes speech below some -45 dBFS for silence, however clear it is: a caller on the telephone, a member
    away from the microphone. A loud moment is followed at once, unless it is the pop of a single frame; after it the
    gain returns by 30 dB a second, so that the answer to a loud question is heard too.
    """

    def __init__(self, options: VadOptions = DEFAULT_VAD) -> None:
        self._options = options
        self._loudest = -120.0
        self._gain = 1.0
        self._before: Floats = np.full(2, -120.0, np.float32)

    def feed(self, samples: Floats, decibels: Floats) -> Floats:
        """The samples with their gain; ``decibels`` is the level of each frame of 512, the last one filled up."""
        fall = self._options.gain_returns_db_per_s * FRAME / RATE * np.arange(1, len(decibels) + 1)
        levels = np.concatenate((self._before, decibels)).astype(np.float32)
        lasting = np.median(np.lib.stride_tricks.sliding_window_view(levels, 3), axis=1)
        # Never below what is heard now, else falling from the loudest moment before.
        loudest = np.maximum.accumulate(np.concatenate(([self._loudest], lasting + fall)))[1:] - fall
        gains = 10 ** (np.clip(self._options.level_dbfs - loudest, 0, self._options.most_gain_db) / 20)
        edges = np.arange(len(decibels) + 1) * FRAME
        ridden = samples * np.interp(np.arange(len(samples)), edges, np.concatenate(([self._gain], gains)))
        self._loudest, self._gain, self._before = float(loudest[-1]), float(gains[-1]), levels[-2:]
        return ridden.astype(np.float32)


def speech_spans(
    probabilities: Floats, decibels: Floats, duration_ms: int, options: VadOptions = DEFAULT_VAD
) -> tuple[Span, ...]:
    """Spans in time order that neither touch nor overlap, from one probability and one level per frame."""
    runs = [run for run in _runs(probabilities, options) if _is_loud(decibels, run, options)]
    pieces = [piece for run in runs for piece in _divide(probabilities, run, options)]
    return _padded(pieces, duration_ms, options)


def heard_twice(
    probabilities: Floats, decibels: Floats, duration_ms: int, options: VadOptions = DEFAULT_VAD
) -> tuple[Span, ...]:
    """Spans from both rows of the detector's answer: those of its memory, and beside them what it missed by it.

    A pause is what the memory says: the other answer adds only what lasts, for it bridges short pauses at which the
    engine's windows are best cut.
    """
    spans = speech_spans(probabilities[0], decibels, duration_ms, options)
    likelier = speech_spans(probabilities[1], decibels, duration_ms, options)
    missed = [part for part in without(likelier, spans) if part.length_ms >= options.missed_ms]
    return tuple(joined([*spans, *missed]))


def _runs(probabilities: Floats, options: VadOptions) -> list[tuple[int, int]]:
    """Frames [first, last) of speech, with hysteresis and short pauses bridged."""
    pause = _frames(options.min_silence_ms)
    shortest = _frames(options.min_speech_ms)
    runs: list[tuple[int, int]] = []
    first: int | None = None
    quiet_since: int | None = None
    for index, probability in enumerate(probabilities.tolist()):
        if probability >= options.threshold:
            quiet_since = None
            if first is None:
                first = index
        elif first is not None and probability < options.end_threshold:
            quiet_since = index if quiet_since is None else quiet_since
            if index - quiet_since + 1 >= pause:
                runs.append((first, quiet_since))
                first = quiet_since = None
    if first is not None:
        runs.append((first, quiet_since if quiet_since is not None else len(probabilities)))
    return [run for run in runs if run[1] - run[0] >= shortest]


def _is_loud(decibels: Floats, run: tuple[int, int], options: VadOptions) -> bool:
    return float(np.percentile(decibels[run[0] : run[1]], 90)) >= options.gate_dbfs


def _divide(probabilities: Floats, run: tuple[int, int], options: VadOptions) -> list[tuple[int, int]]:
    """Cut a run that is too long where speech is least likely, in the second half of what is allowed."""
    most = _frames(options.max_speech_ms - 2 * options.pad_ms)
    first, last = run
    pieces = []
    while last - first > most:
        lowest = first + most // 2 + int(np.argmin(probabilities[first + most // 2 : first + most]))
        pieces.append((first, lowest))
        first = lowest
    return [*pieces, (first, last)]


def _padded(pieces: Sequence[tuple[int, int]], duration_ms: int, options: VadOptions) -> tuple[Span, ...]:
    edges = [(_ms(first), min(_ms(last), duration_ms)) for first, last in pieces]
    spans = []
    for index, (start, end) in enumerate(edges):
        before = start - edges[index - 1][1] if index else 2 * start
        after = edges[index + 1][0] - end if index + 1 < len(edges) else 2 * (duration_ms - end)
        # Two spans that share a pause take half of it each, less a millisecond so that they stay apart.
        padded = Span(start - min(options.pad_ms, before // 2), end + min(options.pad_ms, max(0, after - 1) // 2))
        if padded.end_ms > padded.start_ms:
            spans.append(padded)
    return tuple(spans)


def _frames(milliseconds: int) -> int:
    return max(1, milliseconds * RATE // (1000 * FRAME))


def _ms(frame: int) -> int:
    return frame * FRAME * 1000 // RATE


def _network() -> Path:
    # Found without importing faster-whisper, which would bring CTranslate2 into a process that only plans.
    found = importlib.util.find_spec("faster_whisper")
    if found is None or found.origin is None:
        raise Unusable("faster-whisper is not installed; it carries the speech detector.", code="engine_missing")
    return Path(found.origin).parent / "assets" / "silero_vad_v6.onnx"
