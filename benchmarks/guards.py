"""What each guard costs and saves: real speech decoded with each of them off in turn, in one process.

    python benchmarks/guards.py --corpus FOLDER --weights FOLDER/base

The corpus is a folder as ``benchmarks/real_meetings.py`` reads it. Three recordings are taken: *packed* and *meeting*
of all speakers, and *nobody*, ten minutes of music, applause, hum and room in which every word is invented.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any
from unittest.mock import patch

import numpy as np
import soundfile

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.real_meetings import RATE, Floats, Meeting, Recipe, applause, as_video, build, music, room  # noqa: E402
from benchmarks.real_speech import Heard, score  # noqa: E402
from services.transcriber.composing.assemble import Transcript, assemble  # noqa: E402
from services.transcriber.decoding import missed_speech, plan  # noqa: E402
from services.transcriber.decoding import slice as slices  # noqa: E402
from services.transcriber.decoding.plan import SliceOptions  # noqa: E402
from services.transcriber.decoding.prepare import nothing_said, prepare, speech_of_slice  # noqa: E402
from services.transcriber.engines import faster_whisper  # noqa: E402
from services.transcriber.engines.faster_whisper import FasterWhisper  # noqa: E402
from services.transcriber.engines.values import DecodeOptions, Engine, EngineSpec, SliceRequest  # noqa: E402
from services.transcriber.hearing import listen, vad  # noqa: E402
from shared.captions.model import SoundKind  # noqa: E402

SECONDS = 240.0
Off = Callable[[ExitStack], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What one recording came to."""

    wer: float
    lost: int
    added: int
    invented: int
    late_ms: float
    tags: int
    hidden: int
    cpu_s: float


def main() -> None:
    """Decode every recording with all guards, then without each."""
    options = _options()
    weights = str(options.weights)
    engine = FasterWhisper(EngineSpec("faster-whisper", weights, device="cpu", compute_type="int8", threads=1))
    print(
        f"{options.weights.name}; {os.cpu_count()} cores, load at the start {os.getloadavg()[0]:.1f}.\n{_HEAD}",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        recordings = {
            name: (meeting, as_video(meeting, Path(folder) / f"{name}.mp4")) for name, meeting in _all(options.corpus)
        }
        for title, off in {"everything": _nothing, **OFF}.items():
            if options.only and title not in options.only:
                continue
            with ExitStack() as patched:
                off(patched)
                found = {name: _one(engine, *given) for name, given in recordings.items()}
            print(_row(title, found), flush=True)


_HEAD = (
    "| without | errors % | words lost | added | onset ms, 95 % | invented of nobody | sound tags, `[inaudible]` "
    "| processor s |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def _row(title: str, found: dict[str, Result]) -> str:
    packed, meeting, nobody = (found[name] for name in ("packed", "meeting", "nobody"))
    cells = [
        title,
        f"{packed.wer:.2f}, {meeting.wer:.2f}",
        f"{packed.lost}, {meeting.lost}",
        f"{packed.added}, {meeting.added}",
        f"{packed.late_ms:.0f}, {meeting.late_ms:.0f}",
        str(nobody.invented),
        f"{packed.tags + meeting.tags}, {packed.hidden + meeting.hidden}",
        f"{sum(one.cpu_s for one in found.values()):.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _one(engine: FasterWhisper, meeting: Meeting, media: Path) -> Result:
    before = process_time()
    made = transcript_of(engine, media)
    cpu_s = process_time() - before
    words = [Heard(word.text, word.start_ms / 1000, word.end_ms / 1000) for word in made.words]
    tags = [sound.kind for sound in made.sounds]
    hidden = tags.count(SoundKind.INAUDIBLE)
    if not meeting.words:
        return Result(0, 0, 0, len(words), 0, len(tags) - hidden, hidden, cpu_s)
    got = score(meeting, words)
    return Result(got.wer, got.lost, got.added, len(got.invented), got.onset_ms[1], len(tags) - hidden, hidden, cpu_s)


def transcript_of(engine: Engine, media: Path, *, vocabulary: tuple[str, ...] = ()) -> Transcript:
    """Everything that is done for a recording's words but writing files, in this process."""
    flac = media.with_suffix(".flac")
    prepared = prepare(media, flac, language="en", slices=SliceOptions())
    sound, _ = soundfile.read(flac, dtype="float32")
    results = []
    for one in prepared.slices:
        speech = speech_of_slice(prepared.heard.speech, one.start_ms, one.end_ms)
        doubted = speech_of_slice(prepared.heard.doubted, one.start_ms, one.end_ms)
        request = SliceRequest(speech, DecodeOptions(language="en", vocabulary=vocabulary), doubted)
        audio = sound[one.start_ms * RATE // 1000 : one.end_ms * RATE // 1000]
        made = slices.transcribe_slice(engine, audio, request) if speech else nothing_said("en")
        results.append((one.start_ms, made))
    return assemble(prepared.heard, results)


def _all(corpus: Path) -> Iterator[tuple[str, Meeting]]:
    yield "packed", build(corpus, Recipe(1, SECONDS, is_packed=True))
    yield "meeting", build(corpus, Recipe(1, SECONDS))
    yield "nobody", Meeting(_nobody(), (), (), ())


def _nobody() -> Floats:
    rng = np.random.default_rng(4)
    hum = 0.05 * np.sin(2 * np.pi * 60 * np.arange(60 * RATE) / RATE)
    fan = rng.normal(0, 0.01, 120 * RATE)
    parts: list[Any] = [
        np.zeros(60 * RATE),
        room(rng, 120.0),
        hum,
        fan,
        applause(rng, 60.0),
        music(rng, 120.0),
        room(rng, 60.0),
    ]
    return np.concatenate(parts).astype(np.float32)


def _nothing(_: ExitStack) -> None:
    return


def _replaced(where: Any, name: str, by: Any) -> Off:
    return lambda stack: stack.enter_context(patch.object(where, name, by)) and None


def _together(*offs: Off) -> Off:
    def both(stack: ExitStack) -> None:
        for off in offs:
            off(stack)

    return both


def _first_detector(probabilities: Floats, decibels: Floats, duration_ms: int, options: Any = vad.DEFAULT_VAD) -> Any:
    return vad.speech_spans(probabilities[0], decibels, duration_ms, options)


OFF: dict[str, Off] = {
    "the second look at suspicious text": _replaced(slices, "settle", lambda _work, decoded: decoded),
    "the second look at speech without words": _replaced(slices, "hear_missed", lambda _work, _said: []),
    "doubt of speech that has no voice": _together(
        _replaced(slices, "believable", lambda _work, decoded: decoded),
        _replaced(missed_speech, "overruled", lambda _work, _said: []),
        _replaced(missed_speech, "is_believable", lambda _work, _segment: True),
    ),
    "other languages": _replaced(slices, "in_their_languages", lambda _work, windows: windows),
    "first words at their voice": _replaced(slices, "begun_with_the_voice", lambda words, _speech: tuple(words)),
    "the detector without its memory": _replaced(listen, "heard_twice", _first_detector),
    "windows that end at the longest pause": _replaced(
        plan,
        "_first_part",
        lambda held, longest_ms: max(
            number for number in range(1, len(held)) if held[number - 1].end_ms - held[0].start_ms <= longest_ms
        ),
    ),
    "silence in place of the library's padding": _replaced(
        faster_whisper, "padded_alike", lambda features, _durations, _padding: features
    ),
    "decoding without time marks": _replaced(faster_whisper, "_UNSPACED", frozenset({"en"})),
}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--only", action="append", help="a name of the first column")
    return parser.parse_args()


if __name__ == "__main__":
    main()
