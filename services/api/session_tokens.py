"""Session tokens: signed, short-lived, carrying a name and a role and nothing else."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from shared.errors import ArchivistError

_ALGORITHM = "HS256"
_ISSUER = "archivist"

ROLES = ("none", "user", "operator", "admin")
"""Each may do what those before it may."""


class Unauthorized(ArchivistError):
    """Nobody we know is asking."""

    default_code = "unauthorized"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking: a person with a session, or a program with an API key."""

    user_id: int
    name: str
    role: str
    """``none`` is a program that may only transcribe uploads."""
    may_transcribe: bool = False
    """May send sound to be transcribed."""
    is_person: bool = True

    def may(self, role: str) -> bool:
        """True when this caller's role includes what ``role`` may do."""
        return ROLES.index(self.role) >= ROLES.index(role)


def issue(principal: Principal, *, secret: str, lifetime: timedelta, now: datetime) -> str:
    """A token that says who asks until ``now + lifetime``."""
    claims = {
        "iss": _ISSUER,
        "sub": str(principal.user_id),
        "name": principal.name,
        "role": principal.role,
        "iat": now,
        "exp": now + lifetime,
    }
    return jwt.encode(claims, secret, algorithm=_ALGORITHM)


def read(token: str, *, secret: str) -> Principal:
    """The principal of a token; raises ``Unauthorized`` when it is not ours, was changed, or has run out."""
    try:
        claims = jwt.decode(
            token, secret, algorithms=[_ALGORITHM], issuer=_ISSUER, options={"require": ["exp", "sub", "iss"]}
        )
        role = str(claims["role"])
        return Principal(int(claims["sub"]), str(claims["name"]), role, ROLES.index(role) >= ROLES.index("operator"))
    except jwt.ExpiredSignatureError as error:
        raise Unauthorized("The session has run out. Log in again.", code="session_expired") from error
    except (jwt.InvalidTokenError, KeyError, ValueError) as error:
        raise Unauthorized("The token is not valid. Log in again.", code="bad_token") from error


def utc_now() -> datetime:
    """The API's clock."""
    return datetime.now(UTC)
