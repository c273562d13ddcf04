"""Measures captions of real speech with real weights beside the bare engine, sequential and batched, in one run.

    python benchmarks/real_speech.py --corpus FOLDER --weights FOLDER/base --weights FOLDER/tiny.en
    python benchmarks/real_speech.py --corpus FOLDER --weights FOLDER/base --set packed --way archivist --keep FOLDER

The corpus is a folder as ``benchmarks/real_meetings.py`` reads it, the weights are folders of CTranslate2 models. Each
way runs in a fresh process: processor seconds are of the whole process and its children, loading included. ``lost`` are
words of the reference that have no counterpart; ``unseen`` are runs of five or more lost words at whose place no doubt
was shown, and ``invented`` words half a second away from every utterance.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.real_meetings import Meeting, Recipe, as_video, build  # noqa: E402
from services.console.exit_status import LOOK, PASSED  # noqa: E402

SETS = ("packed", "meeting")
WAYS = ("sequential", "batched", "archivist")
LONG_RUN = 5
"""So many lost words in a row are a sentence, and nobody may miss that it is gone."""


class Heard(NamedTuple):
    """One word as a way has it."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Score:
    """How well the words of one recording were found."""

    wer: float
    """Percent."""
    words: int
    """Of the reference."""
    lost: int
    added: int
    wrong: int
    runs: tuple[tuple[float, float, str], ...]
    """Runs of lost words that are long: start and end in seconds, and the words."""
    invented: tuple[str, ...]
    onset_ms: tuple[float, float]
    """Median and 95th percentile of the error of beginnings."""

    def unseen(self, doubts: Sequence[tuple[float, float]]) -> list[tuple[float, float, str]]:
        """The long runs at whose place no doubt is shown."""
        return [run for run in self.runs if not any(a - 1 < run[1] and run[0] < b + 1 for a, b in doubts)]


