"""The API's entry: builds what routes need and mounts them; ``python -m services.api`` serves it."""

import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from limits import RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter

from services.api.deps import ApiDeps
from services.api.limits import require_below
from services.api.problems import add_problem_handlers, problem
from services.api.routes import (
    auth,
    caption_check,
    captions,
    cities,
    health,
    mounts,
    publications,
    recordings,
    transcriptions,
)
from shared import metrics
from shared.errors import InvalidInput, Temporary
from shared.logging import log_context
from shared.runtime import open_runtime
from shared.settings import Settings

_DESCRIPTION = """
Archivist watches a station's drives, captions every recording, and proves that the captions reached the viewers.

Log in at `/api/v1/auth/token` and send the token as `Authorization: Bearer ...`. Lists are paginated by cursor: pass
`next` back as `cursor`. Errors are problem documents (RFC 9457) whose `code` is stable.
"""


def create_app(settings: Settings) -> FastAPI:
    """The application; nothing is opened before it starts."""
    if settings.jwt_secret_key is None:
        raise InvalidInput(
            "JWT_SECRET_KEY is not set. `archivist init` writes a random one into .env.", code="no_jwt_secret"
        )
    secret = settings.jwt_secret_key.get_secret_value()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_runtime("api", settings) as runtime:
            app.state.deps = ApiDeps(
                runtime=runtime,
                jwt_secret=secret,
                session_timeout_s=settings.session_timeout,
                output_root=settings.default_output_path,
                max_queue_size=settings.max_queue_size,
                default_language=settings.default_language,
                limiter=_limiter(settings),
                limit=RateLimitItemPerMinute(settings.api_rate_limit) if settings.api_rate_limit else None,
                login_limit=RateLimitItemPerMinute(10),
            )
            yield

    app = FastAPI(
        title="Archivist",
        version="1.0.0",
        description=_DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url="/docs",
        redoc_url=None,
        license_info={"name": "MIT"},
    )
    app.middleware("http")(_observe)
    add_problem_handlers(app)
    for module in (auth, cities, mounts, recordings, transcriptions, captions, caption_check, publications):
        app.include_router(module.router, prefix="/api/v1")
    app.include_router(health.router)
    return app


def _limiter(settings: Settings) -> FixedWindowRateLimiter:
    options: dict[str, Any] = {"socket_connect_timeout": 1, "socket_timeout": 1}
    if settings.redis_password:
        options["password"] = settings.redis_password.get_secret_value()
    storage = RedisStorage(f"async+{settings.redis_url.get_secret_value()}", implementation="redispy", **options)
    return FixedWindowRateLimiter(storage)


_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


async def _observe(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Give every request an identity, a limit, a measurement and the headers that keep browsers careful."""
    sent = request.headers.get("x-request-id", "")
    request.state.request_id = sent if _REQUEST_ID.match(sent) else uuid.uuid4().hex
    started = time.perf_counter()
    with log_context(request_id=request.state.request_id):
        limited = await _over_the_limit(request)
        response = limited or await call_next(request)
    route = getattr(request.scope.get("route"), "path", "none")
    metrics.HTTP_REQUESTS.labels(request.method, route, response.status_code).inc()
    metrics.HTTP_SECONDS.labels(route).observe(time.perf_counter() - started)
    response.headers["X-Request-Id"] = request.state.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.url.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


async def _over_the_limit(request: Request) -> Response | None:
    if not request.url.path.startswith("/api/"):
        return None
    things: ApiDeps = request.app.state.deps
    address = request.client.host if request.client else "unknown"
    try:
        await require_below(things.limiter, things.limit, "api", address)
    except Temporary as error:
        return problem(request, 429, error.code, error.message, headers={"Retry-After": "60"})
    return None
