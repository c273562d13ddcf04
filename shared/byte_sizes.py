"""Sizes as people write them in settings: 100MB, 10 GiB, 104857600."""

import re

_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def byte_count(text: str) -> int:
    """Bytes of ``100MB``; K, M, G and T are powers of 1024, with or without ``B`` or ``iB``. Raises `ValueError`."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*", text.lower())
    if not found:
        raise ValueError("it may be a number of bytes, or one with a unit, such as 100MB or 10G")
    return int(float(found[1]) * _UNITS[found[2]])
