"""Errors become answers here and nowhere else: RFC 9457 problem details with our stable code.

Below ``/v1/``, where programs written for OpenAI's service ask, the same errors wear that service's shape.
"""

import json
import logging
import socket
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from services.api.session_tokens import Unauthorized
from shared.db.session import is_database_away
from shared.db.usable import why_unusable
from shared.errors import ArchivistError, Conflict, Forbidden, InvalidInput, NotFound, Temporary, Unusable

log = logging.getLogger(__name__)

UPLOADS_PREFIX = "/v1/"
"""Where answers have the shapes of OpenAI's service."""

STATUS: Mapping[type[ArchivistError], int] = {
    NotFound: 404,
    Conflict: 409,
    InvalidInput: 422,
    Unauthorized: 401,
    Forbidden: 403,
    Temporary: 503,
    Unusable: 422,
}
_MOST_MISTAKES = 50
"""Told about one request; whoever has more will ask again."""
_STATUS_OF_CODE = {"too_many_requests": 429, "content_too_large": 413, "upload_timeout": 504}


class Problem(BaseModel):
    """What went wrong and what to do (RFC 9457)."""

    type: str = Field(description="A URN that names the kind of problem.", examples=["urn:archivist:error:not_found"])
    title: str = Field(description="The HTTP status in words.", examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="A sentence for a person.")
    code: str = Field(description="Stable and for programs.", examples=["not_found"])
    instance: str | None = Field(default=None, description="The path that was asked for.")
    request_id: str | None = Field(default=None, description="Name this when asking for help.")
    errors: list[dict[str, Any]] | None = Field(default=None, description="What is wrong with which field.")
    outdated: dict[str, Any] | None = Field(
        default=None,
        description="With the code `captions_outdated`: the `newest` version, the `operations` to send for it instead,"
        " and those that find no place there (`left_out`).",
    )


class OpenAiErrorDetail(BaseModel):
    """What went wrong, in the words of OpenAI's service."""

    message: str
    type: str = Field(examples=["invalid_request_error"])
    param: str | None = None
    code: str | None = None


class OpenAiError(BaseModel):
    """The shape that OpenAI's clients read errors from."""

    error: OpenAiErrorDetail


def _answers(model: type[BaseModel], media_type: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {media_type: {"schema": schema}}}
        for status in statuses
    }


PROBLEMS = _answers(Problem, "application/problem+json", 401, 403, 404, 409, 413, 422, 429, 503)
"""The error answers that every route may give, for the OpenAPI document."""

OPENAI_ERRORS = _answers(OpenAiError, "application/json", 400, 401, 403, 413, 429, 500, 503, 504)

# FastAPI would promise its own kind of 422, which nothing below /v1/ answers, unless it finds "default" here.
OPENAI_NOT_FOUND = {
    **_answers(OpenAiError, "application/json", 404),
    "default": {**_answers(OpenAiError, "application/json", 400)[400], "description": "Any other error"},
}


def problem(request: Request, status: int, code: str, detail: str, **extra: Any) -> Response:
    """Build the answer; ``headers`` are sent along, ``param`` names the field for OpenAI's clients."""
    headers: dict[str, str] = extra.pop("headers", {})
    param: str | None = extra.pop("param", None)
    body: BaseModel
    if request.url.path.startswith(UPLOADS_PREFIX):
        status = 400 if status == 422 else status
        if status == 409:  # OpenAI's clients would send the file again, though somebody has decided.
            headers = {**headers, "x-should-retry": "false"}
        body = OpenAiError(error=OpenAiErrorDetail(message=detail, type=_openai_type(status), param=param, code=code))
        return _json(body.model_dump(), status, headers, "application/json")
    body = Problem(
        type=f"urn:archivist:error:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        instance=request.url.path,
        request_id=getattr(request.state, "request_id", None),
        **extra,
    )
    return _json(body.model_dump(exclude_none=True), status, headers, "application/problem+json")


def _json(body: dict[str, Any], status: int, headers: dict[str, str], media_type: str) -> Response:
    # What is wrong with a request may be its characters, so a sentence that quotes it must not fail to be written.
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, status, headers=headers, media_type=media_type)


def _openai_type(status: int) -> str:
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error that somebody foresaw end as a problem document; the rest ends in ``unforeseen``."""
    app.add_exception_handler(ArchivistError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    lost = (PoolTimeoutError, ConnectionError, TimeoutError, socket.gaierror)
    for kind in (asyncpg.PostgresError, asyncpg.InterfaceError, *lost):
        app.add_exception_handler(kind, _database)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, ArchivistError)
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    status = _STATUS_OF_CODE.get(error.code, status)
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Temporary) and error.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    facts = {name: error.facts.get(name) for name in ("param", "outdated")}
    return problem(request, status, error.code, error.message, headers=headers, **facts)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [
        {
            "field": ".".join(str(part) for part in item["loc"]),
            # pydantic puts this before our own sentences.
            "message": item["msg"].removeprefix("Value error, "),
            "kind": item["type"],
        }
        for item in error.errors()[:_MOST_MISTAKES]
    ]
    first = found[0] if found else {"field": "body", "message": "not understood"}
    detail = f"{first['field']}: {first['message'].removesuffix('.')}."
    return problem(request, 422, "invalid_input", detail, errors=found)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {401: "unauthorized", 404: "not_found", 405: "method_not_allowed", 413: "content_too_large"}
    code = codes.get(error.status_code, HTTPStatus(error.status_code).name.lower())
    return problem(request, error.status_code, code, str(error.detail), headers=dict(error.headers or {}))


async def _database(request: Request, error: Exception) -> Response:
    """A value that PostgreSQL cannot hold is the caller's; a server that is away or full is ours; the rest is a bug."""
    state = _sqlstate(error)
    if state.startswith("22"):  # data exception: a number out of range, a character that cannot be stored
        log.warning("value_refused_by_database", extra={"fields": {"sqlstate": state}})
        return problem(request, 422, "invalid_input", "One of the values cannot be stored: too large, or not text.")
    unusable = why_unusable(error, request.app.state.deps.runtime.engine.url)
    if unusable is not None:
        log.error(unusable.code, extra={"fields": {"reason": unusable.message}})
        detail = "The database cannot be used as it is set up. The log of the API says what has to be mended."
        return problem(request, 503, unusable.code, detail, headers={"Retry-After": "30"})
    if is_database_away(error) or not state:
        log.warning("database_unreachable", extra={"fields": {"error": type(error).__name__, "sqlstate": state}})
        detail = "The database does not answer. Nothing was changed; try again in a moment."
        return problem(request, 503, "database_unreachable", detail, headers={"Retry-After": "5"})
    return unforeseen(request, error)


def _sqlstate(error: Exception) -> str:
    origin = getattr(error, "orig", None) or error
    return str(getattr(origin, "sqlstate", None) or "")


def unforeseen(request: Request, error: Exception) -> Response:
    """The last answer: the log has the whole story, the caller a sentence and the request's identity."""
    log.error("unforeseen_error", exc_info=error)
    return problem(request, 500, "unforeseen", "Something nobody foresaw went wrong; the log has the details.")
