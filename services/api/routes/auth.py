"""Log in and see who one is."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel

from services.api.deps import Deps, Reader, Work
from services.api.limits import require_below
from services.api.problems import PROBLEMS
from services.api.session_tokens import issue, utc_now
from services.api.usecases.log_in import log_in

router = APIRouter(prefix="/auth", tags=["auth"], responses=PROBLEMS)


class Token(BaseModel):
    """A session."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - RFC 6750's word, not a secret
    expires_in: int


class Person(BaseModel):
    """Who is asking."""

    username: str
    role: Literal["none", "user", "operator", "admin"]


@router.post("/token", operation_id="logIn", summary="Log in (OAuth2 password flow)")
async def create_token(
    request: Request, form: Annotated[OAuth2PasswordRequestForm, Depends()], things: Deps, work: Work
) -> Token:
    """Give a name and a password, get a token to send as ``Authorization: Bearer ...``."""
    address = request.client.host if request.client else "unknown"
    await require_below(things.limiter, things.login_limit, "login", address)
    who = await log_in(form.username, form.password, work=work, passwords=things.passwords)
    lifetime = timedelta(seconds=things.session_timeout_s)
    token = issue(who, secret=things.jwt_secret, lifetime=lifetime, now=utc_now())
    return Token(access_token=token, expires_in=things.session_timeout_s)


@router.get("/me", operation_id="whoAmI", summary="Who am I?")
async def me(who: Reader) -> Person:
    """The name and role of the token that was sent."""
    return Person.model_validate({"username": who.name, "role": who.role})
