"""Telling speakers apart, from the parent's side: a child process that may fail without costing a single word."""

import asyncio
import importlib.util
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from services.transcriber.engines.companions import Companion, find_companion
from services.transcriber.engines.hardware import environment_for
from services.transcriber.engines.pipes import ChildProcess, OutOfMemory, ended, error_of
from services.transcriber.engines.voice_cast import Cast, Turn, WindowOfTurns, join_windows
from services.transcriber.engines.voice_encoder import LIKENESS, PACKAGED, is_voice_encoder
from shared.errors import RanShort, Unusable

_PYANNOTE_LIKENESS = 0.6
_PROGRAM = "services.transcriber.engines.diarize_process"


@dataclass(frozen=True, slots=True)
class DiarizationSpec:
    """Which model tells speakers apart, and how much audio it sees at once."""

    model: str
    """``resemblyzer``, a folder, or a hub name such as ``pyannote/speaker-diarization-community-1``."""
    device: str = "auto"
    offline: bool = False
    window_ms: int = 600_000
    """Pyannote's clustering grows with the square of the length; windows are joined by the voices' embeddings. The
    voice encoder's compares the whole recording at once."""
    likeness: float = 0.6
    """Cosine from which two voices are one person."""
    min_speakers: int = 0
    """At least so many people speak; 0 for unknown, as below."""
    max_speakers: int = 0
    cache_dir: str | None = None
    token: str | None = field(default=None, repr=False)
    """For a model that asks for accepted terms."""
    card: str = ""
    """The only NVIDIA card that the child sees, as CUDA_VISIBLE_DEVICES names it; empty for what its parent sees."""

    def for_city(self, at_least: int | None, at_most: int | None) -> "DiarizationSpec":
        """With what a city knows about its meetings; where the station's word contradicts that, it is dropped."""
        least, most = at_least or self.min_speakers, at_most or self.max_speakers
        if least and most and least > most:
            least, most = (least, 0) if at_least else (0, most)
        return replace(self, min_speakers=least, max_speakers=most)


def usual_likeness(model: str) -> float:
    """The cosine from which two voices are one person to this model; their vectors are not alike alike."""
    return LIKENESS if is_voice_encoder(model) else _PYANNOTE_LIKENESS


async def find_speakers(
    flac: Path,
    spec: DiarizationSpec,
    *,
    timeout_s: float,
    speech: Sequence[tuple[int, int]] = (),
    on_progress: Callable[[int, int], None] | None = None,
) -> Cast:
    """Everybody heard in a decoded recording. Call it after the words are saved.

    The model's folder is found, or fetched, before the child is started: what is wrong with it is one sentence.
    ``speech`` is where somebody speaks, in media milliseconds: the voice encoder listens there and nowhere else, while
    pyannote finds speech by itself. ``on_progress`` receives media milliseconds done and in all. Raises Unusable
    (``diarization_model_missing``, ``model_gated``, ``engine_missing``), RanShort (``diarization_timeout``), or
    Temporary (why a child ended).
    """
    folder = await asyncio.to_thread(diarization_folder, spec)
    compares_voices = is_voice_encoder(str(folder))
    order = {
        "flac": str(flac),
        "model": str(folder),
        "compares_voices": compares_voices,
        "speech": [list(span) for span in speech],
        "likeness": spec.likeness,
        "device": spec.device,
        "offline": spec.offline,
        "window_ms": spec.window_ms,
        "min_speakers": spec.min_speakers,
        "max_speakers": spec.max_speakers,
    }
    # The encoder's matrices gain little from threads, which would take cores from the words of other recordings.
    threads = {"OPENBLAS_NUM_THREADS": "1"} if compares_voices else {}
    child = await ChildProcess.spawn(_PROGRAM, order, environment=environment_for(spec.card) | threads)
    windows: list[WindowOfTurns] = []
    try:
        async with asyncio.timeout(timeout_s):
            while (answer := await child.answer()) is not None:
                if answer["event"] == "done":
                    return join_windows(
                        windows, likeness=spec.likeness, at_least=spec.min_speakers, at_most=spec.max_speakers
                    )
                if answer["event"] == "failed":
                    raise error_of(answer)
                if answer["event"] == "window":
                    windows.append(_window(answer))
                if answer["event"] in ("progress", "window") and on_progress is not None:
                    on_progress(answer["done_ms"], answer["of_ms"])
        raise await ended(child)
    except OutOfMemory as starved:
        raise starved.reason.error() from starved
    except TimeoutError as late:
        text = f"This machine did not get through it within {timeout_s:g} s."
        raise RanShort(text, code="diarization_timeout") from late
    finally:
        await child.kill()


def diarization_folder(spec: DiarizationSpec) -> Path:
    """Where the model lies. Raises Unusable when it, or the library that runs it, is not here; see find_companion."""
    if not is_voice_encoder(spec.model) and importlib.util.find_spec("pyannote") is None:
        raise Unusable(
            f"Telling speakers apart by {spec.model} needs WhisperX and its libraries, which are not installed here; "
            f"DIARIZATION_MODEL={PACKAGED} needs neither.",
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
