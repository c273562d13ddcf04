"""Measures the speech path beside the bare engines: same audio, same model, in one run.

    python benchmarks/speech.py                               # everything, with the demonstration model: 30 minutes
    python benchmarks/speech.py --part equal --part ours      # some of it
    python benchmarks/speech.py --part equal --part ours --seconds 600 --random-weights --model random-small
    python benchmarks/speech.py --part ours --whisperx PYTHON --aligner FOLDER   # WhisperX too, bare and in Archivist

``equal``: the same windows, batch, beam and one thread, in one process and alternating; processor time.
``ours``: each as its own documentation runs it, in a fresh process; Archivist as it sizes itself for this machine.
PYTHON is the interpreter that ``./archivist test whisperx`` makes in var/; FOLDER a wav2vec2 model for its word times.
``workers``: one meeting by one child process and by two. ``memory``: peak against length, children and parent apart.
Longer audio is the demonstration recording, repeated. Models of random weights (demo/model/training/random_shapes.py)
say nonsense in every window, so nothing is heard twice for them and no engine may fall back to other temperatures.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic, process_time
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
RECORDING = ROOT / "demo" / "recording"
PARTS = ("equal", "ours", "workers", "memory")
_WAYS = ("sequential", "batched", "whisperx", "archivist", "greedy", "over-whisperx", "equal")
_RECORDING_S = 349.909  # length of the demonstration recording's sound
_IN_WHISPERX = ("whisperx", "over-whisperx")


def main() -> None:
    """Run what was asked for and print one table for each part."""
    options = _options()
    if options.one:
        print(json.dumps(_measure(options)))
        return
    print(_machine(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        options.folder = Path(folder)
        for part in options.part or PARTS:
            print(flush=True)
            {"equal": _equal_table, "ours": _ours_table, "workers": _workers_table, "memory": _memory_table}[part](
                options
            )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--model", default=str(ROOT / "demo" / "model"))
    parser.add_argument("--random-weights", action="store_true", help="the model says nonsense")
    parser.add_argument("--seconds", type=int, default=350, help="length of the audio but for memory (350)")
    parser.add_argument("--minutes", type=int, action="append", help="lengths for memory (10, 60, 120, 240)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8, help="windows at once at equal settings (8)")
    parser.add_argument("--whisperx", type=Path, metavar="PYTHON", help="interpreter of an environment with WhisperX")
    parser.add_argument("--aligner", default="", metavar="FOLDER", help="wav2vec2 model that times WhisperX's words")
    parser.add_argument("--workers", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--slice-seconds", type=int, default=600, help=argparse.SUPPRESS)
    parser.add_argument("--one", choices=_WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--audio", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _machine() -> str:
    from services.transcriber.engines.hardware import device_name
    from services.transcriber.engines.sizing import GIB, this_machine

    here, load = this_machine(), os.getloadavg()[0]
    return (
        f"{device_name('cpu')}, {here.cores} cores, {here.memory_bytes / GIB:.0f} GiB, Python "
        f"{platform.python_version()}, load at the start {load:.1f}."
    )


def _equal_table(options: argparse.Namespace) -> None:
    found = _in_fresh_process("equal", options, _audio(options, options.seconds))
    print("| at equal settings | processor s, median (all) | over bare | errors % |\n| --- | --- | --- | --- |")
    bare = found["seconds"]["bare engine"]
    for name, seconds in found["seconds"].items():
        every = ", ".join(f"{one:.2f}" for one in seconds)
        over = statistics.median(mine / its for mine, its in zip(seconds, bare, strict=True)) - 1
        share = "" if name == "bare engine" else f"{100 * over:+.1f} %"
        errors = "" if options.random_weights else _errors(found["words"][name], found["audio_s"])
        print(f"| {name} | {statistics.median(seconds):.2f} ({every}) | {share} | {errors} |", flush=True)


def _ours_table(options: argparse.Namespace) -> None:
    audio = _audio(options, options.seconds)
    options.slice_seconds = 600  # As it comes, which makes several slices of short audio.
    ways = [way for way in _WAYS[:-1] if way not in _IN_WHISPERX or options.whisperx]
    found = {way: _in_fresh_process(way, options, audio) for way in ways}
    _head()
    for one in found.values():
        _row(one["title"], one, options, found["archivist"]["wall_s"])


def _workers_table(options: argparse.Namespace) -> None:
    audio = _audio(options, options.seconds)
    options.slice_seconds = max(30, options.seconds // 12)
    rows = []
    for workers in (1, 2):
        options.workers = workers
        rows.append(_in_fresh_process("archivist", options, audio))
    _head()
    for row in rows:
        _row(row["title"], row, options, rows[1]["wall_s"])
    same = "the same" if rows[0]["words"] == rows[1]["words"] else "DIFFERENT"
    print(f"\nTwo decode {rows[0]['decode_s'] / rows[1]['decode_s']:.2f} times as fast as one and say {same} words.")
    options.workers = 0


def _memory_table(options: argparse.Namespace) -> None:
    options.workers, options.slice_seconds = 1, 600
    _head()
    for minutes in options.minutes or (10, 60, 120, 240):
        found = _in_fresh_process("archivist", options, _audio(options, minutes * 60))
        _row(f"{minutes} min", found, options, found["wall_s"])


def _head() -> None:
    print(
        "| way | audio s | wall s | processor s | real-time factor | wall over Archivist's | peak parent MB "
        "| peak child MB | words | errors % |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )


def _row(title: str, found: dict[str, Any], options: argparse.Namespace, ours_s: float) -> None:
    child = f"{found['child_mb']:.0f}" if "child_mb" in found else ""
    errors = "" if options.random_weights else _errors(found["words"], found["audio_s"])
    print(
        f"| {title} | {found['audio_s']:.0f} | {found['wall_s']:.1f} | {found['cpu_s']:.1f} "
        f"| {found['wall_s'] / found['audio_s']:.4f} | {found['wall_s'] / ours_s:.2f} | {found['parent_mb']:.0f} "
        f"| {child} | {len(found['words'])} | {errors} |",
        flush=True,
    )


def _in_fresh_process(way: str, options: argparse.Namespace, audio: Path) -> dict[str, Any]:
    """Peak memory then belongs to this measurement alone."""
    python = options.whisperx if way in _IN_WHISPERX else sys.executable
    command = [
        str(python), __file__, "--one", way, "--audio", str(audio), "--model", options.model,
        "--aligner", options.aligner,
        "--batch", str(options.batch), "--repeats", str(options.repeats), "--workers", str(options.workers),
        "--slice-seconds", str(options.slice_seconds), *(["--random-weights"] if options.random_weights else []),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    if options.one == "equal":
        return _equal(options)
    if options.one == "whisperx":
        measured = _whisperx(options)
    elif options.one in {"sequential", "batched"}:
        measured = _bare(options)
    else:
        measured = asyncio.run(_archivist(options))
    measured["parent_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return measured


def _equal(options: argparse.Namespace) -> dict[str, Any]:
    """Bare engine and our path over it, turn by turn, on one loaded model and one thread."""
    from faster_whisper import BatchedInferencePipeline

    from services.transcriber.decoding.plan import windows
    from services.transcriber.decoding.slice import transcribe_slice
    from services.transcriber.engines import EngineSpec, SliceRequest
    from services.transcriber.engines.faster_whisper import FasterWhisper
    from services.transcriber.hearing.audio import read_span
    from services.transcriber.hearing.listen import listen
    from services.transcriber.hearing.samples import RATE

    heard = listen(options.audio)
    audio = read_span(options.audio, 0, heard.duration_ms)
    engine = FasterWhisper(
        EngineSpec("faster-whisper", options.model, "cpu", "int8", batch_size=options.batch, threads=1)
    )
    bare = BatchedInferencePipeline(engine._model)
    clips = [{"start": one.start_ms / 1000, "end": one.end_ms / 1000} for one in windows(heard.speech, 30_000)]

    def by_library() -> list[str]:
        found, _ = bare.transcribe(
            audio, language="en", clip_timestamps=clips, batch_size=options.batch, beam_size=5, temperature=0.0,
            vad_filter=False, without_timestamps=False, word_timestamps=True, condition_on_previous_text=False,
        )  # fmt: skip
        return _words(found)

    def by_us(second_looks: bool) -> list[str]:
        request = SliceRequest(heard.speech, second_looks=second_looks)
        return [word.text for word in transcribe_slice(engine, audio, request).words]

    ways: dict[str, Callable[[], list[str]]] = {"bare engine": by_library, "Archivist": lambda: by_us(False)}
    if not options.random_weights:
        ways["Archivist, doubtful and missed speech heard again"] = lambda: by_us(True)
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    words: dict[str, list[str]] = {}
    by_library()  # warm
    for _ in range(options.repeats):
        for name, way in ways.items():
            started = process_time()
            words[name] = way()
            seconds[name].append(process_time() - started)
    return {"seconds": seconds, "words": words, "audio_s": len(audio) / RATE}


def _words(segments: Any) -> list[str]:
    """The library divides "o'clock" into pieces of which only the first begins with a space."""
    return "".join(word.word for segment in segments for word in segment.words or ()).split()


def _bare(options: argparse.Namespace) -> dict[str, Any]:
    """As the library's documentation does it, with word times, without which there are no captions."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel, decode_audio

    model = WhisperModel(options.model, device="cpu")
    started, cpu = monotonic(), process_time()
    audio = decode_audio(str(options.audio))
    fixed = {"temperature": 0.0} if options.random_weights else {}
    whole: Any = BatchedInferencePipeline(model) if options.one == "batched" else model
    segments, _ = whole.transcribe(audio, language="en", word_timestamps=True, **fixed)
    words = _words(segments)
    return {
        "title": f"faster-whisper, {options.one}",
        "audio_s": len(audio) / 16_000,
        "wall_s": monotonic() - started,
        "cpu_s": process_time() - cpu,
        "words": words,
    }


