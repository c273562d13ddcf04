"""How Cablecast is spoken to over HTTP: credentials, time limits, what is repeated, and what each trouble means."""

import asyncio
import json
import logging
import ssl
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from shared.backoff import backoff_s
from shared.errors import ArchivistError, Forbidden, InvalidInput, NotFound, Temporary
from shared.metrics import CABLECAST_REQUESTS, CABLECAST_SECONDS

log = logging.getLogger(__name__)

Query = Sequence[tuple[str, str]]

# https hangs at some stations, so connecting is given up early; big answers take long, so reading is not.
LIMITS = httpx.Timeout(60.0, connect=10.0)
_CONCURRENCY = 4
_TRIES = 3
_WORTH_REPEATING = frozenset({502, 503, 504})
_MOST_TEXT_BYTES = 8 * 1024 * 1024
_API_PATH = "/cablecastapi/v1"


class CablecastHttp:
    """JSON in and out of one server. GET is repeated when that may help; nothing that changes the server ever is."""

    def __init__(
        self,
        base_url: str,
        username: str,
        password: str,
        *,
        verify_tls: bool,
        transport: httpx.AsyncBaseTransport | None,
        pause: timedelta,
        limits: httpx.Timeout = LIMITS,
    ) -> None:
        self.root = normalised_root(base_url)
        # Anonymous answers are minutes old, so even what anybody may read is asked for with credentials.
        auth = httpx.BasicAuth(username, password)
        headers = {"Accept": "application/json"}
        self._api = httpx.AsyncClient(
            base_url=f"{self.root}{_API_PATH}/",
            auth=auth,
            headers=headers,
            timeout=limits,
            verify=verify_tls,
            transport=transport,
        )
        # Videos may lie on another host, which must not see the credentials.
        self._public = httpx.AsyncClient(
            timeout=limits, verify=verify_tls, transport=transport, follow_redirects=True, max_redirects=3
        )
        self._pause_s = pause.total_seconds()
        self._turn = asyncio.Semaphore(_CONCURRENCY)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()
        await self._public.aclose()

    async def get(self, path: str, query: Query = ()) -> dict[str, Any]:
        """The JSON object at a path."""
        response = await self._repeating(self._api, path, query)
        return _json_of(response)

    async def post(self, path: str, body: dict[str, Any], *, may_be_empty: bool = False) -> dict[str, Any]:
        """Send a record, once."""
        return await self._send("POST", path, body, may_be_empty)

    async def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a changed record, once; an empty answer is fine."""
        return await self._send("PUT", path, body, may_be_empty=True)

    async def fetch_text(self, url: str) -> str:
        """A text file from wherever the server keeps its published files, without credentials."""
        if urlsplit(url).scheme not in ("http", "https"):
            raise InvalidInput(f"{url!r} is not the address of a published file.", code="bad_url")
        response = await self._repeating(self._public, url, ())
        if "html" in response.headers.get("content-type", ""):
            raise Temporary(f"A web page came instead of {_place(response)}.", code="cablecast_html")
        return response.text

    async def _send(self, method: str, path: str, body: dict[str, Any], may_be_empty: bool) -> dict[str, Any]:
        content = json.dumps(body, ensure_ascii=False).encode()
        request = self._api.build_request(method, path, content=content, headers={"Content-Type": "application/json"})
        response = await self._once(self._api, request)
        _refuse(response)
        if may_be_empty and not response.content.strip():
            return {}
        return _json_of(response)

    async def _repeating(self, client: httpx.AsyncClient, path: str, query: Query) -> httpx.Response:
        for attempt in range(1, _TRIES + 1):
            request = client.build_request("GET", path, params=list(query) or None)
            try:
                response = await self._once(client, request)
                if response.status_code not in _WORTH_REPEATING or attempt == _TRIES:
                    _refuse(response)
                    return response
            except Temporary as trouble:
                if attempt == _TRIES or trouble.code not in ("cablecast_unreachable", "cablecast_timeout"):
                    raise
            await asyncio.sleep(backoff_s(attempt, first_s=self._pause_s))
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
        started = time.monotonic()
        outcome = "unreachable"
        try:
            async with self._turn:
                response = await _received(client, request)
            outcome = f"{response.status_code // 100}xx"
        except httpx.TooManyRedirects as error:
            raise Temporary(f"{request.url.host} redirects without end.", code="cablecast_redirect") from error
        except httpx.RequestError as error:
            raise _transport_trouble(error, request) from error
        finally:
            CABLECAST_REQUESTS.labels(request.method, outcome).inc()
            CABLECAST_SECONDS.labels(request.method).observe(time.monotonic() - started)
        if warning := response.headers.get("warning"):
            fields = {"path": request.url.path, "warning": warning[:300]}
            log.warning("cablecast_deprecated", extra={"fields": fields})
        return response


def normalised_root(base_url: str) -> str:
    """``http://host:port`` (and a path in front of the API, if there is one) from what people write as the address.

    Raises:
        InvalidInput: scheme or host is missing, or the address carries credentials.
    """
    parts = urlsplit(base_url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput(
            "The address of the Cablecast server must begin with http:// or https://, such as https://vod.example.org.",
            code="cablecast_address",
        )
    if parts.username or parts.password:
        raise InvalidInput(
            "Credentials do not belong into the address of the Cablecast server.", code="cablecast_address"
        )
    path = parts.path.rstrip("/")
    for ending in (_API_PATH, "/cablecastapi", "/api"):  # the last one is how the earlier Archivist wrote it
        if path.lower().endswith(ending):
            path = path[: -len(ending)]
    return f"{parts.scheme}://{parts.netloc}{path}"


async def _received(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """The whole answer, unless it is absurdly long: a playlist of a day is not."""
    response = await client.send(request, stream=True)
    try:
        pieces, size = [], 0
        async for piece in response.aiter_bytes():
            size += len(piece)
            if size > _MOST_TEXT_BYTES:
                raise Temporary(f"{_place(response)} is longer than 8 MiB.", code="cablecast_not_understood")
            pieces.append(piece)
    finally:
        await response.aclose()
    headers = {key: value for key, value in response.headers.items() if key.lower() != "content-encoding"}
    return httpx.Response(response.status_code, headers=headers, content=b"".join(pieces), request=response.request)


def _transport_trouble(error: httpx.RequestError, request: httpx.Request) -> ArchivistError:
    host = request.url.host
    if isinstance(error, httpx.ConnectTimeout):
        return Temporary(f"{host} does not take connections.", code="cablecast_unreachable")
    if isinstance(error, httpx.TimeoutException):
        return Temporary(f"{host} did not answer in time.", code="cablecast_timeout")
    if _is_about_certificate(error):
        return Temporary(
            f"The certificate of {host} is not trusted. Install its authority's certificate, or, on a network you "
            "trust, set CABLECAST_VERIFY_TLS=false.",
            code="cablecast_certificate",
        )
    return Temporary(f"{host} cannot be reached: {error or type(error).__name__}.", code="cablecast_unreachable")


def _is_about_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _refuse(response: httpx.Response) -> None:
    """Raise what a status means; the body of an error is text for nobody in particular."""
    status = response.status_code
    if status < 300:
        return
    host = response.request.url.host
    facts: dict[str, Any] = {"status": status, "path": response.request.url.path}
    if status < 400:
        target = response.headers.get("location", "elsewhere")
        raise Temporary(
            f"{host} redirects to {target}. If the server has moved, set CABLECAST_API_URL.",
            code="cablecast_redirect",
            **facts,
        )
    if status == 401:
        raise Forbidden(
            f"{host} refuses the credentials. Check CABLECAST_USERNAME and CABLECAST_PASSWORD.",
            code="cablecast_credentials",
            **facts,
        )
    if status == 403:
        raise Forbidden(
            f"The account may not do this on {host}. Give it the right Modify Shows.", code="cablecast_rights", **facts
        )
    if status == 404:
        raise NotFound(f"{_place(response)} does not exist.", code="cablecast_not_found", **facts)
    if status in (408, 429) or status >= 500:
        raise Temporary(f"{host} answered {status}.", code="cablecast_unavailable", **facts)
    raise InvalidInput(
        f"{host} refused the request with {status}: {response.text[:200]!r}", code="cablecast_refused", **facts
    )


def _json_of(response: httpx.Response) -> dict[str, Any]:
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not response.content.strip():
        raise Temporary(f"{_place(response)} is empty.", code="cablecast_empty")
    if media_type == "text/html":
        raise Temporary(
            f"A web page came instead of {_place(response)}; a proxy may stand in between.", code="cablecast_html"
        )
    if media_type not in ("application/json", "text/json"):
        raise Temporary(f"{_place(response)} is {media_type or 'of no type'} and not JSON.", code="cablecast_not_json")
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError) as error:
        raise Temporary(f"{_place(response)} is no valid JSON.", code="cablecast_not_json") from error
    if not isinstance(body, dict):
        raise Temporary(f"{_place(response)} is no JSON object.", code="cablecast_not_understood")
    return body


def _place(response: httpx.Response) -> str:
    url = response.request.url
    return f"{url.host}{url.path}"
