# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, no-warn-return-any

"""Sounds of a meeting room that are no speech, made on the spot: the same seed gives the same samples."""

from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 16_000
Floats = npt.NDArray[Any]


def silence(seconds: float) -> Floats:
    return np.zeros(int(RATE * seconds), np.float32)


def tone(seconds: float, hz: float = 1000.0) -> Floats:
    return (0.1 * np.sin(2 * np.pi * hz * np.arange(int(RATE * seconds)) / RATE)).astype(np.float32)


def room(rng: np.random.Generator, seconds: float, level: float = 0.002) -> Floats:
    spectrum = np.fft.rfft(rng.normal(0, 1, int(RATE * seconds)))
    pink = np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 1), int(RATE * seconds))
    return (pink / pink.std() * level).astype(np.float32)


def music(seconds: float) -> Floats:
    chords = [(261.6, 329.6, 392.0), (220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7)]
    out, beat = silence(seconds), RATE // 2
    for number, first in enumerate(range(0, len(out), beat)):
        t = np.arange(min(beat, len(out) - first)) / RATE
        chord = chords[number // 4 % 4]
        notes = [np.sin(2 * np.pi * hz * k * t) / k**2 for hz in chord for k in (1, 2, 3)]
        melody = np.sin(4 * np.pi * chord[number % 3] * t) * np.exp(-3 * t)
        out[first : first + len(t)] = (sum(notes) + melody) * np.minimum(1, t / 0.02)
    return out / np.abs(out).max() * np.float32(0.15)


def applause(rng: np.random.Generator, seconds: float) -> Floats:
    out, clap = silence(seconds + 0.1), RATE * 12 // 1000
    for at in rng.integers(0, int(RATE * seconds), int(seconds * 120)):
        out[at : at + clap] += rng.normal(0, 1, clap) * np.exp(-np.arange(clap) / 64) * rng.uniform(0.2, 1)
    return (out / np.abs(out).max() * 0.4).astype(np.float32)[: int(RATE * seconds)]


def gavel(strikes: int) -> Floats:
    out, length = silence(strikes * 0.4 + 0.6), RATE * 80 // 1000
    t = np.arange(length) / RATE
    for number in range(strikes):
        at = int(RATE * (0.2 + 0.4 * number))
        out[at : at + length] += 0.6 * np.exp(-t / 0.012) * (np.sin(840 * np.pi * t) + 0.6 * np.sin(2260 * np.pi * t))
    return out


def voice(rng: np.random.Generator, seconds: float) -> Floats:
    """Somebody who talks without words: syllables of a voice whose pitch and vowels never stand still."""
    count = int(RATE * seconds)
    t = np.arange(count) / RATE
    pitch = 120 * (1 + 0.15 * np.sin(2 * np.pi * 0.7 * t) + 0.1 * np.sin(2 * np.pi * 2.3 * t + 1))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    formant = 600 + 250 * np.sin(2 * np.pi * 1.3 * t)
    out = np.zeros(count)
    for k in range(1, 25):
        hz = k * pitch
        out += np.sin(k * phase) * (1 / (1 + ((hz - formant) / 120) ** 2) + 0.4 / (1 + ((hz - 1700) / 200) ** 2) + 0.05)
    syllables = np.clip(np.sin(2 * np.pi * 2 * t) + 0.4, 0, 1)
    hiss = rng.normal(0, 0.05, count) * (syllables < 0.1)
    return (0.1 * (out * syllables / np.abs(out).max() + hiss)).astype(np.float32)


def beside(*parts: Floats) -> Floats:
    """One after the other."""
    return np.concatenate(parts).astype(np.float32)
