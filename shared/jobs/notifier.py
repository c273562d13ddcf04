"""Waking up the workers of a lane with ARQ on Redis; what is said of it is in ``shared.notify``."""

import asyncio
import json
import logging
from typing import Any

from arq.connections import ArqRedis
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import AbstractBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from shared.backoff import backoff_s
from shared.errors import InvalidInput
from shared.lanes import Lane

log = logging.getLogger(__name__)

WAKE_UP = "ring"
"""Name of the one ARQ function that every worker has: workers of earlier releases know it by this name."""

# redis-py raises OSError while connecting; without it in these lists a short outage would end the worker.
_OUTAGE = (RedisConnectionError, RedisTimeoutError, OSError, asyncio.TimeoutError)


class ArqNotifier:
    """Notifies through ARQ on Redis."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    async def notify(self, lane: Lane, times: int = 1) -> None:
        """One message a wake-up, under a key of its own: ARQ ignores a key it has seen."""
        try:
            async with asyncio.timeout(2):  # a caller must not wait for a Redis that is down
                for _ in range(times):
                    await self._redis.enqueue_job(WAKE_UP, str(lane), _queue_name=lane.queue)
        except (RedisError, OSError) as error:
            log.warning("notify_failed", extra={"fields": {"lane": str(lane), "error": repr(error)}})


def encode(message: dict[str, Any]) -> bytes:
    """ARQ's default is pickle, which would let whoever can write to Redis run code in every worker."""
    return json.dumps(message, default=str).encode()


def decode(message: bytes) -> dict[str, Any]:
    """The other way round."""
    decoded: dict[str, Any] = json.loads(message)
    return decoded


class _Pauses(AbstractBackoff):
    """Redis's client asks for pauses in its own words."""

    def compute(self, failures: int) -> float:
        """Seconds after so many failures in a row."""
        return backoff_s(failures, first_s=0.2, longest_s=2)


def open_redis(url: str, password: str | None = None) -> ArqRedis:
    """A Redis connection that rides out a short outage; nothing is contacted yet."""
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=20,
            timeout=10,
            socket_connect_timeout=5,
            socket_timeout=30,
            health_check_interval=30,
            retry=Retry(_Pauses(), 5, supported_errors=_OUTAGE),  # type: ignore[arg-type]
            retry_on_error=list(_OUTAGE),
            **({"password": password} if password else {}),
        )
    except ValueError as error:
        raise InvalidInput("REDIS_URL must look like redis://HOST:6379/0", code="bad_redis_url") from error
    return ArqRedis(pool, job_serializer=encode, job_deserializer=decode)
