"""Turn a name and a password into a principal."""

from sqlalchemy import select

from services.api.session_tokens import Principal, Unauthorized
from shared.db import clock
from shared.db.event_log import tell
from shared.db.models import User
from shared.db.session import Work
from shared.event_kinds import Happened
from shared.passwords import PasswordPool, needs_rehash


async def log_in(username: str, password: str, *, work: Work, passwords: PasswordPool) -> Principal:
    """Raises ``Unauthorized`` with the same sentence whatever was wrong, in the same time."""
    async with work() as unit:
        user = await unit.db.scalar(select(User).where(User.username == username, User.active))
    is_right = await passwords.verify(user.password_hash if user else None, password)
    if not is_right or user is None:
        raise Unauthorized("The name or the password is wrong.", code="bad_credentials")
    renewed = await passwords.hash(password) if needs_rehash(user.password_hash) else None
    async with work() as unit:
        known = await unit.db.get_one(User, user.id)
        known.last_login = clock.now()
        if renewed is not None and known.password_hash == user.password_hash:
            known.password_hash = renewed
        who = Principal(user.id, user.username, user.role)
        tell(unit.db, Happened.USER_LOGGED_IN, user.id, by=who)
    return who
