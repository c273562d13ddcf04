"""The gate's second decode, the same for the service's workers and for one file: which result of a slice is kept.

Pure: two results of a slice and the thresholds decide, never who decoded it or when. So any number of workers, and one
that finishes the work of another who died, write the same captions.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.transcriber.composing.assemble import Transcript, assemble
from services.transcriber.engines.values import SliceResult
from services.transcriber.hearing.listen import Heard
from shared.captions.model import SoundKind
from shared.quality import (
    EngineFacts,
    Evidence,
    SecondDecode,
    Span,
    Thresholds,
    Worth,
    is_better,
    worth_of,
)
from shared.quality.spans import common, without


@dataclass(frozen=True, slots=True)
class DecodedSlice:
    """One slice of a recording, and what came of decoding it."""

    start_ms: int
    end_ms: int
    first: SliceResult
    because: tuple[str, ...] = ()
    """Why the gate sent it back; empty when it did not."""
    second: SliceResult | None = None
    """None for a slice that was sent back when decoding it again failed."""
    failure: str | None = None
    """Why that failed."""


def decoded_of(start_ms: int, end_ms: int, result: str | None, first_decode: str | None) -> DecodedSlice:
    """What came of a slice, as its row keeps it: both columns as JSON."""
    if first_decode is None:
        return DecodedSlice(start_ms, end_ms, SliceResult.from_json(result or ""))
    first = json.loads(first_decode)
    second = SliceResult.from_json(result) if result is not None else None
    before = SliceResult.from_json(json.dumps(first["result"]))
    return DecodedSlice(start_ms, end_ms, before, tuple(first["because"]), second, first.get("failed"))


def assemble_best(heard: Heard, slices: Sequence[DecodedSlice], thresholds: Thresholds) -> Transcript:
    """The transcript of the better result of every slice, with a note of each choice."""
    kept: list[tuple[int, SliceResult]] = []
    notes: list[SecondDecode] = []
    for number, one in enumerate(sorted(slices, key=lambda each: each.start_ms), start=1):
        result, why = _better(heard, one, thresholds)
        kept.append((one.start_ms, result))
        if one.because:
            which = "first" if result is one.first else "second"
            notes.append(SecondDecode(number, one.start_ms, one.end_ms, one.because, which, why))
    return replace(assemble(heard, kept), second_decodes=tuple(notes))


def _better(heard: Heard, one: DecodedSlice, thresholds: Thresholds) -> tuple[SliceResult, str]:
    if one.second is None:
        return one.first, f"decoding it again failed ({(one.failure or '').rstrip('.')})"
    first, second = (_worth(heard, one, result, thresholds) for result in (one.first, one.second))
    wins, why = is_better(second, first)
    return (one.second if wins else one.first), why


def _worth(heard: Heard, one: DecodedSlice, result: SliceResult, thresholds: Thresholds) -> Worth:
    placed = result.shifted(one.start_ms)
    speech = without(common(heard.speech, [(one.start_ms, one.end_ms)]), placed.overruled)
    hidden = tuple(Span(each.start_ms, each.end_ms) for each in placed.sounds if each.kind is SoundKind.INAUDIBLE)
    evidence = Evidence(
        duration_ms=heard.duration_ms,
        words=placed.words,
        sounds=placed.sounds,
        speech=tuple(speech),
        engine=EngineFacts(inaudible=hidden, smaller_model=placed.smaller_model),
    )
    return worth_of(evidence, [(doubt.start_ms, doubt.end_ms) for doubt in placed.doubts], thresholds)
