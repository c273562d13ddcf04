"""How long the event loop keeps its callers waiting: what was due at a moment, and when its turn really came."""

import asyncio

from shared.metrics import LOOP_LAG_SECONDS

BEAT_S = 0.25
"""Between two looks; a loop that is silent for longer than this is always seen."""


async def measure_loop_lag(beat_s: float = BEAT_S) -> None:
    """Note for ever by how many seconds this loop was late."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + beat_s
        await asyncio.sleep(beat_s)
        LOOP_LAG_SECONDS.observe(max(0.0, loop.time() - due))
