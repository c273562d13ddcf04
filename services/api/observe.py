"""What happens around every request: identity, limits, measurement, careful headers, and the last net for errors.

Plain ASGI and no ``BaseHTTPMiddleware``, because that one buffers streams and hides from routes that a client has gone.
"""

import asyncio
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.limits import require_below
from services.api.problems import UPLOADS_PREFIX, problem, unforeseen
from services.api.state import ApiDeps
from shared import metrics
from shared.captions.encoding import MAX_BYTES as MAX_CAPTION_BYTES
from shared.errors import Temporary
from shared.logging import log_context

MAX_BODY_BYTES = 2**20
"""The largest JSON or form body."""
CAPTION_FILES_PATH = "/api/v1/captions/check"
"""Takes a whole caption file."""

_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


class Observe:
    """The only middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        sent = request.headers.get("x-request-id", "")
        request.state.request_id = sent if _REQUEST_ID.match(sent) else uuid.uuid4().hex
        answer = _Answer(request, send)
        started = time.perf_counter()
        with log_context(request_id=request.state.request_id), _in_hand(request):
            try:
                refusal = _refusal(request) or await _over_the_limit(request)
                await (refusal or self.app)(scope, _counting(request, receive), answer.send)
            except ClientDisconnect:
                answer.status = answer.status or 499  # nobody reads it; it is what the metrics count
            except Exception as error:  # what no handler knows: one line in the log, one problem document
                if answer.status is not None:
                    raise
                await unforeseen(request, error)(scope, receive, answer.send)
        route = _route(scope)
        method = request.method if request.method in _METHODS else "other"
        metrics.HTTP_REQUESTS.labels(method, route, answer.status or 0).inc()
        metrics.HTTP_SECONDS.labels(route).observe(time.perf_counter() - started)


@contextmanager
def _in_hand(request: Request) -> Iterator[None]:
    """Let whoever closes the connections know that this request may still need them."""
    requests: set[asyncio.Task[Any]] = request.app.state.requests
    task = asyncio.current_task()
    assert task is not None
    requests.add(task)
    try:
        yield
    finally:
        requests.discard(task)


class _Answer:
    """Remembers the status and adds our headers to whatever is sent."""

    def __init__(self, request: Request, send: Send) -> None:
        self._request = request
        self._send = send
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._request.state.request_id
            for name, value in _HEADERS.items():
                headers[name] = value
            if _is_api(self._request):
                headers.setdefault("Cache-Control", "no-store")
                headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        await self._send(message)


def _route(scope: Scope) -> str:
    """The pattern that matched, with the prefix under which its router is mounted; ``none`` when nothing did."""
    own = getattr(scope.get("route"), "path", None)
    if own is None:
        return "none"
    return str(scope["path"]).rsplit("/", own.count("/"))[0] + str(own)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith(("/api/", UPLOADS_PREFIX))


def _refusal(request: Request) -> Response | None:
    """What PostgreSQL could not store and nobody means: a NUL in the address."""
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        return problem(request, 422, "invalid_input", "The address contains the character NUL.")
    limit = _limit(request)
    if limit is not None and _declared_length(request.headers) > limit:
        return problem(request, 413, "content_too_large", _too_large(limit))
    return None


def _counting(request: Request, receive: Receive) -> Receive:
    """``receive`` that refuses to go on above the limit, for bodies that did not say how long they are."""
    limit = _limit(request)
    if limit is None:
        return receive
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413, _too_large(limit))
        return message

    return counted


def _limit(request: Request) -> int | None:
    """The largest body in bytes; None where the route itself counts while it writes to disk."""
    if request.url.path.startswith(UPLOADS_PREFIX):
        return None
    if request.url.path == CAPTION_FILES_PATH:
        return MAX_CAPTION_BYTES + MAX_BODY_BYTES
    return MAX_BODY_BYTES


def _too_large(limit: int) -> str:
    return f"The body is larger than {limit // 2**10} KiB, which is the most this takes."


def _declared_length(headers: Headers) -> int:
    declared = headers.get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0


async def _over_the_limit(request: Request) -> Response | None:
    if not _is_api(request):
        return None
    things: ApiDeps = request.app.state.deps
    address = request.client.host if request.client else "unknown"
    try:
        await require_below(things.limiter, things.limit, "api", address)
    except Temporary as error:
        return problem(request, 429, error.code, error.message, headers={"Retry-After": "60"})
    return None