def _whisperx(options: argparse.Namespace) -> dict[str, Any]:
    """As WhisperX's own command does it: its voice detector, batches of 8, then the alignment that gives the times."""
    from services.transcriber.engines.sentence_tables import provide_sentence_tables

    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", PYANNOTE_METRICS_ENABLED="0")
    provide_sentence_tables(["english"])
    import whisperx

    fixed = {"temperatures": [0.0]} if options.random_weights else {}
    model = whisperx.load_model(options.model, "cpu", compute_type="int8", language="en", asr_options=fixed)
    aligner, metadata = whisperx.load_align_model("en", "cpu", model_name=options.aligner)
    started, cpu = monotonic(), process_time()
    audio = whisperx.load_audio(str(options.audio))
    said = model.transcribe(audio, batch_size=8, language="en")["segments"]
    decoded_s = monotonic() - started
    timed = whisperx.align(said, aligner, metadata, audio, "cpu", return_char_alignments=False)["segments"]
    return {
        "title": f"WhisperX, batch 8 (alignment {monotonic() - started - decoded_s:.0f} s of it)",
        "audio_s": len(audio) / 16_000,
        "wall_s": monotonic() - started,
        "cpu_s": process_time() - cpu,
        "words": " ".join(one["text"] for one in timed).split(),
    }


