"""Positions in a recording, written the way a person reads a player: ``4:07`` or ``1:02:03``."""


def clock(ms: int) -> str:
    """The position ``ms`` milliseconds into a recording; parts of a second are dropped, as a player's display does."""
    seconds = max(0, ms) // 1000
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def stretch(start_ms: int, end_ms: int) -> str:
    """Where a stretch lies: ``from 4:07 to 4:12``, or ``at 4:07`` where a player shows one position for all of it."""
    start, end = clock(start_ms), clock(end_ms)
    return f"from {start} to {end}" if start != end else f"at {start}"


def length(ms: int) -> str:
    """How long ``ms`` milliseconds are: ``0.8 s``, ``12 s``, ``3 min 20 s``, ``1 h 05 min``."""
    if ms < 10_000:
        return f"{ms / 1000:.1f} s"
    seconds = (ms + 500) // 1000
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    return f"{seconds // 3600} h {seconds // 60 % 60:02} min"
