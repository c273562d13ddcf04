# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""Sound and orders for tests of how a slice is worked through."""

from dataclasses import replace

import numpy as np

from services.transcriber.engines.values import DecodeOptions, Effort, Segment, SliceRequest
from shared.quality.spans import Span

RATE = 16_000


NOISE = np.random.default_rng(3).normal(0, 0.05, RATE * 60).astype(np.float32)


CHORD = np.sum([np.sin(2 * np.pi * hz * np.arange(RATE * 60) / RATE) for hz in (262, 330, 392, 524)], axis=0)


MUSIC = (0.05 * CHORD).astype(np.float32)


LOOP = "the the the the " * 6


ANOTHER_LOOP = "the the the the " * 10


def request(*spans: tuple[int, int]) -> SliceRequest:
    return SliceRequest(tuple(Span(*span) for span in spans), DecodeOptions())


def going_round(
    first: tuple[Segment, ...], again: tuple[Segment, ...]
) -> dict[tuple[Effort, int], tuple[Segment, ...]]:
    """A loop that turns another number of times when the sound is decoded again, as loops do."""
    return {(effort, 0): first if effort is Effort.FAST else again for effort in Effort}


def named(vocabulary: tuple[str, ...], *spans: tuple[int, int]) -> SliceRequest:
    return replace(request(*spans), options=DecodeOptions(vocabulary=vocabulary))


ROSTER = ("Alvarez", "Bennett", "Garza", "Okafor", "Whitfield")
