"""Measures the speech path beside bare faster-whisper: same audio, same model, same batch, same threads.

    python benchmarks/speech.py                         # 6 minutes of the demonstration recording, both ways
    python benchmarks/speech.py --workers 2             # the same with two child processes on one meeting
    python benchmarks/speech.py --minutes 10 --minutes 120 --only archivist     # memory against length
    python benchmarks/speech.py --model /models/small.en --batch 8

Every measurement runs in a fresh process, so that peak memory belongs to it alone; of Archivist the parent (decode,
listen, plan) and its children (the model) are measured apart. Longer audio is the demonstration recording, repeated.
"""

import argparse
import asyncio
import json
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
RECORDING = ROOT / "demo" / "recording"


def main() -> None:
    """Run what was asked for and print one table."""
    options = _options()
    if options.one:
        print(json.dumps(_measure(options.one, options)))
        return
    print(
        "| way | audio s | real-time factor | wall s | decode s | peak parent MB | peak child MB | words | errors % |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for minutes in options.minutes or [6]:
            audio = _repeated(Path(folder) / f"{minutes}.flac", minutes * 60)
            for way in options.only or ("bare", "archivist"):
                _print(way, _in_fresh_process(way, audio, options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, action="append", help="length of the audio; may be given several times")
    parser.add_argument("--model", default=str(ROOT / "demo" / "model"))
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="child processes at work at once")
    parser.add_argument("--slice-seconds", type=int, default=600)
    parser.add_argument("--only", action="append", choices=("bare", "archivist"))
    parser.add_argument("--one", choices=("bare", "archivist"), help=argparse.SUPPRESS)
    parser.add_argument("--audio", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_fresh_process(way: str, audio: Path, options: argparse.Namespace) -> dict[str, Any]:
    command = [
        sys.executable, __file__, "--one", way, "--audio", str(audio), "--model", options.model,
        "--batch", str(options.batch), "--threads", str(options.threads), "--workers", str(options.workers),
        "--slice-seconds", str(options.slice_seconds),
    ]  # fmt: skip
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _measure(way: str, options: argparse.Namespace) -> dict[str, Any]:
    measured = _bare(options) if way == "bare" else asyncio.run(_archivist(options))
    measured["parent_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return measured


def _bare(options: argparse.Namespace) -> dict[str, Any]:
    """What the library's own documentation does: whole file in memory, its own voice detection, one batched call."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel, decode_audio

    model = WhisperModel(options.model, device="cpu", compute_type="int8", cpu_threads=options.threads)
    pipeline = BatchedInferencePipeline(model)
    started = monotonic()
    audio = decode_audio(str(options.audio))
    decoded = monotonic()
    segments, _ = pipeline.transcribe(
        audio, language="en", batch_size=options.batch, without_timestamps=False, word_timestamps=True
    )
    words = [word.word for segment in segments for word in segment.words or ()]
    ended = monotonic()
    return {"audio_s": len(audio) / 16_000, "wall_s": ended - started, "decode_s": ended - decoded, "words": words}


async def _archivist(options: argparse.Namespace) -> dict[str, Any]:
    """The worker's path: decode to FLAC, listen, plan, slices in child processes; models are loaded beforehand."""
    from services.transcriber.engines import EngineChild, EngineSpec, SliceRequest, SliceResult
    from services.transcriber.plan import SliceOptions, SliceSpan
    from services.transcriber.prepare import prepare, speech_of_slice

    spec = EngineSpec(
        engine="faster-whisper",
        model=options.model,
        device="cpu",
        compute_type="int8",
        batch_size=options.batch,
        threads=options.threads,
    )
    children = [EngineChild(spec) for _ in range(options.workers)]
    await asyncio.gather(*(child.start() for child in children))
    target = options.slice_seconds * 1000
    with tempfile.TemporaryDirectory() as folder:
        flac, started = Path(folder) / "sound.flac", monotonic()
        prepared = await asyncio.to_thread(
            prepare, options.audio, flac, language="en", slices=SliceOptions(target, target * 3 // 2)
        )
        planned = monotonic()
        waiting, results = list(prepared.slices), dict[int, SliceResult]()

        async def work(child: EngineChild) -> None:
            while waiting:
                piece: SliceSpan = waiting.pop(0)
                speech = speech_of_slice(prepared.heard.speech, piece.start_ms, piece.end_ms)
                results[piece.index] = await child.transcribe(
                    flac, piece.start_ms, piece.end_ms, SliceRequest(speech), timeout_s=36_000
                )

        await asyncio.gather(*(work(child) for child in children))
        ended = monotonic()
    for child in children:
        await child.close()
    return {
        "audio_s": prepared.heard.duration_ms / 1000,
        "wall_s": ended - started,
        "decode_s": ended - planned,
        "child_mb": max(result.peak_memory_bytes for result in results.values()) / 1024**2,
        "words": [word.text for index in sorted(results) for word in results[index].words],
    }


def _repeated(flac: Path, seconds: int) -> Path:
    """The demonstration recording over and over until it is long enough; the last round is cut off."""
    import soundfile

    from services.transcriber.audio import RATE, decode_to_flac, read_blocks

    once = flac.with_name("once.flac")
    if not once.exists():
        decode_to_flac(next(RECORDING.glob("*.mp4")), once)
    left = seconds * RATE
    with soundfile.SoundFile(flac, "w", samplerate=RATE, channels=1, format="FLAC", subtype="PCM_16") as out:
        while left > 0:
            for block in read_blocks(once, RATE * 30):
                out.write(block[:left])
                left -= min(left, len(block))
    return flac


def _print(way: str, found: dict[str, Any]) -> None:
    child = f"{found['child_mb']:.0f}" if "child_mb" in found else ""
    print(
        f"| {way} | {found['audio_s']:.0f} | {found['wall_s'] / found['audio_s']:.4f} | {found['wall_s']:.1f} "
        f"| {found['decode_s']:.1f} | {found['parent_mb']:.0f} | {child} | {len(found['words'])} "
        f"| {_errors(found['words'], found['audio_s'])} |",
        flush=True,
    )


def _errors(words: list[str], audio_s: float) -> str:
    """Word errors against the reference, as often as it was repeated; only for whole rounds of the recording."""
    import jiwer

    reference = json.loads((RECORDING / "reference.json").read_text(encoding="utf-8"))["utterances"]
    length = 349.909
    said = [
        one["text"]
        for n in range(int(audio_s // length) + 1)
        for one in reference
        if n * length + one["end_s"] <= audio_s
    ]
    return f"{100 * jiwer.wer(_plain(' '.join(said)), _plain(' '.join(word.strip() for word in words))):.1f}"


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())


if __name__ == "__main__":
    main()
