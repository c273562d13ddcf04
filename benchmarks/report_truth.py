"""Holds the quality report against what was really said: is the estimate true, and are the wrong words where it says?

    python benchmarks/report_truth.py --corpus FOLDER --weights FOLDER/base --weights FOLDER/tiny.en

The corpus is a folder as ``benchmarks/real_meetings.py`` reads it. Its speakers are parted into two halves: the numbers
of ``shared/quality/accuracy.py`` were found with the first, and the second had no say. *Listed* is the share of the
wrong words that lie in a place of ``uncertain``, *of all* the share of all words that lie there.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.real_meetings import RATE, Floats, Meeting, Recipe, as_video, build  # noqa: E402
from benchmarks.real_speech import Heard, alike, run, score  # noqa: E402

_RNG_SEED = 5
_SECONDS = 150


def main() -> None:
    """Spoil the recordings, caption each, and print a row for each."""
    options = _options()
    print(f"{os.cpu_count()} cores, load at the start {os.getloadavg()[0]:.1f}.\n{_HEAD}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for weights in options.weights:
            for half, name, meeting in _recordings(options.corpus):
                media = as_video(meeting, Path(folder) / f"{half}-{name}.mp4")
                print(_row(meeting, media, weights, half, name, Path(folder)), flush=True)


_HEAD = (
    "| model | voices | recording | right % | estimate % | outcome | wrong words listed % | of all % |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def _recordings(corpus: Path) -> Iterator[tuple[str, str, Meeting]]:
    speakers = sorted({each["speaker"] for each in json.loads((corpus / "corpus.json").read_text("utf-8"))})
    for half, some, seed in (("first", speakers[0::2], 41), ("second", speakers[1::2], 42)):
        yield half, "meeting", build(corpus, Recipe(seed, 2 * _SECONDS, tuple(some)))
        packed = build(corpus, Recipe(seed, _SECONDS, tuple(some), is_packed=True))
        for name, spoil in SPOILT.items():
            yield half, name, replace(packed, sound=_held(spoil(packed.sound)))


def noisy(sound: Floats, over_db: float) -> Floats:
    """With noise as of a fan, speech lying so far over it."""
    white = np.random.default_rng(_RNG_SEED).standard_normal(len(sound))
    noise = np.convolve(white, np.ones(4) / 4, "same")
    level = np.sqrt(np.mean(sound[np.abs(sound) > 0.01] ** 2) / np.mean(noise**2))
    return np.asarray(sound + noise * level / 10 ** (over_db / 20), np.float32)


def echoing(sound: Floats) -> Floats:
    """In a hall that rings for 0.6 s."""
    length = int(0.6 * RATE)
    ringing = np.random.default_rng(_RNG_SEED).standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    ringing[0] = 3.0
    whole = len(sound) + length
    heard = np.fft.irfft(np.fft.rfft(sound, whole) * np.fft.rfft(ringing, whole), whole)[: len(sound)]
    return np.asarray(0.7 * heard / np.abs(heard).max(), np.float32)


def by_telephone(sound: Floats) -> Floats:
    """300 to 3 400 Hz, on a line with noise."""
    spectrum, hz = np.fft.rfft(sound), np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(hz < 300) | (hz > 3400)] = 0
    return noisy(np.fft.irfft(spectrum, len(sound)).astype(np.float32), 12)


SPOILT: dict[str, Callable[[Floats], Floats]] = {
    "packed": lambda sound: sound,
    "echo": echoing,
    "noise, 10 dB": lambda sound: noisy(sound, 10),
    "noise, 5 dB": lambda sound: noisy(sound, 5),
    "noise, 0 dB": lambda sound: noisy(sound, 0),
    "telephone": by_telephone,
}


def _held(sound: Floats) -> Floats:
    """Within full scale."""
    return np.asarray(sound / max(1.0, float(np.abs(sound).max()) / 0.95), np.float32)


def _row(meeting: Meeting, media: Path, weights: Path, half: str, name: str, work: Path) -> str:
    out = work / f"{media.stem}-{weights.name}"
    found, _, _ = run(media, weights, "archivist", out)
    report = json.loads((out / "quality.json").read_text("utf-8"))
    wrong, every = listed(meeting, found["words"], report["uncertain"])
    estimate = report["estimated_accuracy"]
    probably = "unknown" if estimate is None else f"{100 * estimate:.1f}"
    return (
        f"| {weights.name} | {half} | {name} | {100 - score(meeting, found['words']).wer:.1f} "
        f"| {probably} | {report['outcome']} | {wrong:.0f} | {every:.0f} |"
    )


def listed(meeting: Meeting, words: Sequence[Heard], places: Sequence[Sequence[int]]) -> tuple[float, float]:
    """Shares of the wrong words, and of all, that lie in one of the places (in milliseconds), in percent."""
    import jiwer

    said = [part for word in meeting.words for part in alike(word.text)]
    heard = [(part, word) for word in words for part in alike(word.text)]
    chunks = jiwer.process_words(" ".join(said), " ".join(part for part, _ in heard) or "-").alignments[0]
    wrong = {
        heard[number][1]
        for chunk in chunks
        if heard and chunk.type in ("substitute", "insert")
        for number in range(chunk.hyp_start_idx, chunk.hyp_end_idx)
    }

    def share(some: Sequence[Heard]) -> float:
        middles = [500 * (word.start_s + word.end_s) for word in some]
        return 100 * sum(any(first <= at <= last for first, last in places) for at in middles) / max(1, len(some))

    return share(list(wrong)), share(words)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--weights", type=Path, action="append", required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
