"""Words as OpenAI's transcription endpoint shows them. Pure."""

import json
import math
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

_PAUSE_MS = 1000
_LONGEST_MS = 15_000
_CREATED = 1_677_532_384
"""When OpenAI's whisper-1 was; clients want a number."""


class Usage(BaseModel):
    """How much sound was transcribed."""

    type: str = "duration"
    seconds: int


class PlainAnswer(BaseModel):
    """``response_format=json``."""

    text: str
    usage: Usage


class SpokenWord(BaseModel):
    """A word and when it was said, in seconds."""

    word: str
    start: float
    end: float


class OpenAiSegment(BaseModel):
    """A stretch of speech. Fields that belong to one model's inner life carry neutral values."""

    id: int
    seek: int = 0
    start: float
    end: float
    text: str
    tokens: list[int] = []
    temperature: float = 0.0
    avg_logprob: float = Field(description="From the words' confidences.")
    compression_ratio: float
    no_speech_prob: float = 0.0


class VerboseAnswer(BaseModel):
    """``response_format=verbose_json``."""

    task: str = "transcribe"
    language: str = Field(description="ISO 639-1.")
    duration: float
    text: str
    segments: list[OpenAiSegment] | None = None
    words: list[SpokenWord] | None = None
    usage: Usage


class Model(BaseModel):
    """A model's name, as OpenAI's clients list them."""

    id: str
    object: Literal["model"] = "model"
    created: int = Field(default=_CREATED, description="Without meaning here.")
    owned_by: str = "archivist"


class ModelList(BaseModel):
    """All names."""

    object: Literal["list"] = "list"
    data: list[Model]


def plain_text(heard: Mapping[str, Any]) -> str:
    """All that was said, on one line."""
    return " ".join(word["text"] for word in heard["words"])


def plain_answer(heard: Mapping[str, Any]) -> PlainAnswer:
    """The shape of ``json``; ``heard`` is the content of ``words.json``."""
    return PlainAnswer(text=plain_text(heard), usage=_usage(heard))


def verbose_answer(heard: Mapping[str, Any], granularities: Iterable[str]) -> VerboseAnswer:
    """The shape of ``verbose_json`` with ``segment`` and ``word`` times as asked."""
    wanted = set(granularities) or {"segment"}
    words = [
        SpokenWord(word=one["text"], start=one["start_ms"] / 1000, end=one["end_ms"] / 1000) for one in heard["words"]
    ]
    return VerboseAnswer(
        language=heard["language"],
        duration=heard["duration_ms"] / 1000,
        text=plain_text(heard),
        segments=[_segment(*pair) for pair in enumerate(_stretches(heard["words"]))] if "segment" in wanted else None,
        words=words if "word" in wanted else None,
        usage=_usage(heard),
    )


def stream_of_events(heard: Mapping[str, Any]) -> str:
    """``stream=true``: server-sent events with the text in pieces, whose sum is the text of the last event.

    Words are not sent before all of them have been judged: what is taken back cannot be taken back from a caller.
    """
    texts = [" ".join(word["text"] for word in words) for words in _stretches(heard["words"])]
    deltas = [{"type": "transcript.text.delta", "delta": f" {text}" if at else text} for at, text in enumerate(texts)]
    events = [*deltas, {"type": "transcript.text.done", "text": plain_text(heard)}]
    return "".join(f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events)


def _usage(heard: Mapping[str, Any]) -> Usage:
    return Usage(seconds=math.ceil(heard["duration_ms"] / 1000))


def _stretches(words: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """A new one after a sentence, after a pause, and where one grows long."""
    found: list[list[Mapping[str, Any]]] = []
    for word in words:
        last = found[-1][-1] if found else None
        if (
            last is None
            or last["text"].endswith((".", "?", "!"))
            or word["start_ms"] - last["end_ms"] > _PAUSE_MS
            or word["end_ms"] - found[-1][0]["start_ms"] > _LONGEST_MS
        ):
            found.append([])
        found[-1].append(word)
    return found


def _segment(number: int, words: list[Mapping[str, Any]]) -> OpenAiSegment:
    text = " ".join(word["text"] for word in words)
    confidences = [word["confidence"] for word in words if word["confidence"] is not None]
    raw = text.encode()
    return OpenAiSegment(
        id=number,
        start=words[0]["start_ms"] / 1000,
        end=max(word["end_ms"] for word in words) / 1000,
        text=text,
        avg_logprob=round(sum(math.log(max(one, 1e-4)) for one in confidences) / max(1, len(confidences)), 4),
        compression_ratio=round(len(raw) / len(zlib.compress(raw)), 4),
    )
