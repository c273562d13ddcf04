"""Everything about a simulated station that the person who starts it may choose."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo


class OffsetMode(StrEnum):
    """What the server makes of ``offset``: the vendor's text and the vendor's code disagree, so both can be had."""

    PAGE = "page"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """One station. Lengths are in seconds of the station's own clock, which runs ``speed`` times as fast as ours."""

    content_drives: tuple[Path, ...]
    """Folders that act as content drives; the first is file store 1, the second file store 2, and so on."""
    username: str
    password: str = field(repr=False)
    data_dir: Path | None = None
    """Where the station is remembered over a restart; None keeps it in memory only."""
    seed: dict[str, Any] | None = None
    """Records the station begins with, as in ``seed.json``; what is already remembered wins."""
    site_name: str = "Maplewood Community Television"
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/Chicago"))
    public_url: str | None = None
    """Root of the addresses the station hands out; None takes the address that the request came to."""
    version: str = "7.9.2"
    """What ``/systeminfo`` answers; sidecar captions need 7.1."""

    speed: float = 1.0
    offset_mode: OffsetMode = OffsetMode.PAGE
    anonymous_cache_s: float = 0.0
    """How long an anonymous answer is repeated unchanged; 0 switches that off."""
    late_sidecar_appears: bool = False
    """Whether a sidecar that comes after the transcode reaches the VOD; nobody outside the vendor knows, so off."""

    scan_every_s: float = 1.0
    """Real seconds between two looks at the drives."""
    index_after_s: float = 60.0
    """How long a file must have been unchanged before it is indexed."""
    queue_s: float = 10.0
    """How long a VOD waits in the queue before it is transcoded."""
    transcode_ratio: float = 0.5
    """Seconds of transcoding per second of recording, over all variants."""
    upload_step_s: float = 2.0
    """How long an upload stays in each state after its last segment."""
