"""Ctrl-C and SIGTERM as an event to wait for."""

import asyncio
import signal


async def until_told_to_end() -> None:
    """Return on Ctrl-C or SIGTERM. A second one then ends the process at once, as it always did."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    try:
        await told.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
