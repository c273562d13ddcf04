"""How long one turn of the event loop keeps all others waiting, in CPU time, which a busy machine does not change."""

import asyncio
import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

LONGEST_S = 0.25
"""What a service may spend between two callbacks (the design's sixth section)."""


@dataclass
class Watched:
    """The longest turn so far, and whose it was."""

    longest_s: float = 0.0
    whose: str = ""


@contextmanager
def watched() -> Iterator[Watched]:
    """Measure every callback of this thread's loop but those of the test itself; a turn that is too long fails."""
    seen = Watched()
    thread, own = threading.get_ident(), asyncio.current_task()
    original = asyncio.events.Handle._run

    def run(handle: Any) -> Any:
        if threading.get_ident() != thread or getattr(handle._callback, "__self__", None) is own:
            return original(handle)
        whose = repr(handle)
        began = time.thread_time()
        try:
            return original(handle)
        finally:
            spent = time.thread_time() - began
            if spent > seen.longest_s:
                seen.longest_s, seen.whose = spent, whose

    # The tests' own heap is large and would be walked through in somebody's turn.
    gc.collect()
    gc.freeze()
    try:
        with patch.object(asyncio.events.Handle, "_run", run):
            yield seen
    finally:
        gc.unfreeze()
    assert seen.longest_s < LONGEST_S, f"{seen.longest_s:.2f} s of CPU in one turn: {seen.whose}"
