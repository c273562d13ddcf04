"""Telling speakers apart, from the parent's side: a child process that may fail without costing a single word."""

import asyncio
import importlib.util
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.transcriber.engines.child import ChildProcess, OutOfMemory, ended, error_of
from services.transcriber.engines.companions import Companion, find_companion
from services.transcriber.speakers import Cast, Turn, WindowOfTurns, join_windows
from shared.errors import Temporary, Unusable

_PROGRAM = "services.transcriber.engines.diarize_process"


@dataclass(frozen=True, slots=True)
class DiarizationSpec:
    """Which model tells speakers apart, and how much audio it sees at once."""

    model: str
    """A folder, or a hub name such as ``pyannote/speaker-diarization-community-1``."""
    device: str = "auto"
    offline: bool = False
    window_ms: int = 600_000
    """Clustering grows with the square of the length; windows are joined by the voices' embeddings."""
    likeness: float = 0.6
    """Cosine from which two voices are one person."""
    cache_dir: str | None = None
    token: str | None = field(default=None, repr=False)
    """For a model that asks for accepted terms."""


async def find_speakers(
    flac: Path, spec: DiarizationSpec, *, timeout_s: float, on_progress: Callable[[int, int], None] | None = None
) -> Cast:
    """Everybody heard in a decoded recording. Call it after the words are saved.

    The model's folder is found, or fetched, before the child is started: what is wrong with it is one sentence.
    ``on_progress`` receives media milliseconds done and in all. Raises Unusable (``diarization_model_missing``,
    ``model_gated``, ``engine_missing``) or Temporary (``diarization_timeout`` and the reasons a child ends for).
    """
    folder = await asyncio.to_thread(diarization_folder, spec)
    order = {
        "flac": str(flac),
        "model": str(folder),
        "device": spec.device,
        "offline": spec.offline,
        "window_ms": spec.window_ms,
    }
    child = await ChildProcess.spawn(_PROGRAM, order)
    windows: list[WindowOfTurns] = []
    try:
        async with asyncio.timeout(timeout_s):
            while (answer := await child.answer()) is not None:
                if answer["event"] == "done":
                    return join_windows(windows, likeness=spec.likeness)
                if answer["event"] == "failed":
                    raise error_of(answer)
                if answer["event"] == "window":
                    windows.append(_window(answer))
                    if on_progress is not None:
                        on_progress(answer["done_ms"], answer["of_ms"])
        raise await ended(child)
    except OutOfMemory as starved:
        raise starved.reason.error() from starved
    except TimeoutError as late:
        raise Temporary("Telling the speakers apart took too long.", code="diarization_timeout") from late
    finally:
        await child.kill()


def diarization_folder(spec: DiarizationSpec) -> Path:
    """Where the model lies. Raises Unusable when it, or the library that runs it, is not here; see find_companion."""
    if importlib.util.find_spec("pyannote") is None:
        raise Unusable(
            "Telling speakers apart needs WhisperX and its libraries, which are not installed here.",
            code="engine_missing",
        )
    cache = Path(spec.cache_dir) if spec.cache_dir else None
    return find_companion(Companion.SPEAKERS, spec.model, cache_dir=cache, offline=spec.offline, token=spec.token)


def _window(answer: dict[str, Any]) -> WindowOfTurns:
    turns = tuple(Turn(start, end, name) for start, end, name in answer["turns"] if end > start)
    voices = {
        name: tuple(float(value) for value in vector)
        for name, vector in answer["voices"].items()
        if all(math.isfinite(value) for value in vector)
    }
    return WindowOfTurns(turns, voices)
