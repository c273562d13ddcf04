"""The child's side: load one model, then answer one request at a time until the parent closes the pipe.

Run as ``python -m services.transcriber.decoding.child_process <answers fd> <parent pid>``. Commands come as JSON lines
on standard input, answers go as JSON lines to the given descriptor; standard output is left to libraries that print.
The kernel kills this process when its parent dies, however that happens.
"""

import json
import os
import resource
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import soundfile
from pydantic import TypeAdapter

from services.transcriber.decoding.slice import transcribe_slice
from services.transcriber.engines.answers import answer, failure
from services.transcriber.engines.loading import load_engine
from services.transcriber.engines.values import DecodeOptions, Engine, EngineInfo, EngineSpec, SliceRequest
from services.transcriber.hearing.audio import read_span
from services.transcriber.hearing.samples import RATE, Floats
from shared.children import die_with, peak_memory
from shared.errors import Temporary
from shared.quality.spans import Span

_WARM_UP_S = 2
_REQUEST = TypeAdapter(SliceRequest)
_SPEC = TypeAdapter(EngineSpec)


def main(arguments: list[str]) -> int:
    """Exit status 0 when the parent is done with us; anything else is a failure the parent explains."""
    answers = os.fdopen(int(arguments[0]), "w", buffering=1, encoding="utf-8")
    die_with(int(arguments[1]))
    spec = _SPEC.validate_json(sys.stdin.readline())
    try:
        if spec.memory_limit_bytes:
            resource.setrlimit(resource.RLIMIT_DATA, (spec.memory_limit_bytes, spec.memory_limit_bytes))
        engine = load_engine(spec)
        info = _warm_up(engine, spec.options)
    except Exception as error:  # A border: what went wrong leaves the process as a value.
        answer(answers, **failure(error))
        return 1
    answer(answers, event="ready", engine=asdict(info))
    for line in sys.stdin:
        try:
            command = json.loads(line)
            if "languages_in" in command:
                result: Any = _languages(engine, Path(command["flac"]), command["languages_in"])
            else:
                result = _transcribe(engine, info, command, answers)
            answer(answers, event="result", result=result)
        except Exception as error:  # The same border.
            what = failure(error)
            answer(answers, **what)
            if what["kind"] != "known":
                return 1  # After a CUDA error or exhausted memory nothing in here can be trusted.
    return 0


def _transcribe(engine: Engine, info: EngineInfo, command: dict[str, Any], answers: TextIO) -> dict[str, Any]:
    audio = _sound(Path(command["flac"]), command["start_ms"], command["end_ms"])
    result = transcribe_slice(
        engine,
        audio,
        _REQUEST.validate_python(command["request"]),
        on_progress=lambda done, of: answer(answers, event="progress", done_ms=done, of_ms=of),
    )
    result = replace(result, engine=info, peak_memory_bytes=peak_memory())
    return json.loads(result.to_json())  # type: ignore[no-any-return]


def _sound(flac: Path, start_ms: int, end_ms: int) -> Floats:
    """Part of the decoded sound. Work storage that errs says nothing about the recording."""
    try:
        return read_span(flac, start_ms, end_ms)
    except (OSError, soundfile.SoundFileError) as error:
        raise Temporary(
            f"The decoded sound in work storage cannot be read ({error}); it is decoded again.",
            code="work_storage_unreadable",
            outside=True,
        ) from error


def _languages(engine: Engine, flac: Path, spans: list[list[int]]) -> list[dict[str, float]]:
    return [engine.hear_language(_sound(flac, start_ms, end_ms)) for start_ms, end_ms in spans]


def _warm_up(engine: Engine, options: DecodeOptions) -> EngineInfo:
    """Two seconds of faint noise: loads kernels, shows at once that the device works, and what it takes."""
    noise = np.random.default_rng(0).normal(0, 1e-3, _WARM_UP_S * RATE).astype(np.float32)
    usable = options if engine.describe().is_multilingual else replace(options, language="en")
    list(engine.decode(noise, [Span(0, _WARM_UP_S * 1000)], usable))
    return replace(engine.describe(), memory_bytes=_resident_memory())


def _resident_memory() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return peak_memory()
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
