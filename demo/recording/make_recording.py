"""Make the demonstration recording: a council meeting that nobody held, spoken by synthetic voices.

The result is shipped beside this script, so nobody needs to run it; run it again after a change of script.txt:

    apt-get install espeak-ng flite ffmpeg fonts-dejavu-core
    python demo/recording/make_recording.py

It writes the recording (MP4, 29.97 frames a second, AAC), `reference.txt` (the words, one utterance a line) and
`reference.json` (who said them and when), against which word errors are measured.
"""

import argparse
import ctypes
import importlib.util
import json
import random
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
GRAMMAR = HERE.parent / "model" / "training" / "grammar.py"
RECORDING = HERE / "2101-1-Maplewood City Council (20260914).mp4"
RATE = 48_000
SPEECH_PEAK = 0.5
GAP_S = 0.6
MEETING_STARTS_AT = 1_789_412_400  # 2026-09-14 19:00 as the clock on the wall of Maplewood shows it

Sound = NDArray[np.float32]


@dataclass(frozen=True)
class EspeakVoice:
    engine: str
    name: str
    pace: float


@dataclass(frozen=True)
class Spoken:
    """One utterance as it lies in the recording; words carry a start where the synthesizer tells it."""

    speaker: str
    start_s: float
    end_s: float
    text: str
    words: list[tuple[str, float]] = field(default_factory=list)


# -- the script -------------------------------------------------------------------------------------------------


def read_script(text: str) -> tuple[dict[str, EspeakVoice], list[tuple[str, str]]]:
    """Return the voices, and what is heard in order as (speaker, sentence) or ("[what]", amount)."""
    voices: dict[str, EspeakVoice] = {}
    heard: list[tuple[str, str]] = []
    for line in (line.strip() for line in text.splitlines()):
        if not line or line.startswith("#"):
            continue
        if line.startswith("voice "):
            name, _, how = line.removeprefix("voice ").partition("=")
            voice, pace = how.split()
            engine, _, voice_name = voice.partition(":")
            voices[name.strip()] = EspeakVoice(engine, voice_name, float(pace))
        elif line.startswith("["):
            what, _, amount = line.strip("[]").partition(" ")
            heard.append((f"[{what}]", amount))
        else:
            speaker, _, said = line.partition(": ")
            if speaker not in voices:
                raise SystemExit(f"script.txt gives no voice to {speaker!r}")
            heard += [(speaker, sentence) for sentence in re.split(r"(?<=[.?!]) +", said)]
    return voices, heard


def refuse_unknown_words(heard: list[tuple[str, str]], grammar: Path) -> None:
    """The model writes invented sentences for words it never learned, so the script may not have one."""
    spec = importlib.util.spec_from_file_location("grammar", grammar)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{grammar} cannot be read")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rng = random.Random(0)  # noqa: S311 - the same twenty thousand sentences every time
    known = {word for _ in range(20_000) for word in words_of(module.sentence(rng))}
    unknown = {word for who, said in heard if not who.startswith("[") for word in words_of(said)} - known
    if unknown:
        raise SystemExit(f"the model does not know: {', '.join(sorted(unknown))}")


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


# -- voices -----------------------------------------------------------------------------------------------------


