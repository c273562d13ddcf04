"""The kinds of tasks: work that has no row of its own, which service does each, and when it is due by itself.

What is the whole station's, and no service's own trade, is done by ``STATION``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

SERVICES: Final = ("api", "ingest", "transcriber", "vod")
STATION: Final = "vod"
"""It sees captions and database, speaks to other servers already, answers nobody from outside, and waits most of the
time."""


@dataclass(frozen=True, slots=True)
class TaskKind:
    """One kind of task."""

    service: str
    does: str
    rule: str | None = None
    """When it is due by itself, as ``shared.wall_times`` reads it; None for one that is only started."""


KINDS: Final[Mapping[str, TaskKind]] = MappingProxyType(
    {
        "tidy-work-storage": TaskKind(
            "transcriber", "Removes decoded sound of transcriptions that are not under way.", "*/10 * * * *"
        ),
        "prune-outputs": TaskKind(
            "transcriber",
            "Removes the files of versions whose cues were let go of as overtaken; what a person has put there stays.",
            "10 4 * * *",
        ),
        "forget-uploads": TaskKind(
            "api",
            "Removes uploads whose sender cannot be waiting any more.",
            "*/10 * * * *",
        ),
        "sync-airings": TaskKind(
            "vod",
            "Dates recordings by Cablecast's schedule, so that captions are made before their show airs.",
            "*/15 * * * *",
        ),
        "forget-old-rows": TaskKind(
            STATION,
            "Removes what was kept for long enough: tasks, proofs of random deaths, events, words of captions that are"
            " in place, cue lists that were overtaken.",
            "40 3 * * *",
        ),
    }
)
