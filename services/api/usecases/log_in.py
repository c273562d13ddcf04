"""Turn a name and a password into a principal."""

import asyncio

from sqlalchemy import func, select

from services.api.tokens import Principal, Unauthorized
from shared.db.audit import note
from shared.db.models import User
from shared.db.session import Work
from shared.passwords import hash_password, needs_rehash, verify_password


async def log_in(username: str, password: str, *, work: Work) -> Principal:
    """Raises ``Unauthorized`` with the same sentence whatever was wrong, in the same time."""
    async with work() as unit:
        user = await unit.db.scalar(select(User).where(User.username == username, User.active))
    # Argon2 takes a tenth of a second on purpose; in a thread, so that nobody else waits for it.
    is_right = await asyncio.to_thread(verify_password, user.password_hash if user else None, password)
    if not is_right or user is None:
        raise Unauthorized("The name or the password is wrong.", code="bad_credentials")
    async with work() as unit:
        known = await unit.db.get_one(User, user.id)
        known.last_login = func.now()
        if needs_rehash(known.password_hash):
            known.password_hash = await asyncio.to_thread(hash_password, password)
        note(unit.db, user.username, "user.logged_in", "user", user.id)
    return Principal(user.id, user.username, user.role)