class EspeakLibrary:
    """espeak-ng through its C library, which also tells when each word starts."""

    class _EspeakEvent(ctypes.Structure):
        _fields_ = (
            ("type", ctypes.c_int),
            ("unique_identifier", ctypes.c_uint),
            ("text_position", ctypes.c_int),
            ("length", ctypes.c_int),
            ("audio_position", ctypes.c_int),
            ("sample", ctypes.c_int),
            ("user_data", ctypes.c_void_p),
            ("id", ctypes.c_char * 8),
        )

    WORD, END = 1, 0
    RATE_PARAMETER = 1
    SYNCHRONOUS, UTF_8 = 2, 1

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        self.rate: int = self._library.espeak_Initialize(self.SYNCHRONOUS, 0, None, 0)
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(self._EspeakEvent)
        )
        self._callback = kind(self._heard)
        self._library.espeak_SetSynthCallback(self._callback)
        self._pieces: list[NDArray[np.int16]] = []
        self._starts: list[tuple[int, float]] = []

    def _heard(self, wave, count, event) -> int:  # type: ignore[no-untyped-def]  # a C callback
        if count > 0:
            self._pieces.append(np.ctypeslib.as_array(wave, (count,)).copy())
        while event[0].type != self.END:
            if event[0].type == self.WORD:
                self._starts.append((event[0].text_position - 1, event[0].audio_position / 1000))
            event = ctypes.pointer(event[1])
        return 0

    def say(self, text: str, voice: EspeakVoice) -> tuple[Sound, list[tuple[str, float]]]:
        """Return the sound, and the words with their starts; words run together ("of the") have one start."""
        self._pieces, self._starts = [], []
        if self._library.espeak_SetVoiceByName(voice.name.encode()) != 0:
            raise SystemExit(f"espeak-ng has no voice {voice.name}")
        self._library.espeak_SetParameter(self.RATE_PARAMETER, int(voice.pace), 0)
        spoken = text.encode()
        self._library.espeak_Synth(spoken, len(spoken) + 1, 0, 1, 0, self.UTF_8, None, None)
        samples = np.concatenate(self._pieces)
        starts = [(text[at:].split(maxsplit=1)[0], start_s) for at, start_s in self._starts]
        return resampled(samples.tobytes(), ["-f", "s16le", "-ar", str(self.rate), "-ac", "1"]), starts


def flite(text: str, voice: EspeakVoice) -> Sound:
    with tempfile.NamedTemporaryFile(suffix=".wav") as wave:
        stretch = f"duration_stretch={voice.pace}"
        subprocess.run(["flite", "-voice", voice.name, "--setf", stretch, "-t", text, "-o", wave.name], check=True)
        return resampled(Path(wave.name).read_bytes(), ["-f", "wav"])


def resampled(audio: bytes, described: list[str]) -> Sound:
    command = ["ffmpeg", "-v", "error", *described, "-i", "-", "-f", "f32le", "-ar", str(RATE), "-ac", "1", "-"]
    done = subprocess.run(command, input=audio, capture_output=True, check=True)
    return np.frombuffer(done.stdout, dtype=np.float32)


def trimmed(sound: Sound) -> tuple[Sound, float]:
    """Cut the silence that a synthesizer adds, keeping 30 ms, at speaking level; and tell how much went in front."""
    loud = np.nonzero(np.abs(sound) > 0.01 * np.abs(sound).max())[0]
    margin = int(0.03 * RATE)
    first, last = max(0, loud[0] - margin), min(len(sound), loud[-1] + margin)
    cut = sound[first:last]
    return (cut * (SPEECH_PEAK / np.abs(cut).max())).astype(np.float32), first / RATE


# -- what is not speech -----------------------------------------------------------------------------------------


def gavel() -> Sound:
    """Three knocks of wood on wood: damped modes of a block and a burst of noise."""
    rng = np.random.default_rng(14)
    t = np.arange(int(0.38 * RATE)) / RATE
    modes = ((190, 26, 1.0), (410, 38, 0.7), (870, 60, 0.45), (1610, 95, 0.25))
    knock = sum(gain * np.exp(-decay * t) * np.sin(2 * np.pi * hertz * t) for hertz, decay, gain in modes)
    knock = knock + 0.6 * np.exp(-260 * t) * rng.standard_normal(len(t))
    knock = 0.55 * knock / np.abs(knock).max()
    return np.concatenate([knock, knock * 0.9, knock * 0.95]).astype(np.float32)


