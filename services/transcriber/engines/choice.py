"""Which engine a spec means; ``auto`` takes the best that is installed."""

import importlib.util

from shared.errors import Unusable


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


def why_passed_over(reason: str) -> str:
    """The sentence that says why the engine that is preferred is not the one that runs."""
    return f"WhisperX is installed, but faster-whisper is used: {reason}"


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
