"""What an entry point opens before the work begins and closes after it ends."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any

from arq.connections import ArqRedis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.asyncio_tasks import end
from shared.compute import ComputeProcesses
from shared.db.session import Work, open_database, unit_of_work
from shared.health_port import serve_health
from shared.jobs.notifier import ArqNotifier, open_redis
from shared.jobs.task_lane import DoTask, Schedules, task_handler
from shared.jobs.worker import Handler, LaneWorker, LeaseTerms
from shared.lanes import Lane, task_lane
from shared.logging import set_up_logging
from shared.loop_lag import measure_loop_lag
from shared.metrics import HEARTBEAT
from shared.presence import Presence, about_process
from shared.setting_sources import watching_settings
from shared.settings import Settings

NO_TASKS: Mapping[str, DoTask] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class EngineInUse:
    """With what a process turns speech into words."""

    engine: str | None = None
    model: str | None = None
    device: str | None = None


@dataclass(frozen=True)
class Runtime:
    """Open connections."""

    engine: AsyncEngine
    redis: ArqRedis
    notifier: ArqNotifier
    work: Work
    compute: ComputeProcesses
    """Child processes for heavy functions; none runs before the first is asked for."""

    async def reachable(self) -> dict[str, bool]:
        """Ask the database and Redis at the same time, a short question each; silence for three seconds is a "no"."""
        database, redis = await asyncio.gather(_answers(self._ask_database), _answers(self.redis.ping))
        return {"database": database, "redis": redis}

    async def _ask_database(self) -> None:
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))


async def _answers(question: Callable[[], Awaitable[Any]]) -> bool:
    try:
        async with asyncio.timeout(3):
            await question()
    except Exception:  # whatever went wrong, the answer is "no"
        return False
    return True


@asynccontextmanager
async def open_runtime(service: str, settings: Settings) -> AsyncIterator[Runtime]:
    """Set up logging, then open what every service needs; nothing is contacted before it is used."""
    set_up_logging(
        service,
        level=settings.log_level,
        style=settings.log_format,
        file=settings.log_file,
        max_bytes=settings.log_max_size,
        keep=settings.log_backup_count,
    )
    engine = open_database(
        settings.database_dsn,
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_max_overflow,
        name=f"archivist-{service}",
    )
    password = settings.redis_password.get_secret_value() if settings.redis_password else None
    redis = open_redis(settings.redis_url.get_secret_value(), password)
    notifier = ArqNotifier(redis)
    compute = ComputeProcesses()
    measuring = asyncio.create_task(measure_loop_lag(), name="loop lag")
    try:
        yield Runtime(engine, redis, notifier, unit_of_work(engine, notifier), compute)
    finally:
        await end([measuring])
        await compute.aclose()
        await redis.aclose(close_connection_pool=True)
        await engine.dispose()


@contextmanager
def alive_while_starting(settings: Settings, starts_with: str) -> Iterator[None]:
    """Answer as alive and not ready meanwhile: a model that is downloaded takes longer than anybody waits."""
    facts = {"starts_with": starts_with}
    _, close = serve_health(
        settings.metrics_host, settings.metrics_port, live=lambda: (True, facts), ready=lambda: (False, facts)
    )
    try:
        yield
    finally:
        close()


async def run_lanes(
    runtime: Runtime,
    settings: Settings,
    handlers: Mapping[Lane, Handler],
    *,
    concurrency: int,
    facts: Callable[[], dict[str, Any]] = dict,
    tasks: Mapping[str, DoTask] = NO_TASKS,
    engine: EngineInUse | None = None,
    disk: Path | None = None,
) -> None:
    """Run a worker of these lanes and tasks until it is told to stop; ``facts`` are shown on its health page.

    Its row among the workers names ``engine``, and the room that is left on ``disk``, where it writes.
    """
    terms = terms_of(settings)
    service = next(iter(handlers)).service
    if tasks:
        handlers = {**handlers, task_lane(service): task_handler(service, tasks, runtime.work)}
    about = about_process(
        service,
        slots=concurrency,
        beat_s=settings.sweep_seconds,
        **asdict(engine or EngineInUse()),
    )
    presence = Presence(runtime.work, about, disk=disk)
    worker = LaneWorker(
        handlers,
        work=runtime.work,
        redis=runtime.redis,
        notifier=runtime.notifier,
        concurrency=concurrency,
        terms=terms,
        each_sweep=[presence.beat, Schedules(runtime.work, settings.station_timezone).look],
    )

    def live() -> tuple[bool, dict[str, Any]]:
        silence = monotonic() - worker.beat_at
        return silence < 30 + 3 * settings.sweep_seconds, {"silent_s": round(silence, 1), **facts()}

    def ready() -> tuple[bool, dict[str, Any]]:
        swept = worker.swept_at
        fresh = swept is not None and monotonic() - swept < 30 + 3 * settings.sweep_seconds
        return live()[0] and fresh, {"database_answers": fresh, **facts()}

    _, close = serve_health(settings.metrics_host, settings.metrics_port, live=live, ready=ready)
    try:
        async with watching_settings(settings.settings_file):
            await worker.run()
    finally:
        await presence.end()
        close()


def terms_of(settings: Settings) -> LeaseTerms:
    """How long and how often, as the settings have it."""
    return LeaseTerms(timedelta(seconds=settings.lease_seconds), settings.sweep_seconds, settings.max_attempts)


async def stay_idle(runtime: Runtime, settings: Settings, service: str, waits_for: str) -> None:
    """Stay up without work until told to stop: alive, and not ready, because ``waits_for`` is not set."""

    def live() -> tuple[bool, dict[str, Any]]:
        return True, {"waits_for": waits_for}

    def ready() -> tuple[bool, dict[str, Any]]:
        return False, {"waits_for": waits_for}

    about = about_process(service, slots=0, beat_s=settings.sweep_seconds, waits_for=waits_for)
    presence = Presence(runtime.work, about)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _, close = serve_health(settings.metrics_host, settings.metrics_port, live=live, ready=ready)
    beating = asyncio.create_task(presence.keep_beating(), name="presence")
    try:
        async with watching_settings(settings.settings_file):
            while not stop.is_set():
                HEARTBEAT.set_to_current_time()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), settings.sweep_seconds)
    finally:
        await end([beating])
        await presence.end()
        close()
