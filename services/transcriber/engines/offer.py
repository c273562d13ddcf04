"""What a machine could decode with, found out without loading it: so that all slices of a meeting get the same models.

Run as ``python -m services.transcriber.engines.offer <answers fd> <parent pid>`` it answers for one spec. A model that
is named is looked up in a process of its own, because the libraries that know names bring all of CTranslate2 along.
"""

import asyncio
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from services.transcriber.engines.answers import answer, failure
from services.transcriber.engines.choice import choose_engine
from services.transcriber.engines.model_identity import engine_identity
from services.transcriber.engines.pipes import ChildProcess, ended, error_of
from services.transcriber.engines.speech_models import find_model, is_folder
from services.transcriber.engines.values import EngineSpec
from shared.children import die_with
from shared.errors import Temporary

_PROGRAM = "services.transcriber.engines.offer"
_TIMEOUT_S = 900.0  # a model may have to be downloaded
_SPEC = TypeAdapter(EngineSpec)


@dataclass(frozen=True, slots=True)
class Offer:
    """An engine and a model that are here."""

    engine: str
    model: str
    """What the model calls itself."""
    identity: str


async def ask_offer(spec: EngineSpec) -> Offer:
    """What ``spec`` means on this machine. Raises what loading it would raise, as far as that can be known now."""
    if is_folder(spec.model):
        return await asyncio.to_thread(_offer, spec)
    child = await ChildProcess.spawn(_PROGRAM, asdict(spec))
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            said = await child.answer()
        if said is None:
            raise await ended(child)
        if said["event"] != "offer":
            raise error_of(said)
        return Offer(**said["offer"])
    except TimeoutError as late:
        raise Temporary(
            "Looking for the speech model took too long.", code="model_download_failed", outside=True
        ) from late
    finally:
        await child.kill()


def _offer(spec: EngineSpec) -> Offer:
    engine = choose_engine(spec.engine)
    cache = Path(spec.cache_dir) if spec.cache_dir else None
    folder = find_model(spec.model, cache_dir=cache, offline=spec.offline)
    return Offer(engine, folder.name, engine_identity(engine, folder.path, spec))


def main(arguments: list[str]) -> int:
    """Exit status 0 when the question could be answered."""
    answers = os.fdopen(int(arguments[0]), "w", buffering=1, encoding="utf-8")
    die_with(int(arguments[1]))
    try:
        offer: dict[str, Any] = asdict(_offer(_SPEC.validate_json(sys.stdin.readline())))
    except Exception as error:  # A border: what went wrong leaves the process as a value.
        answer(answers, **failure(error))
        return 1
    answer(answers, event="offer", offer=offer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