def music(seconds: float) -> Sound:
    """A slow progression in C, plucked over a soft pad: what a station plays while the council is out."""
    sound = np.zeros(int(seconds * RATE), dtype=np.float64)
    chords = ((48, 55, 64, 67), (45, 52, 60, 64), (41, 53, 57, 60), (43, 50, 59, 62))
    bar_s = 2.75
    for bar in range(int(seconds / bar_s) + 1):
        chord = chords[bar % len(chords)]
        for note in chord:
            _add(sound, bar * bar_s, _pad(_hertz(note), bar_s + 0.8))
        for step in range(8):
            note = chord[(step * 3 + bar) % len(chord)] + (12 if step % 2 else 24)
            _add(sound, bar * bar_s + step * bar_s / 8, _pluck(_hertz(note)))
    fade = np.minimum(1.0, np.minimum(np.arange(len(sound)), np.arange(len(sound))[::-1]) / (1.5 * RATE))
    return np.asarray(0.3 * fade * sound / np.abs(sound).max(), dtype=np.float32)


def _hertz(midi_note: int) -> float:
    return float(440.0 * 2 ** ((midi_note - 69) / 12))


def _pad(hertz: float, seconds: float) -> NDArray[np.float64]:
    t = np.arange(int(seconds * RATE)) / RATE
    swell = np.sin(np.pi * t / seconds) ** 0.7
    tone = np.sin(2 * np.pi * hertz * t) + 0.3 * np.sin(4 * np.pi * hertz * t + 0.4)
    return np.asarray(0.16 * swell * tone)


def _pluck(hertz: float) -> NDArray[np.float64]:
    t = np.arange(int(1.1 * RATE)) / RATE
    overtones = sum(np.sin(2 * np.pi * hertz * n * t) * np.exp(-(3.2 + n) * t) / n**1.5 for n in range(1, 5))
    return np.asarray(0.22 * np.minimum(1.0, t / 0.004) * overtones)


def _add(sound: NDArray[np.float64], at_s: float, piece: NDArray[np.float64]) -> None:
    first = int(at_s * RATE)
    last = min(len(sound), first + len(piece))
    if first < last:
        sound[first:last] += piece[: last - first]


# -- put together -----------------------------------------------------------------------------------------------


def perform(voices: dict[str, EspeakVoice], heard: list[tuple[str, str]]) -> tuple[Sound, list[Spoken]]:
    espeak = EspeakLibrary()
    pieces: list[Sound] = []
    utterances: list[Spoken] = []
    at = 0

    def play(sound: Sound) -> None:
        nonlocal at
        pieces.append(sound)
        at += len(sound)

    for who, what in heard:
        if who == "[pause]":
            play(np.zeros(int(float(what) * RATE), dtype=np.float32))
        elif who == "[gavel]":
            play(gavel())
        elif who == "[music]":
            play(music(float(what)))
            utterances.append(Spoken("[music]", (at - len(pieces[-1])) / RATE, at / RATE, ""))
        else:
            play(np.zeros(int(GAP_S * RATE), dtype=np.float32))
            voice = voices[who]
            raw, starts = espeak.say(what, voice) if voice.engine == "espeak" else (flite(what, voice), [])
            sound, cut_s = trimmed(raw)
            start_s = at / RATE
            words = [(word, start_s + max(0.0, s - cut_s)) for word, s in starts]
            play(sound)
            utterances.append(Spoken(who, start_s, at / RATE, what, words))
    return np.concatenate(pieces), utterances