def main() -> None:
    """Build the recordings, run every way on each with every model, and print a table."""
    options = _options()
    if options.one:
        print(json.dumps(_bare(options)))
        return
    print(f"{os.cpu_count()} cores, load at the start {os.getloadavg()[0]:.1f}.", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        work = options.keep or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        for name in options.set or SETS:
            recipe = Recipe(options.seed, options.speech_s, tuple(options.speaker), is_packed=name.startswith("packed"))
            meeting = build(options.corpus, recipe)
            media = as_video(meeting, work / f"{name}.mp4")
            print(f"\n{name}: {len(meeting.sound) / 16_000:.0f} s, {len(meeting.words)} words\n{_HEAD}", flush=True)
            for weights in options.weights:
                for way in options.way or WAYS:
                    _row(meeting, media, weights, way, work)


_HEAD = (
    "| model | way | errors % | lost | added | wrong | long runs lost (unseen) | invented | onset ms, 50 and 95 % "
    "| processor s | wall s |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def _row(meeting: Meeting, media: Path, weights: Path, way: str, work: Path) -> None:
    found, cpu_s, wall_s = run(media, weights, way, work / f"{media.stem}-{weights.name}-{way}")
    result = score(meeting, found["words"])
    unseen = result.unseen(found["doubts"])
    print(
        f"| {weights.name} | {way} | {result.wer:.2f} | {result.lost} | {result.added} | {result.wrong} "
        f"| {len(result.runs)} ({len(unseen)}) | {len(result.invented)} | {result.onset_ms[0]:.0f}, "
        f"{result.onset_ms[1]:.0f} | {cpu_s:.1f} | {wall_s:.1f} |",
        flush=True,
    )
    for start_s, end_s, text in result.runs:
        seen = "" if (start_s, end_s, text) in unseen else ", a doubt is shown"
        print(f"    lost at {start_s:.1f}-{end_s:.1f} s{seen}: {text}")
    if found["sounds"]:
        print("    sounds: " + ", ".join(f"{kind} {start:.1f}-{end:.1f}" for kind, start, end in found["sounds"]))
    if result.invented:
        print("    invented: " + " ".join(result.invented))


def run(media: Path, weights: Path, way: str, out: Path) -> tuple[dict[str, Any], float, float]:
    """Words, doubts and sounds of one way, with its processor and wall seconds."""
    if way == "archivist":
        command = [sys.executable, "-m", "services.console", "transcribe", str(media), "--model", str(weights)]
        command += ["--out", str(out)]
    else:
        command = [sys.executable, __file__, "--one", way, "--audio", str(media), "--weights", str(weights)]
    before, started = os.times(), monotonic()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    after = os.times()
    if done.returncode not in ((PASSED, LOOK) if way == "archivist" else (PASSED,)):
        raise SystemExit(f"{way} with {weights.name} failed: {done.stderr[-2000:]}")
    cpu_s = after.children_user - before.children_user + after.children_system - before.children_system
    found = _of_archivist(out) if way == "archivist" else json.loads(done.stdout.splitlines()[-1])
    found["words"] = [Heard(*word) for word in found["words"]]
    return found, cpu_s, monotonic() - started


def _of_archivist(out: Path) -> dict[str, Any]:
    written = json.loads((out / "words.json").read_text(encoding="utf-8"))
    quality = json.loads((out / "quality.json").read_text(encoding="utf-8"))
    places = [(each["start_ms"] / 1000, each["end_ms"] / 1000) for each in written["doubts"]]
    places += [(a / 1000, b / 1000) for _, a, b in _sounds(written) if _ == "inaudible"]
    return {
        "words": [(word["text"], word["start_ms"] / 1000, word["end_ms"] / 1000) for word in written["words"]],
        "doubts": places,
        "sounds": [(kind, a / 1000, b / 1000) for kind, a, b in _sounds(written)],
        "score": quality["score"],
        "outcome": quality["outcome"],
        "estimate": quality["estimated_accuracy"],
        "uncertain": quality["uncertain"],
    }


def _sounds(written: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [(each["kind"], each["start_ms"], each["end_ms"]) for each in written["sounds"]]


def _bare(options: argparse.Namespace) -> dict[str, Any]:
    """As the library's documentation does it, with word times, without which there are no captions."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(str(options.weights[0]), device="cpu", compute_type="int8")
    if options.one == "batched":
        found, _ = BatchedInferencePipeline(model).transcribe(
            str(options.audio), language="en", word_timestamps=True, batch_size=8
        )
    else:
        found, _ = model.transcribe(str(options.audio), language="en", word_timestamps=True)
    words: list[list[Any]] = []
    for word in (word for segment in found for word in segment.words or ()):
        if words and not word.word.startswith(" "):  # "o'clock" comes in pieces of which only the first has a space
            words[-1][0] += word.word
            words[-1][2] = word.end
        else:
            words.append([word.word.strip(), word.start, word.end])
    return {"words": words, "doubts": [], "sounds": []}


def score(meeting: Meeting, words: Sequence[Heard]) -> Score:
    """Word errors after both sides are spelled alike, and where they lie."""
    import jiwer

    said = [(part, word) for word in meeting.words for part in alike(word.text)]
    heard = [(part, word) for word in words for part in alike(word.text)]
    found = jiwer.process_words(" ".join(part for part, _ in said), " ".join(part for part, _ in heard) or "-")
    onsets, runs = [], []
    for chunk in found.alignments[0]:
        if chunk.type == "equal":
            pairs = zip(
                said[chunk.ref_start_idx : chunk.ref_end_idx],
                heard[chunk.hyp_start_idx : chunk.hyp_end_idx],
                strict=True,
            )
            onsets += [abs(his.start_s - mine.start_s) for (_, mine), (_, his) in pairs if mine.is_timed]
        elif chunk.type == "delete" and chunk.ref_end_idx - chunk.ref_start_idx >= LONG_RUN:
            lost = said[chunk.ref_start_idx : chunk.ref_end_idx]
            runs.append((lost[0][1].start_s, lost[-1][1].end_s, " ".join(part for part, _ in lost)))
    onsets.sort()
    invented = [
        word.text
        for word in words
        if not any(a - 0.5 <= (word.start_s + word.end_s) / 2 <= b + 0.5 for a, b in meeting.utterances)
    ]
    return Score(
        wer=100 * found.wer,
        words=len(said),
        lost=found.deletions,
        added=found.insertions,
        wrong=found.substitutions,
        runs=tuple(runs),
        invented=tuple(invented),
        onset_ms=(1000 * statistics.median(onsets), 1000 * onsets[int(0.95 * len(onsets))]) if onsets else (0, 0),
    )


_SPELLINGS = {
    "mr": "mister", "mrs": "missus", "dr": "doctor", "st": "saint", "ok": "okay", "colour": "color",
    "honour": "honor", "favour": "favor", "grey": "gray", "toward": "towards", "can't": "can not",
    "won't": "will not", "let's": "let us", "cannot": "can not", "o'clock": "oclock",
}  # fmt: skip
_ENDINGS = (("n't", " not"), ("'re", " are"), ("'ll", " will"), ("'ve", " have"), ("'m", " am"), ("'d", " would"))
_ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def alike(text: str) -> list[str]:
    """The words of a text as both sides of a comparison are spelled: no case, no punctuation, numbers in words."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower().replace("\u2019", "'"))
    plain = re.sub(r"\d+", lambda number: f" {_spelled(int(number[0]))} ", plain)
    parts = []
    for word in re.sub(r"[^\w']+|_", " ", plain).split():
        bare = _SPELLINGS.get(word.strip("'"), word.strip("'"))
        for short, long in _ENDINGS:
            bare = bare.replace(short, long) if bare.endswith(short) else bare
        parts += bare.replace("'s", " 's").replace("'", "").split()
    return parts


def _spelled(number: int) -> str:
    for size, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = f" {_spelled(number % size)}" if number % size else ""
            return f"{_spelled(number // size)} {name}{rest}"
    if number < 20:
        return _ONES[number]
    return _TENS[number // 10 - 2] + (f" {_ONES[number % 10]}" if number % 10 else "")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "real-speech")
    parser.add_argument(
        "--weights", type=Path, action="append", required=True, help="folder of a model; may be given again"
    )
    parser.add_argument("--set", action="append", choices=SETS)
    parser.add_argument("--way", action="append", choices=WAYS)
    parser.add_argument("--speaker", action="append", default=[], help="only these of the corpus")
    parser.add_argument("--speech-s", type=float, default=420.0, help="seconds of speech (420)")
    parser.add_argument("--seed", type=int, default=1, help="choice and order of the utterances (1)")
    parser.add_argument("--keep", type=Path, help="keep recordings and captions in this folder")
    parser.add_argument("--one", choices=WAYS[:-1], help=argparse.SUPPRESS)
    parser.add_argument("--audio", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
