"""Which language a recording is in, found out from three places where somebody speaks.

The first half minute is what every recognizer listens to, and it is the worst place: music, a gavel, a greeting in two
languages. So that is passed over where there is enough speech after it; what is found holds for the whole recording.
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from services.transcriber.decoding.plan import windows
from services.transcriber.engines.values import EngineInfo
from services.transcriber.hearing.listen import FoundLanguage, HeardLanguage
from shared.quality.spans import Span

PLACES = 3
_PASSED_OVER_MS = 30_000
TIMEOUT_S = 300.0


class LanguageListener(Protocol):
    """An engine that tells languages apart; see ``EngineChild``."""

    async def start(self) -> EngineInfo:
        """Load the model, and say what it is."""
        ...

    async def hear_languages(self, flac: Path, spans: Sequence[Span], *, timeout_s: float) -> list[dict[str, float]]:
        """How probable each language is in each span."""
        ...


async def find_language(engine: LanguageListener, flac: Path, speech: Sequence[Span]) -> FoundLanguage | None:
    """The language of a decoded recording; None where nobody speaks, or the model knows English only.

    Raises what the engine raises.
    """
    places = await asyncio.to_thread(places_to_listen, speech)
    if not places or not (await engine.start()).is_multilingual:
        return None
    return most_probable(places, await engine.hear_languages(flac, places, timeout_s=TIMEOUT_S))


def places_to_listen(speech: Sequence[Span]) -> tuple[Span, ...]:
    """The longest window of speech in each third of the recording, after its beginning where that leaves enough."""
    every = windows(speech)
    later = tuple(window for window in every if window.start_ms >= _PASSED_OVER_MS)
    usable = later if len(later) >= PLACES else every
    if len(usable) <= PLACES:
        return usable
    borders = [len(usable) * third // PLACES for third in range(PLACES + 1)]
    thirds = [usable[first:last] for first, last in pairwise(borders)]
    return tuple(max(third, key=lambda window: window.length_ms) for third in thirds)


def most_probable(places: Sequence[Span], heard: Sequence[Mapping[str, float]]) -> FoundLanguage:
    """The language whose mean probability is highest; of equals the first by its code."""
    codes = sorted({code for one in heard for code in one})
    means = {code: sum(one.get(code, 0.0) for one in heard) / len(heard) for code in codes}
    best = max(codes, key=lambda code: means[code])
    return FoundLanguage(
        best,
        round(means[best], 3),
        tuple(
            HeardLanguage(place.start_ms, place.end_ms, code, round(one[code], 3))
            for place, one in zip(places, heard, strict=True)
            for code in [max(one, key=lambda each: one[each])]
        ),
    )
