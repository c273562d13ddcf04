"""Builds the engine that a spec asks for; ``auto`` falls back to one that has its models."""

from services.transcriber.engines.choice import choose_engine, why_passed_over
from services.transcriber.engines.values import Engine, EngineSpec
from shared.errors import Temporary, Unusable

_NO_ALIGNER = {"align_model_missing", "model_gated", "model_unknown", "model_download_failed"}
"""Reasons why WhisperX cannot time words; a speech model with the same trouble ends faster-whisper's start too."""


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
