"""What routes ask for: the unit of work, who is asking, and which page."""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import APIKeyHeader, OAuth2PasswordBearer

from services.api.key_hashing import PREFIX
from services.api.paging import Paging, position_of
from services.api.session_tokens import Principal, Unauthorized, read
from services.api.state import ApiDeps
from services.api.usecases.issue_api_keys import owner_of_key
from shared.db.session import Work as OpenWork
from shared.errors import Forbidden

bearer = OAuth2PasswordBearer(
    "/api/v1/auth/token", auto_error=False, description="A token from /auth/token, or an API key (`ark_...`)."
)
key_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="An API key (`ark_...`).")


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


def paging(
    limit: Annotated[int, Query(ge=1, le=200, description="Rows on a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=300, description="``next`` of the page before.")] = None,
) -> Paging:
    """Keyset pagination: as quick on the last page as on the first."""
    return Paging(limit, position_of(cursor) if cursor else None)


Page = Annotated[Paging, Depends(paging)]
