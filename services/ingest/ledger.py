"""The looks at a file as they stand in the ledger."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.ingest.stability import Look, Settling

_KEPT = 5


def read_looks(looks: Sequence[Mapping[str, Any]]) -> Settling | None:
    """The wait as the last entry of ``recordings.looks`` tells it; None before the first look."""
    if not looks:
        return None
    last = looks[-1]
    return Settling(
        Look(
            last["size_bytes"],
            last["mtime_ns"],
            datetime.fromisoformat(last["until"]),
            ctime_ns=last.get("ctime_ns", 0),
        ),
        unchanged_since=datetime.fromisoformat(last["since"]),
        looks=last["looks"],
    )


def write_looks(before: Sequence[Mapping[str, Any]], settling: Settling) -> list[Any]:
    """One entry for each stretch in which the file looked the same, the last few of them, so that growth shows."""
    entry = {
        "size_bytes": settling.last.size_bytes,
        "mtime_ns": settling.last.mtime_ns,
        "ctime_ns": settling.last.ctime_ns,
        "since": settling.unchanged_since.isoformat(),
        "until": settling.last.seen_at.isoformat(),
        "looks": settling.looks,
    }
    # One look means that a new stretch has begun; otherwise the last one goes on.
    kept = list(before) if settling.looks == 1 else list(before[:-1])
    return [*kept, entry][-_KEPT:]
