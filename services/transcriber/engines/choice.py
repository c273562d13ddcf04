"""Builds the engine that a spec asks for; ``auto`` takes the best that is installed."""

import importlib.util

from services.transcriber.engines.values import Engine, EngineSpec
from shared.errors import Unusable


def choose_engine(wanted: str) -> str:
    """Name of the engine to load. Raises Unusable (``engine_missing``, ``unknown_engine``)."""
    if wanted == "auto":
        return choose_engine("faster-whisper")
    if wanted != "faster-whisper":
        raise Unusable(f"WHISPER_ENGINE is {wanted}; it may be auto or faster-whisper.", code="unknown_engine")
    if not _installed(wanted.replace("-", "_")):
        raise Unusable(
            f"The speech engine {wanted} is not installed here; set WHISPER_ENGINE=auto to use what is.",
            code="engine_missing",
        )
    return wanted


def load_engine(spec: EngineSpec) -> Engine:
    """The loaded engine. Imports its library only now: a service that never decodes never pays for it."""
    choose_engine(spec.engine)
    from services.transcriber.engines.faster_whisper import FasterWhisper

    return FasterWhisper(spec)


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
