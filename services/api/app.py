"""The API's entry: builds what routes need and mounts them; ``python -m services.api`` serves it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from limits import RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import ConnectionPool

from services.api.background_work import work_on_tasks
from services.api.defaults import StationDefaults
from services.api.document import describe
from services.api.observe import Observe
from services.api.problems import add_problem_handlers
from services.api.routes import (
    api_keys,
    auth,
    caption_check,
    caption_versions,
    captions,
    cities,
    health,
    models,
    mounts,
    pages,
    pauses,
    publications,
    recordings,
    speakers,
    tasks,
    transcriptions,
    uploads,
    workers,
)
from services.api.state import ApiDeps, UploadRules
from services.api.station_metrics import StationMetrics
from shared.asyncio_tasks import end
from shared.passwords import PasswordPool
from shared.runtime import Runtime, open_runtime, terms_of
from shared.settings import Settings

_ENDING_S = 2
"""How long tasks may take to be given back."""
LOGINS_A_MINUTE = 10
"""From one address; a person mistypes a few times, a program that guesses needs millions."""


def create_app(settings: Settings) -> FastAPI:
    """The application; nothing is opened before it starts."""
    secret = settings.session_key

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_runtime("api", settings) as runtime:
            counters = _counters(settings)
            app.state.deps = _deps(settings, runtime, secret, counters)
            stop = asyncio.Event()
            zone = settings.station_timezone
            working = asyncio.create_task(work_on_tasks(app.state.deps, terms_of(settings), zone, stop), name="tasks")
            try:
                yield
            finally:
                # The server cancels requests that take too long when it stops, and does not wait for their end.
                stop.set()
                await end([working, *app.state.requests], grace_s=_ENDING_S)
                app.state.deps.passwords.close()
                await counters.aclose()

    app = FastAPI(
        title="Archivist",
        version="1.0.0",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # FastAPI's page would load its scripts from another host
        redoc_url=None,
        license_info={"name": "MIT", "identifier": "MIT"},
    )
    app.state.requests = set()
    app.add_middleware(Observe)
    add_problem_handlers(app)
    for module in (
        auth,
        api_keys,
        cities,
        mounts,
        recordings,
        transcriptions,
        speakers,
        captions,
        caption_versions,
        caption_check,
        publications,
        tasks,
        workers,
        pauses,
    ):
        app.include_router(module.router, prefix="/api/v1")
    app.include_router(uploads.router)
    app.include_router(models.router)
    app.include_router(health.router)
    app.include_router(pages.router)
    describe(app)
    return app


def _deps(settings: Settings, runtime: Runtime, secret: str, counters: ConnectionPool) -> ApiDeps:
    return ApiDeps(
        runtime=runtime,
        jwt_secret=secret,
        session_timeout_s=settings.session_timeout,
        output_root=settings.default_output_path.absolute(),
        max_queue_size=settings.max_queue_size,
        defaults=StationDefaults(
            language=settings.default_language,
            model=settings.speech_model,
            include_summary=settings.include_summary,
            output_format=settings.output_format,
        ),
        publish_policy=settings.default_publish_policy,
        uploads=UploadRules(
            folder=Path(settings.upload_directory).absolute(),
            max_bytes=settings.openai_max_bytes,
            max_seconds=settings.openai_max_seconds,
            timeout_s=settings.openai_timeout,
        ),
        limiter=_limiter(counters),
        limit=RateLimitItemPerMinute(settings.api_rate_limit) if settings.api_rate_limit else None,
        login_limit=RateLimitItemPerMinute(LOGINS_A_MINUTE),
        passwords=PasswordPool(),
        station=StationMetrics(runtime.work),
    )


def _counters(settings: Settings) -> ConnectionPool:
    """Connections for counting requests: a Redis that does not answer within a second limits nobody."""
    options: dict[str, Any] = {"socket_connect_timeout": 1, "socket_timeout": 1}
    if settings.redis_password:
        options["password"] = settings.redis_password.get_secret_value()
    return ConnectionPool.from_url(settings.redis_url.get_secret_value(), **options)


def _limiter(counters: ConnectionPool) -> FixedWindowRateLimiter:
    pool: Any = counters  # the library says "a plain value" and means "or a pool"
    return FixedWindowRateLimiter(RedisStorage("async+redis://", implementation="redispy", connection_pool=pool))
