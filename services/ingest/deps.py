"""What the use cases of ingest are given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.ingest.gateways.ffprobe import FfprobeInspector
from services.ingest.gateways.mount_client import Mounts
from shared.compute import Compute
from shared.db.session import Work
from shared.rules import OutputFormat, PublishPolicy, Terms


@dataclass(frozen=True, slots=True)
class StationChoices:
    """What holds where neither the mount nor the city says otherwise."""

    terms: Terms = Terms(  # noqa: RUF009
        priority=1,
        language="en",
        include_summary=True,
        output_format=OutputFormat.SCC,
        publish_policy=PublishPolicy.AUTO,
    )
    grace: timedelta = timedelta(minutes=30)
    """How long a file that no longer changes may stay unfinished before it is rejected."""
    whole_scan_every: timedelta = timedelta(minutes=15)
    """How often every file is looked at, to find those rewritten in place or gone."""


@dataclass(frozen=True, slots=True)
class Deps:
    """Built once by the worker."""

    work: Work
    mounts: Mounts
    inspector: FfprobeInspector
    compute: Compute
    """Where sidecars are judged."""
    now: Callable[[], datetime]
    choices: StationChoices
