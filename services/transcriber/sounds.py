"""Sounds that are not speech, told apart by simple features: music, applause, gavel, tone, recess, no audio.

Everything is judged from half-second blocks of four numbers (level, flatness, tonality, strongest frequency) and a
list of knocks. Speech models answer such sounds with invented sentences, so they are labelled before one hears them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from services.transcriber.vad import SpeechSpan
from shared.captions.model import Sound, SoundKind

BLOCK = 8192
"""Samples per block: 0.512 s at 16 kHz, sixteen frames of the speech detector."""

_RATE = 16_000
_BLOCK_MS = BLOCK * 1000 // _RATE
_FFT = 1024
_LOW_HZ, _HIGH_HZ = 150, 7000  # mains hum below, nothing useful above
_STEP = 64  # samples per step of the knock envelope: 4 ms
_FLOOR = 1e-10

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SoundOptions:
    """From which length and level on a sound is worth a tag."""

    no_audio_below_dbfs: float = -70.0
    no_audio_ms: int = 10_000
    audible_dbfs: float = -50.0
    music_ms: int = 5_000
    music_tonality: float = 0.45
    tone_ms: int = 2_000
    tone_share: float = 0.85
    applause_ms: int = 1_500
    applause_most_ms: int = 60_000
    applause_flatness: float = 0.3
    applause_above_floor_db: float = 15.0
    recess_ms: int = 60_000
    """A gap in the speech this long, with nothing else to call it, is a recess."""


DEFAULT_SOUNDS = SoundOptions()


@dataclass(slots=True)
class Features:
    """One row per block and the moments of knocks; about 60 kB per hour."""

    level_dbfs: list[float] = field(default_factory=list)
    flatness: list[float] = field(default_factory=list)
    tonality: list[float] = field(default_factory=list)
    tone_share: list[float] = field(default_factory=list)
    tone_hz: list[float] = field(default_factory=list)
    knocks_ms: list[int] = field(default_factory=list)


class FeatureExtractor:
    """Takes consecutive samples and keeps only the features; one per stream."""

    def __init__(self, *, with_knocks: bool = True) -> None:
        self.features = Features()
        self._with_knocks = with_knocks
        self._window = np.hanning(_FFT).astype(np.float32)
        hz = np.fft.rfftfreq(_FFT, 1 / _RATE)
        self._band = (hz >= _LOW_HZ) & (hz <= _HIGH_HZ)
        self._hz = hz[self._band]
        self._rest = np.zeros(0, np.float32)
        self._steps = np.zeros(0, np.float32)
        self._steps_before = 0

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
        self._listen_for_knocks(np.zeros(BLOCK // _STEP, np.float32))
        return self.features

    def _take(self, block: Floats) -> None:
        found = self.features
        found.level_dbfs.append(float(10 * np.log10(np.mean(block * block) + _FLOOR)))
        power = np.abs(np.fft.rfft(block.reshape(-1, _FFT) * self._window, axis=1)[:, self._band]) ** 2
        spectrum = power.mean(axis=0) + _FLOOR
        total = float(spectrum.sum())
        found.flatness.append(float(np.exp(np.mean(np.log(spectrum))) / np.mean(spectrum)))
        top = int(np.argmax(spectrum))
        found.tone_share.append(float(spectrum[max(0, top - 2) : top + 3].sum()) / total)
        found.tone_hz.append(float(self._hz[top]))
        found.tonality.append(_tonality(power, total / len(spectrum)))
        self._listen_for_knocks(np.mean(block.reshape(-1, _STEP) ** 2, axis=1))

    def _listen_for_knocks(self, steps: Floats) -> None:
        """A knock stands 12 dB over the 200 ms before it and has fallen by 12 dB some 150 ms later."""
        if not self._with_knocks:
            return
        back, ahead = 50, 60
        self._steps = np.concatenate((self._steps, steps))
        if len(self._steps) > back + ahead:
            here = self._steps[back:-ahead]
            peak = sliding_window_view(self._steps[back : 7 - ahead], 8).max(axis=1)
            after = sliding_window_view(self._steps[back + 35 : -1], ahead - 35).mean(axis=1)
            clear_of_last = 0
            # What came before is the dear question, so it is asked only where everything else says knock.
            for at in np.flatnonzero((here > 3e-4) & (peak > 1e-3) & (after < peak / 16)).tolist():
                before = float(np.percentile(self._steps[at : at + back - 2], 80)) + 1e-9
                if at >= clear_of_last and float(here[at]) > 16 * before:
                    self.features.knocks_ms.append((self._steps_before + back + at) * _STEP * 1000 // _RATE)
                    clear_of_last = at + 21
        keep = min(len(self._steps), back + ahead)
        self._steps_before += len(self._steps) - keep
        self._steps = self._steps[-keep:].copy()


def label_sounds(
    features: Features, speech: Sequence[SpeechSpan], duration_ms: int, options: SoundOptions = DEFAULT_SOUNDS
) -> tuple[Sound, ...]:
    """Sounds in the gaps between speech, in time order, never two at once."""
    labels = _labels(features, options)
    sounds: list[Sound] = []
    for start, end in gaps(speech, duration_ms):
        found = sorted((*_block_sounds(labels, start, end, options), *_gavels(features, start, end)), key=_start)
        found = _without_overlap(found)
        sounds += [*found, *_recesses(found, start, end, options)]
    return tuple(sorted(sounds, key=_start))


def tonal_share(features: Features, span: SpeechSpan, options: SoundOptions = DEFAULT_SOUNDS) -> float:
    """Which part of a span is a steady tone: the speech detector takes some of them for vowels."""
    first, last = span.start_ms // _BLOCK_MS, max(span.start_ms // _BLOCK_MS + 1, -(-span.end_ms // _BLOCK_MS))
    shares = features.tone_share[first:last]
    return sum(share >= options.tone_share for share in shares) / len(shares) if shares else 0.0


def kind_of(samples: Floats, options: SoundOptions = DEFAULT_SOUNDS) -> SoundKind | None:
    """Tone, music or no audio when a short piece mostly is that; None for anything else.

    Applause is left out: against what quiet it stands, a short piece cannot tell.
    """
    extractor = FeatureExtractor(with_knocks=False)
    # Of a long piece every fourth half second says enough.
    step = 4 * BLOCK if len(samples) >= 16 * BLOCK else BLOCK
    for first in range(0, len(samples), step):
        extractor.feed(samples[first : first + BLOCK])
    labels = _labels(extractor.finish(), options)
    for kind in (SoundKind.TONE, SoundKind.NO_AUDIO, SoundKind.MUSIC):
        if labels and sum(label is kind for label in labels) >= 0.7 * len(labels):
            return kind
    return None


def join_sounds(sounds: Iterable[Sound], within_ms: int = 1500) -> tuple[Sound, ...]:
    """Neighbours of one kind become one sound; for sounds that were found slice by slice."""
    joined: list[Sound] = []
    for sound in sorted(sounds, key=_start):
        last = joined[-1] if joined else None
        if last is not None and last.kind is sound.kind and sound.start_ms - last.end_ms <= within_ms:
            joined[-1] = Sound(last.kind, last.start_ms, max(last.end_ms, sound.end_ms))
        else:
            joined.append(sound)
    return tuple(joined)


def gaps(speech: Sequence[SpeechSpan], duration_ms: int) -> list[tuple[int, int]]:
    """What lies between the spans, before the first and after the last, as (start_ms, end_ms)."""
    edges = [0, *(edge for span in speech for edge in (span.start_ms, span.end_ms)), duration_ms]
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end > start]


def _tonality(power: Floats, mean: float) -> float:
    """Share of the power in narrow peaks that stand still for half a second: notes, not noise and not vowels."""
    steady = np.exp(np.log(power + _FLOOR).mean(axis=0))
    around = np.convolve(np.pad(steady, 12, mode="edge"), np.ones(25) / 25, mode="valid")
    peaks = (steady > 3.0 * around) & (steady > mean * 0.05)
    wide = peaks.copy()
    wide[1:] |= peaks[:-1]
    wide[:-1] |= peaks[1:]
    spectrum = power.mean(axis=0)
    return float(spectrum[wide].sum() / (spectrum.sum() + _FLOOR))


def _labels(features: Features, options: SoundOptions) -> list[SoundKind | None]:
    levels = np.asarray(features.level_dbfs)
    audible = levels[levels > options.no_audio_below_dbfs]
    floor = float(np.percentile(audible, 10)) if len(audible) else options.no_audio_below_dbfs
    labels: list[SoundKind | None] = []
    for index, level in enumerate(features.level_dbfs):
        if level < options.no_audio_below_dbfs:
            labels.append(SoundKind.NO_AUDIO)
        elif level < options.audible_dbfs:
            labels.append(None)
        elif features.tone_share[index] >= options.tone_share:
            labels.append(SoundKind.TONE)
        elif features.tonality[index] >= options.music_tonality:
            labels.append(SoundKind.MUSIC)
        elif features.flatness[index] >= options.applause_flatness and level >= floor + options.applause_above_floor_db:
            labels.append(SoundKind.APPLAUSE)
        else:
            labels.append(None)
    return labels


def _block_sounds(labels: list[SoundKind | None], start: int, end: int, options: SoundOptions) -> list[Sound]:
    shortest = {
        SoundKind.NO_AUDIO: options.no_audio_ms,
        SoundKind.TONE: options.tone_ms,
        SoundKind.MUSIC: options.music_ms,
        SoundKind.APPLAUSE: options.applause_ms,
    }
    found = []
    for kind, least in shortest.items():
        # Music breathes and single notes look like tones: a second of anything else does not end it.
        bridge = 1 if kind in {SoundKind.TONE, SoundKind.NO_AUDIO} else 3
        for first, last in _stretches(labels, kind, start, end, bridge):
            length = last - first
            if length < least or (kind is SoundKind.APPLAUSE and length > options.applause_most_ms):
                continue
            found.append(Sound(kind, first, last))
    return found


def _stretches(
    labels: list[SoundKind | None], kind: SoundKind, start: int, end: int, bridge: int
) -> list[tuple[int, int]]:
    alike = {SoundKind.MUSIC, SoundKind.TONE} if kind is SoundKind.MUSIC else {kind}
    first_block, last_block = -(-start // _BLOCK_MS), min(len(labels), -(-end // _BLOCK_MS))
    stretches: list[list[int]] = []
    for index in range(first_block, last_block):
        if labels[index] not in alike:
            continue
        if stretches and index - stretches[-1][1] <= bridge:
            stretches[-1][1] = index + 1
            stretches[-1][2] += labels[index] is kind
        else:
            stretches.append([index, index + 1, int(labels[index] is kind)])
    # A stretch that is mostly tone is a tone, however often a block looks like music.
    kept = [(a, b) for a, b, own in stretches if own * 2 > b - a]
    return [(max(start, a * _BLOCK_MS), min(end, b * _BLOCK_MS)) for a, b in kept]


def _gavels(features: Features, start: int, end: int) -> list[Sound]:
    """One to six knocks within a second of one another, in an otherwise quiet place."""
    groups: list[list[int]] = []
    for knock in features.knocks_ms:
        if not start <= knock < end:
            continue
        if groups and knock - groups[-1][-1] <= 1000:
            groups[-1].append(knock)
        else:
            groups.append([knock])
    return [Sound(SoundKind.GAVEL, group[0], min(end, group[-1] + 300)) for group in groups if len(group) <= 6]


def _without_overlap(sounds: list[Sound]) -> list[Sound]:
    """The longer of two overlapping sounds stays: a knock in music is the drum."""
    kept: list[Sound] = []
    for sound in sorted(sounds, key=lambda sound: (sound.start_ms - sound.end_ms, sound.start_ms)):
        if all(sound.end_ms <= other.start_ms or sound.start_ms >= other.end_ms for other in kept):
            kept.append(sound)
    return sorted(kept, key=_start)


def _recesses(found: list[Sound], start: int, end: int, options: SoundOptions) -> list[Sound]:
    taken = [SpeechSpan(sound.start_ms, sound.end_ms) for sound in found if sound.kind is not SoundKind.GAVEL]
    inside = [SpeechSpan(span.start_ms - start, span.end_ms - start) for span in taken]
    free = [(start + first, start + last) for first, last in gaps(inside, end - start)]
    gavels = [sound for sound in found if sound.kind is SoundKind.GAVEL]
    recesses = []
    for first, last in free:
        # The gavel opens and closes a recess; what lies outside of the knocks is not part of it.
        edges = [
            first,
            *(edge for knock in gavels if first <= knock.start_ms < last for edge in (knock.start_ms, knock.end_ms)),
            last,
        ]
        parts = zip(edges[::2], edges[1::2], strict=True)
        recesses += [Sound(SoundKind.RECESS, a, b) for a, b in parts if b - a >= options.recess_ms]
    return recesses


def _start(sound: Sound) -> int:
    return sound.start_ms
