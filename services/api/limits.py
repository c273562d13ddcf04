"""How many requests a minute one person or address may make; counted on Redis, so all replicas share the count."""

import logging

from limits import RateLimitItem
from limits.aio.strategies import FixedWindowRateLimiter

from shared.errors import Temporary

log = logging.getLogger(__name__)


async def require_below(
    limiter: FixedWindowRateLimiter | None, limit: RateLimitItem | None, kind: str, who: str
) -> None:
    """Raise ``Temporary`` (429) above the limit. A Redis that is away limits nobody: the API stays usable."""
    if limiter is None or limit is None:
        return
    try:
        allowed = await limiter.hit(limit, kind, who)
    except Exception as error:  # the library passes on whatever its storage raises
        log.warning("rate_limit_uncounted", extra={"fields": {"error": type(error).__name__}})
        return
    if not allowed:
        raise Temporary(
            f"More than {limit.amount} requests a minute. Wait a little, then go on.",
            code="too_many_requests",
            retry_after_s=60,
        )
