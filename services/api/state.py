"""What the application keeps for all requests: built once from the settings, and handed to whoever needs it."""

from dataclasses import dataclass
from pathlib import Path

from limits import RateLimitItemPerMinute
from limits.aio.strategies import FixedWindowRateLimiter

from services.api.defaults import StationDefaults
from services.api.station_metrics import StationMetrics
from shared.passwords import PasswordPool
from shared.rules.policy import PublishPolicy
from shared.runtime import Runtime


@dataclass(frozen=True, slots=True)
class UploadRules:
    """What may be uploaded to be transcribed, and how long that may take."""

    folder: Path
    """Seen under this path by the transcriber too."""
    max_bytes: int
    max_seconds: int
    timeout_s: float


@dataclass(frozen=True)
class ApiDeps:
    """Built once by the entry point, kept in ``app.state.deps``."""

    runtime: Runtime
    jwt_secret: str
    session_timeout_s: int
    output_root: Path
    max_queue_size: int
    defaults: StationDefaults
    publish_policy: PublishPolicy
    """Of recordings of no city."""
    uploads: UploadRules
    limiter: FixedWindowRateLimiter | None
    limit: RateLimitItemPerMinute | None
    login_limit: RateLimitItemPerMinute
    passwords: PasswordPool
    station: StationMetrics
    poll_s: float = 1.0
    """Seconds between two looks at a row that somebody follows."""
