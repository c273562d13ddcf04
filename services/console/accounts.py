"""The first person who may log in."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.audit import note
from shared.db.models import User
from shared.db.session import DATABASE_TROUBLE, open_database, url_of
from shared.db.usable import why_unusable
from shared.errors import InvalidInput, Temporary
from shared.passwords import hash_password
from shared.settings import Settings

SHORTEST_PASSWORD = 12


@contextmanager
def asking_the_database(settings: Settings) -> Iterator[None]:
    """A database that is not there, or refuses, is one sentence with what it says itself; never with what was asked."""
    url = url_of(settings.database_dsn)
    try:
        yield
    except DATABASE_TROUBLE as error:
        if (unusable := why_unusable(error, url)) is not None:
            raise unusable from error
        said = str(getattr(error, "orig", None) or error).splitlines()
        raise Temporary(
            "The database of DATABASE_URL does not answer, or refuses; `archivist doctor` looks at it.",
            code="database_trouble",
            detail=said[0] if said else type(error).__name__,
        ) from error


async def ensure_admin(settings: Settings) -> str:
    """Create the admin that the settings name unless there is one of that name; returns what was done, in words."""
    if settings.admin_password is None:
        return "No admin was created: ADMIN_PASSWORD is not set."
    known = await _put_admin(
        settings, settings.admin_username, settings.admin_password.get_secret_value(), settings.admin_email, reset=False
    )
    return f"{settings.admin_username} is known." if known else f"Created the admin {settings.admin_username}."


async def put_admin(settings: Settings, username: str, password: str, email: str) -> str:
    """Create an admin, or give the one of that name a new password and all rights back."""
    known = await _put_admin(settings, username, password, email, reset=True)
    return f"{username} has the new password." if known else f"Created the admin {username}."


async def _put_admin(settings: Settings, username: str, password: str, email: str, *, reset: bool) -> bool:
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(f"An admin's password has at least {SHORTEST_PASSWORD} characters.", code="short_password")
    engine = open_database(settings.database_dsn, pool_size=1, name="archivist-console")
    try:
        async with AsyncSession(engine) as session, session.begin():
            user = await session.scalar(select(User).where(User.username == username))
            if user is None:
                user = User(username=username, email=email, password_hash=hash_password(password), role="admin")
                session.add(user)
                await session.flush()
                note(session, "console", "user.created", "user", user.id)
                return False
            if reset:
                user.password_hash, user.role, user.active = hash_password(password), "admin", True
                note(session, "console", "user.password_reset", "user", user.id)
            return True
    finally:
        await engine.dispose()