def picture(utterances: list[Spoken]) -> str:
    """An ffmpeg filter chain: a title card, a clock that runs, and the name of whoever is speaking."""
    font, bold = "font='DejaVu Sans'", "font='DejaVu Sans\\:style=Bold'"
    paint = [
        "drawbox=x=0:y=0:w=iw:h=8:color=0xd9a441:t=fill",
        "drawbox=x=80:y=300:w=1120:h=2:color=0xd9a441@0.8:t=fill",
        "drawbox=x=0:y=560:w=iw:h=160:color=0x0a1626:t=fill",
        f"drawtext={bold}:text='Maplewood City Council':x=80:y=150:fontsize=64:fontcolor=0xf4efe4",
        f"drawtext={font}:text='Regular Meeting - September 14, 2026':x=80:y=238:fontsize=32:fontcolor=0xb9c6d8",
        f"drawtext={font}:text='A demonstration with synthetic voices. No such city, council or person exists.'"
        ":x=80:y=326:fontsize=22:fontcolor=0x8ea0b8",
        f"drawtext={bold}:text='%{{pts\\:gmtime\\:{MEETING_STARTS_AT}\\:%I\\\\\\:%M\\\\\\:%S %p}}'"
        ":x=w-tw-80:y=618:fontsize=36:fontcolor=0xd9a441",
    ]
    for name, first_s, last_s in turns(utterances):
        shown = "In recess" if name == "[music]" else name.replace(",", "\\,").replace("'", "")
        paint.append(
            f"drawtext={bold}:text='{shown}':x=80:y=616:fontsize=40:fontcolor=0xf4efe4"
            f":enable='between(t,{first_s:.2f},{last_s:.2f})'"
        )
    return ",".join(paint)


def turns(utterances: list[Spoken]) -> Iterator[tuple[str, float, float]]:
    """Each stretch in which one name stands on the picture, lasting until the next one speaks or for 1.2 s."""
    name, first_s, last_s = "", 0.0, 0.0
    for one in utterances:
        if one.speaker != name:
            if name:
                yield name, first_s, min(last_s + 1.2, one.start_s - 0.04)
            name, first_s = one.speaker, one.start_s
        last_s = one.end_s
    yield name, first_s, last_s + 1.2


def encode(sound: Sound, utterances: list[Spoken], into: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        filters, audio = Path(folder) / "picture.txt", Path(folder) / "sound.f32"
        filters.write_text(picture(utterances))
        audio.write_bytes(sound.astype("<f4").tobytes())
        command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "color=c=0x13243b:s=1280x720:r=30000/1001"]
        command += ["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", str(audio), "-filter_script:v", str(filters)]
        command += ["-c:v", "libx264", "-profile:v", "high", "-crf", "27", "-preset", "slow", "-tune", "stillimage"]
        command += ["-g", "120", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "80k", "-t", f"{len(sound) / RATE:.3f}"]
        command += ["-movflags", "+faststart", "-map_metadata", "-1", "-fflags", "+bitexact", str(into)]
        subprocess.run(command, check=True)


def write_reference(utterances: list[Spoken], folder: Path) -> None:
    speech = [one for one in utterances if one.text]
    (folder / "reference.txt").write_text("".join(f"{one.text}\n" for one in speech))
    described = [
        {
            "speaker": one.speaker,
            "start_s": round(one.start_s, 3),
            "end_s": round(one.end_s, 3),
            "text": one.text,
            "words": [[word, round(start_s, 3)] for word, start_s in one.words],
        }
        for one in speech
    ]
    music_heard = [[round(one.start_s, 3), round(one.end_s, 3)] for one in utterances if not one.text]
    lines = ",\n".join("    " + json.dumps(one) for one in described)
    (folder / "reference.json").write_text(
        f'{{\n  "music_s": {json.dumps(music_heard)},\n  "utterances": [\n{lines}\n  ]\n}}\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grammar", type=Path, default=GRAMMAR, help="grammar.py of the demonstration model")
    parser.add_argument("--into", type=Path, default=RECORDING)
    options = parser.parse_args()
    voices, heard = read_script((HERE / "script.txt").read_text())
    refuse_unknown_words(heard, options.grammar)
    sound, utterances = perform(voices, heard)
    encode(sound, utterances, options.into)
    write_reference(utterances, options.into.parent)
    count = sum(len(one.text.split()) for one in utterances)
    print(f"{options.into.name}: {len(sound) / RATE:.1f} s, {count} words, {options.into.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
