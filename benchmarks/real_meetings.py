"""Meetings put together from a corpus of real speech whose words are known: what a speech path is really worth.

The corpus is a folder with ``corpus.json`` (a list of utterances: ``id, speaker, audio, text, words``; words as
``[word, start_s, end_s]`` or null) and 16 kHz mono files. The same seed gives the same samples.
"""

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 16_000
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Said:
    """One word of the reference."""

    text: str
    start_s: float
    end_s: float
    is_timed: bool
    """False where the corpus has no times and they are guessed from the length of the utterance."""
    speaker: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """What is heard, and what was said in it."""

    sound: Floats
    words: tuple[Said, ...]
    utterances: tuple[tuple[float, float], ...]
    """Start and end of each, in seconds."""
    voices: tuple[str, ...]
    """Who speaks in each."""
    gavel_s: tuple[float, ...] = ()
    applause_s: tuple[float, float] | None = None
    music_s: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is put between the utterances."""

    seed: int = 1
    speech_s: float = 420.0
    """So much speech is taken of the corpus, of all speakers alike."""
    speakers: tuple[str, ...] = ()
    """Only these; all when empty."""
    is_packed: bool = False
    """Nothing but 0.35 s between utterances: the normal case of somebody who reads on."""


def build(corpus: Path, recipe: Recipe) -> Meeting:
    """A meeting of turns; unless packed, with pauses, one quiet stretch, one overlap, applause, gavel and music."""
    rng = np.random.default_rng(recipe.seed)
    order = _turns(_chosen(corpus, recipe, rng), rng)
    parts: list[tuple[float, Floats]] = []
    words: list[Said] = []
    spans: list[tuple[float, float]] = []
    voices: list[str] = []
    marks: dict[str, Any] = {}
    at_s, quiet = 1.0, range(len(order) // 3, len(order) // 3 + 3)
    events = {} if recipe.is_packed else {0: "gavel", len(order) // 2: "music", 2 * len(order) // 3: "applause"}
    for number, turn in enumerate(order):
        if (event := events.get(number)) is not None:
            at_s = _event(event, at_s, parts, marks, rng)
        for utterance in turn:
            sound = leveled(read(corpus / utterance["audio"])) * (0.1 if _is(number, quiet, recipe) else 1.0)
            parts.append((at_s, sound))
            length_s = len(sound) / RATE
            words += _reference(utterance, at_s, length_s)
            spans.append((at_s, at_s + length_s))
            voices.append(utterance["speaker"])
            at_s += length_s + (0.35 if recipe.is_packed else rng.uniform(0.3, 0.8))
        if not recipe.is_packed and number + 1 < len(order):
            is_overlap = number == len(order) // 5
            at_s += -2.5 if is_overlap else float(rng.choice([2, 3, 4, 6, 9, 14, 22, 40], p=_HOW_OFTEN))
    sound = room(rng, at_s + 2.0)
    for start_s, part in parts:
        first = int(start_s * RATE)
        sound[first : first + len(part)] += part
    return Meeting(np.clip(sound, -1, 1).astype(np.float32), tuple(words), tuple(spans), tuple(voices), **marks)


def as_video(meeting: Meeting, path: Path) -> Path:
    """H.264 and AAC at 128 kb/s, as a station's recorder writes them."""
    pcm = (meeting.sound * 32767).astype("<i2").tobytes()
    picture = f"color=c=gray:s=160x90:r=30000/1001:d={len(meeting.sound) / RATE:.3f}"
    command = [
        "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "s16le", "-ar", str(RATE), "-ac", "1",
        "-i", "pipe:0", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "128k", "-threads", "1",
        str(path),
    ]  # fmt: skip
    subprocess.run(command, input=pcm, check=True)
    return path


_HOW_OFTEN = (0.25, 0.2, 0.15, 0.12, 0.1, 0.08, 0.06, 0.04)


def _is(number: int, turns: range, recipe: Recipe) -> bool:
    return not recipe.is_packed and number in turns


def _chosen(corpus: Path, recipe: Recipe, rng: np.random.Generator) -> dict[str, list[Any]]:
    """Utterances by speaker, of each about as many seconds."""
    everything = json.loads((corpus / "corpus.json").read_text(encoding="utf-8"))
    by_speaker: dict[str, list[Any]] = {}
    for utterance in everything:
        if not recipe.speakers or utterance["speaker"] in recipe.speakers:
            by_speaker.setdefault(utterance["speaker"], []).append(utterance)
    share_s = recipe.speech_s / len(by_speaker)
    chosen: dict[str, list[Any]] = {}
    for speaker, theirs in sorted(by_speaker.items()):
        taken_s, kept = 0.0, []
        for index in rng.permutation(len(theirs)):
            if taken_s < share_s:
                kept.append(theirs[index])
                taken_s += theirs[index]["seconds"]
        chosen[speaker] = kept
    return chosen


