"""What to give up, and in which order, when memory runs out: batch, arithmetic, model, device."""

from collections.abc import Iterator
from dataclasses import replace

from services.transcriber.engines.values import EngineInfo, EngineSpec

_SMALLER = {
    "large-v1": "medium",
    "large-v2": "medium",
    "large-v3": "large-v3-turbo",
    "large": "large-v3-turbo",
    "large-v3-turbo": "medium",
    "turbo": "medium",
    "distil-large-v2": "small",
    "distil-large-v3": "small",
    "distil-large-v3.5": "small",
    "medium": "small",
    "medium.en": "small.en",
    "small": "base",
    "small.en": "base.en",
    "base": "tiny",
    "base.en": "tiny.en",
}


def fallback_steps(spec: EngineSpec, running: EngineInfo | None) -> Iterator[tuple[EngineSpec, str]]:
    """What to try next, the smallest loss first, each with what it gives up, for the manifest.

    The first that can be loaded is taken: a machine without a network has not every smaller model, and not every card
    can do int8. ``running`` is what the last attempt really used; None when it never finished loading. A model in a
    folder has no smaller sibling that anybody named, so that step is left out for it.
    """
    batch = spec.batch_size or (running.batch_size if running else 8)
    compute = running.compute_type if running else spec.compute_type
    device = running.device if running else spec.device
    if running is not None and batch > 1:
        fewer = max(1, batch // 4)
        yield replace(spec, batch_size=fewer), f"batch size {batch} -> {fewer}: out of memory"
    if not (compute.startswith("int8") or (compute == "auto" and device == "cpu")):  # which is int8 there
        yield replace(spec, compute_type="int8", batch_size=1), f"compute type {compute} -> int8: out of memory"
    smaller = spec.model
    while smaller in _SMALLER:
        smaller = _SMALLER[smaller]
        yield replace(spec, model=smaller, batch_size=1), f"model {spec.model} -> {smaller}: out of memory"
    if device == "cuda":
        yield replace(spec, device="cpu", compute_type="int8", batch_size=1), "device cuda -> cpu: out of memory"
