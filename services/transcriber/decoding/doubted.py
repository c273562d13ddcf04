"""Supposed speech that sounds like none: it stays without words only if the engine, too, hears nobody there.

What a recording sounds like is told by simple features, and a voice with a cold, in a hall or on a bad line has been
taken for noise by them. So they never decide alone: the engine hears everything that the speech detector found, and
where the sound speaks against a voice its words count only if it is sure of them.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.transcriber.decoding.guards import HARMLESS, suspicious_segments
from services.transcriber.decoding.slice_work import SliceWork
from services.transcriber.engines.values import DecodedWindow, Segment, middle_ms
from shared.quality.spans import Span, clipped


def believable(work: SliceWork, decoded: DecodedWindow) -> DecodedWindow:
    """The window without the sentences that lie in doubted speech and that the engine is not sure of."""
    doubted = clipped(work.request.doubted, decoded.window.start_ms, decoded.window.end_ms)
    if not doubted:
        return decoded
    bad = suspicious_segments(decoded, work.request.options.vocabulary, work.guards, speech=work.request.speech)
    kept = tuple(
        segment
        for index, segment in enumerate(decoded.segments)
        if is_believable(work, segment) and not (_is_doubted(work, segment) and set(bad.get(index, ())) - HARMLESS)
    )
    return replace(decoded, segments=kept)


def overruled(work: SliceWork, said: Sequence[Segment]) -> list[Span]:
    """The doubted stretches in which nothing was said."""
    middles = [middle_ms(word) for segment in said for word in segment.words]
    return [span for span in work.request.doubted if not any(span.start_ms <= at < span.end_ms for at in middles)]


def is_believable(work: SliceWork, segment: Segment) -> bool:
    """Words in ordinary speech, or words that the engine is sure of."""
    if not _is_doubted(work, segment):
        return True
    return segment.avg_logprob >= work.guards.sure_logprob and segment.no_speech_prob <= work.guards.max_no_speech


def _is_doubted(work: SliceWork, segment: Segment) -> bool:
    doubted = work.request.doubted
    inside = sum(any(span.start_ms <= middle_ms(word) < span.end_ms for span in doubted) for word in segment.words)
    return inside * 2 > len(segment.words)
