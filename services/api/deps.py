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
from fastapi.security import APIKeyHeader, OAuth2PasswordBearer
from limits import RateLimitItemPerMinute
from limits.aio.strategies import FixedWindowRateLimiter

from services.api.keys import PREFIX
from services.api.station_metrics import StationMetrics
from services.api.tokens import Principal, Unauthorized, read
from services.api.usecases.api_keys import owner_of_key
from shared.db.session import Work as OpenWork
from shared.errors import Forbidden, InvalidInput
from shared.passwords import PasswordPool
from shared.rules.policy import PublishPolicy
from shared.runtime import Runtime

bearer = OAuth2PasswordBearer(
    "/api/v1/auth/token", auto_error=False, description="A token from /auth/token, or an API key (`ark_...`)."
)
key_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="An API key (`ark_...`).")


@dataclass(frozen=True, slots=True)
class UploadRules:
    """What may be uploaded to be transcribed, and how long that may take."""

    folder: Path
    """Seen under this path by the transcriber too."""
    max_bytes: int
    max_seconds: int
    timeout_s: float


@dataclass(frozen=True)
class ApiDeps:
    """Built once by the entry point, kept in ``app.state.deps``."""

    runtime: Runtime
    jwt_secret: str
    session_timeout_s: int
    output_root: Path
    max_queue_size: int
    default_language: str
    default_model: str
    """As the transcriber's settings have it; empty where the API is not told."""
    publish_policy: PublishPolicy
    """Of recordings of no city."""
    uploads: UploadRules
    limiter: FixedWindowRateLimiter | None
    limit: RateLimitItemPerMinute | None
    login_limit: RateLimitItemPerMinute
    passwords: PasswordPool
    station: StationMetrics
    poll_s: float = 1.0
    """Seconds between two looks at a row that somebody follows."""


def deps(request: Request) -> ApiDeps:
    """The application's own things."""
    found: ApiDeps = request.app.state.deps
    return found


Deps = Annotated[ApiDeps, Depends(deps)]


def work(things: Deps) -> OpenWork:
    """``async with work() as unit:`` in the route's body, so that the commit happens before the answer leaves."""
    return things.runtime.work


Work = Annotated[OpenWork, Depends(work)]


async def principal(
    things: Deps,
    work: Work,
    token: Annotated[str | None, Depends(bearer)],
    key: Annotated[str | None, Depends(key_header)],
) -> Principal:
    """Who is asking; 401 without a valid token or key. Only keys cost a question to the database."""
    shown = key or token
    if not shown:
        raise Unauthorized("Log in first: POST /api/v1/auth/token, then send the token as a Bearer token.")
    if key or shown.startswith(PREFIX):
        return await owner_of_key(shown, work=work)
    return read(shown, secret=things.jwt_secret)


Anyone = Annotated[Principal, Depends(principal)]


def _reader(who: Anyone) -> Principal:
    if not who.may("user"):
        raise Forbidden("This key may only transcribe uploads.", code="needs_read")
    return who


Reader = Annotated[Principal, Depends(_reader)]


def _transcriber(who: Anyone) -> Principal:
    if not who.may_transcribe:
        raise Forbidden(
            "This needs the role operator, or a key with the permission transcribe.", code="needs_transcribe"
        )
    return who


Transcriber = Annotated[Principal, Depends(_transcriber)]


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
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(row_id)
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        raise InvalidInput("The cursor is not one this server gave out. Start from the first page.") from error
