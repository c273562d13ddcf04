"""What every request passes on its way to a resource: the log, ordered trouble, credentials, the anonymous cache."""

import asyncio
import base64
import binascii
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from demo.cablecast import segment_uploads, transcoder
from demo.cablecast.fault_injection import FaultKind, OrderedFault
from demo.cablecast.queries import COLLECTIONS
from demo.cablecast.station import RequestSeen, Station, save_station

API = "/cablecastapi/v1/"
CONTROL = "/_simulator"
_OPEN_POSTS = frozenset([f"{API}shows/search/advanced"])
_Next = Callable[[Request], Awaitable[Response]]


class AnyCase:
    """Makes paths case-insensitive and a slash at their end meaningless, as IIS and ASP.NET do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on the request under its plain name."""
        if scope["type"] == "http" and not scope["path"].startswith(CONTROL):
            scope = {**scope, "path": scope["path"].lower().rstrip("/") or "/"}
        await self.app(scope, receive, send)


@dataclass(slots=True)
class _KeptAnswer:
    body: bytes
    status: int
    media_type: str | None
    until: float


@dataclass(slots=True)
class _Visit:
    """One request on its way through."""

    request: Request
    authenticated: bool | None
    """None without credentials, False with wrong ones."""
    faults: list[OrderedFault] = field(default_factory=list)

    @property
    def path(self) -> str:
        return self.request.url.path

    @property
    def reads(self) -> bool:
        return self.request.method in ("GET", "HEAD", "OPTIONS")


class CablecastRequests(BaseHTTPMiddleware):
    """Sees every request that is meant for Cablecast; the simulator's own controls pass unseen."""

    def __init__(self, app: ASGIApp, station: Station) -> None:
        super().__init__(app)
        self._station = station
        self._cache: dict[str, _KeptAnswer] = {}

    async def dispatch(self, request: Request, call_next: _Next) -> Response:
        """Log the request, spoil it if that was ordered, and let it in if it may come in."""
        if request.url.path.startswith(CONTROL):
            return await call_next(request)
        station = self._station
        await request.body()  # kept for the handler, so that work goes on even after the client has given up
        visit = _Visit(request, _credentials(station, request), station.faults.take(request.method, request.url.path))
        seen = RequestSeen(
            request.method, visit.path, request.url.query, visit.authenticated is True, None, station.time_text()
        )
        station.requests.append(seen)
        response = await _spoilt(visit, None) or await self._admitted(visit, call_next)
        response = await _spoilt(visit, response) or response
        seen.status = None if isinstance(response, BrokenConnection) else response.status_code
        if not visit.reads:
            save_station(station)
        return response

    async def _admitted(self, visit: _Visit, call_next: _Next) -> Response:
        """The answer to a request with credentials good enough for it."""
        transcoder.update(self._station)
        segment_uploads.update(self._station)
        if visit.authenticated is False or (visit.authenticated is None and _needs_credentials(visit)):
            return PlainTextResponse("Authorization has been denied for this request.", 401)
        lasting = self._station.switches.anonymous_cache_s
        if visit.authenticated or not lasting or visit.request.method != "GET" or not visit.path.startswith(API):
            return await call_next(visit.request)
        return await self._from_cache(visit, call_next, lasting)

    async def _from_cache(self, visit: _Visit, call_next: _Next, lasting: float) -> Response:
        key, now = f"{visit.path}?{visit.request.url.query}", self._station.clock.now()
        kept = self._cache.get(key)
        if kept is None or kept.until <= now:
            response = await call_next(visit.request)
            body = await _body_of(response)
            kept = _KeptAnswer(body, response.status_code, response.headers.get("content-type"), now + lasting)
            self._cache[key] = kept
        headers = {"cache-control": f"public, max-age={int(lasting)}"}
        return Response(kept.body, kept.status, headers=headers, media_type=kept.media_type)


class BrokenConnection(Response):
    """Promises a body and ends without it, so that the server cuts the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin to answer, and stop."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4096")]})


def _credentials(station: Station, request: Request) -> bool | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return None
    try:
        given = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    wanted = f"{station.config.username}:{station.config.password}".encode()
    return scheme.lower() == "basic" and secrets.compare_digest(given, wanted)


def _needs_credentials(visit: _Visit) -> bool:
    if not visit.path.startswith(API):
        return False
    if not visit.reads:
        return visit.path not in _OPEN_POSTS
    collection = COLLECTIONS.get(visit.path.removeprefix(API).split("/")[0])
    return collection is not None and collection.sensitive


async def _spoilt(visit: _Visit, response: Response | None) -> Response | None:
    """The answer as the ordered trouble leaves it; None when nothing was ordered for this moment."""
    for fault in visit.faults:
        adds_to_answer = fault.kind in (FaultKind.EXTRA_FIELDS, FaultKind.WARNING)
        if (fault.after_processing or adds_to_answer) != (response is not None):
            continue
        match fault.kind:
            case FaultKind.DELAY:
                await asyncio.sleep(fault.seconds)
            case FaultKind.DROP:
                return BrokenConnection()
            case FaultKind.STATUS:
                return PlainTextResponse("An error has occurred.", fault.status)
            case FaultKind.HTML:
                return HTMLResponse("<!doctype html><title>Please wait</title><p>Checking your browser.</p>")
            case FaultKind.EMPTY:
                return Response(b"", 200)
            case FaultKind.WARNING if response is not None:
                response.headers["Warning"] = '299 - "This endpoint is deprecated."'
            case FaultKind.EXTRA_FIELDS if response is not None:
                response = await _with_extra_fields(response)
    return response


async def _with_extra_fields(response: Response) -> Response:
    body = await _body_of(response)
    if "json" not in (response.headers.get("content-type") or ""):
        return Response(body, response.status_code, media_type=response.headers.get("content-type"))
    extra = {"addedInALaterVersion": {"id": 1}, "alsoNew": ["text"]}
    content = json.loads(body)
    for value in content.values() if isinstance(content, dict) else []:
        for record in value if isinstance(value, list) else [value]:
            if isinstance(record, dict):
                record.update(extra)
    return Response(json.dumps(content | extra), response.status_code, media_type="application/json")


async def _body_of(response: Response) -> bytes:
    pieces = getattr(response, "body_iterator", None)
    if pieces is None:
        return bytes(response.body)
    return b"".join([piece if isinstance(piece, bytes) else bytes(piece, "utf-8") async for piece in pieces])