def _turns(by_speaker: dict[str, list[Any]], rng: np.random.Generator) -> list[list[Any]]:
    """Turns of one to three utterances, nobody twice in a row while others have something to say."""
    left = {speaker: list(theirs) for speaker, theirs in by_speaker.items()}
    turns: list[list[Any]] = []
    last = ""
    while left:
        others = [speaker for speaker in left if speaker != last] or list(left)
        last = str(rng.choice(others))
        count = int(rng.integers(1, 4))
        turns.append(left[last][:count])
        left[last] = left[last][count:]
        if not left[last]:
            del left[last]
    return turns


def _event(event: str, at_s: float, parts: list[Any], marks: dict[str, Any], rng: np.random.Generator) -> float:
    """Put one in, and say where speech goes on."""
    makers: dict[str, Callable[[np.random.Generator], Floats]] = {"gavel": gavel, "applause": applause, "music": music}
    sound = makers[event](rng)
    start_s, length_s = at_s + 1.0, len(sound) / RATE
    parts.append((start_s, sound))
    if event == "gavel":
        marks["gavel_s"] = tuple(start_s + 0.45 * strike for strike in range(3))
    else:
        marks[f"{event}_s"] = (start_s, start_s + length_s)
    return start_s + length_s + 2.0


def gavel(_: np.random.Generator) -> Floats:
    """Three strikes that ring at 420 and 980 Hz."""
    t = np.arange(int(0.25 * RATE)) / RATE
    strike = np.exp(-t / 0.03) * (np.sin(2 * np.pi * 420 * t) + 0.6 * np.sin(2 * np.pi * 980 * t)) * 0.4
    out = np.zeros(int(1.3 * RATE), np.float32)
    for number in range(3):
        first = int(0.45 * number * RATE)
        out[first : first + len(strike)] += strike
    return out


def applause(rng: np.random.Generator, seconds: float = 8.0) -> Floats:
    """Some 220 claps a second, of 20 ms each, that come and go."""
    out, clap = np.zeros(int(seconds * RATE)), int(0.02 * RATE)
    for at in rng.integers(0, len(out) - clap, int(220 * seconds)):
        out[at : at + clap] += rng.normal(0, 1, clap) * np.exp(-np.arange(clap) / 80) * rng.uniform(0.2, 1)
    swell = np.minimum(1, np.minimum(np.arange(len(out)), np.arange(len(out))[::-1]) / (1.5 * RATE))
    return np.asarray(out / np.abs(out).max() * swell * 0.4, np.float32)


def music(rng: np.random.Generator, seconds: float = 90.0) -> Floats:
    """Four chords with a melody, a bass and a drum, as a recess is filled with."""
    beat, out = int(0.5 * RATE), np.zeros(int(seconds * RATE))
    roots = (220.0, 174.6, 261.6, 196.0)
    for number, first in enumerate(range(0, len(out), beat)):
        t = np.arange(min(beat, len(out) - first)) / RATE
        root = roots[number // 4 % 4]
        notes = sum(np.sin(2 * np.pi * root * step * k * t) / k**2 for step in (1, 1.26, 1.5) for k in (1, 2, 3))
        melody = np.sin(4 * np.pi * root * float(rng.choice([1, 1.26, 1.5, 1.68])) * t) * np.exp(-4 * t)
        drum = rng.normal(0, 1, len(t)) * np.exp(-t / 0.03) * (0.8 if number % 2 else 0.3)
        bass = np.sin(np.pi * root * t) * 0.8
        out[first : first + len(t)] = notes * 0.6 + melody * 1.2 + drum + bass
    return np.asarray(out / np.abs(out).max() * 0.2, np.float32)


def room(rng: np.random.Generator, seconds: float) -> Floats:
    """Pink noise at -56 dB and the hum of the mains."""
    count = int(seconds * RATE)
    spectrum = np.fft.rfft(rng.normal(0, 1, count))
    pink = np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 1), count)
    t = np.arange(count) / RATE
    hum = 10 ** (-58 / 20) * np.sin(2 * np.pi * 60 * t) + 10 ** (-62 / 20) * np.sin(2 * np.pi * 120 * t)
    return np.asarray(pink / pink.std() * 10 ** (-56 / 20) + hum, np.float32)


def read(path: Path) -> Floats:
    import soundfile

    sound, rate = soundfile.read(path, dtype="float32")
    assert rate == RATE, f"{path} has {rate} samples a second, not {RATE}"
    return np.asarray(sound, np.float32)


def leveled(sound: Floats) -> Floats:
    """Its loud half brought to -23 dB."""
    frames = np.mean(sound[: len(sound) // 800 * 800].reshape(-1, 800) ** 2, axis=1)
    loud = float(np.mean(np.sort(frames)[len(frames) // 2 :])) + 1e-12
    return sound * np.float32(10 ** (-23 / 20) / loud**0.5)


def _reference(utterance: dict[str, Any], at_s: float, length_s: float) -> Sequence[Said]:
    timed, who = utterance["words"], utterance["speaker"]
    texts = utterance["text"].split()
    if timed is not None and all(start is not None for _, start, _ in timed):
        return [Said(word, at_s + start, at_s + end, True, who) for word, start, end in timed]
    step = length_s / len(texts)
    return [Said(word, at_s + n * step, at_s + (n + 1) * step, False, who) for n, word in enumerate(texts)]
