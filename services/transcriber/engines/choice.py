"""Builds the engine that a spec asks for; ``auto`` takes the best that is installed and has its models."""

import importlib.util

from services.transcriber.engines.values import Engine, EngineSpec
from shared.errors import Temporary, Unusable

_NO_ALIGNER = {"align_model_missing", "model_gated", "model_unknown", "model_download_failed"}
"""Reasons why WhisperX cannot time words; a speech model with the same trouble ends faster-whisper's start too."""


def choose_engine(wanted: str) -> str:
    """``whisperx`` or ``faster-whisper``. Raises Unusable (``engine_missing``, ``unknown_engine``)."""
    if wanted == "auto":
        return "whisperx" if _installed("whisperx") else choose_engine("faster-whisper")
    if wanted not in {"whisperx", "faster-whisper"}:
        raise Unusable(
            f"There is no speech engine {wanted}; it may be auto, faster-whisper or whisperx.", code="unknown_engine"
        )
    if not _installed(wanted.replace("-", "_")):
        raise Unusable(
            f"The speech engine {wanted} is not installed here; choose auto to use the one that is.",
            code="engine_missing",
        )
    return wanted


def load_engine(spec: EngineSpec) -> Engine:
    """The loaded engine. Imports its library only now: a service that never decodes never pays for it.

    ``auto`` falls back to faster-whisper where WhisperX is installed but has no model to time words with; which one
    runs, and why, stands in the engine's description.
    """
    from services.transcriber.engines.faster_whisper import FasterWhisper

    if choose_engine(spec.engine) == "faster-whisper":
        return FasterWhisper(spec)
    from services.transcriber.engines.whisperx import WhisperX

    try:
        return WhisperX(spec)
    except (Unusable, Temporary) as error:
        if spec.engine == "auto" and error.code in _NO_ALIGNER:
            return FasterWhisper(spec, passed_over=why_passed_over(error.message))
        raise


def why_passed_over(reason: str) -> str:
    """The sentence that says why the engine that is preferred is not the one that runs."""
    return f"WhisperX is installed, but faster-whisper is used: {reason}"


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
