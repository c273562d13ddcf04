"""What routes ask for: the unit of work, who is asking, and which page."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.security import OAuth2PasswordBearer
from limits import RateLimitItemPerMinute
from limits.aio.strategies import FixedWindowRateLimiter

from services.api.tokens import Principal, Unauthorized, read
from shared.db.session import Work as OpenWork
from shared.errors import Forbidden, InvalidInput
from shared.runtime import Runtime

bearer = OAuth2PasswordBearer("/api/v1/auth/token", auto_error=False, description="A token from /auth/token.")


@dataclass(frozen=True)
class ApiDeps:
    """Built once by the entry point, kept in ``app.state.deps``."""

    runtime: Runtime
    jwt_secret: str
    session_timeout_s: int
    output_root: Path
    max_queue_size: int
    default_language: str
    limiter: FixedWindowRateLimiter | None
    limit: RateLimitItemPerMinute | None
    login_limit: RateLimitItemPerMinute
    poll_s: float = 1.0


def deps(request: Request) -> ApiDeps:
    """The application's own things."""
    found: ApiDeps = request.app.state.deps
    return found


Deps = Annotated[ApiDeps, Depends(deps)]


def work(things: Deps) -> OpenWork:
    """``async with work() as unit:`` in the route's body, so that the commit happens before the answer leaves."""
    return things.runtime.work


Work = Annotated[OpenWork, Depends(work)]


def principal(request: Request, things: Deps, token: Annotated[str | None, Depends(bearer)]) -> Principal:
    """Who is asking; 401 without a valid token."""
    if not token:
        raise Unauthorized("Log in first: POST /api/v1/auth/token, then send the token as a Bearer token.")
    who = read(token, secret=things.jwt_secret)
    request.state.principal = who.name
    return who


Reader = Annotated[Principal, Depends(principal)]


def _operator(who: Reader) -> Principal:
    if not who.may("operator"):
        raise Forbidden("This needs the role operator or admin.", code="needs_operator")
    return who


def _admin(who: Reader) -> Principal:
    if not who.may("admin"):
        raise Forbidden("This needs the role admin.", code="needs_admin")
    return who


Operator = Annotated[Principal, Depends(_operator)]
Admin = Annotated[Principal, Depends(_admin)]


@dataclass(frozen=True, slots=True)
class Paging:
    """Which rows a list shows: those after ``after`` in its order, newest first."""

    limit: int
    after: tuple[datetime, UUID] | None


def paging(
    limit: Annotated[int, Query(ge=1, le=200, description="Rows on a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=300, description="``next`` of the page before.")] = None,
) -> Paging:
    """Keyset pagination: as quick on the last page as on the first."""
    return Paging(limit, _decode(cursor) if cursor else None)


Page = Annotated[Paging, Depends(paging)]


def cursor_after(moment: datetime, row_id: UUID) -> str:
    """The opaque cursor that continues after this row."""
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), str(row_id)]).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime, UUID]:
    try:
        values: list[Any] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment, row_id = values
        when = datetime.fromisoformat(moment)
        return when.astimezone(UTC), UUID(row_id)
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise InvalidInput("The cursor is not one this server gave out. Start from the first page.") from error
