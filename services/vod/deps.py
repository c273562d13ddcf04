"""What the VOD service's job needs, built once by the entry point."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.vod.gateways.cablecast import Cablecast
from services.vod.gateways.drives import Drives
from shared.compute import Compute
from shared.db.session import Work
from shared.rules import OutputFormat, PublishPolicy, Terms


@dataclass(frozen=True)
class VodDeps:
    """Passed to the job."""

    work: Work
    cablecast: Cablecast | None
    """None at a station that has not given Cablecast's address: sidecars are placed, nothing more."""
    output_root: Path
    compute: Compute
    """Where foreign files are judged and compared."""
    drives: Drives
    """Where files are touched, on mounts and in the output tree."""
    poll: timedelta
    patience: timedelta
    """How long a VOD may take to be made, and captions to show up in it, before a person is asked."""
    publishes: bool
    """Whether captions go to viewers without a person's word; else their sidecars are placed, and that is all."""
    terms: Terms = Terms(  # noqa: RUF009
        priority=1,
        language="en",
        include_summary=True,
        output_format=OutputFormat.SCC,
        publish_policy=PublishPolicy.AUTO,
    )
    """What holds for recordings where their city says nothing."""
    location_id: int | None = None
    configuration_id: int | None = None
    writes_sidecars: bool = True