async def _archivist(options: argparse.Namespace) -> dict[str, Any]:
    """The worker's path: decode to FLAC, listen, plan, slices in child processes; models are loaded beforehand."""
    from services.transcriber.decoding.plan import SliceOptions, SliceSpan
    from services.transcriber.decoding.prepare import prepare, speech_of_slice
    from services.transcriber.engines import DecodeOptions, EngineChild, EngineSpec, SliceRequest, SliceResult
    from services.transcriber.engines.sizing import fit

    engine = "whisperx" if options.one == "over-whisperx" else "faster-whisper"
    asked = DecodeOptions(beam_size=1 if options.one == "greedy" else 5)
    threads = 1 if options.workers else 0
    spec = EngineSpec(
        engine, options.model, "cpu", threads=threads, options=asked, offline=True, align_model=options.aligner
    )
    fitted = fit(spec, concurrency=options.workers)
    children = [EngineChild(replace(fitted.spec, batch_size=slot.batch_size)) for slot in fitted.slots]
    await asyncio.gather(*(child.start() for child in children))
    loaded_s = sum(_processor_s(child.pid) for child in children)
    target = options.slice_seconds * 1000
    with tempfile.TemporaryDirectory() as folder:
        flac, started, cpu = Path(folder) / "sound.flac", monotonic(), process_time()
        prepared = await asyncio.to_thread(
            prepare, options.audio, flac, language="en", slices=SliceOptions(target, target * 3 // 2)
        )
        planned = monotonic()
        waiting, results = list(prepared.slices), dict[int, SliceResult]()

        async def work(child: EngineChild) -> None:
            while waiting:
                piece: SliceSpan = waiting.pop(0)
                speech = speech_of_slice(prepared.heard.speech, piece.start_ms, piece.end_ms)
                request = SliceRequest(speech, asked, second_looks=not options.random_weights)
                results[piece.index] = await child.transcribe(
                    flac, piece.start_ms, piece.end_ms, request, timeout_s=36_000
                )

        await asyncio.gather(*(work(child) for child in children))
        ended = monotonic()
    cpu_s = process_time() - cpu + sum(_processor_s(child.pid) for child in children) - loaded_s
    for child in children:
        await child.close()
    return {
        "title": f"Archivist, {len(children)} x {fitted.spec.threads} thread, {engine}, beam of {asked.beam_size}",
        "audio_s": prepared.heard.duration_ms / 1000,
        "wall_s": ended - started,
        "cpu_s": cpu_s,
        "decode_s": ended - planned,
        "child_mb": max(result.peak_memory_bytes for result in results.values()) / 1024**2,
        "words": [word.text for index in sorted(results) for word in results[index].words],
    }


def _processor_s(pid: int | None) -> float:
    """Processor time of a running child; 0 for one that was replaced."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))


def _audio(options: argparse.Namespace, seconds: int) -> Path:
    """The demonstration recording over and over until it is long enough; the last round is cut off."""
    import soundfile

    from services.transcriber.hearing.audio import decode_to_flac, read_blocks
    from services.transcriber.hearing.samples import RATE

    flac, once = options.folder / f"{seconds}.flac", options.folder / "once.flac"
    if not once.exists():
        decode_to_flac(next(RECORDING.glob("*.mp4")), once)
    left = seconds * RATE
    with soundfile.SoundFile(flac, "w", samplerate=RATE, channels=1, format="FLAC", subtype="PCM_16") as out:
        while left > 0:
            for block in read_blocks(once, RATE * 30):
                out.write(block[:left])
                left -= min(left, len(block))
    return Path(flac)


def _errors(words: list[str], audio_s: float) -> str:
    """Word errors against the reference, as often as it was repeated."""
    import jiwer

    reference = json.loads((RECORDING / "reference.json").read_text(encoding="utf-8"))["utterances"]
    said = [
        one["text"]
        for n in range(int(audio_s // _RECORDING_S) + 1)
        for one in reference
        if n * _RECORDING_S + one["end_s"] <= audio_s
    ]
    return f"{100 * jiwer.wer(_plain(' '.join(said)), _plain(' '.join(word.strip() for word in words))):.1f}"


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())


if __name__ == "__main__":
    main()
