"""Speech engines behind one Protocol, each in a child process of its own."""

from services.transcriber.engines.diarize import DiarizationSpec, find_speakers
from services.transcriber.engines.engine_child import EngineChild
from services.transcriber.engines.values import (
    DecodedWindow,
    DecodeOptions,
    Effort,
    Engine,
    EngineInfo,
    EngineSpec,
    Segment,
    SliceRequest,
    SliceResult,
)

__all__ = [
    "DecodeOptions",
    "DecodedWindow",
    "DiarizationSpec",
    "Effort",
    "Engine",
    "EngineChild",
    "EngineInfo",
    "EngineSpec",
    "Segment",
    "SliceRequest",
    "SliceResult",
    "find_speakers",
]
