"""Errors become answers here and nowhere else: RFC 9457 problem details with our stable code."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

from services.api.tokens import Unauthorized
from shared.errors import ArchivistError, Conflict, Forbidden, InvalidInput, NotFound, Temporary, Unusable

log = logging.getLogger(__name__)

STATUS: Mapping[type[ArchivistError], int] = {
    NotFound: 404,
    Conflict: 409,
    InvalidInput: 422,
    Unauthorized: 401,
    Forbidden: 403,
    Temporary: 503,
    Unusable: 422,
}


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


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in (401, 403, 404, 409, 422, 429)
}
"""The error answers that every route may give, for the OpenAPI document."""


def problem(request: Request, status: int, code: str, detail: str, **extra: Any) -> JSONResponse:
    """Build the answer."""
    headers: dict[str, str] = extra.pop("headers", {})
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
    return JSONResponse(
        body.model_dump(exclude_none=True), status, headers=headers, media_type="application/problem+json"
    )


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error of the application end as a problem document."""
    app.add_exception_handler(ArchivistError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(InterfaceError, _database_away)
    app.add_exception_handler(ConnectionError, _database_away)
    app.add_exception_handler(Exception, _unforeseen)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ArchivistError)
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Temporary) and error.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
        status = 429 if error.code == "too_many_requests" else status
    return problem(request, status, error.code, error.message, headers=headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = [
        {"field": ".".join(str(part) for part in item["loc"]), "message": item["msg"], "kind": item["type"]}
        for item in error.errors()
    ]
    first = found[0] if found else {"field": "body", "message": "not understood"}
    detail = f"{first['field']}: {first['message']}."
    return problem(request, 422, "invalid_input", detail, errors=found)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    codes = {401: "unauthorized", 404: "not_found", 405: "method_not_allowed"}
    code = codes.get(error.status_code, HTTPStatus(error.status_code).name.lower())
    return problem(request, error.status_code, code, str(error.detail), headers=dict(error.headers or {}))


async def _database_away(request: Request, error: Exception) -> JSONResponse:
    log.warning("database_unreachable", extra={"fields": {"error": type(error).__name__}})
    detail = "The database does not answer. Nothing was changed; try again in a moment."
    return problem(request, 503, "database_unreachable", detail, headers={"Retry-After": "5"})


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    log.error("unforeseen_error", exc_info=error)
    return problem(request, 500, "unforeseen", "Something nobody foresaw went wrong; the log has the details.")
